package missingunlock

import "sync"

type fix struct {
	mu    sync.Mutex
	rw    sync.RWMutex
	n     int
	empty bool
}

func (f *fix) flush() {}

// A bare return gets the release before it.
func (f *fix) bare() {
	f.mu.Lock()
	if f.empty {
		return // want `returning with f.mu locked \(locked on line \d+`
	}
	f.n++
	f.mu.Unlock()
	f.flush()
}

// Two bare returns each get one.
func (f *fix) bareTwice(k int) {
	f.mu.Lock()
	if f.empty {
		return // want `returning with f.mu locked \(locked on line \d+`
	}
	for i := 0; i < k; i++ {
		if i == f.n {
			return // want `returning with f.mu locked \(locked on line \d+`
		}
	}
	f.mu.Unlock()
	f.flush()
}

// A read lock gets RUnlock.
func (f *fix) bareRead() {
	f.rw.RLock()
	if f.empty {
		return // want `returning with f.rw read-locked \(locked on line \d+`
	}
	f.rw.RUnlock()
	f.flush()
}

// Every release stands right before its exit: defer it.
func (f *fix) toDefer() (int, error) {
	f.mu.Lock()
	if f.empty {
		return 0, errFull // want `returning with f.mu locked \(locked on line \d+`
	}
	if f.n > 3 {
		f.mu.Unlock()
		return 3, nil
	}
	f.mu.Unlock()
	return 1, nil
}
