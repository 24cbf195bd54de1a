package guards

import "testing"

func TestPermits(t *testing.T) {
	for text, want := range map[string]bool{
		"total needs to be protected by mutex.":             true,
		"No locking as this is called from FindLeaf":        true,
		"DO NOT lock at this stage":                         true,
		"it is safe to read n here":                         true,
		"Load reads n without using synchronization.":       true,
		"External synchronisation provided by pipeline.mu.": true,
		"Stop waits for the goroutine.":                     false,
		"n is guarded by mu":                                false,
		"do not block here":                                 false,
	} {
		if got := permits.MatchString(text); got != want {
			t.Errorf("permits(%q) = %t, want %t", text, got, want)
		}
	}
}

func TestSerially(t *testing.T) {
	for text, want := range map[string]bool{
		"Methods of a cursor are not safe for concurrent use.": true,
		"It is not thread-safe.":                               true,
		"A pool is safe for concurrent use.":                   false,
		"It must not be called by others.":                     false,
	} {
		if got := serially.MatchString(text); got != want {
			t.Errorf("serially(%q) = %t, want %t", text, got, want)
		}
	}
}
