// Package lockorder defines an Analyzer that reports locks nested in inconsistent
// order.
//
// # Analyzer lockorder
//
// lockorder: report locks nested in inconsistent order
//
// A goroutine that holds one lock and waits for a second stops all who need the
// first. If one of them holds the second, both wait for ever:
//
//	func post(a *account, l *ledger) {
//		a.mu.Lock()
//		defer a.mu.Unlock()
//		l.mu.Lock()
//		defer l.mu.Unlock()
//		...
//	}
//
//	func audit(a *account, l *ledger) {
//		l.mu.Lock()
//		defer l.mu.Unlock()
//		a.mu.Lock() // a.mu is acquired while l.mu is held (locked on line 10), but post (bank.go:4) acquires them in the other order
//		defer a.mu.Unlock()
//		...
//	}
//
// Neither function is wrong by itself, and tests hardly ever see the two meet:
// they must run at the same time, each between its two locks. It does not happen
// if all functions take the locks in the same order, for then the one that has
// the last lock of the order never waits:
//
//	func audit(a *account, l *ledger) {
//		a.mu.Lock()
//		defer a.mu.Unlock()
//		l.mu.Lock()
//		defer l.mu.Unlock()
//		...
//	}
//
// It is better still to give the first lock back before taking the second.
//
// The second acquisition may be any number of calls away, in a closure, behind
// an interface whose implementations are known, or in another package. Then the
// report is at the call, and tells the way:
//
//	c.flush acquires d.mu (c.flush → d.add, disk.go:51) while c.mu is held (locked on line 12), but disk.sync (disk.go:40) acquires them in the other order
//
// Three and more locks can make a circle, too:
//
//	c.mu is acquired while g.mu is held (locked on line 12), which closes a cycle: clerk.mu → vault.mu (open.go:40), vault.mu → guard.mu (watch.go:7)
//
// A cycle has one report. The order is that of kinds of locks: the field mu of
// the type account, whatever the account.
//
// Two objects of one type need an order as well. Here the caller decides:
//
//	func transfer(from, to *account) {
//		from.mu.Lock()
//		defer from.mu.Unlock()
//		to.mu.Lock() // to.mu is acquired while from.mu is held (locked on line 2): two goroutines that call transfer with the arguments exchanged wait for each other
//		defer to.mu.Unlock()
//		...
//	}
//
// Lock the one with the smaller number first, whoever pays:
//
//	first, second := from, to
//	if first.id > second.id {
//		first, second = second, first
//	}
//
// So it is with neighbours in a ring, where the last waits for the first:
//
//	forks[i].Lock()
//	forks[(i+1)%n].Lock() // forks[(i + 1) % n] is acquired while forks[i] is held (locked on line 1): in a ring each has one and waits for the next
//
// An order can be written down, anywhere at package level. Locks are fields of
// types, or package variables:
//
//	//concurlint:order account.mu < ledger.mu
//
// From then on the acquisition that is against it is the one that is reported,
// even if nothing goes the other way yet:
//
//	a.mu is acquired while l.mu is held (locked on line 10), against the declared order account.mu < ledger.mu (line 3)
//
// Of an exported function of an internal package all callers are at hand. There the
// report is at the call, if the call does not always pass the two in one order.
//
// A function that is stored in a field and called with a lock held is one of those
// that the package stores there, if they are few.
//
// Not reported are locks that are taken by TryLock, which does not wait; pairs
// that are taken with a third lock held on both sides, which lets only one of
// them in, or a channel with room for one that serves as such; read locks of an
// RWMutex that nobody locks for writing; a lock of an object that no other goroutine
// knows yet, or that was stored under the lock that is held; what init does; parents
// that lock their children, lists that are locked hand over hand, and shards that
// are locked in the order of their numbers; functions that a go statement starts,
// which do not hold the locks of their starter; and who panics in any case.
//
// To keep a report quiet, say why:
//
//	a.mu.Lock() //concurlint:ignore lockorder audit runs only when the bank is closed
package lockorder
