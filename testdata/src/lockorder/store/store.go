// Package store has locks that other packages hold while they call it, and
// calls other packages with its own locks held.
package store

import "sync"

// A Store locks itself and then its log.
type Store struct {
	Mu  sync.Mutex
	Log *Log
	n   int
}

// A Log has a lock of its own.
type Log struct {
	Mu    sync.Mutex
	Lines int
}

// Add goes from the store to the log.
func (s *Store) Add() {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	s.Log.Mu.Lock()
	defer s.Log.Mu.Unlock()
	s.n++
	s.Log.Lines++
}

// A Table has a lock without a name outside, and an index below it.
type Table struct {
	mu    sync.Mutex
	index *Index
	n     int
}

// An Index is locked under the table.
type Index struct {
	mu sync.Mutex
	n  int
}

// NewTable makes both.
func NewTable() *Table { return &Table{index: &Index{}} }

// Insert locks the table and, below, the index.
func (t *Table) Insert() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.index.grow()
}

func (x *Index) grow() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.n++
}

// Len locks the table.
func (t *Table) Len() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.n
}

// Index returns the table's.
func (t *Table) Index() *Index { return t.index }

// Each calls f with the index locked.
func (x *Index) Each(f func(int)) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for i := range x.n {
		f(i)
	}
}

// A List is locked while its callbacks run.
type List struct {
	mu    sync.Mutex
	items []string
}

// Each calls f under the lock.
func (l *List) Each(f func(string)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range l.items {
		f(s)
	}
}

// Add locks.
func (l *List) Add(s string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.items = append(l.items, s)
}

// An Upper and a Lower make a cycle here: it is reported here and by nobody who
// imports the package.
type Upper struct{ Mu sync.Mutex }

// A Lower is the other half.
type Lower struct{ Mu sync.Mutex }

// Down has the one order.
func Down(u *Upper, l *Lower) {
	u.Mu.Lock()
	defer u.Mu.Unlock()
	l.Mu.Lock()
	defer l.Mu.Unlock()
}

// Up has the other.
func Up(u *Upper, l *Lower) {
	l.Mu.Lock()
	defer l.Mu.Unlock()
	u.Mu.Lock() // want `u\.Mu is acquired while l\.Mu is held \(locked on line \d+\), but \S*Down \(store\.go:\d+\)`
	defer u.Mu.Unlock()
}

// The first of three locks in three packages.
type First struct{ mu sync.Mutex }

// A Second is locked under the first.
type Second struct{ Mu sync.Mutex }

// Step goes from the first to the second.
func (f *First) Step(s *Second) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s.Mu.Lock()
	defer s.Mu.Unlock()
}

// Touch locks the first.
func (f *First) Touch() {
	f.mu.Lock()
	f.mu.Unlock()
}

// What is declared here holds for those who import the package.

//concurlint:order Rack.Mu < Slot.Mu

// A Rack comes before its slots.
type Rack struct{ Mu sync.Mutex }

// A Slot comes after.
type Slot struct{ Mu sync.Mutex }

// GateMu is locked around the two below.
var GateMu sync.Mutex

// A Gated pair is locked in both orders, with GateMu held.
type Gated struct{ A, B sync.Mutex }

// AB has the gate.
func (g *Gated) AB() {
	GateMu.Lock()
	defer GateMu.Unlock()
	g.A.Lock()
	defer g.A.Unlock()
	g.B.Lock()
	defer g.B.Unlock()
}

// A Settings has a lock that is never written.
type Settings struct {
	Mu sync.RWMutex
	N  int
}

// A Plug calls what others have implemented.
type Plug interface{ Drop() }

// A Socket holds its lock while it calls the plug.
type Socket struct {
	mu   sync.Mutex
	plug Plug
}

// Set stores the plug.
func (s *Socket) Set(p Plug) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.plug = p
}

// Drop calls it.
func (s *Socket) Drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.plug.Drop()
}
