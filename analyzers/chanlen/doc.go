// Package chanlen defines an Analyzer that reports decisions by the length of a
// channel that other goroutines use.
//
// # Analyzer chanlen
//
// chanlen: report sends and receives that len(ch) decides
//
// The length of a channel is that of a moment ago. Another goroutine may have taken
// the last value, or filled the last place, before the next line runs:
//
//	func (q *queue) Get() (job, bool) {
//		if len(q.ch) == 0 { // len(q.ch) decides on the receive on line 5, but another goroutine may receive in between
//			return job{}, false
//		}
//		return <-q.ch, true // blocks if somebody else was faster
//	}
//
// A select with default asks and acts in one step:
//
//	select {
//	case j := <-q.ch:
//		return j, true
//	default:
//		return job{}, false
//	}
//
// Reported is a send or a receive that only runs if a comparison of the length says
// so, and that somebody else may do too: another function that does the same, a
// function that several goroutines run, an exported method.
//
// Not reported are the only receiver of a channel, who may trust a length that is not
// zero, and the only sender, who may trust one that is less than the capacity;
// a length that is only shown, or that is read under a lock; a send or receive in
// a select with another case or default; tests.
//
// To keep a report quiet, say why:
//
//	if len(q.ch) > 0 { //concurlint:ignore chanlen only the main loop calls Get
package chanlen
