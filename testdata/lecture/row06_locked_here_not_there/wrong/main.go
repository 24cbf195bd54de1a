// Row 6, locked here, not there, the wrong way.
//
// A lock stops only those who ask for it. If one function locks and another uses
// the same data without the lock, it is as if there were no lock at all.
//
// Run it: it should print a stock of 0 and 40000 sales. It prints another stock,
// because sell does not ask for the lock. It may print fewer sales, and it may end
// with "fatal error: concurrent map writes", because rename does not ask either.
package main

import (
	"fmt"
	"runtime"
	"sync"
)

type shop struct {
	mu    sync.RWMutex
	stock int
	sales int
	names map[int]string
}

// deliver locks.
func (s *shop) deliver(n int) {
	s.mu.Lock()
	s.stock += n
	s.names[n] = "delivery"
	s.mu.Unlock()
}

// inventory locks.
func (s *shop) inventory() (stock, sales int) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.stock, s.sales
}

// reset locks.
func (s *shop) reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sales = 0
	clear(s.names)
}

// sell does not lock, and loses what deliver adds meanwhile.
func (s *shop) sell() {
	stock := s.stock  // wrong: deliver and inventory hold s.mu
	runtime.Gosched() // any other goroutine may run here; this makes it likely
	s.stock = stock - 1
	s.bill()
}

// bill takes the read lock, which others may have at the same time: it is for
// those who only read.
func (s *shop) bill() {
	s.mu.RLock()
	defer s.mu.RUnlock()
	s.sales++ // wrong: written under a read lock
}

// count does not lock because it only reads; the map may change meanwhile.
func (s *shop) count() int {
	return len(s.names) // wrong: a read needs the lock, too
}

// rename starts a goroutine while it holds the lock. The goroutine does not hold
// it.
func (s *shop) rename(n int, name string, wg *sync.WaitGroup) {
	s.mu.Lock()
	defer s.mu.Unlock()
	wg.Add(1)
	go func() {
		defer wg.Done()
		s.names[n] = name // wrong: the lock belongs to rename
	}()
}

func main() {
	s := &shop{names: make(map[int]string)}
	s.reset()
	var wg sync.WaitGroup
	for range 4 {
		wg.Add(2)
		go func() {
			defer wg.Done()
			for range 10000 {
				s.deliver(1)
			}
		}()
		go func() {
			defer wg.Done()
			for range 10000 {
				s.sell()
			}
		}()
	}
	s.rename(1, "first", &wg)
	fmt.Println("names:", s.count())
	wg.Wait()
	fmt.Println(s.inventory())
}
