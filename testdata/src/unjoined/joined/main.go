// Command joined waits.
package main

import (
	"fmt"
	"sync"
	"time"
)

func save(s string) { fmt.Println(s) }

func main() {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		save("a")
	}()
	wg.Go(func() { save("b") })
	done := make(chan struct{})
	go func() {
		defer close(done)
		save("c")
	}()
	time.Sleep(time.Second)
	wg.Wait()
	<-done
}
