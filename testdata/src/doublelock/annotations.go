package doublelock

// An annotation says that the lock is free again.
func (c *counter) forced(block func(*counter)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	block(c)
	c.mu.Lock() // +checklocksforce: block has released it.
}

func (c *counter) unforced(block func(*counter)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	block(c)
	c.mu.Lock() // want `c.mu is locked here, but it is already held \(locked on line \d+\)`
}

// +checklocksignore
func (c *counter) ignored(block func(*counter)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	func() {
		c.mu.Lock()
	}()
}
