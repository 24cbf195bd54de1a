// Package order has locks that are nested, in cycles and otherwise. // want package:" 22 edges"
package order

import (
	"sync"

	"order/below"
)

// Three locks, each under another.
type (
	a struct{ mu sync.Mutex }
	b struct{ mu sync.Mutex }
	c struct{ mu sync.Mutex }
)

func abIsNested(x *a, y *b) {
	x.mu.Lock()
	y.mu.Lock()
	y.mu.Unlock()
	x.mu.Unlock()
}

func bcIsNested(x *b, y *c) {
	x.mu.Lock()
	defer x.mu.Unlock()
	y.lock()
	y.mu.Unlock()
}

func (x *c) lock() { x.mu.Lock() }

func caIsNested(x *c, y *a) {
	x.mu.Lock()
	y.mu.Lock()
	y.mu.Unlock()
	x.mu.Unlock()
}

// One way only.
type (
	first  struct{ mu sync.Mutex }
	second struct{ mu sync.Mutex }
)

func oneWay(x *first, y *second) {
	x.mu.Lock()
	y.mu.Lock()
	y.mu.Unlock()
	x.mu.Unlock()
}

func oneAfterOther(x *first, y *second) {
	y.mu.Lock()
	y.mu.Unlock()
	x.mu.Lock()
	x.mu.Unlock()
}

// Two ways, but never at the same time.
type (
	gate  struct{ mu sync.Mutex }
	left  struct{ mu sync.Mutex }
	right struct{ mu sync.Mutex }
)

func gatedLeft(g *gate, x *left, y *right) {
	g.mu.Lock()
	defer g.mu.Unlock()
	x.mu.Lock()
	y.mu.Lock()
	y.mu.Unlock()
	x.mu.Unlock()
}

func gatedRight(g *gate, x *left, y *right) {
	g.mu.Lock()
	defer g.mu.Unlock()
	y.mu.Lock()
	x.mu.Lock()
	x.mu.Unlock()
	y.mu.Unlock()
}

// Readers that nobody excludes.
type (
	page struct{ mu sync.RWMutex }
	line struct{ mu sync.RWMutex }
)

func readLine(p *page, l *line) {
	p.mu.RLock()
	l.mu.RLock()
	l.mu.RUnlock()
	p.mu.RUnlock()
}

func readPage(p *page, l *line) {
	l.mu.RLock()
	p.mu.RLock()
	p.mu.RUnlock()
	l.mu.RUnlock()
}

var nearMu, nearOther, farMu, farOther sync.Mutex

// nearby makes three calls between the locks, which is as many as count.
func nearby() {
	nearMu.Lock()
	defer nearMu.Unlock()
	one()
}

func one()   { two() }
func two()   { three() }
func three() { nearOther.Lock(); nearOther.Unlock() }

func nearBack() {
	nearOther.Lock()
	defer nearOther.Unlock()
	nearMu.Lock()
	nearMu.Unlock()
}

// faraway makes four.
func faraway() {
	farMu.Lock()
	defer farMu.Unlock()
	four()
}

func four()  { five() }
func five()  { six() }
func six()   { seven() }
func seven() { farOther.Lock(); farOther.Unlock() }

func farBack() {
	farOther.Lock()
	defer farOther.Unlock()
	farMu.Lock()
	farMu.Unlock()
}

// downUp nests as below.Nest does not.
func downUp(u *below.Up, d *below.Down) {
	d.Mu.Lock()
	defer d.Mu.Unlock()
	u.Lock()
}

// again nests as below does, where the cycle is known.
func again() {
	below.Here.Lock()
	below.There.Lock()
	below.There.Unlock()
	below.Here.Unlock()
}

// Twice and three times, and under a lock of its caller.
func twice(x *first, y *second) {
	x.mu.Lock()
	y.mu.Lock()
	y.mu.Unlock()
	y.mu.Lock()
	y.mu.Unlock()
	x.mu.Unlock()
}

type (
	outer struct{ mu sync.RWMutex }
	inner struct{ mu sync.Mutex }
	core  struct{ mu sync.RWMutex }
)

func (o *outer) Do(x *inner, y *core) { // want Do:"^may acquire order.core.mu, order.inner.mu, order.outer.mu$"
	o.mu.RLock()
	defer o.mu.RUnlock()
	o.below(x, y)
}

func (o *outer) below(x *inner, y *core) {
	x.mu.Lock()
	defer x.mu.Unlock()
	y.read()
}

func (y *core) read() {
	y.mu.RLock()
	defer y.mu.RUnlock()
}
