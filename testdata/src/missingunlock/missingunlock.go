// Package missingunlock holds the fixtures of the missingunlock check.
package missingunlock

import (
	"errors"
	"os"
	"sync"
)

var (
	errClosed = errors.New("closed")
	errFull   = errors.New("full")
)

type conn struct {
	mu     sync.Mutex
	rw     sync.RWMutex
	other  sync.Mutex
	closed bool
	ready  bool
	n      int
	buf    []byte
	items  map[string]int
	next   *conn
}

// The early return forgets the lock that the last line releases.
func (c *conn) earlyReturn() error {
	c.mu.Lock()
	if c.closed {
		return errClosed // want `returning with c.mu locked \(locked on line \d+`
	}
	c.n++
	c.mu.Unlock()
	return nil
}

// Each forgotten return is a place to repair, so each is reported.
func (c *conn) twoEarlyReturns(p []byte) error {
	c.mu.Lock()
	if c.closed {
		return errClosed // want `returning with c.mu locked \(locked on line \d+`
	}
	if len(c.buf)+len(p) > cap(c.buf) {
		return errFull // want `returning with c.mu locked \(locked on line \d+`
	}
	c.buf = append(c.buf, p...)
	c.mu.Unlock()
	return nil
}

// One of two early returns releases; only the other one leaks.
func (c *conn) secondOfTwo() error {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return errClosed
	}
	if c.n > 10 {
		return errFull // want `returning with c.mu locked \(locked on line \d+`
	}
	c.mu.Unlock()
	return nil
}

// The early path releases and the ordinary end forgets.
func (c *conn) forgottenAtEnd() {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return
	}
	c.n++
} // want `returning with c.mu locked \(locked on line \d+`

// A read lock leaks as badly: the next writer waits for ever.
func (c *conn) earlyReturnRead(k string) (int, error) {
	c.rw.RLock()
	v, ok := c.items[k]
	if !ok {
		return 0, errFull // want `returning with c.rw read-locked \(locked on line \d+`
	}
	c.rw.RUnlock()
	return v, nil
}

// The write lock of an RWMutex is named plainly.
func (c *conn) earlyReturnWrite(k string) bool {
	c.rw.Lock()
	if c.items == nil {
		return false // want `returning with c.rw locked \(locked on line \d+`
	}
	c.items[k] = 1
	c.rw.Unlock()
	return true
}

// The result of the call that fails is returned from inside the section, as
// testing's makeTempDir does.
func (c *conn) makeTempDir(dir string) (string, error) {
	c.mu.Lock()
	var missing bool
	if dir == "" {
		missing = true
	} else {
		_, err := os.Stat(dir)
		missing = os.IsNotExist(err)
		if err != nil && !missing {
			return "", err // want `returning with c.mu locked \(locked on line \d+`
		}
	}
	if missing {
		c.n++
	}
	c.mu.Unlock()
	return dir, nil
}

// A shadowed err changes nothing: the lock is held.
func (c *conn) ifInit() error {
	c.mu.Lock()
	if err := c.check(); err != nil {
		return err // want `returning with c.mu locked \(locked on line \d+`
	}
	c.mu.Unlock()
	return nil
}

func (c *conn) check() error { return nil }

// The error branch releases only one of the two locks.
func (c *conn) oneOfTwo() error {
	c.mu.Lock()
	c.other.Lock()
	if c.closed {
		c.other.Unlock()
		return errClosed // want `returning with c.mu locked \(locked on line \d+`
	}
	c.other.Unlock()
	c.mu.Unlock()
	return nil
}

// The outer lock is deferred; the inner one is forgotten.
func (c *conn) innerOfTwo() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.other.Lock()
	if c.closed {
		return errClosed // want `returning with c.other locked \(locked on line \d+`
	}
	c.other.Unlock()
	return nil
}

// Another object's lock is released instead of this one's.
func (c *conn) wrongInstance(d *conn) error {
	c.mu.Lock()
	d.mu.Lock()
	if c.closed {
		d.mu.Unlock()
		return errClosed // want `returning with c.mu locked \(locked on line \d+`
	}
	d.mu.Unlock()
	c.mu.Unlock()
	return nil
}

// Lock was typed where Unlock was meant.
func (c *conn) lockForUnlock() error {
	c.mu.Lock()
	if c.closed {
		c.mu.Lock()
		return errClosed // want `returning with c.mu locked \(locked on line \d+`
	}
	c.mu.Unlock()
	return nil
}

// The typo on the only path: a function that locks twice is no lock helper.
func (c *conn) lockForUnlockStraight() {
	c.mu.Lock()
	c.n++
	c.mu.Lock()
} // want `returning with c.mu locked \(locked on line \d+`

// The condition of the release has nothing to do with the lock.
func (c *conn) conditionalUnlock(flush bool) {
	c.mu.Lock()
	c.n++
	if flush {
		c.mu.Unlock()
	}
} // want `returning with c.mu locked \(locked on line \d+`

// The lock is taken again after the section and leaks in the second half.
func (c *conn) secondSection() error {
	c.mu.Lock()
	n := c.n
	c.mu.Unlock()
	if n == 0 {
		return nil
	}
	c.mu.Lock()
	if c.closed {
		return errClosed // want `returning with c.mu locked \(locked on line \d+`
	}
	c.mu.Unlock()
	return nil
}

// A package-level mutex is a lock like any other.
var registryMu sync.Mutex

var registry = map[string]int{}

func register(name string) bool {
	registryMu.Lock()
	if _, dup := registry[name]; dup {
		return false // want `returning with registryMu locked \(locked on line \d+`
	}
	registry[name] = len(registry)
	registryMu.Unlock()
	return true
}

// A mutex handed in by its address is a lock like any other.
func withMutex(mu *sync.Mutex, n int) int {
	mu.Lock()
	if n == 0 {
		return 0 // want `returning with mu locked \(locked on line \d+`
	}
	mu.Unlock()
	return n
}

type fields struct {
	mu struct {
		sync.Mutex
		n int
	}
	tab struct {
		sync.RWMutex
		m map[string]int
	}
}

// The anonymous struct around the mutex belongs to the lock's name.
func (f *fields) anonymousStruct() int {
	f.mu.Lock()
	if f.mu.n == 0 {
		return 0 // want `returning with f.mu(\.Mutex)? locked \(locked on line \d+`
	}
	f.mu.n--
	f.mu.Unlock()
	return f.mu.n
}

// The read lock of an anonymous struct, released on every path.
func (f *fields) anonymousOK(k string) int {
	f.tab.RLock()
	v, ok := f.tab.m[k]
	if !ok {
		f.tab.RUnlock()
		return -1
	}
	f.tab.RUnlock()
	return v
}

type embedded struct {
	sync.Mutex
	n int
}

// The embedded mutex is named by its owner.
func (e *embedded) embeddedLeak() error {
	e.Lock()
	if e.n == 0 {
		return errFull // want `returning with e(\.Mutex)? locked \(locked on line \d+`
	}
	e.Unlock()
	return nil
}

type embeddedRW struct {
	*sync.RWMutex
	n int
}

// An embedded pointer to the mutex, locked by the promoted name and released
// by the full one.
func (e *embeddedRW) embeddedPointer() {
	e.RLock()
	if e.n > 0 {
		e.RWMutex.RUnlock()
		return
	}
	e.n = 0
} // want `returning with e(\.RWMutex)? read-locked \(locked on line \d+`

type nested struct {
	in struct{ c conn }
	p  *nested
}

// A long path names the lock.
func (x *nested) longPath() bool {
	x.p.in.c.mu.Lock()
	if x.p.in.c.closed {
		return false // want `returning with x.p.in.c.mu locked \(locked on line \d+`
	}
	x.p.in.c.mu.Unlock()
	return true
}

// Every return releases.
func (c *conn) everyReturn() error {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return errClosed
	}
	if c.n > 10 {
		c.mu.Unlock()
		return errFull
	}
	c.mu.Unlock()
	return nil
}

// A straight section needs nothing else.
func (c *conn) straight() int {
	c.mu.Lock()
	n := c.n
	c.mu.Unlock()
	return n
}

// The section ends before the early return.
func (c *conn) returnAfterSection() int {
	c.rw.RLock()
	n := c.n
	c.rw.RUnlock()
	if n == 0 {
		return -1
	}
	return n
}

// Unlock inside, then relock, then unlock: balanced.
func (c *conn) window() {
	c.mu.Lock()
	c.n++
	c.mu.Unlock()
	os.Getpid()
	c.mu.Lock()
	c.n--
	c.mu.Unlock()
}

// Two locks released in any order.
func (c *conn) crossed() {
	c.mu.Lock()
	c.other.Lock()
	c.mu.Unlock()
	c.other.Unlock()
}

// Downgrade by hand: write lock, release, read lock, release.
func (c *conn) downgrade() int {
	c.rw.Lock()
	c.n++
	c.rw.Unlock()
	c.rw.RLock()
	n := c.n
	c.rw.RUnlock()
	return n
}

// A store of another object into the variable makes it another lock: each is
// released under its own name.
func (c *conn) reassigned() {
	d := c
	d.mu.Lock()
	e := d
	d = c.next
	d.mu.Lock()
	d.mu.Unlock()
	e.mu.Unlock()
}
