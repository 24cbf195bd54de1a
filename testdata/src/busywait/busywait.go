// Package busywait tests the reports of loops that keep the processor busy.
package busywait

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

var ready bool

func start() { go func() { ready = true }() }

func spin() {
	for !ready { // want `the loop asks for ready, which another goroutine sets \(line 15\), again and again`
	}
	fmt.Println("ready")
}

func polite() {
	for !ready { // want `the loop asks for ready`
		runtime.Gosched()
	}
	for !ready { // want `the loop asks for ready`
		time.Sleep(time.Millisecond)
	}
	for { // want `the loop asks for ready`
		if ready {
			break
		}
	}
}

func captured() {
	done := false
	go func() { done = true }()
	for !done { // want `the loop asks for done`
	}
}

// own is set by nobody else.
func own() {
	done := false
	f := func() { done = true }
	f()
	for !done {
	}
}

type job struct {
	state int
	mu    sync.Mutex
	flag  atomic.Bool
}

func (j *job) run() { j.state = 2 }

func (j *job) wait() {
	go j.run()
	for j.state != 2 { // want `the loop asks for j.state`
	}
}

func (j *job) locked() {
	for {
		j.mu.Lock()
		done := j.state == 2
		j.mu.Unlock()
		if done {
			return
		}
	}
}

func (j *job) atomic() {
	for !j.flag.Load() {
	}
}

func (j *job) works() {
	for j.state != 2 {
		fmt.Println("working")
	}
}

func (j *job) counts() {
	for j.state != 2 {
		j.state++
	}
}

func defaults(ctx context.Context, ch chan int) {
	for {
		select { // want `the default does nothing: the loop asks again and again`
		case v := <-ch:
			fmt.Println(v)
		case <-ctx.Done():
			return
		default:
		}
	}
}

func continues(ch chan int) {
	for i := 0; i < 10; {
		select { // want `the default does nothing`
		case v := <-ch:
			i += v
		default:
			continue
		}
		fmt.Println(i)
	}
}

func works(ch chan int) {
	for {
		select {
		case v := <-ch:
			fmt.Println(v)
			return
		default:
			fmt.Println("working")
		}
	}
}

func sleeps(ch chan int) {
	for {
		select {
		case v := <-ch:
			fmt.Println(v)
			return
		default:
			time.Sleep(time.Second)
		}
	}
}

func drains(ch chan int) {
	for {
		select {
		case v := <-ch:
			fmt.Println(v)
		default:
			return
		}
	}
}

func checks(stop chan int, next func() bool) {
	for next() {
		select {
		case <-stop:
			return
		default:
		}
	}
}

func blocks(stop, ch chan int) {
	for {
		select {
		case <-stop:
			return
		default:
		}
		fmt.Println(<-ch)
	}
}

type node struct{ next *node }

func link(a, b *node) { a.next = b }

func last(n *node) *node {
	for n.next != nil {
		n = n.next
	}
	return n
}

func drainsFlag(ch chan int) {
	drained := false
	for !drained {
		select {
		case v := <-ch:
			fmt.Println(v)
		default:
			drained = true
		}
	}
}

func drainsAll(chs []chan int) {
	for _, ch := range chs {
		select {
		case <-ch:
		default:
		}
	}
	for i := 0; i < len(chs); i++ {
		select {
		case <-chs[i]:
		default:
		}
	}
}

func (j *job) sum(n []int) (total int) {
	for i := 0; i < j.state; i++ {
	}
	return total
}

// A loop that gets somewhere, though it compares with a field that others set.
func (j *job) first(prefix []int, c int) int {
	for c >= j.state {
		c = prefix[c]
	}
	return c
}
