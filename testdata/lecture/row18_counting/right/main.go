// Row 18, counting work in and out, the right way.
//
// Add comes before the go statement, Done is deferred first thing, and Wait
// comes after the loop. WaitGroup.Go does the first two.
package main

import (
	"fmt"
	"sync"
)

type crew struct {
	wg sync.WaitGroup
}

func (c *crew) work(i int) {
	defer c.wg.Done()
	fmt.Println("worker", i)
}

func inTime() {
	c := new(crew)
	for i := range 3 {
		c.wg.Add(1)
		go c.work(i)
	}
	c.wg.Wait()
}

func check(i int) error {
	if i == 1 {
		return fmt.Errorf("worker %d failed", i)
	}
	return nil
}

func always() {
	var wg sync.WaitGroup
	for i := range 3 {
		wg.Go(func() {
			if err := check(i); err != nil {
				fmt.Println(err)
				return
			}
			fmt.Println("worker", i)
		})
	}
	wg.Wait()
}

func main() {
	inTime()
	always()
}
