package missingunlock

import "sync"

// session is implemented by one type of this package.
type session interface {
	enter()
	leave()
}

type room struct {
	mu   sync.Mutex
	n    int
	open bool
}

func (r *room) enter() { r.mu.Lock() }
func (r *room) leave() { r.mu.Unlock() }

// Locked and released through the interface.
func useSession(s session) {
	s.enter()
	defer s.leave()
}

// The dynamic type is known: locked through the interface, forgotten by name.
func (r *room) viaInterface() bool {
	var s session = r
	s.enter()
	if !r.open {
		return false // want `returning with r.mu locked \(locked on line \d+`
	}
	s.leave()
	return true
}

// Locked through the interface, released by name.
func (r *room) viaInterfaceOK() {
	var s session = r
	s.enter()
	r.n++
	r.mu.Unlock()
}

// hooks hold functions that every room sets alike.
type hooks struct {
	r    *room
	lock func()
	done func()
}

func newHooks(r *room) *hooks {
	return &hooks{r: r, lock: r.enter, done: r.leave}
}

// Locked and released by function fields.
func (h *hooks) use() {
	h.lock()
	h.r.n++
	h.done()
}

// The section is run by a function that takes any lock (database/sql).
func withLocker(l sync.Locker, f func()) {
	l.Lock()
	defer l.Unlock()
	f()
}

func (r *room) viaLocker() (n int) {
	withLocker(&r.mu, func() {
		if !r.open {
			return
		}
		n = r.n
	})
	return n
}

// The release is got from a function that may have none (badger).
func unlockCallback(c *conn) func() {
	if c == nil {
		return nil
	}
	return c.rw.RUnlock
}

func runCallback(f func()) {
	if f != nil {
		f()
	}
}

// The caller gets the release where there is something to release.
func (s *shards) read(k string) (int, func(), error) {
	c := s.fileRLocked(k)
	cb := unlockCallback(c)
	if c == nil {
		return 0, cb, errFull
	}
	if c.n == 0 {
		runCallback(cb)
		return 0, nil, errClosed
	}
	return c.n, cb, nil
}

// Eight locks under eight flags are more paths than can be told apart: the
// doubt accuses nobody.
func manyLocks(cs [8]*conn, f [8]bool) {
	a, b, c, d, e, g, h, i := f[0], f[1], f[2], f[3], f[4], f[5], f[6], f[7]
	if a {
		cs[0].mu.Lock()
	}
	if b {
		cs[1].mu.Lock()
	}
	if c {
		cs[2].mu.Lock()
	}
	if d {
		cs[3].mu.Lock()
	}
	if e {
		cs[4].mu.Lock()
	}
	if g {
		cs[5].mu.Lock()
	}
	if h {
		cs[6].mu.Lock()
	}
	if i {
		cs[7].mu.Lock()
	}
	cs[0].n++
	if i {
		cs[7].mu.Unlock()
	}
	if h {
		cs[6].mu.Unlock()
	}
	if g {
		cs[5].mu.Unlock()
	}
	if e {
		cs[4].mu.Unlock()
	}
	if d {
		cs[3].mu.Unlock()
	}
	if c {
		cs[2].mu.Unlock()
	}
	if b {
		cs[1].mu.Unlock()
	}
	if a {
		cs[0].mu.Unlock()
	}
}
