package deferunlock

// The releases by hand go, the deferred one comes.
func (c *conn) fix(p []byte) error {
	c.mu.Lock() // want `c.mu is unlocked by hand before 3 exits: defer c.mu.Unlock\(\) after line \d+`
	if c.closed {
		c.mu.Unlock()
		return errClosed
	}
	if len(p) == 0 {
		c.mu.Unlock()
		return errEmpty
	}
	c.buf = append(c.buf, p...)
	c.mu.Unlock()
	return nil
}

// The release before the closing brace goes too.
func (c *conn) fixBrace() {
	c.rw.RLock() // want `c.rw is (read-)?unlocked by hand before 3 exits: defer c.rw.RUnlock\(\) after line \d+`
	if c.closed {
		c.rw.RUnlock()
		return
	}
	if c.n > 3 {
		c.rw.RUnlock()
		return
	}
	_ = c.items["x"]
	c.rw.RUnlock()
}

// The release that a panic would skip.
func (c *conn) fixPanic(f func(int)) (ok bool) {
	defer func() { ok = recover() == nil }()
	c.mu.Lock() // want `a panic in f \(line \d+\) would leave c.mu locked: defer c.mu.Unlock\(\)`
	f(c.n)
	c.mu.Unlock()
	return true
}
