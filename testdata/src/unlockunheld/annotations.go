package unlockunheld

import "sync"

type gate struct {
	mu   sync.Mutex
	open bool
}

// Annotations say that another function has locked it in the meantime.
func (g *gate) forced(lock func(*gate)) {
	g.mu.Lock()
	g.mu.Unlock()
	lock(g)
	g.mu.Unlock() // +checklocksforce: lock has locked it.
}

// +checklocksrelease:g.mu
func (g *gate) released(lock func(*gate)) {
	g.mu.Lock()
	g.mu.Unlock()
	g.mu.Unlock()
}

func (g *gate) unforced() {
	g.mu.Lock()
	g.mu.Unlock()
	g.mu.Unlock() // want `g.mu is unlocked here, but it is not held \(unlocked on line \d+\)`
}
