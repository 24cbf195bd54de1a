package missingunlock

import (
	"sync"
	"time"
)

// The goroutine that is started releases.
func (c *conn) handOff(work func()) {
	c.mu.Lock()
	go func() {
		defer c.mu.Unlock()
		work()
	}()
}

// Hand-off on one path, release by hand on the other.
func (c *conn) handOffOrNot(work func()) bool {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return false
	}
	go func() {
		work()
		c.mu.Unlock()
	}()
	return true
}

// Hand-off on one path, nothing on the other.
func (c *conn) handOffForgotten(work func()) bool {
	c.mu.Lock()
	if c.closed {
		return false // want `returning with c.mu locked \(locked on line \d+`
	}
	go func() {
		work()
		c.mu.Unlock()
	}()
	return true
}

// The goroutine is a method of this package that releases.
func (c *conn) handOffMethod() {
	c.mu.Lock()
	c.n++
	go c.finish()
}

func (c *conn) finish() {
	c.n--
	c.mu.Unlock()
}

// The goroutine is the Unlock itself.
func (c *conn) handOffUnlock() bool {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return false
	}
	go c.mu.Unlock()
	return true
}

// A timer releases.
func (c *conn) handOffTimer(d time.Duration) bool {
	c.mu.Lock()
	if d == 0 {
		c.mu.Unlock()
		return false
	}
	time.AfterFunc(d, c.mu.Unlock)
	return true
}

// A timer's closure releases.
func (c *conn) handOffTimerClosure(d time.Duration) bool {
	c.mu.Lock()
	if d == 0 {
		c.mu.Unlock()
		return false
	}
	time.AfterFunc(d, func() {
		c.n++
		c.mu.Unlock()
	})
	return true
}

// The callback goes to somebody who will call it.
func (c *conn) handOffCallback(submit func(func())) bool {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return false
	}
	submit(func() { c.mu.Unlock() })
	return true
}

// The release is stored for later.
func (c *conn) handOffStored(pending *[]func()) bool {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return false
	}
	*pending = append(*pending, c.mu.Unlock)
	return true
}

// The release is sent to the goroutine that will run it.
func (c *conn) handOffSent(jobs chan<- func()) bool {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return false
	}
	jobs <- c.unlock
	return true
}

// The locked object is sent away; the receiver releases.
func (c *conn) handOffObject(locked chan<- *conn) bool {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return false
	}
	locked <- c
	return true
}

func releaseReceived(locked <-chan *conn) {
	for c := range locked {
		c.mu.Unlock()
	}
}

// The locked object goes into a list; flush releases them all.
func (s *shards) enlist(c *conn) bool {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return false
	}
	s.list = append(s.list, c)
	return true
}

func (s *shards) flush() {
	for _, c := range s.list {
		c.mu.Unlock()
	}
	s.list = nil
}

// wg.Go runs its argument on another goroutine, which releases.
func (c *conn) handOffGroup(wg *sync.WaitGroup) bool {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return false
	}
	wg.Go(func() { c.mu.Unlock() })
	return true
}

// A goroutine that takes the lock for itself is no hand-off.
func (c *conn) noHandOff() bool {
	c.mu.Lock()
	if c.closed {
		go func() {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.n++
		}()
		return false // want `returning with c.mu locked \(locked on line \d+`
	}
	c.mu.Unlock()
	return true
}

// The variable that the goroutine captures was assigned on two paths (libp2p's
// event bus).
func (s *shards) handOffFound(k string, async func(*conn)) {
	s.mu.Lock()
	c, ok := s.byKey[k]
	if !ok {
		c = new(conn)
		s.byKey[k] = c
	}
	c.mu.Lock()
	s.mu.Unlock()
	if async == nil {
		c.mu.Unlock()
	} else {
		go func() {
			defer c.mu.Unlock()
			async(c)
		}()
	}
}

// The function stores c and keeps its lock; the early return forgets it
// (nats-server's consumer).
func (c *conn) storedAndForgotten(owner *struct{ c *conn }) error {
	c.mu.Lock()
	owner.c = c
	if c.closed {
		return errClosed // want `returning with c.mu locked \(locked on line \d+`
	}
	c.n++
	c.mu.Unlock()
	return nil
}

// The goroutine starts with the lock that is held here: it releases it before
// it takes it again.
func lendToGoroutine(n int, prepare func()) {
	var mu sync.Mutex
	mu.Lock()
	done := make(chan struct{})
	go func() {
		prepare()
		mu.Unlock()
		mu.Lock()
		close(done)
	}()
	for range n {
		mu.Lock()
		prepare()
		mu.Unlock()
	}
	<-done
}
