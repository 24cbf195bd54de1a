package lockblocking

import (
	"context"
	"io"
	"sync"
	"time"
)

// Waiting with a lock that nobody needs to end the wait, or not for long.

// Room for all that is ever sent.
type gather struct {
	mu sync.Mutex
	n  int
}

// All has room for each sender; they send and go.
func (g *gather) All(k int) (sum int) {
	res := make(chan int, k)
	for range k {
		go func() {
			g.mu.Lock()
			res <- g.n
			g.mu.Unlock()
		}()
	}
	for range k {
		sum += <-res
	}
	return sum
}

// One has room for one.
func (g *gather) One() {
	res := make(chan int, 1)
	go func() {
		v := <-res
		g.mu.Lock()
		g.n = v
		g.mu.Unlock()
	}()
	g.mu.Lock()
	res <- g.n
	g.mu.Unlock()
}

// All senders hold the lock and look whether there is room; receivers only make
// more of it.
type ring struct {
	mu   sync.Mutex
	ch   chan int
	lost int
}

// NewRing starts the receiver.
func NewRing() *ring {
	r := &ring{ch: make(chan int, 8)}
	go func() {
		for range r.ch {
			r.mu.Lock()
			r.lost--
			r.mu.Unlock()
		}
	}()
	return r
}

// Put does not wait.
func (r *ring) Put(v int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.ch) < cap(r.ch) {
		r.ch <- v
	} else {
		r.lost++
	}
}

// Capacity 1, drained before the send, by senders that all hold the lock.
type latest struct {
	mu sync.Mutex
	ch chan int
	n  int
}

// NewLatest starts the receiver.
func NewLatest() *latest {
	l := &latest{ch: make(chan int, 1)}
	go func() {
		for v := range l.ch {
			l.mu.Lock()
			l.n = v
			l.mu.Unlock()
		}
	}()
	return l
}

// Set replaces what nobody has taken yet.
func (l *latest) Set(v int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case <-l.ch:
	default:
	}
	l.ch <- v
}

// A select with a way out.
type outlet struct {
	mu   sync.Mutex
	ch   chan int
	stop chan struct{}
	n    int
}

// NewOutlet starts the receiver.
func NewOutlet() *outlet {
	o := &outlet{ch: make(chan int), stop: make(chan struct{})}
	go func() {
		for v := range o.ch {
			o.mu.Lock()
			o.n = v
			o.mu.Unlock()
		}
	}()
	return o
}

// TrySend has a default.
func (o *outlet) TrySend(v int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	select {
	case o.ch <- v:
	default:
	}
}

// SendCtx ends with its context.
func (o *outlet) SendCtx(ctx context.Context, v int) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	select {
	case o.ch <- v:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// SendStop ends with the object, whose Stop needs no lock.
func (o *outlet) SendStop(v int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	select {
	case o.ch <- v:
	case <-o.stop:
	}
}

// Stop needs no lock.
func (o *outlet) Stop() { close(o.stop) }

// SendSoon ends with the time.
func (o *outlet) SendSoon(v int) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	select {
	case o.ch <- v:
		return true
	case <-time.After(time.Second):
		return false
	}
}

// The usual use of a Cond: its own lock.
type bounded struct {
	mu    sync.Mutex
	cond  *sync.Cond
	items []int
}

// NewBounded ties them together.
func NewBounded() *bounded {
	b := new(bounded)
	b.cond = sync.NewCond(&b.mu)
	return b
}

// Take waits with the lock that Wait gives back.
func (b *bounded) Take() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.items) == 0 {
		b.cond.Wait()
	}
	v := b.items[0]
	b.items = b.items[1:]
	return v
}

// Put needs it.
func (b *bounded) Put(v int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.items = append(b.items, v)
	b.cond.Signal()
}

// One request at a time: the lock is for that, and the server does not know it.
type conn struct {
	mu   sync.Mutex
	req  chan int
	resp chan int
}

// NewConn starts the server.
func NewConn() *conn {
	c := &conn{req: make(chan int), resp: make(chan int)}
	go func() {
		for v := range c.req {
			c.resp <- v * v
		}
	}()
	return c
}

// Call asks and waits for the answer.
func (c *conn) Call(v int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.req <- v
	return <-c.resp
}

// A lock that only serialises what is written.
type writer struct {
	wmu sync.Mutex
	mu  sync.Mutex
	out io.Writer
	n   int
}

// Write may take as long as it likes.
func (w *writer) Write(p []byte) (int, error) {
	w.wmu.Lock()
	defer w.wmu.Unlock()
	n, err := w.out.Write(p)
	w.mu.Lock()
	w.n += n
	w.mu.Unlock()
	return n, err
}

// A flag under the read lock, and a receiver that needs no lock.
type stream struct {
	mu     sync.RWMutex
	closed bool
	ch     chan int
}

// NewStream starts the receiver.
func NewStream(f func(int)) *stream {
	s := &stream{ch: make(chan int)}
	go func() {
		for v := range s.ch {
			f(v)
		}
	}()
	return s
}

// Send keeps Close from closing under its hands.
func (s *stream) Send(v int) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return false
	}
	s.ch <- v
	return true
}

// Close waits for the senders.
func (s *stream) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.closed = true
		close(s.ch)
	}
}

// Readers do not stop each other if nobody writes.
type palette struct {
	mu sync.RWMutex
	ch chan int
	n  int
}

// NewPalette starts the receiver.
func NewPalette(n int) *palette {
	p := &palette{ch: make(chan int), n: n}
	go func() {
		for v := range p.ch {
			p.mu.RLock()
			v += p.n
			p.mu.RUnlock()
		}
	}()
	return p
}

// Mix sends with the read lock.
func (p *palette) Mix(v int) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	p.ch <- v + p.n
}

// What is started with the lock runs without it.
type ticket struct {
	mu sync.Mutex
	ch chan int
	n  int
}

// NewTicket starts the receiver.
func NewTicket() *ticket {
	t := &ticket{ch: make(chan int)}
	go func() {
		for v := range t.ch {
			t.mu.Lock()
			t.n = v
			t.mu.Unlock()
		}
	}()
	return t
}

// Post sends in a goroutine.
func (t *ticket) Post(v int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	go func() { t.ch <- v }()
	time.AfterFunc(time.Second, func() { t.ch <- v })
}

// PostEarly unlocks on the path that sends.
func (t *ticket) PostEarly(v int) {
	t.mu.Lock()
	if t.n != v {
		t.mu.Unlock()
		t.ch <- v
		return
	}
	t.n++
	t.mu.Unlock()
}

// The partner needs the lock when the wait is over.
type after struct {
	mu sync.Mutex
	wg sync.WaitGroup
	n  int
}

// Ask gets its answer before the lock is asked for.
func (a *after) Ask() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	res := make(chan int)
	go func() {
		res <- 1
		a.mu.Lock()
		a.n++
		a.mu.Unlock()
	}()
	return <-res
}

// Tell is rid of its value before the lock is asked for.
func (a *after) Tell(v int) {
	ch := make(chan int)
	go func() {
		v := <-ch
		a.mu.Lock()
		a.n = v
		a.mu.Unlock()
	}()
	a.mu.Lock()
	defer a.mu.Unlock()
	ch <- v
}

// Join is over before the lock is asked for.
func (a *after) Join() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.wg.Add(1)
	go func() {
		a.wg.Done()
		a.mu.Lock()
		a.n--
		a.mu.Unlock()
	}()
	a.wg.Wait()
}

// The partner has another lock, or the same lock of another object.
type node struct {
	mu    sync.Mutex
	child *node
	ch    chan int
	n     int
}

// NewNode starts the receiver, which locks its own node.
func NewNode(child *node) *node {
	n := &node{child: child, ch: make(chan int)}
	go n.serve()
	return n
}

func (n *node) serve() {
	for v := range n.ch {
		n.mu.Lock()
		n.n += v
		n.mu.Unlock()
	}
}

// Pass sends to the child with the parent's lock.
func (n *node) Pass(v int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.child != nil {
		n.child.ch <- v
	}
}

// Two receivers, one of which needs nothing.
type twoDoors struct {
	mu sync.Mutex
	ch chan int
	n  int
}

// NewTwoDoors starts both.
func NewTwoDoors() *twoDoors {
	t := &twoDoors{ch: make(chan int)}
	go func() {
		for v := range t.ch {
			t.mu.Lock()
			t.n = v
			t.mu.Unlock()
		}
	}()
	go func() {
		for range t.ch {
		}
	}()
	return t
}

// Knock is opened by the other.
func (t *twoDoors) Knock(v int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ch <- v
}

// The partner only tries.
type polite struct {
	mu sync.Mutex
	ch chan int
	n  int
}

// NewPolite starts the receiver.
func NewPolite() *polite {
	p := &polite{ch: make(chan int)}
	go func() {
		for v := range p.ch {
			if p.mu.TryLock() {
				p.n = v
				p.mu.Unlock()
			}
		}
	}()
	return p
}

// Say gets rid of it in any case.
func (p *polite) Say(v int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ch <- v
}

// The partner needs the lock only when it has announced the event.
type ready struct {
	mu   sync.Mutex
	up   chan struct{}
	once sync.Once
	n    int
}

// NewReady starts what announces and goes on.
func NewReady() *ready {
	r := &ready{up: make(chan struct{})}
	go func() {
		r.once.Do(func() { close(r.up) })
		for {
			r.mu.Lock()
			r.n++
			r.mu.Unlock()
		}
	}()
	return r
}

// Use waits for the start.
func (r *ready) Use() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	<-r.up
	return r.n
}

// What never blocks.
type closer struct {
	mu   sync.Mutex
	quit chan struct{}
	done bool
	n    int
}

// NewCloser starts the receiver.
func NewCloser() *closer {
	c := &closer{quit: make(chan struct{})}
	go func() {
		<-c.quit
		c.mu.Lock()
		c.n++
		c.mu.Unlock()
	}()
	return c
}

// Close announces with the lock; close does not wait for those who listen.
func (c *closer) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.done {
		c.done = true
		close(c.quit)
	}
}

// Closed receives from a channel that it has closed itself.
func (c *closer) Closed() {
	c.mu.Lock()
	defer c.mu.Unlock()
	ch := make(chan struct{})
	go func() {
		c.mu.Lock()
		c.n--
		c.mu.Unlock()
	}()
	close(ch)
	<-ch
}

// Nobody knows who is at the other end.
type unknown struct {
	mu sync.Mutex
	n  int
}

// Send has the channel from its caller.
func (u *unknown) Send(ch chan<- int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	ch <- u.n
}

// Until waits for a context.
func (u *unknown) Until(ctx context.Context) {
	u.mu.Lock()
	defer u.mu.Unlock()
	<-ctx.Done()
}

// Pause waits for the clock: slow, and no deadlock.
func (u *unknown) Pause() {
	u.mu.Lock()
	defer u.mu.Unlock()
	<-time.After(time.Millisecond)
	time.Sleep(time.Millisecond)
	u.n++
}

// A lock of this call alone.
func Local() (n int) {
	var mu sync.Mutex
	ch := make(chan int)
	go func() {
		var mu sync.Mutex
		mu.Lock()
		defer mu.Unlock()
		ch <- 1
	}()
	mu.Lock()
	defer mu.Unlock()
	return <-ch
}

// The members' part under the lock is over before the wait begins: they were
// waited for once, and the second wait has nobody.
type twice struct {
	mu sync.Mutex
	n  int
}

// Run waits without the lock, then with it.
func (t *twice) Run() int {
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			t.mu.Lock()
			t.n++
			t.mu.Unlock()
		})
	}
	wg.Wait()
	t.mu.Lock()
	defer t.mu.Unlock()
	wg.Wait()
	return t.n
}

// A prompt reader is kept waiting for a second. Whether that is too long is not
// for a default check to say.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

// FN_Adjust sleeps with the lock.
func (c *clock) FN_Adjust() {
	c.mu.Lock()
	defer c.mu.Unlock()
	time.Sleep(time.Second)
	c.now = time.Now()
}

// Now is the prompt reader.
func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// With no sender and no closer, the receive never ends. That is chanleak's.
type lonely struct {
	mu sync.Mutex
	ch chan int
}

// FN_Wait waits for nobody.
func (l *lonely) FN_Wait() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return <-l.ch
}

// The goroutine comes to the Wait itself only when it must not wait: then it would
// wait for its own end, with or without the lock.
type reactor struct {
	mu      sync.Mutex
	monitor sync.WaitGroup
	n       int
}

// Start starts what Stop waits for.
func (s *reactor) Start() {
	s.monitor.Add(1)
	go s.watch()
}

func (s *reactor) watch() {
	defer s.monitor.Done()
	for s.n < 10 {
		s.n++
	}
	s.end(true)
}

func (s *reactor) end(inside bool) {
	if !inside {
		s.Stop()
	}
}

// Stop lets nobody start another one meanwhile.
func (s *reactor) Stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.monitor.Wait()
}

// A function that only tests put there says nothing of the others that may be there.
type detector struct {
	mu      sync.Mutex
	failure func(string)
}

// Compare calls what is in the field.
func (d *detector) Compare() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.failure != nil {
		d.failure("changed")
	}
}

// A device makes the channel that stands for its connection when it is opened: there is
// room for what it sends first.
type device struct {
	mu   sync.Mutex
	free chan struct{}
	n    int
}

func (d *device) Open() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.n == 0 {
		d.free = make(chan struct{}, 1)
		d.free <- struct{}{}
	}
	d.n++
}

func (d *device) Use() {
	d.mu.Lock()
	defer d.mu.Unlock()
	<-d.free
	d.n++
	go func() { d.free <- struct{}{} }()
}
