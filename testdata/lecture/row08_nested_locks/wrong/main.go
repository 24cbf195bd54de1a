// Row 8, nested locks, the wrong way.
//
// A goroutine that has one lock and waits for a second stops all who need the
// first. If one of them has the second, both wait for ever. Nothing is wrong with
// either function by itself, which is why it is so hard to see.
//
// Run it: within moments the two goroutines that transfer stand still, and so may
// the one that opens accounts and the one that checks the log. When nobody is
// left, the runtime ends the program with "all goroutines are asleep - deadlock!".
// Once in a while they are lucky.
package main

import (
	"fmt"
	"runtime"
	"sync"
)

type account struct {
	mu      sync.Mutex
	balance int
}

// transfer has both accounts locked while it moves the money. One goroutine
// calls transfer(a, b), another transfer(b, a): the first has a and waits for b,
// the second has b and waits for a.
func transfer(from, to *account, amount int) {
	from.mu.Lock()
	defer from.mu.Unlock()
	runtime.Gosched() // any other goroutine may run here; this makes it likely
	to.mu.Lock()      // wrong: the caller decides which is locked first
	defer to.mu.Unlock()
	from.balance -= amount
	to.balance += amount
}

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

// open locks the bank and then, in note, the log.
func (b *bank) open() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.accounts = append(b.accounts, &account{balance: 100})
	b.log.note()
}

func (l *auditLog) note() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries++
}

// check locks the log and then, in size, the bank.
func (l *auditLog) check() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.entries == l.bank.size() // wrong: open has them the other way round
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
	x, y := &account{balance: 100}, &account{balance: 100}

	var wg sync.WaitGroup
	wg.Go(func() {
		for range rounds {
			transfer(x, y, 1)
		}
	})
	wg.Go(func() {
		for range rounds {
			transfer(y, x, 1)
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
