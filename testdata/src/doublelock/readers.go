package doublelock

import "sync"

func (c *counter) read() int {
	c.rw.RLock()
	defer c.rw.RUnlock()
	return c.n
}

func (c *counter) write() {
	c.rw.Lock()
	defer c.rw.Unlock()
	c.n++
}

// Nobody locks for writing what nobody else has.
func readOwnTwice() {
	c := newCounter()
	c.rw.RLock()
	c.read()
	c.rw.RUnlock()
}

// Readers on other goroutines do not come between.
func readOwnWithReader() {
	var rw sync.RWMutex
	go func() {
		rw.RLock()
		rw.RUnlock()
	}()
	rw.RLock()
	rw.RLock()
	rw.RUnlock()
	rw.RUnlock()
}

// The writer starts later.
func readOwnBeforeWriter() {
	c := newCounter()
	c.rw.RLock()
	c.read()
	c.rw.RUnlock()
	go c.write()
}

// The writer is through.
func readOwnAfterWriter() {
	c := newCounter()
	done := make(chan bool)
	go func() {
		c.write()
		close(done)
	}()
	<-done
	c.rw.RLock()
	c.read()
	c.rw.RUnlock()
}

// A writer may come between.
func readOwnWithWriter() {
	c := newCounter()
	go c.write()
	c.rw.RLock()
	c.read() // want `c.read read-locks c.rw, which is already read-locked`
	c.rw.RUnlock()
}

// The same in a literal that runs in place.
func readOwnInLiteral() {
	c := newCounter()
	go c.write()
	c.rw.RLock()
	func() {
		c.read() // want `c.read read-locks c.rw, which is already read-locked`
	}()
	c.rw.RUnlock()
}

var counters = make(chan *counter, 1)

// Whoever gets it may lock it for writing.
func readSentTwice() {
	c := newCounter()
	counters <- c
	c.rw.RLock()
	c.read() // want `c.read read-locks c.rw, which is already read-locked`
	c.rw.RUnlock()
}

// It needs no writer to wait for oneself.
func readOwnAndWrite() {
	c := newCounter()
	c.rw.RLock()
	c.write() // want `c.write locks c.rw, which is read-locked`
	c.rw.RUnlock()
}

func writeOwnAndRead() {
	c := newCounter()
	c.rw.Lock()
	c.read() // want `c.read read-locks c.rw, which is already held`
	c.rw.Unlock()
}
