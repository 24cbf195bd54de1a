// Package wait waits under locks, for partners that need them or do not.
package wait

import "sync"

type queue struct {
	mu    sync.Mutex
	items chan int
	n     int
}

func newQueue() *queue { return &queue{items: make(chan int)} }

func (q *queue) put(n int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.items <- n // want "^send q.items, lock q.mu, partner queue.take$"
}

func (q *queue) take() int {
	q.mu.Lock()
	q.n++
	q.mu.Unlock()
	return <-q.items
}

// The partner of a free one takes no lock.
type free struct {
	mu    sync.Mutex
	items chan int
}

func newFree() *free { return &free{items: make(chan int)} }

func (f *free) put(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.items <- n
}

func (f *free) take() int { return <-f.items }

// The channel of a roomy one has room.
type roomy struct {
	mu    sync.Mutex
	items chan int
}

func newRoomy() *roomy { return &roomy{items: make(chan int, 8)} }

func (r *roomy) put(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.items <- n
}

func (r *roomy) take() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return <-r.items
}

// Both ends of a mirror wait for each other: one report says it.
type mirror struct {
	mu    sync.Mutex
	items chan int
}

func newMirror() *mirror { return &mirror{items: make(chan int)} }

func (m *mirror) put(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.items <- n
}

func (m *mirror) take() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return <-m.items // want "^receive m.items, lock m.mu, partner mirror.put$"
}

// The channel of a single has room for one, which put makes, but fill does not.
type single struct {
	mu    sync.Mutex
	items chan int
}

func newSingle() *single { return &single{items: make(chan int, 1)} }

func (s *single) put(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.items:
	default:
	}
	s.items <- n
}

func (s *single) fill(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.items <- n // want "^send s.items, lock s.mu, partner single.put$"
}

func (s *single) take() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return <-s.items
}

// Others have the channel of an open one.
type open struct {
	mu    sync.Mutex
	Items chan int
}

func newOpen() *open { return &open{Items: make(chan int)} }

func (o *open) put(n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.Items <- n
}

func (o *open) take() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return <-o.Items
}

type closing struct {
	mu   sync.Mutex
	done chan bool
}

func newClosing() *closing { return &closing{done: make(chan bool)} }

func (c *closing) wait() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.await() // want "^receive c.done, lock c.mu, partner closing.close closes, below c.await$"
}

func (c *closing) await() { <-c.done }

func (c *closing) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	close(c.done)
}

type chooser struct {
	mu          sync.Mutex
	n           int
	left, right chan int
}

func newChooser() *chooser { return &chooser{left: make(chan int), right: make(chan int)} }

func (c *chooser) either() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	select { // want "^select c.left, lock c.mu, partner chooser.feedLeft$"
	case n := <-c.left:
		return n
	case n := <-c.right:
		return n
	}
}

// neither does not wait.
func (c *chooser) neither() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case n := <-c.left:
		return n
	default:
		return 0
	}
}

func (c *chooser) feedLeft() {
	c.mu.Lock()
	c.n++
	c.mu.Unlock()
	c.left <- 1
}

func (c *chooser) feedRight() {
	c.mu.Lock()
	c.n++
	c.mu.Unlock()
	c.right <- 1
}

type group struct {
	mu sync.Mutex
	n  int
}

func (g *group) join() {
	g.mu.Lock()
	defer g.mu.Unlock()
	var wg sync.WaitGroup
	wg.Go(func() {
		g.mu.Lock()
		g.n++
		g.mu.Unlock()
	})
	wg.Wait() // want "^join wg.Wait, lock g.mu, partner a literal in group.join$"
}

func (g *group) joinUnlocked() {
	var wg sync.WaitGroup
	wg.Go(func() {
		g.mu.Lock()
		g.n++
		g.mu.Unlock()
	})
	wg.Wait()
	g.mu.Lock()
	g.n++
	g.mu.Unlock()
}

// A monitor waits for its condition under another lock.
type monitor struct {
	outer, mu sync.Mutex
	cond      *sync.Cond
	ready     bool
}

func newMonitor() *monitor {
	m := new(monitor)
	m.cond = sync.NewCond(&m.mu)
	return m
}

func (m *monitor) wait() {
	m.outer.Lock()
	defer m.outer.Unlock()
	m.mu.Lock()
	defer m.mu.Unlock()
	for !m.ready {
		m.cond.Wait() // want "^cond m.cond.Wait, lock m.outer, partner monitor.set$"
	}
}

func (m *monitor) set() {
	m.outer.Lock()
	defer m.outer.Unlock()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ready = true
	m.cond.Signal()
}
