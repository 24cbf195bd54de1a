// Row 17, the state of a queue is stale, the right way.
//
// A select with default asks and takes in one step. The length is good for showing
// it, not for deciding.
package main

import (
	"fmt"
	"sync"
)

type queue struct{ jobs chan int }

func newQueue(n int) *queue {
	q := &queue{jobs: make(chan int, n)}
	for i := range n {
		q.jobs <- i
	}
	return q
}

// Next returns the next job, if there is one.
func (q *queue) Next() (int, bool) {
	select {
	case j := <-q.jobs:
		return j, true
	default:
		return 0, false
	}
}

// Waiting tells how many jobs there were a moment ago.
func (q *queue) Waiting() string { return fmt.Sprintf("about %d jobs", len(q.jobs)) }

func main() {
	for range 10000 {
		q := newQueue(3)
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() {
				for {
					if _, ok := q.Next(); !ok {
						return
					}
				}
			})
		}
		wg.Wait()
		if _, ok := q.Next(); ok {
			fmt.Println(q.Waiting())
		}
	}
	fmt.Println("done")
}
