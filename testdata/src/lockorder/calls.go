package lockorder

import (
	"io"
	"sync"
	"sync/atomic"
	"time"
)

// The second acquisition is in a callee: the report is at the call, and its
// message has the way to the acquisition.

type cache struct {
	mu   sync.Mutex
	n    int
	disk *disk
}

type disk struct {
	mu     sync.Mutex
	writes int
	cache  *cache
}

// Evict holds the cache and writes to the disk, two calls below.
func (c *cache) Evict() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.flush()
}

func (c *cache) flush() { c.disk.add(c.n) }

func (d *disk) add(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.writes += n
}

// Sync holds the disk and asks the cache.
func (d *disk) Sync() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.writes += d.cache.size() // want `d\.cache\.size acquires \S+\.mu \(.*calls\.go:\d+\) while d\.mu is held \(locked on line \d+\), but \S*Evict \(calls\.go:\d+\)`
}

func (c *cache) size() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}

// Both ways lead through calls, one of them a plain function three deep.
type topic struct {
	mu   sync.Mutex
	subs []*sub
}

type sub struct {
	mu    sync.Mutex
	topic *topic
	n     int
}

// Publish holds the topic; the subs are locked three calls below.
func (t *topic) Publish() {
	t.mu.Lock()
	defer t.mu.Unlock()
	fanOut(t.subs)
}

func fanOut(subs []*sub) {
	for _, s := range subs {
		s.offer()
	}
}

func (s *sub) offer() { s.count(1) }

func (s *sub) count(n int) {
	s.mu.Lock()
	s.n += n
	s.mu.Unlock()
}

// Close holds the sub.
func (s *sub) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.topic.drop(s) // want `s\.topic\.drop acquires \S+\.mu \(.*calls\.go:\d+\) while s\.mu is held \(locked on line \d+\), but \S*Publish \(calls\.go:\d+\)`
}

func (t *topic) drop(old *sub) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, s := range t.subs {
		if s == old {
			t.subs = append(t.subs[:i], t.subs[i+1:]...)
			return
		}
	}
}

// The lock is taken by the caller: the helper's edge begins there.
type shelf struct{ mu sync.Mutex }

type book struct{ mu sync.Mutex }

// Put holds the shelf while putLocked locks the book.
func Put(s *shelf, b *book) {
	s.mu.Lock()
	putLocked(b)
	s.mu.Unlock()
}

// putLocked is called with the shelf locked.
func putLocked(b *book) {
	b.mu.Lock()
	b.mu.Unlock()
}

// Take holds the book while the helper returns with the shelf locked.
func Take(s *shelf, b *book) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s.lock() // want `s\.lock acquires s\.mu \(.*calls\.go:\d+\) while b\.mu is held \(locked on line \d+\), but \S*Put \(calls\.go:\d+\)`
	s.unlock()
}

func (s *shelf) lock() { s.mu.Lock() }

func (s *shelf) unlock() { s.mu.Unlock() }

// The lock that is held was taken by a helper, which returns the way to give it
// back.
type lane struct{ mu sync.Mutex }

type truck struct{ mu sync.Mutex }

func (l *lane) enter() (leave func()) {
	l.mu.Lock()
	return l.mu.Unlock
}

// Drive holds the lane by the helper.
func Drive(l *lane, t *truck) {
	defer l.enter()()
	t.mu.Lock()
	t.mu.Unlock()
}

// Park is the other way round.
func Park(l *lane, t *truck) {
	t.mu.Lock()
	defer t.mu.Unlock()
	l.mu.Lock() // want `l\.mu is acquired while t\.mu is held \(locked on line \d+\), but \S*Drive \(calls\.go:\d+\)`
	l.mu.Unlock()
}

// A callback is called under the lock of who calls it.
type registry struct {
	mu    sync.Mutex
	names []string
}

type viewer struct {
	mu    sync.Mutex
	lines int
}

func (r *registry) each(f func(string)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.names {
		f(s)
	}
}

// Show asks the registry with the viewer locked.
func (v *viewer) Show(r *registry) {
	v.mu.Lock()
	defer v.mu.Unlock()
	r.add("viewer")
}

func (r *registry) add(s string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.names = append(r.names, s)
}

// Refresh locks the viewer in the callback.
func (v *viewer) Refresh(r *registry) {
	r.each(func(string) {
		v.mu.Lock() // want `v\.mu is acquired while r\.mu is held \(locked on line \d+\), but \S*Show \(calls\.go:\d+\)`
		v.lines++
		v.mu.Unlock()
	})
}

// An interface with one implementation is that implementation.
type sink interface{ drain() }

type engine struct {
	mu   sync.Mutex
	sink sink
	heat int
}

type radiator struct {
	mu     sync.Mutex
	engine *engine
}

// Cool calls the interface under the lock.
func (e *engine) Cool() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.sink.drain()
}

func (r *radiator) drain() {
	r.mu.Lock()
	defer r.mu.Unlock()
}

// Warm calls back.
func (r *radiator) Warm() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.engine.mu.Lock() // want `r\.engine\.mu is acquired while r\.mu is held \(locked on line \d+\), but \S*Cool \(calls\.go:\d+\)`
	r.engine.heat++
	r.engine.mu.Unlock()
}

// A function in a field, all of whose values the package shows.
type valve struct {
	mu     sync.Mutex
	onOpen func()
}

type alarm struct {
	mu    sync.Mutex
	rings int
}

// NewValve stores the only one.
func NewValve(a *alarm) *valve {
	v := &valve{}
	v.onOpen = a.ring
	return v
}

func (a *alarm) ring() {
	a.mu.Lock()
	a.rings++
	a.mu.Unlock()
}

// Open calls it under the lock.
func (v *valve) Open() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.onOpen()
}

// Silence is the other way round.
func (a *alarm) Silence(v *valve) {
	a.mu.Lock()
	defer a.mu.Unlock()
	v.mu.Lock() // want `v\.mu is acquired while a\.mu is held \(locked on line \d+\), but \S*Open \(calls\.go:\d+\)`
	v.onOpen = nil
	v.mu.Unlock()
}

// Deferred calls run last first: this one while the lock is still held.
type meter struct{ mu sync.Mutex }

type panel struct{ mu sync.Mutex }

// Read defers the second section into the first.
func Read(m *meter, p *panel) {
	m.mu.Lock()
	defer m.mu.Unlock()
	defer func() {
		p.mu.Lock()
		p.mu.Unlock()
	}()
}

// Reset is the other way round.
func Reset(m *meter, p *panel) {
	p.mu.Lock()
	defer p.mu.Unlock()
	m.mu.Lock() // want `m\.mu is acquired while p\.mu is held \(locked on line \d+\), but \S*Read \(calls\.go:\d+\)`
	m.mu.Unlock()
}

// Deferred before the unlock, it runs after it: no edge, no cycle.
type dial struct{ mu sync.Mutex }

type needle struct{ mu sync.Mutex }

// Zero runs its deferred section after the unlock.
func Zero(d *dial, n *needle) {
	defer func() {
		n.mu.Lock()
		n.mu.Unlock()
	}()
	d.mu.Lock()
	defer d.mu.Unlock()
}

// Point has the only edge.
func Point(d *dial, n *needle) {
	n.mu.Lock()
	defer n.mu.Unlock()
	d.mu.Lock()
	d.mu.Unlock()
}

// What is started under a lock does not have it.
type kitchen struct{ mu sync.Mutex }

type waiter struct{ mu sync.Mutex }

// Cook starts goroutines and a timer, and keeps a closure for later.
func Cook(k *kitchen, w *waiter) (later func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	serve := func() {
		w.mu.Lock()
		w.mu.Unlock()
	}
	go serve()
	go func() { serve() }()
	var wg sync.WaitGroup
	wg.Go(serve)
	time.AfterFunc(time.Second, serve)
	return serve
}

// Order has the only edge.
func Order(k *kitchen, w *waiter) {
	w.mu.Lock()
	defer w.mu.Unlock()
	k.mu.Lock()
	k.mu.Unlock()
}

// Once runs its argument here and now.
type lamp struct {
	mu   sync.Mutex
	once sync.Once
}

type fuse struct{ mu sync.Mutex }

// Light locks the fuse the first time.
func (l *lamp) Light(f *fuse) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.once.Do(func() {
		f.mu.Lock()
		f.mu.Unlock()
	})
}

// Blow is the other way round.
func (f *fuse) Blow(l *lamp) {
	f.mu.Lock()
	defer f.mu.Unlock()
	l.mu.Lock() // want `l\.mu is acquired while f\.mu is held \(locked on line \d+\), but \S*Light \(calls\.go:\d+\)`
	l.mu.Unlock()
}

// A generic type has one class, whatever its arguments.
type box[T any] struct {
	mu sync.Mutex
	v  T
}

type index[K comparable] struct {
	mu sync.Mutex
	at map[K]int
}

func (b *box[T]) set(v T) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.v = v
}

// Store holds the index and sets the box.
func Store[K comparable](x *index[K], b *box[K], k K) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.at[k]++
	b.set(k)
}

// Load is the other way round, with other arguments.
func Load(x *index[string], b *box[string]) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	x.mu.Lock() // want `x\.mu is acquired while b\.mu is held \(locked on line \d+\), but \S*Store\S* \(calls\.go:\d+\)`
	defer x.mu.Unlock()
	return x.at[b.v]
}

// The callee gives the caller's lock back and takes it again: while it waits for
// it, it has the second lock.
type pool struct {
	mu   sync.Mutex
	idle []*worker
}

type worker struct{ mu sync.Mutex }

// Reap takes the worker under the pool and then the pool under the worker. Two
// goroutines that run it are enough.
func (p *pool) Reap() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, w := range p.idle {
		w.mu.Lock()
		p.rest() // want `p\.rest acquires (p|pool)\.mu \(.*calls\.go:\d+\) while w\.mu is held \(locked on line \d+\), but \S*Reap \(calls\.go:\d+\)`
		w.mu.Unlock()
	}
}

func (p *pool) rest() {
	p.mu.Unlock()
	time.Sleep(time.Millisecond)
	p.mu.Lock()
}

// The callee gives the lock back before it takes the other.
type inbox struct {
	mu  sync.Mutex
	out *outbox
	n   int
}

type outbox struct{ mu sync.Mutex }

// Forward calls what unlocks first.
func (b *inbox) Forward() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.hand()
	b.n--
}

func (b *inbox) hand() {
	b.mu.Unlock()
	b.out.mu.Lock()
	b.out.mu.Unlock()
	b.mu.Lock()
}

// Return has the only edge.
func (o *outbox) Return(b *inbox) {
	o.mu.Lock()
	defer o.mu.Unlock()
	b.mu.Lock()
	b.n++
	b.mu.Unlock()
}

// The lock of a local alias and of a getter is the lock they stand for.
type sheet struct {
	mu sync.Mutex
	n  atomic.Int64
}

type drawer struct{ mu sync.Mutex }

func (s *sheet) locker() *sync.Mutex { return &s.mu }

// File uses the alias.
func File(s *sheet, d *drawer) {
	mu := &d.mu
	mu.Lock()
	defer mu.Unlock()
	s.locker().Lock()
	defer s.locker().Unlock()
	s.n.Add(1)
}

// Unfile is the other way round.
func Unfile(s *sheet, d *drawer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d.mu.Lock() // want `d\.mu is acquired while s\.mu is held \(locked on line \d+\), but \S*File \(calls\.go:\d+\)`
	defer d.mu.Unlock()
	s.n.Add(-1)
}

// An interface of the standard library has implementations that nobody here
// knows. That one of them is ours proves nothing, though it may be the one.
type journal struct {
	mu  sync.Mutex
	out io.Writer
}

type tee struct {
	mu sync.Mutex
	j  *journal
}

// Write implements io.Writer.
func (t *tee) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(p), nil
}

// FN_Print writes to whatever out is.
func (j *journal) FN_Print(s string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.out.Write([]byte(s))
}

// FN_Rotate would be the other half.
func (t *tee) FN_Rotate() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.j.mu.Lock()
	t.j.mu.Unlock()
}
