// Package store waits on what other packages have made, and serves what they
// send.
package store

import "sync"

// A Box has its lock and its channel in the open.
type Box struct {
	Mu sync.Mutex
	Ch chan int
	n  int
}

// NewBox starts the receiver.
func NewBox() *Box {
	b := &Box{Ch: make(chan int)}
	go b.serve()
	return b
}

func (b *Box) serve() {
	for v := range b.Ch {
		b.Mu.Lock()
		b.n += v
		b.Mu.Unlock()
	}
}

// Put sends, and is to be called without the lock.
func (b *Box) Put(v int) { b.Ch <- v }

// Send sends on its parameter.
func Send(ch chan<- int, v int) { ch <- v }

// TrySend does not wait.
func TrySend(ch chan<- int, v int) bool {
	select {
	case ch <- v:
		return true
	default:
		return false
	}
}

// Join waits for its parameter.
func Join(wg *sync.WaitGroup) { wg.Wait() }

// A Group starts and joins functions.
type Group struct{ wg sync.WaitGroup }

// Go starts f.
func (g *Group) Go(f func()) {
	g.wg.Add(1)
	go func() {
		defer g.wg.Done()
		f()
	}()
}

// Wait waits for all.
func (g *Group) Wait() { g.wg.Wait() }
