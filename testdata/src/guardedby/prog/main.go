// Prog is a program: what main does before it starts a goroutine needs no lock.
package main

import (
	"fmt"
	"sync"
)

var (
	mu    sync.Mutex
	stats = map[string]int{}
	limit int
)

type worker struct {
	mu   sync.Mutex
	done int
}

// run is the goroutines' body.
func (w *worker) run(wg *sync.WaitGroup) {
	defer wg.Done()
	w.mu.Lock()
	w.done++
	w.mu.Unlock()
	mu.Lock()
	defer mu.Unlock()
	if limit > 0 {
		limit--
		stats["run"]++
	}
}

// parse is called by main before anything runs.
func parse(args []string) {
	limit = len(args)
	stats["args"] = limit
}

func main() {
	parse([]string{"a"})
	stats["main"] = 1
	w := &worker{}
	w.done = 0
	var wg sync.WaitGroup
	wg.Add(2)
	go w.run(&wg)
	go w.run(&wg)
	early := stats["run"] // want `stats(\["run"\])? is read without mu, which guards it`
	wg.Wait()
	fmt.Println(early, stats, limit, w.done)
}
