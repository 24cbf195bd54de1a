// Package store exports a condition.
package store

import "sync"

// Store announces that N has changed by Cond.
type Store struct {
	Mu   sync.Mutex
	Cond *sync.Cond
	N    int
}

// New returns a store.
func New() *Store {
	s := new(Store)
	s.Cond = sync.NewCond(&s.Mu)
	return s
}

// Set changes N.
func (s *Store) Set(n int) {
	s.Mu.Lock()
	s.N = n
	s.Mu.Unlock()
	s.Cond.Broadcast()
}

// Await forwards.
func (s *Store) Await() { s.Cond.Wait() }
