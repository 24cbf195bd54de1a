// Package unjoined defines an Analyzer that reports goroutines that main or a test
// does not wait for.
//
// # Analyzer unjoined
//
// unjoined: report goroutines that main or a test does not wait for
//
// A program ends when main returns, and with it all goroutines, whatever they are
// doing:
//
//	func main() {
//		go save(report) // main returns (line 3) without waiting for this goroutine
//	}
//
// Sleeping is no way to wait: some day the work takes longer.
//
//	func main() {
//		go save(report) // main only waits with time.Sleep (line 3) for this goroutine
//		time.Sleep(time.Second)
//	}
//
// Wait for what is to be done:
//
//	var wg sync.WaitGroup
//	wg.Go(func() { save(report) })
//	wg.Wait()
//
// So it is with a test: what a goroutine finds out after the test has returned is
// lost, and t.Log panics then.
//
// Reported are goroutines that main or a test starts itself, which come to an end,
// and which nobody waits for anywhere: with Wait, by receiving from a channel that
// they send on or close.
//
// Not reported is a goroutine that runs as long as the program, because it has no end
// or waits for events; one after whose start main still has to wait for something
// else, a channel, a server, input, so that there is time for it; one that calls
// nothing but other modules, unless it prints.
//
// A goroutine whose work may be lost is marked where it is started:
//
//	go sendStatistics() //concurlint:daemon if there is no time for it, so be it
//
// To keep a report quiet, say why:
//
//	go save(report) //concurlint:ignore unjoined atexit waits for it
package unjoined
