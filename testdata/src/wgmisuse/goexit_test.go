package wgmisuse

import (
	"runtime"
	"sync"
	"testing"
)

// TestTwice calls f twice, one after the other, each time on a goroutine that f may end.
func TestTwice(t *testing.T) {
	calls := 0
	f := sync.OnceFunc(func() {
		calls++
		runtime.Goexit()
	})
	var wg sync.WaitGroup
	for range 2 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			defer func() { recover() }()
			f()
		}()
		wg.Wait()
	}
	if calls != 1 {
		t.Error(calls)
	}
}

// TestAll has no such reason.
func TestAll(t *testing.T) {
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			t.Log(i)
		}()
		wg.Wait() // want `so that they run one by one: call it after the loop`
	}
}
