package spin_test

import (
	"sync"
	"testing"

	"unlockunheld/spin"
)

// It is to panic.
func TestMisuse(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	var l spin.Lock
	l.Lock()
	l.Unlock()
	l.Unlock()
}

// Other locks are not on trial.
func TestOther(t *testing.T) {
	var mu sync.Mutex
	mu.Lock()
	mu.Unlock()
	mu.Unlock() // want `mu is unlocked here, but it is not held \(unlocked on line \d+\)`
}
