package atomicmix

import "testing"

// A test looks plainly when nothing runs.
func TestCounter(t *testing.T) {
	c := &counter{}
	c.Inc()
	if c.n != 1 || total != 0 {
		t.Error(c.n, total)
	}
	d := newDeclared()
	d.n = 3
}
