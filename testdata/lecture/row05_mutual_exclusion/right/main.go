// Row 5, mutual exclusion, the right way.
//
// One section holds all that belongs together: the read, the decision and the
// write. Whoever comes meanwhile waits, and then sees the whole change.
package main

import (
	"fmt"
	"sync"
)

type account struct {
	mu      sync.Mutex
	balance int
	last    int
	reports map[string]int
	written int
}

// get reads in a section of its own, which is enough for who only looks.
func (a *account) get() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.balance
}

// add reads and writes in one section.
func (a *account) add(n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.balance += n
}

// note keeps the lock until all is written.
func (a *account) note(n int) {
	a.mu.Lock()
	a.reports["notes"]++
	a.last = n
	a.mu.Unlock()
}

// lastNote reads under the same lock.
func (a *account) lastNote() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.last
}

// report looks and writes in one section.
func (a *account) report(name string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, ok := a.reports[name]; !ok {
		a.written++
		a.reports[name] = a.written
	}
}

// slowReport does not want to hold the lock while it computes. It looks a second
// time before it writes.
func (a *account) slowReport(name string, compute func() int) {
	a.mu.Lock()
	_, ok := a.reports[name]
	a.mu.Unlock()
	if ok {
		return
	}
	n := compute()
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, ok := a.reports[name]; !ok {
		a.reports[name] = n
	}
}

func main() {
	a := &account{reports: make(map[string]int)}
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			a.report("weekly")
			a.slowReport("yearly", func() int { return 52 })
			for range 10000 {
				a.add(1 - i%2*2)
			}
			a.note(i)
		}()
	}
	wg.Wait()
	fmt.Println("balance:", a.get())
	fmt.Println("reports:", a.written, "last note:", a.lastNote())
}
