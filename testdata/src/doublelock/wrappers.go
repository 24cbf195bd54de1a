package doublelock

import "sync"

// The functions that use a mutex by shape stand before its methods: which lock
// Lock acquires does not depend on the order of the source.
type ledger struct {
	mu nested
	n  int
}

func (l *ledger) enter() { l.mu.Lock() }
func (l *ledger) leave() { l.mu.Unlock() }

func (l *ledger) add(n int) {
	l.enter()
	defer l.leave()
	l.n += n
}

func (l *ledger) addTwice(n int) {
	l.add(n)
	l.add(n)
}

func (l *ledger) addHeld(n int) {
	l.enter()
	defer l.leave()
	l.add(n) // want `l.add locks l.mu, which is already held \(locked on line \d+; l.add → l.enter locks it at wrappers.go:\d+\)`
}

// The release is handed to a callee as a function.
func (l *ledger) withUndo() {
	l.mu.Lock()
	u := undoWith(l.mu.Unlock)
	defer u.run()
	if l.n == 0 {
		return
	}
	u.run()
	l.add(1)
}

type undo struct{ funcs []func() }

func undoWith(f func()) *undo { return &undo{[]func(){f}} }

func (u *undo) run() {
	for _, f := range u.funcs {
		f()
	}
	u.funcs = nil
}

// nested forwards to a mutex that forwards to another one.
type nested struct{ m audited }

func (m *nested) Lock()   { m.m.Lock() }
func (m *nested) Unlock() { m.m.Unlock() }

type audited struct{ in sync.Mutex }

func (m *audited) Lock()   { m.in.Lock() }
func (m *audited) Unlock() { m.in.Unlock() }
