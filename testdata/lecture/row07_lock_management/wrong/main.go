// Row 7, lock management, the wrong way.
//
// Whoever locks must unlock, whatever way the function is left. An early
// return, a break or a panic jumps over an Unlock that stands further down,
// and the next goroutine that wants the lock waits for ever.
//
// Run it: the first withdrawal fails and keeps the lock, the deposit after it
// never gets it, and the runtime ends the program with "all goroutines are
// asleep - deadlock!".
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

// withdraw forgets the lock where the money is short.
func (a *account) withdraw(n int) error {
	a.mu.Lock()
	if a.balance < n {
		return errFunds // wrong: a.mu stays locked
	}
	a.balance -= n
	a.mu.Unlock()
	return nil
}

// deposit releases by hand before each of its three exits. That is correct
// today; the next exit that somebody adds will forget it.
func (a *account) deposit(n int) error {
	a.mu.Lock()
	if n <= 0 {
		a.mu.Unlock()
		return errAmount
	}
	if a.frozen {
		a.mu.Unlock()
		return errFrozen
	}
	a.balance += n
	a.mu.Unlock()
	return nil
}

// replay leaves the loop with the lock when it meets a zero.
func (a *account) replay() {
	for i := range 3 {
		a.mu.Lock()
		if a.history[i] == 0 {
			break // wrong: the Unlock below is jumped over
		}
		a.balance += a.history[i]
		a.mu.Unlock()
	}
}

// close releases twice: by hand, and by the defer that it has forgotten. The
// runtime stops the program with "sync: unlock of unlocked mutex".
func (a *account) close() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	rest := a.balance
	a.mu.Unlock() // wrong: the deferred Unlock comes as well
	return rest
}

func main() {
	a := &account{balance: 10, history: []int{1, 0, 2}}
	fmt.Println("withdraw:", a.withdraw(50))
	fmt.Println("deposit: ", a.deposit(50)) // waits for ever
	a.replay()
	fmt.Println("rest:    ", a.close())
}
