// Package busywait defines an Analyzer that reports loops that wait by keeping the
// processor busy.
//
// # Analyzer busywait
//
// busywait: report loops that wait by keeping the processor busy
//
// A loop that asks again and again takes a whole processor, perhaps from the one who
// would end it:
//
//	for !ready { // the loop asks for ready, which another goroutine sets (line 12), again and again
//	}
//
// It need not even end: without a lock or an atomic the compiler may read the variable
// once and never again. That holds with time.Sleep or runtime.Gosched in the loop too.
// Wait for an event instead, and close the channel where the variable was set:
//
//	<-ready
//
// So it is with a default that has nothing to do:
//
//	for {
//		select { // the default does nothing: the loop asks again and again
//		case v := <-ch:
//			use(v)
//		default:
//		}
//	}
//
// Without the default, select waits.
//
// Reported are loops that do nothing but read a plain variable or field which the
// code of another goroutine sets, and loops around a select that come back from its
// default without having done anything.
//
// Not reported are loops that do some work, or sleep, between two looks at a channel;
// loops on an atomic, which are rarely better but right; a select that sends; tests.
//
// To keep a report quiet, say why:
//
//	for !ready { //concurlint:ignore busywait the other side sets it by DMA
package busywait
