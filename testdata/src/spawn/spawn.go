// Package spawn tests what is known of goroutines: the probe reports each spawn
// with its kind, whether it is in a loop, the functions that run, and the lines of
// its joins.
package spawn

import (
	"context"
	"net/http"
	"sync"
	"time"

	"spawn/below"
)

func work() {}

type server struct {
	wg   sync.WaitGroup
	done chan struct{}
	jobs chan int
}

func (s *server) run() { defer close(s.done) }

func newServer() *server { return &server{done: make(chan struct{})} }

func (s *server) start() {
	go s.run() // want `^go: run; joins 31$`
}

func (s *server) stop() { <-s.done }

func literal() {
	go func() {}() // want `^go: literal\$1; no join$`
	go work()      // want `^go: work; no join$`
	f := func() {}
	go f() // want `^go: literal\$2; no join$`
	g := work
	if time.Now().IsZero() {
		g = f
	}
	go g() // want `^go: work, literal\$2; no join$`
}

func bound(s *server) {
	f := s.run
	go f() // want `^go: run; joins 31$`
}

func loop(n int) {
	var wg sync.WaitGroup
	for range n {
		wg.Add(1)
		go func() { // want `^go in a loop: loop\$1; joins 58$`
			defer wg.Done()
		}()
	}
	wg.Wait()
}

func counted(n int) {
	var wg, other sync.WaitGroup
	for range n {
		wg.Go(work) // want `^counted in a loop: work; joins 66$`
	}
	wg.Wait()
	other.Wait()
}

func channels() int {
	ch := make(chan int)
	go send(ch, 1) // want `^go: send; joins 74$`
	select {
	case v := <-ch:
		return v
	case <-time.After(time.Second):
	}
	return 0
}

func send(ch chan<- int, v int) { ch <- v }

// elsewhere has a channel of its own, though the sender is the same.
func elsewhere() {
	ch := make(chan int, 1)
	go send(ch, 2) // want `^go: send; joins 87$`
	<-ch
}

func results() {
	ch := make(chan int)
	for range 3 {
		go func() { // want `^go in a loop: results\$1; joins 97$`
			ch <- 1
		}()
	}
	for range ch {
	}
}

func timers(ctx context.Context) {
	time.AfterFunc(time.Second, work)  // want `^timer: work; no join$`
	context.AfterFunc(ctx, func() {})  // want `^timer: timers\$1; no join$`
	below.Start(work)                  // want `^passed: work; no join$`
	below.Guarded("", func(string) {}) // want `^passed: timers\$2; no join$`
	below.Later(work)                  // want `^passed: work; no join$`
	below.Indirect(work)               // want `^passed: work; no join$`
	below.Call(work)
	new(below.Pool).Submit(func() {}) // want `^passed: timers\$3; no join$`
	ours(func() {})                   // want `^passed: timers\$4; no join$`
}

func ours(f func()) { below.Start(f) } // want `^passed: unknown; no join$`

type api struct{}

func (a *api) ServeHTTP(http.ResponseWriter, *http.Request) {} // want `^handler: ServeHTTP; no join$`

func (a *api) quit(http.ResponseWriter, *http.Request) {} // want `^handler: quit; no join$`

func (a *api) notUsed(http.ResponseWriter, *http.Request) {}

type router struct{}

func (router) Get(string, http.HandlerFunc) {}

func (a *api) routes(r router) { r.Get("/quit", a.quit) }

func unknown(f func()) {
	go f() // want `^go: unknown; no join$`
}

// below tells that a goroutine which waits for itself is not joined by that.
func own() {
	ch := make(chan int)
	go func() { // want `^go: own\$1; no join$`
		select {
		case ch <- 1:
		case <-ch:
		}
	}()
}

// A method that can only be one.
type runner interface{ runIt() }

type only struct{ done chan struct{} }

func (o *only) runIt() { close(o.done) }

func through(r runner) {
	o := &only{done: make(chan struct{})}
	go r.runIt() // want `^go: runIt; joins 154$`
	<-o.done
}

// results of functions are followed.
func made() {
	start := func() func() { return func() {} }
	f := start()
	go f() // want `^go: made\$1\$1; no join$`
}
