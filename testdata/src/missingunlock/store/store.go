// Package store exports locks and helpers of another package.
package store

import (
	"errors"
	"os"
	"sync"
)

// ErrBusy is returned by Acquire.
var ErrBusy = errors.New("busy")

// Mu is an exported package lock.
var Mu sync.Mutex

// Store has an exported and an unexported lock.
type Store struct {
	Mu   sync.RWMutex
	mu   sync.Mutex
	n    int
	Busy bool
}

// LockStore locks.
func (s *Store) LockStore() { s.mu.Lock() }

// UnlockStore unlocks.
func (s *Store) UnlockStore() { s.mu.Unlock() }

// SetAndUnlock sets and unlocks.
func (s *Store) SetAndUnlock(n int) {
	s.n = n
	s.mu.Unlock()
}

// Acquire locks unless it fails.
func (s *Store) Acquire() error {
	s.mu.Lock()
	if s.Busy {
		s.mu.Unlock()
		return ErrBusy
	}
	return nil
}

// Scope locks and returns the release.
func (s *Store) Scope() func() {
	s.mu.Lock()
	return s.mu.Unlock
}

// LockGlobal locks Mu.
func LockGlobal() { Mu.Lock() }

// UnlockGlobal unlocks Mu.
func UnlockGlobal() { Mu.Unlock() }

// Die never returns.
func Die() { os.Exit(2) }

// Leaky returns with the lock.
func (s *Store) Leaky() bool {
	s.mu.Lock()
	if s.Busy {
		return false // want `returning with s.mu locked \(locked on line \d+`
	}
	s.mu.Unlock()
	return true
}

// Cell is generic.
type Cell[T any] struct {
	mu sync.Mutex
	V  T
}

// Lock locks.
func (c *Cell[T]) Lock() { c.mu.Lock() }

// Unlock unlocks.
func (c *Cell[T]) Unlock() { c.mu.Unlock() }
