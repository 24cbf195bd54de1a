// Row 17, the state of a queue is stale, the wrong way.
//
// How many values are in a channel was true a moment ago. If others receive too, the
// last value may be gone before the next line runs.
//
// Run it: sooner or later both workers see the last job, one of them gets it, and
// the other one waits for ever: "all goroutines are asleep - deadlock!".
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
	if len(q.jobs) == 0 { // wrong: it may be another goroutine's by the time of the receive
		return 0, false
	}
	return <-q.jobs, true
}

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
	}
	fmt.Println("done, by good luck")
}
