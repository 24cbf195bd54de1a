package missingunlock

import "sync"

type cache[K comparable, V any] struct {
	mu    sync.RWMutex
	items map[K]V
}

// The receiver is generic; the lock is a plain field of it.
func (c *cache[K, V]) get(k K) (v V, ok bool) {
	c.mu.RLock()
	v, ok = c.items[k]
	if !ok {
		return v, false // want `returning with c.mu read-locked \(locked on line \d+`
	}
	c.mu.RUnlock()
	return v, true
}

// The healthy sibling.
func (c *cache[K, V]) put(k K, v V) bool {
	c.mu.Lock()
	if _, dup := c.items[k]; dup {
		c.mu.Unlock()
		return false
	}
	c.items[k] = v
	c.mu.Unlock()
	return true
}

func (c *cache[K, V]) lock()   { c.mu.Lock() }
func (c *cache[K, V]) unlock() { c.mu.Unlock() }

// Through the generic type's helpers.
func (c *cache[K, V]) viaHelpers(k K) bool {
	c.lock()
	if c.items == nil {
		return false // want `returning with c.mu locked \(locked on line \d+`
	}
	delete(c.items, k)
	c.unlock()
	return true
}

// An instance of the generic type, and its helpers.
type names struct{ cache[string, int] }

func (n *names) viaInstance(k string) bool {
	n.lock()
	if n.items == nil {
		return false // want `returning with n.(cache.)?mu locked \(locked on line \d+`
	}
	n.items[k]++
	n.unlock()
	return true
}

// A type parameter that is constrained to be a lock.
func withLock[L sync.Locker](l L, skip bool) bool {
	l.Lock()
	if skip {
		return false // want `returning with l locked \(locked on line \d+`
	}
	l.Unlock()
	return true
}

// The same, healthy.
func withLockOK[L sync.Locker](l L, f func()) {
	l.Lock()
	defer l.Unlock()
	f()
}

type mutexPointer[T any] interface {
	*T
	Lock()
	Unlock()
}

// A type parameter whose pointer is the lock.
func withPointer[T any, P mutexPointer[T]](p P, skip bool) {
	p.Lock()
	if !skip {
		p.Unlock()
		return
	}
} // want `returning with p locked \(locked on line \d+`

// A lock helper for any lock holds it at its exit.
func scoped[L sync.Locker](l L) func() {
	l.Lock()
	return l.Unlock
}

// The closure of the generic helper releases.
func (c *cache[K, V]) scopedOK() int {
	defer scoped(&c.mu)()
	return len(c.items)
}
