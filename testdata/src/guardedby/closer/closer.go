// Package closer has an object that waits for goroutines.
package closer

import "sync"

// A Closer knows goroutines.
type Closer struct {
	once sync.Once
	done chan struct{}
	wg   sync.WaitGroup
}

// New knows n goroutines.
func New(n int) *Closer {
	c := &Closer{done: make(chan struct{})}
	c.wg.Add(n)
	return c
}

// Done says that one of them is.
func (c *Closer) Done() { c.wg.Done() }

// Signal tells them to end.
func (c *Closer) Signal() { c.once.Do(func() { close(c.done) }) }

// Wait waits for them.
func (c *Closer) Wait() { c.wg.Wait() }

// SignalAndWait does both.
func (c *Closer) SignalAndWait() {
	c.Signal()
	c.Wait()
}

// MayWait waits if it is told to.
func (c *Closer) MayWait(always bool) {
	if always {
		c.wg.Wait()
	}
}
