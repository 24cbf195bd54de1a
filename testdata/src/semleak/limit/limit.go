// Package limit has a semaphore of its own.
package limit

import "context"

// A Limiter lets in a few at a time.
type Limiter struct{ slots chan struct{} }

// New returns a Limiter for n.
func New(n int) *Limiter { return &Limiter{slots: make(chan struct{}, n)} }

// Acquire waits for a slot.
func (l *Limiter) Acquire(ctx context.Context) error {
	select {
	case l.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Release gives a slot back.
func (l *Limiter) Release() { <-l.slots }

// Do calls f with a slot.
func (l *Limiter) Do(ctx context.Context, f func() error) error {
	if err := l.Acquire(ctx); err != nil {
		return err
	}
	defer l.Release()
	return f()
}
