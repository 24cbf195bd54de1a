// Package store counts atomically in exported fields.
package store

import "sync/atomic"

// Stats is for other packages to read.
type Stats struct {
	N     int64
	Plain int64
	Mixed int64
}

// Add is atomic.
func (s *Stats) Add() { atomic.AddInt64(&s.N, 1) }

// AddPlain is not, and need not be.
func (s *Stats) AddPlain() { s.Plain++ }

// FN_Mixed cannot know what the packages above do.
func (s *Stats) FN_Mixed() int64 { return s.Mixed }

// Hits counts.
var Hits int64

// Hit is atomic.
func Hit() { atomic.AddInt64(&Hits, 1) }
