package doublelock

import "doublelock/store"

// The other package's method locks the exported lock that is held here.
func viewLocked(s *store.Store) int {
	s.Mu.RLock()
	defer s.Mu.RUnlock()
	return s.View() // want `s.View (read-)?locks s.Mu, which is already (held|read-locked) \((read-)?(locked )?on line \d+; s.View (read-)?locks it at store.go:\d+\)`
}

// The write lock is held here.
func viewWriteLocked(s *store.Store) int {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	return s.View() // want `s.View (read-)?locks s.Mu, which is already held \(locked on line \d+; s.View (read-)?locks it at store.go:\d+\)`
}

// The lock was taken by the other package's helper.
func lenHeld(s *store.Store) int {
	s.LockStore()
	defer s.UnlockStore()
	return s.Len() // want `s.Len locks s.mu, which is already held \(locked on line \d+; s.Len locks it at store.go:\d+\)`
}

// Two calls below in the other package.
func countHeld(s *store.Store) int {
	s.LockStore()
	defer s.UnlockStore()
	return s.Count() // want `s.Count locks s.mu, which is already held \(locked on line \d+`
}

// The Locked method of the other package.
func lenLockedHeld(s *store.Store) int {
	s.LockStore()
	defer s.UnlockStore()
	return s.LenLocked()
}

// Another lock of the same object.
func otherField(s *store.Store) int {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	return s.Len()
}

// Another object.
func otherStore(s, t *store.Store) int {
	s.LockStore()
	defer s.UnlockStore()
	return t.Len()
}

// The other package's callee releases first.
func yieldHeld(s *store.Store) {
	s.LockStore()
	defer s.UnlockStore()
	s.Yield()
}

// The inner store is another object.
func innerHeld(s *store.Store) int {
	s.LockStore()
	defer s.UnlockStore()
	return s.Inner()
}

// The exported variable.
func bumpHeld() {
	store.Mu.Lock()
	defer store.Mu.Unlock()
	store.Bump() // want `store.Bump locks store.Mu, which is already held \(locked on line \d+; store.Bump locks it at store.go:\d+\)`
}

// The other package calls back under its lock.
func eachLen(s *store.Store) {
	s.Each(func(int) { s.Len() }) // want `s\.mu, which is already held`
}

// The other package calls back under its lock, and nothing is asked of it.
func eachSum(s *store.Store) (n int) {
	s.Each(func(v int) { n += v })
	return n
}

// A generic type of the other package.
func cellHeld(c *store.Cell[string]) string {
	c.Mu.Lock()
	defer c.Mu.Unlock()
	return c.Get() // want `c.Get locks c.Mu, which is already held \(locked on line \d+; c.Get locks it at store.go:\d+\)`
}

// The embedded store's methods are promoted.
type tagged struct {
	*store.Store
	tag string
}

func (t *tagged) describe() int {
	t.LockStore()
	defer t.UnlockStore()
	return t.Len() // want `t.Len locks t(\.Store)?\.mu, which is already held \(locked on line \d+`
}
