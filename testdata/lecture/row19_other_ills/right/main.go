// Row 19, other ills, the right way.
//
// The slow work is done without the lock: look into the map, unlock, download,
// lock again, look again. The waiting is done without it, too. Eight fetches take
// as long as one. And who has nothing else to do waits for the channel.
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
}

// download is slow, like all that goes over a network.
func download(url string) string {
	time.Sleep(50 * time.Millisecond)
	return "contents of " + url
}

// fetch has the lock for two moments. Another goroutine may have stored the page
// in between, so that it looks again.
func (c *cache) fetch(url string) string {
	c.mu.Lock()
	page, ok := c.pages[url]
	c.mu.Unlock()
	if ok {
		return page
	}
	page = download(url)
	c.mu.Lock()
	defer c.mu.Unlock()
	if old, ok := c.pages[url]; ok {
		return old
	}
	c.pages[url] = page
	return page
}

// count is one of the goroutines that report waits for.
func (c *cache) count() {
	c.mu.Lock()
	c.hits++
	c.mu.Unlock()
}

// report waits first and locks then.
func (c *cache) report() {
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(c.count)
	}
	wg.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	fmt.Println("hits:", c.hits)
}

// drain waits for each page.
func drain(pages chan string, n int) (asked int) {
	for range n {
		<-pages
		asked++
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
