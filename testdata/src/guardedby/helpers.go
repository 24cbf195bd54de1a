package guardedby

import "sync"

// Helpers inherit the locks that all their callers hold. A helper that is
// called with and without the lock is reported where it is called without.

type ledger struct {
	mu   sync.Mutex
	sum  int
	rows []int
	open bool
}

// add is called with the lock, always.
func (l *ledger) add(v int) {
	l.rows = append(l.rows, v)
	l.sum += v
	l.check()
}

// check is one call further down.
func (l *ledger) check() bool { return l.sum >= 0 }

// Add locks for add.
func (l *ledger) Add(v int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.add(v)
}

// AddAll locks once for many.
func (l *ledger) AddAll(vs ...int) {
	l.mu.Lock()
	for _, v := range vs {
		l.add(v)
	}
	l.mu.Unlock()
}

// grow calls itself; its caller from outside holds the lock.
func (l *ledger) grow(n int) {
	if n > 0 {
		l.rows = append(l.rows, 0)
		l.grow(n - 1)
	}
}

// Grow locks for grow.
func (l *ledger) Grow(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.grow(n)
}

// even and odd call each other; both have the lock of their first caller.
func (l *ledger) even(n int) bool {
	l.open = true
	return n == 0 || l.odd(n-1)
}

func (l *ledger) odd(n int) bool {
	l.open = false
	return n != 0 && l.even(n-1)
}

// Even locks for both.
func (l *ledger) Even(n int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.even(n)
}

// rowsOf is a function, not a method, and always has its caller's lock.
func rowsOf(l *ledger) int { return len(l.rows) }

// Rows locks for rowsOf.
func (l *ledger) Rows() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return rowsOf(l)
}

type sizes struct {
	mu sync.Mutex
	n  int
}

// size is called with the lock by some, without it by others.
func (s *sizes) size() int { return s.n }

// Inc locks.
func (s *sizes) Inc() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n++
	if s.size() > 10 {
		s.n = 0
	}
}

// Full locks.
func (s *sizes) Full() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.size() == 10
}

// Size does not.
func (s *sizes) Size() int {
	return s.size() // want `s.size is called without s.mu, but it reads s.n, which s.mu guards \(line \d+; held at \d+ of \d+ accesses, e.g. line \d+\)`
}

type deep struct {
	mu sync.Mutex
	m  map[string]int
}

// put is two calls below the one that forgot.
func (d *deep) put(k string) { d.m[k]++ }

func (d *deep) putTwice(k string) {
	d.put(k)
	d.put(k)
}

// Put locks.
func (d *deep) Put(k string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.putTwice(k)
}

// PutAll locks and unlocks too early for the last call.
func (d *deep) PutAll(ks []string) {
	d.mu.Lock()
	for _, k := range ks {
		d.putTwice(k)
	}
	d.mu.Unlock()
	d.putTwice("all") // want `d.putTwice is called without d.mu, but it writes d.m, which d.mu guards \(line \d+; held at \d+ of \d+ accesses, e.g. line \d+\)`
}

type level struct {
	mu sync.RWMutex
	v  int
}

// set writes, so a read lock is not enough for its callers.
func (l *level) set(v int) { l.v = v }

// Set has the lock.
func (l *level) Set(v int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.set(v)
}

// Get has the read lock, which is enough to read.
func (l *level) Get() int {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.v
}

// Update has the read lock only, and writes through the helper (thanos).
func (l *level) Update(v int) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	l.set(v) // want `l.set is called (without l.mu|while l.mu is only read-locked), but it writes l.v, which l.mu guards`
}

type bare struct {
	mu sync.Mutex
	n  int
}

// bump never has a lock: no caller holds one.
func (b *bare) bump() {
	b.n++ // want `b.n is written without b.mu, which guards it \(held at 2 of 3 accesses, e.g. line \d+\)`
}

// Bump is the only caller.
func (b *bare) Bump() { b.bump() }

// Get locks, as does Set.
func (b *bare) Get() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.n
}

// Set locks.
func (b *bare) Set(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.n = n
}

// Lock helpers of its own.
type wrapped struct {
	mu sync.RWMutex
	n  int
}

func (w *wrapped) lock()    { w.mu.Lock() }
func (w *wrapped) unlock()  { w.mu.Unlock() }
func (w *wrapped) rlock()   { w.mu.RLock() }
func (w *wrapped) runlock() { w.mu.RUnlock() }

// hold returns what releases.
func (w *wrapped) hold() func() {
	w.mu.Lock()
	return w.mu.Unlock
}

// Inc goes through them.
func (w *wrapped) Inc() {
	w.lock()
	w.n++
	w.unlock()
}

// Dec releases by what it was given.
func (w *wrapped) Dec() {
	defer w.hold()()
	w.n--
}

// Get reads.
func (w *wrapped) Get() int {
	w.rlock()
	defer w.runlock()
	return w.n
}

// Set has the wrong one of them.
func (w *wrapped) Set(n int) {
	w.rlock()
	w.n = n // want `w.n is written while w.mu is only read-locked, and it guards w.n`
	w.runlock()
}

// Last releases through the helper, then reads.
func (w *wrapped) Last() int {
	w.lock()
	w.unlock()
	return w.n // want `w.n is read without w.mu, which guards it`
}

// TryLock, an alias, a conditional lock: whatever way it is held, it is held.
type ways struct {
	mu sync.Mutex
	n  int
}

// Try writes where it has succeeded.
func (w *ways) Try() bool {
	if !w.mu.TryLock() {
		return false
	}
	defer w.mu.Unlock()
	w.n++
	return true
}

// Alias locks under another name.
func (w *ways) Alias() {
	mu := &w.mu
	mu.Lock()
	defer mu.Unlock()
	w.n++
}

// Maybe is told whether its caller has the lock.
func (w *ways) Maybe(locked bool) {
	if !locked {
		w.mu.Lock()
		defer w.mu.Unlock()
	}
	w.n++
}

// TryFail writes where it has failed.
func (w *ways) TryFail() {
	if w.mu.TryLock() {
		w.n++
		w.mu.Unlock()
		return
	}
	w.n = 0 // want `w.n is written without w.mu, which guards it`
}

// Gap gives the lock away for the slow part, and writes in the gap.
func (w *ways) Gap(slow func() int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.n = 0
	w.mu.Unlock()
	w.n = slow() // want `w.n is written without w.mu, which guards it`
	w.mu.Lock()
}

// Loop opens and closes the section in each turn, and leaves it for the call.
func (w *ways) Loop(f func(int)) {
	for {
		w.mu.Lock()
		if w.n == 0 {
			w.mu.Unlock()
			return
		}
		w.n--
		n := w.n
		w.mu.Unlock()
		f(n)
	}
}
