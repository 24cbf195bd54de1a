package deferunlock

// The callback panics, the deferred recover goes on, and the lock stays.
func (c *conn) callback(f func(int)) (err error) {
	defer func() {
		if recover() != nil {
			err = errClosed
		}
	}()
	c.mu.Lock() // want `a panic in f \(line \d+\) would leave c.mu locked: defer c.mu.Unlock\(\)`
	f(c.n)
	c.mu.Unlock()
	return nil
}

type handler interface{ handle(int) }

// The handler is the caller's.
func (c *conn) handled(h handler) (err error) {
	defer func() {
		if recover() != nil {
			err = errClosed
		}
	}()
	c.mu.Lock() // want `a panic in h.handle \(line \d+\) would leave c.mu locked: defer c.mu.Unlock\(\)`
	h.handle(c.n)
	c.mu.Unlock()
	return nil
}

// The function does not recover; its caller in this package does.
func (c *conn) run(f func()) {
	c.mu.Lock() // want `a panic in f \(line \d+\) would leave c.mu locked: defer c.mu.Unlock\(\)`
	f()
	c.mu.Unlock()
}

func (c *conn) safeRun(f func()) (ok bool) {
	defer func() { ok = recover() == nil }()
	c.run(f)
	return true
}

// The explicit panic is recovered by the caller in this package.
func (c *conn) step() {
	c.mu.Lock() // want `a panic.* \(?(on )?line \d+\)? would leave c.mu locked: defer c.mu.Unlock\(\)`
	if c.n < 0 {
		panic("negative")
	}
	c.n--
	c.mu.Unlock()
}

func (c *conn) safeStep() {
	defer func() { recover() }()
	c.step()
}

// The callee panics on some path, and its caller here recovers.
func mustPositive(n int) int {
	if n <= 0 {
		panic("not positive")
	}
	return n
}

func (c *conn) calleePanics() (ok bool) {
	defer func() { ok = recover() == nil }()
	c.mu.Lock() // want `a panic in mustPositive \(line \d+\) would leave c.mu locked: defer c.mu.Unlock\(\)`
	c.n = mustPositive(c.n)
	c.mu.Unlock()
	return true
}

// The function field is set by the user.
type observed struct {
	conn
	OnChange func(int)
}

func (o *observed) change(n int) {
	defer func() { recover() }()
	o.rw.RLock() // want `a panic in o.OnChange \(line \d+\) would leave o.rw locked: defer o.rw.RUnlock\(\)`
	o.OnChange(n)
	o.rw.RUnlock()
}

// Nobody recovers: the process ends with the panic.
func (c *conn) nobodyRecovers(f func(int)) {
	c.mu.Lock()
	f(c.n)
	c.mu.Unlock()
}

// The release is deferred.
func (c *conn) callbackDeferred(f func(int)) {
	defer func() { recover() }()
	c.mu.Lock()
	defer c.mu.Unlock()
	f(c.n)
}

// The callback runs after the section.
func (c *conn) callbackAfter(f func(int)) {
	defer func() { recover() }()
	c.mu.Lock()
	n := c.n
	c.mu.Unlock()
	f(n)
}

// The callback runs before the section.
func (c *conn) callbackBefore(f func() int) {
	defer func() { recover() }()
	n := f()
	c.mu.Lock()
	c.n = n
	c.mu.Unlock()
}

// The section is straight and known not to call anybody.
func (c *conn) straightUnderRecover() {
	defer func() { recover() }()
	c.mu.Lock()
	c.n++
	c.closed = true
	c.mu.Unlock()
}

// The recover is of another goroutine.
func (c *conn) otherGoroutine(f func()) {
	go func() {
		defer func() { recover() }()
		f()
	}()
	c.mu.Lock()
	f()
	c.mu.Unlock()
}

// The recover throws again.
func (c *conn) rethrown(f func()) {
	defer func() {
		if r := recover(); r != nil {
			panic(r)
		}
	}()
	c.mu.Lock()
	f()
	c.mu.Unlock()
}

// The recovering defer releases when the section was left by a panic.
func (c *conn) recoverReleases(f func()) {
	locked := false
	defer func() {
		if recover() != nil && locked {
			c.mu.Unlock()
		}
	}()
	c.mu.Lock()
	locked = true
	f()
	locked = false
	c.mu.Unlock()
}

// Slow work follows the section: defer would change what runs under the lock.
func (c *conn) slowAfter(f func(), slow func()) {
	defer func() { recover() }()
	c.mu.Lock()
	f()
	c.mu.Unlock()
	slow()
}
