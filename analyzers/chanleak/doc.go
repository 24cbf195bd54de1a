// Package chanleak defines an Analyzer that reports goroutines that can block for
// ever on a channel.
//
// # Analyzer chanleak
//
// chanleak: report goroutines that can block for ever on a channel
//
// A goroutine that waits for a partner who never comes is never freed, nor is
// anything that it refers to. The usual way to lose one is a result that nobody
// waits for any more:
//
//	func ask(ctx context.Context) (int, error) {
//		ch := make(chan int)
//		go func() {
//			ch <- compute() // nobody receives from ch if <-ctx.Done() comes first (line 9): the goroutine blocks for ever
//		}()
//		select {
//		case v := <-ch:
//			return v, nil
//		case <-ctx.Done():
//			return 0, ctx.Err()
//		}
//	}
//
// With room for the value the goroutine can leave it behind and end:
//
//	ch := make(chan int, 1)
//
// The fix makes that room where the number of values is known. Where a goroutine
// sends any number of values, let it give up:
//
//	select {
//	case ch <- v:
//	case <-ctx.Done():
//		return
//	}
//
// Reported are also
//
//   - a return between the start of a goroutine and the receive of what it sends,
//     and fewer receives than there are senders: return <-ch after three goroutines;
//   - results that are only received after wg.Wait, for which the senders cannot call
//     Done before somebody receives;
//   - a send before anybody has been started who receives, and the other way round:
//     ch := make(chan int); ch <- 1; fmt.Println(<-ch);
//   - a send on a channel from which nobody in the program receives, a receive from
//     one on which nobody sends and which nobody closes;
//   - a range over a channel that nobody closes, although its senders come to an end;
//   - a send without an alternative to a loop that another case of its select may
//     have ended;
//   - a goroutine with an endless loop, started by an object that has a method Close,
//     Stop or Shutdown: nothing tells it to stop.
//
// Not reported are channels that leave the package, since nobody knows then who
// receives, sends and closes; channels that have room for all values, or whose room
// is not a constant; a send or receive in a select with another case or default;
// a function after which the program ends; tests.
//
// A goroutine that is meant to run as long as the program does is marked where it is
// started:
//
//	go c.sweep() //concurlint:daemon the cache is never closed in production
//
// To keep a report quiet, say why:
//
//	ch <- v //concurlint:ignore chanleak the receiver only leaves when the process does
package chanleak
