package wgmisuse

import (
	"sync"
	"time"
)

// tick counts a goroutine that only leaves its loop by the return: nobody closes the
// channel of a ticker.
func tick(stop chan int) {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		for range time.NewTicker(time.Second).C {
			select {
			case <-stop:
				wg.Done()
				return
			default:
			}
		}
	}()
	wg.Wait()
}

// drain leaves it when the channel is closed, too.
func drain(ch, stop chan int) {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		for range ch {
			select {
			case <-stop:
				wg.Done()
				return
			default:
			}
		}
	}() // want `returning without wg\.Done \(called on line \d+ on another path\): wg\.Wait never returns`
	wg.Wait()
}
