package lockorder

import "sync"

// Types that wrap locks, and count or check something besides. Whatever has them as
// fields has locks of its own.

type handoff struct{ m sync.Mutex }

func (h *handoff) Lock()   { h.m.Lock() }
func (h *handoff) Unlock() { h.m.Unlock() }

type checked struct{ m handoff }

func (c *checked) Lock() {
	note(c)
	c.m.Lock()
}

func (c *checked) Unlock() {
	note(c)
	c.m.Unlock()
}

func note(any) {}

type received struct {
	mu   checked
	mail []string
}

type sent struct {
	mu   checked
	mail []string
}

type accounts struct {
	mu checked
	n  int
}

// One order, through three kinds of locks.
func (in *received) forward(out *sent) {
	in.mu.Lock()
	defer in.mu.Unlock()
	out.mu.Lock()
	out.mail = append(out.mail, in.mail...)
	out.mu.Unlock()
}

func (out *sent) book(l *accounts) {
	out.mu.Lock()
	defer out.mu.Unlock()
	l.mu.Lock()
	l.n += len(out.mail)
	l.mu.Unlock()
}

type upper struct{ mu checked }

type lower struct{ mu checked }

func (l *upper) toLower(r *lower) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r.mu.Lock()
	r.mu.Unlock()
}

func (r *lower) toUpper(l *upper) {
	r.mu.Lock()
	defer r.mu.Unlock()
	l.mu.Lock() // want `l.mu.Lock acquires l.mu \(l.mu.Lock, wrapped.go:\d+\) while r.mu is held \(locked on line \d+\), but upper.toLower \(wrapped.go:\d+\) acquires them in the other order`
	l.mu.Unlock()
}
