// Package lockgap holds what the check lockgap must and must not report.
//
// This file has the gaps: what was read under a lock decides a write under a
// later acquisition of the same lock, and is not read again there.
package lockgap

import "sync"

type cache struct {
	mu sync.RWMutex
	m  map[string]int
}

// Get looks with the read lock and stores with the lock. Another goroutine may
// have stored in between.
func (c *cache) Get(k string, mk func() int) int {
	c.mu.RLock()
	v, ok := c.m[k]
	c.mu.RUnlock()
	if !ok {
		v = mk()
		c.mu.Lock()
		c.m[k] = v // want `c.m(\[k\])? is written here because of what was read under an earlier c\.mu \(line (17|18)\), which was unlocked in between: check again`
		c.mu.Unlock()
	}
	return v
}

// GetEarly leaves by a return when it finds something.
func (c *cache) GetEarly(k string, mk func() int) int {
	c.mu.RLock()
	if v, ok := c.m[k]; ok {
		c.mu.RUnlock()
		return v
	}
	c.mu.RUnlock()
	v := mk()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.m[k] = v // want `because of what was read under an earlier c\.mu \(line \d+\)`
	return v
}

// Fill does it for each key; the loop goes on, it does not retry.
func (c *cache) Fill(ks []string) {
	for _, k := range ks {
		c.mu.Lock()
		n := c.m[k]
		c.mu.Unlock()
		if n == 0 {
			c.mu.Lock()
			c.m[k] = len(k) // want `because of what was read under an earlier c\.mu \(line \d+\)`
			c.mu.Unlock()
		}
	}
}

type counter struct {
	sync.Mutex
	n int
}

// Inc writes a stale copy back: increments of others are lost.
func (c *counter) Inc() {
	c.Lock()
	n := c.n
	c.Unlock()
	n++
	c.Lock()
	c.n = n // want `c.n is written here because of what was read under an earlier c(\.Mutex)? \(line \d+\)`
	c.Unlock()
}

// get and set lock, each for itself.
func (c *counter) get() int {
	c.Lock()
	defer c.Unlock()
	return c.n
}

func (c *counter) set(n int) {
	c.Lock()
	defer c.Unlock()
	c.n = n
}

// Double is atomic in both halves, and not in the whole.
func (c *counter) Double() {
	c.set(2 * c.get()) // want `because of what was read under an earlier c(\.Mutex)? \(line \d+\)`
}

// DoubleVar does it in two statements.
func DoubleVar(c *counter) {
	n := c.get()
	c.set(n + n) // want `because of what was read under an earlier c(\.Mutex)? \(line \d+\)`
}

type set struct {
	mu sync.Mutex
	m  map[string]int
}

// Has and Put lock, each for itself.
func (s *set) Has(k string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.m[k]
	return ok
}

// Put does not look.
func (s *set) Put(k string, v int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.m[k] = v
}

// PutNew looks first, which does not help.
func (s *set) PutNew(k string, v int) bool {
	if s.Has(k) {
		return false
	}
	s.Put(k, v) // want `because of what was read under an earlier s\.mu \(line \d+\)`
	return true
}

// PutNewOn is a function of the set's user.
func PutNewOn(s *set, k string) {
	if !s.Has(k) {
		s.Put(k, 1) // want `because of what was read under an earlier s\.mu \(line \d+\)`
	}
}

// PutHalf calls for the check and writes by itself.
func (s *set) PutHalf(k string) {
	if !s.Has(k) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.m[k] = 1 // want `because of what was read under an earlier s\.mu \(line \d+\)`
	}
}

type account struct {
	mu      sync.Mutex
	balance int
}

// Balance locks.
func (a *account) Balance() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.balance
}

// take trusts its caller.
func (a *account) take(n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.balance -= n
}

// Withdraw may overdraw: two of them see the same balance.
func (a *account) Withdraw(n int) bool {
	if a.Balance() < n {
		return false
	}
	a.take(n) // want `because of what was read under an earlier a\.mu \(line \d+\)`
	return true
}

type queue struct {
	mu    sync.Mutex
	items []int
}

// Len locks.
func (q *queue) Len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.items)
}

// Pop trusts that there is something.
func (q *queue) Pop() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	v := q.items[0]
	q.items = q.items[1:]
	return v
}

// TryPop may find the queue empty after all, and panics.
func (q *queue) TryPop() (int, bool) {
	if q.Len() > 0 {
		return q.Pop(), true // want `because of what was read under an earlier q\.mu \(line \d+\)`
	}
	return 0, false
}

// Push may pass the limit.
func (q *queue) Push(v int) bool {
	q.mu.Lock()
	full := len(q.items) == 8
	q.mu.Unlock()
	if full {
		return false
	}
	q.mu.Lock()
	q.items = append(q.items, v) // want `because of what was read under an earlier q\.mu \(line \d+\)`
	q.mu.Unlock()
	return true
}

var (
	instMu sync.RWMutex
	inst   *cache
)

// Instance makes two of what there must be one of: the second check is missing.
func Instance() *cache {
	instMu.RLock()
	c := inst
	instMu.RUnlock()
	if c == nil {
		instMu.Lock()
		defer instMu.Unlock()
		inst = &cache{m: map[string]int{}} // want `inst is written here because of what was read under an earlier instMu \(line \d+\)`
		c = inst
	}
	return c
}

type closer struct {
	mu     sync.Mutex
	closed bool
	ch     chan int
}

// Close closes the channel twice when two of them run.
func (c *closer) Close() {
	c.mu.Lock()
	closed := c.closed
	c.mu.Unlock()
	if closed {
		return
	}
	c.mu.Lock()
	c.closed = true // want `because of what was read under an earlier c\.mu \(line \d+\)`
	close(c.ch)
	c.mu.Unlock()
}

type table[K comparable, V any] struct {
	mu sync.RWMutex
	m  map[K]V
}

// Load checks in a literal that is called in place.
func (t *table[K, V]) Load(k K, v V) {
	found := func() bool {
		t.mu.RLock()
		defer t.mu.RUnlock()
		_, ok := t.m[k]
		return ok
	}()
	if !found {
		t.mu.Lock()
		t.m[k] = v // want `because of what was read under an earlier t\.mu \(line \d+\)`
		t.mu.Unlock()
	}
}

// Max writes a maximum that may no longer be one.
func (c *counter) Max(n int) {
	if n > c.get() {
		c.set(n) // want `because of what was read under an earlier c(\.Mutex)? \(line \d+\)`
	}
}

// FN_drain pops as long as there is something. It fails like TryPop, unless this
// is the only consumer, as it mostly is with such a loop.
func FN_drain(q *queue) (sum int) {
	for q.Len() > 0 {
		sum += q.Pop()
	}
	return sum
}

// FN_otherField is told that the closer is open, and changes another field. Real
// code does so everywhere, and mostly the change is harmless.
func (c *closer) FN_otherField() {
	c.mu.Lock()
	closed := c.closed
	c.mu.Unlock()
	if closed {
		return
	}
	c.mu.Lock()
	c.ch = nil
	c.mu.Unlock()
}

// Mark writes a constant, which does no harm when it is done twice.
func (c *closer) Mark() {
	c.mu.Lock()
	closed := c.closed
	c.mu.Unlock()
	if !closed {
		c.mu.Lock()
		c.closed = true
		c.mu.Unlock()
	}
}

// A stream is being restored, or not.
type stream struct {
	mu      sync.Mutex
	restore *stream
	owner   *stream
	next    int
}

// Restored stores nil where nothing else happens: twice or late, it is the same.
func (s *stream) Restored() {
	s.mu.Lock()
	restore := s.restore
	s.mu.Unlock()
	if restore != nil {
		s.mu.Lock()
		s.restore = nil
		s.mu.Unlock()
	}
}

// Disown tells somebody, who may not be the one that it was.
func (s *stream) Disown() {
	s.mu.Lock()
	owner := s.owner
	s.mu.Unlock()
	if owner != nil {
		s.mu.Lock()
		s.owner.tell()
		s.owner = nil // want `s.owner is written here because of what was read under an earlier s.mu \(line \d+\)`
		s.mu.Unlock()
	}
}

func (s *stream) tell() {}

// Open says why.
func (s *stream) Open(id int) {
	s.mu.Lock()
	next := s.next
	s.mu.Unlock()
	if id < next {
		return
	}
	s.mu.Lock()
	// no need to look again: there is one caller that changes it
	println("a")
	println("b")
	println("c")
	println("d")
	println("e")
	println("f")
	s.next = id + 1
	s.mu.Unlock()
}

// What looks like a second look and is none.

// FN_LookupStale asks what it has found by a method, and not again: what decides is not
// followed through calls.
func (l *lookups) FN_LookupStale(k string) {
	l.mu.RLock()
	cached := l.m[k]
	l.mu.RUnlock()
	if cached.fresh() {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.m[k] = entry{n: map[string]int{}}
}

// Raise looks at the entry again, and writes what it has seen before.
func (l *lookups) Raise(k string) {
	l.mu.RLock()
	n := l.done[k]
	l.mu.RUnlock()
	if n > 9 {
		return
	}
	l.mu.Lock()
	println(l.done[k])
	l.done[k] = n + 1 // want `l.done is written here because of what was read under an earlier l.mu \(line \d+\)`
	l.mu.Unlock()
}

// RaiseOther has a helper that reads other data.
func (l *lookups) RaiseOther(k string) {
	l.mu.RLock()
	n := l.done[k]
	l.mu.RUnlock()
	if n > 9 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.hasLocked(k) {
		return
	}
	l.done[k] = 9 // want `l.done is written here because of what was read under an earlier l.mu \(line \d+\)`
}

// bump looks at nothing.
func (t *todo) bump(k string) { t.m[k]++ }

// Todo decides for bump.
func (l *lookups) Todo(k string) {
	l.mu.RLock()
	full := len(l.todo.m) == 8
	l.mu.RUnlock()
	if full {
		return
	}
	l.mu.Lock()
	l.todo.bump(k) // want `l.todo is written here because of what was read under an earlier l.mu \(line \d+\)`
	l.mu.Unlock()
}

// reset does it whenever it is told to.
func (l *lookups) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.done = map[string]int{}
}

// Clear loses what another has put in since.
func (l *lookups) Clear() {
	l.mu.RLock()
	n := len(l.done)
	l.mu.RUnlock()
	if n > 100 {
		l.reset() // want `l.reset is called here because of what was read under an earlier l.mu \(line \d+\)`
	}
}

// Once writes what it has found at first.
func (l *lookups) Once(k string, log func(*entry)) {
	l.mu.RLock()
	e := l.m[k]
	l.mu.RUnlock()
	log(&e)
	e.added++
	l.mu.Lock()
	defer l.mu.Unlock()
	l.m[k] = e // want `l.m is written here because of what was read under an earlier l.mu \(line \d+\)`
}

// resetLate looks at something else, and not in the section of the write.
func (l *lookups) resetLate() {
	l.mu.Lock()
	gen := l.gen
	l.mu.Unlock()
	if gen == 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.done = map[string]int{}
}

// ClearLate loses what another has put in since.
func (l *lookups) ClearLate() {
	l.mu.RLock()
	n := len(l.done)
	l.mu.RUnlock()
	if n > 100 {
		l.resetLate() // want `l.resetLate is called here because of what was read under an earlier l.mu \(line \d+\)`
	}
}

type counts struct {
	mu sync.RWMutex
	m  map[int]tally
}

type tally struct {
	name string
	n    int
}

// First counts from zero, perhaps when another has counted already.
func (c *counts) First(id int) {
	c.mu.RLock()
	_, ok := c.m[id]
	c.mu.RUnlock()
	if ok {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.m[id] = tally{n: 1} // want `c.m is written here because of what was read under an earlier c.mu \(line \d+\)`
}

func (f *freelist) peek() *item {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.head
}

func (f *freelist) set(it *item) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.head = it
}

// Skip takes an item away that may no longer be the first.
func (f *freelist) Skip() {
	f.set(f.peek()) // want `f.set is called here because of what was read under an earlier f.mu \(line \d+\)`
}

// StopAll takes nothing away: two of them get there.
func (s *server) StopAll(send func()) {
	s.mu.Lock()
	if s.sys == nil {
		s.mu.Unlock()
		return
	}
	wg := &s.sys.wg
	s.mu.Unlock()
	wg.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	send()
	s.sys = nil // want `s.sys is written here because of what was read under an earlier s.mu \(line \d+\)`
}

// StopLate takes the channel away when it is too late.
func (s *server) StopLate(send func()) {
	s.mu.Lock()
	if s.sys == nil {
		s.mu.Unlock()
		return
	}
	s.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sys.reset = nil
	send()
	s.sys = nil // want `s.sys is written here because of what was read under an earlier s.mu \(line \d+\)`
}

// Set is for everybody: the field that it writes with no lock is another object's.
func (b *balancer) Set(from *balancer, cluster string) {
	from.service = ""
	if b.Cluster() != cluster {
		b.setCluster(cluster) // want `b.setCluster is called here because of what was read under an earlier b.mu \(line \d+\)`
	}
}

type member struct {
	mu      sync.Mutex
	cluster string
	changes int
	joins   int
}

// Join writes another field with the lock.
func (m *member) Join(cluster string) {
	m.mu.Lock()
	old := m.cluster
	m.mu.Unlock()
	m.mu.Lock()
	m.joins++
	m.mu.Unlock()
	if old == "" {
		m.mu.Lock()
		m.cluster = cluster // want `m.cluster is written here because of what was read under an earlier m.mu \(line \d+\)`
		m.mu.Unlock()
	}
}

// Changes reads one of them.
func (m *member) Changes() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.changes
}

// Leave forgets the lock where it writes: that is a mistake, which says nothing.
func (m *member) Leave(cluster string) {
	m.mu.Lock()
	old := m.cluster
	m.mu.Unlock()
	if old == cluster {
		m.changes++
		m.mu.Lock()
		println("left")
		m.cluster = "none" + cluster // want `m.cluster is written here because of what was read under an earlier m.mu \(line \d+\)`
		m.mu.Unlock()
	}
}

// Leaves has the lock, and so have others.
func (m *member) Leaves() {
	m.mu.Lock()
	m.changes++
	m.mu.Unlock()
}

// Connect starts one for each.
func (r *relays) Connect(ks []string) {
	for _, k := range ks {
		r.wg.Go(func() {
			r.mu.Lock()
			n := len(r.m)
			r.mu.Unlock()
			if n == 3 {
				return
			}
			r.mu.Lock()
			r.m[k] = new(item) // want `r.m is written here because of what was read under an earlier r.mu \(line \d+\)`
			r.mu.Unlock()
		})
	}
}

// Rejoin counts without the lock, so that nothing guards the count.
func (m *member) Rejoin() { m.joins += 2 }

// Joins and its like do not lock either.
func (m *member) Joins() int     { return m.joins }
func (m *member) JoinsHalf() int { return m.joins / 2 }
func (m *member) NoJoins()       { m.joins = 0 }

// A quote takes the lock of those who fetch, but does not look again.
type quote struct {
	fetch sync.Mutex
	mu    sync.RWMutex
	head  int
	price int
}

func (q *quote) Suggest(now int) int {
	q.mu.RLock()
	head, price := q.head, q.price
	q.mu.RUnlock()
	if head == now {
		return price
	}
	q.fetch.Lock()
	defer q.fetch.Unlock()
	q.mu.Lock()
	q.head = now // want `q.head is written here because of what was read under an earlier q.mu`
	q.price += now
	q.mu.Unlock()
	return now
}
