// Package store exports lock helpers.
package store

import "sync"

// Mu is an exported package lock.
var Mu sync.Mutex

// Store has an exported and an unexported lock.
type Store struct {
	Mu sync.RWMutex
	mu sync.Mutex
	n  int
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

// LockRead read-locks.
func (s *Store) LockRead() { s.Mu.RLock() }

// LockGlobal locks Mu.
func LockGlobal() { Mu.Lock() }
