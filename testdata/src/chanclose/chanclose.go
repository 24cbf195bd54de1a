// Package chanclose tests the reports of channels that are closed twice, or sent on
// after the close.
package chanclose

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

// Twice in one function.

func twice(ch chan int) {
	close(ch)
	close(ch) // want `ch is closed already \(on line 17\): closing it again panics`
}

func onOneWay(ch chan int, err error) {
	if err != nil {
		close(ch)
	}
	close(ch) // want `ch is closed already \(on line 23\)`
}

func early(ch chan int, err error) {
	if err != nil {
		close(ch)
		return
	}
	close(ch)
}

func deferred(ch chan int, err error) {
	defer close(ch)
	if err != nil {
		close(ch) // want `ch is closed here and again when the function returns \(line 37\), which panics`
		return
	}
	ch <- 1
}

func loop(ch chan int) {
	for range 3 {
		close(ch) // want `the loop goes round and closes ch again, which panics`
	}
}

// loopSome depends on what comes.
func loopSome(ch chan int, events []string) {
	for _, e := range events {
		switch e {
		case "ready":
			close(ch)
		case "":
		}
	}
}

func loopOnce(ch chan int) {
	for i := range 3 {
		if i > 0 {
			close(ch)
			break
		}
	}
}

func loopFlag(ch chan int) {
	closed := false
	for i := range 3 {
		if i > 0 && !closed {
			close(ch)
			closed = true
		}
	}
}

func loopNil(ch chan int) {
	for i := range 3 {
		if i > 0 && ch != nil {
			close(ch)
			ch = nil
		}
	}
}

func loopAll(all []chan int, byName map[string]chan int, fields []*struct{ c chan int }) {
	for _, ch := range all {
		close(ch)
	}
	for i := range all {
		close(all[i])
	}
	for _, ch := range byName {
		close(ch)
	}
	for _, f := range fields {
		f.c = make(chan int)
	}
	for _, f := range fields {
		close(f.c)
	}
}

func loopNew() {
	for range 3 {
		ch := make(chan int)
		close(ch)
	}
}

type state struct {
	ch     chan int
	closed bool
}

func (s *state) flag() {
	for range 3 {
		if !s.closed {
			s.closed = true
			close(s.ch)
		}
	}
}

func (s *state) again() {
	close(s.ch)
	s.ch = make(chan int)
	close(s.ch)
}

func (s *state) other(t *state) {
	close(s.ch)
	close(t.ch)
}

// Sent on after the close.

func sendAfter(ch chan int) {
	close(ch)
	ch <- 1 // want `ch is closed already \(on line 143\): sending on it panics`
}

func sendBefore(ch chan int) {
	ch <- 1
	close(ch)
}

// Methods that may be called twice.

type server struct {
	done, quit, stop, gone, turn chan struct{}
	once                         sync.Once
	mu                           sync.Mutex
	closed                       bool
}

func newServer() *server {
	return &server{done: make(chan struct{}), quit: make(chan struct{}), stop: make(chan struct{}), gone: make(chan struct{}), turn: make(chan struct{})}
}

func (s *server) Stop() {
	close(s.done) // want `server.Stop is called twice \(line 173\), and the second call closes s.done again, which panics`
}

func serve() error {
	s := newServer()
	defer s.Stop()
	defer s.Close()
	s.Stop()
	return s.Close()
}

func either(fail bool) {
	s := newServer()
	if fail {
		s.Shut()
		return
	}
	s.Shut()
}

func (s *server) Close() error {
	s.shut()
	return nil
}

func (s *server) shut() {
	close(s.quit) // want `server.Close is called twice \(line 174\), and the second call closes s.quit again, which panics`
}

// once may be all that it is called.
func (s *server) Shut() {
	close(s.turn)
}

func (s *server) Shutdown(ctx context.Context) error {
	s.once.Do(func() { close(s.stop) })
	return ctx.Err()
}

func (s *server) Cancel() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	s.closed = true
	close(s.gone)
}

// Kill wakes all who wait, as often as it is called.
func (s *server) Kill() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.turn)
	s.turn = make(chan struct{})
}

func (s *server) Quit() error {
	if s.closed {
		return errors.New("closed")
	}
	close(s.gone)
	return nil
}

// Terminate closes a channel of its own.
func (s *server) Terminate() {
	done := make(chan struct{})
	go func() {
		s.shutAll()
		close(done)
	}()
	<-done
}

func (s *server) shutAll() {}

// A request closes a channel.

type handler struct{ quitCh chan struct{} }

func newHandler() *handler { return &handler{quitCh: make(chan struct{})} }

func (h *handler) quit(w http.ResponseWriter, r *http.Request) {
	close(h.quitCh) // want `each request closes h.quitCh, and the second one panics`
}

func (h *handler) routes() { http.HandleFunc("/quit", h.quit) }

func (h *handler) wait() <-chan struct{} { return h.quitCh }

func perRequest(w http.ResponseWriter, r *http.Request) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		time.Sleep(time.Second)
	}()
	<-done
}

// Several goroutines close a channel.

func workers(jobs []int) int {
	results := make(chan int, len(jobs))
	for _, job := range jobs {
		go func() {
			defer close(results) // want `each of the goroutines started on line 271 closes results, and the second one panics`
			results <- job
		}()
	}
	return <-results
}

func workerEach(jobs []int) {
	for _, job := range jobs {
		results := make(chan int, 1)
		go func() {
			defer close(results)
			results <- job
		}()
		<-results
	}
}

func closer(jobs []int) (n int) {
	results := make(chan int)
	var wg sync.WaitGroup
	for _, job := range jobs {
		wg.Add(1)
		go func() {
			defer wg.Done()
			results <- job
		}()
	}
	go func() {
		wg.Wait()
		close(results)
	}()
	for r := range results {
		n += r
	}
	return n
}

// The receiver closes.

func timeout(f func() int) int {
	ch := make(chan int, 1)
	defer close(ch) // want `ch is closed while the goroutine started on line 315 may still send on it \(line 315\), which panics`
	go func() { ch <- f() }()
	select {
	case v := <-ch:
		return v
	case <-time.After(time.Second):
		return 0
	}
}

func all(f func() int) (n int) {
	ch := make(chan int)
	for range 3 {
		go func() { ch <- f() }()
	}
	for range 3 {
		n += <-ch
	}
	close(ch)
	return n
}

func joined(f func() int) (n int) {
	ch := make(chan int, 3)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() { ch <- f() })
	}
	wg.Wait()
	close(ch)
	for v := range ch {
		n += v
	}
	return n
}

func notJoined(f func() int) (n int) {
	ch := make(chan int, 3)
	for range 3 {
		go func() { ch <- f() }()
	}
	close(ch) // want `ch is closed while the goroutine started on line 353 may still send on it \(line 353\), which panics`
	for v := range ch {
		n += v
	}
	return n
}

// Nobody makes it.

type empty struct{ ch chan int }

func (e *empty) shut() {
	close(e.ch) // want `nobody makes e.ch: closing a nil channel panics`
}

func null() {
	var ch chan int
	close(ch) // want `nobody makes ch: closing a nil channel panics`
}

func maybe(b bool) {
	var ch chan int
	if b {
		ch = make(chan int)
	}
	close(ch)
}

// A listener may be closed by several.

type listener struct{ done chan struct{} }

func newListener() *listener { return &listener{make(chan struct{})} }

func (l *listener) Accept() (net.Conn, error) { <-l.done; return nil, net.ErrClosed }

func (l *listener) Addr() net.Addr { return nil }

func (l *listener) Close() error {
	close(l.done) // want `a second call of listener.Close closes l.done again, which panics`
	return nil
}

// A waker wakes all who wait, as often as it is told to.

type waker struct{ turn chan struct{} }

func (w *waker) Stop() {
	close(w.turn)
	w.turn = make(chan struct{})
}

func wakeTwice() {
	w := &waker{make(chan struct{})}
	w.Stop()
	w.Stop()
}

// Tests set a hook.

type hooked struct{ hook chan int }

func (h *hooked) run() {
	if h.hook != nil {
		defer func() { close(h.hook) }()
	}
}

// resize closes what was there before.
func (w *waker) resize(n int) {
	old := w.turn
	w.turn = make(chan struct{}, n)
	close(old)
	for v := range old {
		w.turn <- v
	}
}
