package guardedby

import (
	"sync"

	"guardedby/store"
)

// Exported fields, variables and helpers of another package: what guards them
// is known from there.

// Count reads the exported field of another package's type.
func Count(s *store.Store) int {
	return s.N // want `s.N is read without s.Mu, which guards it`
}

// CountOK holds its exported lock.
func CountOK(s *store.Store) int {
	s.Mu.RLock()
	defer s.Mu.RUnlock()
	return s.N
}

// Bump holds it for reading only.
func Bump(s *store.Store) {
	s.Mu.RLock()
	defer s.Mu.RUnlock()
	s.N++ // want `s.N is written while s.Mu is only read-locked, and it guards s.N`
}

// Name reads what is declared to be guarded by a lock without a name here.
func Name(s *store.Store) string {
	return s.Name // want `s.Name is read without s.mu, which guards it`
}

// NameOK holds it by helpers.
func NameOK(s *store.Store) string {
	s.Lock()
	defer s.Unlock()
	return s.Name
}

// Free fields are free.
func Free(s *store.Store) string { return s.Kind }

// Hits reads a variable.
func StoreHits() int {
	return store.Hits // want `store.Hits is read without store.HitsMu, which guards it`
}

// HitsOK holds its lock.
func StoreHitsOK() int {
	store.HitsMu.Lock()
	defer store.HitsMu.Unlock()
	return store.Hits
}

// FlushBad forgets what the helper needs.
func FlushBad(s *store.Store) {
	s.FlushLocked() // want `s.FlushLocked is called without s.Mu, which its callers must hold`
}

// FlushOK holds it.
func FlushOK(s *store.Store) {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	s.FlushLocked()
}

// Fresh objects are ours, in whatever package they were made.
func Fresh() *store.Store {
	s := store.New()
	s.N = 3
	s.FlushLocked()
	lit := &store.Store{N: 1}
	lit.N = 2
	return s
}

// A type that embeds another package's store shares its fields and lock.
type wrappedStore struct{ *store.Store }

// Get reads a promoted field.
func (w wrappedStore) Get() int {
	return w.N // want `w.N is read without w(.Store)?.Mu, which guards it`
}

// GetOK holds the promoted lock.
func (w wrappedStore) GetOK() int {
	w.Mu.Lock()
	defer w.Mu.Unlock()
	return w.Store.N
}

// An assembly knows the lock of its part by another name.
type assembly struct {
	mu   sync.Mutex
	part *store.Part
}

func newAssembly() *assembly {
	w := new(assembly)
	w.part = store.NewPart(&w.mu)
	return w
}

func (w *assembly) Grow() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.part.GrowLocked()
}
