package missingunlock

import (
	"sync"

	"github.com/pkg/errors"
)

// Conditions that are tested twice and cannot change in between.
type tree struct {
	mu     sync.Mutex
	data   sync.Mutex
	shared bool
	nodes  map[string]*tree
	mask   uint32
	n      int
}

func (t *tree) touch() {
	t.mu.Lock()
	t.n++
	t.mu.Unlock()
}

func (t *tree) load(name string) error {
	t.touch()
	return fetch(name)
}

var fetch func(name string) error

// The value was read once, whatever becomes of the map.
func (t *tree) readOnce(name string) int {
	t.mu.Lock()
	child := t.nodes[name]
	t.mu.Unlock()
	if child == nil {
		return 0
	}
	t.data.Lock()
	if child != nil {
		t.data.Unlock()
		return child.n
	}
	return 0
}

// The lock is taken because of the flag, so that the flag is stable, whichever
// other locks are taken in between.
func (t *tree) stableFlag(name string) error {
	if !t.shared {
		t.n++
	}
	if !t.shared {
		t.data.Lock()
	}
	err := t.load(name)
	if !t.shared {
		t.n++
		t.data.Unlock()
	}
	return err
}

// The condition is on a copy.
func (t *tree) copied(s tree) int {
	stat := s
	if stat.mask&4 != 0 {
		t.data.Lock()
	}
	t.touch()
	t.mu.Lock()
	defer t.mu.Unlock()
	if stat.mask&4 != 0 {
		t.data.Unlock()
	}
	return t.n
}

// Another flag decides on the release.
func (t *tree) otherFlag(name string) error {
	if !t.shared {
		t.data.Lock()
	}
	err := t.load(name)
	if t.n == 0 {
		t.data.Unlock()
	}
	return err // want `returning with t.data locked \(locked on line \d+`
}

// The flag is read again under the lock, and it did not decide on the lock.
func (t *tree) twice() {
	if t.shared {
		return
	}
	t.mu.Lock()
	if t.shared {
		return // want `returning with t.mu locked \(locked on line \d+`
	}
	t.shared = true
	t.mu.Unlock()
}

// The deferred call asks for the result, which is an error on these paths.
func (t *tree) keepUnlessFails(name string) (n int, free func(), failed error) {
	t.mu.Lock()
	defer func() {
		if failed != nil {
			t.mu.Unlock()
		}
	}()
	if err := fetch(name); err != nil {
		return 0, nil, err
	}
	err := fetch(name + "!")
	if err != nil {
		return 0, nil, err
	}
	defer func() {
		if failed != nil {
			t.n--
		}
	}()
	return t.n, func() { t.mu.Unlock() }, nil
}

// An error that is wrapped is still one.
func (t *tree) keepUnlessWrapped(name string) (failed error) {
	t.mu.Lock()
	keep := t.shared
	defer func() {
		if failed != nil || !keep {
			t.mu.Unlock()
		}
	}()
	if err := fetch(name); err != nil {
		return errors.Wrap(err, "fetch")
	}
	if !keep {
		return nil
	}
	go func() {
		t.n++
		t.mu.Unlock()
	}()
	return nil
}

// An error that is not tested may be nil.
func (t *tree) keepUntested(name string) (failed error) {
	t.mu.Lock()
	defer func() {
		if failed != nil {
			t.mu.Unlock()
		}
	}()
	return errors.Wrap(fetch(name), "fetch") // want `returning with t.mu locked \(locked on line \d+`
}
