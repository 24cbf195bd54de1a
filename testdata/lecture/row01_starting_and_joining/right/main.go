// Row 1, starting and joining, the right way.
//
// Wait for what was started: a WaitGroup for several goroutines, a channel for the
// result of one.
package main

import (
	"fmt"
	"sync"
	"time"
)

func countdown(from int) {
	for i := from; i > 0; i-- {
		fmt.Println(i)
		time.Sleep(10 * time.Millisecond)
	}
	fmt.Println("lift off")
}

func save(name string) string { return "saved " + name }

func main() {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		countdown(5)
	}()
	wg.Go(func() { countdown(3) }) // the same in one
	saved := make(chan string)
	go func() { saved <- save("the log") }()
	fmt.Println(<-saved)
	wg.Wait()
}
