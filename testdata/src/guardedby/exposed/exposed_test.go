package exposed

import "testing"

// That a test calls it, too, does not make less of what others may do.
func TestClose(t *testing.T) {
	n := &Net{links: map[string]int{}}
	for _, f := range []func(){n.Close} {
		f()
	}
	n.Add("a")
	n.Close()
}
