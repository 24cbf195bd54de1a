// Package guardedby defines an Analyzer that reports fields and package
// variables that are used without the mutex that guards them.
//
// # Analyzer guardedby
//
// guardedby: report data used without the lock that guards it
//
// A lock protects data only if everybody who uses the data takes it. A reader
// that does not may see half of a change, or never see it:
//
//	type counter struct {
//		mu sync.Mutex
//		n  int
//	}
//
//	func (c *counter) Add() {
//		c.mu.Lock()
//		c.n++
//		c.mu.Unlock()
//	}
//
//	func (c *counter) Value() int {
//		return c.n // c.n is read without c.mu, which guards it (held at 1 of 2 accesses, e.g. line 14)
//	}
//
// Reading takes the lock as well:
//
//	func (c *counter) Value() int {
//		c.mu.Lock()
//		defer c.mu.Unlock()
//		return c.n
//	}
//
// Two goroutines that use a variable at the same time, one of them writing,
// race: Go promises nothing about what they see, not even that a value once
// written is seen at all. A map that is written while it is read ends the
// program.
//
// Nothing has to be annotated. Which lock guards a field is inferred from the
// package: a lock that is held at most of the accesses, at least one of them a
// write, guards the field, and the report says how often it is held. It may be
// a mutex of the same struct, embedded or not, or of the struct that owns it,
// or a package variable. Comments that people write anyway count as
// declarations and need no evidence:
//
//	n int // guarded by mu
//	mu sync.Mutex // protects the fields below
//	// +checklocks:mu
//	//concurlint:guardedby mu
//
// A function may say that its callers hold the lock, by a name that ends in
// Locked, by a comment such as "c.mu must be held", or by +checklocks:c.mu and
// //concurlint:holds c.mu. Then its calls are checked instead:
//
//	c.flushLocked() // c.flushLocked is called without c.mu, which its callers must hold (declared on line 12)
//
// Unexported functions need not say so: they have the locks that all their
// callers hold. If some hold the lock and some do not, the calls of the latter
// are reported:
//
//	return c.size() // c.size is called without c.mu, but it reads c.n, which c.mu guards (line 30; held at 5 of 6 accesses, e.g. line 14)
//
// The read lock of an RWMutex suffices for reading, not for writing:
//
//	c.mu.RLock()
//	c.n = 0 // c.n is written while c.mu is only read-locked, and it guards c.n (held at 5 of 6 accesses, e.g. line 14)
//	c.mu.RUnlock()
//
// So it is with a lock that is never taken otherwise, if nothing else excludes those
// who have it: two of them write at once.
//
// A function literal that is stored, returned or started by go does not have
// the locks of the function around it, but a goroutine may read under those of
// one that keeps them until it has waited for the goroutine. Exported fields are
// checked in other packages, too. A function gets one report for a field, at the first access.
//
// Not reported are accesses to an object that no other goroutine can know: in
// constructors and what they call, before it is stored, sent or captured by a
// goroutine, and after all such goroutines have been waited for; what init and
// the start of main do; tests that look into their own objects; fields that
// are written only before the object is shared; atomics, channels and the
// locks themselves; reads under another lock that all writers hold, too, or with
// a channel with room for one in hand that serves as such; and reads after a wait on
// a condition variable for what the writers set. Where the guard is inferred,
// something must show that the access can meet a writer: a goroutine that the package starts, a function that
// others call, the same lock taken elsewhere in the function for the same data,
// or many functions that lock just to read the field. Comments are believed that
// permit the access, as "safe to read without holding mu" above it or "only
// written by the run loop" on the field, or "not safe for concurrent use" on the
// type that has the method.
//
// To keep a report quiet, say why:
//
//	return c.n //concurlint:ignore guardedby for debugging, may be stale
//
// A field that is meant to have no guard says so once, with
// //concurlint:unguarded above it.
package guardedby
