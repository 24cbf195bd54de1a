// Package semrelease holds the fixtures of the check.
package semrelease

import (
	"context"
	"errors"
	"log"
	"sync"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"
)

func work() error { return nil }

type pool struct {
	sem *semaphore.Weighted
	mu  sync.Mutex
}

func (p *pool) failed(ctx context.Context) {
	if err := p.sem.Acquire(ctx, 1); err != nil {
		log.Print(err)
	}
	defer p.sem.Release(1) // want `p\.sem\.Release releases p\.sem on a path on which p\.sem\.Acquire on line 22 has failed to acquire it`
	work()
}

func (p *pool) deferredTooSoon(ctx context.Context) error {
	err := p.sem.Acquire(ctx, 1)
	defer p.sem.Release(1) // want `p\.sem\.Release releases p\.sem on a path on which p\.sem\.Acquire on line 30 has failed to acquire it`
	if err != nil {
		return err
	}
	return work()
}

func (p *pool) tryFailed() {
	if !p.sem.TryAcquire(1) {
		log.Print("busy")
	} else {
		work()
	}
	p.sem.Release(1) // want `on a path on which p\.sem\.TryAcquire on line 39 has failed to acquire it`
}

func (p *pool) twice(ctx context.Context) error {
	if err := p.sem.Acquire(ctx, 1); err != nil {
		return err
	}
	defer p.sem.Release(1) // want `p\.sem\.Release releases p\.sem again on this path: p\.sem\.Release on line 53 has released it`
	if err := work(); err != nil {
		p.sem.Release(1)
		return err
	}
	return nil
}

func (p *pool) twiceInARow(ctx context.Context) {
	if p.sem.Acquire(ctx, 1) != nil {
		return
	}
	p.sem.Release(1)
	p.sem.Release(1) // want `releases p\.sem again on this path: p\.sem\.Release on line 63 has released it`
}

func (p *pool) moreThanAcquired(ctx context.Context) error {
	if err := p.sem.Acquire(ctx, 1); err != nil {
		return err
	}
	defer p.sem.Release(2) // want `p\.sem\.Release releases 2 of p\.sem, but p\.sem\.Acquire on line 68 has acquired 1`
	return work()
}

type other struct{ sem *semaphore.Weighted }

func (o *other) lessThanAcquired(ctx context.Context) error {
	if err := o.sem.Acquire(ctx, 4); err != nil {
		return err
	}
	defer o.sem.Release(1) // want `o\.sem\.Release releases 1 of o\.sem, but o\.sem\.Acquire on line 78 has acquired 4`
	return work()
}

func discarded(ctx context.Context, n int) error {
	var g errgroup.Group
	sem := semaphore.NewWeighted(4)
	for range n {
		_ = sem.Acquire(ctx, 1) // want `the result of sem\.Acquire is discarded: if it fails, sem\.Release on line 91 releases what was not acquired`
		g.Go(func() error {
			defer sem.Release(1)
			return work()
		})
	}
	return g.Wait()
}

// Nothing ends context.Background: the semaphore is acquired.
func background(n int) {
	var wg sync.WaitGroup
	sem := semaphore.NewWeighted(4)
	for range n {
		_ = sem.Acquire(context.Background(), 1)
		wg.Go(func() {
			defer sem.Release(1)
			work()
		})
	}
	wg.Wait()
}

func (p *pool) right(ctx context.Context) error {
	if err := p.sem.Acquire(ctx, 1); err != nil {
		return err
	}
	defer p.sem.Release(1)
	return work()
}

func (p *pool) exact(ctx context.Context, n int64) error {
	if err := p.sem.Acquire(ctx, n); err != nil {
		return err
	}
	defer p.sem.Release(n)
	return work()
}

// One acquisition of many units, one release for each piece of work.
func (p *pool) byPieces(ctx context.Context) error {
	if err := p.sem.Acquire(ctx, 3); err != nil {
		return err
	}
	for range 3 {
		work()
		p.sem.Release(1)
	}
	return nil
}

func (p *pool) loops(ctx context.Context, n int) {
	for range n {
		if p.sem.Acquire(ctx, 1) != nil {
			return
		}
	}
	work()
	for range n {
		p.sem.Release(1)
	}
}

func (p *pool) flag(ctx context.Context) {
	acquired := false
	defer func() {
		if acquired {
			p.sem.Release(1)
		}
	}()
	if err := p.sem.Acquire(ctx, 1); err == nil {
		acquired = true
	}
	work()
}

func (p *pool) optional(ctx context.Context, limit bool) error {
	if limit {
		if err := p.sem.Acquire(ctx, 1); err != nil {
			return err
		}
	}
	err := work()
	if limit {
		p.sem.Release(1)
	}
	return err
}

// released by the goroutine that it starts.
func (p *pool) handOff(ctx context.Context) error {
	if err := p.sem.Acquire(ctx, 1); err != nil {
		return err
	}
	go func() {
		defer p.sem.Release(1)
		work()
	}()
	return nil
}

// the caller has acquired it.
func (p *pool) release() { p.sem.Release(1) }

func (p *pool) releaseAll(n int) {
	for range n {
		p.sem.Release(1)
	}
}

func (p *pool) acquire(ctx context.Context) error { return p.sem.Acquire(ctx, 1) }

func (p *pool) wrapped(ctx context.Context) error {
	if err := p.acquire(ctx); err != nil {
		return err
	}
	defer p.release()
	return work()
}

func (p *pool) wrappedTwice(ctx context.Context) error {
	if err := p.acquire(ctx); err != nil {
		return err
	}
	defer p.release() // want `p\.release releases p\.sem again on this path: p\.release on line 215 has released it`
	if work() != nil {
		p.release()
		return errors.New("failed")
	}
	return nil
}

func (p *pool) wrappedFailed(ctx context.Context) {
	if err := p.acquire(ctx); err != nil {
		log.Print(err)
	}
	p.release() // want `p\.release releases p\.sem on a path on which p\.acquire on line 222 has failed to acquire it`
}

// In two parts.
func (p *pool) partly(ctx context.Context, n int64) error {
	if err := p.sem.Acquire(ctx, n); err != nil {
		return err
	}
	work()
	p.sem.Release(1)
	work()
	p.sem.Release(n - 1)
	return nil
}
