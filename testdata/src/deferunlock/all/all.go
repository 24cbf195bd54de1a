// Package all holds the fixtures of deferunlock with its flag -all: every
// section with an early exit is to be deferred.
package all

import (
	"errors"
	"os"
	"sync"
)

var errClosed = errors.New("closed")

type conn struct {
	mu     sync.Mutex
	rw     sync.RWMutex
	closed bool
	n      int
	items  map[string]int
	next   *conn
}

// Two exits are enough for the lecture.
func (c *conn) twoExits() error {
	c.mu.Lock() // want `c.mu is unlocked by hand before 2 exits: defer c.mu.Unlock\(\) after line \d+`
	if c.closed {
		c.mu.Unlock()
		return errClosed
	}
	c.n++
	c.mu.Unlock()
	return nil
}

// Two exits with a read lock.
func (c *conn) twoExitsRead(k string) int {
	c.rw.RLock() // want `c.rw is (read-)?unlocked by hand before 2 exits: defer c.rw.RUnlock\(\) after line \d+`
	v, ok := c.items[k]
	if !ok {
		c.rw.RUnlock()
		return -1
	}
	c.rw.RUnlock()
	return v
}

// Three exits are reported once.
func (c *conn) threeExits() error {
	c.mu.Lock() // want `c.mu is unlocked by hand before 3 exits: defer c.mu.Unlock\(\) after line \d+`
	if c.closed {
		c.mu.Unlock()
		return errClosed
	}
	if c.n > 3 {
		c.mu.Unlock()
		return nil
	}
	c.n++
	c.mu.Unlock()
	return nil
}

// A straight section has no early exit.
func (c *conn) straight() {
	c.mu.Lock()
	c.n++
	c.mu.Unlock()
}

// A straight section before a return.
func (c *conn) straightReturn() int {
	c.mu.Lock()
	n := c.n
	c.mu.Unlock()
	return n
}

// Released early on purpose: the slow part runs outside.
func (c *conn) slowTail() error {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return errClosed
	}
	c.n++
	c.mu.Unlock()
	os.Getpid()
	return nil
}

// A section in a loop.
func (c *conn) inLoop(keys []string) bool {
	for _, k := range keys {
		c.mu.Lock()
		if k == "" {
			c.mu.Unlock()
			return false
		}
		c.items[k]++
		c.mu.Unlock()
	}
	return true
}

// Hand over hand.
func handOverHand(c *conn, k int) bool {
	c.mu.Lock()
	for c.next != nil {
		if c.n == k {
			c.mu.Unlock()
			return true
		}
		next := c.next
		next.mu.Lock()
		c.mu.Unlock()
		c = next
	}
	c.mu.Unlock()
	return false
}

// Already deferred.
func (c *conn) deferred() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return errClosed
	}
	return nil
}
