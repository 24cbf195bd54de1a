package lockorder

import "testing"

// A test that looks into its own objects has another, by itself.
func TestSample(t *testing.T) {
	p, g := new(probe), new(gauge)
	g.mu.Lock()
	p.mu.Lock()
	p.mu.Unlock()
	g.mu.Unlock()
	Sample(p, g)
}

// Its helper is handed what nobody else has.
func check(t *testing.T, d *dial, n *needle) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	n.mu.Lock()
	defer n.mu.Unlock()
}

func TestCheck(t *testing.T) { check(t, new(dial), new(needle)) }

// A callback of a test is not one of the code: a Siren has none.
func TestSiren(t *testing.T) {
	s, l := new(Siren), new(beacon)
	s.Notify(l.show)
	s.Set(1)
	l.read(s)
}
