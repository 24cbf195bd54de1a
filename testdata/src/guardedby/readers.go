package guardedby

import "sync"

// A connection has one goroutine that reads: what only it writes it may read without
// the lock, though there are many connections.

type wire struct {
	mu    sync.Mutex
	seen  int
	inbox chan int
}

// Accept starts one for each connection.
func Accept(conns chan chan int) {
	for in := range conns {
		w := &wire{inbox: in}
		go w.readLoop()
		depotsOf[w] = true
	}
}

var depotsOf = make(map[*wire]bool)

// Redial starts one elsewhere.
func Redial(in chan int) *wire {
	w := &wire{inbox: in}
	go w.readLoop()
	return w
}

func (w *wire) readLoop() {
	for n := range w.inbox {
		if w.seen < n {
			w.mu.Lock()
			w.seen = n
			w.mu.Unlock()
		}
	}
}

// Seen has the lock.
func (w *wire) Seen() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.seen
}

// Two goroutines of one object are another matter.

type twin struct {
	mu   sync.Mutex
	seen int
}

func StartTwins(in chan int) *twin {
	t := &twin{}
	for range 2 {
		go t.loop(in)
	}
	return t
}

func (t *twin) loop(in chan int) {
	for n := range in {
		if t.seen < n { // want `t.seen is read without t.mu, which guards it`
			t.mu.Lock()
			t.seen = n
			t.mu.Unlock()
		}
	}
}

// Seen has the lock.
func (t *twin) Seen() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.seen
}

// So are two that are started one after the other.

type duo struct {
	mu   sync.Mutex
	seen int
}

func StartDuo(in chan int) *duo {
	d := &duo{}
	go d.loop(in)
	go d.loop(in)
	return d
}

func (d *duo) loop(in chan int) {
	for n := range in {
		if d.seen < n { // want `d.seen is read without d.mu, which guards it`
			d.mu.Lock()
			d.seen = n
			d.mu.Unlock()
		}
	}
}

// Seen has the lock.
func (d *duo) Seen() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.seen
}
