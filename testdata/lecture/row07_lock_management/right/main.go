// Row 7, lock management, the right way.
//
// The release stands beside the Lock: defer runs it however the function is
// left, by a return, by a break out of a loop or by a panic.
package main

import (
	"errors"
	"fmt"
	"sync"
)

var (
	errFunds  = errors.New("insufficient funds")
	errAmount = errors.New("not a positive amount")
	errFrozen = errors.New("account is frozen")
)

type account struct {
	mu      sync.Mutex
	balance int
	frozen  bool
	history []int
}

// withdraw may return from anywhere.
func (a *account) withdraw(n int) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.balance < n {
		return errFunds
	}
	a.balance -= n
	return nil
}

// deposit has three exits and one release.
func (a *account) deposit(n int) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if n <= 0 {
		return errAmount
	}
	if a.frozen {
		return errFrozen
	}
	a.balance += n
	return nil
}

// replay locks around the loop, not in it, so that no jump can cross the
// release.
func (a *account) replay() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, n := range a.history {
		if n == 0 {
			break
		}
		a.balance += n
	}
}

// print releases by hand, on purpose: the section is straight, and the slow
// output runs without the lock.
func (a *account) print() {
	a.mu.Lock()
	balance := a.balance
	a.mu.Unlock()
	fmt.Println("balance: ", balance)
}

// apply runs a function of its caller. If that panics, the lock is released
// all the same, and recover leaves an account that still works.
func (a *account) apply(f func(int) int) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("apply: %v", r)
		}
	}()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.balance = f(a.balance)
	return nil
}

func main() {
	a := &account{balance: 10, history: []int{1, 0, 2}}
	fmt.Println("withdraw:", a.withdraw(50))
	fmt.Println("deposit: ", a.deposit(50))
	a.replay()
	fmt.Println("apply:   ", a.apply(func(n int) int { return n / (n - n) }))
	a.print()
}
