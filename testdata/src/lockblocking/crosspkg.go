package lockblocking

import (
	"sync"

	"lockblocking/store"
)

// The other package waits, or the partner is there: not seen, for the channels and
// WaitGroups of others are anybody's.

// FN_Fill sends with the box's lock to the box's own goroutine.
func FN_Fill(b *store.Box) {
	b.Mu.Lock()
	defer b.Mu.Unlock()
	b.Ch <- 1
}

// FN_FillByCall does so by a method.
func FN_FillByCall(b *store.Box) {
	b.Mu.Lock()
	defer b.Mu.Unlock()
	b.Put(1)
}

// FillOutside unlocks first.
func FillOutside(b *store.Box) {
	b.Mu.Lock()
	b.Mu.Unlock()
	b.Put(1)
}

// The partner is here, the helper that waits there.
type client struct {
	mu sync.Mutex
	ch chan int
	wg sync.WaitGroup
	n  int
}

// NewClient starts the receiver.
func NewClient() *client {
	c := &client{ch: make(chan int)}
	c.wg.Add(1)
	go c.run()
	return c
}

func (c *client) run() {
	defer c.wg.Done()
	for v := range c.ch {
		c.mu.Lock()
		c.n = v
		c.mu.Unlock()
	}
}

// FN_Push sends by the helper.
func (c *client) FN_Push(v int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	store.Send(c.ch, v)
}

// TryPush does not wait.
func (c *client) TryPush(v int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return store.TrySend(c.ch, v)
}

// FN_Stop joins by the helper.
func (c *client) FN_Stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	close(c.ch)
	store.Join(&c.wg)
}

// FN_Group has both ends in the other package, tied by a function that is
// handed over: what Wait waits for is known only if Go's callers are.
func (c *client) FN_Group() {
	var g store.Group
	g.Go(func() {
		c.mu.Lock()
		c.n++
		c.mu.Unlock()
	})
	c.mu.Lock()
	defer c.mu.Unlock()
	g.Wait()
}
