// Package wgmisuse defines an Analyzer that reports WaitGroups whose counter does not
// count the goroutines that it should.
//
// # Analyzer wgmisuse
//
// wgmisuse: report WaitGroups that are not counted up before a goroutine starts, and down once when it ends
//
// Wait waits until Done has been called as often as Add has counted. Each goroutine is
// counted before it starts, and counts itself out on every path:
//
//	for _, url := range urls {
//		wg.Add(1)
//		go func() {
//			res, err := fetch(url)
//			if err != nil {
//				return // returning without wg.Done (called on line 18 on another path): wg.Wait never returns
//			}
//			results <- res
//			wg.Done()
//		}()
//	}
//	wg.Wait()
//
// Right:
//
//	go func() {
//		defer wg.Done()
//		…
//
// and since Go 1.25 simply wg.Go(func() { … }).
//
// Reported are
//
//   - Add in the goroutine that it counts, also through calls: Wait may come first
//     (go vet reports it only as the first statement of a literal);
//   - a path of a goroutine without Done, or with two;
//   - a return after Add without starting the goroutine that calls Done;
//   - Wait in a goroutine that it waits for;
//   - Wait in the loop that starts the goroutines, all of which Add has counted
//     before, or which run one by one then;
//   - constants that do not match: Add(3), and two goroutines that call Done;
//   - a WaitGroup or errgroup.Group that nobody waits for;
//   - a WaitGroup that somebody waits for and nobody counts down;
//   - Go after Wait of an errgroup.Group whose context has ended with that.
//
// Not reported are goroutines that call Done in a loop, once for each piece of work,
// WaitGroups that code outside of the package may have, and Add in a goroutine that
// is counted already.
//
// The fix for a path without Done is to defer it first, where the literal calls it
// last.
//
// To keep a report quiet, say why:
//
//	return //concurlint:ignore wgmisuse the parent calls Done for us
package wgmisuse
