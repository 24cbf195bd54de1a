package guardedby

import "sync"

// The directives of concurlint, and what is wrong with them.

type directed struct {
	mu sync.Mutex
	//concurlint:guardedby mu
	n int
	//concurlint:unguarded
	stats int
	//concurlint:guardedby nosuch // want `there is no lock nosuch here`
	lost int
	// +checklocks:mux // want `there is no lock mux here: did you mean mu`
	typo int
	//concurlint:guardedby stats // want `stats is not a lock`
	wrong int
}

// N breaks the directive.
func (d *directed) N() int {
	return d.n // want `d.n is read without d.mu, which guards it \(declared on line \d+\)`
}

// Count and Inc would be evidence, but for the opt-out.
func (d *directed) Count() { d.mu.Lock(); d.stats++; d.mu.Unlock() }

// Inc is the second.
func (d *directed) Inc() { d.mu.Lock(); d.stats++; d.mu.Unlock() }

// Stats is unguarded, on purpose.
func (d *directed) Stats() int { return d.stats }

// Lost fields are guarded by nothing.
func (d *directed) Lost() int { return d.lost + d.typo + d.wrong }

//concurlint:holds d.mu
func (d *directed) bump() { d.n++ }

// Bump meets it.
func (d *directed) Bump() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.bump()
}

// Jump does not.
func (d *directed) Jump() {
	d.bump() // want `d.bump is called without d.mu, which its callers must hold \(declared on line \d+\)`
}

var directMu sync.Mutex

//concurlint:guardedby directMu
var direct int

// Direct breaks it.
func Direct() {
	direct = 1 // want `direct is written without directMu, which guards it \(declared on line \d+\)`
}
