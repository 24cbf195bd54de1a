package lockorder

import "sync"

// Read locks wait for writers only: for one that has the lock, and for one that
// waits for it.

type catalog struct {
	mu sync.RWMutex
	n  int
}

type stock struct {
	mu sync.RWMutex
	n  int
}

// Lookup reads the catalog, then the stock.
func Lookup(c *catalog, s *stock) int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	s.mu.RLock()
	defer s.mu.RUnlock()
	return c.n + s.n
}

// Count reads the stock, then the catalog. With a writer waiting for each of
// them, both readers wait.
func Count(c *catalog, s *stock) int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	c.mu.RLock() // want `c\.mu is acquired while s\.mu is held \(.*line \d+\), but \S*Lookup \(modes\.go:\d+\)`
	defer c.mu.RUnlock()
	return s.n - c.n
}

// SetCatalog is the one writer.
func SetCatalog(c *catalog) { c.mu.Lock(); c.n++; c.mu.Unlock() }

// SetStock is the other.
func SetStock(s *stock) { s.mu.Lock(); s.n++; s.mu.Unlock() }

// Nobody writes: all of them get in.
type frozen struct {
	mu sync.RWMutex
	n  int
}

type fixed struct {
	mu sync.RWMutex
	n  int
}

// Left reads both.
func (f *frozen) Left(g *fixed) int {
	f.mu.RLock()
	defer f.mu.RUnlock()
	g.mu.RLock()
	defer g.mu.RUnlock()
	return f.n + g.n
}

// Right reads both.
func (f *frozen) Right(g *fixed) int {
	g.mu.RLock()
	defer g.mu.RUnlock()
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.n - g.n
}

// One of the two has a writer, the other not: its readers never wait, so that
// they let go of the first lock.
type schema struct {
	mu sync.RWMutex
	n  int
}

type rows struct {
	mu sync.RWMutex
	n  int
}

// Scan reads both.
func (s *schema) Scan(r *rows) int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	r.mu.RLock()
	defer r.mu.RUnlock()
	return s.n + r.n
}

// Check reads both.
func (s *schema) Check(r *rows) int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.n - r.n
}

// Alter is the only writer.
func (s *schema) Alter() { s.mu.Lock(); s.n++; s.mu.Unlock() }

// One side reads, the other writes: no third is needed.
type route struct {
	mu sync.RWMutex
	n  int
}

type peer struct {
	mu sync.Mutex
	n  int
}

// Find reads the route and locks the peer.
func (r *route) Find(p *peer) int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.n
}

// Announce writes the route with the peer locked.
func (p *peer) Announce(r *route) {
	p.mu.Lock()
	defer p.mu.Unlock()
	r.mu.Lock() // want `r\.mu is acquired while p\.mu is held \(locked on line \d+\), but \S*Find \(modes\.go:\d+\)`
	defer r.mu.Unlock()
	r.n = p.n
}

// Both sides read the first lock; its writer makes them wait for each other.
type topology struct {
	mu sync.RWMutex
	n  int
}

type session struct {
	mu sync.Mutex
	n  int
}

// Open reads, then locks the session.
func (t *topology) Open(s *session) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n = t.n
}

// Refresh locks the session, then reads.
func (s *session) Refresh(t *topology) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t.mu.RLock() // want `t\.mu is acquired while s\.mu is held \(locked on line \d+\), but \S*Open \(modes\.go:\d+\)`
	defer t.mu.RUnlock()
	s.n = t.n
}

// Update is the writer.
func (t *topology) Update(n int) { t.mu.Lock(); t.n = n; t.mu.Unlock() }

// The same without a writer: the readers never wait.
type preset struct {
	mu sync.RWMutex
	n  int
}

type knob struct {
	mu sync.Mutex
	n  int
}

// Apply reads, then locks.
func (p *preset) Apply(k *knob) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	k.mu.Lock()
	defer k.mu.Unlock()
	k.n = p.n
}

// Compare locks, then reads.
func (k *knob) Compare(p *preset) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	p.mu.RLock()
	defer p.mu.RUnlock()
	return k.n == p.n
}

// RLocker is the read side of the same lock.
type atlas struct {
	mu sync.RWMutex
	n  int
}

type pin struct {
	mu sync.Mutex
	n  int
}

// Place reads by the Locker.
func (a *atlas) Place(p *pin) {
	r := a.mu.RLocker()
	r.Lock()
	defer r.Unlock()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.n = a.n
}

// Move writes with the pin locked.
func (p *pin) Move(a *atlas) {
	p.mu.Lock()
	defer p.mu.Unlock()
	a.mu.Lock() // want `a\.mu is acquired while p\.mu is held \(locked on line \d+\), but \S*Place \(modes\.go:\d+\)`
	defer a.mu.Unlock()
	a.n = p.n
}

// A gate that both read is open to both.
type arena struct {
	gate      sync.RWMutex
	red, blue sync.Mutex
	n         int
}

// Red goes through the gate.
func (a *arena) Red() {
	a.gate.RLock()
	defer a.gate.RUnlock()
	a.red.Lock()
	defer a.red.Unlock()
	a.blue.Lock()
	defer a.blue.Unlock()
	a.n++
}

// Blue goes through it at the same time.
func (a *arena) Blue() {
	a.gate.RLock()
	defer a.gate.RUnlock()
	a.blue.Lock()
	defer a.blue.Unlock()
	a.red.Lock() // want `a\.red is acquired while a\.blue is held \(locked on line \d+\), but \S*Red \(modes\.go:\d+\)`
	defer a.red.Unlock()
	a.n--
}

// A gate that one of them writes lets nobody else in.
type stage struct {
	gate     sync.RWMutex
	bow, fly sync.Mutex
	n        int
}

// Bow reads the gate.
func (s *stage) Bow() {
	s.gate.RLock()
	defer s.gate.RUnlock()
	s.bow.Lock()
	defer s.bow.Unlock()
	s.fly.Lock()
	defer s.fly.Unlock()
	s.n++
}

// Fly writes it.
func (s *stage) Fly() {
	s.gate.Lock()
	defer s.gate.Unlock()
	s.fly.Lock()
	defer s.fly.Unlock()
	s.bow.Lock()
	defer s.bow.Unlock()
	s.n--
}

// Three edges, of which two readers meet a third lock's writer: that takes a fourth
// goroutine, and calls. Nobody can replay it.
type bank struct {
	mu sync.RWMutex
	n  int
}

type till struct {
	mu sync.Mutex
	n  int
}

type cellar struct {
	mu sync.Mutex
	n  int
}

// Count reads the bank and asks the till.
func (b *bank) Count(t *till) int {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.n + t.count()
}

func (t *till) count() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.n
}

// Empty locks the till and puts into the cellar.
func (t *till) Empty(v *cellar) {
	t.mu.Lock()
	defer t.mu.Unlock()
	v.put(t.n)
}

func (v *cellar) put(n int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.n += n
}

// Check locks the cellar and reads the bank.
func (v *cellar) Check(b *bank) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.n == b.sum()
}

func (b *bank) sum() int {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.n
}

// Open is the writer.
func (b *bank) Open(n int) { b.mu.Lock(); b.n = n; b.mu.Unlock() }
