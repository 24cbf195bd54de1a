package guardedby

import (
	"sync"
	"sync/atomic"
)

// Fields that no lock guards, though one may be held by chance.

type free struct {
	mu    sync.Mutex
	hits  atomic.Int64
	words int64 // by sync/atomic functions
	ch    chan int
	wg    sync.WaitGroup
	once  sync.Once
	other sync.Mutex
	m     sync.Map
	n     int
}

// Locked uses all of them under the lock, because it needs it for n.
func (f *free) Locked() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.n++
	f.hits.Add(1)
	atomic.AddInt64(&f.words, 1)
	f.m.Store(f.n, f.n)
	f.once.Do(func() {})
	f.other.Lock()
	f.other.Unlock()
	select {
	case f.ch <- f.n:
	default:
	}
}

// Free uses them without it.
func (f *free) Free() int64 {
	f.other.Lock()
	f.other.Unlock()
	f.wg.Wait()
	f.m.Delete(1)
	f.hits.Store(0)
	<-f.ch
	return atomic.LoadInt64(&f.words)
}

// Either of two locks suffices for reading; the writer has both.
type either struct {
	a, b sync.Mutex
	n    int
}

// Write holds both.
func (e *either) Write(n int) {
	e.a.Lock()
	defer e.a.Unlock()
	e.b.Lock()
	defer e.b.Unlock()
	e.n = n
}

// ReadA holds one.
func (e *either) ReadA() int { e.a.Lock(); defer e.a.Unlock(); return e.n }

// ReadB holds the other.
func (e *either) ReadB() int { e.b.Lock(); defer e.b.Unlock(); return e.n }

// ReadC holds the other too.
func (e *either) ReadC() int { e.b.Lock(); defer e.b.Unlock(); return 2 * e.n }

// A lock that serialises output does not guard what is configured once.
type logger struct {
	mu     sync.Mutex
	prefix string
	out    func(string)
}

// NewLogger configures.
func NewLogger(prefix string, out func(string)) *logger {
	return &logger{prefix: prefix, out: out}
}

// Print reads the configuration under the lock.
func (l *logger) Print(s string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.out(l.prefix + s)
}

// Prefix reads it without.
func (l *logger) Prefix() string { return l.prefix }

// Owned by the loop's goroutine: seen is used by run and what it calls, and
// only one run is ever started. That it is once touched under the lock means
// nothing.
type loop struct {
	mu   sync.Mutex
	jobs []int
	seen int
	quit chan struct{}
}

// NewLoop starts the only goroutine.
func NewLoop() *loop {
	l := &loop{quit: make(chan struct{})}
	go l.run()
	return l
}

func (l *loop) run() {
	for {
		select {
		case <-l.quit:
			return
		default:
		}
		l.mu.Lock()
		n := len(l.jobs)
		l.jobs = nil
		l.seen += n
		l.mu.Unlock()
		if l.seen > 100 {
			l.rest()
		}
	}
}

func (l *loop) rest() { l.seen = 0 }

// Add is for the others.
func (l *loop) Add(j int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.jobs = append(l.jobs, j)
}

// A value receiver has a copy of its own.
type config struct{ depth, width int }

func (c config) area() int {
	c.depth++
	return c.depth * c.width
}

type holder struct {
	mu  sync.Mutex
	cfg config
}

// Set writes the field under the lock.
func (h *holder) Set(d int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.cfg.depth = d
}

// Area copies it under the lock and computes with the copy.
func (h *holder) Area() int {
	h.mu.Lock()
	cfg := h.cfg
	h.mu.Unlock()
	return cfg.area() + cfg.width
}

// The same type without a lock in another place needs none.
func Plain(c *config) int {
	c.depth++
	return c.width
}

// Two unrelated structs that happen to be locked together.
type left struct {
	mu sync.Mutex
	n  int
}

type right struct {
	mu sync.Mutex
	n  int
}

// Pair locks both and writes both.
func Pair(l *left, r *right) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	l.n++
	r.n++
}

// Left locks what it uses.
func Left(l *left) {
	l.mu.Lock()
	l.n--
	l.mu.Unlock()
}

// Right locks what it uses.
func Right(r *right) {
	r.mu.Lock()
	r.n--
	r.mu.Unlock()
}

// Mostly without the lock, by the package's own accesses: one write under it is
// no evidence that it guards.
type phase struct {
	mu   sync.Mutex
	jobs []int
	step int
}

// Add is the lock's purpose.
func (p *phase) Add(j int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.jobs = append(p.jobs, j)
	p.step = 0
}

// One to Four never lock for step.
func (p *phase) One() { p.step = 1 }

// Two is the second.
func (p *phase) Two() { p.step = 2 }

// Three is the third.
func (p *phase) Three() { p.step = 3 }

// Four is the fourth.
func (p *phase) Four() bool { return p.step == 4 }

// FN_pointer lets the address out of the section's reach: nothing is read here.
func (l *left) FN_pointer() *int { return &l.n }

// The only writer may read without the lock: run is started once, writes under
// the lock for the sake of the readers, and reads what nobody else writes.
type progress struct {
	mu   sync.Mutex
	done int
	in   chan int
}

// NewProgress starts the writer.
func NewProgress() *progress {
	p := &progress{in: make(chan int)}
	go p.run()
	return p
}

func (p *progress) run() {
	for n := range p.in {
		if p.done+n > 100 {
			continue
		}
		p.mu.Lock()
		p.done += n
		p.mu.Unlock()
	}
}

// Done is for the others.
func (p *progress) Done() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.done
}
