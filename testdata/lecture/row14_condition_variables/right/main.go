// Row 14, condition variables, the right way.
//
// The lock is held, the condition is tested in a loop, and Wait is its body:
// whoever is woken looks again. Wait gives the lock away while it sleeps and
// has it again when it returns.
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
	for len(q.items) == 0 {
		q.cond.Wait()
	}
	v := q.items[0]
	q.items = q.items[1:]
	if len(q.items) == 0 {
		q.cond.Broadcast()
	}
	return v
}

// drained waits for the queue to be empty, with the lock held around the test
// and the Wait.
func (q *queue) drained() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.items) > 0 {
		q.cond.Wait()
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
