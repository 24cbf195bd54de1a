// Row 14, condition variables, the wrong way.
//
// Wait returns because somebody has announced a change, not because the
// condition holds: Broadcast wakes all waiters for one item, and a consumer
// that comes just then takes it before any of them. Who tests the condition by
// if looks at it once, before Wait, and trusts it afterwards.
//
// Run it: within moments a consumer takes from the empty queue and the program
// panics with "index out of range". Once in a while it is lucky.
package main

import (
	"fmt"
	"runtime"
	"sync"
)

type queue struct {
	mu    sync.Mutex
	cond  *sync.Cond
	items []int
}

func newQueue() *queue {
	q := new(queue)
	q.cond = sync.NewCond(&q.mu)
	return q
}

func (q *queue) put(v int) {
	q.mu.Lock()
	q.items = append(q.items, v)
	q.mu.Unlock()
	q.cond.Broadcast()
}

func (q *queue) take() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.items) == 0 {
		q.cond.Wait() // wrong: nobody looks whether there is an item now
	}
	v := q.items[0]
	q.items = q.items[1:]
	return v
}

// drained waits for the queue to be empty without the lock: the test races
// with the consumers, and Wait unlocks a mutex that is not locked by us.
func (q *queue) drained() {
	q.mu.Lock()
	n := len(q.items)
	q.mu.Unlock()
	for n > 0 {
		q.cond.Wait() // wrong: q.mu is not held
		n = len(q.items)
	}
}

const (
	consumers = 8
	each      = 500
)

func main() {
	q := newQueue()
	sums := make([]int, consumers)
	var wg sync.WaitGroup
	for i := range consumers {
		wg.Go(func() {
			for range each {
				sums[i] += q.take()
			}
		})
	}
	for v := range consumers * each {
		q.put(v)
		runtime.Gosched() // let the consumers fall asleep again
	}
	wg.Wait()
	q.drained()
	total := 0
	for _, s := range sums {
		total += s
	}
	fmt.Println("sum:", total)
}
