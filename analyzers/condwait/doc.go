// Package condwait defines an Analyzer that reports condition variables that
// are waited for without checking the condition again.
//
// # Analyzer condwait
//
// condwait: report sync.Cond.Wait outside a loop or without its lock
//
// Wait returns when somebody signals, not when the condition holds. Between
// the signal and the return of Wait the lock is free, and another goroutine
// may take what was signalled:
//
//	func (q *queue) get() item {
//		q.mu.Lock()
//		defer q.mu.Unlock()
//		if len(q.items) == 0 {
//			q.cond.Wait() // q.cond.Wait is not in a loop that re-checks its condition
//		}
//		return q.pop()
//	}
//
// Check again after waking:
//
//	func (q *queue) get() item {
//		q.mu.Lock()
//		defer q.mu.Unlock()
//		for len(q.items) == 0 {
//			q.cond.Wait()
//		}
//		return q.pop()
//	}
//
// Wait without the lock of the condition, or a call of a function that needs
// the lock to wait, is reported as well. It unlocks first and would end the
// program; and a condition read without the lock may change before the
// goroutine sleeps, so that nobody wakes it:
//
//	for !q.ready {
//		q.cond.Wait() // q.cond.Wait is called without holding q.mu
//	}
//
// Not reported are loops of any shape that check the condition after Wait,
// methods that only pass Wait on, functions whose callers loop or hold the
// lock, and tests that wait without any condition on a Cond of their own, to
// test the waking.
//
// The fix turns the "if" around a Wait into "for".
//
// To keep a report quiet, say why:
//
//	q.cond.Wait() //concurlint:ignore condwait one waiter, one signal, ever
package condwait
