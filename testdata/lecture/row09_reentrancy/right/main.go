// Row 9, reentrancy, the right way.
//
// What is needed with the lock held is a method of its own, which does not
// lock; its name ends in Locked to tell that its caller must have the lock.
// The exported method locks and calls it.
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
	return l.lenLocked()
}

// lenLocked returns the length; l.mu must be held.
func (l *list) lenLocked() int { return len(l.items) }

// Add holds the lock and calls what needs it.
func (l *list) Add(s string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.items = append(l.items, s)
	return l.lenLocked()
}

// Replace ends its section before it calls a method that locks.
func (l *list) Replace(items ...string) int {
	l.mu.Lock()
	l.items = items
	l.mu.Unlock()
	return l.Len()
}

type table struct {
	mu   sync.RWMutex
	rows map[string]int
}

// get gives the read lock back before it takes the write lock, and looks again:
// another goroutine may have made the row in between.
func (t *table) get(k string) int {
	t.mu.RLock()
	n, ok := t.rows[k]
	t.mu.RUnlock()
	if ok {
		return n
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, ok := t.rows[k]; !ok {
		t.rows[k] = len(t.rows)
	}
	return t.rows[k]
}

// both reads everything in one section.
func (t *table) both(k string) (int, int) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.rows[k], len(t.rows)
}

func main() {
	l := new(list)
	fmt.Println("length:", l.Add("a"))
	fmt.Println("length:", l.Replace("x", "y"))
	t := &table{rows: make(map[string]int)}
	fmt.Println(t.get("x"))
	fmt.Println(t.both("x"))
}
