// Row 3, daemonic threads, the wrong way.
//
// A goroutine with an endless loop lives as long as the program. If an object starts
// one and can be closed, the goroutine should end with it; here it stays behind, and
// keeps all that it refers to in memory.
//
// Run it: a thousand caches are opened and closed, and a thousand goroutines are
// still there.
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
}

func open() *cache {
	c := &cache{entries: make(map[string]int)}
	go c.sweep() // wrong: nobody can tell it to stop
	return c
}

// sweep throws away all entries every minute.
func (c *cache) sweep() {
	for {
		time.Sleep(time.Minute)
		c.mu.Lock()
		clear(c.entries)
		c.mu.Unlock()
	}
}

// Close frees what the cache holds, but for the goroutine.
func (c *cache) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.entries = nil
}

func main() {
	for range 1000 {
		open().Close()
	}
	fmt.Println("goroutines:", runtime.NumGoroutine())
}
