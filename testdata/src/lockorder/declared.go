package lockorder

import "sync"

// An order that is written down is checked, and trusted.

//concurlint:order depot.mu < wagon.mu

type depot struct {
	mu sync.Mutex
	n  int
}

type wagon struct {
	mu sync.Mutex
	n  int
}

// Couple keeps the order.
func (d *depot) Couple(w *wagon) {
	d.mu.Lock()
	defer d.mu.Unlock()
	w.mu.Lock()
	defer w.mu.Unlock()
	d.n += w.n
}

// Uncouple breaks it. There is one report, not another for the cycle.
func (w *wagon) Uncouple(d *depot) {
	w.mu.Lock()
	defer w.mu.Unlock()
	d.mu.Lock() // want `d\.mu is acquired while w\.mu is held \(locked on line \d+\), against the declared order depot\.mu < wagon\.mu \(line 7\)`
	defer d.mu.Unlock()
	d.n -= w.n
}

// It is broken even if nobody goes the declared way.

//concurlint:order outerMu < innerMu

var (
	outerMu, innerMu sync.Mutex
	nested           int
)

// Inside out, in a function of its own.
func InsideOut() {
	innerMu.Lock()
	defer innerMu.Unlock()
	outerMu.Lock() // want `outerMu is acquired while innerMu is held \(locked on line \d+\), against the declared order outerMu < innerMu \(line \d+\)`
	defer outerMu.Unlock()
	nested++
}

// The order may stand at the type, and is broken through a call.
//
//concurlint:order folder.mu < page.mu
type folder struct {
	mu sync.Mutex
	n  int
}

type page struct {
	mu  sync.Mutex
	dir *folder
	n   int
}

// Edit asks the folder with the page locked.
func (p *page) Edit() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dir.touch() // want `p\.dir\.touch acquires \S+\.mu \(.*declared\.go:\d+\) while p\.mu is held \(locked on line \d+\), against the declared order folder\.mu < page\.mu \(line \d+\)`
	p.n++
}

func (f *folder) touch() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.n++
}

// Two declarations make a third: what holds for neighbours holds for all.

//concurlint:order country.mu < city.mu
//concurlint:order city.mu < street.mu

type country struct{ mu sync.Mutex }

type city struct{ mu sync.Mutex }

type street struct{ mu sync.Mutex }

// Rename goes from the last to the first.
func (s *street) Rename(c *country) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.mu.Lock() // want `c\.mu is acquired while s\.mu is held \(locked on line \d+\), against the declared order`
	c.mu.Unlock()
}

// Visit leaves one out, which is in order.
func (c *country) Visit(s *street) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s.mu.Lock()
	s.mu.Unlock()
}

// A gate does not make the wrong order right: the declaration is a rule.

//concurlint:order silo.mu < cart.mu

type silo struct{ mu sync.Mutex }

type cart struct{ mu sync.Mutex }

var harvest sync.Mutex

// Tip breaks it behind a gate.
func (c *cart) Tip(s *silo) {
	harvest.Lock()
	defer harvest.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	s.mu.Lock() // want `s\.mu is acquired while c\.mu is held \(locked on line \d+\), against the declared order silo\.mu < cart\.mu`
	defer s.mu.Unlock()
}

// Tries and new objects break nothing.

//concurlint:order plant.mu < seed.mu

type plant struct {
	mu sync.Mutex
	n  int
}

type seed struct{ mu sync.Mutex }

// Try does not wait.
func (s *seed) Try(p *plant) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !p.mu.TryLock() {
		return false
	}
	p.n++
	p.mu.Unlock()
	return true
}

// Grow locks what nobody else knows.
func (s *seed) Grow() *plant {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := new(plant)
	p.mu.Lock()
	p.n = 1
	p.mu.Unlock()
	return p
}

// Names that are no locks.

//concurlint:order nosuch.mu < wagon.mu // want `names no lock`

//concurlint:order depot.mux < wagon.mu // want `names no lock`

//concurlint:order depot.n < wagon.mu // want `names no lock`

//concurlint:order depot.mu < nested // want `names no lock`

// A mutex that is embedded has the name of its type; a generic type has no
// arguments here.

//concurlint:order shape.Mutex < crate.mu

type shape struct{ sync.Mutex }

type crate[T any] struct {
	mu sync.Mutex
	v  T
}

// Pack breaks it.
func Pack(s *shape, c *crate[int]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s.Lock() // want `s(\.Mutex)? is acquired while c\.mu is held \(locked on line \d+\), against the declared order`
	c.v++
	s.Unlock()
}
