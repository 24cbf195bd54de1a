package deferunlock

// The deferred release waits for the function's end, the next iteration for
// the release.
func (c *conn) deferInLoop(keys []string) {
	for _, k := range keys {
		c.mu.Lock()
		defer c.mu.Unlock() // want `deferred c.mu.Unlock runs when the function returns, but the loop locks c.mu again \(line \d+\)`
		c.items[k]++
	}
}

// The same with a read lock.
func (c *conn) deferInLoopRead(keys []string) (n int) {
	for _, k := range keys {
		c.rw.RLock()
		defer c.rw.RUnlock() // want `deferred c.rw.RUnlock runs when the function returns, but the loop locks c.rw again \(line \d+\)`
		n += c.items[k]
	}
	return n
}

// The same in an endless loop, with a deferred closure.
func (c *conn) deferInForever(in <-chan int) {
	for {
		v, ok := <-in
		if !ok {
			return
		}
		c.mu.Lock()
		defer func() { c.mu.Unlock() }() // want `deferred c.mu.Unlock runs when the function returns, but the loop locks c.mu again \(line \d+\)`
		c.n = v
	}
}

// The same under a condition that holds in several iterations.
func (c *conn) deferInIf(keys []string) {
	for _, k := range keys {
		if k != "" {
			c.mu.Lock()
			defer c.mu.Unlock() // want `deferred c.mu.Unlock runs when the function returns, but the loop locks c.mu again \(line \d+\)`
			c.items[k]++
		}
	}
}

// goto makes the loop.
func (c *conn) deferInGoto() {
retry:
	c.mu.Lock()
	defer c.mu.Unlock() // want `deferred c.mu.Unlock runs when the function returns, but the loop locks c.mu again \(line \d+\)`
	if c.n > 0 {
		c.n--
		goto retry
	}
}

// Each iteration has another lock.
func deferOthers(cs []*conn) (n int) {
	for _, c := range cs {
		c.mu.Lock()
		defer c.mu.Unlock()
		n += c.n
	}
	return n
}

// Each step goes to another object (testing's destination).
func (c *conn) deferAncestors() *conn {
	for p := c.next; p != nil; p = p.next {
		p.mu.Lock()
		defer p.mu.Unlock()
		if !p.closed {
			return p
		}
	}
	return nil
}

// The flag makes it once (grpc's interop server).
func (c *conn) deferOnce(reqs []int) {
	held := false
	for _, r := range reqs {
		if !held {
			c.mu.Lock()
			defer c.mu.Unlock()
			held = true
		}
		c.n += r
	}
}

// The loop is left in the iteration that locks.
func (c *conn) deferAndReturn(keys []string) int {
	for _, k := range keys {
		if k == "" {
			continue
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.items[k]
	}
	return 0
}

// The loop is left by break in the iteration that locks.
func (c *conn) deferAndBreak(keys []string) int {
	for _, k := range keys {
		if k == "x" {
			c.mu.Lock()
			defer c.mu.Unlock()
			break
		}
	}
	return c.n
}

// The function literal ends with the iteration.
func (c *conn) deferInLiteral(keys []string) {
	for _, k := range keys {
		func() {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.items[k]++
		}()
	}
}

// The goroutine ends by itself.
func (c *conn) deferInGoroutine(keys []string) {
	for _, k := range keys {
		go func() {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.items[k]++
		}()
	}
}

// The loop is inside the section.
func (c *conn) loopInSection(keys []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, k := range keys {
		c.items[k]++
	}
}

// The retry loop leaves its deferred release behind only when it ends.
func (c *conn) tryInLoop() bool {
	for range 3 {
		if c.mu.TryLock() {
			defer c.mu.Unlock()
			c.n++
			return true
		}
	}
	return false
}
