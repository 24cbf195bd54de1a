// Package atomicmix defines an Analyzer that reports words that are accessed
// both with and without sync/atomic.
//
// # Analyzer atomicmix
//
// atomicmix: report words accessed both atomically and plainly
//
// The functions of sync/atomic protect a word only if every access uses them:
//
//	func (c *counter) Inc() { atomic.AddInt64(&c.n, 1) }
//
//	func (c *counter) Get() int64 {
//		return c.n // c.n is read here without sync/atomic, but it is accessed atomically elsewhere (e.g. line 14)
//	}
//
// A typed atomic cannot be accessed in any other way, and is always aligned:
//
//	type counter struct{ n atomic.Int64 }
//
//	func (c *counter) Inc()       { c.n.Add(1) }
//	func (c *counter) Get() int64 { return c.n.Load() }
//
// A plain access races with the atomic ones: the compiler may keep the word in
// a register or read it in two halves, so a loop that waits for a change may
// never see it. A plain n++ loses what others add in between.
//
// Fields, package variables, variables shared with a goroutine, and elements
// of slices and arrays are checked; fields that carry +checkatomic need no
// other evidence. A function gets one report for a word, at the first access.
//
// Not reported are plain accesses before the word is shared, in constructors
// and init, and after all goroutines that use it have been waited for; plain
// reads under a lock that every atomic write holds, too; taking the address;
// and tests that look into their own objects.
//
// To keep a report quiet, say why:
//
//	return c.n //concurlint:ignore atomicmix only this goroutine writes
package atomicmix
