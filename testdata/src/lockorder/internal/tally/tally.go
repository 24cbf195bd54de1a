// Package tally has functions whose callers choose which of two objects is locked
// first. Nobody but the packages around it can call them, and they know.
package tally

import "sync"

// A Score is a sum.
type Score struct {
	mu  sync.Mutex
	sum int
}

// Add adds to s. Its callers only ever do so with a new s.
func (s *Score) Add(t *Score) {
	s.mu.Lock()
	t.mu.Lock()
	s.sum += t.sum
	t.mu.Unlock()
	s.mu.Unlock()
}

// Move has callers that exchange the two.
func Move(from, to *Score) {
	from.mu.Lock()
	defer from.mu.Unlock()
	to.mu.Lock()
	defer to.mu.Unlock()
	to.sum += from.sum
	from.sum = 0
}

// Swap is called here, both ways.
func Swap(a, b *Score) {
	a.mu.Lock()
	defer a.mu.Unlock()
	b.mu.Lock() // want `b\.mu is acquired while a\.mu is held \(locked on line \d+\): two goroutines that call Swap with the arguments exchanged`
	defer b.mu.Unlock()
	a.sum, b.sum = b.sum, a.sum
}

// A Game has two of them.
type Game struct{ Home, Away *Score }

// Turn exchanges the two.
func (g *Game) Turn(back bool) {
	if back {
		Swap(g.Away, g.Home)
		return
	}
	Swap(g.Home, g.Away)
}
