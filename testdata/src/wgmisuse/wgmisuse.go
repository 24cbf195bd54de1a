// Package wgmisuse holds the fixtures of the check.
package wgmisuse

import (
	"context"
	"sync"

	"golang.org/x/sync/errgroup"
)

func work() error { return nil }

type server struct {
	wg    sync.WaitGroup
	ready bool
	jobs  chan int
}

// Add inside.

func (s *server) start() {
	go s.run()
}

func (s *server) run() {
	s.wg.Add(1) // want `s\.wg\.Add is called in the goroutine that it counts, started on line 22: s\.wg\.Wait may come first; call it before the go statement`
	defer s.wg.Done()
	work()
}

func (s *server) stop() { s.wg.Wait() }

func addInside(n int) {
	var wg sync.WaitGroup
	for range n {
		go func() {
			work()
			wg.Add(1) // want `wg\.Add is called in the goroutine that it counts, started on line 36`
			defer wg.Done()
			work()
		}()
	}
	wg.Wait()
}

// go vet reports this one.
func addFirst(n int) {
	var wg sync.WaitGroup
	for range n {
		go func() {
			wg.Add(1)
			defer wg.Done()
			work()
		}()
	}
	wg.Wait()
}

type pool struct{ wg sync.WaitGroup }

func (p *pool) spawn() {
	go func() {
		p.enter()
		work()
		p.wg.Done()
	}()
}

func (p *pool) enter() { p.wg.Add(1) }

func (p *pool) close() { p.wg.Wait() }

// The lock and the flag tell whether anybody waits yet.
type gate struct {
	mu     sync.Mutex
	wg     sync.WaitGroup
	closed bool
}

func (g *gate) start() { go g.pass() }

func (g *gate) pass() {
	g.mu.Lock()
	if g.closed {
		g.mu.Unlock()
		return
	}
	g.wg.Add(1)
	g.mu.Unlock()
	defer g.wg.Done()
	work()
}

func (g *gate) close() {
	g.mu.Lock()
	g.closed = true
	g.mu.Unlock()
	g.wg.Wait()
}

// A goroutine that is counted may count others.
func nested() {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		wg.Add(1)
		go func() {
			defer wg.Done()
			work()
		}()
	}()
	wg.Wait()
}

// A goroutine that accepts counts what it starts.
func (s *server) accept() {
	go func() {
		for range s.jobs {
			s.wg.Add(1)
			go func() {
				defer s.wg.Done()
				work()
			}()
		}
	}()
}

// Done missing.

func noDone(n int) {
	var wg sync.WaitGroup
	for range n {
		wg.Add(1)
		go func() {
			if work() != nil {
				return // want `returning without wg\.Done \(called on line 140 on another path\): wg\.Wait never returns`
			}
			work()
			wg.Done()
		}()
	}
	wg.Wait()
}

type handler struct {
	wg    sync.WaitGroup
	ready bool
}

func (s *handler) close() { s.wg.Wait() }

func (s *handler) handle() {
	s.wg.Add(1)
	go s.one()
}

func (s *handler) one() {
	if !s.ready {
		return // want `returning without s\.wg\.Done \(called on line 163 on another path\): s\.wg\.Wait never returns`
	}
	work()
	s.wg.Done()
}

func worker(wg *sync.WaitGroup, n int) {
	if n == 0 {
		return // want `returning without wg\.Done`
	}
	work()
	wg.Done()
}

func workers() {
	var wg sync.WaitGroup
	for i := range 3 {
		wg.Add(1)
		go worker(&wg, i)
	}
	wg.Wait()
}

// Whoever gets the closure calls Done.
func passesOn(f func(func())) {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		if work() != nil {
			f(func() { wg.Done() })
			return
		}
		wg.Done()
	}()
	wg.Wait()
}

func passesToGoroutine() {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		if work() != nil {
			go func() {
				defer wg.Done()
				work()
			}()
			return
		}
		wg.Done()
	}()
	wg.Wait()
}

// One Done for each piece of work.
func (s *server) consume() {
	go func() {
		for range s.jobs {
			work()
			s.wg.Done()
		}
	}()
}

func (s *server) produce() {
	s.wg.Add(1)
	s.jobs <- 1
}

func optional(wg *sync.WaitGroup) {
	if wg != nil {
		defer wg.Done()
	}
	work()
}

func optionals() {
	var wg sync.WaitGroup
	wg.Add(1)
	go optional(&wg)
	wg.Wait()
}

func twoDone() {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done() // want `wg\.Done is called again on this path \(first on line 248\): Add has counted the goroutine once`
		if work() != nil {
			wg.Done()
			return
		}
		work()
	}()
	wg.Wait()
}

func noStart(n int) {
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Add(1)
	if n == 0 {
		return // want `returning after wg\.Add on line 259 without starting what calls Done: wg\.Wait never returns`
	}
	go func() {
		defer wg.Done()
		work()
	}()
}

func noStartSent(jobs chan func(), stop chan bool) {
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Add(1)
	select {
	case jobs <- func() { wg.Done() }:
	case <-stop:
		wg.Done()
	}
}

func (s *server) submit(stop chan bool) {
	s.wg.Add(1)
	select {
	case s.jobs <- 1:
	case <-stop:
		s.wg.Done()
	}
}

// Waiting for oneself.

func selfWait(n int) {
	var wg sync.WaitGroup
	for range n {
		wg.Add(1)
		go func() {
			defer wg.Done()
			work()
			wg.Wait() // want `wg\.Wait waits for the goroutine that calls it \(it is counted on line 296\)`
		}()
	}
	wg.Wait()
}

func selfWaitGo() {
	var wg sync.WaitGroup
	wg.Go(func() {
		work()
		wg.Wait() // want `wg\.Wait waits for the goroutine that calls it \(it is counted on line 306\)`
	})
	wg.Wait()
}

func closer(n int) {
	results := make(chan int)
	var wg sync.WaitGroup
	for i := range n {
		wg.Add(1)
		go func() {
			defer wg.Done()
			results <- i
		}()
	}
	go func() {
		wg.Wait()
		close(results)
	}()
	for range results {
	}
}

type node struct {
	wg       sync.WaitGroup
	children []*node
}

// Each node waits for its children.
func (n *node) walk(parent *node) {
	defer parent.wg.Done()
	for _, c := range n.children {
		n.wg.Add(1)
		go c.walk(n)
	}
	n.wg.Wait()
}

// Waiting in the loop.

func loopWait(urls []string) {
	var wg sync.WaitGroup
	wg.Add(len(urls))
	for range urls {
		go func() {
			defer wg.Done()
			work()
		}()
		wg.Wait() // want `wg\.Wait is called in the loop that starts the goroutines \(line 352\), so that the first turn waits for those of all: call it after the loop`
	}
}

func oneByOne(urls []string) {
	var wg sync.WaitGroup
	for range urls {
		wg.Add(1)
		go func() {
			defer wg.Done()
			work()
		}()
		wg.Wait() // want `wg\.Wait is called in the loop that starts the goroutines \(line 364\), so that they run one by one: call it after the loop`
	}
}

func batches(urls []string) {
	var wg sync.WaitGroup
	for i := range urls {
		wg.Add(1)
		go func() {
			defer wg.Done()
			work()
		}()
		if i%8 == 7 {
			wg.Wait()
		}
	}
	wg.Wait()
}

func rounds(n int) {
	var wg sync.WaitGroup
	for range n {
		wg.Add(2)
		go func() { defer wg.Done(); work() }()
		go func() { defer wg.Done(); work() }()
		wg.Wait()
	}
}

func besides(n int) {
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() { work() })
		work()
		wg.Wait()
	}
}

// Each attempt has a goroutine of its own, which may end otherwise than by
// returning.
func attempts(n int) {
	for range n {
		var wg sync.WaitGroup
		wg.Go(func() { work() })
		wg.Wait()
		if n == 3 {
			break
		}
	}
}

// A store counts the things in it.
type store struct {
	wg    sync.WaitGroup
	items []int
}

func (s *store) fill() {
	s.wg.Add(1)
	go func() {
		if work() != nil {
			s.wg.Done()
			return
		}
		s.items = append(s.items, 1)
	}()
}

func (s *store) empty() {
	for range s.items {
		s.wg.Done()
	}
	s.wg.Wait()
}

// Counting.

func tooMany() {
	var wg sync.WaitGroup
	wg.Add(3) // want `wg\.Add counts 3, but Done is called 2 times before wg\.Wait on line 453 can return`
	go func() { defer wg.Done(); work() }()
	go func() {
		work()
		wg.Done()
	}()
	wg.Wait()
}

func tooFew() {
	var wg sync.WaitGroup
	wg.Add(3) // want `wg\.Add counts 3, but Done is called 4 times`
	for range 4 {
		go func() {
			defer wg.Done()
			work()
		}()
	}
	wg.Wait()
}

func matching() {
	var wg sync.WaitGroup
	wg.Add(5)
	for i := 0; i < 4; i++ {
		go func() {
			defer wg.Done()
			work()
		}()
	}
	go func() { defer wg.Done(); work() }()
	wg.Wait()
}

func counted(n int) {
	var wg sync.WaitGroup
	wg.Add(n)
	for range n {
		go func() { defer wg.Done(); work() }()
	}
	wg.Wait()
}

// Never waited for.

func nobodyWaits() {
	var wg sync.WaitGroup
	wg.Add(1) // want `nobody waits for wg: Wait is never called`
	go func() {
		defer wg.Done()
		work()
	}()
}

func nobodyWaitsGo() {
	var g errgroup.Group
	g.Go(work) // want `nobody waits for g: Wait is never called`
}

// Returned gives it away.
func Returned() *sync.WaitGroup {
	wg := new(sync.WaitGroup)
	wg.Go(func() { work() })
	return wg
}

func goAfter(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(work)
	if err := g.Wait(); err != nil {
		return err
	}
	g.Go(func() error { return ctx.Err() }) // want `g\.Go is called after g\.Wait on line 516, when the context of the group has ended`
	return nil
}

func errgroupRight(ctx context.Context) error {
	g, _ := errgroup.WithContext(ctx)
	g.Go(work)
	return g.Wait()
}

// The goroutine has other groups, which it hands to somebody and forgets.

type pushed struct {
	mu sync.Mutex
	q  []*sync.WaitGroup
}

func (p *pushed) push(wg *sync.WaitGroup) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.q = append(p.q, wg)
}

// PushAndWait is done in any case.
func PushAndWait(p *pushed) {
	var all sync.WaitGroup
	for range 10 {
		all.Add(1)
		go func() {
			defer all.Done()
			for range 1000 {
				wg := &sync.WaitGroup{}
				wg.Add(1)
				p.push(wg)
				wg.Wait()
			}
		}()
	}
	all.Wait()
}

// PushSome is not.
func PushSome(p *pushed, stop func() bool) {
	var all sync.WaitGroup
	for range 10 {
		all.Add(1)
		go func() {
			for range 1000 {
				if stop() {
					return // want `returning without all.Done \(called on line \d+ on another path\)`
				}
				wg := &sync.WaitGroup{}
				wg.Add(1)
				p.push(wg)
				wg.Wait()
			}
			all.Done()
		}()
	}
	all.Wait()
}

// HelperInLoop counts what a literal starts, which a loop calls: once in each turn.
func HelperInLoop(fail func(int) error) error {
	const n = 100
	var wg sync.WaitGroup
	wg.Add(2 * n)
	handle := func() {
		go func() { defer wg.Done() }()
		go func() { defer wg.Done() }()
	}
	for i := range n {
		if fail(i) != nil {
			break
		}
		handle()
	}
	if err := fail(n); err != nil {
		return err
	}
	wg.Wait()
	return fail(n + 1)
}

// Sometimes waits for ever on one path.
func Sometimes(sure bool) int {
	var wg sync.WaitGroup
	wg.Add(1)
	if sure {
		go func() { defer wg.Done() }()
	}
	wg.Wait()
	return 1 // want `returning after wg.Add on line \d+ without starting what calls Done`
}

// BeforeWait returns when Wait has not.
func BeforeWait(ready func() bool) int {
	var wg sync.WaitGroup
	wg.Add(1)
	defer wg.Wait()
	if !ready() {
		return 0 // want `returning after wg.Add on line \d+ without starting what calls Done`
	}
	go func() { defer wg.Done() }()
	return 1
}

// OneByOneRecovering has workers that survive a panic: that is no reason to wait for each.
func OneByOneRecovering(jobs []func()) {
	var wg sync.WaitGroup
	for _, job := range jobs {
		wg.Add(1)
		go func() {
			defer wg.Done()
			defer func() { recover() }()
			job()
		}()
		wg.Wait() // want `so that they run one by one: call it after the loop`
	}
}
