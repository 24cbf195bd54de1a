// Row 5, mutual exclusion, the wrong way.
//
// A lock encloses the critical section: all the steps that belong together, and
// nobody else's steps between them. A section that ends before the work is done
// encloses nothing, though every line of it looks locked.
//
// Run it: it should print a balance of 0 after as many deposits as withdrawals.
// It mostly prints another balance, each time a new one. The race detector sees
// nothing wrong with add: each access of it is locked.
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

// get and set are locked, each for itself.
func (a *account) get() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.balance
}

func (a *account) set(n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.balance = n
}

// add reads in one section and writes in another. Between the two the balance
// may change, and that change is lost.
func (a *account) add(n int) {
	balance := a.get()
	a.set(balance + n) // wrong: balance may be old by now
}

// note ends its section one line too early.
func (a *account) note(n int) {
	a.mu.Lock()
	a.reports["notes"]++
	a.mu.Unlock()
	a.last = n // wrong: outside of the section
}

// lastNote locks as it should, which does not help against note.
func (a *account) lastNote() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.last
}

// clear is right.
func (a *account) clear() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.last = 0
	clear(a.reports)
}

// report looks in one section and writes in another: two goroutines may both
// find that nothing is there, and both write.
func (a *account) report(name string) {
	a.mu.Lock()
	_, ok := a.reports[name]
	a.mu.Unlock()
	if !ok {
		a.mu.Lock()
		a.written++
		a.reports[name] = a.written // wrong: another goroutine may have been faster
		a.mu.Unlock()
	}
}

func main() {
	a := &account{reports: make(map[string]int)}
	a.clear()
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			a.report("weekly")
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
