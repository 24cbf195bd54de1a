// Command sleep sleeps.
package main

import (
	"fmt"
	"sync"
	"time"
)

var (
	mu sync.Mutex
	n  int
)

func inc() {
	mu.Lock()
	defer mu.Unlock()
	n++
}

func show() {
	mu.Lock()
	defer mu.Unlock()
	fmt.Println(n)
}

func main() {
	for range 3 {
		go inc() // want `main only waits with time.Sleep \(line 34\) for this goroutine`
	}
	go func() { // want `main only waits with time.Sleep \(line 34\) for this goroutine`
		inc()
	}()
	time.Sleep(time.Second)
	show()
}
