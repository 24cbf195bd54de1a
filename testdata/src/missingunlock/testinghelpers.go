package missingunlock

import "testing"

// t.Fatal leaves the test's goroutine; the server's goroutines wait for ever.
func checkCount(t *testing.T, c *conn) {
	c.mu.Lock()
	if c.n != 3 {
		t.Fatalf("n = %d", c.n) // want `c.mu stays locked when the goroutine exits here \(locked on line \d+`
	}
	c.mu.Unlock()
}

// t.Error goes on.
func checkCountError(t *testing.T, c *conn) {
	c.mu.Lock()
	if c.n != 3 {
		t.Errorf("n = %d", c.n)
	}
	c.mu.Unlock()
}

// Released before the verdict.
func checkCountAfter(t *testing.T, c *conn) {
	c.mu.Lock()
	n := c.n
	c.mu.Unlock()
	if n != 3 {
		t.Fatalf("n = %d", n)
	}
}

// The deferred release runs when the goroutine exits.
func checkCountDeferred(t *testing.T, c *conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n != 3 {
		t.Fatalf("n = %d", c.n)
	}
}

// FailNow and Skip leave too, through the interface as well.
func checkOrSkip(tb testing.TB, c *conn) {
	c.rw.RLock()
	if c.closed {
		tb.Skip("closed") // want `c.rw stays (read-)?locked when the goroutine exits here \((read-)?locked on line \d+`
	}
	if c.n == 0 {
		tb.FailNow() // want `c.rw stays (read-)?locked when the goroutine exits here \((read-)?locked on line \d+`
	}
	c.rw.RUnlock()
}

// The release is registered with the test.
func lockForTest(t *testing.T, c *conn) {
	c.mu.Lock()
	t.Cleanup(c.mu.Unlock)
	if c.closed {
		t.Fatal("closed")
	}
}

// The release is registered with the test by a closure.
func lockForTestClosure(t *testing.T, c *conn) {
	c.mu.Lock()
	t.Cleanup(func() {
		c.n = 0
		c.mu.Unlock()
	})
	if c.closed {
		t.Fatal("closed")
	}
}

// A helper of this package that ends the test.
func fail(t *testing.T, msg string) {
	t.Helper()
	t.Fatal(msg)
}

func checkViaHelper(t *testing.T, c *conn) {
	c.mu.Lock()
	if c.closed {
		fail(t, "closed") // want `c.mu stays locked when the goroutine exits here \(locked on line \d+`
	}
	c.mu.Unlock()
}
