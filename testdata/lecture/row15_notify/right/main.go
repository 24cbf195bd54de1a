// Row 15, notify, the right way.
//
// Every change is made with the lock held, and followed by Broadcast, since
// producers and consumers wait on the same condition variable. Whether the
// lock is still held at Broadcast does not matter.
package main

import (
	"fmt"
	"sync"
)

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

func (c *cell) put(v int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.values) == c.max {
		c.cond.Wait()
	}
	c.values = append(c.values, v)
	c.cond.Broadcast()
}

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
	c.cond.Broadcast()
	return v, true
}

func (c *cell) close() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.cond.Broadcast()
}

func main() {
	c := newCell()
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			v, ok := c.take()
			if !ok {
				return
			}
			fmt.Println("took", v)
		}
	})
	c.put(1)
	c.put(2)
	c.close()
	wg.Wait()
}
