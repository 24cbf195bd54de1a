// Row 8, nested locks, the right way.
//
// Best is not to need a second lock at all. Who needs two takes them in an order
// that is the same everywhere: by a number that the objects have, or as a comment
// says. Then the one who has the last lock of the order never waits.
package main

import (
	"fmt"
	"sync"
)

type account struct {
	id      int
	mu      sync.Mutex
	balance int
}

// transfer locks the account with the smaller id first, whoever pays.
func transfer(from, to *account, amount int) {
	first, second := from, to
	if first.id > second.id {
		first, second = second, first
	}
	first.mu.Lock()
	defer first.mu.Unlock()
	second.mu.Lock()
	defer second.mu.Unlock()
	from.balance -= amount
	to.balance += amount
}

// lend does not wait for the second lock: if it is taken, it gives up the first
// and reports that it could not.
func lend(from, to *account, amount int) bool {
	from.mu.Lock()
	defer from.mu.Unlock()
	if !to.mu.TryLock() {
		return false
	}
	defer to.mu.Unlock()
	from.balance -= amount
	to.balance += amount
	return true
}

//concurlint:order bank.mu < auditLog.mu

type bank struct {
	mu       sync.Mutex
	accounts []*account
	log      *auditLog
}

type auditLog struct {
	mu      sync.Mutex
	bank    *bank
	entries int
}

// open locks the bank and then, in note, the log: this is the order.
func (b *bank) open() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.accounts = append(b.accounts, &account{id: len(b.accounts), balance: 100})
	b.log.note()
}

func (l *auditLog) note() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries++
}

// check asks the bank before it locks the log. It never has two locks.
func (l *auditLog) check() bool {
	n := l.bank.size()
	l.mu.Lock()
	defer l.mu.Unlock()
	return n <= l.entries
}

func (b *bank) size() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.accounts)
}

func main() {
	const rounds = 100000
	b := &bank{log: &auditLog{}}
	b.log.bank = b
	x, y := &account{id: 1, balance: 100}, &account{id: 2, balance: 100}

	var wg sync.WaitGroup
	wg.Go(func() {
		for range rounds {
			transfer(x, y, 1)
		}
	})
	wg.Go(func() {
		for range rounds {
			transfer(y, x, 1)
			if lend(x, y, 1) {
				transfer(y, x, 1)
			}
		}
	})
	wg.Go(func() {
		for range rounds {
			b.open()
		}
	})
	wg.Go(func() {
		for range rounds {
			b.log.check()
		}
	})
	wg.Wait()
	fmt.Println("balances:", x.balance, y.balance)
}
