package missingunlock

import (
	"runtime"
	"sync"
)

// Lock and Unlock under the same parameter.
func (c *conn) boolParam(need bool) int {
	if need {
		c.mu.Lock()
	}
	n := c.n
	if need {
		c.mu.Unlock()
	}
	return n
}

// The same with an early return that tests it too.
func (c *conn) boolParamEarly(need bool) int {
	if need {
		c.rw.RLock()
	}
	if c.closed {
		if need {
			c.rw.RUnlock()
		}
		return -1
	}
	n := c.n
	if need {
		c.rw.RUnlock()
	}
	return n
}

// The same with an early return that forgets it.
func (c *conn) boolParamLeak(need bool) int {
	if need {
		c.mu.Lock()
	}
	if c.closed {
		return -1 // want `returning with c.mu locked \(locked on line \d+`
	}
	if need {
		c.mu.Unlock()
	}
	return c.n
}

// The negated parameter is another condition.
func (c *conn) boolParamNegated(need bool) int {
	if need {
		c.mu.Lock()
	}
	n := c.n
	if !need {
		return n
	}
	c.mu.Unlock()
	return n
}

// The release tests the wrong parameter.
func (c *conn) wrongParam(a, b bool) int {
	if a {
		c.mu.Lock()
	}
	n := c.n
	if b && a {
		c.mu.Unlock()
	}
	return n // want `returning with c.mu locked \(locked on line \d+`
}

// A local flag set beside the lock.
func (c *conn) flagBeside(keys []string) {
	locked := false
	for _, k := range keys {
		if k == "" {
			continue
		}
		if !locked {
			c.mu.Lock()
			locked = true
		}
		c.items[k]++
	}
	if locked {
		c.mu.Unlock()
	}
}

// The flag is set before the lock.
func (c *conn) flagBefore(n int) {
	need := n > 3
	if need {
		c.mu.Lock()
	}
	c.n = n
	if need {
		c.mu.Unlock()
	}
}

// The comparison is written out twice.
func (c *conn) comparedTwice(n int) {
	if n > 3 {
		c.mu.Lock()
	}
	c.n = n
	if n > 3 {
		c.mu.Unlock()
	}
}

// A pointer's nilness is the condition.
func (c *conn) nilOwner(d *conn) int {
	if d != nil {
		d.mu.Lock()
	}
	n := c.n
	if d != nil {
		n += d.n
		d.mu.Unlock()
	}
	return n
}

// The error of the step decides whether the lock was taken.
func (c *conn) errDecides(open func() error) error {
	err := open()
	if err == nil {
		c.mu.Lock()
	}
	if err != nil {
		return err
	}
	c.n++
	c.mu.Unlock()
	return nil
}

// Switch on the mode, twice.
func (c *conn) modes(mode int) int {
	switch mode {
	case 0:
		c.rw.Lock()
	case 1:
		c.rw.RLock()
	}
	n := c.n
	switch mode {
	case 0:
		c.rw.Unlock()
	case 1:
		c.rw.RUnlock()
	}
	return n
}

// Read or write lock by a parameter, one early return forgets both.
func (c *conn) modeByParam(write bool) int {
	if write {
		c.rw.Lock()
	} else {
		c.rw.RLock()
	}
	n := c.n
	if write {
		c.rw.Unlock()
	} else {
		c.rw.RUnlock()
	}
	return n
}

// A flag in a field may be changed by what runs between: still the same branch
// when nothing does.
func (c *conn) fieldFlag() {
	shared := c.ready
	if shared {
		c.mu.Lock()
	}
	c.n++
	if shared {
		c.mu.Unlock()
	}
}

// Lock and release depend on the same loop-invariant flag in every iteration.
func (c *conn) flagInLoop(need bool, keys []string) {
	for _, k := range keys {
		if need {
			c.mu.Lock()
		}
		c.items[k]++
		if need {
			c.mu.Unlock()
		}
	}
}

// A flag that says it was released early.
func (c *conn) releasedFlag(quick bool) int {
	c.mu.Lock()
	released := false
	if quick {
		c.mu.Unlock()
		released = true
	}
	n := c.n
	if !released {
		c.mu.Unlock()
	}
	return n
}

// A pointer to the lock that is nil when nothing is held.
func (c *conn) heldPointer(take bool) int {
	var held *conn
	if take {
		c.mu.Lock()
		held = c
	}
	n := c.n
	if held != nil {
		held.mu.Unlock()
	}
	return n
}

// A release function that is nil when nothing is held.
func (c *conn) heldFunc(take bool) int {
	var release func()
	if take {
		c.mu.Lock()
		release = c.mu.Unlock
	}
	n := c.n
	if release != nil {
		release()
	}
	return n
}

// A release function that does nothing when nothing is held.
func (c *conn) noopFunc(take bool) int {
	release := func() {}
	if take {
		c.mu.Lock()
		release = func() { c.mu.Unlock() }
	}
	n := c.n
	release()
	return n
}

// Two independent flags make four paths; only the one that forgets leaks.
func (c *conn) twoFlags(a, b bool) error {
	if a {
		c.mu.Lock()
	}
	if b {
		c.other.Lock()
	}
	if c.closed {
		if a {
			c.mu.Unlock()
		}
		return errClosed // want `returning with c.other locked \(locked on line \d+`
	}
	if b {
		c.other.Unlock()
	}
	if a {
		c.mu.Unlock()
	}
	return nil
}

// Too many flags to tell apart: past the cap nothing is said, and nothing is
// wrong either.
func (c *conn) manyFlags(a, b, d, e, f, g, h, i bool) {
	for _, flag := range []bool{a, b, d, e, f, g, h, i} {
		if flag {
			c.n++
		}
	}
	if a {
		c.n++
	}
	if b {
		c.n++
	}
	if d {
		c.n++
	}
	if e {
		c.mu.Lock()
	}
	if f {
		c.n++
	}
	if g {
		c.n++
	}
	if h {
		c.n++
	}
	if i {
		c.n++
	}
	if e {
		c.mu.Unlock()
	}
}

type pair struct {
	store any
	ready bool
	mu    sync.Mutex
}

// The loop in between has nothing to do with the condition (nats-server).
func (p *pair) aroundLoop(n int) {
	if c, ok := p.store.(*conn); ok {
		c.mu.Lock()
	}
	for i := 0; i < n; i++ {
		go func() {
			if _, ok := p.store.(*conn); ok {
				println(i)
			}
		}()
	}
	if c, ok := p.store.(*conn); ok {
		c.mu.Unlock()
	}
}

// The loop waits for the condition to change.
func (p *pair) waitsBetween(n int) {
	if !p.ready {
		p.mu.Lock()
	}
	for i := 0; i < n && !p.ready; i++ {
		runtime.Gosched()
	}
	if !p.ready {
		p.mu.Unlock()
	}
} // want `returning with p.mu locked \(locked on line \d+`

func (p *pair) isReady() bool { return p.ready }

// The same through a method.
func (p *pair) waitsBetweenCalls(n int) {
	if !p.isReady() {
		p.mu.Lock()
	}
	for i := 0; i < n && !p.isReady(); i++ {
		runtime.Gosched()
	}
	if !p.isReady() {
		p.mu.Unlock()
	}
} // want `returning with p.mu locked \(locked on line \d+`

// The same through a variable of the loop.
func (p *pair) waitsBetweenTests(n int) {
	if !p.ready {
		p.mu.Lock()
	}
	for i := 0; ; i++ {
		done := i > n || p.ready
		if done {
			break
		}
	}
	if !p.ready {
		p.mu.Unlock()
	}
} // want `returning with p.mu locked \(locked on line \d+`
