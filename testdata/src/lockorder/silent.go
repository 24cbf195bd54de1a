package lockorder

import (
	"slices"
	"sync"
)

// Both orders, and nobody to wait for anybody.

// A common outer lock lets only one of them in.
type bridge struct {
	gate, east, west sync.Mutex
	n                int
}

// East has the gate.
func (b *bridge) East() {
	b.gate.Lock()
	defer b.gate.Unlock()
	b.east.Lock()
	defer b.east.Unlock()
	b.west.Lock()
	defer b.west.Unlock()
	b.n++
}

// West has it, too.
func (b *bridge) West() {
	b.gate.Lock()
	defer b.gate.Unlock()
	b.west.Lock()
	defer b.west.Unlock()
	b.east.Lock()
	defer b.east.Unlock()
	b.n--
}

// The gate is locked by the callers, all of them.
type lock struct {
	gate, upper, lower sync.Mutex
	n                  int
}

// Up has the gate.
func (l *lock) Up() {
	l.gate.Lock()
	defer l.gate.Unlock()
	l.up()
}

// Down has the gate.
func (l *lock) Down() {
	l.gate.Lock()
	l.downLocked()
	l.gate.Unlock()
}

func (l *lock) up() {
	l.lower.Lock()
	defer l.lower.Unlock()
	l.upper.Lock()
	defer l.upper.Unlock()
	l.n++
}

// downLocked empties the lock; l.gate must be held.
func (l *lock) downLocked() {
	l.upper.Lock()
	defer l.upper.Unlock()
	l.lower.Lock()
	defer l.lower.Unlock()
	l.n--
}

// The gate is a package variable, and one side locks it two calls above.
var plantMu sync.Mutex

type boiler struct {
	fire, water sync.Mutex
	n           int
}

// Heat has the gate.
func (b *boiler) Heat() {
	plantMu.Lock()
	defer plantMu.Unlock()
	b.heat()
}

func (b *boiler) heat() { b.burn() }

func (b *boiler) burn() {
	b.fire.Lock()
	defer b.fire.Unlock()
	b.water.Lock()
	defer b.water.Unlock()
	b.n++
}

// Quench has the gate.
func (b *boiler) Quench() {
	plantMu.Lock()
	defer plantMu.Unlock()
	b.water.Lock()
	defer b.water.Unlock()
	b.fire.Lock()
	defer b.fire.Unlock()
	b.n--
}

// Who only tries does not wait.
type door struct{ mu sync.Mutex }

type key struct{ mu sync.Mutex }

// Enter waits.
func Enter(d *door, k *key) {
	d.mu.Lock()
	defer d.mu.Unlock()
	k.mu.Lock()
	defer k.mu.Unlock()
}

// Peek tries.
func Peek(d *door, k *key) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if d.mu.TryLock() {
		defer d.mu.Unlock()
		return true
	}
	return false
}

// Retry gives up what it has and begins again.
func Retry(d *door, k *key) {
	for {
		k.mu.Lock()
		if d.mu.TryLock() {
			d.mu.Unlock()
			k.mu.Unlock()
			return
		}
		k.mu.Unlock()
	}
}

// An object under construction is in nobody's way.
type hub struct {
	mu    sync.Mutex
	ports []*port
}

type port struct {
	mu  sync.Mutex
	hub *hub
	n   int
}

// NewPort locks the new port before the hub.
func NewPort(h *hub) *port {
	p := &port{hub: h}
	p.mu.Lock()
	defer p.mu.Unlock()
	h.mu.Lock()
	defer h.mu.Unlock()
	p.n = len(h.ports)
	return p
}

// NewNamedPort does so in a method.
func NewNamedPort(h *hub, n int) *port {
	p := new(port)
	p.attach(h)
	p.n = n
	return p
}

func (p *port) attach(h *hub) {
	p.mu.Lock()
	defer p.mu.Unlock()
	h.mu.Lock()
	defer h.mu.Unlock()
	p.hub = h
}

// Reset locks the hub before the ports.
func (h *hub) Reset() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, p := range h.ports {
		p.mu.Lock()
		p.n = 0
		p.mu.Unlock()
	}
}

// Before main there is one goroutine.
var (
	earlyMu, lateMu sync.Mutex
	early, late     int
)

func init() {
	lateMu.Lock()
	defer lateMu.Unlock()
	earlyMu.Lock()
	defer earlyMu.Unlock()
	early, late = 1, 2
}

// Advance has the only other edge.
func Advance() {
	earlyMu.Lock()
	defer earlyMu.Unlock()
	lateMu.Lock()
	defer lateMu.Unlock()
	early, late = late, late+1
}

// A lock that each call has for itself.
type total struct {
	mu sync.Mutex
	n  int
}

// Under locks its own inside.
func (t *total) Under(xs []int) {
	var own sync.Mutex
	t.mu.Lock()
	defer t.mu.Unlock()
	own.Lock()
	for _, x := range xs {
		t.n += x
	}
	own.Unlock()
}

// Over locks its own outside, in goroutines; no two calls share it, and Under
// has another.
func (t *total) Over(xs []int) {
	var own sync.Mutex
	var wg sync.WaitGroup
	for _, x := range xs {
		wg.Go(func() {
			own.Lock()
			defer own.Unlock()
			t.mu.Lock()
			defer t.mu.Unlock()
			t.n += x
		})
	}
	wg.Wait()
	own.Lock()
	defer own.Unlock()
}

// Paths that exclude each other: nobody has both.
type signal struct {
	red, green sync.Mutex
	n          int
}

// Toggle has one or the other.
func (s *signal) Toggle(stop bool) {
	if stop {
		s.red.Lock()
	}
	if !stop {
		s.green.Lock()
		s.n++
		s.green.Unlock()
	}
	if stop {
		s.n--
		s.red.Unlock()
	}
}

// Back has the only edge.
func (s *signal) Back() {
	s.green.Lock()
	defer s.green.Unlock()
	s.red.Lock()
	defer s.red.Unlock()
	s.n = 0
}

// The parameter that makes the callee lock is false under the lock.
type repo struct {
	mu  sync.Mutex
	idx *idx
	n   int
}

type idx struct {
	mu sync.Mutex
	st *repo
	n  int
}

// Insert calls with false.
func (s *repo) Insert() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.idx.touch(false)
	s.n++
}

// Touch calls with true.
func (s *repo) Touch() { s.idx.touch(true) }

func (x *idx) touch(lock bool) {
	if lock {
		x.mu.Lock()
		defer x.mu.Unlock()
	}
	x.n++
}

// Rebuild has the only edge.
func (x *idx) Rebuild() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.st.mu.Lock()
	x.n = x.st.n
	x.st.mu.Unlock()
}

// One after the other is not one in the other.
type left struct{ mu sync.Mutex }

type right struct{ mu sync.Mutex }

// LeftRight unlocks early on every path.
func LeftRight(l *left, r *right, ok bool) {
	l.mu.Lock()
	if !ok {
		l.mu.Unlock()
		r.mu.Lock()
		r.mu.Unlock()
		return
	}
	l.mu.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
}

// RightLeft has the only edge.
func RightLeft(l *left, r *right) {
	r.mu.Lock()
	defer r.mu.Unlock()
	l.mu.Lock()
	l.mu.Unlock()
}

// One order everywhere.
type top struct{ mu sync.Mutex }

type between struct{ mu sync.Mutex }

type low struct{ mu sync.Mutex }

// All takes all three.
func All(t *top, m *between, l *low) {
	t.mu.Lock()
	defer t.mu.Unlock()
	m.mu.Lock()
	defer m.mu.Unlock()
	l.mu.Lock()
	defer l.mu.Unlock()
}

// Some leaves one out, and unlocks out of order.
func Some(t *top, l *low) {
	t.mu.Lock()
	l.mu.Lock()
	t.mu.Unlock()
	l.mu.Unlock()
}

// Again takes the first when it has given back the rest.
func Again(t *top, m *between) {
	m.mu.Lock()
	m.mu.Unlock()
	t.mu.Lock()
	defer t.mu.Unlock()
	m.mu.Lock()
	defer m.mu.Unlock()
}

// What tests do in another order is theirs.
type probe struct{ mu sync.Mutex }

type gauge struct{ mu sync.Mutex }

// Sample has the only edge outside tests.
func Sample(p *probe, g *gauge) {
	p.mu.Lock()
	defer p.mu.Unlock()
	g.mu.Lock()
	defer g.mu.Unlock()
}

// The waiting on a Cond gives its own lock back; no second lock is held.
type mailbox struct {
	mu   sync.Mutex
	cond *sync.Cond
	n    int
}

type postman struct {
	mu  sync.Mutex
	box *mailbox
}

// NewMailbox ties the two together.
func NewMailbox() *mailbox {
	m := new(mailbox)
	m.cond = sync.NewCond(&m.mu)
	return m
}

// Await waits, and then locks the postman.
func (m *mailbox) Await(p *postman) {
	m.mu.Lock()
	for m.n == 0 {
		m.cond.Wait()
	}
	m.mu.Unlock()
	p.mu.Lock()
	defer p.mu.Unlock()
}

// Deliver has the only edge.
func (p *postman) Deliver() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.box.mu.Lock()
	p.box.n++
	p.box.mu.Unlock()
	p.box.cond.Signal()
}

// Wait locks the tray again while it has the desk. The
// waiting itself is the mistake, and lockblocking's: one report is enough.
type tray struct {
	mu   sync.Mutex
	cond *sync.Cond
	n    int
}

type desk struct {
	mu   sync.Mutex
	tray *tray
}

// NewTray ties the two together.
func NewTray() *tray {
	t := new(tray)
	t.cond = sync.NewCond(&t.mu)
	return t
}

// FN_Work waits with the desk locked, in the order tray, desk, tray.
func (t *tray) FN_Work(d *desk) {
	t.mu.Lock()
	defer t.mu.Unlock()
	d.mu.Lock()
	defer d.mu.Unlock()
	for t.n == 0 {
		t.cond.Wait()
	}
}

// Ring is what it waits for.
func (t *tray) Ring() {
	t.mu.Lock()
	t.n++
	t.mu.Unlock()
	t.cond.Signal()
}

// A channel with room for one is a gate, too: who has sent is alone until he
// receives.
type clock struct {
	turn   chan struct{}
	timers []*timer
}

type timer struct {
	mu   sync.Mutex
	when int
}

// NewClock makes the gate.
func NewClock() *clock { return &clock{turn: make(chan struct{}, 1)} }

// Sort locks two timers, in the order in which it meets them.
func (c *clock) Sort() {
	c.turn <- struct{}{}
	defer func() { <-c.turn }()
	slices.SortFunc(c.timers, func(x, y *timer) int {
		x.mu.Lock()
		defer x.mu.Unlock()
		y.mu.Lock()
		defer y.mu.Unlock()
		return x.when - y.when
	})
}

// The gate is around both sides of a cycle.
type ferry struct {
	ticket     chan struct{}
	bow, stern sync.Mutex
	n          int
}

// NewFerry makes the gate.
func NewFerry() *ferry { return &ferry{ticket: make(chan struct{}, 1)} }

// Board has the gate.
func (f *ferry) Board() {
	f.ticket <- struct{}{}
	f.bow.Lock()
	f.stern.Lock()
	f.n++
	f.stern.Unlock()
	f.bow.Unlock()
	<-f.ticket
}

// Land has it, too.
func (f *ferry) Land() {
	f.ticket <- struct{}{}
	defer func() { <-f.ticket }()
	f.stern.Lock()
	defer f.stern.Unlock()
	f.bow.Lock()
	defer f.bow.Unlock()
	f.n--
}
