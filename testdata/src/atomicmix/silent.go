package atomicmix

import (
	"sync"
	"sync/atomic"
	"unsafe"
)

// Typed atomics cannot be mixed.
type typed struct {
	n  atomic.Int64
	ok atomic.Bool
	p  atomic.Pointer[int]
	v  atomic.Value
}

// Use uses them.
func (t *typed) Use() int64 {
	t.ok.Store(true)
	t.p.Store(nil)
	t.v.Store(1)
	return t.n.Add(1)
}

type gauge struct {
	v    int64
	peak int64
	next *gauge
}

// NewGauge writes plainly before anybody else knows the object.
func NewGauge(v int64) *gauge {
	g := &gauge{v: v}
	g.peak = v
	g.fill()
	return g
}

// fill is called from the constructor only.
func (g *gauge) fill() { g.v = g.peak }

// Set is atomic.
func (g *gauge) Set(v int64) {
	atomic.StoreInt64(&g.v, v)
	atomic.StoreInt64(&g.peak, max(v, atomic.LoadInt64(&g.peak)))
}

// Copy fills a new object by atomic reads.
func (g *gauge) Copy() *gauge {
	d := new(gauge)
	d.v = atomic.LoadInt64(&g.v)
	d.peak = d.v
	return d
}

// Addr and Size read no word.
func (g *gauge) Addr() (*int64, uintptr) { return &g.v, unsafe.Sizeof(g.v) + unsafe.Offsetof(g.peak) }

// Run adds to a local variable in goroutines, and reads it when they have gone.
func Run(n int) int64 {
	var sum int64
	var wg sync.WaitGroup
	for range n {
		wg.Add(1)
		go func() {
			defer wg.Done()
			atomic.AddInt64(&sum, 1)
		}()
	}
	wg.Wait()
	sum++
	return sum
}

// RunOne waits by a channel.
func RunOne(g *gauge) int64 {
	var n int64
	n = 1
	done := make(chan bool)
	go func() {
		atomic.AddInt64(&n, atomic.LoadInt64(&g.v))
		done <- true
	}()
	<-done
	return n
}

// Alone shares its variable with nobody.
func Alone() int32 {
	var n int32
	atomic.AddInt32(&n, 1)
	n++
	return n
}

// As sync.Once did it before Go 1.24: every write is under the lock, so that a
// plain read under the lock sees no write; the read without it is atomic.
type onceLike struct {
	mu   sync.Mutex
	done uint32
}

// Do reads atomically on the fast path and plainly under the lock.
func (o *onceLike) Do(f func()) {
	if atomic.LoadUint32(&o.done) == 1 {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.done == 0 {
		defer atomic.StoreUint32(&o.done, 1)
		f()
	}
}

// The same with an RWMutex, and the plain reads in another method.
type guarded struct {
	mu sync.RWMutex
	n  int64
}

// Add writes atomically and under the lock.
func (g *guarded) Add() {
	g.mu.Lock()
	defer g.mu.Unlock()
	atomic.AddInt64(&g.n, 1)
}

// Fast reads atomically, without the lock.
func (g *guarded) Fast() int64 { return atomic.LoadInt64(&g.n) }

// Slow reads plainly, with it.
func (g *guarded) Slow() int64 {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return g.n
}

// Words of an array that are used differently: one is a counter, one is fixed.
type words struct{ w [2]uint32 }

// Inc uses the first.
func (w *words) Inc() { atomic.AddUint32(&w.w[0], 1) }

// Fixed uses the second.
func (w *words) Fixed() uint32 { return w.w[1] }

var (
	started = int64(1)
	ticks   int64
)

// init runs before anything else.
func init() {
	ticks = started
	started = 0
}

// Tick is atomic.
func Tick() int64 {
	atomic.StoreInt64(&started, 1)
	return atomic.AddInt64(&ticks, 1)
}

// A pointer that is passed on is no access.
func Share(f func(*int64)) { f(&ticks) }

// A recycled object is the caller's alone.
var gauges = sync.Pool{New: func() any { return new(gauge) }}

// Recycle resets it plainly.
func Recycle() {
	g := gauges.Get().(*gauge)
	g.v, g.peak = 0, 0
	g.Set(1)
	gauges.Put(g)
}

// Warm sets the counter to zero when all are warm: what is counted later is read when
// those who count have ended.
func Warm(warm <-chan struct{}, f func() bool) int64 {
	var n int64
	go func() {
		<-warm
		atomic.StoreInt64(&n, 0)
	}()
	var wg sync.WaitGroup
	for range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for f() {
				atomic.AddInt64(&n, 1)
			}
		}()
	}
	wg.Wait()
	return n
}
