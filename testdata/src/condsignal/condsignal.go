// Package condsignal holds the fixtures of the check.
package condsignal

import (
	"sync"
	"sync/atomic"
	"time"
)

// A forgotten has nobody who wakes its waiters.
type forgotten struct {
	cond  *sync.Cond
	ready bool
}

func newForgotten() *forgotten { return &forgotten{cond: sync.NewCond(&sync.Mutex{})} }

func (f *forgotten) wait() {
	f.cond.L.Lock()
	for !f.ready {
		f.cond.Wait() // want `nothing wakes f\.cond\.Wait: nobody calls Signal or Broadcast`
	}
	f.cond.L.Unlock()
}

// A queue is right.
type queue struct {
	mu     sync.Mutex
	cond   *sync.Cond
	items  []int
	closed bool
}

func newQueue() *queue {
	q := &queue{}
	q.cond = sync.NewCond(&q.mu)
	q.items = append(q.items, 0)
	return q
}

func (q *queue) put(v int) {
	q.mu.Lock()
	q.items = append(q.items, v)
	q.mu.Unlock()
	q.cond.Signal()
}

func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.cond.Broadcast()
}

func (q *queue) take() (int, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.items) == 0 && !q.closed {
		q.cond.Wait()
	}
	if len(q.items) == 0 {
		return 0, false
	}
	v := q.items[0]
	q.items = q.items[1:]
	return v, true
}

func (q *queue) reset() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.items = nil
}

func (q *queue) putSilently(v int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.items = append(q.items, v) // want `items changes, but nobody wakes the waiters on q\.cond, who wait for that \(line 59\)`
}

// Callers signal.
func (q *queue) addLocked(v int) { q.items = append(q.items, v) }

func (q *queue) putTwo(v int) {
	q.mu.Lock()
	q.addLocked(v)
	q.addLocked(v)
	q.mu.Unlock()
	q.cond.Broadcast()
}

func (q *queue) wake() { q.cond.Broadcast() }

func (q *queue) putAndWake(v int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.items = append(q.items, v)
	q.wake()
}

// A gate is opened without the lock.
type gate struct {
	mu   sync.Mutex
	cond *sync.Cond
	open bool
	n    atomic.Int32
}

func newGate() *gate {
	g := &gate{}
	g.cond = sync.NewCond(&g.mu)
	return g
}

func (g *gate) wait() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for !g.open {
		g.cond.Wait()
	}
}

func (g *gate) waitForN() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for g.n.Load() == 0 {
		g.cond.Wait()
	}
}

func (g *gate) openUnlocked() {
	g.open = true // want `g\.open changes without g\.mu held: a waiter on g\.cond that has just tested it \(line 119\) misses the signal on line 133`
	g.cond.Broadcast()
}

func (g *gate) openAtomically() {
	g.n.Add(1) // want `g\.n changes without g\.mu held: a waiter on g\.cond that has just tested it \(line 127\) misses the signal on line 138`
	g.cond.Broadcast()
}

func (g *gate) openRight() {
	g.mu.Lock()
	g.open = true
	g.n.Add(1)
	g.mu.Unlock()
	g.cond.Broadcast()
}

func (g *gate) openLocked() {
	g.open = true
	g.cond.Broadcast()
}

// The caller has it.
func (g *gate) set() {
	g.open = true
	g.cond.Broadcast()
}

func (g *gate) openByHelper() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.set()
	g.openLocked()
}

// A buffer has two kinds of waiters.
type buffer struct {
	mu   sync.Mutex
	cond sync.Cond
	data []int
	max  int
}

func newBuffer() *buffer {
	b := &buffer{max: 4}
	b.cond.L = &b.mu
	return b
}

func (b *buffer) put(v int) {
	b.mu.Lock()
	for len(b.data) == b.max {
		b.cond.Wait()
	}
	b.data = append(b.data, v)
	b.mu.Unlock()
	b.cond.Signal() // want `b\.cond\.Signal wakes one waiter, perhaps the wrong one: they wait for different things \(lines 184 and 194\); use Broadcast`
}

func (b *buffer) take() int {
	b.mu.Lock()
	for len(b.data) == 0 {
		b.cond.Wait()
	}
	v := b.data[0]
	b.data = b.data[1:]
	b.mu.Unlock()
	b.cond.Broadcast()
	return v
}

// A keyed has waiters for different keys.
type keyed struct {
	mu   sync.Mutex
	cond *sync.Cond
	held map[string]bool
}

func newKeyed() *keyed {
	k := &keyed{held: make(map[string]bool)}
	k.cond = sync.NewCond(&k.mu)
	return k
}

func (k *keyed) lock(key string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for k.taken(key) {
		k.cond.Wait()
	}
	k.held[key] = true
}

func (k *keyed) taken(key string) bool {
	_, ok := k.held[key]
	return ok
}

func (k *keyed) unlock(key string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.held, key)
	k.cond.Signal() // want `k\.cond\.Signal wakes one waiter, perhaps the wrong one: each waits for something of its own \(line 220\); use Broadcast`
}

// A timed wait polls: the timer wakes the waiters.
type timed struct {
	mu   sync.Mutex
	cond *sync.Cond
	n    int
}

func newTimed() *timed {
	t := &timed{}
	t.cond = sync.NewCond(&t.mu)
	go func() {
		for range time.Tick(time.Second) {
			t.cond.Broadcast()
		}
	}()
	return t
}

func (t *timed) wait() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for t.n == 0 {
		t.cond.Wait()
	}
}

func (t *timed) add() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.n++
}

// Each abort flag belongs to one call.
func (q *queue) takeWithin(d time.Duration) int {
	q.mu.Lock()
	defer q.mu.Unlock()
	var abort int32
	timer := time.AfterFunc(d, func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		atomic.StoreInt32(&abort, 1)
		q.cond.Broadcast()
	})
	defer timer.Stop()
	for len(q.items) == 0 && atomic.LoadInt32(&abort) == 0 {
		q.cond.Wait()
	}
	return len(q.items)
}

func (q *queue) takeWithinUnlocked(d time.Duration) int {
	q.mu.Lock()
	defer q.mu.Unlock()
	var abort int32
	timer := time.AfterFunc(d, func() {
		atomic.StoreInt32(&abort, 1) // want `abort changes without q\.mu held: a waiter on q\.cond that has just tested it \(line 297\) misses the signal on line 293`
		q.cond.Broadcast()
	})
	defer timer.Stop()
	for len(q.items) == 0 && atomic.LoadInt32(&abort) == 0 {
		q.cond.Wait()
	}
	return len(q.items)
}

// A crowd waits until everybody has gone.
type crowd struct {
	mu   sync.Mutex
	cond *sync.Cond
	all  map[int]bool
}

func newCrowd() *crowd {
	c := &crowd{all: make(map[int]bool)}
	c.cond = sync.NewCond(&c.mu)
	return c
}

func (c *crowd) leave(i int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.all, i)
	c.cond.Broadcast()
}

// What it waits for has come true already when it changes it.
func (c *crowd) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.all) != 0 {
		c.cond.Wait()
	}
	c.all = nil
}

// What a loop within the loop computes is not understood.
type store struct {
	mu    sync.Mutex
	cond  *sync.Cond
	parts []int
}

func newStore() *store {
	s := &store{}
	s.cond = sync.NewCond(&s.mu)
	return s
}

func (s *store) waitForRoom() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		size := 0
		for i := range s.parts {
			size += s.parts[i]
		}
		if size < 100 {
			return
		}
		s.cond.Wait()
	}
}

func (s *store) add(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.parts = append(s.parts, n)
}

func (s *store) flush() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.parts = s.parts[1:]
	s.cond.Broadcast()
}

// A condition may be a text that grows.

type scroll struct {
	mu   sync.Mutex
	cond *sync.Cond
	text string
}

func newScroll() *scroll {
	s := &scroll{}
	s.cond = sync.NewCond(&s.mu)
	return s
}

// Write wakes the readers.
func (s *scroll) Write() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text = s.text + ","
	s.cond.Broadcast()
}

// Read waits for some text.
func (s *scroll) Read() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.text == "" {
		s.cond.Wait()
	}
	return s.text
}
