// Package lockblocking defines an Analyzer that reports waiting under a lock that
// the partner needs.
//
// # Analyzer lockblocking
//
// lockblocking: report waiting under a lock that the partner needs
//
// Who waits for another goroutine with a lock held waits for ever, if the other
// needs the lock before it can do what is waited for:
//
//	func (s *status) serve() {
//		for v := range s.ch {
//			s.mu.Lock()
//			s.n += v
//			s.mu.Unlock()
//		}
//	}
//
//	func (s *status) set(v int) {
//		s.mu.Lock()
//		defer s.mu.Unlock()
//		s.ch <- v // sending on s.ch while s.mu is held (locked on line 10), but the receiver, status.serve, needs s.mu (line 3)
//	}
//
// The receiver has just taken a value and waits for the lock; the sender has the
// lock and waits for the receiver to come back. End the section before the wait:
//
//	func (s *status) set(v int) {
//		s.mu.Lock()
//		s.last = v
//		s.mu.Unlock()
//		s.ch <- v
//	}
//
// A channel locks for itself: it needs no mutex around it. A buffer does not help,
// it only takes longer until it is full.
//
// So it is with all that waits: sends and receives, range over a channel, a select
// without default, WaitGroup.Wait, and the Wait of a Cond that belongs to another
// lock. The wait may be in a function that is called with the lock held.
//
//	b.mu.Lock()
//	b.wg.Wait() // b.wg.Wait while b.mu is held (locked on line 1), but batch.work, which it waits for, needs b.mu (line 20)
//
// A wait is reported only if its partner can be named: the goroutine that
// receives, sends, closes, signals or calls Done, and the line on which it needs
// the lock. If there is one partner that needs no lock, the wait comes to an end
// and is not reported.
//
// Not reported are a goroutine that needs the lock only where it would wait for
// itself; a select that has a default, or a case that ends it without the lock, such
// as <-ctx.Done() or a timeout; a channel whose buffer has room for all that is sent;
// a Cond that waits with its own lock; a send with the read lock held to a receiver
// that needs none, which keeps Close from closing the channel; a lock that only lets
// in one request at a time; and slow work such as time.Sleep or a download. The last
// makes a program slow, but not hang: keep it out of a section that others are waiting
// for all the same.
//
// To keep a report quiet, say why:
//
//	s.ch <- v //concurlint:ignore lockblocking set is called once, before serve has started
package lockblocking
