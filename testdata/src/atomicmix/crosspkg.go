package atomicmix

import (
	"sync/atomic"

	"atomicmix/store"
)

// Read reads plainly what its own package accesses atomically.
func Read(s *store.Stats) int64 {
	return s.N // want `s.N is read here without sync/atomic`
}

// ReadOK does it as the package does.
func ReadOK(s *store.Stats) int64 { return atomic.LoadInt64(&s.N) }

// Hits reads a variable of the package.
func Hits() int64 {
	return store.Hits // want `store.Hits is read here without sync/atomic`
}

// Fresh makes an object of its own.
func Fresh() *store.Stats {
	s := &store.Stats{N: 1}
	s.N = 2
	s.Plain++
	return s
}

// Plain is plain in both.
func Plain(s *store.Stats) int64 { return s.Plain }

// Mixed is atomic in this package and plain in the other, which cannot know.
func Mixed(s *store.Stats) { atomic.AddInt64(&s.Mixed, 1) }

// MixedHere is plain beside it.
func MixedHere(s *store.Stats) int64 {
	return s.Mixed // want `s.Mixed is read here without sync/atomic`
}
