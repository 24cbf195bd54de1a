// Package store is imported by package guards, which sees its facts.
package store

import (
	"sync"
	"sync/atomic"
)

// A Store has locks that other packages can name, and one that they cannot.
type Store struct {
	Mu sync.RWMutex
	N  int // want N:"^guarded by Mu$"
	n  int

	Hits int64 // want Hits:"^atomic$"

	mu   sync.Mutex
	Name string // guarded by mu // want Name:"^guarded by mu$"
	// Size is guarded by Mu for writing.
	Size int // want Size:"^guarded by Mu$"
	// Depth is guarded by Mu for writing.
	Depth int // want Depth:"^guarded by Mu$"

	// Unused is guarded by Mu.
	Unused int // want Unused:"^guarded by Mu$"

	Free int
}

var (
	Mu    sync.Mutex
	Count int // want Count:"^guarded by Mu$"
)

func (s *Store) Add() {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	s.N++
	s.n++
}

func (s *Store) Len() int {
	s.Mu.RLock()
	defer s.Mu.RUnlock()
	return s.N + s.n
}

func (s *Store) Deepen() {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	s.Depth++
}

func (s *Store) Hit() { atomic.AddInt64(&s.Hits, 1) }

func (s *Store) Rename(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Name = name
}

func (s *Store) Reset() {
	s.Free = 0
	Mu.Lock()
	defer Mu.Unlock()
	Count = 0
}

func (s *Store) Counted() int {
	Mu.Lock()
	defer Mu.Unlock()
	return Count + s.Free
}

// Flush writes. The caller must hold s.Mu.
func (s *Store) Flush() { s.N = 0 } // want Flush:"^requires p0.Mu$"

// Sum reads. The caller must hold s.Mu for reading.
func (s *Store) Sum() int { return s.n } // want Sum:"^requires p0.Mu$"

// Move writes both. The caller must hold s.Mu and t.Mu.
func (s *Store) Move(t *Store) { s.n, t.n = t.n, s.n } // want Move:"^requires p0.Mu, p1.Mu$"

// CountLocked counts. Mu must be held.
func CountLocked(s *Store) { Count++ } // want CountLocked:"^requires p-1.Mu$"

// flush is like Flush. The caller must hold s.Mu.
func (s *Store) flush() { s.N = 0 }
