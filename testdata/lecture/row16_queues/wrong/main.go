// Row 16, queues instead of locks, the wrong way.
//
// A channel does its own locking. Who holds a mutex while he puts something into
// a queue, or takes something out, waits with the mutex in his hand; if the other
// end needs the mutex, nobody can go on.
//
// Run it: print has taken a job and waits for the lock, to count it. submit has
// the lock and waits for print to take the next job. The runtime ends the program
// with "all goroutines are asleep - deadlock!".
package main

import (
	"fmt"
	"sync"
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

func main() {
	p := newPrinter()
	for i := range 1000 {
		p.submit(fmt.Sprint("job ", i))
	}
	fmt.Println("printed:", p.finish())
}
