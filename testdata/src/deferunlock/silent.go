package deferunlock

import (
	"os"
	"sync"
)

// Already deferred.
func (c *conn) deferred() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return errClosed
	}
	if c.n > 3 {
		return errFull
	}
	return nil
}

// Two exits are a matter of taste.
func (c *conn) twoExits() error {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return errClosed
	}
	c.n++
	c.mu.Unlock()
	return nil
}

// A straight section, released early so that the slow part runs outside.
func (c *conn) early(slow func(int)) {
	c.mu.Lock()
	n := c.n
	c.mu.Unlock()
	slow(n)
}

// Three exits, and behind one of them slow work runs without the lock.
func (c *conn) slowTail(p []byte) error {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return errClosed
	}
	if len(p) == 0 {
		c.mu.Unlock()
		return errEmpty
	}
	c.n++
	c.mu.Unlock()
	os.Getpid()
	return nil
}

// Three exits, and one of them returns what slow work gives.
func (c *conn) slowResult(p []byte) error {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return errClosed
	}
	if len(p) == 0 {
		c.mu.Unlock()
		return errEmpty
	}
	c.n++
	c.mu.Unlock()
	return c.flush()
}

// flush locks: under a deferred release the call above would wait for ever.
func (c *conn) flush() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return nil
}

// Three exits, and one of them sends without the lock.
func (c *conn) sendTail(out chan<- int) bool {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return false
	}
	if c.n == 0 {
		c.mu.Unlock()
		return false
	}
	n := c.n
	c.mu.Unlock()
	out <- n
	return true
}

// Three exits, and one of them returns a received value.
func (c *conn) receiveResult(in <-chan int) int {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return 0
	}
	if c.n > 0 {
		c.mu.Unlock()
		return 1
	}
	c.mu.Unlock()
	return <-in
}

// A later defer would run under the lock.
func (c *conn) laterDefer(done func()) error {
	c.mu.Lock()
	defer done()
	if c.closed {
		c.mu.Unlock()
		return errClosed
	}
	if c.n > 3 {
		c.mu.Unlock()
		return errFull
	}
	c.mu.Unlock()
	return nil
}

// The lock is taken again in the function.
func (c *conn) relock(work func()) error {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return errClosed
	}
	c.mu.Unlock()
	work()
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return errClosed
	}
	c.n++
	c.mu.Unlock()
	return nil
}

// The section is a loop's.
func (c *conn) inLoop(keys []string) bool {
	for _, k := range keys {
		c.mu.Lock()
		if c.closed {
			c.mu.Unlock()
			return false
		}
		if k == "" {
			c.mu.Unlock()
			return true
		}
		c.items[k]++
		c.mu.Unlock()
	}
	return true
}

// The lock is taken on some paths only.
func (c *conn) conditional(need bool) error {
	if need {
		c.mu.Lock()
	}
	if c.closed {
		if need {
			c.mu.Unlock()
		}
		return errClosed
	}
	if c.n == 0 {
		if need {
			c.mu.Unlock()
		}
		return errEmpty
	}
	if need {
		c.mu.Unlock()
	}
	return nil
}

// One exit keeps the lock for the caller.
func (c *conn) keeps(k int) bool {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return false
	}
	if k < 0 {
		c.mu.Unlock()
		return false
	}
	if c.n == 0 {
		c.mu.Unlock()
		return false
	}
	return true
}

// One exit hands the lock to a goroutine.
func (c *conn) handsOff(work func()) error {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return errClosed
	}
	if c.n == 0 {
		c.mu.Unlock()
		return errEmpty
	}
	if c.n > 9 {
		c.mu.Unlock()
		return errFull
	}
	go func() {
		defer c.mu.Unlock()
		work()
	}()
	return nil
}

// One exit releases through a callee.
func (c *conn) releasesBelow() error {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return errClosed
	}
	if c.n == 0 {
		c.mu.Unlock()
		return errEmpty
	}
	if c.n > 9 {
		c.mu.Unlock()
		return errFull
	}
	return c.resetAndUnlock()
}

func (c *conn) resetAndUnlock() error {
	c.n = 0
	c.mu.Unlock()
	return nil
}

// Hand over hand.
func handOverHand(c *conn, k int) bool {
	c.mu.Lock()
	for c.next != nil {
		if c.n == k {
			c.mu.Unlock()
			return true
		}
		if c.closed {
			c.mu.Unlock()
			return false
		}
		next := c.next
		next.mu.Lock()
		c.mu.Unlock()
		c = next
	}
	c.mu.Unlock()
	return false
}

// The caller's lock is not this function's to defer.
func (c *conn) required(k int) error {
	if c.closed {
		c.mu.Unlock()
		return errClosed
	}
	if k == 0 {
		c.mu.Unlock()
		return errEmpty
	}
	c.mu.Unlock()
	return nil
}

// A path that ends the process is no exit.
func (c *conn) twoExitsAndFatal() error {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return errClosed
	}
	if c.n < 0 {
		c.mu.Unlock()
		os.Exit(1)
	}
	c.mu.Unlock()
	return nil
}

// TryLock has its own shape.
func (c *conn) tried() int {
	if !c.mu.TryLock() {
		return -1
	}
	n := c.n
	c.mu.Unlock()
	return n
}

// Two locks that are released in an order that defers would reverse: the outer
// one goes first on one path.
func (c *conn) crossed(d *conn) error {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return errClosed
	}
	if c.n == 0 {
		c.mu.Unlock()
		return errEmpty
	}
	d.mu.Lock()
	c.mu.Unlock()
	d.n++
	d.mu.Unlock()
	return nil
}

// The result is read after the release, from what the lock does not guard.
func sum(mu *sync.Mutex, vs []int) (n int) {
	mu.Lock()
	for _, v := range vs {
		n += v
	}
	mu.Unlock()
	return n
}
