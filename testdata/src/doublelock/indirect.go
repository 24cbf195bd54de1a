package doublelock

import (
	"sync"
	"sync/atomic"
)

// A closure in a variable runs where it is called.
func (c *counter) closureVariable() int {
	read := func() int {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.n
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return read() // want `read locks c.mu, which is already held \(locked on line \d+`
}

// The closure runs before the section.
func (c *counter) closureBefore() int {
	read := func() int {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.n
	}
	n := read()
	c.mu.Lock()
	defer c.mu.Unlock()
	return n + c.n
}

// The closure that runs under the lock does not lock.
func (c *counter) closureLocked() int {
	read := func() int { return c.n }
	c.mu.Lock()
	defer c.mu.Unlock()
	return read()
}

// each calls back under the lock.
func (c *counter) each(f func(k string, v int)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for k, v := range c.items {
		f(k, v)
	}
}

// The callback asks the object that calls it.
func (c *counter) callbackLocks() {
	c.each(func(k string, v int) { c.Len() }) // want `c\.mu, which is already held \(locked on line \d+|c\.mu is locked here, but it is already held`
}

// eachTwice passes the callback on.
func (c *counter) eachTwice(f func(k string, v int)) {
	c.each(f)
	c.each(f)
}

func (c *counter) passedOnLocks() {
	c.eachTwice(func(k string, v int) { c.Len() }) // want `c\.mu, which is already held`
}

// Here the callback that is passed on is another one.
func (c *counter) passedOnOK(d *counter) {
	c.eachTwice(func(k string, v int) { d.Len() })
}

// The callback minds its own business.
func (c *counter) callbackOK() (n int) {
	c.each(func(_ string, v int) { n += v })
	return n
}

// The callback asks another object.
func (c *counter) callbackOther(d *counter) {
	c.each(func(k string, v int) { d.Len() })
}

// The callback is a named method.
func (c *counter) visit(string, int) { c.Len() }

func (c *counter) callbackMethod() {
	c.each(c.visit) // want `c\.mu, which is already held \(locked on line \d+`
}

// The callback is kept, not called.
func (c *counter) onClose(f func()) { c.hooksOf().add(f) }

type hooks struct{ fs []func() }

func (h *hooks) add(f func()) { h.fs = append(h.fs, f) }

func (c *counter) hooksOf() *hooks { return new(hooks) }

func (c *counter) callbackKept() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.onClose(func() { c.Len() })
}

// eachUnlocked takes a snapshot and calls back without the lock.
func (c *counter) eachUnlocked(f func(*counter)) {
	c.mu.Lock()
	kids := append([]*counter(nil), c.kids...)
	c.mu.Unlock()
	for _, k := range kids {
		f(k)
	}
}

func (c *counter) callbackUnlocked() {
	c.eachUnlocked(func(k *counter) { c.Len() })
}

// The callback unlocks what its caller holds, works, and locks again.
func (c *counter) withLock(f func()) {
	c.mu.Lock()
	f()
	c.mu.Unlock()
}

func (c *counter) callbackYields() {
	c.withLock(func() {
		c.mu.Unlock()
		c.Len()
		c.mu.Lock()
	})
}

// Once runs its argument here and now.
func (c *counter) once(o *sync.Once) {
	c.mu.Lock()
	defer c.mu.Unlock()
	o.Do(func() { c.Len() }) // want `c\.mu, which is already held \(locked on line \d+|c\.mu is locked here, but it is already held`
}

// The function field is set to a method of the same object by the constructor.
type service struct {
	mu   sync.Mutex
	n    int
	hook func()
}

func newService() *service {
	s := new(service)
	s.hook = func() { s.count() }
	return s
}

func (s *service) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.n
}

// The field is called under the lock that all its targets take.
func (s *service) fire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook() // want `s.mu, which is already held \(locked on line \d+`
}

// The field is called after the section.
func (s *service) fireOK() {
	s.mu.Lock()
	hook := s.hook
	s.mu.Unlock()
	hook()
}

// The lessor keeps a checkpointer that comes back to it (etcd 10492).
type lessor struct {
	mu sync.RWMutex
	cp func(int)
}

func (le *lessor) checkpoint() {
	le.mu.Lock()
	defer le.mu.Unlock()
}

func (le *lessor) setCheckpointer(cp func(int)) {
	le.mu.Lock()
	defer le.mu.Unlock()
	le.cp = cp
}

func (le *lessor) renew() {
	le.mu.Lock()
	unlock := func() { le.mu.Unlock() }
	defer func() { unlock() }()
	if le.cp != nil {
		le.cp(1) // want `le.mu, which is already held \(locked on line \d+`
	}
}

func runLessor() {
	le := new(lessor)
	le.setCheckpointer(func(int) { le.checkpoint() })
	le.renew()
}

// The field's only target locks another object.
type relay struct {
	mu   sync.Mutex
	send func()
	n    int
}

func newRelay(c *counter) *relay {
	return &relay{send: func() { c.Len() }}
}

func (r *relay) fire() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.send()
}

// The exported field may be set by anybody: nothing is known.
type Exporter struct {
	mu   sync.Mutex
	Hook func()
}

func (e *Exporter) fire() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.Hook()
}

// A function variable of the package with one target.
var observe = observeLocked

func observeLocked() {
	globalMu.Lock()
	defer globalMu.Unlock()
	global++
}

func callObserve() {
	globalMu.Lock()
	defer globalMu.Unlock()
	observe() // want `globalMu, which is already held \(locked on line \d+`
}

// An interface with one implementation in the package.
type sizer interface{ size() int }

func (c *counter) size() int { return c.Len() }

type report struct {
	of *counter
	sz sizer
}

func newReport(c *counter) *report { return &report{of: c, sz: c} }

// The implementation locks the object whose lock is held: the value is the
// same.
func (c *counter) viaInterface() int {
	var s sizer = c
	c.mu.Lock()
	defer c.mu.Unlock()
	return s.size() // want `c.mu, which is already held \(locked on line \d+`
}

// The interface value is another object.
func (c *counter) viaInterfaceOther(s sizer) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return s.size()
}

// The client is handed to the API that comes back to it (etcd 6708).
type doer interface{ do() }

type cluster struct {
	sync.RWMutex
	mode int
}

type membersAPI struct{ client doer }

func newMembersAPI(c doer) *membersAPI { return &membersAPI{client: c} }

func (m *membersAPI) leader() { m.client.do() }

func (c *cluster) do() {
	c.RLock()
	c.RUnlock()
}

func (c *cluster) leaderEndpoint() {
	m := newMembersAPI(c)
	m.leader()
}

func (c *cluster) setEndpoints() {
	switch c.mode {
	case 0:
	case 1:
		c.leaderEndpoint()
	}
}

func (c *cluster) sync() {
	c.Lock()
	defer c.Unlock()
	c.setEndpoints() // want `c.setEndpoints (read-)?locks c(\.RWMutex)?, which is already held \(locked on line \d+`
}

// The implementations are many and only one locks: nothing is sure.
type shape interface{ area() int }

type (
	square struct{ mu sync.Mutex }
	circle struct{ r int }
	line   struct{}
	dot    struct{}
	cube   struct{ square }
)

func (s *square) area() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return 4
}

func (c circle) area() int { return c.r }
func (line) area() int     { return 0 }
func (dot) area() int      { return 0 }

func (s *square) compare(o shape) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return o.area() > 3
}

// A bound method in a variable.
func (c *counter) boundMethod() int {
	size := c.Len
	c.mu.Lock()
	defer c.mu.Unlock()
	return size() // want `c.mu, which is already held \(locked on line \d+`
}

// A bound method of another object.
func (c *counter) boundOther(d *counter) int {
	size := d.Len
	c.mu.Lock()
	defer c.mu.Unlock()
	return size()
}

// A method expression with this object.
func (c *counter) methodExpressionCall() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return (*counter).Len(c) // want `c.mu, which is already held \(locked on line \d+`
}

// Either of two functions, and both lock.
func (c *counter) eitherFunction(exact bool) int {
	f := c.Len
	if !exact {
		f = c.size
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return f() // want `c.mu, which is already held \(locked on line \d+`
}

// A recursive closure that locks on every level.
func (c *counter) recursiveClosure() {
	var walk func(n int)
	walk = func(n int) {
		c.mu.Lock()
		defer c.mu.Unlock()
		if n > 0 {
			walk(n - 1) // want `c.mu, which is already held \(locked on line \d+`
		}
	}
	walk(3)
}

// A recursive closure over the children.
func (c *counter) recursiveClosureKids() {
	var walk func(*counter)
	walk = func(d *counter) {
		d.mu.Lock()
		defer d.mu.Unlock()
		for _, k := range d.kids {
			walk(k)
		}
	}
	walk(c)
}

// A lock by shape that forwards to a sync type.
type traced struct{ in sync.Mutex }

func (m *traced) Lock()   { m.in.Lock() }
func (m *traced) Unlock() { m.in.Unlock() }

type traces struct {
	mu traced
	n  int
}

func (t *traces) twice() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.mu.Lock() // want `t.mu(\.in)?.* already held \(locked on line \d+`
}

// A spin lock blocks its holder as well.
type spin struct{ state atomic.Uint32 }

func (s *spin) Lock() {
	for !s.state.CompareAndSwap(0, 1) {
	}
}

func (s *spin) Unlock() { s.state.Store(0) }

type spinUser struct{ mu spin }

func (u *spinUser) twice() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.mu.Lock() // want `u.mu is locked here, but it is already held \(locked on line \d+`
}

// reentrant keeps its owner and counts: locking it again is what it is for.
type reentrant struct {
	mu    sync.Mutex
	owner int
	depth int
}

func (r *reentrant) enter(id int) {
	if r.owner == id {
		r.depth++
		return
	}
	r.mu.Lock()
	r.owner = id
	r.depth = 1
}

func (r *reentrant) leave() {
	r.depth--
	if r.depth == 0 {
		r.owner = 0
		r.mu.Unlock()
	}
}

func (r *reentrant) twice(id int) {
	r.enter(id)
	defer r.leave()
	r.enter(id)
	defer r.leave()
}

// The Locker field is the mutex of the same struct.
type lockered struct {
	mu sync.Mutex
	lk sync.Locker
}

func newLockered() *lockered {
	l := new(lockered)
	l.lk = &l.mu
	return l
}

func (l *lockered) sameField() {
	l.lk.Lock()
	defer l.lk.Unlock()
	l.lk.Lock() // want `l.(lk|mu) is locked here, but it is already held \(locked on line \d+`
}

// The read lock is held through the condition's Locker (cockroach 16167).
type executor struct {
	cond *sync.Cond
	rw   sync.RWMutex
}

func newExecutor() *executor {
	e := new(executor)
	e.cond = sync.NewCond(e.rw.RLocker())
	return e
}

func (e *executor) cache() {
	e.rw.RLock()
	defer e.rw.RUnlock()
}

func (e *executor) exec() {
	e.cond.L.Lock()
	defer e.cond.L.Unlock()
	e.cache() // want `e.cache (read-)?locks e.rw, which is already (held|read-locked) \((read-)?(locked )?on line \d+`
}

// The section is run by a function that takes any lock (database/sql).
func withLocker(l sync.Locker, f func()) {
	l.Lock()
	defer l.Unlock()
	f()
}

// The function that runs under the lock needs it.
func (b *base) viaLocker() {
	withLocker(b, func() { b.n++ })
}

// The function that runs under the lock takes it.
func (b *base) viaLockerTwice() {
	withLocker(b, func() { b.hotRemove() }) // want `b(\.Mutex)?, which is already held \(locked on line \d+|b(\.Mutex)? is locked here, but it is already held`
}

// The lock is held by name when the function takes it as a Locker.
func (b *base) lockerHeld() {
	b.Lock()
	defer b.Unlock()
	withLocker(b, func() { b.n++ }) // want `withLocker locks b(\.Mutex)?, which is already held \(locked on line \d+`
}

// The read Locker is held by name when the function takes it.
func (c *counter) rlockerHeld() {
	c.rw.Lock()
	defer c.rw.Unlock()
	withLocker(c.rw.RLocker(), func() {}) // want `withLocker (read-)?locks c.rw, which is already held \(locked on line \d+`
}

// Another object's lock.
func (b *base) lockerOther(d *base) {
	b.Lock()
	defer b.Unlock()
	withLocker(d, func() { b.n++ })
}
