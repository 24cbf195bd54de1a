// Package balance holds the fixtures of the pass.
package balance

import (
	"context"
	"errors"
	"sync"
)

var errFull = errors.New("full")

type Limiter struct {
	slots chan struct{}
	ready chan struct{}
	wg    sync.WaitGroup
}

func New(n int) *Limiter {
	return &Limiter{slots: make(chan struct{}, n), ready: make(chan struct{}, 1)}
}

func (l *Limiter) Acquire(ctx context.Context) error { // want Acquire:`^holds p0\.slots\*; releases p0\.slots\*$`
	select {
	case l.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (l *Limiter) Try() bool { // want Try:`^holds p0\.slots\*; releases p0\.slots\*$`
	select {
	case l.slots <- struct{}{}:
		return true
	default:
		return false
	}
}

func (l *Limiter) Release() { <-l.slots } // want Release:`^needs p0\.slots\*; releases p0\.slots\*$`

func (l *Limiter) Do(ctx context.Context, f func()) error {
	if err := l.Acquire(ctx); err != nil {
		return err
	}
	defer l.Release()
	f()
	return nil
}

// A signal is not a semaphore.
func (l *Limiter) Signal() { l.ready <- struct{}{} }

func (l *Limiter) Await() { <-l.ready }

func (l *Limiter) Enter() { l.wg.Add(1) } // want Enter:`^holds p0\.wg$`

func (l *Limiter) Leave() { l.wg.Done() } // want Leave:`^needs p0\.wg; releases p0\.wg$`
