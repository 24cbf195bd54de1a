package lockorder

import "sync"

// Locks that are taken the other way round only by who is about to panic.

type wire struct {
	mu     sync.Mutex
	gone   bool
	reader intake
}

type intake struct {
	mu   sync.Mutex
	busy bool
	wire *wire
}

// Take has the wire's lock, then the intake's.
func (w *wire) Take() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.gone = true
	w.reader.mu.Lock()
	w.reader.busy = false
	w.reader.mu.Unlock()
}

func (w *wire) taken() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.gone
}

// Read panics if two do so at once, and says why.
func (f *intake) Read() int {
	f.mu.Lock()
	if f.busy {
		gone := f.wire.taken()
		f.mu.Unlock()
		if gone {
			panic("read after Take")
		}
		panic("two reads at once")
	}
	f.busy = true
	f.mu.Unlock()
	return 1
}

// One that goes on is none of these.

type cable struct {
	mu     sync.Mutex
	gone   bool
	reader tap
}

type tap struct {
	mu    sync.Mutex
	busy  bool
	cable *cable
}

// Take has the cable's lock, then the tap's.
func (c *cable) Take() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gone = true
	c.reader.mu.Lock()
	c.reader.busy = false
	c.reader.mu.Unlock()
}

func (c *cable) taken() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.gone
}

// Read panics in one of two cases.
func (t *tap) Read() int {
	t.mu.Lock()
	if t.busy {
		gone := t.cable.taken() // want `t\.cable\.taken acquires t\.cable\.mu .* while t\.mu is held \(locked on line \d+\), but \S*Take \(doomed\.go:\d+\)`
		t.mu.Unlock()
		if gone {
			panic("read after Take")
		}
		return 0
	}
	t.busy = true
	t.mu.Unlock()
	return 1
}
