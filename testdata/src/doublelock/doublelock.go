// Package doublelock holds the fixtures of the doublelock check.
package doublelock

import "sync"

type counter struct {
	mu     sync.Mutex
	rw     sync.RWMutex
	other  sync.Mutex
	cond   *sync.Cond
	closed bool
	n      int
	items  map[string]int
	parent *counter
	next   *counter
	kids   []*counter
}

func newCounter() *counter {
	c := &counter{items: make(map[string]int)}
	c.cond = sync.NewCond(&c.mu)
	return c
}

// A mutex is not reentrant.
func (c *counter) lockLock() {
	c.mu.Lock()
	c.n++
	c.mu.Lock() // want `c.mu is locked here, but it is already held \(locked on line \d+`
	c.mu.Unlock()
}

// Under a deferred release the lock is held until the end.
func (c *counter) deferredThenLock() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n == 0 {
		c.mu.Lock() // want `c.mu is locked here, but it is already held \(locked on line \d+`
		c.n = 1
	}
	return c.n
}

// Unlock was meant on the error path (grpc 795).
func (c *counter) gracefulStop() {
	c.mu.Lock()
	if c.closed {
		c.mu.Lock() // want `c.mu is locked here, but it is already held \(locked on line \d+`
		return
	}
	c.closed = true
	c.mu.Unlock()
}

// A writer excludes itself.
func (c *counter) writeWrite() {
	c.rw.Lock()
	defer c.rw.Unlock()
	c.rw.Lock() // want `c.rw is locked here, but it is already held \(locked on line \d+`
	c.rw.Unlock()
}

// A reader excludes itself as soon as a writer waits in between.
func (c *counter) readRead(k string) int {
	c.rw.RLock()
	defer c.rw.RUnlock()
	if len(c.items) == 0 {
		return 0
	}
	c.rw.RLock() // want `c.rw is read-locked here, but it is already read-locked \(on line \d+`
	v := c.items[k]
	c.rw.RUnlock()
	return v
}

// A read lock cannot be upgraded.
func (c *counter) upgrade(k string) {
	c.rw.RLock()
	defer c.rw.RUnlock()
	if _, ok := c.items[k]; !ok {
		c.rw.Lock() // want `c.rw is locked here, but it is read-locked \(on line \d+`
		c.items[k] = 0
		c.rw.Unlock()
	}
}

// A write lock cannot be downgraded.
func (c *counter) downgrade() int {
	c.rw.Lock()
	c.n++
	c.rw.RLock() // want `c.rw is read-locked here, but it is already held \(locked on line \d+`
	n := c.n
	c.rw.RUnlock()
	c.rw.Unlock()
	return n
}

// The lock is held on both branches.
func (c *counter) bothBranches(flag bool) {
	if flag {
		c.mu.Lock()
		c.n++
	} else {
		c.mu.Lock()
		c.n--
	}
	c.mu.Lock() // want `c.mu is locked here, but it is already held \(locked on line \d+`
	c.mu.Unlock()
}

// A package-level mutex.
var globalMu sync.Mutex

var global int

func lockGlobalTwice() {
	globalMu.Lock()
	defer globalMu.Unlock()
	global++
	globalMu.Lock() // want `globalMu is locked here, but it is already held \(locked on line \d+`
}

// A mutex parameter.
func lockParam(mu *sync.Mutex) {
	mu.Lock()
	defer mu.Unlock()
	mu.Lock() // want `mu is locked here, but it is already held \(locked on line \d+`
}

// A local mutex.
func lockLocal() {
	var mu sync.Mutex
	mu.Lock()
	mu.Lock() // want `mu is locked here, but it is already held \(locked on line \d+`
	mu.Unlock()
}

// TryLock succeeded, so Lock blocks.
func (c *counter) tryThenLock() {
	if c.mu.TryLock() {
		c.mu.Lock() // want `c.mu is locked here, but it is already held \(locked on line \d+`
		c.mu.Unlock()
	}
}

type embedded struct {
	sync.RWMutex
	n int
}

// The embedded mutex under its two names.
func (e *embedded) twoNames() {
	e.Lock()
	defer e.Unlock()
	e.RWMutex.Lock() // want `e(\.RWMutex)? is locked here, but it is already held \(locked on line \d+`
}

// The anonymous struct's mutex.
type anonymous struct {
	mu struct {
		sync.Mutex
		n int
	}
}

func (a *anonymous) twice() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.mu.Mutex.Lock() // want `a.mu(\.Mutex)? is locked here, but it is already held \(locked on line \d+`
}

// The second name of the lock.
func (c *counter) alias() {
	mu := &c.mu
	mu.Lock()
	defer mu.Unlock()
	c.mu.Lock() // want `c.mu is locked here, but it is already held \(locked on line \d+`
}

// The second name of the owner.
func (c *counter) ownerAlias() {
	d := c
	d.mu.Lock()
	defer d.mu.Unlock()
	c.mu.Lock() // want `c.mu is locked here, but it is already held \(locked on line \d+`
}

// The lock through its getter.
func (c *counter) lockOf() *sync.Mutex { return &c.mu }

func (c *counter) getter() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lockOf().Lock() // want `(c.lockOf\(\)|c.mu) is locked here, but it is already held \(locked on line \d+`
}

// A Locker for reading under the write lock.
func (c *counter) rlocker() {
	l := c.rw.RLocker()
	c.rw.Lock()
	defer c.rw.Unlock()
	l.Lock() // want `(l|c.rw) is (read-)?locked here, but it is already held \(locked on line \d+`
}

// c.L is the mutex that NewCond got.
func (c *counter) condLock() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cond.L.Lock() // want `c.(cond.L|mu) is locked here, but it is already held \(locked on line \d+`
}

// Wait returns with the lock.
func (c *counter) waitThenLock() {
	c.mu.Lock()
	for c.n == 0 {
		c.cond.Wait()
	}
	c.mu.Lock() // want `c.mu is locked here, but it is already held \(locked on line \d+`
	c.mu.Unlock()
}

// Method values and expressions lock too.
func (c *counter) methodValue() {
	lock := c.mu.Lock
	c.mu.Lock()
	defer c.mu.Unlock()
	lock() // want `c.mu.*already held \(locked on line \d+`
}

func (c *counter) methodExpression() {
	(*sync.Mutex).Lock(&c.mu)
	defer c.mu.Unlock()
	(*sync.Mutex).Lock(&c.mu) // want `c.mu is locked here, but it is already held \(locked on line \d+`
}

type table struct {
	mus   [4]sync.Mutex
	parts []*counter
	byKey map[string]*counter
}

// The same index value names the same lock.
func (t *table) sameIndex(i int) {
	t.mus[i].Lock()
	defer t.mus[i].Unlock()
	t.mus[i].Lock() // want `t.mus\[i\] is locked here, but it is already held \(locked on line \d+`
}

// The same constant index.
func (t *table) sameConstant() {
	t.mus[1].Lock()
	defer t.mus[1].Unlock()
	t.mus[1].Lock() // want `t.mus\[1\] is locked here, but it is already held \(locked on line \d+`
}

// The element was fetched once.
func (t *table) sameElement(k string) {
	c := t.byKey[k]
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mu.Lock() // want `c.mu is locked here, but it is already held \(locked on line \d+`
}

// A closure that is called in place runs under the lock.
func (c *counter) inPlace() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return func() int {
		c.mu.Lock() // want `c.mu is locked here, but it is already held \(locked on line \d+`
		defer c.mu.Unlock()
		return c.n
	}()
}

// A deferred closure runs while the earlier defer has not yet released.
func (c *counter) deferredClosure() {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer func() {
		c.mu.Lock() // want `c.mu is locked here, but it is already held \(locked on line \d+`
		c.n++
		c.mu.Unlock()
	}()
	c.n--
}

// defer Lock was typed for defer Unlock (buildkit).
func (c *counter) deferTypo() {
	c.mu.Lock()
	defer c.mu.Lock() // want `deferred c.mu.Lock runs while c.mu is already held \(locked on line \d+\); Unlock was meant`
	c.n++
}

// The same for the read lock.
func (c *counter) deferTypoRead() int {
	c.rw.RLock()
	defer c.rw.RLock() // want `deferred c.rw.RLock runs while c.rw is already (held|read-locked) \((read-)?(locked )?on line \d+\); RUnlock was meant`
	return c.n
}

// A generic owner.
type cache[K comparable, V any] struct {
	mu    sync.RWMutex
	items map[K]V
}

func (c *cache[K, V]) put(k K, v V) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mu.RLock() // want `c.mu is read-locked here, but it is already held \(locked on line \d+`
	c.items[k] = v
}

// A type parameter that is a lock.
func withLock[L sync.Locker](l L) {
	l.Lock()
	defer l.Unlock()
	l.Lock() // want `l is locked here, but it is already held \(locked on line \d+`
}
