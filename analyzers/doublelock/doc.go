// Package doublelock defines an Analyzer that reports locks acquired by the
// goroutine that holds them.
//
// # Analyzer doublelock
//
// doublelock: report a mutex locked again by its holder
//
// Go's mutexes are not reentrant. A goroutine that locks a mutex it already
// holds waits for itself, and everyone else then waits for it. Mostly a call
// stands between the two:
//
//	func (c *cache) Len() int {
//		c.mu.Lock()
//		defer c.mu.Unlock()
//		return len(c.m)
//	}
//
//	func (c *cache) Add(k string) {
//		c.mu.Lock()
//		defer c.mu.Unlock()
//		c.m[k] = true
//		c.size = c.Len() // c.Len locks c.mu, which is already held (locked on line 30; c.Len locks it at cache.go:24)
//	}
//
// Do the work in a function that expects the lock, and lock around it:
//
//	// lenLocked returns the number of keys; c.mu must be held.
//	func (c *cache) lenLocked() int { return len(c.m) }
//
//	func (c *cache) Add(k string) {
//		c.mu.Lock()
//		defer c.mu.Unlock()
//		c.m[k] = true
//		c.size = c.lenLocked()
//	}
//
// All pairs are reported: Lock after Lock or RLock, RLock after Lock, and
// RLock after RLock. The last pair works until another goroutine calls Lock
// in between: the writer waits for the first RLock, and the second RLock
// waits for the writer. The way to the second acquisition may lead through
// any number of calls, closures, embedded types, interfaces whose
// implementations are known, and other packages.
//
// Not reported are locks of another object, even of the same type; callees
// that unlock before they lock; sync.Cond.Wait, which does just that; TryLock,
// which does not wait; conditions that exclude each other; RLock after RLock
// where the function has made the object and no other goroutine locks it; and
// what a go statement starts, which does not hold the locks of its starter.
//
// To keep a report quiet, say why:
//
//	c.size = c.Len() //concurlint:ignore doublelock this c is never shared
package doublelock
