package missingunlock

import "sync"

// The lock has a second name; the release uses the first.
func (c *conn) aliasOK() {
	mu := &c.mu
	mu.Lock()
	c.n++
	c.mu.Unlock()
}

// The lock leaks under its second name.
func (c *conn) aliasLeak() bool {
	mu := &c.mu
	mu.Lock()
	if c.closed {
		return false // want `returning with (mu|c.mu) locked \(locked on line \d+`
	}
	c.mu.Unlock()
	return true
}

// Which lock it is depends on a condition; it is one lock all the same.
func (c *conn) aliasEither(first bool) {
	mu := &c.mu
	if !first {
		mu = &c.other
	}
	mu.Lock()
	c.n++
	mu.Unlock()
}

// One of two locks leaks.
func (c *conn) aliasEitherLeak(first bool) bool {
	mu := &c.mu
	if !first {
		mu = &c.other
	}
	mu.Lock()
	if c.closed {
		return false // want `returning with mu locked \(locked on line \d+`
	}
	mu.Unlock()
	return true
}

// The variable is repointed before the release: the first lock stays locked.
// An engine that loses the name must stay silent rather than guess.
func FN_aliasRepointed(c *conn) {
	mu := &c.mu
	mu.Lock()
	mu = &c.other
	mu.Unlock()
}

// A local name of the owner.
func (c *conn) ownerAlias() int {
	d := c
	d.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return 0
	}
	d.mu.Unlock()
	return 1
}

// A pointer to an inner struct.
func (x *nested) innerPointer() {
	c := &x.in.c
	c.mu.Lock()
	x.in.c.n++
	x.in.c.mu.Unlock()
}

// The getter names the field.
func (c *conn) lockOf() *sync.Mutex { return &c.mu }

// Locked through the getter, released by the field.
func (c *conn) getterOK() {
	c.lockOf().Lock()
	c.n++
	c.mu.Unlock()
}

// Locked by the field, released through the getter; one path forgets.
func (c *conn) getterLeak() bool {
	c.mu.Lock()
	if c.closed {
		return false // want `returning with c.mu locked \(locked on line \d+`
	}
	c.lockOf().Unlock()
	return true
}

// RLocker's Unlock is the RWMutex's RUnlock.
func (c *conn) rlocker() int {
	l := c.rw.RLocker()
	l.Lock()
	n := c.n
	c.rw.RUnlock()
	return n
}

// The read lock leaks through its Locker.
func (c *conn) rlockerLeak() int {
	l := c.rw.RLocker()
	l.Lock()
	if c.closed {
		return 0 // want `returning with (l|c.rw|c.rw.RLocker\(\)) (read-)?locked \(locked on line \d+`
	}
	l.Unlock()
	return c.n
}

type guarded struct {
	lk   sync.Locker
	cond *sync.Cond
	mu   sync.Mutex
	n    int
}

func newGuarded() *guarded {
	g := new(guarded)
	g.lk = &g.mu
	g.cond = sync.NewCond(&g.mu)
	return g
}

// A sync.Locker field is a lock with the field's name (ants).
func (g *guarded) locker() bool {
	g.lk.Lock()
	if g.n == 0 {
		return false // want `returning with g.(lk|mu) locked \(locked on line \d+`
	}
	g.lk.Unlock()
	return true
}

// c.L is the mutex that NewCond got: locked by one name, released by the other.
func (g *guarded) condLock() {
	g.cond.L.Lock()
	g.n++
	g.mu.Unlock()
}

// The lock of a condition leaks (puddle).
func (g *guarded) condLeak() error {
	g.cond.L.Lock()
	if g.n == 0 {
		return errClosed // want `returning with g.(cond.L|mu) locked \(locked on line \d+`
	}
	g.cond.L.Unlock()
	return nil
}

// Wait gives the lock back when it returns.
func (g *guarded) waits() {
	g.mu.Lock()
	for g.n == 0 {
		g.cond.Wait()
	}
	g.mu.Unlock()
}

// Wait gives the lock back when it returns, and this return keeps it.
func (g *guarded) waitsLeak() error {
	g.mu.Lock()
	for g.n == 0 {
		g.cond.Wait()
		if g.n < 0 {
			return errClosed // want `returning with g.mu locked \(locked on line \d+`
		}
	}
	g.mu.Unlock()
	return nil
}

// The method value is bound to the same lock.
func (c *conn) methodValue() bool {
	unlock := c.mu.Unlock
	c.mu.Lock()
	if c.closed {
		unlock()
		return false
	}
	unlock()
	return true
}

// A method value that one path does not call.
func (c *conn) methodValueLeak() bool {
	lock, unlock := c.mu.Lock, c.mu.Unlock
	lock()
	if c.closed {
		return false // want `returning with c.mu locked \(locked on line \d+`
	}
	unlock()
	return true
}

// A deferred method value.
func (c *conn) methodValueDefer() bool {
	c.rw.RLock()
	release := c.rw.RUnlock
	defer release()
	return c.closed
}

// A deferred method value that is chosen by the mode.
func (c *conn) methodValueMode(write bool) int {
	unlock := c.rw.RUnlock
	if write {
		c.rw.Lock()
		unlock = c.rw.Unlock
	} else {
		c.rw.RLock()
	}
	n := c.n
	unlock()
	return n
}

// Method expressions name the lock in their first argument.
func (c *conn) methodExpression() {
	(*sync.Mutex).Lock(&c.mu)
	c.n++
	(*sync.Mutex).Unlock(&c.mu)
}

// A method expression whose release one path skips.
func (c *conn) methodExpressionLeak() bool {
	(*sync.RWMutex).RLock(&c.rw)
	if c.closed {
		return false // want `returning with c.rw read-locked \(locked on line \d+`
	}
	(*sync.RWMutex).RUnlock(&c.rw)
	return true
}

// A local mutex shared with the goroutines of this function.
func (c *conn) localMutex(parts []int) int {
	var mu sync.Mutex
	var wg sync.WaitGroup
	sum := 0
	for _, p := range parts {
		wg.Go(func() {
			mu.Lock()
			if p < 0 {
				return // want `returning with mu locked \(locked on line \d+`
			}
			sum += p
			mu.Unlock()
		})
	}
	wg.Wait()
	return sum
}

// The parameter is copied to another name inside the closure.
func (c *conn) capturedOwner() func() bool {
	d := c
	return func() bool {
		d.mu.Lock()
		if c.closed {
			c.mu.Unlock()
			return false
		}
		d.mu.Unlock()
		return true
	}
}
