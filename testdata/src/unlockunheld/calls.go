package unlockunheld

import (
	"sync"

	"unlockunheld/store"
)

// An unlock helper releases what its caller holds.
func (c *conn) unlock() { c.mu.Unlock() }

func (c *conn) lock() { c.mu.Lock() }

// An …AndUnlock helper.
func (c *conn) bumpAndUnlock() {
	c.n++
	c.mu.Unlock()
}

// The helper has released already.
func (c *conn) afterHelper() {
	c.mu.Lock()
	c.bumpAndUnlock()
	c.mu.Unlock() // want `c.mu is unlocked here, but it is not held \(unlocked on line \d+`
}

// The helper and the deferred release.
func (c *conn) helperAndDeferred() {
	c.mu.Lock()
	defer c.mu.Unlock() // want `c.mu is unlocked here, but it is not held \(unlocked on line \d+`
	c.bumpAndUnlock()
}

// The helper comes after the release.
func (c *conn) helperAfter() {
	c.mu.Lock()
	c.mu.Unlock()
	c.bumpAndUnlock() // want `c\.mu.* not held \(unlocked on line \d+`
}

// The helper is called twice.
func (c *conn) helperTwice() {
	c.lock()
	c.unlock()
	c.unlock() // want `c\.mu.* not held \(unlocked on line \d+`
}

// Balanced through helpers.
func (c *conn) balanced() {
	c.lock()
	defer c.unlock()
	c.n++
}

// The lock was taken by the helper.
func (c *conn) lockedByHelper() {
	c.lock()
	c.n++
	c.mu.Unlock()
}

// The callee releases and retakes.
func (c *conn) yield(work func()) {
	c.mu.Unlock()
	defer c.mu.Lock()
	work()
}

func (c *conn) afterYield() {
	c.mu.Lock()
	c.yield(func() {})
	c.mu.Unlock()
}

// The callee releases only when it fails.
func (c *conn) checkLocked() error {
	if c.closed {
		c.mu.Unlock()
		return errClosed
	}
	return nil
}

// The error says who releases.
func (c *conn) afterCheck() error {
	c.mu.Lock()
	if err := c.checkLocked(); err != nil {
		return err
	}
	c.mu.Unlock()
	return nil
}

// The callee failed and has released already.
func (c *conn) afterCheckTwice() error {
	c.mu.Lock()
	if err := c.checkLocked(); err != nil {
		c.mu.Unlock() // want `c.mu is unlocked here, but it is not held \(unlocked on line \d+`
		return err
	}
	c.mu.Unlock()
	return nil
}

// acquire locks unless it fails.
func (c *conn) acquire() error {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return errClosed
	}
	return nil
}

// The failed acquire holds nothing.
func (c *conn) failedAcquire() error {
	err := c.acquire()
	if err != nil {
		c.mu.Unlock() // want `c.mu is unlocked here, but it is not held`
		return err
	}
	c.mu.Unlock()
	return nil
}

// The deferred release is registered before the acquire can fail.
func (c *conn) deferBeforeAcquire() error {
	if err := c.acquire(); err != nil {
		return err
	}
	defer c.mu.Unlock()
	return nil
}

// The returned release is called twice.
func (c *conn) scope() func() {
	c.mu.Lock()
	return c.mu.Unlock
}

func (c *conn) scopeTwice() {
	unlock := c.scope()
	unlock()
	unlock() // want `c\.mu.* not held \(unlocked on line \d+`
}

func (c *conn) scopeOnce() {
	unlock := c.scope()
	defer unlock()
	c.n++
}

// The wrapper's Unlock is a release by its shape.
type traced struct{ in sync.Mutex }

func (m *traced) Lock()   { m.in.Lock() }
func (m *traced) Unlock() { m.in.Unlock() }

type traces struct {
	mu traced
	n  int
}

func (t *traces) twice() {
	t.mu.Lock()
	t.n++
	t.mu.Unlock()
	t.mu.Unlock() // want `t.mu(\.in)?.* not held \(unlocked on line \d+`
}

// Across packages: the helper has released already.
func storeTwice(s *store.Store) {
	s.LockStore()
	s.SetAndUnlock(1)
	s.UnlockStore() // want `s.mu.* not held \(unlocked on line \d+`
}

// Across packages, balanced.
func storeBalanced(s *store.Store) {
	s.LockStore()
	s.SetAndUnlock(1)
}

// Across packages: the exported read lock in the wrong mode.
func storeMode(s *store.Store) {
	s.LockRead()
	s.Mu.Unlock() // want `s.Mu.Unlock releases a write lock, but s.Mu is read-locked \(on line \d+`
}

// Across packages: the exported variable.
func storeVar() {
	store.LockGlobal()
	store.Mu.Unlock()
	store.Mu.Unlock() // want `store.Mu is unlocked here, but it is not held \(unlocked on line \d+`
}
