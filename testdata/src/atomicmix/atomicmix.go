// Package atomicmix holds what the check atomicmix must and must not report.
//
// This file has the mixtures: words that functions of sync/atomic access, and
// others plainly.
package atomicmix

import (
	"sync"
	"sync/atomic"
	"unsafe"
)

type counter struct {
	n    int64
	errs uint32
	name string
}

// Inc adds atomically.
func (c *counter) Inc() { atomic.AddInt64(&c.n, 1) }

// Get reads plainly: it may see half of a word, and the compiler may read once
// for a whole loop.
func (c *counter) Get() int64 {
	return c.n // want `c.n is read here without sync/atomic, but it is accessed atomically elsewhere \(e.g. line 20\)`
}

// Reset writes plainly.
func (c *counter) Reset() {
	c.n = 0 // want `c.n is written here without sync/atomic, but it is accessed atomically elsewhere \(e.g. line \d+\)`
}

// Bump is a read and a write, and one access.
func (c *counter) Bump() {
	c.n++ // want `c.n is written here without sync/atomic`
}

// Fail is atomic.
func (c *counter) Fail() bool { return atomic.CompareAndSwapUint32(&c.errs, 0, 1) }

// Clear has two plain accesses and one report.
func (c *counter) Clear() {
	if c.errs != 0 { // want `c.errs is read here without sync/atomic`
		c.errs = 0
	}
}

// Name is no word that anybody accesses atomically.
func (c *counter) Name() string { return c.name }

var total int64

// Count adds to a package variable.
func Count(n int64) { atomic.AddInt64(&total, n) }

// Total reads it.
func Total() int64 {
	return total // want `total is read here without sync/atomic, but it is accessed atomically elsewhere`
}

// Spin waits for a flag that its goroutine sets, and reads it plainly.
func Spin(work func()) {
	var done uint32
	go func() {
		work()
		atomic.StoreUint32(&done, 1)
	}()
	for done == 0 { // want `done is read here without sync/atomic`
	}
}

// Sum reads the captured variable while its goroutines run, and after they
// have gone.
func Sum(parts []int64) (early, late int64) {
	var sum int64
	var wg sync.WaitGroup
	for _, n := range parts {
		wg.Go(func() { atomic.AddInt64(&sum, n) })
	}
	early = sum // want `sum is read here without sync/atomic`
	wg.Wait()
	return early, sum
}

type histogram struct {
	buckets []uint64
	fixed   [8]uint64
}

// Observe adds to elements.
func (h *histogram) Observe(i int) {
	atomic.AddUint64(&h.buckets[i], 1)
	atomic.AddUint64(&h.fixed[i%8], 1)
}

// Bucket reads one plainly.
func (h *histogram) Bucket(i int) uint64 {
	return h.buckets[i] // want `h.buckets(\[i\])? is read here without sync/atomic`
}

// Fixed writes one plainly.
func (h *histogram) Fixed(i int) {
	h.fixed[i] = 0 // want `h.fixed(\[i\])? is written here without sync/atomic`
}

// Values reads all of them by ranging.
func (h *histogram) Values() (sum uint64) {
	for _, n := range h.buckets { // want `h.buckets is read here without sync/atomic`
		sum += n
	}
	return sum
}

// Len uses the slice, not its elements.
func (h *histogram) Len() int {
	n := 0
	for i := range h.buckets {
		n += i
	}
	return n + len(h.buckets) + len(h.fixed)
}

type nested struct {
	stats struct{ in, out int64 }
	p     unsafe.Pointer
}

// In adds through an alias.
func (n *nested) In() {
	in := &n.stats.in
	atomic.AddInt64(in, 1)
}

// Ins reads by the full path.
func (n *nested) Ins() int64 {
	return n.stats.in // want `n.stats.in is read here without sync/atomic`
}

// Out is the neighbour, which nobody accesses atomically.
func (n *nested) Out() int64 {
	n.stats.out++
	return n.stats.out
}

// Swap stores a pointer.
func (n *nested) Swap(x *int) { atomic.StorePointer(&n.p, unsafe.Pointer(x)) }

// Load reads it plainly.
func (n *nested) Load() *int {
	return (*int)(n.p) // want `n.p is read here without sync/atomic`
}

type generic[T any] struct {
	v    T
	uses int32
}

// Use is atomic in every instance.
func (g *generic[T]) Use() T {
	atomic.AddInt32(&g.uses, 1)
	return g.v
}

// Uses is not.
func (g *generic[T]) Uses() int32 {
	return g.uses // want `g.uses is read here without sync/atomic`
}

// add is atomic for whatever word it is given.
func add(p *int64, n int64) { atomic.AddInt64(p, n) }

type viaHelper struct{ n int64 }

// Add is atomic one call further down.
func (v *viaHelper) Add() { add(&v.n, 1) }

// Get is not.
func (v *viaHelper) Get() int64 {
	return v.n // want `v.n is read here without sync/atomic`
}

// A lock does not help when the atomic write does without it.
type halfLocked struct {
	mu sync.Mutex
	n  int64
}

// Inc has no lock.
func (h *halfLocked) Inc() { atomic.AddInt64(&h.n, 1) }

// Get has one, which Inc does not know.
func (h *halfLocked) Get() int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.n // want `h.n is read here without sync/atomic`
}

// The sole writer of a ring may read its own cursor plainly.
type ring struct {
	buf  []int
	head uint64
}

// Put is the only function that writes the word.
func (r *ring) Put(v int) {
	h := r.head
	r.buf[h%uint64(len(r.buf))] = v
	atomic.StoreUint64(&r.head, h+1)
}

// Head is called by the other.
func (r *ring) Head() uint64 { return atomic.LoadUint64(&r.head) }

// FN_snapshot copies the struct, and the word in it.
func (c *counter) FN_snapshot() counter { return *c }

// The same calls read plainly that alone write; others load.
type rate struct{ sample int32 }

// SetSample is told by one caller.
func (r *rate) SetSample(n int32) {
	if n != r.sample {
		atomic.StoreInt32(&r.sample, n)
	}
}

// Sample may be asked by anybody.
func (r *rate) Sample() int32 { return atomic.LoadInt32(&r.sample) }

// A word that a comment speaks of.
type ids struct{ id uint64 }

// Next counts.
func (g *ids) Next() uint64 { return atomic.AddUint64(&g.id, 1) }

// Reset is for testing only, and need not be safe.
func (g *ids) Reset() { g.id = 0 }

// Many plain accesses under a lock, and few atomic ones for a purpose of their own.
type queueSub struct {
	mu sync.Mutex
	qw int32
}

func (q *queueSub) Weight() int32 { return atomic.LoadInt32(&q.qw) }

func (q *queueSub) A() { q.mu.Lock(); q.qw++; q.mu.Unlock() }
func (q *queueSub) B() { q.mu.Lock(); q.qw--; q.mu.Unlock() }
func (q *queueSub) C() { q.mu.Lock(); q.qw = 1; q.mu.Unlock() }
func (q *queueSub) D() { q.mu.Lock(); q.qw = 2; q.mu.Unlock() }
func (q *queueSub) E() { q.mu.Lock(); q.qw = 3; q.mu.Unlock() }
func (q *queueSub) F() { q.mu.Lock(); q.qw = 4; q.mu.Unlock() }

// A package variable that is read when all are done.
var calls int64

// RunAll waits.
func RunAll() int64 {
	var wg sync.WaitGroup
	for range 3 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			count()
		}()
	}
	wg.Wait()
	return calls
}

func count() { atomic.AddInt64(&calls, 1) }

// Ticked is still counted when it is read: only one of the two goroutines has ended.
func Ticked(tick <-chan struct{}, f func() bool) int64 {
	var n int64
	go func() {
		for range tick {
			atomic.AddInt64(&n, 1)
		}
	}()
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		for f() {
			atomic.AddInt64(&n, 1)
		}
	}()
	wg.Wait()
	return n // want `n is read here without sync/atomic, but it is accessed atomically elsewhere`
}

// Stored is set when it is set, and nobody waits for that.
func Stored(tick <-chan struct{}) int64 {
	var n int64
	go func() {
		<-tick
		atomic.StoreInt64(&n, 1)
	}()
	return n // want `n is read here without sync/atomic, but it is accessed atomically elsewhere`
}
