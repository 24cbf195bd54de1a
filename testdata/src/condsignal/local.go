package condsignal

import "sync"

// A local variable may be the condition, and a local variable the lock.

func await(work func()) {
	var mu sync.Mutex
	cond := sync.NewCond(&mu)
	ready := false
	go func() {
		work()
		ready = true // want `ready changes without mu held: a waiter on cond that has just tested it \(line \d+\) misses the signal on line \d+`
		cond.Signal()
	}()
	mu.Lock()
	for !ready {
		cond.Wait()
	}
	mu.Unlock()
}

func awaitAll(jobs []func()) {
	cond := sync.NewCond(&sync.Mutex{})
	left := len(jobs)
	for _, job := range jobs {
		go func() {
			job()
			cond.L.Lock()
			left--
			cond.L.Unlock()
			cond.Signal()
		}()
	}
	cond.L.Lock()
	defer cond.L.Unlock()
	for left > 0 {
		cond.Wait()
	}
}

func awaitLocked(work func()) {
	var mu sync.Mutex
	var other sync.Mutex
	cond := sync.NewCond(&mu)
	ready := false
	set := func() {
		ready = true
		cond.Broadcast()
	}
	go func() {
		mu.Lock()
		defer mu.Unlock()
		other.Lock()
		work()
		other.Unlock()
		set()
	}()
	mu.Lock()
	defer mu.Unlock()
	for !ready {
		cond.Wait()
	}
}

func awaitOther(work func()) {
	var mu, other sync.Mutex
	cond := sync.NewCond(&mu)
	ready := false
	go func() {
		other.Lock()
		ready = true // want `ready changes without mu held: a waiter on cond that has just tested it \(line \d+\) misses the signal on line \d+`
		other.Unlock()
		cond.Signal()
	}()
	mu.Lock()
	for !ready {
		cond.Wait()
	}
	mu.Unlock()
}
