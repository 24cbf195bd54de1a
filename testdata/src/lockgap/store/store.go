// Package store has methods that lock, for use by another package.
package store

import "sync"

// A Store is a map.
type Store struct {
	mu sync.Mutex
	m  map[string]int
}

// Has locks.
func (s *Store) Has(k string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.m[k]
	return ok
}

// Put locks and does not look.
func (s *Store) Put(k string, v int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.m[k] = v
}

// PutIfAbsent locks and looks.
func (s *Store) PutIfAbsent(k string, v int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.m[k]; !ok {
		s.m[k] = v
	}
}
