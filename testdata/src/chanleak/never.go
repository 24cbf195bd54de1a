package chanleak

import (
	"sync"
	"time"
)

// Nobody receives, sends or closes.

type feed struct {
	in    chan int
	out   chan int
	ready chan struct{}
	quit  chan struct{}
	Pub   chan int
}

func newFeed() *feed {
	return &feed{in: make(chan int), out: make(chan int), ready: make(chan struct{}), quit: make(chan struct{}), Pub: make(chan int)}
}

func (f *feed) run() {
	for {
		select {
		case v := <-f.in:
			f.out <- v // want `nobody receives from f.out \(made on line 19\): the send blocks for ever`
			f.Pub <- v
		case <-f.quit:
			return
		}
	}
}

func (f *feed) wait() {
	<-f.ready // want `nobody sends on f.ready \(made on line 19\) or closes it: the receive blocks for ever`
	<-f.Pub
}

func (f *feed) put(v int) { f.in <- v }

func (f *feed) close() { close(f.quit) }

// forever means it.
func forever() {
	ch := make(chan struct{})
	<-ch
}

func forever2() { <-make(chan struct{}) }

func escapes(f func(<-chan int, chan<- int)) {
	a, b := make(chan int), make(chan int)
	f(a, b)
	a <- 1
	<-b
}

func Make() (chan<- int, <-chan int) {
	a, b := make(chan int), make(chan int)
	go func() {
		for v := range a {
			b <- v
		}
	}()
	return a, b
}

// roomFor has room for the value that nobody wants.
func roomFor() {
	ch := make(chan int, 1)
	ch <- 1
}

// Range over a channel that nobody closes.

func sum(names []string) (n int) {
	ch := make(chan int)
	for _, name := range names {
		go func() { ch <- len(name) }()
	}
	for v := range ch { // want `nobody closes ch \(made on line 77\): the loop blocks for ever after the last value`
		n += v
	}
	return n
}

func sumAndBreak(names []string) (n int) {
	ch := make(chan int)
	for _, name := range names {
		go func() { ch <- len(name) }()
	}
	got := 0
	for v := range ch {
		n += v
		if got++; got == len(names) {
			break
		}
	}
	return n
}

func closed(names []string) (n int) {
	ch := make(chan int)
	var wg sync.WaitGroup
	for _, name := range names {
		wg.Go(func() { ch <- len(name) })
	}
	go func() {
		wg.Wait()
		close(ch)
	}()
	for v := range ch {
		n += v
	}
	return n
}

func ticks() {
	ch := make(chan time.Time)
	go func() {
		for {
			ch <- time.Now()
			time.Sleep(time.Second)
		}
	}()
	for range ch {
	}
}

func consumers(names []string) {
	jobs := make(chan string)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			for range jobs { // want `nobody closes jobs \(made on line 131\)`
			}
		})
	}
	for _, name := range names {
		jobs <- name
	}
	wg.Wait()
}

func consumersClosed(names []string) {
	jobs := make(chan string)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			for range jobs {
			}
		})
	}
	for _, name := range names {
		jobs <- name
	}
	close(jobs)
	wg.Wait()
}

// Received only after all have ended.

func drained(names []string) (n int) {
	ch := make(chan int)
	var wg sync.WaitGroup
	for _, name := range names {
		wg.Add(1)
		go func() {
			defer wg.Done()
			ch <- len(name) // want `wg.Wait waits for this goroutine \(line 173\), but nobody receives from ch before: both block for ever`
		}()
	}
	wg.Wait()
	close(ch)
	for v := range ch {
		n += v
	}
	return n
}

func drainedAfterDone(names []string) (n int) {
	ch := make(chan int)
	var wg sync.WaitGroup
	for _, name := range names {
		wg.Add(1)
		go func() {
			wg.Done()
			ch <- len(name)
		}()
	}
	wg.Wait()
	for range names {
		n += <-ch
	}
	return n
}

func drainedWithRoom(names []string) (n int) {
	ch := make(chan int, len(names))
	var wg sync.WaitGroup
	for _, name := range names {
		wg.Go(func() { ch <- len(name) })
	}
	wg.Wait()
	close(ch)
	for v := range ch {
		n += v
	}
	return n
}

func drainedWithTooLittleRoom() (n int) {
	ch := make(chan int, 2)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() { ch <- 1 }) // want `wg.Wait waits for this goroutine \(line 218\)`
	}
	wg.Wait()
	close(ch)
	for v := range ch {
		n += v
	}
	return n
}

// The turns of a loop whose variable is captured are not counted.
func FN_drainedWithTooLittleRoom() (n int) {
	ch := make(chan int, 2)
	var wg sync.WaitGroup
	for i := 0; i < 3; i++ {
		wg.Go(func() { ch <- i })
	}
	wg.Wait()
	close(ch)
	for v := range ch {
		n += v
	}
	return n
}

// Endless goroutines of objects that can be closed.

type cache struct {
	mu   sync.Mutex
	m    map[string]int
	jobs chan int
	stop chan struct{}
}

func newCache() *cache {
	c := &cache{m: make(map[string]int), jobs: make(chan int), stop: make(chan struct{})}
	go c.sweep() // want `this goroutine never ends: nothing in its loop can be stopped by cache.Close`
	go c.work()  // want `this goroutine never ends`
	go c.tick()  // want `this goroutine never ends`
	go c.stoppable()
	go c.sweep() //concurlint:daemon it is started for the whole process
	return c
}

func (c *cache) sweep() {
	for {
		time.Sleep(time.Minute)
		c.mu.Lock()
		clear(c.m)
		c.mu.Unlock()
	}
}

func (c *cache) work() {
	for v := range c.jobs {
		c.mu.Lock()
		c.m[""] = v
		c.mu.Unlock()
	}
}

func (c *cache) tick() {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for range t.C {
		c.mu.Lock()
		clear(c.m)
		c.mu.Unlock()
	}
}

func (c *cache) stoppable() {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case <-t.C:
		case <-c.stop:
			return
		}
	}
}

func (c *cache) Put(v int) { c.jobs <- v }

func (c *cache) Close() {
	close(c.stop)
}

// pool has no method that would end it.
type pool struct{ jobs chan func() }

func newPool() *pool {
	p := &pool{jobs: make(chan func())}
	go func() {
		for f := range p.jobs {
			f()
		}
	}()
	return p
}

func (p *pool) do(f func()) { p.jobs <- f }

// Senders that come after the receiver has been told to stop.

type node struct {
	status chan chan int
	props  chan int
	stop   chan struct{}
	done   chan struct{}
}

func newNode() *node {
	n := &node{status: make(chan chan int), props: make(chan int), stop: make(chan struct{}), done: make(chan struct{})}
	go n.run()
	return n
}

func (n *node) run() {
	defer close(n.done)
	for {
		select {
		case c := <-n.status:
			c <- 1
		case <-n.props:
		case <-n.stop:
			return
		}
	}
}

func (n *node) Status() int {
	c := make(chan int)
	n.status <- c // want `nobody receives from n.status after <-n.stop \(line \d+\) has ended node.run: the send blocks for ever`
	return <-c
}

func (n *node) Propose(v int) {
	select {
	case n.props <- v:
	case <-n.done:
	}
}

func (n *node) Stop() {
	n.stop <- struct{}{}
	<-n.done
}

type drainer struct {
	in   chan int
	stop chan struct{}
}

func newDrainer() *drainer {
	d := &drainer{in: make(chan int), stop: make(chan struct{})}
	go d.run()
	return d
}

func (d *drainer) run() {
	for {
		select {
		case <-d.in:
		case <-d.stop:
			for {
				select {
				case <-d.in:
				case <-time.After(time.Second):
					return
				}
			}
		}
	}
}

func (d *drainer) Put(v int) { d.in <- v }

func (d *drainer) Close() { close(d.stop) }

// A worker that all caches share runs as long as the program.

var requests chan int

func (c *cache) startWorker() {
	requests = make(chan int, 8)
	go func() {
		for v := range requests {
			c.m[""] = v
		}
	}()
}

func (c *cache) request(v int) { requests <- v }

// notImplemented is so on some platforms only.
func notImplemented() int { panic("not implemented") }

func platform() {
	ready := make(chan int32)
	go func() {
		v := notImplemented()
		ready <- int32(v)
	}()
	<-ready
}
