package missingunlock

import "os"

// The idiom.
func (c *conn) deferred() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return errClosed
	}
	return nil
}

// The deferred closure releases.
func (c *conn) deferredClosure() (err error) {
	c.mu.Lock()
	defer func() {
		if err != nil {
			c.n--
		}
		c.mu.Unlock()
	}()
	if c.closed {
		return errClosed
	}
	c.n++
	return nil
}

// The return stands between Lock and defer, before the release is registered.
func (c *conn) returnBeforeDefer() error {
	c.mu.Lock()
	if c.closed {
		return errClosed // want `returning with c.mu locked \(locked on line \d+`
	}
	defer c.mu.Unlock()
	c.n++
	return nil
}

// The release is registered on one path only.
func (c *conn) deferOnSomePaths(big bool) int {
	c.mu.Lock()
	if big {
		defer c.mu.Unlock()
		c.n++
	}
	return c.n // want `returning with c.mu locked \(locked on line \d+`
}

// Lock and defer stand under the same if: exact.
func (c *conn) deferUnderIf(need bool) int {
	if need {
		c.mu.Lock()
		defer c.mu.Unlock()
	}
	return c.n
}

// Release on one path by hand, on the other by defer.
func (c *conn) mixed(slow bool) {
	c.mu.Lock()
	if slow {
		n := c.n
		c.mu.Unlock()
		os.Exit(n)
		return
	}
	defer c.mu.Unlock()
	c.n++
}

// The deferred release is there before the lock is taken.
func (c *conn) deferFirst() error {
	defer c.mu.Unlock()
	c.mu.Lock()
	if c.closed {
		return errClosed
	}
	return nil
}

// A window inside a deferred section: unlock, relock, and the defer releases.
func (c *conn) deferWindow(work func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mu.Unlock()
	work()
	c.mu.Lock()
	c.n++
}

// The deferred relock pairs with an unlock here (the caller holds the lock).
func (c *conn) deferredRelock(work func()) {
	c.mu.Unlock()
	defer c.mu.Lock()
	work()
}

// Two locks, two defers.
func (c *conn) deferBoth() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.other.Lock()
	defer c.other.Unlock()
	c.n++
}

// Only one of the two is deferred.
func (c *conn) deferOneOfTwo(fail bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rw.RLock()
	if fail {
		return errFull // want `returning with c.rw read-locked \(locked on line \d+`
	}
	c.rw.RUnlock()
	return nil
}

// The flag that the deferred closure tests is set beside the lock, as in
// testing's frameSkip.
func (c *conn) deferredFlag(depth int) int {
	locked := false
	defer func() {
		if locked {
			c.mu.Unlock()
		}
	}()
	for i := 0; i < depth; i++ {
		if i == c.n && !locked {
			c.mu.Lock()
			locked = true
		}
	}
	return depth
}

// The flag is not set beside the lock on one path.
func (c *conn) deferredFlagForgotten(deep bool) int {
	locked := false
	defer func() {
		if locked {
			c.mu.Unlock()
		}
	}()
	c.mu.Lock()
	if deep {
		return c.n // want `returning with c.mu locked \(locked on line \d+`
	}
	locked = true
	return 0
}

// The deferred closure releases on one of its own paths only, whatever the
// lock's state is.
func (c *conn) deferredConditional(keep bool) {
	c.mu.Lock()
	defer func() {
		if c.closed {
			return
		}
		c.mu.Unlock()
	}()
	c.n++
} // want `returning with c.mu locked \(locked on line \d+`

// Each level's lock is taken and released by a defer in a loop, each object
// another lock, as in testing's destination.
func (c *conn) deferInLoop() *conn {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed {
		return c
	}
	for p := c.next; p != nil; p = p.next {
		p.mu.Lock()
		defer p.mu.Unlock()
		if !p.closed {
			return p
		}
	}
	return nil
}

// A flag makes the lock in the loop be taken once, as in grpc's interop server.
func (c *conn) deferOnceInLoop(reqs []int) int {
	held := false
	for _, r := range reqs {
		if r < 0 {
			return r
		}
		if !held {
			c.mu.Lock()
			defer c.mu.Unlock()
			held = true
		}
		c.n += r
	}
	return c.n
}

// The closure's defer belongs to the closure: each iteration is balanced.
func (c *conn) deferInClosure(reqs []int) {
	for _, r := range reqs {
		func() {
			c.mu.Lock()
			defer c.mu.Unlock()
			if r < 0 {
				return
			}
			c.n += r
		}()
	}
}

// The defer stands in the closure, the Lock outside: released when the closure
// returns.
func (c *conn) deferInCalledClosure() int {
	c.mu.Lock()
	n := func() int {
		defer c.mu.Unlock()
		return c.n
	}()
	if n == 0 {
		return -1
	}
	return n
}

// defer of a helper that releases.
func (c *conn) deferHelper() error {
	c.mu.Lock()
	defer c.unlock()
	if c.closed {
		return errClosed
	}
	return nil
}

// defer lock()() : the lock is taken here, the returned release runs later.
func (c *conn) deferLockUnlock() error {
	defer c.lockScope()()
	if c.closed {
		return errClosed
	}
	return nil
}

// The second pair of parentheses is missing: the lock is taken at the end and
// nobody gets the release.
func FN_deferScopeForgotten(c *conn) error {
	defer c.lockScope()
	if c.closed {
		return errClosed
	}
	return nil
}

// defer c.mu.Lock() typed for Unlock is doublelock's to tell.
func (c *conn) deferLockTypo() {
	c.mu.Lock()
	defer c.mu.Lock()
	c.n++
}
