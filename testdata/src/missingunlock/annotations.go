package missingunlock

import "sync"

// Annotations of gVisor's checklocks say what the code knows.
type entry struct {
	mu   sync.Mutex
	dead bool
	next *entry
}

func (e *entry) forced() error {
	e.mu.Lock()
	if e.dead {
		return errClosed // +checklocksforce: the reaper unlocks it.
	}
	e.mu.Unlock()
	return nil
}

// The annotation is on another line.
func (e *entry) forcedElsewhere() error {
	e.mu.Lock()
	if e.dead { // +checklocksforce: the reaper unlocks it.
		return errClosed // want `returning with e.mu locked \(locked on line \d+`
	}
	e.mu.Unlock()
	return nil
}

// +checklocksignore
func (e *entry) ignored() error {
	e.mu.Lock()
	if e.dead {
		return errClosed
	}
	e.mu.Unlock()
	return nil
}

// The lock is declared to be held at the exit; that it is not where the function
// fails is for the annotation's own checker to say.
//
// +checklocksacquire:e.mu
func (e *entry) prepare(n int) bool {
	e.mu.Lock()
	switch {
	case n == 0:
		e.mu.Unlock()
		return false
	case n == 1:
		e.dead = true
		return true
	}
	return e.dead
}

// commit releases what prepare has acquired.
//
// +checklocksrelease:e.mu
func commit(e *entry) {
	if e != nil {
		e.dead = true
		e.mu.Unlock()
	}
}

// The lock is released under another name.
func (e *entry) replace(old *entry, find func(*entry) *entry) bool {
	if old != nil {
		old.mu.Lock()
		if old.dead {
			old.mu.Unlock()
			return false
		}
	}
	var replaced *entry
	if r := find(e); r != nil {
		replaced = r
	}
	commit(replaced) // +checklocksforce: it is old.
	return true
}

// The same without the annotation.
func (e *entry) replaceUnsaid(old *entry, find func(*entry) *entry) bool {
	if old != nil {
		old.mu.Lock()
		if old.dead {
			old.mu.Unlock()
			return false
		}
	}
	var replaced *entry
	if r := find(e); r != nil {
		replaced = r
	}
	commit(replaced)
	return true // want `returning with old.mu locked \(locked on line \d+`
}
