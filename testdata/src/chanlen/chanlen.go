// Package chanlen tests the reports of decisions by the length of a channel.
package chanlen

import (
	"fmt"
	"sync"
)

type queue struct{ ch chan int }

func newQueue() *queue { return &queue{ch: make(chan int, 8)} }

func (q *queue) Get() (int, bool) {
	if len(q.ch) == 0 { // want `len\(q.ch\) decides on the receive on line 17, but another goroutine may receive in between`
		return 0, false
	}
	return <-q.ch, true
}

func (q *queue) Put(v int) bool {
	if len(q.ch) < cap(q.ch) { // want `len\(q.ch\) decides on the send on line 22, but another goroutine may send in between`
		q.ch <- v
		return true
	}
	return false
}

func (q *queue) TryGet() (int, bool) {
	select {
	case v := <-q.ch:
		return v, true
	default:
		return 0, false
	}
}

func (q *queue) Len() int { return len(q.ch) }

func (q *queue) Show() {
	if len(q.ch) > 5 {
		fmt.Println("long")
	}
}

// workers drain a channel together.
func workers(jobs chan int) {
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			for len(jobs) > 0 { // want `len\(jobs\) decides on the receive on line 51`
				fmt.Println(<-jobs)
			}
		})
	}
	wg.Wait()
}

// own has a channel of its own.
func own() {
	for range 3 {
		jobs := make(chan int, 3)
		jobs <- 1
		go func() {
			for len(jobs) > 0 {
				fmt.Println(<-jobs)
			}
		}()
	}
}

// alone is the only receiver.
func alone() {
	ch := make(chan int, 8)
	go func() {
		for i := range 8 {
			ch <- i
		}
	}()
	for len(ch) > 0 {
		fmt.Println(<-ch)
	}
}

func twoSenders() {
	ch := make(chan int, 8)
	go func() {
		for i := range 8 {
			ch <- i
		}
	}()
	if len(ch) < 8 { // want `len\(ch\) decides on the send on line 92, but another goroutine may send in between \(line 88\)`
		ch <- 9
	}
	fmt.Println(<-ch)
}

type locked struct {
	mu sync.Mutex
	ch chan int
}

func newLocked() *locked { return &locked{ch: make(chan int, 3)} }

func (l *locked) Put(v int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.ch) == cap(l.ch) {
		<-l.ch
	}
	l.ch <- v
}

func (q *queue) PutOrDrop(v int) {
	if len(q.ch) > 4 {
		select {
		case <-q.ch:
		default:
		}
	}
	q.Put(v)
}
