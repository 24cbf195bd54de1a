package semrelease

import (
	"context"
	"errors"
	"sync"
	"time"
)

// A limiter is a semaphore that is a channel of tokens.
type limiter struct {
	slots chan struct{}
	n     int
}

func newLimiter(n int) *limiter { return &limiter{slots: make(chan struct{}, n)} }

func (l *limiter) twice() error {
	l.slots <- struct{}{}
	defer func() { <-l.slots }() // want `<-l\.slots releases l\.slots again on this path: <-l\.slots on line 22 has released it`
	if err := work(); err != nil {
		<-l.slots
		return err
	}
	return nil
}

func (l *limiter) timedOut(ctx context.Context) {
	acquired := true
	select {
	case l.slots <- struct{}{}:
	case <-ctx.Done():
		acquired = false
	}
	work()
	if acquired {
		<-l.slots
	}
}

func (l *limiter) right(ctx context.Context) error {
	select {
	case l.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-l.slots }()
	return work()
}

func (l *limiter) goRight(n int) {
	var wg sync.WaitGroup
	for range n {
		l.slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-l.slots }()
			work()
		})
	}
	wg.Wait()
}

func (l *limiter) acquire() { l.slots <- struct{}{} }
func (l *limiter) release() { <-l.slots }

func (l *limiter) helpers() error {
	l.acquire()
	defer l.release() // want `l\.release releases l\.slots again on this path`
	if work() != nil {
		l.release()
		return errors.New("failed")
	}
	return nil
}

// A bucket is filled when it is made; a receive acquires.
type bucket struct{ tokens chan struct{} }

func newBucket(n int) *bucket {
	b := &bucket{tokens: make(chan struct{}, n)}
	for range n {
		b.tokens <- struct{}{}
	}
	return b
}

func (b *bucket) right() {
	<-b.tokens
	defer func() { b.tokens <- struct{}{} }()
	work()
}

func (b *bucket) twice() {
	<-b.tokens
	defer func() { b.tokens <- struct{}{} }() // want `b\.tokens <- releases b\.tokens again on this path: b\.tokens <- on line 97 has released it`
	if work() != nil {
		b.tokens <- struct{}{}
	}
}

// What follows are signals and queues: none is a semaphore, and nothing that they
// do is wrong.

func done() {
	ch := make(chan struct{}, 1)
	go func() {
		work()
		ch <- struct{}{}
	}()
	<-ch
}

func doneMany(n int) {
	ch := make(chan bool, n)
	for range n {
		go func() {
			work()
			ch <- true
		}()
	}
	for range n {
		<-ch
	}
	<-time.After(time.Second)
}

type loop struct {
	wake chan struct{}
	stop chan struct{}
}

func newLoop() *loop { return &loop{wake: make(chan struct{}, 1), stop: make(chan struct{}, 1)} }

func (l *loop) kick() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

func (l *loop) run() {
	l.kick()
	for {
		select {
		case <-l.wake:
			work()
		case <-l.stop:
			return
		}
	}
}

func (l *loop) close() {
	l.stop <- struct{}{}
	l.kick()
	l.kick()
}

func drainAndSignal(ch chan struct{}) {
	select {
	case <-ch:
	default:
	}
	ch <- struct{}{}
	<-ch
	<-ch
}

func queue(n int) {
	q := make(chan int, 4)
	q <- n
	<-q
	<-q
}

// A bell is rung by whoever has something to say, if it does not ring already.
type bell struct{ ch chan struct{} }

func newBell() *bell { return &bell{ch: make(chan struct{}, 1)} }

func (b *bell) ring() {
	select {
	case b.ch <- struct{}{}:
	default:
	}
}

func (b *bell) twice() {
	select {
	case b.ch <- struct{}{}:
	default:
	}
	<-b.ch
	<-b.ch
}
