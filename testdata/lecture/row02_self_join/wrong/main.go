// Row 2, self-join, the wrong way.
//
// A goroutine cannot wait for itself. Each worker wants to close the channel
// when all are done, and waits for all, itself included: it calls Done only
// when Wait has returned.
//
// Run it: the runtime ends the program with "all goroutines are asleep -
// deadlock!".
package main

import (
	"fmt"
	"sync"
)

func main() {
	results := make(chan int, 3)
	var once sync.Once
	var wg sync.WaitGroup
	for i := range 3 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			results <- i * i
			wg.Wait() // wrong: the deferred Done comes after it
			once.Do(func() { close(results) })
		}()
	}
	sum := 0
	for r := range results {
		sum += r
	}
	fmt.Println("sum:", sum)
}
