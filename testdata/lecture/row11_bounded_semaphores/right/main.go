// Row 11, bounded semaphores, the right way.
//
// One acquisition, one release: it is deferred as soon as the slot is there,
// and only then.
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

func (p *pool) run(ctx context.Context, job string) error {
	if err := p.acquire(ctx); err != nil {
		return err
	}
	defer p.release()
	if job == "" {
		return errEmpty
	}
	fmt.Println("running", job)
	return nil
}

func main() {
	p := newPool(1)
	fmt.Println(p.run(context.Background(), "first"))
	fmt.Println(p.run(context.Background(), "second"))
	fmt.Println(p.run(context.Background(), ""))
}
