package semleak

import "context"

func (p *pool) fixToken() error {
	p.slots <- struct{}{}
	if p.n == 1 {
		return errFull // want `returning without releasing p\.slots`
	}
	if p.n == 2 {
		<-p.slots
		return errFull
	}
	<-p.slots
	return nil
}

func (p *pool) fixWeighted(ctx context.Context) error {
	if err := p.sem.Acquire(ctx, 1); err != nil {
		return err
	}
	if p.n == 1 {
		return errFull // want `returning without releasing p\.sem`
	}
	p.sem.Release(1)
	return nil
}

// Work goes on after the release: no fix.
func (p *pool) noFix(ctx context.Context) error {
	if err := p.sem.Acquire(ctx, 1); err != nil {
		return err
	}
	if p.n == 1 {
		return errFull // want `returning without releasing p\.sem`
	}
	p.sem.Release(1)
	return work()
}
