package missingunlock

// TryLock succeeded and one return keeps the lock.
func (c *conn) tryKept() bool {
	if !c.mu.TryLock() {
		return false
	}
	if c.closed {
		return false // want `returning with c.mu locked \(locked on line \d+`
	}
	c.mu.Unlock()
	return true
}

// The failed branch holds nothing.
func (c *conn) tryOK() bool {
	if !c.mu.TryLock() {
		return false
	}
	c.n++
	c.mu.Unlock()
	return true
}

// The success branch defers.
func (c *conn) tryDefer() bool {
	if c.mu.TryLock() {
		defer c.mu.Unlock()
		c.n++
		return true
	}
	return false
}

// The result travels through a variable.
func (c *conn) tryVariable() int {
	ok := c.mu.TryLock()
	n := -1
	if ok {
		n = c.n
	}
	if ok {
		c.mu.Unlock()
	}
	return n
}

// The result travels through a variable and one path forgets.
func (c *conn) tryVariableLeak() int {
	ok := c.mu.TryLock()
	if ok && c.n == 0 {
		return 0 // want `returning with c.mu locked \(locked on line \d+`
	}
	if ok {
		c.mu.Unlock()
	}
	return 1
}

// The negated result decides.
func (c *conn) tryNegated() int {
	busy := !c.mu.TryLock()
	if busy {
		return -1
	}
	n := c.n
	c.mu.Unlock()
	return n
}

// TryLock at the end of a condition: true only when everything before is.
func (c *conn) tryAnd(want bool) {
	if want && c.mu.TryLock() {
		c.n++
		c.mu.Unlock()
	}
}

// TryLock before another condition: the lock is held although the condition
// is false.
func (c *conn) tryAndLeak(want bool) {
	if c.mu.TryLock() && want {
		c.n++
		c.mu.Unlock()
	}
} // want `returning with c.mu locked \(locked on line \d+`

// Or: the body runs without the lock, the rest with it.
func (c *conn) tryOr() {
	if c.closed || !c.mu.TryLock() {
		return
	}
	c.n++
	c.mu.Unlock()
}

// TryLock or Lock: held in any case.
func (c *conn) tryElseLock() {
	if !c.mu.TryLock() {
		c.n++
		c.mu.Lock()
	}
	c.mu.Unlock()
}

// Spinning on TryLock ends with the lock held.
func (c *conn) trySpin(pause func()) {
	for !c.mu.TryLock() {
		pause()
	}
	c.n++
	c.mu.Unlock()
}

// Spinning on TryLock, and the return in the section leaks.
func (c *conn) trySpinLeak(pause func()) error {
	for !c.mu.TryLock() {
		pause()
	}
	if c.closed {
		return errClosed // want `returning with c.mu locked \(locked on line \d+`
	}
	c.mu.Unlock()
	return nil
}

// TryRLock kept on one path.
func (c *conn) tryRead(k string) int {
	if !c.rw.TryRLock() {
		return -1
	}
	v, ok := c.items[k]
	if !ok {
		return -1 // want `returning with c.rw read-locked \(locked on line \d+`
	}
	c.rw.RUnlock()
	return v
}

// Result switched on.
func (c *conn) trySwitch() int {
	switch {
	case c.n > 0:
		return c.n
	case c.mu.TryLock():
		c.n = 1
		c.mu.Unlock()
		return 1
	}
	return 0
}

// A helper that tells by its result whether the lock is held.
func (c *conn) tryLock() bool {
	return c.mu.TryLock()
}

// The same with more steps: true means held.
func (c *conn) tryLockOpen() bool {
	if !c.mu.TryLock() {
		return false
	}
	if c.closed {
		c.mu.Unlock()
		return false
	}
	return true
}

// The caller of such a helper releases when it is told to.
func (c *conn) useTryLockOpen() {
	if !c.tryLockOpen() {
		return
	}
	c.n++
	c.mu.Unlock()
}

// The caller of such a helper forgets one path.
func (c *conn) useTryLockOpenLeak() bool {
	if !c.tryLockOpen() {
		return false
	}
	if c.n == 0 {
		return false // want `returning with c.mu locked \(locked on line \d+`
	}
	c.mu.Unlock()
	return true
}

// Two TryLocks: the second one's failure must release the first.
func (c *conn) tryTwo() bool {
	if !c.mu.TryLock() {
		return false
	}
	if !c.other.TryLock() {
		return false // want `returning with c.mu locked \(locked on line \d+`
	}
	c.other.Unlock()
	c.mu.Unlock()
	return true
}
