package guardedby

import "sync"

// Where the lock lives: embedded, in an anonymous struct, beside the variable,
// behind a pointer, in the owner.

type embedded struct {
	sync.Mutex
	n int
}

// Add locks by the promoted name.
func (e *embedded) Add() {
	e.Lock()
	defer e.Unlock()
	e.n++
}

// Get does not.
func (e *embedded) Get() int {
	return e.n // want `e.n is read without e(.Mutex)?, which guards it \(held at 1 of 2 accesses, e.g. line \d+\)`
}

type embeddedRW struct {
	*sync.RWMutex
	m map[int]int
}

// Set locks.
func (e *embeddedRW) Set(k int) {
	e.Lock()
	e.m[k] = k
	e.Unlock()
}

// Get read-locks.
func (e *embeddedRW) Get(k int) int {
	e.RLock()
	defer e.RUnlock()
	return e.m[k]
}

// Miss fills what is missing while others read.
func (e *embeddedRW) Miss(k int) {
	e.RLock()
	defer e.RUnlock()
	e.m[k] = 0 // want `e.m(\[k\])? is written while e(.RWMutex)? is only read-locked, and it guards e.m`
}

// An anonymous struct keeps the lock and what it guards together.
type anonymous struct {
	name string
	mu   struct {
		sync.Mutex
		n    int
		list []int
	}
}

// Add locks.
func (a *anonymous) Add(v int) {
	a.mu.Lock()
	a.mu.n++
	a.mu.list = append(a.mu.list, v)
	a.mu.Unlock()
}

// Name is outside the struct and needs no lock.
func (a *anonymous) Name() string { return a.name }

// Count forgets.
func (a *anonymous) Count() int {
	return a.mu.n // want `a.mu.n is read without a.mu(.Mutex)?, which guards it \(held at 1 of 2 accesses, e.g. line \d+\)`
}

// List forgets as well.
func (a *anonymous) List() []int {
	return append([]int(nil), a.mu.list...) // want `a.mu.list is read without a.mu(.Mutex)?, which guards it`
}

// The same as a package variable.
var registry = struct {
	sync.RWMutex
	m map[string]int
}{m: make(map[string]int)}

// Register locks.
func Register(k string, v int) {
	registry.Lock()
	defer registry.Unlock()
	registry.m[k] = v
}

// Lookup does not.
func Lookup(k string) int {
	return registry.m[k] // want `registry.m(\[k\])? is read without registry(.RWMutex)?, which guards it \(held at 1 of 2 accesses, e.g. line \d+\)`
}

var (
	hitsMu sync.Mutex
	hits   int
	byPath = map[string]int{}
)

// Hit locks the variable's mutex.
func Hit(path string) {
	hitsMu.Lock()
	defer hitsMu.Unlock()
	hits++
	byPath[path]++
}

// Hits reads without it.
func Hits() int {
	return hits // want `hits is read without hitsMu, which guards it \(held at 1 of 2 accesses, e.g. line \d+\)`
}

// ResetHits writes without it.
func ResetHits() {
	byPath = map[string]int{} // want `byPath is written without hitsMu, which guards it \(held at 1 of 2 accesses, e.g. line \d+\)`
}

// Two mutexes in one struct, each with its own half.
type halves struct {
	amu sync.Mutex
	a   int

	bmu sync.Mutex
	b   int
}

// IncA and IncB lock what belongs to them.
func (h *halves) IncA() { h.amu.Lock(); h.a++; h.amu.Unlock() }

// IncB is the other half.
func (h *halves) IncB() { h.bmu.Lock(); h.b++; h.bmu.Unlock() }

// Both needs both.
func (h *halves) Both() int {
	h.amu.Lock()
	defer h.amu.Unlock()
	h.bmu.Lock()
	defer h.bmu.Unlock()
	return h.a + h.b
}

// Wrong holds a lock, but the neighbour's.
func (h *halves) Wrong() int {
	h.amu.Lock()
	defer h.amu.Unlock()
	return h.b // want `h.b is read without h.bmu, which guards it \(held at 2 of 3 accesses, e.g. line \d+\)`
}

type box[T any] struct {
	mu sync.Mutex
	v  T
	ok bool
}

// Set locks, whatever T is.
func (b *box[T]) Set(v T) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.v, b.ok = v, true
}

// Get does not.
func (b *box[T]) Get() T {
	return b.v // want `b.v is read without b.mu, which guards it \(held at 1 of 2 accesses, e.g. line \d+\)`
}

// Peek is a function over an instance of the type.
func Peek(b *box[int]) bool {
	return b.ok // want `b.ok is read without b.mu, which guards it \(held at 1 of 2 accesses, e.g. line \d+\)`
}

type cacheOf[K comparable, V any] struct {
	mu sync.RWMutex
	m  map[K]V
}

// Load holds the read lock.
func (c *cacheOf[K, V]) Load(k K) (V, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	v, ok := c.m[k]
	return v, ok
}

// Store holds the lock.
func (c *cacheOf[K, V]) Store(k K, v V) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.m[k] = v
}

// Clear forgot.
func (c *cacheOf[K, V]) Clear() {
	clear(c.m) // want `c.m is written without c.mu, which guards it \(held at 2 of 3 accesses, e.g. line \d+\)`
}

// The lock is the owner's, reached by a back pointer.
type pool struct {
	mu    sync.Mutex
	conns map[int]*pooled
}

type pooled struct {
	pool *pool
	uses int
}

// Use locks the owner.
func (c *pooled) Use() {
	c.pool.mu.Lock()
	defer c.pool.mu.Unlock()
	c.uses++
}

// Idle locks the owner.
func (c *pooled) Idle() bool {
	c.pool.mu.Lock()
	defer c.pool.mu.Unlock()
	return c.uses == 0
}

// Uses does not.
func (c *pooled) Uses() int {
	return c.uses // want `c.uses is read without c.pool.mu, which guards it \(held at \d+ of \d+ accesses, e.g. line \d+\)`
}

// The lock is the owner's, over the elements of its map.
type hub struct {
	mu    sync.Mutex
	peers map[string]*member
}

type member struct {
	seen  int
	alive bool
}

// Join makes an element: nobody knows it yet.
func (h *hub) Join(id string) {
	m := &member{}
	m.alive = true
	h.mu.Lock()
	defer h.mu.Unlock()
	h.peers[id] = m
}

// See locks the owner.
func (h *hub) See(id string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.peers[id].seen++
	h.peers[id].alive = true
}

// Sweep locks the owner and goes over all.
func (h *hub) Sweep() (n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, m := range h.peers {
		if m.seen == 0 {
			m.alive = false
			n++
		}
		m.seen = 0
	}
	return n
}

// Mark finds the element under the lock and changes it after.
func (h *hub) Mark(id string) {
	h.mu.Lock()
	m := h.peers[id]
	h.mu.Unlock()
	if m != nil {
		m.alive = false // want `m.alive is written without h.mu, which guards it \(held at \d+ of \d+ accesses, e.g. line \d+\)`
	}
}

// A lock in each element of an array guards its neighbour there.
type sharded struct {
	shards [8]struct {
		mu sync.Mutex
		m  map[string]int
	}
}

// Inc locks the shard it uses.
func (s *sharded) Inc(k string) {
	sh := &s.shards[len(k)%8]
	sh.mu.Lock()
	defer sh.mu.Unlock()
	sh.m[k]++
}

// Total locks each in turn.
func (s *sharded) Total() (n int) {
	for i := range s.shards {
		s.shards[i].mu.Lock()
		n += len(s.shards[i].m)
		s.shards[i].mu.Unlock()
	}
	return n
}

// Peek locks none.
func (s *sharded) Peek(k string) int {
	sh := &s.shards[len(k)%8]
	return sh.m[k] // want `sh.m(\[k\])? is read without sh.mu, which guards it \(held at 2 of 3 accesses, e.g. line \d+\)`
}

// FN_otherShard locks one shard and uses another: which one is arithmetic.
func (s *sharded) FN_otherShard(i, j int) {
	s.shards[i].mu.Lock()
	defer s.shards[i].mu.Unlock()
	s.shards[j].m["x"]++
}

// Another instance of the same type is another lock.
type cell struct {
	mu sync.Mutex
	v  int
}

// Put locks its own.
func (c *cell) Put(v int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.v = v
}

// Copy locks the one it writes, and not the one it reads.
func (c *cell) Copy(from *cell) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.v = from.v // want `from.v is read without from.mu, which guards it \(held at 2 of 3 accesses, e.g. line \d+\)`
}
