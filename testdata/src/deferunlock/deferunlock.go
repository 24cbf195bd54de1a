// Package deferunlock holds the fixtures of the deferunlock check.
package deferunlock

import (
	"errors"
	"sync"
)

var (
	errClosed = errors.New("closed")
	errFull   = errors.New("full")
	errEmpty  = errors.New("empty")
)

type conn struct {
	mu     sync.Mutex
	rw     sync.RWMutex
	other  sync.Mutex
	closed bool
	n      int
	buf    []byte
	items  map[string]int
	next   *conn
}

// Three exits release by hand: the fourth will forget it.
func (c *conn) threeExits(p []byte) error {
	c.mu.Lock() // want `c.mu is unlocked by hand before 3 exits: defer c.mu.Unlock\(\) after line \d+`
	if c.closed {
		c.mu.Unlock()
		return errClosed
	}
	if len(c.buf)+len(p) > cap(c.buf) {
		c.mu.Unlock()
		return errFull
	}
	c.buf = append(c.buf, p...)
	c.mu.Unlock()
	return nil
}

// The end of the function is an exit as well.
func (c *conn) closingBrace() {
	c.mu.Lock() // want `c.mu is unlocked by hand before 3 exits: defer c.mu.Unlock\(\) after line \d+`
	if c.closed {
		c.mu.Unlock()
		return
	}
	if c.n > 3 {
		c.n = 0
		c.mu.Unlock()
		return
	}
	c.n++
	c.mu.Unlock()
}

// A read lock.
func (c *conn) readLock(k string) (int, error) {
	c.rw.RLock() // want `c.rw is (read-)?unlocked by hand before 3 exits: defer c.rw.RUnlock\(\) after line \d+`
	if c.closed {
		c.rw.RUnlock()
		return 0, errClosed
	}
	v, ok := c.items[k]
	if !ok {
		c.rw.RUnlock()
		return 0, errEmpty
	}
	c.rw.RUnlock()
	return v, nil
}

// The arms of a switch are exits.
func (c *conn) switched(op int) int {
	c.mu.Lock() // want `c.mu is unlocked by hand before 4 exits: defer c.mu.Unlock\(\) after line \d+`
	switch op {
	case 0:
		c.mu.Unlock()
		return 0
	case 1:
		c.n++
		c.mu.Unlock()
		return 1
	case 2:
		c.n--
		c.mu.Unlock()
		return 2
	}
	c.mu.Unlock()
	return -1
}

// A return from inside a loop is an exit; the loop does not lock.
func (c *conn) loopInside(keys []string) bool {
	c.mu.Lock() // want `c.mu is unlocked by hand before 3 exits: defer c.mu.Unlock\(\) after line \d+`
	for _, k := range keys {
		if k == "" {
			c.mu.Unlock()
			return false
		}
		if _, ok := c.items[k]; ok {
			c.mu.Unlock()
			return true
		}
	}
	c.mu.Unlock()
	return false
}

// The Lock need not come first.
func (c *conn) lockLater(p []byte) error {
	if len(p) == 0 {
		return errEmpty
	}
	c.mu.Lock() // want `c.mu is unlocked by hand before 3 exits: defer c.mu.Unlock\(\) after line \d+`
	if c.closed {
		c.mu.Unlock()
		return errClosed
	}
	if c.n == 0 {
		c.mu.Unlock()
		return errFull
	}
	c.buf = p
	c.mu.Unlock()
	return nil
}

// A function literal has exits of its own.
func (c *conn) literal() func(string) int {
	return func(k string) int {
		c.mu.Lock() // want `c.mu is unlocked by hand before 3 exits: defer c.mu.Unlock\(\) after line \d+`
		if c.closed {
			c.mu.Unlock()
			return 0
		}
		if k == "" {
			c.mu.Unlock()
			return 1
		}
		c.n++
		c.mu.Unlock()
		return 2
	}
}

// A package-level lock.
var (
	registryMu sync.Mutex
	registry   = map[string]int{}
)

func register(name string) error {
	registryMu.Lock() // want `registryMu is unlocked by hand before 3 exits: defer registryMu.Unlock\(\) after line \d+`
	if name == "" {
		registryMu.Unlock()
		return errEmpty
	}
	if _, dup := registry[name]; dup {
		registryMu.Unlock()
		return errFull
	}
	registry[name] = len(registry)
	registryMu.Unlock()
	return nil
}

type embedded struct {
	sync.Mutex
	n int
}

// The embedded mutex.
func (e *embedded) take(k int) int {
	e.Lock() // want `e(\.Mutex)? is unlocked by hand before 3 exits: defer e(\.Mutex)?.Unlock\(\) after line \d+`
	if e.n == 0 {
		e.Unlock()
		return 0
	}
	if e.n < k {
		e.n = 0
		e.Unlock()
		return 1
	}
	e.n -= k
	e.Unlock()
	return k
}

// A generic owner.
type cache[K comparable, V any] struct {
	mu    sync.RWMutex
	items map[K]V
}

func (c *cache[K, V]) put(k K, v V) bool {
	c.mu.Lock() // want `c.mu is unlocked by hand before 3 exits: defer c.mu.Unlock\(\) after line \d+`
	if c.items == nil {
		c.mu.Unlock()
		return false
	}
	if _, dup := c.items[k]; dup {
		c.mu.Unlock()
		return false
	}
	c.items[k] = v
	c.mu.Unlock()
	return true
}

// The inner section of a deferred outer one.
func (c *conn) inner(k int) bool {
	c.other.Lock()
	defer c.other.Unlock()
	c.mu.Lock() // want `c.mu is unlocked by hand before 3 exits: defer c.mu.Unlock\(\) after line \d+`
	if c.closed {
		c.mu.Unlock()
		return false
	}
	if k > c.n {
		c.mu.Unlock()
		return false
	}
	c.n -= k
	c.mu.Unlock()
	return true
}
