// Row 4, shared data, the wrong way.
//
// hits++ is three steps: read, add, write. Two goroutines that do it at the same
// time read the same value, and one of the two additions is lost. sync/atomic
// makes the three steps one, but only for those who use it: one plain access
// beside the atomic ones, and additions are lost again.
//
// Run it: it should print 40000 hits, and prints far fewer. "go run -race" shows
// where.
package main

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
)

type page struct {
	hits  int64
	ready int32
}

// visit adds atomically.
func (p *page) visit() {
	atomic.AddInt64(&p.hits, 1)
}

// reload adds plainly: what others add between its read and its write is lost.
func (p *page) reload() {
	hits := p.hits    // wrong: visit uses sync/atomic
	runtime.Gosched() // any other goroutine may run here; this makes it likely
	p.hits = hits + 1
}

// open announces the page.
func (p *page) open() {
	atomic.StoreInt32(&p.ready, 1)
}

// isOpen may be called in a loop, and the compiler may read only once.
func (p *page) isOpen() bool {
	return p.ready == 1 // wrong: open uses sync/atomic
}

func main() {
	p := new(page)
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range 10000 {
				if i%2 == 0 {
					p.visit()
				} else {
					p.reload()
				}
			}
			p.open()
		}()
	}
	fmt.Println("open:", p.isOpen())
	wg.Wait()
	fmt.Println("hits:", atomic.LoadInt64(&p.hits))
}
