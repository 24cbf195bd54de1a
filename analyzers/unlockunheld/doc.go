// Package unlockunheld defines an Analyzer that reports unlocking of locks
// that are not held.
//
// # Analyzer unlockunheld
//
// unlockunheld: report a mutex unlocked that is not held
//
// To unlock a mutex that is not locked ends the program with a fatal error,
// which recover cannot catch; if another goroutine has locked it meanwhile,
// the section of that goroutine is torn open instead. Often one Unlock is
// explicit and the other is deferred:
//
//	func (c *conn) Close() error {
//		c.mu.Lock()
//		defer c.mu.Unlock() // c.mu is unlocked here, but it is not held (unlocked on line 14)
//		if c.closed {
//			c.mu.Unlock()
//			return errClosed
//		}
//		c.closed = true
//		return nil
//	}
//
// One of them is enough:
//
//	func (c *conn) Close() error {
//		c.mu.Lock()
//		defer c.mu.Unlock()
//		if c.closed {
//			return errClosed
//		}
//		c.closed = true
//		return nil
//	}
//
// The wrong kind of unlocking is reported as well, RUnlock after Lock and
// Unlock after RLock:
//
//	c.mu.RLock()
//	defer c.mu.Unlock() // c.mu.Unlock releases a write lock, but c.mu is read-locked (on line 20)
//
// Not reported are functions that unlock for their caller: an Unlock is taken
// for a mistake only if no path of the function holds the lock there and the
// function itself has unlocked it or has created it. Locks that another
// goroutine or a callback has handed over are left alone, and so is the unlock
// of a nameless new one, which is there to end the process.
//
// To keep a report quiet, say why:
//
//	c.mu.Unlock() //concurlint:ignore unlockunheld begin has locked it
package unlockunheld
