package guards

import (
	"flag"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/locks"
)

// Settings for those who look at guards, not at breaches. They are flags of the
// Analyzer, so that a driver can set them; passes have none that users see.
var (
	blind  bool
	review bool
)

func flags() flag.FlagSet {
	var fs flag.FlagSet
	fs.BoolVar(&blind, "blind", false, "infer everything: ignore what comments say")
	fs.BoolVar(&review, "review", false, "add evidence that only people need, and the data for which it does not suffice")
	return fs
}

// addReview adds to the result what only people need.
func (a *analyzer) addReview() {
	known := make(map[*datum]bool)
	for _, g := range a.result.Guards {
		if d := a.data[g.Var]; d != nil {
			known[d] = true
			a.weigh(g, d)
		}
	}
	for _, d := range sorted(a, a.data) {
		if known[d] || d.v.Pkg() != a.pass.Pkg {
			continue
		}
		g := &Guard{Var: d.v, Owner: a.ownerName(d.v)}
		if t := a.mostHeld(d); t != nil {
			g = a.newGuard(d, t)
		}
		a.weigh(g, d)
		if g.Lock != "" || g.Changes > 0 {
			a.result.Undecided = append(a.result.Undecided, g)
		}
	}
}

// mostHeld returns the tally of the lock that is held most at the accesses of d,
// or nil if none is.
func (a *analyzer) mostHeld(d *datum) *tally {
	var best *tally
	for _, l := range d.names {
		t := a.tally(d, l)
		if t.heldReads+t.heldWrites > 0 && (best == nil || closer(t, best)) {
			best = t
		}
	}
	return best
}

// weigh adds evidence to g, the guard of d.
func (a *analyzer) weigh(g *Guard, d *datum) {
	g.Atomic = d.atomic
	class := g.lock.class
	if g.lock.term != nil {
		class = g.lock.term.Class()
	}
	if class != nil {
		g.Class = a.path(lock{class: class})
	}
	if decl := a.vars[d.v]; decl != nil && len(decl.locks) > 1 {
		for _, l := range decl.locks[1:] {
			g.Also = append(g.Also, a.path(l))
		}
	}
	fns := make(map[*ssa.Function]bool)
	for _, acc := range d.accesses {
		if acc.write && !acc.exempt {
			g.Changes++
		}
		if g.lock == (lock{}) {
			continue
		}
		switch a.grip(acc, g.lock) {
		case shared, exclusive:
			fns[ir.Outermost(acc.fn)] = true
		case unknown:
			if !acc.exempt {
				g.Unclear++
			}
		}
	}
	g.Functions = len(fns)
}

// Own reports whether the lock is reached from the struct that has the field;
// for package variables, whether it is one too.
func (g *Guard) Own() bool {
	if g.lock.term == nil || g.lock.up > 0 {
		return false
	}
	_, global := g.lock.term.Base().Val.(locks.Global)
	return global != g.Var.IsField()
}
