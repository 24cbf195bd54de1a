// Package semrelease defines an Analyzer that reports releases of a semaphore
// that give back what was not acquired.
//
// # Analyzer semrelease
//
// semrelease: report releases of a semaphore that no acquisition goes with
//
// A semaphore lets in n goroutines at a time. Whoever releases what it has not
// acquired lets in one more than that, for good; golang.org/x/sync/semaphore
// panics when nothing is held at all, and a channel of tokens blocks:
//
//	if err := sem.Acquire(ctx, 1); err != nil {
//		log.Print(err)
//	}
//	defer sem.Release(1) // sem.Release releases sem on a path on which sem.Acquire on line 10 has failed to acquire it
//	work()
//
// Right:
//
//	if err := sem.Acquire(ctx, 1); err != nil {
//		return err
//	}
//	defer sem.Release(1)
//	work()
//
// Reported are a release on a path on which the acquisition has failed; a second
// release on a path, such as an explicit one besides a deferred one; a release
// of another number of units than was acquired; and an acquisition whose error
// is discarded although its context may end, if its units are released all the
// same.
//
// Semaphores are semaphore.Weighted, types that wrap one, and channels with
// capacity whose values do not matter, where the code that sends to one receives
// from it later, or the other way round for one that was filled. A channel on
// which one goroutine waits for another is not one.
//
// Not reported are releases of what a caller, or the goroutine that started this
// one, has acquired; and releases by loops of what other loops acquire.
//
// To keep a report quiet, say why:
//
//	sem.Release(1) //concurlint:ignore semrelease the worker before us has acquired it
package semrelease
