package sent

import (
	"testing"
	"time"

	"unjoined/retry"
)

func work() int { return 1 }

func TestBare(t *testing.T) {
	go func() { // want `TestBare returns \(line 18\) without waiting for this goroutine`
		if work() != 1 {
			t.Error("wrong")
		}
	}()
}

func TestSleep(t *testing.T) {
	go func() { // want `TestSleep only waits with time.Sleep \(line 26\) for this goroutine`
		if work() != 1 {
			t.Error("wrong")
		}
	}()
	time.Sleep(10 * time.Millisecond)
}

func TestDone(t *testing.T) {
	done := make(chan bool)
	go func() {
		defer close(done)
		if work() != 1 {
			t.Error("wrong")
		}
	}()
	select {
	case <-done:
	case <-time.After(time.Second):
		t.Fatal("timeout")
	}
}

func helper(t *testing.T) {
	go work()
}

func TestRetry(t *testing.T) {
	retry.Run(func() {
		if work() != 1 {
			t.Error("wrong")
		}
	})
}

// The pause is what is tested, with some load beside it.
func TestLoad(t *testing.T) {
	start := time.Now()
	go func() {
		for i := range 1000 {
			sink = i
		}
	}()
	time.Sleep(time.Millisecond)
	if time.Since(start) < time.Millisecond {
		t.Error("too short")
	}
}

var sink int
