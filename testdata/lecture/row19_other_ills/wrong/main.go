// Row 19, other ills, the wrong way.
//
// A lock is for moments. Who does slow work while he holds one lets everybody
// else wait for the slow work, too: eight goroutines are then no faster than one.
// And who waits for other goroutines with the lock held waits for ever, if one of
// them needs it.
//
// Who waits for a channel and has nothing to do in between should not ask it again
// and again: that takes a processor from those who work.
//
// Run it: drain asks thousands of times for each page. Eight fetches of 50 milliseconds, started together, take 400. Then
// report waits for goroutines that wait for its lock, and the runtime ends the
// program with "all goroutines are asleep - deadlock!".
package main

import (
	"fmt"
	"sync"
	"time"
)

type cache struct {
	mu    sync.Mutex
	pages map[string]string
	hits  int
	wg    sync.WaitGroup
}

// download is slow, like all that goes over a network.
func download(url string) string {
	time.Sleep(50 * time.Millisecond)
	return "contents of " + url
}

// fetch holds the lock while it downloads: nobody can get a page that has been
// there for long.
func (c *cache) fetch(url string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.pages[url]; !ok {
		c.pages[url] = download(url) // wrong: slow work with the lock held
	}
	return c.pages[url]
}

// count is one of the goroutines that report waits for.
func (c *cache) count() {
	defer c.wg.Done()
	c.mu.Lock()
	c.hits++
	c.mu.Unlock()
}

// report holds the lock while it waits.
func (c *cache) report() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for range 4 {
		c.wg.Add(1)
		go c.count()
	}
	c.wg.Wait() // wrong: count needs c.mu
	fmt.Println("hits:", c.hits)
}

// drain asks for the next page until there is one.
func drain(pages chan string, n int) (asked int) {
	for n > 0 {
		asked++
		select {
		case <-pages:
			n--
		default: // wrong: nothing else to do
		}
	}
	return asked
}

func main() {
	pages := make(chan string)
	go func() {
		for range 3 {
			pages <- download("a page")
		}
	}()
	fmt.Println("asked", drain(pages, 3), "times")
	c := &cache{pages: make(map[string]string)}
	start := time.Now()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() { c.fetch(fmt.Sprint("page ", i)) })
	}
	wg.Wait()
	fmt.Println("took", time.Since(start).Round(50*time.Millisecond))
	c.report()
}
