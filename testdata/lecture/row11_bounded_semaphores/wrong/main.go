// Row 11, bounded semaphores, the wrong way.
//
// A semaphore must not be released more often than it is acquired: each
// release too many lets in one goroutine more than it should, or, where the
// semaphore is a channel, waits for somebody to release for.
//
// Run it: the second release of the failed job blocks, and the runtime ends
// the program with "all goroutines are asleep - deadlock!".
package main

import (
	"context"
	"errors"
	"fmt"
)

var errEmpty = errors.New("nothing to do")

type pool struct {
	slots chan struct{}
}

func newPool(n int) *pool { return &pool{slots: make(chan struct{}, n)} }

// acquire waits for a slot, but not longer than ctx.
func (p *pool) acquire(ctx context.Context) error {
	select {
	case p.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *pool) release() { <-p.slots }

// run releases by hand where it fails, and once more when it returns.
func (p *pool) run(ctx context.Context, job string) error {
	if err := p.acquire(ctx); err != nil {
		return err
	}
	defer p.release()
	if job == "" {
		p.release() // wrong: the deferred release comes, too
		return errEmpty
	}
	fmt.Println("running", job)
	return nil
}

// tryRun goes on when the slot could not be had.
func (p *pool) tryRun(ctx context.Context, job string) {
	if err := p.acquire(ctx); err != nil {
		fmt.Println("no slot:", err)
	}
	defer p.release() // wrong: released although it was not acquired
	fmt.Println("running", job)
}

func main() {
	p := newPool(1)
	p.tryRun(context.Background(), "first")
	fmt.Println(p.run(context.Background(), "second"))
	fmt.Println(p.run(context.Background(), ""))
}
