// Package lockblocking holds what the check lockblocking must and must not
// report.
//
// Each case has a type of its own, so that its partners have nothing to do with
// any other. This file has the textbook cases.
package lockblocking

import (
	"sync"
	"time"
)

type status struct {
	mu sync.Mutex
	ch chan int
	n  int
}

// NewStatus starts the receiver.
func NewStatus() *status {
	s := &status{ch: make(chan int)}
	go s.serve()
	return s
}

// serve needs the lock between two receives.
func (s *status) serve() {
	for v := range s.ch {
		s.mu.Lock()
		s.n += v
		s.mu.Unlock()
	}
}

// Set sends with the lock: if serve has just received from another Set, it waits
// for the lock, and Set for serve.
func (s *status) Set(v int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ch <- v // want `sending on s\.ch while s\.mu is held \(locked on line 38\).*needs s\.mu \(.*29\)`
}

// SetOutside sends without it.
func (s *status) SetOutside(v int) {
	s.mu.Lock()
	v += s.n
	s.mu.Unlock()
	s.ch <- v
}

type fetcher struct {
	mu  sync.Mutex
	res chan string
	n   int
}

// Start makes the sender.
func (f *fetcher) Start() {
	f.res = make(chan string)
	go f.work()
}

// work needs the lock before it sends.
func (f *fetcher) work() {
	f.mu.Lock()
	f.n++
	f.mu.Unlock()
	f.res <- "done"
}

// Result receives with the lock.
func (f *fetcher) Result() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return <-f.res // want `receiving from f\.res while f\.mu is held \(locked on line \d+\).*needs f\.mu \(.*\d+\)`
}

// The event is announced by close (etcd 6873).
type broadcast struct {
	mu   sync.Mutex
	upd  chan int
	done chan struct{}
	n    int
}

// NewBroadcast starts a goroutine that closes done when it ends.
func NewBroadcast() *broadcast {
	b := &broadcast{upd: make(chan int, 1), done: make(chan struct{})}
	go func() {
		defer close(b.done)
		for v := range b.upd {
			b.coalesce(v)
		}
	}()
	return b
}

func (b *broadcast) coalesce(v int) {
	b.mu.Lock()
	b.n += v
	b.mu.Unlock()
}

// Stop waits for it with the lock.
func (b *broadcast) Stop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	close(b.upd)
	<-b.done // want `receiving from b\.done while b\.mu is held \(locked on line \d+\).*needs b\.mu \(.*\d+\)`
}

// StopOutside unlocks first.
func (b *broadcast) StopOutside() {
	b.mu.Lock()
	close(b.upd)
	b.mu.Unlock()
	<-b.done
}

type batch struct {
	mu sync.Mutex
	wg sync.WaitGroup
	n  int
}

// Go starts what Wait waits for.
func (b *batch) Go() {
	b.wg.Add(1)
	go b.work()
}

func (b *batch) work() {
	defer b.wg.Done()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.n++
}

// Wait keeps the workers from ending.
func (b *batch) Wait() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.wg.Wait() // want `b\.wg\.Wait while b\.mu is held \(locked on line \d+\).*work.*needs b\.mu \(.*\d+\)`
	return b.n
}

// A group of this function's own, with the newer way to start.
func (b *batch) Run() {
	var wg sync.WaitGroup
	b.mu.Lock()
	for range 3 {
		wg.Go(func() {
			b.mu.Lock()
			b.n++
			b.mu.Unlock()
		})
	}
	wg.Wait() // want `wg\.Wait while b\.mu is held \(locked on line \d+\).*needs b\.mu \(.*\d+\)`
	b.mu.Unlock()
}

// A package variable, and a receive in a select.
var (
	eventMu sync.Mutex
	events  = make(chan int)
	last    int
)

// Listen is started somewhere.
func Listen(stop <-chan struct{}) {
	for {
		select {
		case v := <-events:
			eventMu.Lock()
			last = v
			eventMu.Unlock()
		case <-stop:
			return
		}
	}
}

// Emit sends with the lock.
func Emit(v int) {
	eventMu.Lock()
	if v != last {
		events <- v // want `sending on events while eventMu is held \(locked on line \d+\).*needs eventMu \(.*\d+\)`
	}
	eventMu.Unlock()
}

// A buffer only puts it off (etcd 7492).
type keeper struct {
	mu    sync.Mutex
	add   chan string
	names map[string]bool
}

// NewKeeper starts the receiver, which needs the lock on every tick.
func NewKeeper() *keeper {
	k := &keeper{add: make(chan string, 1), names: map[string]bool{}}
	go k.run()
	return k
}

func (k *keeper) run() {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case s := <-k.add:
			_ = s
		case <-tick.C:
			k.expire()
		}
	}
}

func (k *keeper) expire() {
	k.mu.Lock()
	defer k.mu.Unlock()
	clear(k.names)
}

// Assign sends as often as it is called.
func (k *keeper) Assign(s string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.names[s] = true
	k.add <- s // want `sending on k\.add while k\.mu is held \(locked on line \d+\).*needs k\.mu \(.*\d+\)`
}

// A select without a way out.
type mux struct {
	mu   sync.Mutex
	a, b chan int
	n    int
}

// NewMux starts both receivers.
func NewMux() *mux {
	m := &mux{a: make(chan int), b: make(chan int)}
	go m.read(m.a)
	go m.readB()
	return m
}

func (m *mux) read(ch chan int) {
	for v := range ch {
		m.bump(v)
	}
}

func (m *mux) readB() {
	for v := range m.b {
		m.bump(-v)
	}
}

func (m *mux) bump(v int) {
	m.mu.Lock()
	m.n += v
	m.mu.Unlock()
}

// FN_Put needs one of them, and both need the lock; but one receiver has the
// channel as a parameter.
func (m *mux) FN_Put(v int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	select {
	case m.a <- v:
	case m.b <- v:
	}
}

// The stop case does not help if who stops needs the lock as well.
type ticker struct {
	mu   sync.Mutex
	out  chan int
	stop chan struct{}
	n    int
}

// NewTicker starts the receiver.
func NewTicker() *ticker {
	t := &ticker{out: make(chan int), stop: make(chan struct{})}
	go t.drain()
	return t
}

func (t *ticker) drain() {
	for v := range t.out {
		t.mu.Lock()
		t.n -= v
		t.mu.Unlock()
	}
}

// Tick selects.
func (t *ticker) Tick() {
	t.mu.Lock()
	defer t.mu.Unlock()
	select { // want `select while t\.mu is held \(locked on line \d+\).*needs t\.mu \(.*\d+\)`
	case t.out <- t.n:
	case <-t.stop:
	}
}

// Stop needs the lock to close.
func (t *ticker) Stop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	close(t.stop)
}

// A condition variable of another lock.
type queue struct {
	mu    sync.Mutex // guards closed
	itemM sync.Mutex
	cond  *sync.Cond
	items []int
	full  bool
}

// NewQueue ties the Cond to itemM.
func NewQueue() *queue {
	q := new(queue)
	q.cond = sync.NewCond(&q.itemM)
	return q
}

// Take gives itemM back while it waits, and keeps mu.
func (q *queue) Take() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.itemM.Lock()
	defer q.itemM.Unlock()
	for len(q.items) == 0 {
		q.cond.Wait() // want `q\.cond\.Wait.* while q\.mu is held \(locked on line \d+\).*needs q\.mu \(.*\d+\)`
	}
	v := q.items[0]
	q.items = q.items[1:]
	return v
}

// Put is the only one that signals.
func (q *queue) Put(v int) {
	q.mu.Lock()
	full := q.full
	q.mu.Unlock()
	if full {
		return
	}
	q.itemM.Lock()
	q.items = append(q.items, v)
	q.itemM.Unlock()
	q.cond.Signal()
}

// A token channel: who has a token needs the lock before it gives it back.
type limiter struct {
	mu  sync.Mutex
	sem chan struct{}
	n   int
}

// NewLimiter allows three.
func NewLimiter() *limiter { return &limiter{sem: make(chan struct{}, 3)} }

// FN_Start waits for a token with the lock: three must be out before it matters.
func (l *limiter) FN_Start() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sem <- struct{}{}
	go l.work()
}

func (l *limiter) work() {
	defer func() { <-l.sem }()
	l.mu.Lock()
	l.n++
	l.mu.Unlock()
}

// Ranging over a channel waits for its close, too.
type lines struct {
	mu sync.Mutex
	ch chan string
	n  int
}

// Read starts the sender.
func (l *lines) Read() {
	l.ch = make(chan string)
	go func() {
		defer close(l.ch)
		for range 3 {
			l.mu.Lock()
			l.n++
			l.mu.Unlock()
			l.ch <- "line"
		}
	}()
}

// Collect ranges with the lock.
func (l *lines) Collect() (all []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for s := range l.ch { // want `receiving from l\.ch while l\.mu is held \(locked on line \d+\).*needs l\.mu \(.*\d+\)`
		all = append(all, s)
	}
	return all
}

// A read lock stops the partner that writes.
type view struct {
	mu sync.RWMutex
	ch chan int
	n  int
}

// NewView starts the receiver.
func NewView() *view {
	v := &view{ch: make(chan int)}
	go v.apply()
	return v
}

func (v *view) apply() {
	for n := range v.ch {
		v.mu.Lock()
		v.n = n
		v.mu.Unlock()
	}
}

// Post sends with the read lock.
func (v *view) Post(n int) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if v.n != n {
		v.ch <- n // want `sending on v\.ch while v\.mu is held \(.*line \d+\).*needs v\.mu \(.*\d+\)`
	}
}

// It stops the partner that reads only if a writer waits in between: Close.
type feed struct {
	mu     sync.RWMutex
	ch     chan int
	closed bool
}

// NewFeed starts the receiver.
func NewFeed() *feed {
	f := &feed{ch: make(chan int)}
	go f.deliver()
	return f
}

func (f *feed) deliver() {
	for range f.ch {
		f.mu.RLock()
		if f.closed {
			f.mu.RUnlock()
			return
		}
		f.mu.RUnlock()
	}
}

// Send sends with the read lock.
func (f *feed) Send(n int) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	if f.closed {
		return
	}
	f.ch <- n // want `sending on f\.ch while f\.mu is held \(.*line \d+\).*needs f\.mu \(.*\d+\)`
}

// Close writes.
func (f *feed) Close() {
	f.mu.Lock()
	f.closed = true
	f.mu.Unlock()
}

// pool makes things in goroutines.
type pool struct {
	mu sync.Mutex
	n  int
}

// Make has had the lock before it starts the goroutine that holds it while it
// sends, and needs it no more to receive.
func (p *pool) Make() int {
	p.mu.Lock()
	p.n++
	p.mu.Unlock()
	ch := make(chan int)
	go func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		ch <- p.n
	}()
	return <-ch
}

// MakeLate takes it between the two.
func (p *pool) MakeLate() int {
	ch := make(chan int)
	go func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		ch <- p.n // want `sending on ch while p\.mu is held \(locked on line \d+\), but the receiver, pool\.MakeLate, needs p\.mu \(line \d+\)`
	}()
	p.mu.Lock()
	p.n++
	p.mu.Unlock()
	return <-ch
}

// The goroutine needs the lock for more than to wait for itself.
type journal struct {
	mu      sync.Mutex
	writers sync.WaitGroup
	n       int
}

// Start starts what Stop waits for.
func (j *journal) Start() {
	j.writers.Add(1)
	go j.write()
}

func (j *journal) write() {
	defer j.writers.Done()
	j.count()
	if j.n < 0 {
		j.Stop()
	}
}

func (j *journal) count() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.n++
}

// Stop keeps the writers from counting.
func (j *journal) Stop() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.writers.Wait() // want `j\.writers\.Wait while j\.mu is held \(locked on line \d+\), but journal\.write, which it waits for, needs j\.mu \(line \d+\)`
}
