package guardedby

import (
	"errors"
	"sync"
)

// Declared guards need no evidence: one access is enough.

type trailing struct {
	mu sync.Mutex
	n  int // guarded by mu
	m  int // read by everyone
}

// Get breaks what the comment says.
func (t *trailing) Get() int {
	return t.n + t.m // want `t.n is read without t.mu, which guards it \(declared on line \d+\)`
}

type leading struct {
	mu sync.RWMutex

	// state is the state of the leader. It is protected by l.mu.
	state int

	// terms counts; protected by the `mu` lock.
	terms int
}

// Next has the read lock.
func (l *leading) Next() {
	l.mu.RLock()
	defer l.mu.RUnlock()
	l.state++ // want `l.state is written while l.mu is only read-locked, and it guards l.state \(declared on line \d+\)`
}

// Term has none.
func (l *leading) Term() int {
	return l.terms // want `l.terms is read without l.mu, which guards it \(declared on line \d+\)`
}

type hat struct {
	name string

	mu sync.Mutex // protects the fields below
	a  int
	b  int
}

// Name stands above the mutex.
func (h *hat) Name() string { return h.name }

// A reads what stands below it.
func (h *hat) A() int {
	return h.a // want `h.a is read without h.mu, which guards it \(declared on line \d+\)`
}

// B writes it.
func (h *hat) B(b int) {
	h.b = b // want `h.b is written without h.mu, which guards it \(declared on line \d+\)`
}

type named struct {
	// mu guards x and y.
	mu sync.Mutex
	x  int
	y  int
	z  int
}

// Sum reads z without need and y without the lock.
func (n *named) Sum() int {
	s := n.z
	return s + n.y // want `n.y is read without n.mu, which guards it \(declared on line \d+\)`
}

// whole says it for all: all fields are guarded by mu.
type whole struct {
	mu sync.Mutex
	a  int
	b  string
}

// SetB does not.
func (w *whole) SetB(b string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.b = b
}

// B forgets.
func (w *whole) B() string {
	return w.b // want `w.b is read without w.mu, which guards it \(declared on line \d+\)`
}

var (
	poolMu sync.Mutex
	// spare is guarded by poolMu.
	spare []int
)

// Spare reads.
func Spare() int {
	return len(spare) // want `spare is read without poolMu, which guards it \(declared on line \d+\)`
}

// The constructor of a type with declared guards needs no lock either.
func newWhole() *whole {
	w := &whole{a: 1}
	w.b = "b"
	w.reset()
	return w
}

// reset is called on new objects, and by Reset under the lock.
func (w *whole) reset() { w.a = 0 }

// Reset locks.
func (w *whole) Reset() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.reset()
}

// Prose that names no lock, or says the contrary, declares nothing.
type prose struct {
	mu sync.Mutex

	a int // protected by the TLS layer
	b int // not guarded by mu
	c int // no longer protected by mu
	d int // guarded by nosuch
	e int // guarded by the caller
}

// All reads them.
func (p *prose) All() int { return p.a + p.b + p.c + p.d + p.e }

// Preconditions: the function says what its callers must hold.
type journal struct {
	mu    sync.Mutex
	lines []string
	dirty bool
}

// flush writes the lines out. j.mu must be held.
func (j *journal) flush() {
	j.lines = nil
	j.dirty = false
}

// appendLocked has it in its name.
func (j *journal) appendLocked(s string) {
	j.lines = append(j.lines, s)
	j.dirty = true
}

// trim drops the oldest line.
// Lock should be held.
func (j *journal) trim() { j.lines = j.lines[1:] }

// rotate begins a new journal. The caller must hold j.mu.
func rotate(j *journal) error {
	if !j.dirty {
		return errors.New("clean")
	}
	j.flush()
	return nil
}

// Write does it right.
func (j *journal) Write(s string) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.appendLocked(s)
	j.trim()
	return rotate(j)
}

// Flush calls without the lock.
func (j *journal) Flush() {
	j.flush() // want `j.flush is called without j.mu, which its callers must hold \(declared on line \d+\)`
}

// Append too.
func (j *journal) Append(s string) {
	j.appendLocked(s) // want `j.appendLocked is called without j.mu, which its callers must hold`
}

// Trim holds it too briefly.
func (j *journal) Trim() {
	j.mu.Lock()
	j.dirty = true
	j.mu.Unlock()
	j.trim() // want `j.trim is called without j.mu, which its callers must hold \(declared on line \d+\)`
}

// Rotate calls a function, not a method.
func (j *journal) Rotate() error {
	return rotate(j) // want `rotate is called without j.mu, which its callers must hold \(declared on line \d+\)`
}

// Async starts it as a goroutine: nobody holds anything there.
func (j *journal) Async() {
	j.mu.Lock()
	defer j.mu.Unlock()
	go j.flush() // want `j.flush is called without j.mu, which its callers must hold \(declared on line \d+\)`
}

// bothLocked calls another of its kind.
func (j *journal) bothLocked() {
	j.appendLocked("")
	j.flush()
}

// Both locks for it.
func (j *journal) Both() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.bothLocked()
}

// newJournal calls them on a new object.
func newJournal() *journal {
	j := &journal{}
	j.appendLocked("begin")
	j.flush()
	return j
}

// isLocked asks; it needs no lock. The lock must not be held.
func (j *journal) isLocked() bool {
	if j.mu.TryLock() {
		j.mu.Unlock()
		return false
	}
	return true
}

// writeUnlocked is for callers without the lock.
func (j *journal) writeUnlocked(s string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, s)
}

// Ask calls both without the lock.
func (j *journal) Ask() {
	if !j.isLocked() {
		j.writeUnlocked("free")
	}
}

// A declared precondition of a read lock is met by either mode.
type index struct {
	mu sync.RWMutex
	m  map[string]int // guarded by mu
}

// lookup requires mu to be held for reading at least.
//
// +checklocksread:i.mu
func (i *index) lookup(k string) int { return i.m[k] }

// Get has the read lock.
func (i *index) Get(k string) int {
	i.mu.RLock()
	defer i.mu.RUnlock()
	return i.lookup(k)
}

// Inc has the lock.
func (i *index) Inc(k string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.m[k] = i.lookup(k) + 1
}

// Peek has none.
func (i *index) Peek(k string) int {
	return i.lookup(k) // want `i.lookup is called without i.mu, which its callers must hold \(declared on line \d+\)`
}

// A copier has options among what its lock protects.
type copier struct {
	mu sync.Mutex // protects the fields below
	// done counts.
	done  int
	check bool
}

func newCopier(check bool) *copier { return &copier{check: check} }

// Copy reads an option.
func (c *copier) Copy() {
	if c.check {
		c.done++ // want `c.done is written without c.mu, which guards it`
	}
}
