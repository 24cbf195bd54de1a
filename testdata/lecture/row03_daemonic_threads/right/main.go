// Row 3, daemonic threads, the right way.
//
// The loop has a way out: Close closes a channel, which is one case of the select,
// and waits until the goroutine has gone. Go knows no daemonic threads. A goroutine
// that is meant to run as long as the program is marked as such where it starts.
package main

import (
	"fmt"
	"runtime"
	"sync"
	"time"
)

type cache struct {
	mu      sync.Mutex
	entries map[string]int

	once     sync.Once
	stop     chan struct{}
	finished chan struct{}
}

func open() *cache {
	c := &cache{entries: make(map[string]int), stop: make(chan struct{}), finished: make(chan struct{})}
	go c.sweep()
	return c
}

// sweep throws away all entries every minute, until the cache is closed.
func (c *cache) sweep() {
	defer close(c.finished)
	ticker := time.NewTicker(time.Minute)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			c.mu.Lock()
			clear(c.entries)
			c.mu.Unlock()
		case <-c.stop:
			return
		}
	}
}

// Close stops the goroutine. It may be called twice.
func (c *cache) Close() {
	c.once.Do(func() { close(c.stop) })
	<-c.finished
}

// A clock runs as long as the program does.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock {
	c := &clock{now: time.Now()}
	go c.run() //concurlint:daemon there is one clock, and it is never stopped
	return c
}

func (c *clock) run() {
	for {
		time.Sleep(time.Second)
		c.mu.Lock()
		c.now = time.Now()
		c.mu.Unlock()
	}
}

// Stop stops showing the time; the clock itself goes on.
func (c *clock) Stop() {}

func main() {
	newClock().Stop()
	for range 1000 {
		open().Close()
	}
	fmt.Println("goroutines:", runtime.NumGoroutine())
}
