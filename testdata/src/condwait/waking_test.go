package condwait

import (
	"sync"
	"testing"
)

// What is tested is that Signal wakes one goroutine (sync's tests).
func TestSignal(t *testing.T) {
	var mu sync.Mutex
	c := sync.NewCond(&mu)
	running := make(chan bool)
	go func() {
		mu.Lock()
		running <- true
		c.Wait()
		mu.Unlock()
	}()
	<-running
	mu.Lock()
	c.Signal()
	mu.Unlock()
}

// The same with a Cond that is no pointer.
func TestSignalVar(t *testing.T) {
	var mu sync.Mutex
	c := sync.Cond{L: &mu}
	mu.Lock()
	go func() {
		mu.Lock()
		c.Signal()
		mu.Unlock()
	}()
	c.Wait()
	mu.Unlock()
	if t.Failed() {
		return
	}
}

// It waits for a condition.
func TestCondition(t *testing.T) {
	var mu sync.Mutex
	c := sync.NewCond(&mu)
	ready := false
	go func() {
		mu.Lock()
		ready = true
		c.Signal()
		mu.Unlock()
	}()
	mu.Lock()
	if !ready {
		c.Wait() // want `c.Wait is not in a loop that re-checks its condition`
	}
	mu.Unlock()
}

// The queue's condition variable is not there to be tested.
func TestQueue(t *testing.T) {
	q := new(queue)
	q.mu.Lock()
	q.cond.Wait() // want `q.cond.Wait is not in a loop that re-checks its condition`
	q.mu.Unlock()
}

// No test is exempt from the lock.
func TestNoLock(t *testing.T) {
	var mu sync.Mutex
	c := sync.NewCond(&mu)
	c.Wait() // want `c.Wait is called without holding mu`
}
