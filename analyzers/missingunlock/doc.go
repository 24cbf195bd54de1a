// Package missingunlock defines an Analyzer that reports paths that leave a
// function with a lock that its other paths release.
//
// # Analyzer missingunlock
//
// missingunlock: report returns that leave a mutex locked
//
// A function that unlocks a mutex on one path and forgets it on another
// works until the other path is taken. The next goroutine that wants the
// mutex then waits for ever, far from the mistake:
//
//	func (c *conn) send(p []byte) error {
//		c.mu.Lock()
//		if c.closed {
//			return errClosed // returning with c.mu locked (locked on line 12, never unlocked on this path)
//		}
//		c.buf = append(c.buf, p...)
//		c.mu.Unlock()
//		return nil
//	}
//
// A deferred Unlock runs on every path, panics included:
//
//	func (c *conn) send(p []byte) error {
//		c.mu.Lock()
//		defer c.mu.Unlock()
//		if c.closed {
//			return errClosed
//		}
//		c.buf = append(c.buf, p...)
//		return nil
//	}
//
// The check follows break, continue, goto and the arms of switch and select,
// deferred calls, closures and TryLock, and calls of functions that lock or
// unlock for their caller, also in other packages. It reports too
//
//   - a loop that comes round to lock what the last turn left locked;
//   - a call that ends the goroutine, such as t.Fatal or runtime.Goexit, with
//     no deferred Unlock to run, unless the function has made the object itself
//     and neither its deferred calls nor its goroutines need the mutex;
//   - a panic that is recovered, with no deferred Unlock to run.
//
// Branches on the same condition belong together: what "if locked" locks,
// "if locked" may unlock.
//
// Not reported are functions whose purpose is to keep the lock: those that
// hold it at every return, return the locked object or a function that
// unlocks it, or hand it to a goroutine or callback that unlocks it; and
// paths that end the process, by os.Exit, log.Fatal or an uncaught panic.
//
// Where the mutex is certainly held at a return without results, and where
// every Unlock stands directly before a return, a fix is offered.
//
// To keep a report quiet, say why:
//
//	return errClosed //concurlint:ignore missingunlock close unlocks it
package missingunlock
