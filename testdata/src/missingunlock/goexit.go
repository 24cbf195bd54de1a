package missingunlock

import (
	"sync"
	"testing"
	"time"
)

func newConn() *conn { return new(conn) }

// dial hands up what another function makes, or nothing.
func dial(addr string) (*conn, error) {
	if addr == "" {
		return nil, errClosed
	}
	return newConn(), nil
}

func (c *conn) shutdown() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
}

// The deferred call waits for ever: the failure becomes a hang.
func checkBeforeShutdown(t *testing.T) {
	c := newConn()
	defer c.shutdown()
	c.mu.Lock()
	if c.n != 3 {
		t.Fatal("n") // want `c.mu stays locked when the goroutine exits here \(locked on line \d+`
	}
	c.mu.Unlock()
}

// A deferred literal waits as well.
func checkBeforeDeferredLiteral(t *testing.T) {
	c, err := dial("here")
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		c.n = 0
		c.shutdown()
	}()
	c.mu.Lock()
	if c.n != 3 {
		t.Fatal("n") // want `c.mu stays locked when the goroutine exits here \(locked on line \d+`
	}
	c.mu.Unlock()
}

// Nobody else has c, and it ends with the test.
func checkOwn(t *testing.T) {
	c := newConn()
	c.mu.Lock()
	if c.n != 3 {
		t.Fatal("n")
	}
	c.mu.Unlock()
}

// The same, of an object that two functions hand up.
func checkOwnDialed(t *testing.T) {
	c, err := dial("here")
	if err != nil {
		t.Fatal(err)
	}
	c.mu.Lock()
	if c.n != 3 {
		t.Fatal("n")
	}
	c.mu.Unlock()
}

// The deferred call is one of another object.
func checkOwnOfTwo(t *testing.T) {
	c, d := newConn(), newConn()
	defer d.shutdown()
	c.mu.Lock()
	if c.n != 3 {
		t.Fatal("n")
	}
	c.mu.Unlock()
}

// A deferred call is registered too late to run.
func checkBeforeDefer(t *testing.T) {
	c := newConn()
	c.mu.Lock()
	if c.n != 3 {
		t.Fatal("n")
	}
	c.mu.Unlock()
	defer c.shutdown()
}

// The test's cleanup waits.
func checkBeforeCleanup(t *testing.T) {
	c := newConn()
	t.Cleanup(c.shutdown)
	c.mu.Lock()
	if c.n != 3 {
		t.Fatal("n") // want `c.mu stays locked when the goroutine exits here \(locked on line \d+`
	}
	c.mu.Unlock()
}

var directory = make(map[string]*conn)

// Whoever looks it up may need the lock.
func checkRegistered(t *testing.T) {
	c := newConn()
	directory["c"] = c
	c.mu.Lock()
	if c.n != 3 {
		t.Fatal("n") // want `c.mu stays locked when the goroutine exits here \(locked on line \d+`
	}
	c.mu.Unlock()
}

// The object comes from elsewhere.
func checkFound(t *testing.T) {
	c := directory["c"]
	c.mu.Lock()
	if c.n != 3 {
		t.Fatal("n") // want `c.mu stays locked when the goroutine exits here \(locked on line \d+`
	}
	c.mu.Unlock()
}

// A goroutine of the test needs the lock.
func checkWithGoroutine(t *testing.T) {
	c := newConn()
	go c.shutdown()
	c.mu.Lock()
	if c.n != 3 {
		t.Fatal("n") // want `c.mu stays locked when the goroutine exits here \(locked on line \d+`
	}
	c.mu.Unlock()
}

// wg.Go starts one, too.
func checkWithGroup(t *testing.T) {
	c := newConn()
	var wg sync.WaitGroup
	wg.Go(func() { c.shutdown() })
	c.mu.Lock()
	if c.n != 3 {
		t.Fatal("n") // want `c.mu stays locked when the goroutine exits here \(locked on line \d+`
	}
	c.mu.Unlock()
	wg.Wait()
}

// The goroutine is through before the test takes the lock.
func checkAfterGoroutine(t *testing.T) {
	c := newConn()
	done := make(chan bool)
	go func() {
		c.shutdown()
		done <- true
	}()
	<-done
	c.mu.Lock()
	if c.n != 3 {
		t.Fatal("n")
	}
	c.mu.Unlock()
}

// So it is if the test has waited for the group.
func checkAfterGroup(t *testing.T) {
	c := newConn()
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		c.shutdown()
	}()
	wg.Wait()
	c.mu.Lock()
	if c.n != 3 {
		t.Fatal("n")
	}
	c.mu.Unlock()
}

// The goroutine needs the lock once more after it has said that it is ready.
func checkAfterReady(t *testing.T) {
	c := newConn()
	ready := make(chan bool)
	go func() {
		c.shutdown()
		ready <- true
		c.shutdown()
	}()
	<-ready
	c.mu.Lock()
	if c.n != 3 {
		t.Fatal("n") // want `c.mu stays locked when the goroutine exits here \(locked on line \d+`
	}
	c.mu.Unlock()
}

// shutdown is to wait for the lock. If it does not, it does not when it is
// deferred either.
func checkShutdownWaits(t *testing.T) {
	c := newConn()
	defer c.shutdown()
	done := make(chan bool, 1)
	c.mu.Lock()
	go func() {
		c.shutdown()
		done <- true
	}()
	select {
	case <-done:
		t.Fatal("shutdown did not wait")
	case <-time.After(time.Second):
	}
	c.mu.Unlock()
	<-done
}

// The other case of the select says nothing of the kind.
func checkShutdownDoesNotWait(t *testing.T) {
	c := newConn()
	done := make(chan bool, 1)
	c.mu.Lock()
	go func() {
		c.shutdown()
		done <- true
	}()
	select {
	case <-done:
	case <-time.After(time.Second):
		t.Fatal("shutdown waits") // want `c.mu stays locked when the goroutine exits here \(locked on line \d+`
	}
	c.mu.Unlock()
}

// The goroutine is not started when the test ends early.
func checkBeforeGoroutine(t *testing.T) {
	c := newConn()
	c.mu.Lock()
	if c.n != 3 {
		t.Fatal("n")
	}
	c.mu.Unlock()
	go c.shutdown()
}

// Nor does anybody find what is to be registered later.
func checkBeforeRegistered(t *testing.T) {
	c := newConn()
	c.mu.Lock()
	if c.n != 3 {
		t.Fatal("n")
	}
	c.mu.Unlock()
	directory["c"] = c
}

// dialRetrying returns the conn in a result that a literal uses.
func dialRetrying(addr string) (c *conn, err error) {
	c = new(conn)
	defer func() { c.n++ }()
	if addr == "" {
		return nil, errClosed
	}
	return c, nil
}

func checkOwnRetrying(t *testing.T) {
	c, err := dialRetrying("here")
	if err != nil {
		t.Fatal(err)
	}
	c.mu.Lock()
	if c.n != 3 {
		t.Fatal("n")
	}
	c.mu.Unlock()
}
