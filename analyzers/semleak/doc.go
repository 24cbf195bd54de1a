// Package semleak defines an Analyzer that reports units of a semaphore that are
// acquired and not released.
//
// # Analyzer semleak
//
// semleak: report a semaphore that is acquired and, on some path, not released
//
// What is not released is lost: the semaphore lets in fewer goroutines from then on,
// and none in the end.
//
//	sem <- struct{}{}
//	res, err := fetch(url)
//	if err != nil {
//		return err // returning without releasing sem (acquired on line 10, released on line 15 on another path)
//	}
//	<-sem
//
// Right, also if fetch panics:
//
//	sem <- struct{}{}
//	defer func() { <-sem }()
//	res, err := fetch(url)
//	if err != nil {
//		return err
//	}
//
// Reported are a return that keeps a unit which the function releases on other
// paths, itself or in a goroutine that it starts; a release by hand after a call of
// code from outside of the package that may panic, where the function, its caller or
// an HTTP server recovers; a loop that goes on to acquire the
// next one without having released the last; and a goroutine that is started in an
// endless loop and acquires the semaphore first thing: what should bound the number
// of goroutines only bounds how many of them work. Acquire before the go statement.
//
// Semaphores are semaphore.Weighted, types that wrap one, and channels with
// capacity whose values do not matter, where the code that sends to one receives
// from it later, or the other way round for one that was filled. A channel on
// which one goroutine waits for another is not one.
//
// Not reported are functions that acquire for their caller, or whatever else
// releases later: those that hold the semaphore at every return, or whenever they
// succeed; and loops that acquire all units to wait for all goroutines.
//
// Where every release directly precedes a return, the fix is to defer it.
//
// To keep a report quiet, say why:
//
//	return nil //concurlint:ignore semleak the connection releases it in Close
package semleak
