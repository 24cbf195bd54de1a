// Package web has sections in HTTP handlers, whose server recovers.
package web

import (
	"io"
	"net/http"
	"sync"
)

type server struct {
	mu     sync.Mutex
	render func(io.Writer) error
	hits   map[string]int
}

// The server recovers the panic of a handler and goes on with the lock held.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock() // want `a panic in s.render \(line \d+\) would leave s.mu locked: defer s.mu.Unlock\(\)`
	s.render(w)
	s.mu.Unlock()
}

// A function with a handler's signature.
func (s *server) index(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock() // want `a panic in w.Write \(line \d+\) would leave s.mu locked: defer s.mu.Unlock\(\)`
	s.hits[r.URL.Path]++
	w.Write([]byte("index"))
	s.mu.Unlock()
}

// Deferred.
func (s *server) about(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.render(w)
}

// A straight section that calls nobody.
func (s *server) count(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	n := s.hits[r.URL.Path]
	s.mu.Unlock()
	if n == 0 {
		http.NotFound(w, r)
	}
}
