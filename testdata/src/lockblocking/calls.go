package lockblocking

import (
	"sync"
	"time"
)

// The waiting, the locking, or both, are in callees.

type daemon struct {
	mu     sync.Mutex
	health *health
}

type health struct{ stop chan struct{} }

// FN_Changed holds the daemon's lock and sends two calls below (moby 28462); how
// much room the channel has nobody can tell, since nothing makes it.
func (d *daemon) FN_Changed() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.update()
}

func (d *daemon) update() { d.health.close() }

func (h *health) close() {
	if h.stop != nil {
		h.stop <- struct{}{}
	}
}

// Monitor receives what close sends, if it does not just wait for the lock.
func (d *daemon) Monitor() {
	for {
		select {
		case <-d.health.stop:
			return
		default:
			d.probe()
		}
	}
}

func (d *daemon) probe() {
	d.mu.Lock()
	defer d.mu.Unlock()
}

// The helper is called with the lock, as its name and comment say.
type spool struct {
	mu   sync.Mutex
	out  chan int
	jobs []int
}

// NewSpool starts the printer.
func NewSpool() *spool {
	s := &spool{out: make(chan int)}
	go s.print()
	return s
}

func (s *spool) print() {
	for range s.out {
		s.mu.Lock()
		s.jobs = s.jobs[1:]
		s.mu.Unlock()
	}
}

// Add calls the helper.
func (s *spool) Add(job int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.jobs = append(s.jobs, job)
	s.sendLocked(job) // want `while s\.mu is held \(locked on line \d+\).*needs s\.mu \(.*\d+\)`
}

// sendLocked sends; s.mu must be held.
func (s *spool) sendLocked(job int) { s.out <- job }

// The callee gives the lock back while it waits.
type relay struct {
	mu  sync.Mutex
	out chan int
	n   int
}

// NewRelay starts the receiver.
func NewRelay() *relay {
	r := &relay{out: make(chan int)}
	go r.receive()
	return r
}

func (r *relay) receive() {
	for v := range r.out {
		r.mu.Lock()
		r.n += v
		r.mu.Unlock()
	}
}

// Put calls what unlocks.
func (r *relay) Put(v int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.send(v)
	r.n++
}

func (r *relay) send(v int) {
	r.mu.Unlock()
	r.out <- v
	r.mu.Lock()
}

// The section is a function that takes what to do.
type table struct {
	mu  sync.Mutex
	log chan string
	m   map[string]int
}

// NewTable starts the receiver.
func NewTable() *table {
	t := &table{log: make(chan string), m: map[string]int{}}
	go func() {
		for s := range t.log {
			t.locked(func() { t.m[s]++ })
		}
	}()
	return t
}

func (t *table) locked(f func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f()
}

// Delete sends in the section.
func (t *table) Delete(k string) {
	t.locked(func() {
		delete(t.m, k)
		t.log <- k // want `while .*mu is held \(locked on line \d+\).*needs .*mu \(.*\d+\)`
	})
}

// A deferred send runs with the lock if it was deferred after the unlock.
type gauge struct {
	mu sync.Mutex
	ch chan int
	n  int
}

// NewGauge starts the receiver.
func NewGauge() *gauge {
	g := &gauge{ch: make(chan int)}
	go g.show()
	return g
}

func (g *gauge) show() {
	for range g.ch {
		g.mu.Lock()
		g.n = 0
		g.mu.Unlock()
	}
}

// Inside is deferred after the unlock and runs before it.
func (g *gauge) Inside() {
	g.mu.Lock()
	defer g.mu.Unlock()
	defer func() {
		g.ch <- g.n // want `sending on g\.ch while g\.mu is held \(locked on line \d+\).*needs g\.mu \(.*\d+\)`
	}()
	g.n++
}

// Outside is deferred before it and runs after it.
func (g *gauge) Outside() {
	defer func() { g.ch <- 1 }()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.n++
}

// A goroutine of this function, started and waited for with the lock.
type loader struct {
	mu sync.Mutex
	n  int
}

// Load waits for a result that needs the lock.
func (l *loader) Load() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	res := make(chan int)
	go func() { res <- l.size() }()
	return <-res // want `receiving from res while l\.mu is held \(locked on line \d+\).*needs l\.mu \(.*\d+\)`
}

func (l *loader) size() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.n
}

// LoadOK waits for one that does not.
func (l *loader) LoadOK() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := l.n
	res := make(chan int)
	go func() { res <- n * n }()
	return <-res
}

// LoadUnlocked unlocks in between.
func (l *loader) LoadUnlocked() int {
	l.mu.Lock()
	l.n++
	l.mu.Unlock()
	res := make(chan int)
	go func() { res <- l.size() }()
	n := <-res
	l.mu.Lock()
	defer l.mu.Unlock()
	return n + l.n
}

// The timer's function is another goroutine.
func (l *loader) Later() {
	l.mu.Lock()
	defer l.mu.Unlock()
	done := make(chan struct{})
	time.AfterFunc(time.Second, func() {
		l.mu.Lock()
		l.n++
		l.mu.Unlock()
		close(done)
	})
	<-done // want `receiving from done while l\.mu is held \(locked on line \d+\).*needs l\.mu \(.*\d+\)`
}

// The join is a method.
type crew struct {
	mu sync.Mutex
	wg sync.WaitGroup
	n  int
}

// Start starts a member.
func (c *crew) Start() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wg.Go(func() { c.step() })
}

func (c *crew) step() {
	c.mu.Lock()
	c.n++
	c.mu.Unlock()
}

// Stop joins them by the method.
func (c *crew) Stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.join() // want `while c\.mu is held \(locked on line \d+\).*needs c\.mu \(.*\d+\)`
}

func (c *crew) join() { c.wg.Wait() }

// The embedded lock, and a generic type.
type pipe[T any] struct {
	sync.Mutex
	ch   chan T
	seen []T
}

// NewPipe starts the receiver.
func NewPipe[T any]() *pipe[T] {
	p := &pipe[T]{ch: make(chan T)}
	go p.drain()
	return p
}

func (p *pipe[T]) drain() {
	for v := range p.ch {
		p.Lock()
		p.seen = append(p.seen, v)
		p.Unlock()
	}
}

// Put sends with the lock.
func (p *pipe[T]) Put(v T) {
	p.Lock()
	p.ch <- v // want `sending on p\.ch while p(\.Mutex)? is held \(locked on line \d+\).*needs p(\.Mutex)? \(.*\d+\)`
	p.Unlock()
}

// The partner is behind an interface with one implementation.
type bus struct {
	mu   sync.Mutex
	ch   chan string
	subs []listener
	n    int
}

type listener interface{ hear(string) }

type counter struct{ bus *bus }

func (c *counter) hear(string) {
	c.bus.mu.Lock()
	c.bus.n++
	c.bus.mu.Unlock()
}

// NewBus starts the receiver.
func NewBus() *bus {
	b := &bus{ch: make(chan string)}
	b.subs = append(b.subs, &counter{b})
	go b.deliver()
	return b
}

func (b *bus) deliver() {
	for s := range b.ch {
		for _, l := range b.subs {
			l.hear(s)
		}
	}
}

// Say sends with the lock.
func (b *bus) Say(s string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ch <- s // want `sending on b\.ch while b\.mu is held \(locked on line \d+\).*needs \S*mu \(.*\d+\)`
}
