package guardedby

import "sync"

// A lock that is there for one field shows that it is shared, though not all callers
// of the methods are known: some come through an interface.

type pump interface {
	Start(version string)
	Version() string
	Rate() int
}

type source struct{ version string }

type engine struct {
	clock string
	src   *source
	srcMu sync.RWMutex

	mu   sync.Mutex
	rate int
	wear int
}

func newPump() pump { return &engine{} }

// Start locks.
func (e *engine) Start(version string) {
	s := &source{version}
	e.srcMu.Lock()
	e.src = s
	e.srcMu.Unlock()

	e.mu.Lock()
	e.rate = 1
	e.wear = 0
	e.mu.Unlock()
}

// Version does not.
func (e *engine) Version() string {
	if e.src == nil { // want `e.src is read without e.srcMu, which guards it \(held at 1 of 3 accesses, e.g. line \d+\)`
		return ""
	}
	return e.src.version
}

// Rate may be called where nobody calls Start any more: its lock is for more.
func (e *engine) Rate() int { return e.rate }

type station struct {
	mu   sync.Mutex
	pump pump
}

func (s *station) report() (string, int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pump.Version(), s.pump.Rate()
}

// The lock of a field that is written without it as well.
type meter struct {
	mu sync.Mutex
	n  int
}

type gaugeLike interface {
	Add()
	Sum() int
}

func newMeter() gaugeLike { return &meter{} }

// Add locks.
func (m *meter) Add() {
	m.mu.Lock()
	m.n++
	m.mu.Unlock()
}

// Sub locks.
func (m *meter) Sub() {
	m.mu.Lock()
	m.n--
	m.mu.Unlock()
}

// Sum is called when all is over.
func (m *meter) Sum() int {
	if m.n > 9 {
		m.n = 9
	}
	return m.n
}

type board struct {
	mu    sync.Mutex
	meter gaugeLike
}

func (b *board) all() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.meter.Add()
	return b.meter.Sum()
}
