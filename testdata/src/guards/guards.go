// Package guards has data that locks guard, in different ways, and data that
// none guards.
package guards

import (
	"sync"
	"sync/atomic"

	"guards/store"
)

// The lock of a hat stands before its data.
type hat struct {
	mu    sync.Mutex
	n     int
	label string

	far int
}

func (h *hat) add() {
	h.mu.Lock()
	h.n++
	h.label = "n"
	h.far++
	h.mu.Unlock()
}

func (h *hat) both() (int, string, int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.n, h.label, h.far
}

func (h *hat) peek() int { return h.n }

func (h *hat) drop() {
	h.label = ""
	h.far = 0
}

// An only lock is that of a struct with one, wherever it stands.
type only struct {
	n, m int

	mu sync.Mutex
}

func (o *only) add() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.n++
	o.m++
}

func (o *only) get() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.n
}

func (o *only) peek() int { return o.n + o.m }

func (o *only) drop() { o.m = 0 }

// A pair has two locks: it takes more to tell which guards what.
type pair struct {
	a, b, c int

	mu    sync.Mutex
	other sync.RWMutex
}

func (p *pair) first() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.a++
	p.b++
	p.other.Lock()
	defer p.other.Unlock()
	p.c++
}

func (p *pair) second() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.a++
}

func (p *pair) third() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.a + p.b
}

func (p *pair) fourth() int {
	p.other.RLock()
	defer p.other.RUnlock()
	return p.c + p.b
}

// The lock of a dedicated one is held for n and nothing else.
type dedicated struct {
	first sync.Mutex
	k     int

	n  int
	mu sync.Mutex
}

func (d *dedicated) add() {
	d.mu.Lock()
	d.n++
	d.mu.Unlock()
}

func (d *dedicated) get() int { return d.n }

func (d *dedicated) more() int { return d.n }

// An item belongs to a table, whose lock guards it.
type item struct{ hits, misses int }

type table struct {
	mu    sync.Mutex
	items map[string]*item
}

func (t *table) hit(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.items[name].hits++
	t.items[name].misses++
}

func (t *table) sum() (n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, it := range t.items {
		n += it.hits
	}
	return n
}

func (t *table) each() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, it := range t.items {
		it.bump()
	}
}

func (it *item) bump() { it.hits++ }

func (it *item) miss() int { return it.misses }

func (t *table) use(name string) { global.miss() }

var global = new(item)

// A tree has the lock of its root.
type tree struct {
	mu   sync.Mutex
	node struct{ size int }
}

func (t *tree) grow() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.node.size++
	t.node.size++
}

var (
	listMu sync.Mutex
	list   []int
)

func push(n int) {
	listMu.Lock()
	defer listMu.Unlock()
	list = append(list, n)
}

func pop() {
	listMu.Lock()
	defer listMu.Unlock()
	list = list[1:]
}

// Never has no write with a lock.
type never struct {
	mu sync.Mutex
	n  int
}

func (v *never) get() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.n
}

func (v *never) set() { v.n = 1 }

type fields struct {
	mu sync.Mutex
	n  int // guarded by mu
}

func (f *fields) set() { f.n = 1 }

// uses uses the data of another package.
func uses(s *store.Store) {
	s.N++
	s.Free++
	s.Flush()
	s.Mu.Lock()
	s.N++
	s.Flush()
	s.Mu.Unlock()
	store.Count++
	store.CountLocked(s)
	store.Mu.Lock()
	store.Count++
	store.CountLocked(s)
	store.Mu.Unlock()
	s.Hits++
	atomic.AddInt64(&s.Hits, 1)
}
