// Package lockstate has functions whose lock states a probe reports: each
// acquisition, release and wait, the loops that come round with a lock, and
// what there is to say of the ways in which functions end.
package lockstate

import (
	"errors"
	"os"
	"runtime"
	"sync"
)

type store struct {
	mu    sync.Mutex
	rw    sync.RWMutex
	ready *sync.Cond
	n     int
	done  bool
}

func newStore() *store {
	s := new(store)
	s.ready = sync.NewCond(&s.mu)
	return s
}

func straight(s *store) {
	s.mu.Lock() // want "^acquire s.mu$" "^section released 1 open 0$"
	s.n++
	s.mu.Unlock() // want "^release s.mu held$"
}

func deferred(s *store) {
	s.mu.Lock()         // want "^acquire s.mu$"
	defer s.mu.Unlock() // want "^release s.mu deferred held$"
	s.n++
}

func early(s *store) error {
	s.mu.Lock() // want "^acquire s.mu$" "^section released 1 open 1$"
	if s.n > 0 {
		return errors.New("early") // want "^return -1 held s.mu always$"
	}
	s.mu.Unlock() // want "^release s.mu held$"
	return nil    // want "^return 1 released s.mu$"
}

func correlated(s *store, lock bool) {
	if lock {
		s.mu.Lock() // want "^acquire s.mu$"
	}
	s.n++
	if lock {
		s.mu.Unlock() // want "^release s.mu held$"
	}
}

func uncorrelated(s *store, lock bool) {
	if lock {
		s.mu.Lock() // want "^acquire s.mu$"
	}
	if s.n > 0 {
		s.mu.Unlock() // want "^release s.mu held 1 of 2$"
	}
} // want "^return held s.mu$" "^return$" "^return released s.mu$"

func wrongMode(s *store) int {
	s.rw.RLock()        // want "^acquire s.rw read$"
	defer s.rw.Unlock() // want "^release s.rw deferred wrong$"
	return s.n
}

func twice(s *store) {
	s.mu.Lock() // want "^acquire s.mu$"
	if s.n > 0 {
		s.mu.Unlock() // want "^release s.mu held$"
	}
	s.mu.Unlock() // want "^release s.mu held 1 of 2 free 1 of 2$"
}

func again(s *store) {
	s.mu.Lock()   // want "^acquire s.mu$"
	s.locked()    // want "^acquire s.mu via s.locked conflicts$"
	s.mu.Unlock() // want "^release s.mu held$"
}

func (s *store) locked() {
	s.mu.Lock()   // want "^acquire s.mu$" "^section released 1 open 0$"
	s.mu.Unlock() // want "^release s.mu held$"
}

func maybeAgain(s *store, lock bool) {
	if lock {
		s.mu.Lock() // want "^acquire s.mu$"
	}
	s.mu.Lock()   // want "^acquire s.mu conflicts 1 of 2$"
	s.mu.Unlock() // want "^release s.mu held$"
}

func try(s *store) bool {
	if !s.mu.TryLock() {
		return false // want "^return -1$"
	}
	return true // want "^return 1 held s.mu always$"
}

func unlock(s *store) { s.mu.Unlock() } // want "^release s.mu$"

func await(s *store) {
	s.mu.Lock()         // want "^acquire s.mu$"
	defer s.mu.Unlock() // want "^release s.mu deferred held$"
	for !s.done {
		s.ready.Wait() // want "^wait for s.ready with s.mu, rechecked$"
	}
}

func awaitOnce(s *store) {
	if !s.done {
		s.ready.Wait() // want "^wait for s.ready with s.mu unknown, not rechecked$"
	}
	s.mu.Lock()    // want "^acquire s.mu$" "^section released 1 open 0$"
	s.mu.Unlock()  // want "^release s.mu held$"
	s.ready.Wait() // want "^wait for s.ready with s.mu free, not rechecked$"
}

func forward(s *store) { s.ready.Wait() } // want "^wait for s.ready with s.mu unknown, forwarded$"

func lap(s *store, n int) {
	for range n {
		s.mu.Lock() // want "^acquire s.mu conflicts 1 of 2$" "^lap s.mu$"
	}
} // want "^return$" "^return held s.mu$"

// lapVaries comes round with the lock of the last turn, and then with those of
// the turns before it, too.
func lapVaries(all []store) {
	for i := range all {
		all[i].mu.Lock() // want "^acquire all.i..mu$" "^lap all.i..mu varies$" "^lap all.i..mu$"
	}
} // want "^return$" "^return held all.i..mu$" "^return held all.i..mu held all.i..mu$"

func ends(s *store) {
	s.mu.Lock() // want "^acquire s.mu$" "^section released 1 open 1$"
	if s.n > 2 {
		runtime.Goexit() // want "^goexit held s.mu always$"
	}
	if s.n > 1 {
		os.Exit(1)
	}
	if s.n > 0 {
		panic("full") // want "^panic held s.mu always$"
	}
	s.mu.Unlock() // want "^release s.mu held$"
}

func recovers(s *store) {
	defer func() { recover() }()
	s.mu.Lock() // want "^acquire s.mu$" "^section released 1 open 1$" "^panics in section$"
	if s.n > 0 {
		panic("full") // want "^recovered held s.mu always$"
	}
	s.mu.Unlock() // want "^release s.mu held$"
}

func released(s *store) func() {
	s.mu.Lock()        // want "^acquire s.mu$"
	return s.mu.Unlock // want "^return 1 returned s.mu$"
}

func made() *store {
	s := newStore()
	s.mu.Lock() // want "^acquire s.mu$"
	return s    // want "^return 1 returned s.mu$"
}

func handed(s *store, todo chan func()) {
	s.mu.Lock()                      // want "^acquire s.mu$"
	todo <- func() { s.mu.Unlock() } // want "^release s.mu$"
} // want "^return handed s.mu$"

func unused(s *store) { // want "^unused release of s.mu$"
	s.mu.Lock()                  // want "^acquire s.mu$"
	_ = func() { s.mu.Unlock() } // want "^release s.mu$"
} // want "^return held s.mu always$"
