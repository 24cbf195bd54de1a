package guardedby

import "sync"

// A channel with room for one value that serves as a second lock: who has it in hand
// is the only one who writes, and may read without the first.

type switches struct {
	turn chan struct{}
	mu   sync.Mutex // guards conf
	conf map[string]int
}

// NewSwitches makes the token.
func NewSwitches() *switches { return &switches{turn: make(chan struct{}, 1)} }

// Update is the only writer.
func (s *switches) Update() {
	if !s.tryTurn() {
		return
	}
	defer s.giveTurn()
	if len(s.conf) > s.most() {
		return
	}
	conf := map[string]int{"n": len(s.conf)}
	s.mu.Lock()
	s.conf = conf
	s.mu.Unlock()
}

// most is called with the token in hand.
func (s *switches) most() int { return 10 - len(s.conf) }

// Reset waits for the token.
func (s *switches) Reset() {
	s.turn <- struct{}{}
	defer func() { <-s.turn }()
	n := len(s.conf)
	s.mu.Lock()
	s.conf = make(map[string]int, n)
	s.mu.Unlock()
}

// Size has the token in one case only.
func (s *switches) Size() int {
	if s.tryTurn() {
		defer s.giveTurn()
		return len(s.conf)
	}
	return len(s.conf) // want `s.conf is read without s.mu, which guards it`
}

// Late reads once it has given the token back.
func (s *switches) Late() {
	if s.tryTurn() {
		s.giveTurn()
		println(len(s.conf)) // want `s.conf is read without s.mu, which guards it`
	}
}

// Get locks.
func (s *switches) Get(k string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conf[k]
}

func (s *switches) tryTurn() bool {
	select {
	case s.turn <- struct{}{}:
		return true
	default:
		return false
	}
}

func (s *switches) giveTurn() { <-s.turn }

// With another writer the token is not enough.

type dimmer struct {
	turn  chan struct{}
	mu    sync.Mutex // guards level
	level int
}

// NewDimmer makes the token.
func NewDimmer() *dimmer { return &dimmer{turn: make(chan struct{}, 1)} }

// Up has the token.
func (d *dimmer) Up() {
	d.turn <- struct{}{}
	defer func() { <-d.turn }()
	if d.level < 10 { // want `d.level is read without d.mu, which guards it`
		d.mu.Lock()
		d.level++
		d.mu.Unlock()
	}
}

// Off does without.
func (d *dimmer) Off() {
	d.mu.Lock()
	d.level = 0
	d.mu.Unlock()
}

// A function that returns true without the token is no TryLock.

type flicker struct {
	turn chan struct{}
	mu   sync.Mutex // guards on
	on   bool
}

// NewFlicker makes the token.
func NewFlicker() *flicker { return &flicker{turn: make(chan struct{}, 1)} }

// Flip goes on without the token if it is told to.
func (f *flicker) Flip(force bool) {
	if !f.tryTurn(force) {
		return
	}
	on := !f.on // want `f.on is read without f.mu, which guards it`
	f.mu.Lock()
	f.on = on
	f.mu.Unlock()
	if !force {
		<-f.turn
	}
}

func (f *flicker) tryTurn(force bool) bool {
	select {
	case f.turn <- struct{}{}:
		return true
	default:
		return force
	}
}
