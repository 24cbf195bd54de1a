package doublelock

import "sync"

type fix struct {
	mu sync.Mutex
	rw sync.RWMutex
	n  int
}

// The typo is repaired.
func (f *fix) typo() {
	f.mu.Lock()
	defer f.mu.Lock() // want `deferred f.mu.Lock runs while f.mu is already held \(locked on line \d+\); Unlock was meant`
	f.n++
}

// The read lock's typo gets RUnlock.
func (f *fix) typoRead() int {
	f.rw.RLock()
	defer f.rw.RLock() // want `deferred f.rw.RLock runs while f.rw is already (held|read-locked) \((read-)?(locked )?on line \d+\); RUnlock was meant`
	return f.n
}

// The write lock of an RWMutex gets Unlock.
func (f *fix) typoWrite() {
	f.rw.Lock()
	defer f.rw.Lock() // want `deferred f.rw.Lock runs while f.rw is already held \(locked on line \d+\); Unlock was meant`
	f.n--
}
