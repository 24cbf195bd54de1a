// Package semleak holds the fixtures of the check.
package semleak

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"

	"golang.org/x/sync/semaphore"
)

func work() error { return nil }

var errFull = errors.New("full")

type pool struct {
	sem   *semaphore.Weighted
	slots chan struct{}
	n     int
}

func newPool(n int) *pool {
	return &pool{sem: semaphore.NewWeighted(int64(n)), slots: make(chan struct{}, n)}
}

func (p *pool) earlyReturn(ctx context.Context) error {
	if err := p.sem.Acquire(ctx, 1); err != nil {
		return err
	}
	if err := work(); err != nil {
		return err // want `returning without releasing p\.sem \(acquired on line 29, released on line 35 on another path\)`
	}
	p.sem.Release(1)
	return nil
}

func (p *pool) earlyReturnToken() error {
	p.slots <- struct{}{}
	if err := work(); err != nil {
		return err // want `returning without releasing p\.slots \(acquired on line 40, released on line 44 on another path\)`
	}
	<-p.slots
	return nil
}

func (p *pool) selected(ctx context.Context) error {
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	if p.n == 0 {
		return errFull // want `returning without releasing p\.slots \(acquired on line 50, released on line 57 on another path\)`
	}
	<-p.slots
	return nil
}

func (p *pool) noGoroutine(ctx context.Context, conn net.Conn) {
	p.slots <- struct{}{}
	if conn == nil {
		return // want `returning without releasing p\.slots \(acquired on line 62, left to other code on another path\)`
	}
	go func() {
		defer func() { <-p.slots }()
		work()
	}()
}

func (p *pool) goesOn(conns []net.Conn) {
	for _, c := range conns {
		p.slots <- struct{}{} // want `p\.slots is still acquired when the loop comes round to acquire it again \(released on line 79 on another path\)`
		if c == nil {
			continue
		}
		work()
		<-p.slots
	}
}

func (p *pool) try() bool {
	if !p.sem.TryAcquire(1) {
		return false
	}
	if p.n == 0 {
		p.n++
		return true // want `returning without releasing p\.sem \(acquired on line 84, released on line 91 on another path\)`
	}
	p.sem.Release(1)
	return true
}

func (p *pool) inside(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			p.slots <- struct{}{} // want `p\.slots is acquired inside the goroutine, so that it does not bound how many goroutines the loop starts \(line 101\): acquire it before the go statement`
			defer func() { <-p.slots }()
			c.Close()
		}()
	}
}

// Right.

func (p *pool) deferred(ctx context.Context) error {
	if err := p.sem.Acquire(ctx, 1); err != nil {
		return err
	}
	defer p.sem.Release(1)
	return work()
}

func (p *pool) deferredToken() error {
	p.slots <- struct{}{}
	defer func() { <-p.slots }()
	return work()
}

func (p *pool) before(l net.Listener) {
	for {
		p.slots <- struct{}{}
		c, err := l.Accept()
		if err != nil {
			<-p.slots
			return
		}
		go func() {
			defer func() { <-p.slots }()
			c.Close()
		}()
	}
}

// The goroutines are as many as the elements, and the semaphore says how many of
// them work.
func (p *pool) insideBounded(urls []string) {
	var wg sync.WaitGroup
	for range urls {
		wg.Add(1)
		go func() {
			defer wg.Done()
			p.slots <- struct{}{}
			defer func() { <-p.slots }()
			work()
		}()
	}
	wg.Wait()
}

// Acquiring all units waits for all goroutines.
func (p *pool) drain(ctx context.Context, urls []string) error {
	for range urls {
		if err := p.sem.Acquire(ctx, 1); err != nil {
			return err
		}
		go func() {
			defer p.sem.Release(1)
			work()
		}()
	}
	return p.sem.Acquire(ctx, int64(p.n))
}

func (p *pool) drainTokens(urls []string) {
	for range urls {
		p.slots <- struct{}{}
		go func() {
			work()
			<-p.slots
		}()
	}
	for range cap(p.slots) {
		p.slots <- struct{}{}
	}
}

func (p *pool) acquire(ctx context.Context) error {
	if err := p.sem.Acquire(ctx, 1); err != nil {
		return err
	}
	if p.n == 0 {
		p.sem.Release(1)
		return errFull
	}
	return nil
}

func (p *pool) release() { p.sem.Release(1) }

func (p *pool) acquireSlot(ctx context.Context) bool {
	select {
	case p.slots <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

func (p *pool) releaseSlot() { <-p.slots }

func (p *pool) wrapped(ctx context.Context) error {
	if !p.acquireSlot(ctx) {
		return errFull
	}
	if p.n == 3 {
		return errFull // want `returning without releasing p\.slots \(acquired on line 208, released on line 214 on another path\)`
	}
	p.releaseSlot()
	return nil
}

type session struct {
	done func()
}

// The session releases it.
func (p *pool) open(ctx context.Context) (*session, error) {
	if err := p.sem.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	if p.n == 0 {
		p.sem.Release(1)
		return nil, errFull
	}
	return &session{done: func() { p.sem.Release(1) }}, nil
}

func (p *pool) start(ctx context.Context) (func(), error) {
	if err := p.sem.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	if p.n == 0 {
		p.sem.Release(1)
		return nil, errFull
	}
	return func() { p.sem.Release(1) }, nil
}

func (p *pool) optional(limit bool) error {
	if limit {
		p.slots <- struct{}{}
	}
	err := work()
	if limit {
		<-p.slots
	}
	return err
}

// A runner has one goroutine for each key, which releases for all who have
// submitted work for it.
type runner struct {
	mu     sync.Mutex
	queues map[string][]func()
	tasks  chan struct{}
}

func newRunner() *runner {
	return &runner{queues: make(map[string][]func()), tasks: make(chan struct{}, 8)}
}

func (r *runner) submit(key string, f func()) {
	r.tasks <- struct{}{}
	r.mu.Lock()
	r.queues[key] = append(r.queues[key], f)
	active := len(r.queues[key]) > 1
	r.mu.Unlock()
	if active {
		return
	}
	go r.drain(key)
}

func (r *runner) drain(key string) {
	for {
		r.mu.Lock()
		f := r.queues[key][0]
		r.queues[key] = r.queues[key][1:]
		empty := len(r.queues[key]) == 0
		r.mu.Unlock()
		f()
		<-r.tasks
		if empty {
			return
		}
	}
}

type handler struct {
	slots chan struct{}
	serve func(string) string
	plain string
}

func newHandler(serve func(string) string) *handler {
	return &handler{slots: make(chan struct{}, 8), serve: serve}
}

func (h *handler) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	h.slots <- struct{}{} // want `a panic in h\.serve \(line 307\) would leave h\.slots acquired: defer its release`
	page := h.serve(req.URL.Path)
	<-h.slots
	w.Write([]byte(page))
}

// Nobody recovers what this does: the process ends.
func (h *handler) call() {
	h.slots <- struct{}{}
	h.serve("")
	<-h.slots
}

func (h *handler) recovers() {
	defer func() { recover() }()
	h.slots <- struct{}{} // want `a panic in h\.serve \(line 322\) would leave h\.slots acquired: defer its release`
	h.serve("")
	<-h.slots
}

func (h *handler) recoversRight() {
	defer func() { recover() }()
	h.slots <- struct{}{}
	defer func() { <-h.slots }()
	h.serve("")
}

type hook interface{ done(*pool) }

// Whether the hook releases it nobody knows.
func (p *pool) hooked(h hook) error {
	p.slots <- struct{}{}
	if err := work(); err != nil {
		return err
	}
	h.done(p)
	return nil
}
