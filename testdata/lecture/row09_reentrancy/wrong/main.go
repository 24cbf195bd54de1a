// Row 9, reentrancy, the wrong way.
//
// A Go mutex does not know who holds it. A goroutine that locks it twice waits
// for itself. The second Lock is easily hidden in a method that is called with
// the lock held.
//
// Run it: Add holds the lock and calls Len, which wants it again. The runtime
// ends the program with "all goroutines are asleep - deadlock!".
package main

import (
	"fmt"
	"sync"
)

type list struct {
	mu    sync.Mutex
	items []string
}

// Len locks.
func (l *list) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.items)
}

// Add holds the lock while it calls Len.
func (l *list) Add(s string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.items = append(l.items, s)
	return l.Len() // wrong: Len locks l.mu again
}

type table struct {
	mu   sync.RWMutex
	rows map[string]int
}

// get makes a missing row. A read lock cannot be upgraded: Lock waits until all
// readers are gone, and one of them is the caller itself.
func (t *table) get(k string) int {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if _, ok := t.rows[k]; !ok {
		t.mu.Lock() // wrong: t.mu is read-locked by this goroutine
		t.rows[k] = len(t.rows)
		t.mu.Unlock()
	}
	return t.rows[k]
}

// both reads under a read lock that it already has. It works until a writer
// asks for the lock between the two: from then on new readers wait for the
// writer, and the writer waits for the first read lock.
func (t *table) both(k string) (int, int) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.rows[k], t.size() // wrong: size read-locks t.mu again
}

func (t *table) size() int {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return len(t.rows)
}

func main() {
	l := new(list)
	fmt.Println("length:", l.Add("a")) // waits for ever
	t := &table{rows: make(map[string]int)}
	fmt.Println(t.both("x"))
	fmt.Println(t.get("x"))
}
