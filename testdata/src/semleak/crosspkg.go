package semleak

import (
	"context"

	"semleak/limit"
)

func elsewhere(ctx context.Context, l *limit.Limiter) error {
	if err := l.Acquire(ctx); err != nil {
		return err
	}
	if err := work(); err != nil {
		return err // want `returning without releasing l\.slots \(acquired on line 10, released on line 16 on another path\)`
	}
	l.Release()
	return nil
}

func elsewhereRight(ctx context.Context, l *limit.Limiter) error {
	if err := l.Acquire(ctx); err != nil {
		return err
	}
	defer l.Release()
	return work()
}
