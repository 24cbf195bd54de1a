package doublelock

import (
	"sync"
	"testing"
)

type tried struct {
	mu sync.Mutex
	n  int
}

func (x *tried) len() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.n
}

// A test of a package that uses locks is not one of locks.
func TestLen(t *testing.T) {
	x := new(tried)
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.len() != 0 { // want `x\.len locks x\.mu, which is already held \(locked on line \d+; x\.len locks it at trial_test\.go:\d+\)`
		t.Error("wrong")
	}
}
