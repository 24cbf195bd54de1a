// Row 4, shared data, the right way.
//
// The typed atomics of sync/atomic cannot be accessed in any other way, so
// nobody can forget. Data that only one goroutine has needs nothing; nor does
// data that is read after the goroutines have been waited for.
package main

import (
	"fmt"
	"sync"
	"sync/atomic"
)

type page struct {
	hits  atomic.Int64
	ready atomic.Bool
}

// visit and reload both add in one step.
func (p *page) visit() { p.hits.Add(1) }

func (p *page) reload() { p.hits.Add(1) }

// open and isOpen may run at the same time.
func (p *page) open() { p.ready.Store(true) }

func (p *page) isOpen() bool { return p.ready.Load() }

// sum adds atomically while its goroutines run, and reads plainly when they
// have gone: Wait orders the two.
func sum(parts []int64) int64 {
	var total int64
	var wg sync.WaitGroup
	for _, n := range parts {
		wg.Add(1)
		go func() {
			defer wg.Done()
			atomic.AddInt64(&total, n)
		}()
	}
	wg.Wait()
	return total
}

// squares gives each goroutine an element of its own.
func squares(n int) []int {
	result := make([]int, n)
	var wg sync.WaitGroup
	for i := range result {
		wg.Add(1)
		go func() {
			defer wg.Done()
			result[i] = i * i
		}()
	}
	wg.Wait()
	return result
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
	wg.Wait()
	fmt.Println("open:", p.isOpen())
	fmt.Println("hits:", p.hits.Load())
	fmt.Println("sum: ", sum([]int64{1, 2, 3, 4}))
	fmt.Println("squares:", squares(5))
}
