package missingunlock

import (
	"fmt"
	"log"
	"os"
	"runtime"
)

// The process ends: nobody waits for the lock.
func (c *conn) exits() {
	c.mu.Lock()
	if c.closed {
		os.Exit(1)
	}
	c.mu.Unlock()
}

// log.Fatal ends the process.
func (c *conn) fatal() {
	c.mu.Lock()
	if c.closed {
		log.Fatalf("closed: %d", c.n)
	}
	c.mu.Unlock()
}

// A method of a logger ends the process.
func (c *conn) fatalLogger(l *log.Logger) {
	c.mu.Lock()
	if c.closed {
		l.Fatalln("closed")
	}
	c.mu.Unlock()
}

// A panic that nobody recovers here.
func (c *conn) panics() {
	c.mu.Lock()
	if c.closed {
		panic("closed")
	}
	c.mu.Unlock()
}

// A panic as the only other way out.
func (c *conn) panicsElse() int {
	c.mu.Lock()
	if !c.closed {
		c.mu.Unlock()
		return c.n
	}
	panic("closed")
}

// This package's own function that never returns.
func die(format string, args ...any) {
	fmt.Fprintf(os.Stderr, format, args...)
	os.Exit(1)
}

// A path that ends in such a function.
func (c *conn) dies() {
	c.mu.Lock()
	if c.closed {
		die("closed")
	}
	c.mu.Unlock()
}

// A function that never returns, two calls down.
func usage() { die("usage") }

func (c *conn) diesDeep() {
	c.mu.Lock()
	if c.closed {
		usage()
	}
	c.mu.Unlock()
}

// A function that always panics.
func unreachable(s string) { panic("unreachable: " + s) }

func (c *conn) unreachableEnd(op int) int {
	c.mu.Lock()
	switch op {
	case 0:
		c.mu.Unlock()
		return 0
	case 1:
		c.mu.Unlock()
		return 1
	}
	unreachable("op")
	return -1
}

// A function that sometimes returns is no end.
func dieIf(b bool) {
	if b {
		os.Exit(1)
	}
}

func (c *conn) mayDie() int {
	c.mu.Lock()
	if c.closed {
		dieIf(c.n > 0)
		return c.n // want `returning with c.mu locked \(locked on line \d+`
	}
	c.mu.Unlock()
	return 0
}

// An endless loop is no exit.
func (c *conn) blocksForEver() {
	c.mu.Lock()
	if c.closed {
		select {}
	}
	c.mu.Unlock()
}

// Goexit ends the goroutine, not the process: the lock stays locked.
func (c *conn) goexit() {
	c.mu.Lock()
	if c.closed {
		runtime.Goexit() // want `c.mu stays locked when the goroutine exits here \(locked on line \d+`
	}
	c.mu.Unlock()
}

// Goexit runs the deferred release.
func (c *conn) goexitDeferred() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		runtime.Goexit()
	}
}

// The panic is recovered here: the caller goes on, the lock stays.
func (c *conn) recovered() (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errClosed
		}
	}()
	c.mu.Lock()
	if c.closed {
		panic("closed") // want `c.mu stays locked when this panic is recovered \(locked on line \d+`
	}
	c.mu.Unlock()
	return nil
}

// The recovering defer is a method of this package.
func (c *conn) recoveredByMethod() (err error) {
	defer c.catch(&err)
	c.mu.Lock()
	if c.closed {
		panic("closed") // want `c.mu stays locked when this panic is recovered \(locked on line \d+`
	}
	c.mu.Unlock()
	return nil
}

func (c *conn) catch(err *error) {
	if recover() != nil {
		*err = errClosed
	}
}

// A deferred release runs before the recovering defer.
func (c *conn) recoveredDeferred() (err error) {
	defer func() {
		if recover() != nil {
			err = errClosed
		}
	}()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		panic("closed")
	}
	return nil
}

// The recovering defer releases too.
func (c *conn) recoveredReleases() {
	c.mu.Lock()
	defer func() {
		recover()
		c.mu.Unlock()
	}()
	if c.closed {
		panic("closed")
	}
}

// The panic comes before the Lock.
func (c *conn) recoveredBefore() {
	defer func() { recover() }()
	if c.closed {
		panic("closed")
	}
	c.mu.Lock()
	c.n++
	c.mu.Unlock()
}

// What is recovered is thrown again: the process ends.
func (c *conn) rethrown() {
	defer func() {
		if r := recover(); r != nil {
			panic(r)
		}
	}()
	c.mu.Lock()
	if c.closed {
		panic("closed")
	}
	c.mu.Unlock()
}

// A recover that is not called by the deferred function itself does nothing.
func (c *conn) recoverTooDeep() {
	defer func() {
		func() { recover() }()
	}()
	c.mu.Lock()
	if c.closed {
		panic("closed")
	}
	c.mu.Unlock()
}

// The goroutine's own recover does not concern the parent's panic.
func (c *conn) recoverElsewhere() {
	go func() {
		defer func() { recover() }()
		c.check()
	}()
	c.mu.Lock()
	if c.closed {
		panic("closed")
	}
	c.mu.Unlock()
}
