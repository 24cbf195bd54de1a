// Package mid has the edge in the middle of a cycle through three packages.
package mid

import (
	"sync"

	"lockorder/store"
)

// A Third is locked under the second.
type Third struct{ Mu sync.Mutex }

// Step goes from the second to the third.
func (t *Third) Step(s *store.Second) {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	t.Mu.Lock()
	defer t.Mu.Unlock()
}
