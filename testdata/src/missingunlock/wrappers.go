package missingunlock

import (
	"sync"
	"sync/atomic"
)

// traced forwards Lock and Unlock to a sync type: a mutex by shape.
type traced struct {
	in    sync.Mutex
	waits int
}

func (m *traced) Lock() {
	m.in.Lock()
	m.waits++
}

func (m *traced) Unlock() { m.in.Unlock() }

type traces struct {
	mu traced
	n  int
}

// The wrapper leaks like the mutex in it.
func (t *traces) leak() int {
	t.mu.Lock()
	if t.n == 0 {
		return 0 // want `returning with t.mu(\.in)? locked \(locked on line \d+`
	}
	t.mu.Unlock()
	return t.n
}

// The wrapper, healthy.
func (t *traces) deferred() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.n
}

// spin is a lock of its own making: TryLock and Lock by compare-and-swap.
type spin struct{ state atomic.Uint32 }

func (s *spin) TryLock() bool { return s.state.CompareAndSwap(0, 1) }

func (s *spin) Lock() {
	for !s.state.CompareAndSwap(0, 1) {
	}
}

func (s *spin) Unlock() { s.state.Store(0) }

type spinUser struct {
	mu spin
	lk sync.Locker
	n  int
}

// A lock by shape: what Lock and Unlock do inside does not matter (ants).
func (u *spinUser) leak() bool {
	u.mu.Lock()
	if u.n == 0 {
		return false // want `returning with u.mu locked \(locked on line \d+`
	}
	u.mu.Unlock()
	return true
}

// The spin lock behind a sync.Locker field.
func newSpinUser() *spinUser {
	u := new(spinUser)
	u.lk = new(spin)
	return u
}

func (u *spinUser) leakLocker() bool {
	u.lk.Lock()
	if u.n == 0 {
		return false // want `returning with u.lk locked \(locked on line \d+`
	}
	u.lk.Unlock()
	return true
}

// A named type whose underlying type is a mutex and that forwards by conversion.
type myMutex sync.Mutex

func (m *myMutex) Lock()   { (*sync.Mutex)(m).Lock() }
func (m *myMutex) Unlock() { (*sync.Mutex)(m).Unlock() }

type myUser struct {
	mu myMutex
	n  int
}

func (u *myUser) leak() bool {
	u.mu.Lock()
	if u.n == 0 {
		return false // want `returning with u.mu locked \(locked on line \d+`
	}
	u.mu.Unlock()
	return true
}

// mutex is an alias of the sync type.
type mutex = sync.Mutex

type aliasUser struct {
	mu mutex
	n  int
}

func (u *aliasUser) leak() bool {
	u.mu.Lock()
	if u.n == 0 {
		return false // want `returning with u.mu locked \(locked on line \d+`
	}
	u.mu.Unlock()
	return true
}

// door has the names of a lock and is none: Lock never blocks anybody.
type door struct{ locked bool }

func (d *door) Lock()   { d.locked = true }
func (d *door) Unlock() { d.locked = false }

func (d *door) close(loud bool) bool {
	d.Lock()
	if loud {
		return true
	}
	d.Unlock()
	return false
}

// account is locked for business: Lock reports an error, so it is not a mutex.
type account struct{ locked bool }

func (a *account) Lock(reason string) error {
	if reason == "" {
		return errClosed
	}
	a.locked = true
	return nil
}

func (a *account) Unlock() { a.locked = false }

func (a *account) freeze() error {
	if err := a.Lock("audit"); err != nil {
		return err
	}
	return nil
}

// An interface of this package with lock methods.
type locker interface {
	Lock()
	Unlock()
}

type holder struct {
	lk locker
	n  int
}

func (h *holder) leak() bool {
	h.lk.Lock()
	if h.n == 0 {
		return false // want `returning with h.lk locked \(locked on line \d+`
	}
	h.lk.Unlock()
	return true
}

func newHolder() *holder { return &holder{lk: new(sync.Mutex)} }
