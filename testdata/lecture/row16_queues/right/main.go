// Row 16, queues instead of locks, the right way.
//
// The lock is given back before the send: it is for the numbers, the channel is
// for the jobs. Better still, what only one goroutine uses needs no lock: print
// counts for itself and hands over the result when it is done.
//
// An answer for which there is room can be left behind. Whoever sends last closes,
// which ends the loops of all who receive.
package main

import (
	"fmt"
	"runtime"
	"sync"
	"time"
)

type printer struct {
	jobs chan string
	done chan int // receives the number of printed jobs

	mu     sync.Mutex
	queued int
}

func newPrinter() *printer {
	p := &printer{jobs: make(chan string), done: make(chan int, 1)}
	go p.print()
	return p
}

// print owns what it counts.
func (p *printer) print() {
	printed := 0
	for range p.jobs {
		printed++
	}
	p.done <- printed
}

// submit ends its section before it sends.
func (p *printer) submit(job string) {
	p.mu.Lock()
	p.queued++
	p.mu.Unlock()
	p.jobs <- job
}

// trySubmit may hold the lock: a select with default never waits.
func (p *printer) trySubmit(job string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case p.jobs <- job:
		p.queued++
		return true
	default:
		return false
	}
}

// finish says that nothing more comes, and waits for what has been counted.
func (p *printer) finish() int {
	close(p.jobs)
	return <-p.done
}

// ask leaves when it takes too long; there is room for the answer.
func ask(wait time.Duration) string {
	answer := make(chan string, 1)
	go func() {
		time.Sleep(10 * time.Millisecond)
		answer <- "ready"
	}()
	select {
	case a := <-answer:
		return a
	case <-time.After(wait):
		return "no answer"
	}
}

// total receives while the others send; a goroutine of its own waits for them.
func total(pages []int) int {
	counts := make(chan int)
	var wg sync.WaitGroup
	for _, n := range pages {
		wg.Go(func() { counts <- n })
	}
	go func() {
		wg.Wait()
		close(counts)
	}()
	sum := 0
	for n := range counts {
		sum += n
	}
	return sum
}

// list is told that nothing more comes.
func list(names []string) {
	lines := make(chan string)
	go func() {
		defer close(lines)
		for _, name := range names {
			lines <- name
		}
	}()
	for line := range lines {
		fmt.Println(line)
	}
}

func main() {
	fmt.Println(ask(time.Millisecond))
	time.Sleep(20 * time.Millisecond)
	fmt.Println("goroutines:", runtime.NumGoroutine())
	p := newPrinter()
	sent := 0
	for i := range 1000 {
		p.submit(fmt.Sprint("job ", i))
		sent++
		if p.trySubmit("copy") {
			sent++
		}
	}
	fmt.Println("all printed:", p.finish() == sent)
	fmt.Println("pages:", total([]int{1, 2, 3}))
	list([]string{"a", "b"})
}
