package missingunlock

import "sync"

// The release waits in a closure that nobody calls.
func (c *conn) neverCalled() error {
	c.mu.Lock()
	unlock := func() { c.mu.Unlock() }
	_ = unlock
	if c.closed {
		return errClosed // want `returning with c.mu locked \(locked on line \d+`
	}
	return nil // want `returning with c.mu locked \(locked on line \d+`
}

// One path does not call the closure.
func (c *conn) calledOnce() error {
	c.mu.Lock()
	unlock := func() { c.mu.Unlock() }
	if c.closed {
		return errClosed // want `returning with c.mu locked \(locked on line \d+`
	}
	unlock()
	return nil
}

// Every path calls the closure.
func (c *conn) calledAlways() error {
	c.mu.Lock()
	unlock := func() { c.mu.Unlock() }
	if c.closed {
		unlock()
		return errClosed
	}
	unlock()
	return nil
}

// A pair of closures that test the same captured parameter (nats).
func (c *conn) pairOfClosures(need bool) bool {
	lock := func() {
		if need {
			c.mu.Lock()
		}
	}
	unlock := func() {
		if need {
			c.mu.Unlock()
		}
	}
	lock()
	if c.closed {
		unlock()
		return false
	}
	unlock()
	return true
}

// The pair of closures, and one path forgets.
func (c *conn) pairOfClosuresLeak(need bool) bool {
	lock := func() {
		if need {
			c.mu.Lock()
		}
	}
	unlock := func() {
		if need {
			c.mu.Unlock()
		}
	}
	lock()
	if c.closed {
		return false // want `returning with c.mu locked \(locked on line \d+`
	}
	unlock()
	return true
}

// The closure's own return leaks (grpc 3017: the closure of a timer).
func (c *conn) timer(after func(func())) {
	after(func() {
		c.mu.Lock()
		if c.closed {
			return // want `returning with c.mu locked \(locked on line \d+`
		}
		c.n++
		c.mu.Unlock()
	})
}

// The closure is the goroutine.
func (c *conn) goroutine(in <-chan int) {
	go func() {
		for v := range in {
			c.mu.Lock()
			if v == c.n {
				return // want `returning with c.mu locked \(locked on line \d+`
			}
			c.n = v
			c.mu.Unlock()
		}
	}()
}

// The closure runs here and returns from itself with the lock; the release
// stands after it, for both.
func (c *conn) closureLocks() {
	func() {
		c.mu.Lock()
		if c.closed {
			return
		}
		c.n++
	}()
	c.mu.Unlock()
}

// The closure runs here and releases in one arm only.
func (c *conn) closureReleasesOnce() int {
	c.mu.Lock()
	func() {
		if c.closed {
			return
		}
		c.mu.Unlock()
	}()
	return c.n // want `returning with c.mu locked \(locked on line \d+`
}

// A stored closure leaks on its own account.
func (c *conn) storedClosure(hooks map[string]func() error) {
	hooks["get"] = func() error {
		c.rw.RLock()
		if c.closed {
			return errClosed // want `returning with c.rw read-locked \(locked on line \d+`
		}
		c.rw.RUnlock()
		return nil
	}
}

// A stored pair: one locks, the other unlocks. Each is the other's half.
func (c *conn) storedPair(hooks map[string]func()) {
	hooks["enter"] = func() { c.mu.Lock() }
	hooks["leave"] = func() { c.mu.Unlock() }
}

// A closure inside a closure.
func (c *conn) nestedClosure(run func(func())) {
	run(func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		run(func() {
			c.other.Lock()
			if c.closed {
				return // want `returning with c.other locked \(locked on line \d+`
			}
			c.other.Unlock()
		})
	})
}

// The closure is passed to a function of this package that calls it in place.
func (c *conn) calledBack() {
	c.mu.Lock()
	callNow(func() { c.mu.Unlock() })
}

func callNow(f func()) { f() }

// The closure that releases is deferred by name.
func (c *conn) deferredByName() error {
	c.mu.Lock()
	unlock := func() { c.mu.Unlock() }
	defer unlock()
	if c.closed {
		return errClosed
	}
	return nil
}

// The closure is replaced before the defer reads it (etcd's renew): what runs
// is what the variable holds then.
func (c *conn) deferredReplaced(hand bool) {
	c.mu.Lock()
	unlock := func() { c.mu.Unlock() }
	defer func() { unlock() }()
	if hand {
		c.mu.Unlock()
		unlock = func() {}
	}
	c.n++
}

// Once runs its argument here.
func (c *conn) once(o *sync.Once) {
	o.Do(func() {
		c.mu.Lock()
		if c.ready {
			return // want `returning with c.mu locked \(locked on line \d+`
		}
		c.ready = true
		c.mu.Unlock()
	})
}

// A recursive closure.
func (c *conn) recursiveClosure() {
	var walk func(*conn)
	walk = func(d *conn) {
		if d == nil {
			return
		}
		d.mu.Lock()
		if d.closed {
			return // want `returning with d.mu locked \(locked on line \d+`
		}
		d.mu.Unlock()
		walk(d.next)
	}
	walk(c)
}

// A return inside a range-over-func body leaves the function with the lock.
func rangeFunc(c *conn, seq func(func(int) bool)) bool {
	c.mu.Lock()
	for v := range seq {
		if v == c.n {
			return true // want `returning with c.mu locked \(locked on line \d+`
		}
	}
	c.mu.Unlock()
	return false
}

// The same, healthy.
func (c *conn) rangeFuncOK(seq func(func(int) bool)) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for v := range seq {
		if v == c.n {
			return true
		}
	}
	return false
}

// The body of a range-over-func locks and unlocks.
func (c *conn) rangeFuncBody(seq func(func(int) bool)) {
	for v := range seq {
		c.mu.Lock()
		if v == 0 {
			c.mu.Unlock()
			continue
		}
		c.n += v
		c.mu.Unlock()
	}
}
