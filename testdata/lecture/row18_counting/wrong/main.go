// Row 18, counting work in and out, the wrong way.
//
// Wait returns when Done has been called as often as Add has counted. Work
// that is counted too late is not waited for, work that is never counted out
// is waited for without end.
//
// Run it: main does not wait for the late workers, and waits for the failed
// one until the runtime ends the program with "all goroutines are asleep -
// deadlock!".
package main

import (
	"fmt"
	"sync"
)

type crew struct {
	wg sync.WaitGroup
}

// work counts itself when it runs: Wait may have looked before.
func (c *crew) work(i int) {
	c.wg.Add(1) // wrong: belongs before the go statement
	defer c.wg.Done()
	fmt.Println("worker", i)
}

func late() {
	c := new(crew)
	for i := range 3 {
		go c.work(i)
	}
	c.wg.Wait()
}

// oneByOne waits for each worker before it starts the next.
func oneByOne() {
	var wg sync.WaitGroup
	for i := range 3 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			fmt.Println("worker", i)
		}()
		wg.Wait() // wrong: belongs after the loop
	}
}

func check(i int) error {
	if i == 1 {
		return fmt.Errorf("worker %d failed", i)
	}
	return nil
}

// forgetful does not count out a worker that fails.
func forgetful() {
	var wg sync.WaitGroup
	for i := range 3 {
		wg.Add(1)
		go func() {
			if err := check(i); err != nil {
				fmt.Println(err)
				return // wrong: without Done
			}
			fmt.Println("worker", i)
			wg.Done()
		}()
	}
	wg.Wait()
}

func main() {
	late()
	oneByOne()
	forgetful()
}
