// Row 6, locked here, not there, the right way.
//
// Every function that uses the data takes the lock, readers too; or it says that
// its callers have it, and they do. A comment at the mutex tells what it guards.
// Before an object is shared, and after all others have gone, no lock is needed.
package main

import (
	"fmt"
	"sync"
)

type shop struct {
	mu    sync.RWMutex // protects the fields below
	stock int
	sales int
	names map[int]string
}

// newShop needs no lock: nobody else knows the shop yet.
func newShop() *shop {
	s := &shop{names: make(map[int]string)}
	s.names[0] = "opening"
	return s
}

// deliver locks.
func (s *shop) deliver(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stock += n
	s.names[n] = "delivery"
}

// inventory reads, for which the read lock suffices.
func (s *shop) inventory() (stock, sales int) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.stock, s.sales
}

// sell locks once for both of its steps.
func (s *shop) sell() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stock--
	s.billLocked()
}

// billLocked writes the bill; s.mu must be held.
func (s *shop) billLocked() { s.sales++ }

// count locks though it only reads.
func (s *shop) count() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.names)
}

// rename starts a goroutine that takes the lock by itself.
func (s *shop) rename(n int, name string, wg *sync.WaitGroup) {
	wg.Add(1)
	go func() {
		defer wg.Done()
		s.mu.Lock()
		defer s.mu.Unlock()
		s.names[n] = name
	}()
}

func main() {
	s := newShop()
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
	fmt.Println("names:", s.count() > 0)
	wg.Wait()
	fmt.Println(s.inventory())
}
