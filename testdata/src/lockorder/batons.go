package lockorder

import "sync"

// Channels that are no gates.

// Room for two lets two in.
type lift struct {
	places    chan struct{}
	up, below sync.Mutex
	n         int
}

// NewLift has two places.
func NewLift() *lift { return &lift{places: make(chan struct{}, 2)} }

// Up is one of two.
func (l *lift) Up() {
	l.places <- struct{}{}
	defer func() { <-l.places }()
	l.below.Lock()
	defer l.below.Unlock()
	l.up.Lock()
	defer l.up.Unlock()
	l.n++
}

// Down is the other.
func (l *lift) Down() {
	l.places <- struct{}{}
	defer func() { <-l.places }()
	l.up.Lock()
	defer l.up.Unlock()
	l.below.Lock() // want `l\.below is acquired while l\.up is held \(locked on line \d+\), but \S*Up \(batons\.go:\d+\)`
	defer l.below.Unlock()
	l.n--
}

// A queue of one is emptied by somebody else, at any time.
type hatch struct {
	dishes     chan struct{}
	hot, dirty sync.Mutex
	n          int
}

// NewHatch starts who takes the dishes away.
func NewHatch() *hatch {
	h := &hatch{dishes: make(chan struct{}, 1)}
	go func() {
		for {
			<-h.dishes
		}
	}()
	return h
}

// Serve hands out a dish.
func (h *hatch) Serve() {
	h.dishes <- struct{}{}
	h.hot.Lock()
	defer h.hot.Unlock()
	h.dirty.Lock()
	defer h.dirty.Unlock()
	h.n++
}

// Clear does the same, and locks the other way round.
func (h *hatch) Clear() {
	h.dishes <- struct{}{}
	h.dirty.Lock()
	defer h.dirty.Unlock()
	h.hot.Lock() // want `h\.hot is acquired while h\.dirty is held \(locked on line \d+\), but \S*Serve \(batons\.go:\d+\)`
	defer h.hot.Unlock()
	h.n--
}

// The token has been given back before the locks.
type barrier struct {
	turn    chan struct{}
	in, out sync.Mutex
	n       int
}

// NewBarrier makes the token.
func NewBarrier() *barrier { return &barrier{turn: make(chan struct{}, 1)} }

// Enter has the token.
func (t *barrier) Enter() {
	t.turn <- struct{}{}
	defer func() { <-t.turn }()
	t.in.Lock()
	defer t.in.Unlock()
	t.out.Lock()
	defer t.out.Unlock()
	t.n++
}

// Exit has had it.
func (t *barrier) Exit() {
	t.turn <- struct{}{}
	t.n--
	<-t.turn
	t.out.Lock()
	defer t.out.Unlock()
	t.in.Lock() // want `t\.in is acquired while t\.out is held \(locked on line \d+\), but \S*Enter \(batons\.go:\d+\)`
	defer t.in.Unlock()
}
