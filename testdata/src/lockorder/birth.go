package lockorder

import (
	"sync"
	"time"
)

// Objects that are given away step by step while they are made.

// What is stored under a lock cannot be found before that lock is released.
type nursery struct {
	mu   sync.Mutex
	kids map[int]*child
}

type child struct {
	mu      sync.Mutex
	nursery *nursery
	age     int
}

// Admit makes a child and hands it over with its lock held.
func (n *nursery) Admit(id int) *child {
	c := &child{nursery: n}
	enter(n, c, id)
	return c
}

// enter is a helper of those that make children.
func enter(n *nursery, c *child, id int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	add := func(c *child) { n.kids[id] = c }
	add(c)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.age = len(n.kids)
}

// Leave has the only other edge.
func (c *child) Leave(id int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.nursery.mu.Lock()
	delete(c.nursery.kids, id)
	c.nursery.mu.Unlock()
}

// The lock under which it was stored has been released: others may have found it.
type stable struct {
	mu     sync.Mutex
	horses map[int]*horse
}

type horse struct {
	mu     sync.Mutex
	stable *stable
	age    int
}

// Buy makes a horse.
func (s *stable) Buy(id int) { s.settle(&horse{stable: s}, id) }

func (s *stable) settle(h *horse, id int) {
	s.mu.Lock()
	s.horses[id] = h
	s.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	h.mu.Lock()
	h.age = len(s.horses)
	h.mu.Unlock()
}

// Sell is the other way round.
func (h *horse) Sell(id int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stable.mu.Lock() // want `h\.stable\.mu is acquired while h\.mu is held \(locked on line \d+\), but \S*settle \(birth\.go:\d+\)`
	delete(h.stable.horses, id)
	h.stable.mu.Unlock()
}

// A goroutine gets the object on a way that excludes this one.
type carshed struct {
	mu    sync.Mutex
	trams []*tram
}

type tram struct {
	mu    sync.Mutex
	timer *time.Timer
	n     int
}

// Connect starts a timer for those that come in, and asks the carshed for others.
func (d *carshed) Connect(out bool) *tram {
	t := &tram{}
	t.mu.Lock()
	defer t.mu.Unlock()
	if !out {
		t.timer = time.AfterFunc(time.Second, t.expire)
	}
	if out {
		d.mu.Lock()
		t.n = len(d.trams)
		d.mu.Unlock()
	}
	return t
}

func (t *tram) expire() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.n = 0
}

// Recall has the only other edge.
func (d *carshed) Recall() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, t := range d.trams {
		t.mu.Lock()
		t.n = 0
		t.mu.Unlock()
	}
}

// The same tests of what may have changed in between exclude nothing.
type mooring struct {
	mu    sync.Mutex
	ships []*barge
}

type barge struct {
	mu      sync.Mutex
	timer   *time.Timer
	mooring *mooring
	n       int
}

// Berth starts a timer, which has the other edge, in one turn of the loop and locks the
// mooring in the next.
func (d *mooring) Berth(tides []bool) *barge {
	s := &barge{mooring: d}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, high := range tides {
		if high {
			d.mu.Lock()
			s.n = len(d.ships)
			d.mu.Unlock()
		} else {
			s.timer = time.AfterFunc(time.Second, s.expire)
		}
	}
	return s
}

func (s *barge) expire() {
	s.mooring.mu.Lock()
	defer s.mooring.mu.Unlock()
	s.mu.Lock() // want `s\.mu is acquired while s\.mooring\.mu is held \(locked on line \d+\), but \S*Berth \(birth\.go:\d+\)`
	defer s.mu.Unlock()
	s.n = 0
}
