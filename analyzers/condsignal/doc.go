// Package condsignal defines an Analyzer that reports condition variables whose
// waiters are not woken as they should be.
//
// # Analyzer condsignal
//
// condsignal: report changes of a condition that do not wake those who wait for it
//
// Wait sleeps until somebody calls Signal or Broadcast. Whoever makes true what
// others wait for must do that, or they sleep on:
//
//	func (q *queue) put(v int) {
//		q.mu.Lock()
//		q.items = append(q.items, v) // q.items changes, but nobody wakes the waiters on q.cond, who wait for that (line 20)
//		q.mu.Unlock()
//	}
//
//	func (q *queue) take() int {
//		q.mu.Lock()
//		defer q.mu.Unlock()
//		for len(q.items) == 0 {
//			q.cond.Wait()
//		}
//		…
//
// Right:
//
//	q.mu.Lock()
//	q.items = append(q.items, v)
//	q.mu.Unlock()
//	q.cond.Signal()
//
// Reported are
//
//   - a condition variable on which somebody waits and nobody in the package calls
//     Signal or Broadcast, if no other code can;
//   - a change that ends a wait, in a function that does not signal, nor calls
//     anything that does, nor is only called by functions that do;
//   - a change without the lock, atomic or not, before a signal: a waiter that has
//     just tested the condition and does not sleep yet misses both;
//   - Signal where waiters wait for different things: it wakes one of them, and
//     that may be the wrong one. Broadcast wakes all, and is the fix.
//
// What waiters wait for is read off the loop around Wait. Only changes in the right
// direction count: who takes from the queue need not wake those who wait for it to
// fill. Whether the lock is held at Signal and Broadcast does not matter.
//
// Not reported are conditions that the check does not understand, objects that
// nobody else has yet, and changes of conditions that somebody polls by signalling
// without a change, such as a timer.
//
// To keep a report quiet, say why:
//
//	s.closed = true //concurlint:ignore condsignal the ticker broadcasts
package condsignal
