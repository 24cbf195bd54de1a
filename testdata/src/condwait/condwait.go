// Package condwait holds the fixtures of the condwait check.
package condwait

import "sync"

type queue struct {
	mu     sync.Mutex
	other  sync.Mutex
	cond   *sync.Cond
	items  []int
	closed bool
	idle   int
}

func newQueue() *queue {
	q := new(queue)
	q.cond = sync.NewCond(&q.mu)
	return q
}

func (q *queue) empty() bool { return len(q.items) == 0 }

// The condition may be false again, or never have been true, after Wait.
func (q *queue) ifOnce() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.items) == 0 {
		q.cond.Wait() // want `q.cond.Wait is not in a loop that re-checks its condition`
	}
	v := q.items[0]
	q.items = q.items[1:]
	return v
}

// A bare Wait trusts that it is woken once and for this reason
// (kubernetes 58107).
func (q *queue) bare() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.cond.Wait() // want `q.cond.Wait is not in a loop that re-checks its condition`
	return len(q.items)
}

// The loop leaves right after Wait.
func (q *queue) leavesByBreak() {
	q.mu.Lock()
	for len(q.items) == 0 {
		q.cond.Wait() // want `q.cond.Wait is not in a loop that re-checks its condition`
		break
	}
	q.items = nil
	q.mu.Unlock()
}

// The loop returns right after Wait.
func (q *queue) leavesByReturn() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.items) == 0 {
		q.cond.Wait() // want `q.cond.Wait is not in a loop that re-checks its condition`
		return q.items[0]
	}
	return 0
}

// The loop is the worker's, not the condition's: after Wait the item is taken
// without another look.
func (q *queue) worker(use func(int)) {
	for {
		q.mu.Lock()
		if q.empty() {
			q.cond.Wait() // want `q.cond.Wait is not in a loop that re-checks its condition`
		}
		v := q.items[0]
		q.items = q.items[1:]
		q.mu.Unlock()
		use(v)
	}
}

// The loop runs over something else.
func (q *queue) rangeOther(keys []string) {
	for range keys {
		q.mu.Lock()
		if q.empty() {
			q.cond.Wait() // want `q.cond.Wait is not in a loop that re-checks its condition`
		}
		q.items = q.items[1:]
		q.mu.Unlock()
	}
}

// The else branch does not make it a loop.
func (q *queue) ifElse() {
	q.mu.Lock()
	if !q.empty() {
		q.items = q.items[1:]
	} else {
		q.cond.Wait() // want `q.cond.Wait is not in a loop that re-checks its condition`
	}
	q.mu.Unlock()
}

// switch is an if.
func (q *queue) switched() {
	q.mu.Lock()
	switch {
	case q.empty():
		q.cond.Wait() // want `q.cond.Wait is not in a loop that re-checks its condition`
	case q.closed:
		q.items = nil
	}
	q.items = q.items[1:]
	q.mu.Unlock()
}

// The goroutine waits once.
func (q *queue) goroutine(use func(int)) {
	go func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		if q.empty() {
			q.cond.Wait() // want `q.cond.Wait is not in a loop that re-checks its condition`
		}
		use(q.items[0])
	}()
}

// The function literal is its own function; the loop around it does not count.
func (q *queue) literalInLoop(jobs chan<- func()) {
	for range 3 {
		jobs <- func() {
			q.mu.Lock()
			if q.empty() {
				q.cond.Wait() // want `q.cond.Wait is not in a loop that re-checks its condition`
			}
			q.items = q.items[1:]
			q.mu.Unlock()
		}
	}
}

// A Cond that is a value.
type gate struct {
	mu   sync.Mutex
	cond sync.Cond
	open bool
}

func newGate() *gate {
	g := new(gate)
	g.cond.L = &g.mu
	return g
}

func (g *gate) pass() {
	g.mu.Lock()
	if !g.open {
		g.cond.Wait() // want `g.cond.Wait is not in a loop that re-checks its condition`
	}
	g.open = false
	g.mu.Unlock()
}

// An embedded Cond.
type barrier struct {
	*sync.Cond
	mu sync.Mutex
	n  int
}

func newBarrier() *barrier {
	b := new(barrier)
	b.Cond = sync.NewCond(&b.mu)
	return b
}

func (b *barrier) arrive() {
	b.L.Lock()
	defer b.L.Unlock()
	b.n--
	if b.n > 0 {
		b.Wait() // want `b(\.Cond)?.Wait is not in a loop that re-checks its condition`
	}
	b.Broadcast()
}

// A local Cond.
func localOnce() {
	var mu sync.Mutex
	cond := sync.NewCond(&mu)
	done := false
	go func() {
		mu.Lock()
		done = true
		mu.Unlock()
		cond.Signal()
	}()
	mu.Lock()
	if !done {
		cond.Wait() // want `cond.Wait is not in a loop that re-checks its condition`
	}
	mu.Unlock()
}

// The read lock of an RWMutex.
type config struct {
	rw    sync.RWMutex
	cond  *sync.Cond
	ready bool
}

func newConfig() *config {
	c := new(config)
	c.cond = sync.NewCond(c.rw.RLocker())
	return c
}

func (c *config) wait() bool {
	c.rw.RLock()
	defer c.rw.RUnlock()
	if !c.ready {
		c.cond.Wait() // want `c.cond.Wait is not in a loop that re-checks its condition`
	}
	return c.ready
}

// A method value waits as well.
func (q *queue) methodValue() {
	wait := q.cond.Wait
	q.mu.Lock()
	if q.empty() {
		wait() // want `Wait is not in a loop that re-checks its condition`
	}
	q.items = q.items[1:]
	q.mu.Unlock()
}

// A generic owner.
type buffer[T any] struct {
	mu   sync.Mutex
	cond *sync.Cond
	vals []T
}

func newBuffer[T any]() *buffer[T] {
	b := new(buffer[T])
	b.cond = sync.NewCond(&b.mu)
	return b
}

func (b *buffer[T]) take() T {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.vals) == 0 {
		b.cond.Wait() // want `b.cond.Wait is not in a loop that re-checks its condition`
	}
	v := b.vals[0]
	b.vals = b.vals[1:]
	return v
}

// A bare Wait on a Cond of its own, but in no test.
func bareOwn() {
	var mu sync.Mutex
	c := sync.NewCond(&mu)
	mu.Lock()
	go c.Signal()
	c.Wait() // want `c.Wait is not in a loop that re-checks its condition`
	mu.Unlock()
}

// A loop that only counts wake-ups looks at no condition.
func FN_countedWaits(q *queue, n int) {
	q.mu.Lock()
	for i := 0; i < n; i++ {
		q.cond.Wait()
	}
	q.mu.Unlock()
}

// The forwarding method waits; its caller does not loop.
func FN_ifAroundForwarder(q *queue) {
	q.mu.Lock()
	if q.empty() {
		q.block()
	}
	q.items = nil
	q.mu.Unlock()
}

// What stands before and after Wait in the if does not make it a loop
// (go-ethereum's payload builder).
func (q *queue) full(deliver func([]int)) []int {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.items == nil {
		select {
		default:
		}
		q.cond.Wait() // want `q.cond.Wait is not in a loop that re-checks its condition`
		if q.closed {
			return nil
		}
	}
	return q.items
}
