package missingunlock

import "missingunlock/store"

// The exported field of another package's type.
func exportedField(s *store.Store) bool {
	s.Mu.RLock()
	if s.Busy {
		return false // want `returning with s.Mu read-locked \(locked on line \d+`
	}
	s.Mu.RUnlock()
	return true
}

// The exported variable of another package.
func exportedVar(skip bool) {
	store.Mu.Lock()
	if skip {
		return // want `returning with store.Mu locked \(locked on line \d+`
	}
	store.Mu.Unlock()
	exportedVar(true)
}

// Another package's helpers hold and release a lock that has no name here.
func helpersOK(s *store.Store) {
	s.LockStore()
	if s.Busy {
		s.SetAndUnlock(1)
		return
	}
	s.UnlockStore()
}

// Another package's helper locks; one path forgets.
func helpersLeak(s *store.Store) bool {
	s.LockStore()
	if s.Busy {
		return false // want `returning with s.mu locked \(locked on line \d+`
	}
	s.UnlockStore()
	return true
}

// Locked by helper, released by name: the same variable.
func globalMixed(skip bool) {
	store.LockGlobal()
	if skip {
		store.Mu.Unlock()
		return
	}
	store.UnlockGlobal()
}

// The variable's helper locks; one path forgets.
func globalLeak(skip bool) int {
	store.LockGlobal()
	if skip {
		return 0 // want `returning with store.Mu locked \(locked on line \d+`
	}
	store.UnlockGlobal()
	return 1
}

// The failed acquire of another package holds nothing.
func acquireOK(s *store.Store) error {
	if err := s.Acquire(); err != nil {
		return err
	}
	defer s.UnlockStore()
	return nil
}

// The acquire succeeded; the next error forgets it.
func acquireLeak(s *store.Store, c *conn) error {
	if err := s.Acquire(); err != nil {
		return err
	}
	if err := c.check(); err != nil {
		return err // want `returning with s.mu locked \(locked on line \d+`
	}
	s.UnlockStore()
	return nil
}

// The release comes from the other package.
func scopeOK(s *store.Store) bool {
	defer s.Scope()()
	return s.Busy
}

// The other package's function ends the process.
func dieElsewhere(s *store.Store) {
	s.LockStore()
	if s.Busy {
		store.Die()
	}
	s.UnlockStore()
}

// A generic lock of another package, known by its methods.
func cellLeak(c *store.Cell[int]) int {
	c.Lock()
	if c.V == 0 {
		return 0 // want `returning with c(\.mu)? locked \(locked on line \d+`
	}
	c.Unlock()
	return 1
}

// A type that embeds another package's store.
type tagged struct {
	*store.Store
	tag string
}

func (t *tagged) promotedLeak() string {
	t.LockStore()
	if t.tag == "" {
		return "" // want `returning with t.(Store.)?mu locked \(locked on line \d+`
	}
	t.UnlockStore()
	return t.tag
}
