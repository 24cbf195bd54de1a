// Package spin is a lock of its own, with a test that misuses it.
package spin

import (
	"runtime"
	"sync/atomic"
)

// A Lock is a spin lock.
type Lock struct{ held atomic.Bool }

// Lock locks l.
func (l *Lock) Lock() {
	for !l.held.CompareAndSwap(false, true) {
		runtime.Gosched()
	}
}

// Unlock unlocks l.
func (l *Lock) Unlock() {
	if !l.held.CompareAndSwap(true, false) {
		panic("unlock of unlocked lock")
	}
}
