// Package guardedby holds what the check guardedby must and must not report.
//
// Each case has a type of its own, so that the counts in the messages depend
// on nothing else. This file has the textbook cases: very little evidence, and
// no doubt.
package guardedby

import (
	"sync"
	"time"
)

type counter struct {
	mu sync.Mutex
	n  int
}

// Add is the only writer.
func (c *counter) Add() {
	c.mu.Lock()
	c.n++
	c.mu.Unlock()
}

// Value is the only reader, and locks nothing.
func (c *counter) Value() int {
	return c.n // want `c.n is read without c.mu, which guards it \(held at 1 of 2 accesses, e.g. line 21\)`
}

type account struct {
	mu      sync.Mutex
	balance int
}

// Deposit holds the lock to the end.
func (a *account) Deposit(n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.balance += n
}

// Balance reads under the lock.
func (a *account) Balance() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.balance
}

// Charge is the writer that forgot.
func (a *account) Charge(n int) {
	a.balance -= n // want `a.balance is written without a.mu, which guards it \(held at 2 of 3 accesses, e.g. line \d+\)`
}

type gauge struct {
	mu sync.RWMutex
	v  float64
}

// Set writes with the lock.
func (g *gauge) Set(v float64) {
	g.mu.Lock()
	g.v = v
	g.mu.Unlock()
}

// Get reads with the read lock, which suffices.
func (g *gauge) Get() float64 {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return g.v
}

// Reset writes with the read lock only: two of them may run at once.
func (g *gauge) Reset() {
	g.mu.RLock()
	defer g.mu.RUnlock()
	g.v = 0 // want `g.v is written while g.mu is only read-locked, and it guards g.v \(held at \d+ of 3 accesses, e.g. line \d+\)`
}

type early struct {
	mu    sync.Mutex
	items []string
	last  time.Time
}

// Put stays inside the section.
func (e *early) Put(s string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.items = append(e.items, s)
	e.last = time.Now()
}

// Push leaves the section one line too early.
func (e *early) Push(s string) {
	e.mu.Lock()
	e.items = append(e.items, s)
	e.mu.Unlock()
	e.last = time.Now() // want `e.last is written without e.mu, which guards it \(held at 1 of 2 accesses, e.g. line \d+\)`
}

// Size returns after the section what it should have read in it.
func (e *early) Size() int {
	e.mu.Lock()
	if len(e.items) == 0 {
		e.mu.Unlock()
		return 0
	}
	e.mu.Unlock()
	return len(e.items) // want `e.items is read without e.mu, which guards it \(held at \d+ of \d+ accesses, e.g. line \d+\)`
}

type tally struct {
	mu sync.Mutex
	n  int
}

// Add, Sub, Set and Get hold the lock.
func (t *tally) Add() { t.mu.Lock(); t.n++; t.mu.Unlock() }

// Sub is the second of them.
func (t *tally) Sub() { t.mu.Lock(); t.n--; t.mu.Unlock() }

// Set is the third.
func (t *tally) Set(n int) { t.mu.Lock(); t.n = n; t.mu.Unlock() }

// Get is the fourth.
func (t *tally) Get() int { t.mu.Lock(); defer t.mu.Unlock(); return t.n }

// Clamp has two accesses without the lock and one report: the first.
func (t *tally) Clamp() {
	if t.n > 10 { // want `t.n is read without t.mu, which guards it \(held at 4 of 7 accesses, e.g. line \d+\)`
		t.n = 10
	}
}

// Double is another function and has a report of its own.
func (t *tally) Double() {
	t.n += 2 // want `t.n is written without t.mu, which guards it \(held at 4 of 7 accesses, e.g. line \d+\)`
}
