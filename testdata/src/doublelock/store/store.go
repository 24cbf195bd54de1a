// Package store exports locks and methods that lock.
package store

import "sync"

// Mu is an exported package lock.
var Mu sync.Mutex

// Bump locks Mu.
func Bump() {
	Mu.Lock()
	defer Mu.Unlock()
}

// Store locks itself.
type Store struct {
	Mu    sync.RWMutex
	mu    sync.Mutex
	n     int
	Hook  func()
	inner *Store
}

// Len locks.
func (s *Store) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.n
}

// LenLocked needs the lock.
func (s *Store) LenLocked() int { return s.n }

// Count locks two calls below.
func (s *Store) Count() int { return s.Len() }

// View read-locks.
func (s *Store) View() int {
	s.Mu.RLock()
	defer s.Mu.RUnlock()
	return s.n
}

// LockStore locks.
func (s *Store) LockStore() { s.mu.Lock() }

// UnlockStore unlocks.
func (s *Store) UnlockStore() { s.mu.Unlock() }

// Yield releases and retakes.
func (s *Store) Yield() {
	s.mu.Unlock()
	s.mu.Lock()
}

// Inner locks another store.
func (s *Store) Inner() int { return s.inner.Len() }

// Each calls back under the lock.
func (s *Store) Each(f func(int)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(s.n)
}

// Reset locks twice in its own package.
func (s *Store) Reset() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Len() // want `s.Len locks s.mu, which is already held \(locked on line \d+; s.Len locks it at store.go:\d+\)`
}

// Cell is generic.
type Cell[T any] struct {
	Mu sync.Mutex
	v  T
}

// Get locks.
func (c *Cell[T]) Get() T {
	c.Mu.Lock()
	defer c.Mu.Unlock()
	return c.v
}
