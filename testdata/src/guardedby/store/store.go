// Package store has fields and variables that other packages use.
package store

import "sync"

// A Store is locked by its users, too.
type Store struct {
	Mu sync.RWMutex
	N  int

	mu   sync.Mutex
	Name string // guarded by mu

	Kind string
}

// New makes a store that is not shared yet.
func New() *Store {
	s := &Store{Name: "new"}
	s.N = 1
	return s
}

// Add locks.
func (s *Store) Add() {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	s.N++
}

// Len read-locks.
func (s *Store) Len() int {
	s.Mu.RLock()
	defer s.Mu.RUnlock()
	return s.N
}

// FlushLocked flushes. s.Mu must be held.
func (s *Store) FlushLocked() { s.N = 0 }

// Lock locks what has no name outside.
func (s *Store) Lock() { s.mu.Lock() }

// Unlock unlocks it.
func (s *Store) Unlock() { s.mu.Unlock() }

var (
	// HitsMu guards Hits.
	HitsMu sync.Mutex
	Hits   int
)

// Hit locks.
func Hit() {
	HitsMu.Lock()
	Hits++
	HitsMu.Unlock()
}

// A Part shares the lock of what it is a part of.
type Part struct {
	Mu *sync.Mutex
	n  int
}

// NewPart returns a part of an object with the given lock.
func NewPart(mu *sync.Mutex) *Part { return &Part{Mu: mu} }

// GrowLocked grows. p.Mu must be held.
func (p *Part) GrowLocked() { p.n++ }

// Options are what to ask.
type Options struct {
	Existing func(name string) int
}

// Validate asks at once.
func Validate(name string, n int, opts *Options) bool { return opts.Existing(name)+n < 100 }

// Serve asks now and then.
func (o *Options) Serve() {
	go func() { o.Existing("") }()
}

// A Batch is a list of keys.
type Batch struct{ keys []string }

// A Deleter is told of keys.
type Deleter interface{ Delete(k string) }

// Replay tells d of the keys.
func (b *Batch) Replay(d Deleter) {
	for _, k := range b.keys {
		d.Delete(k)
	}
}
