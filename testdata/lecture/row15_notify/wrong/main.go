// Row 15, notify, the wrong way.
//
// Wait sleeps until somebody signals. Whoever makes true what others wait for
// must wake them: all of them, if they wait for different things, and with the
// lock held while the condition changes.
//
// Run it: the value is put at once, and taken three seconds later, only because
// the closing of the cell wakes the consumer. Without that it would sleep for
// ever.
package main

import (
	"fmt"
	"sync"
	"time"
)

// A cell holds one value. Producers wait for it to be empty, consumers for it
// to be full.
type cell struct {
	mu     sync.Mutex
	cond   *sync.Cond
	values []int
	max    int
	closed bool
}

func newCell() *cell {
	c := &cell{max: 1}
	c.cond = sync.NewCond(&c.mu)
	return c
}

// put wakes nobody.
func (c *cell) put(v int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.values) == c.max {
		c.cond.Wait()
	}
	c.values = append(c.values, v) // wrong: consumers sleep on
}

// take wakes one waiter, which may be another consumer.
func (c *cell) take() (int, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.values) == 0 && !c.closed {
		c.cond.Wait()
	}
	if len(c.values) == 0 {
		return 0, false
	}
	v := c.values[0]
	c.values = c.values[1:]
	c.cond.Signal() // wrong: producers and consumers wait on it
	return v, true
}

// close changes the condition without the lock: a consumer that has just found
// the cell open goes to sleep after the signal.
func (c *cell) close() {
	c.closed = true // wrong
	c.cond.Broadcast()
}

func main() {
	c := newCell()
	closing := time.AfterFunc(3*time.Second, c.close)
	defer closing.Stop()
	var wg sync.WaitGroup
	wg.Go(func() {
		v, _ := c.take()
		fmt.Println("took", v)
	})
	time.Sleep(10 * time.Millisecond) // let the consumer fall asleep
	c.put(1)
	wg.Wait()
}
