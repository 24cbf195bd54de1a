package doublelock

import "sync"

// Another instance of the same type.
func transfer(a, b *counter, n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	b.mu.Lock()
	defer b.mu.Unlock()
	a.n -= n
	b.n += n
}

// Another lock of the same object.
func (c *counter) otherLock() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.other.Lock()
	defer c.other.Unlock()
}

// The parent's lock is the same field of another object.
func (c *counter) parentLock() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.parent.mu.Lock()
	defer c.parent.mu.Unlock()
}

// The lock was released in between.
func (c *counter) released() {
	c.mu.Lock()
	c.n++
	c.mu.Unlock()
	c.mu.Lock()
	c.n--
	c.mu.Unlock()
}

// Released and retaken under a deferred release.
func (c *counter) window() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mu.Unlock()
	c.mu.Lock()
}

// Released on the branch that locks again.
func (c *counter) releasedOnBranch() {
	c.mu.Lock()
	if c.n == 0 {
		c.mu.Unlock()
		c.mu.Lock()
	}
	c.mu.Unlock()
}

// Held on one branch only, and that branch does not come here.
func (c *counter) exclusive(need bool) {
	if need {
		c.mu.Lock()
	}
	c.n++
	if !need {
		c.mu.Lock()
	}
	c.mu.Unlock()
}

// A flag set beside the lock excludes the second Lock.
func (c *counter) onceFlag(keys []string) {
	locked := false
	for range keys {
		if !locked {
			c.mu.Lock()
			locked = true
		}
		c.n++
	}
	if locked {
		c.mu.Unlock()
	}
}

// Held on one of the paths that come here: a doubt accuses nobody.
func (c *counter) maybeHeld(flag bool) {
	if flag {
		c.mu.Lock()
	}
	c.mu.Lock()
	c.mu.Unlock()
}

// The loop's second iteration is missingunlock's to tell.
func (c *counter) loop() {
	for i := 0; i < 2; i++ {
		c.mu.Lock()
		if c.closed {
			continue
		}
		c.mu.Unlock()
	}
}

// Two readers in a row, not nested.
func (c *counter) readTwice() int {
	c.rw.RLock()
	a := c.n
	c.rw.RUnlock()
	c.rw.RLock()
	b := c.n
	c.rw.RUnlock()
	return a + b
}

// An upgrade by release and a fresh look.
func (c *counter) upgradeOK(k string) {
	c.rw.RLock()
	_, ok := c.items[k]
	c.rw.RUnlock()
	if ok {
		return
	}
	c.rw.Lock()
	defer c.rw.Unlock()
	if _, ok := c.items[k]; !ok {
		c.items[k] = 0
	}
}

// TryLock never blocks.
func (c *counter) tryUnderLock() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.mu.TryLock()
}

// The failed TryLock holds nothing.
func (c *counter) tryElseLock() {
	if !c.mu.TryLock() {
		c.n++
		c.mu.Lock()
	}
	c.mu.Unlock()
}

// The goroutine starts with nothing held and waits its turn.
func (c *counter) goBody() {
	c.mu.Lock()
	defer c.mu.Unlock()
	go func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.n++
	}()
}

// The goroutine is a method of the same object.
func (c *counter) goMethod() {
	c.mu.Lock()
	defer c.mu.Unlock()
	go c.lockAndCount()
}

func (c *counter) lockAndCount() {
	c.mu.Lock()
	c.n++
	c.mu.Unlock()
}

// wg.Go runs its argument on another goroutine.
func (c *counter) wgBody(wg *sync.WaitGroup) {
	c.mu.Lock()
	defer c.mu.Unlock()
	wg.Go(func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.n++
	})
}

// Wait gives the lock back for the time it waits.
func (c *counter) wait() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.n == 0 {
		c.cond.Wait()
	}
}

// A closure that is only stored does not run here.
func (c *counter) stored(hooks *[]func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	*hooks = append(*hooks, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.n++
	})
}

// A closure that is returned runs after the release.
func (c *counter) returned() func() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return func() int {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.n
	}
}

// The deferred closure runs after the deferred release.
func (c *counter) deferredLater() {
	defer func() {
		c.mu.Lock()
		c.n++
		c.mu.Unlock()
	}()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n--
}

// The deferred relock pairs with the hand-made window.
func (c *counter) deferredRelock(work func()) {
	c.mu.Unlock()
	defer c.mu.Lock()
	work()
}

// Different elements.
func (t *table) otherIndex(i, j int) {
	t.mus[i].Lock()
	defer t.mus[i].Unlock()
	t.mus[j].Lock()
	defer t.mus[j].Unlock()
}

// Different constants.
func (t *table) otherConstant() {
	t.mus[0].Lock()
	defer t.mus[0].Unlock()
	t.mus[1].Lock()
	defer t.mus[1].Unlock()
}

// The index has changed.
func (t *table) steppedIndex(i int) {
	t.mus[i].Lock()
	i++
	t.mus[i].Lock()
	t.mus[i].Unlock()
}

// All elements are locked, one after the other.
func (t *table) lockAll() {
	for i := range t.mus {
		t.mus[i].Lock()
	}
	for i := range t.mus {
		t.mus[i].Unlock()
	}
}

// All elements of a slice are locked with deferred releases.
func (t *table) lockParts() int {
	n := 0
	for _, c := range t.parts {
		c.mu.Lock()
		defer c.mu.Unlock()
		n += c.n
	}
	return n
}

// Two lookups may find two objects.
func (t *table) twoKeys(a, b string) {
	x, y := t.byKey[a], t.byKey[b]
	x.mu.Lock()
	defer x.mu.Unlock()
	y.mu.Lock()
	defer y.mu.Unlock()
}

// Hand over hand along a list.
func handOverHand(c *counter) int {
	c.mu.Lock()
	for c.next != nil {
		next := c.next
		next.mu.Lock()
		c.mu.Unlock()
		c = next
	}
	n := c.n
	c.mu.Unlock()
	return n
}

// The variable points to another object now.
func reassigned(c *counter) {
	d := c
	d.mu.Lock()
	d = c.next
	d.mu.Lock()
	d.mu.Unlock()
	c.mu.Unlock()
}

type current struct{ cur *counter }

// The field points to another object now.
func (s *current) replaced(next *counter) {
	old := s.cur
	s.cur.mu.Lock()
	s.cur = next
	s.cur.mu.Lock()
	s.cur.mu.Unlock()
	old.mu.Unlock()
}

// A freshly made object of the same type.
func (c *counter) fresh() *counter {
	c.mu.Lock()
	defer c.mu.Unlock()
	d := newCounter()
	d.mu.Lock()
	d.n = c.n
	d.mu.Unlock()
	return d
}

// A copy made by allocation per iteration.
func makeAll(n int) []*counter {
	var out []*counter
	for range n {
		c := newCounter()
		c.mu.Lock()
		c.n = len(out)
		out = append(out, c)
	}
	return out
}

// Either lock: the alias may be the other one.
func (c *counter) either(first bool) {
	mu := &c.mu
	if !first {
		mu = &c.other
	}
	mu.Lock()
	c.mu.Lock()
	c.mu.Unlock()
	mu.Unlock()
}

// The generic instances are two objects.
func mergeCaches[K comparable, V any](a, b *cache[K, V]) {
	a.mu.Lock()
	defer a.mu.Unlock()
	b.mu.RLock()
	defer b.mu.RUnlock()
	for k, v := range b.items {
		a.items[k] = v
	}
}
