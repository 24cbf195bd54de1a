// Package chanleak tests the reports of goroutines that block for ever.
package chanleak

import (
	"context"
	"errors"
	"log"
	"math/rand"
	"sync"
	"time"
)

func compute() int { return rand.Int() }

func query(s string) (int, error) { return len(s), nil }

// The receiver leaves first.

func timeout(ctx context.Context) (int, error) {
	ch := make(chan int)
	go func() {
		ch <- compute() // want `nobody receives from ch if <-ctx.Done\(\) comes first \(line 27\): the goroutine started on line 21 blocks for ever`
	}()
	select {
	case v := <-ch:
		return v, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

func after() int {
	ch := make(chan int)
	go func() { ch <- compute() }() // want `nobody receives from ch if <-time.After\(time.Second\) comes first`
	select {
	case v := <-ch:
		return v
	case <-time.After(time.Second):
	}
	return 0
}

// room has room for the value.
func room(ctx context.Context) int {
	ch := make(chan int, 1)
	go func() { ch <- compute() }()
	select {
	case v := <-ch:
		return v
	case <-ctx.Done():
	}
	return 0
}

// givesUp has a goroutine that gives up.
func givesUp(ctx context.Context) int {
	ch := make(chan int)
	go func() {
		select {
		case ch <- compute():
		case <-ctx.Done():
		}
	}()
	select {
	case v := <-ch:
		return v
	case <-ctx.Done():
	}
	return 0
}

// drains receives after all.
func drains(ctx context.Context) int {
	ch := make(chan int)
	go func() { ch <- compute() }()
	select {
	case v := <-ch:
		return v
	case <-ctx.Done():
		return <-ch
	}
}

// drainsDeferred receives when it returns.
func drainsDeferred(ctx context.Context) {
	ch := make(chan int)
	go func() { ch <- compute() }()
	defer func() { <-ch }()
	if ctx.Err() != nil {
		return
	}
	log.Print("working")
}

// two results of one goroutine: it sends one of them.
func either(timeout time.Duration, fn func() error) {
	ch := make(chan bool)
	errCh := make(chan error)
	go func() {
		if err := fn(); err != nil {
			errCh <- err // want `nobody receives from errCh if <-time.After\(timeout\) comes first`
		} else {
			ch <- true // want `nobody receives from ch if <-time.After\(timeout\) comes first`
		}
	}()
	select {
	case <-ch:
	case <-errCh:
	case <-time.After(timeout):
	}
}

// eitherOf waits for one of two results, of which there is one.
func eitherOf(fn func() error) error {
	ch := make(chan bool)
	errCh := make(chan error)
	go func() {
		if err := fn(); err != nil {
			errCh <- err
			return
		}
		ch <- true
	}()
	select {
	case <-ch:
		return nil
	case err := <-errCh:
		return err
	}
}

// done is closed when all has been sent.
func untilDone() (n int) {
	ch := make(chan int)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 10 {
			ch <- compute()
		}
	}()
	for {
		select {
		case v := <-ch:
			n += v
		case <-done:
			return n
		}
	}
}

// A closer waits for all.
func untilClosed(names []string) (n int) {
	ch := make(chan int)
	done := make(chan struct{})
	var wg sync.WaitGroup
	for _, name := range names {
		wg.Add(1)
		go func() {
			defer wg.Done()
			v, _ := query(name)
			ch <- v
		}()
	}
	go func() {
		wg.Wait()
		close(done)
	}()
	for {
		select {
		case v := <-ch:
			n += v
		case <-done:
			return n
		}
	}
}

// The receiver returns early.

func early(s string) (int, error) {
	ch := make(chan int)
	go func() { ch <- compute() }() // want `nobody receives from ch if the function returns on line 186`
	n, err := query(s)
	if err != nil {
		return 0, err
	}
	return n + <-ch, nil
}

func fatal(s string) int {
	ch := make(chan int)
	go func() { ch <- compute() }()
	n, err := query(s)
	if err != nil {
		log.Fatal(err)
	}
	return n + <-ch
}

func started(s string, parallel bool) int {
	ch := make(chan int)
	if parallel {
		go func() { ch <- compute() }()
	}
	n := len(s)
	if parallel {
		n += <-ch
	}
	return n
}

func startedLater(s string) int {
	ch := make(chan int)
	running := false
	if s != "" {
		go func() { ch <- compute() }()
		running = true
	}
	n := len(s)
	if running {
		n += <-ch
	}
	return n
}

// Fewer are received than sent.

func first(names []string) int {
	ch := make(chan int)
	for _, name := range names {
		go func() {
			n, _ := query(name)
			ch <- n // want `only one value is received from ch if the function returns on line 237, but more are sent: a goroutine started on line 232 blocks for ever`
		}()
	}
	return <-ch
}

func firstOfTwo() int {
	ch := make(chan int)
	go func() { ch <- compute() }() // want `only one value is received from ch if the function returns on line 244, but 2 values are sent`
	go func() { ch <- compute() }()
	return <-ch
}

func firstWithRoom() int {
	ch := make(chan int, 1)
	go func() { ch <- compute() }()
	go func() { ch <- compute() }()
	return <-ch
}

func firstOfThree() int {
	ch := make(chan int, 3)
	for range 3 {
		go func() { ch <- compute() }()
	}
	return <-ch
}

func firstError(names []string) error {
	errs := make(chan error)
	for _, name := range names {
		go func() {
			_, err := query(name)
			errs <- err // want `only one value is received from errs if the function returns on line 272, but more are sent`
		}()
	}
	for range names {
		if err := <-errs; err != nil {
			return err
		}
	}
	return nil
}

func allErrors(names []string) (all error) {
	errs := make(chan error)
	for _, name := range names {
		go func() {
			_, err := query(name)
			errs <- err
		}()
	}
	for range names {
		if err := <-errs; err != nil {
			all = errors.Join(all, err)
		}
	}
	return all
}

func allErrorsWhile(names []string) (all error) {
	errs := make(chan error)
	pending := 0
	for _, name := range names {
		pending++
		go func() {
			_, err := query(name)
			errs <- err
		}()
	}
	for {
		if pending == 0 {
			break
		}
		all = errors.Join(all, <-errs)
		pending--
	}
	return all
}

// unknownRoom has room for as many as it wants.
func unknownRoom(names []string) error {
	errs := make(chan error, len(names))
	for _, name := range names {
		go func() {
			_, err := query(name)
			errs <- err
		}()
	}
	for range names {
		if err := <-errs; err != nil {
			return err
		}
	}
	return nil
}

// A channel for each turn of a loop.
func turns(stop chan bool) {
	for {
		done := make(chan bool)
		go func() {
			if rand.Intn(10) > 7 {
				done <- false // want `nobody receives from done if <-stop comes first \(line 343\)`
				return
			}
			done <- true
		}()
		select {
		case <-stop:
			return
		case <-done:
		}
	}
}

func again(ctx context.Context) {
	for range 3 {
		ch := make(chan int)
		go func() { ch <- compute() }() // want `nobody receives from ch if <-time.After\(time.Second\) comes first`
		select {
		case <-ch:
			return
		case <-time.After(time.Second):
		}
	}
}

// A generator whose reader stops early.
func count(n int) <-chan int {
	ch := make(chan int)
	go func() {
		defer close(ch)
		for i := range n {
			ch <- i // want `only one value is received from ch if the function returns on line 378, but more are sent`
		}
	}()
	return ch
}

func find(want int) bool {
	v := count(100)
	for i := range v {
		if i == want {
			return true
		}
	}
	return false
}

// stopFunc returns the channel and the function that sends on it.
func stopFunc(ctx context.Context) (err error) {
	start := func() (<-chan error, func()) {
		done := make(chan error)
		return done, func() { done <- ctx.Err() } // want `nobody receives from done if <-ctx.Done\(\) comes first`
	}
	done, stop := start()
	go stop()
	select {
	case err = <-done:
	case <-ctx.Done():
	}
	return err
}

// worker gets the channel as an argument.
func worker(out chan<- int) {
	out <- compute() // want `nobody receives from out if <-ctx.Done\(\) comes first`
}

func workers(ctx context.Context) int {
	out := make(chan int)
	go worker(out)
	select {
	case v := <-out:
		return v
	case <-ctx.Done():
	}
	return 0
}

// elsewhere has another receiver.
func elsewhere(ctx context.Context) {
	ch := make(chan int)
	go func() { ch <- compute() }()
	go func() {
		for range ch { // want `nobody closes ch`
		}
	}()
	select {
	case <-ch:
	case <-ctx.Done():
	}
}

func gives(ctx context.Context, f func(chan int)) {
	ch := make(chan int)
	go func() { ch <- compute() }()
	f(ch)
	select {
	case <-ch:
	case <-ctx.Done():
	}
}

// byName sends only for some names: it is not certain that the room is too small.
func byName(names [3]string) {
	done := make(chan struct{}, 2)
	failed := make(chan error)
	run := func(name string) {
		if _, err := query(name); err != nil {
			failed <- err // want `only one value is received from failed if the function returns on line 463, but 3 values are sent`
			return
		}
		if name != "stdin" {
			done <- struct{}{}
		}
	}
	go run(names[0])
	go run(names[1])
	go run(names[2])
	finished := 0
	for {
		select {
		case <-done:
			if finished++; finished == 2 {
				return
			}
		case <-failed:
			return
		}
	}
}

// eachTurn starts one and receives from one in each turn.
func eachTurn(stop chan bool) int {
	ch := make(chan int)
	for {
		go func() { ch <- compute() }()
		select {
		case v := <-ch:
			if v > 0 {
				return v
			}
		case <-stop:
			<-ch
			return 0
		}
	}
}

func eachTurnButLast(stop chan bool) int {
	ch := make(chan int)
	for {
		go func() { ch <- compute() }() // want `nobody receives from ch if <-stop comes first`
		select {
		case v := <-ch:
			if v > 0 {
				return v
			}
		case <-stop:
			return 0
		}
	}
}

// decode stops when the other goroutine fails.
func decode(next func() (int, error), put func(int) error) {
	in, out := make(chan int), make(chan int)
	errc := make(chan error, 2)
	go func() {
		for {
			v, err := next()
			if err != nil {
				errc <- err
				return
			}
			in <- v // want `nobody receives from in if <-errc comes first`
		}
	}()
	go func() {
		for v := range out {
			if err := put(v); err != nil {
				errc <- err
				return
			}
		}
	}()
	defer close(out)
	for {
		select {
		case v := <-in:
			select {
			case out <- v:
			case <-time.After(time.Second):
			}
		case <-errc:
			return
		}
	}
}
