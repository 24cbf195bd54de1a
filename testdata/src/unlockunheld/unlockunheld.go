// Package unlockunheld holds the fixtures of the unlockunheld check.
package unlockunheld

import (
	"errors"
	"sync"
)

var errClosed = errors.New("closed")

type conn struct {
	mu     sync.Mutex
	rw     sync.RWMutex
	other  sync.Mutex
	cond   *sync.Cond
	closed bool
	n      int
	items  map[string]int
	next   *conn
}

func newConn() *conn {
	c := &conn{items: make(map[string]int)}
	c.cond = sync.NewCond(&c.mu)
	return c
}

// The section is closed twice.
func (c *conn) twice() {
	c.mu.Lock()
	c.n++
	c.mu.Unlock()
	c.mu.Unlock() // want `c.mu is unlocked here, but it is not held \(unlocked on line \d+`
}

// The early path falls through to the common release.
func (c *conn) fallsThrough() {
	c.mu.Lock()
	if c.closed {
		c.n = 0
	}
	c.mu.Unlock()
	if c.n > 0 {
		c.mu.Unlock() // want `c.mu is unlocked here, but it is not held \(unlocked on line \d+`
	}
}

// Both branches have released already.
func (c *conn) bothBranches(flag bool) {
	c.mu.Lock()
	if flag {
		c.n++
		c.mu.Unlock()
	} else {
		c.mu.Unlock()
	}
	c.mu.Unlock() // want `c.mu is unlocked here, but it is not held \(unlocked on line \d+`
}

// The release by hand is followed by the deferred one.
func (c *conn) explicitAndDeferred() int {
	c.mu.Lock()
	defer c.mu.Unlock() // want `c.mu is unlocked here, but it is not held \(unlocked on line \d+`
	n := c.n
	c.mu.Unlock()
	return n
}

// The release by hand on the error path is followed by the deferred one.
func (c *conn) explicitOnError() error {
	c.mu.Lock()
	defer c.mu.Unlock() // want `c.mu is unlocked here, but it is not held \(unlocked on line \d+`
	if c.closed {
		c.mu.Unlock()
		return errClosed
	}
	c.n++
	return nil
}

// Two deferred releases for one Lock: the one registered first runs last.
func (c *conn) deferredTwice(flag bool) {
	c.mu.Lock()
	defer c.mu.Unlock() // want `c.mu is unlocked here, but it is not held \(unlocked on line \d+`
	if c.n == 0 {
		c.n = 1
	}
	defer c.mu.Unlock()
	c.n++
}

// The deferred closure releases again.
func (c *conn) deferredClosure() {
	c.mu.Lock()
	defer func() {
		c.n--
		c.mu.Unlock() // want `c.mu is unlocked here, but it is not held \(unlocked on line \d+`
	}()
	c.n++
	c.mu.Unlock()
}

// Nobody else can have locked a local mutex.
func neverLocked() {
	var mu sync.Mutex
	mu.Unlock() // want `mu is unlocked here, but it is not held`
}

// The same in a new object.
func neverLockedField() *conn {
	c := &conn{items: make(map[string]int)}
	c.mu.Unlock() // want `c.mu is unlocked here, but it is not held`
	return c
}

// A local mutex is locked on one branch, and unlocked on the other.
func wrongBranch(flag bool) {
	var mu sync.Mutex
	if flag {
		mu.Lock()
		mu.Unlock()
	} else {
		mu.Unlock() // want `mu is unlocked here, but it is not held`
	}
}

// The read lock is released twice.
func (c *conn) readTwice(k string) int {
	c.rw.RLock()
	n := c.items[k]
	c.rw.RUnlock()
	if n == 0 {
		c.rw.RUnlock() // want `c.rw is unlocked here, but it is not held \(unlocked on line \d+`
	}
	return n
}

// RUnlock for Lock.
func (c *conn) readForWrite() {
	c.rw.Lock()
	c.n++
	c.rw.RUnlock() // want `c.rw.RUnlock releases a read lock, but c.rw is held for writing \(locked on line \d+`
}

// Unlock for RLock.
func (c *conn) writeForRead() int {
	c.rw.RLock()
	n := c.n
	c.rw.Unlock() // want `c.rw.Unlock releases a write lock, but c.rw is read-locked \(on line \d+`
	return n
}

// The deferred release has the other mode.
func (c *conn) deferredMode() int {
	c.rw.RLock()
	defer c.rw.Unlock() // want `c.rw.Unlock releases a write lock, but c.rw is read-locked \(on line \d+`
	return c.n
}

// The deferred RUnlock of a write lock.
func (c *conn) deferredReadMode() {
	c.rw.Lock()
	defer c.rw.RUnlock() // want `c.rw.RUnlock releases a read lock, but c.rw is held for writing \(locked on line \d+`
	c.n++
}

// The mode is wrong on one branch.
func (c *conn) branchMode(write bool) {
	if write {
		c.rw.Lock()
		c.n++
		c.rw.RUnlock() // want `c.rw.RUnlock releases a read lock, but c.rw is held for writing \(locked on line \d+`
		return
	}
	c.rw.RLock()
	c.rw.RUnlock()
}

// A package-level lock.
var registryMu sync.Mutex

var registry = map[string]int{}

func register(name string) {
	registryMu.Lock()
	registry[name]++
	registryMu.Unlock()
	if registry[name] > 1 {
		registryMu.Unlock() // want `registryMu is unlocked here, but it is not held \(unlocked on line \d+`
	}
}

type embedded struct {
	sync.RWMutex
	n int
}

// The embedded mutex under its two names.
func (e *embedded) twice() {
	e.Lock()
	e.n++
	e.RWMutex.Unlock()
	e.Unlock() // want `e(\.RWMutex)? is unlocked here, but it is not held \(unlocked on line \d+`
}

// The embedded mutex in the wrong mode.
func (e *embedded) mode() {
	e.RLock()
	e.Unlock() // want `e(\.RWMutex)?.Unlock releases a write lock, but e(\.RWMutex)? is read-locked \(on line \d+`
}

// A generic owner.
type cache[K comparable, V any] struct {
	mu    sync.RWMutex
	items map[K]V
}

func (c *cache[K, V]) get(k K) (V, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock() // want `c.mu is unlocked here, but it is not held \(unlocked on line \d+`
	v, ok := c.items[k]
	if !ok {
		c.mu.RUnlock()
		return v, false
	}
	return v, true
}

// The alias released already.
func (c *conn) alias() {
	mu := &c.mu
	mu.Lock()
	c.n++
	mu.Unlock()
	c.mu.Unlock() // want `c.mu is unlocked here, but it is not held \(unlocked on line \d+`
}

// The condition's lock is the mutex.
func (c *conn) condTwice() {
	c.cond.L.Lock()
	c.n++
	c.mu.Unlock()
	c.cond.L.Unlock() // want `c.(cond.L|mu) is unlocked here, but it is not held \(unlocked on line \d+`
}

// The read Locker released already.
func (c *conn) rlocker() {
	l := c.rw.RLocker()
	l.Lock()
	c.rw.RUnlock()
	l.Unlock() // want `(l|c.rw) is unlocked here, but it is not held \(unlocked on line \d+`
}

// A failed TryLock holds nothing.
func tryFailed() bool {
	var mu sync.Mutex
	if !mu.TryLock() {
		mu.Unlock() // want `mu is unlocked here, but it is not held`
		return false
	}
	mu.Unlock()
	return true
}

// A failed TryLock does not hold the object's lock either.
func (c *conn) tryFailedField() bool {
	if !c.mu.TryLock() {
		c.mu.Unlock() // want `c.mu is unlocked here, but it is not held`
		return false
	}
	c.mu.Unlock()
	return true
}

// The same element twice.
func sameIndex(mus []sync.Mutex, i int) {
	mus[i].Lock()
	mus[i].Unlock()
	mus[i].Unlock() // want `mus\[i\] is unlocked here, but it is not held \(unlocked on line \d+`
}

// A method value releases again.
func (c *conn) methodValue() {
	unlock := c.mu.Unlock
	c.mu.Lock()
	c.n++
	c.mu.Unlock()
	unlock() // want `c.mu.*not held \(unlocked on line \d+`
}

// A method expression releases again.
func (c *conn) methodExpression() {
	c.mu.Lock()
	c.n++
	(*sync.Mutex).Unlock(&c.mu)
	(*sync.Mutex).Unlock(&c.mu) // want `c.mu is unlocked here, but it is not held \(unlocked on line \d+`
}

// The closure that is called in place releases, and then the function does.
func (c *conn) inPlace() {
	c.mu.Lock()
	func() {
		defer c.mu.Unlock()
		c.n++
	}()
	c.mu.Unlock() // want `c.mu is unlocked here, but it is not held \(unlocked on line \d+`
}

// The goroutine starts with nothing held and releases what it never took.
func goBody() {
	var mu sync.Mutex
	n := 0
	mu.Lock()
	n++
	mu.Unlock()
	go func() {
		n++
		mu.Lock()
		mu.Unlock()
		mu.Unlock() // want `mu is unlocked here, but it is not held \(unlocked on line \d+`
	}()
}

// Unlock was typed for Lock at the start of a local section.
func unlockForLock(parts []int) int {
	var mu sync.Mutex
	sum := 0
	for _, p := range parts {
		mu.Unlock() // want `mu is unlocked here, but it is not held`
		sum += p
	}
	return sum
}

// break comes to the release behind the loop without the lock.
func (c *conn) loopExit(keys []string) {
	c.mu.Lock()
	c.n++
	c.mu.Unlock()
	for _, k := range keys {
		if k == "" {
			break
		}
	}
	c.mu.Unlock() // want `c.mu is unlocked here, but it is not held \(unlocked on line \d+`
}

// A type parameter that is a lock.
func withLock[L sync.Locker](l L) {
	l.Lock()
	l.Unlock()
	l.Unlock() // want `l is unlocked here, but it is not held \(unlocked on line \d+`
}

// Two of three paths hold the lock; the third one crashes, but which path comes
// here is not always decided by what the engine sees.
func FN_unlockOnOneBranch(c *conn, flag bool) {
	c.mu.Lock()
	if flag {
		c.mu.Unlock()
	}
	c.n++
	c.mu.Unlock()
}

// The result of TryLock is thrown away: when it fails, the release crashes.
func FN_tryIgnored(c *conn) {
	c.mu.TryLock()
	defer c.mu.Unlock()
	c.n++
}

// The deferred release meets the lock on one of the paths only.
func FN_deferredMerged(c *conn, flag bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if flag {
		c.mu.Unlock()
	}
	c.n++
}

// named has a name for the lock, and has forgotten to lock it.
func named() {
	mu := &sync.Mutex{}
	mu.Unlock() // want `mu is unlocked here, but it is not held \(never locked\)`
	var other sync.Mutex
	(&other).Unlock() // want `other is unlocked here, but it is not held \(never locked\)`
}
