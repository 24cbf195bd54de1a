// Package deferunlock defines an Analyzer that reports locks released by hand
// where a deferred release is safer and changes nothing else.
//
// # Analyzer deferunlock
//
// deferunlock: report a mutex unlocked by hand where defer is safer
//
// A section that unlocks before each of its exits is one new return away from
// a mutex that stays locked:
//
//	func (c *conn) read() (int, error) {
//		c.mu.Lock() // c.mu is unlocked by hand before 3 exits: defer c.mu.Unlock() after line 12
//		if c.closed {
//			c.mu.Unlock()
//			return 0, errClosed
//		}
//		if len(c.buf) == 0 {
//			c.mu.Unlock()
//			return 0, nil
//		}
//		n := c.fill()
//		c.mu.Unlock()
//		return n, nil
//	}
//
// A deferred call cannot be forgotten, and runs when the section panics:
//
//	func (c *conn) read() (int, error) {
//		c.mu.Lock()
//		defer c.mu.Unlock()
//		if c.closed {
//			return 0, errClosed
//		}
//		if len(c.buf) == 0 {
//			return 0, nil
//		}
//		return c.fill(), nil
//	}
//
// Reported is
//
//   - a section that is unlocked by hand before three or more exits, each
//     time directly before the exit;
//   - a section with code that may panic, where somebody recovers, as
//     net/http does for its handlers: the panic would leave the mutex locked;
//   - a deferred Unlock in a loop that locks the same mutex again: it runs
//     when the function returns, not at the end of the turn.
//
// With -deferunlock.all, every section with an early exit is reported that is
// unlocked by hand. This is what courses on concurrency ask for.
//
// Not reported are a section that is unlocked early so that slow work runs
// outside it, locks passed from hand to hand along a list, and sections in
// loops: there defer would hold the lock for longer.
//
// The fix inserts the defer statement and removes the calls that it replaces.
//
// To keep a report quiet, say why:
//
//	c.mu.Lock() //concurlint:ignore deferunlock hot path, measured
package deferunlock
