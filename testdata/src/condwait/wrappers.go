package condwait

import (
	"context"
	"sync"

	"condwait/store"
)

// block only forwards: its callers loop.
func (q *queue) block() { q.cond.Wait() }

func (q *queue) callBlock() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.empty() {
		q.block()
	}
}

// blockCounted does a little more than forward; its callers loop.
func (q *queue) blockCounted() {
	q.idle++
	q.cond.Wait()
	q.idle--
}

func (q *queue) callBlockCounted() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.empty() {
		q.blockCounted()
	}
}

// signal is a type of its own that forwards.
type signal struct{ c *sync.Cond }

// Wait forwards.
func (s signal) Wait() { s.c.Wait() }

// Signal forwards.
func (s signal) Signal() { s.c.Signal() }

// An interface of waiting things.
type waiter interface{ Wait() }

// Wait through an interface is nobody's Cond.Wait.
func waitFor(w waiter) { w.Wait() }

// A WaitGroup has a Wait too.
func waitGroup(wg *sync.WaitGroup) { wg.Wait() }

// contextCond waits with a context: the caller holds the lock, and one
// goroutine waits in its name (loki).
type contextCond struct{ *sync.Cond }

// Wait waits until the condition is signalled or ctx is done.
func (c contextCond) Wait(ctx context.Context) {
	woken := make(chan struct{})
	go func() {
		c.Cond.Wait()
		close(woken)
	}()
	select {
	case <-woken:
	case <-ctx.Done():
		c.L.Lock()
		c.Broadcast()
		c.L.Unlock()
		<-woken
	}
}

// The caller of contextCond loops.
type requests struct {
	mu   sync.Mutex
	cond contextCond
	n    int
}

func (r *requests) next(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.n == 0 && ctx.Err() == nil {
		r.cond.Wait(ctx)
	}
	return ctx.Err()
}

// The test is made by the wrapper's caller, which gets the answer.
func (q *queue) waitOnce() bool {
	if q.closed {
		return false
	}
	q.cond.Wait()
	return true
}

func (q *queue) callWaitOnce() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.empty() && q.waitOnce() {
	}
}

// Another package's condition is waited for in a loop.
func storeLoop(s *store.Store) {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	for s.N == 0 {
		s.Cond.Wait()
	}
}

// Another package's condition is waited for once.
func storeOnce(s *store.Store) {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	if s.N == 0 {
		s.Cond.Wait() // want `s.Cond.Wait is not in a loop that re-checks its condition`
	}
}

// Another package's condition, whose lock that package named.
func storeUnlocked(s *store.Store) {
	s.Mu.Lock()
	s.Mu.Unlock()
	for s.N == 0 {
		s.Cond.Wait() // want `s.Cond.Wait is called without holding s.(Mu|Cond.L)`
	}
}

// The condition's lock is a mutex by shape, which is the one it forwards to.
type audited struct{ in sync.Mutex }

func (m *audited) Lock()   { m.in.Lock() }
func (m *audited) Unlock() { m.in.Unlock() }

type sink struct {
	mu    audited
	ready sync.Cond
	full  bool
}

func newSink() *sink {
	s := new(sink)
	s.ready.L = &s.mu
	return s
}

func (s *sink) wait() {
	s.mu.Lock()
	for !s.full {
		s.ready.Wait()
	}
	s.mu.Unlock()
}

func (s *sink) waitUnlocked() {
	s.mu.Lock()
	full := s.full
	s.mu.Unlock()
	for full != s.full {
		s.ready.Wait() // want `s.ready.Wait is called without holding s.mu$`
	}
}
