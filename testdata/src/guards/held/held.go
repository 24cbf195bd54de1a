// Package held has helpers, and those who call them.
package held

import "sync"

type server struct {
	mu    sync.Mutex
	state sync.RWMutex
	n     int
}

func (s *server) Do() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.always()
	s.sometimes()
	s.state.Lock()
	s.shared()
	s.state.Unlock()
	s.spawned()
	func() { // want "^mu$"
		s.n++
	}()
}

func (s *server) Also() {
	s.mu.Lock()
	s.always()
	s.state.RLock()
	s.shared()
	s.state.RUnlock()
	s.mu.Unlock()
	s.sometimes()
	go s.spawned()
}

func (s *server) always() { s.below() } // want "^mu$"

func (s *server) below() { s.n++ } // want "^mu$"

func (s *server) sometimes() { s.n++ }

func (s *server) shared() { s.n++ } // want "^mu, state read$"

func (s *server) spawned() { s.n++ }

// New calls helpers for an object that nobody else has.
func New() *server {
	s := new(server)
	s.always()
	s.made()
	return s
}

func (s *server) made() { s.n++ }

// Required is called by nobody here. The caller must hold s.mu.
func (s *server) Required() { s.n++ } // want "^mu$"

var mu sync.Mutex

func (s *server) WithGlobal() {
	mu.Lock()
	defer mu.Unlock()
	s.underGlobal()
}

func (s *server) underGlobal() { s.n++ } // want "^mu$"

// Other calls other with a lock that this has no name for.
func (s *server) Other(t *server) {
	s.state.Lock()
	defer s.state.Unlock()
	t.other()
}

func (s *server) other() { s.n++ } // want "^state$"
