// Package lockgap defines an Analyzer that reports decisions that outlive the
// lock under which they were made.
//
// # Analyzer lockgap
//
// lockgap: report writes decided by what was read before the lock was released
//
// A condition that was tested under a lock holds until the lock is released.
// After that, another goroutine may change it:
//
//	c.mu.RLock()
//	_, ok := c.m[k]
//	c.mu.RUnlock()
//	if !ok {
//		c.mu.Lock()
//		c.m[k] = newItem() // c.m is written here because of what was read under an earlier c.mu (line 12), which was unlocked in between: check again
//		c.mu.Unlock()
//	}
//
// Check again where the lock is held for the write:
//
//	if !ok {
//		c.mu.Lock()
//		if _, ok := c.m[k]; !ok {
//			c.m[k] = newItem()
//		}
//		c.mu.Unlock()
//	}
//
// Every access is locked, so the race detector is content, and the result is
// wrong all the same: two goroutines find the key missing, both store an item,
// and one item is lost. A lock makes each section whole, not two sections
// together.
//
// The two sections may be in methods, each of which locks for itself:
//
//	if !s.Has(k) {
//		s.Put(k, v) // s.m is written here because of what was read under an earlier s.mu (line 12), ...
//	}
//	c.set(c.get() + 1)
//
// Not reported are writes that do not depend on what was read; writes that are
// preceded by another look at it, in the same function, in the one that is
// called, or in a helper; loops that retry, and compare-and-swap; a flag or a
// number that the first section sets aside for the second, or what it takes
// away; other objects; sections inside a larger one of another lock; a cache
// filled twice with the same; and functions that run one at a time: on a single
// goroutine, or because they write other fields of the object with no lock.
//
// To keep a report quiet, say why:
//
//	c.m[k] = v //concurlint:ignore lockgap all goroutines compute the same v
package lockgap
