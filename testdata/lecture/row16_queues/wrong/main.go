// Row 16, queues instead of locks, the wrong way.
//
// A channel does its own locking. Who holds a mutex while he puts something into
// a queue, or takes something out, waits with the mutex in his hand; if the other
// end needs the mutex, nobody can go on.
//
// Who sends waits for a receiver, and the other way round. If one of them has gone,
// the other one stays for ever: the printer that answers too late, the senders whose
// values are only wanted when they have ended, the receiver who is not told that
// nothing more comes.
//
// Run it: the answer that came too late is counted as a goroutine that is still
// there. Then print has taken a job and waits for the lock, to count it. submit has
// the lock and waits for print to take the next job. The runtime ends the program
// with "all goroutines are asleep - deadlock!".
package main

import (
	"fmt"
	"runtime"
	"sync"
	"time"
)

type printer struct {
	mu      sync.Mutex
	jobs    chan string
	done    chan struct{}
	queued  int
	printed int
}

func newPrinter() *printer {
	p := &printer{jobs: make(chan string), done: make(chan struct{})}
	go p.print()
	return p
}

// print needs the lock after each job.
func (p *printer) print() {
	defer close(p.done)
	for range p.jobs {
		p.mu.Lock()
		p.printed++
		p.mu.Unlock()
	}
}

// submit sends with the lock held.
func (p *printer) submit(job string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.queued++
	p.jobs <- job // wrong: print needs p.mu before it takes the next job
}

// finish waits with the lock held for print to end, and print needs the lock to
// get there.
func (p *printer) finish() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	close(p.jobs)
	<-p.done // wrong
	return p.printed
}

// ask leaves when it takes too long.
func ask(wait time.Duration) string {
	answer := make(chan string)
	go func() {
		time.Sleep(10 * time.Millisecond)
		answer <- "ready" // wrong: nobody is there any more
	}()
	select {
	case a := <-answer:
		return a
	case <-time.After(wait):
		return "no answer"
	}
}

// total waits for goroutines that wait for it.
func total(pages []int) int {
	counts := make(chan int)
	var wg sync.WaitGroup
	for _, n := range pages {
		wg.Go(func() { counts <- n }) // wrong: nobody receives before all have ended
	}
	wg.Wait()
	close(counts)
	sum := 0
	for n := range counts {
		sum += n
	}
	return sum
}

// list is not told that nothing more comes.
func list(names []string) {
	lines := make(chan string)
	go func() {
		for _, name := range names {
			lines <- name
		}
	}()
	for line := range lines { // wrong: nobody closes lines
		fmt.Println(line)
	}
}

func main() {
	fmt.Println(ask(time.Millisecond))
	time.Sleep(20 * time.Millisecond)
	fmt.Println("goroutines:", runtime.NumGoroutine())
	p := newPrinter()
	for i := range 1000 {
		p.submit(fmt.Sprint("job ", i))
	}
	fmt.Println("printed:", p.finish())
	fmt.Println("pages:", total([]int{1, 2, 3}))
	list([]string{"a", "b"})
}
