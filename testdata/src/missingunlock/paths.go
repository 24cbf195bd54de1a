package missingunlock

import "os"

// break leaves the loop with the lock that the iterations release.
func (c *conn) breakOut() {
	for i := 0; i < 10; i++ {
		c.mu.Lock()
		if c.closed {
			break
		}
		c.n++
		c.mu.Unlock()
	}
} // want `returning with c.mu locked \(locked on line \d+`

// break inside a switch leaves the switch, not the loop: nothing leaks.
func (c *conn) breakSwitch(kinds []int) {
	for _, k := range kinds {
		c.mu.Lock()
		switch k {
		case 0:
			break
		default:
			c.n++
		}
		c.mu.Unlock()
	}
}

// A labelled break leaves both loops with the lock.
func (c *conn) labelledBreak(rows [][]int) int {
	sum := 0
outer:
	for _, row := range rows {
		for _, v := range row {
			c.mu.Lock()
			if v < 0 {
				break outer
			}
			sum += v
			c.mu.Unlock()
		}
	}
	return sum // want `returning with c.mu locked \(locked on line \d+`
}

// The labelled break releases first.
func (c *conn) labelledBreakOK(rows [][]int) int {
	sum := 0
outer:
	for _, row := range rows {
		for _, v := range row {
			c.mu.Lock()
			if v < 0 {
				c.mu.Unlock()
				break outer
			}
			sum += v
			c.mu.Unlock()
		}
	}
	return sum
}

// The loop cannot be left but by break, and the break keeps the lock: the
// caller locks again (cockroach 584).
func (c *conn) bootstrap() {
	for {
		c.mu.Lock()
		if c.closed {
			break
		}
		c.mu.Unlock()
	}
} // want `returning with c.mu locked \(locked on line \d+`

func (c *conn) manage() {
	for {
		c.mu.Lock()
		if c.closed {
			break
		}
		c.mu.Unlock()
	}
} // want `returning with c.mu locked \(locked on line \d+`

func (c *conn) bootstrapAndManage() {
	c.bootstrap()
	c.manage()
}

// The same shape as a helper: its caller releases what the loop acquired.
func (c *conn) lockWhenReady() {
	for {
		c.mu.Lock()
		if c.ready {
			return
		}
		c.mu.Unlock()
	}
}

func (c *conn) useWhenReady() {
	c.lockWhenReady()
	c.n++
	c.mu.Unlock()
}

// continue goes round to the Lock with the lock held.
func (c *conn) continueLoop(keys []string) {
	for _, k := range keys {
		c.mu.Lock()
		if _, ok := c.items[k]; ok {
			continue // want `c.mu is still locked when the loop comes round to lock it again \(locked on line \d+`
		}
		c.items[k] = 0
		c.mu.Unlock()
	}
}

// A labelled continue of the outer loop does the same.
func (c *conn) continueOuter(rows [][]int) {
outer:
	for _, row := range rows {
		c.mu.Lock()
		for _, v := range row {
			if v < 0 {
				continue outer // want `c.mu is still locked when the loop comes round to lock it again \(locked on line \d+`
			}
		}
		c.mu.Unlock()
	}
}

// continue after the release is healthy.
func (c *conn) continueOK(keys []string) {
	for _, k := range keys {
		c.mu.Lock()
		if _, ok := c.items[k]; ok {
			c.mu.Unlock()
			continue
		}
		c.items[k] = 0
		c.mu.Unlock()
	}
}

// continue of the inner loop stays inside the section.
func (c *conn) continueInner(rows [][]int) {
	for _, row := range rows {
		c.mu.Lock()
		for _, v := range row {
			if v < 0 {
				continue
			}
			c.n += v
		}
		c.mu.Unlock()
	}
}

// The loop has no release at all: the second iteration blocks.
func (c *conn) neverInLoop(keys []string) {
	for range keys {
		c.mu.Lock() // want `c.mu is still locked when the loop comes round to lock it again \(locked on line \d+`
		c.n++
	}
	c.mu.Unlock()
}

// One arm of the loop body falls off its end with the lock.
func (c *conn) fallsOffBody(keys []string) {
	for _, k := range keys {
		c.mu.Lock() // want `c.mu is still locked when the loop comes round to lock it again \(locked on line \d+`
		if k != "" {
			c.items[k]++
			c.mu.Unlock()
		}
	}
}

// moby 7559: continue keeps the lock; break leaves with it for the release
// below the loop.
func (c *conn) dial(open func() error) {
	for i := 0; i < 2; i++ {
		c.mu.Lock()
		if err := open(); err != nil {
			continue // want `c.mu is still locked when the loop comes round to lock it again \(locked on line \d+`
		}
		break
	}
	c.mu.Unlock()
}

// Locked before the loop, released and retaken inside it, released after it.
func (c *conn) lockedAcross(work func()) {
	c.mu.Lock()
	for c.n > 0 {
		c.n--
		c.mu.Unlock()
		work()
		c.mu.Lock()
	}
	c.mu.Unlock()
}

// The same with break and continue in the unlocked window.
func (c *conn) lockedAcrossBreak(next func() bool) {
	c.mu.Lock()
	for {
		if c.n == 0 {
			c.mu.Unlock()
			break
		}
		c.mu.Unlock()
		more := next()
		c.mu.Lock()
		if !more {
			continue
		}
		c.n--
	}
}

// A return in the window of such a loop holds nothing; a return outside it does.
func (c *conn) lockedAcrossLeak(work func() error) error {
	c.mu.Lock()
	for c.n > 0 {
		if c.closed {
			return errClosed // want `returning with c.mu locked \(locked on line \d+`
		}
		c.mu.Unlock()
		if err := work(); err != nil {
			return err
		}
		c.mu.Lock()
	}
	c.mu.Unlock()
	return nil
}

// A loop that never ends has no exit to leak through.
func (c *conn) forever(work func()) {
	c.mu.Lock()
	for {
		work()
	}
}

// goto skips the release.
func (c *conn) gotoSkips() int {
	c.mu.Lock()
	if c.closed {
		goto done
	}
	c.n++
	c.mu.Unlock()
done:
	return c.n // want `returning with c.mu locked \(locked on line \d+`
}

// goto to the common release.
func (c *conn) gotoRelease() (err error) {
	c.mu.Lock()
	if c.closed {
		err = errClosed
		goto unlock
	}
	if c.n > 10 {
		err = errFull
		goto unlock
	}
	c.n++
unlock:
	c.mu.Unlock()
	return err
}

// goto back to the Lock with the lock held is a loop that comes round.
func (c *conn) gotoRetry() {
retry:
	c.mu.Lock() // want `c.mu is still locked when the loop comes round to lock it again \(locked on line \d+`
	if c.n < 3 {
		c.n++
		goto retry
	}
	c.mu.Unlock()
}

// goto back after the release.
func (c *conn) gotoRetryOK() {
retry:
	c.mu.Lock()
	if c.n < 3 {
		c.n++
		c.mu.Unlock()
		goto retry
	}
	c.mu.Unlock()
}

// One case returns with the lock.
func (c *conn) switchArm(op int) int {
	c.mu.Lock()
	switch op {
	case 0:
		c.mu.Unlock()
		return 0
	case 1:
		return c.n // want `returning with c.mu locked \(locked on line \d+`
	case 2:
		c.n++
	}
	c.mu.Unlock()
	return c.n
}

// One case forgets the release that every other case has.
func (c *conn) switchForgets(op int) {
	c.mu.Lock()
	switch op {
	case 0:
		c.n++
		c.mu.Unlock()
	case 1:
		c.n--
	default:
		c.mu.Unlock()
	}
} // want `returning with c.mu locked \(locked on line \d+`

// All cases release; there is no way past a switch with a default.
func (c *conn) switchComplete(op int) {
	c.mu.Lock()
	switch {
	case op == 0:
		c.n++
		c.mu.Unlock()
	case op == 1:
		c.mu.Unlock()
	default:
		c.mu.Unlock()
	}
}

// Without a default the value that no case names leaks.
func (c *conn) switchNoDefault(op int) {
	c.mu.Lock()
	switch op {
	case 0:
		c.mu.Unlock()
	case 1:
		c.mu.Unlock()
	}
} // want `returning with c.mu locked \(locked on line \d+`

// fallthrough runs into the arm that returns.
func (c *conn) fallsThrough(op int) int {
	c.mu.Lock()
	switch op {
	case 0:
		c.n = 0
		fallthrough
	case 1:
		return c.n // want `returning with c.mu locked \(locked on line \d+`
	}
	c.mu.Unlock()
	return -1
}

// fallthrough runs into the arm that releases.
func (c *conn) fallsThroughOK(op int) {
	c.mu.Lock()
	switch op {
	case 0:
		c.n = 0
		fallthrough
	default:
		c.mu.Unlock()
	}
}

// A type switch arm leaks.
func (c *conn) typeSwitch(v any) error {
	c.mu.Lock()
	switch v := v.(type) {
	case int:
		c.n = v
	case error:
		return v // want `returning with c.mu locked \(locked on line \d+`
	case nil:
		c.mu.Unlock()
		return errFull
	}
	c.mu.Unlock()
	return nil
}

// A select arm leaks.
func (c *conn) selectArm(stop <-chan struct{}, in <-chan int) bool {
	c.mu.Lock()
	select {
	case <-stop:
		return false // want `returning with c.mu locked \(locked on line \d+`
	case v := <-in:
		c.n = v
	default:
	}
	c.mu.Unlock()
	return true
}

// Every select arm releases.
func (c *conn) selectOK(stop <-chan struct{}, in <-chan int) bool {
	c.mu.Lock()
	select {
	case <-stop:
		c.mu.Unlock()
		return false
	case c.n = <-in:
		c.mu.Unlock()
	default:
		c.mu.Unlock()
	}
	return true
}

// break in a select leaves only the select: the loop locks again.
func (c *conn) selectBreak(stop <-chan struct{}) {
	for i := 0; i < 3; i++ {
		c.mu.Lock()
		select {
		case <-stop:
			break
		default:
			c.n++
		}
		c.mu.Unlock()
	}
}

// A nested if hides the return.
func (c *conn) deepReturn(a, b int) int {
	c.mu.Lock()
	if a > 0 {
		if b > 0 {
			if a == b {
				return 0 // want `returning with c.mu locked \(locked on line \d+`
			}
			c.mu.Unlock()
			return 1
		}
		c.mu.Unlock()
		return 2
	}
	c.mu.Unlock()
	return 3
}

// Both arms of the if release: the join holds nothing.
func (c *conn) bothArms(flag bool) int {
	c.mu.Lock()
	if flag {
		c.n++
		c.mu.Unlock()
	} else {
		c.mu.Unlock()
		os.Getpid()
	}
	return c.n
}

// Short-circuit conditions make paths, not statements.
func (c *conn) shortCircuit() bool {
	c.mu.Lock()
	if c.closed || c.n > 3 && c.ready {
		return false // want `returning with c.mu locked \(locked on line \d+`
	}
	c.mu.Unlock()
	return true
}

// A named result and a bare return leak the same way.
func (c *conn) namedResult() (n int, err error) {
	c.mu.Lock()
	n = c.n
	if n == 0 {
		err = errFull
		return // want `returning with c.mu locked \(locked on line \d+`
	}
	c.mu.Unlock()
	return
}

// A range over an integer with an early return.
func (c *conn) rangeInt(k int) bool {
	c.mu.Lock()
	for i := range k {
		if i == c.n {
			return true // want `returning with c.mu locked \(locked on line \d+`
		}
	}
	c.mu.Unlock()
	return false
}

// A loop whose every way out releases.
func (c *conn) findOK(k int) bool {
	c.mu.Lock()
	for i := range k {
		if i == c.n {
			c.mu.Unlock()
			return true
		}
	}
	c.mu.Unlock()
	return false
}

// As many releases as read locks, in a loop of their own (grpc's benchmarks).
func (c *conn) countedReads(n int) {
	for range n {
		c.rw.RLock()
	}
	for range n {
		c.rw.RUnlock()
	}
}

// The way out of the first loop misses the second.
func (c *conn) countedReadsLeft(n int) {
	for range n {
		c.rw.RLock()
		if c.closed {
			return // want `returning with c.rw read-locked \(locked on line \d+`
		}
	}
	for range n {
		c.rw.RUnlock()
	}
}

// One read lock, perhaps released: nothing is counted.
func (c *conn) releasedInLoop(n int) {
	c.rw.RLock()
	for range n {
		c.rw.RUnlock()
		break
	}
} // want `returning with c.rw read-locked \(locked on line \d+`
