// Package chanclose defines an Analyzer that reports closes of channels that may be
// closed already, and sends that may follow a close.
//
// # Analyzer chanclose
//
// chanclose: report channels that may be closed twice, or sent on after the close
//
// Closing a channel tells all who wait that something has happened. It can be done
// once: a second close panics, and so does a send on a closed channel.
//
//	func (s *server) Stop() {
//		close(s.done) // server.Stop is called twice (line 8), and the second call closes s.done again, which panics
//	}
//
//	func run() {
//		s := newServer()
//		defer s.Stop()
//		serve(s)
//		s.Stop()
//	}
//
// Let a sync.Once do it:
//
//	func (s *server) Stop() {
//		s.once.Do(func() { close(s.done) })
//	}
//
// A flag under a lock does as well. This does not, unless a lock is held around it,
// because two goroutines can come to the default at the same time:
//
//	select {
//	case <-s.done:
//	default:
//		close(s.done)
//	}
//
// Let the sender close, and only one of them, after it has waited for the others:
//
//	go func() {
//		wg.Wait()
//		close(ch)
//	}()
//
// Reported are
//
//   - two closes of one channel on one way through a function, the deferred ones
//     included, and a close in a loop that goes round;
//   - a close that nothing keeps from being done again in a method Close, Stop,
//     Shutdown, Cancel, Quit, Kill or Terminate that the package calls twice for one
//     object, or that belongs to a net.Conn or net.Listener; in an HTTP handler, which
//     runs once for each request; in each of several goroutines;
//   - a send after the close in the same function;
//   - a close while goroutines that send on the channel have not been waited for, as
//     when a receiver closes it after a timeout;
//   - closing a channel that nobody makes: it is nil.
//
// Not reported is a close that depends on a condition, or that is done under a lock;
// a channel that is made again in the same function; closes in two
// functions of which one may be called instead of the other; a Stop of which nobody is
// known to call it twice; tests.
//
// To keep a report quiet, say why:
//
//	close(s.done) //concurlint:ignore chanclose only main calls Stop, and once
package chanclose
