package guardedby

import (
	"sync"

	"guardedby/store"
)

// A pool asks another package to check something, with functions that it calls back
// while the pool holds its lock.
type txPool struct {
	mu      sync.Mutex
	pending map[string]int
	total   int
}

func (p *txPool) Add(name string, n int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.valid(name, n) {
		return false
	}
	p.pending[name] += n
	p.total += n
	return true
}

func (p *txPool) Total() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.total + p.pending[""]
}

func (p *txPool) valid(name string, n int) bool {
	opts := &store.Options{
		Existing: func(name string) int { return p.pending[name] + p.total },
	}
	return store.Validate(name, n, opts)
}

// Watch has no lock when it hands its function over.
func (p *txPool) Watch() {
	opts := &store.Options{
		Existing: func(name string) int {
			return p.total // want `p.total is read without p.mu, which guards it`
		},
	}
	store.Validate("", 0, opts)
}

// Serve calls a method of what it has filled, which calls back whenever it likes.
func (p *txPool) serve() {
	opts := &store.Options{
		Existing: func(name string) int {
			return p.pending[name] // want `p.pending is read without p.mu, which guards it`
		},
	}
	opts.Serve()
}

// Start serves.
func (p *txPool) Start() { p.serve() }
