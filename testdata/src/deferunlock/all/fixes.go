package all

// The releases by hand go, the deferred one comes.
func (c *conn) fix() error {
	c.mu.Lock() // want `c.mu is unlocked by hand before 2 exits: defer c.mu.Unlock\(\) after line \d+`
	if c.closed {
		c.mu.Unlock()
		return errClosed
	}
	c.n++
	c.mu.Unlock()
	return nil
}
