package guards

import (
	"cmp"
	"go/token"
	"slices"

	"golang.org/x/tools/go/ssa"
)

// A Mixed is a plain access of a field or package variable that other code uses
// with the functions of sync/atomic.
type Mixed struct {
	Expr     string
	Pos, End token.Pos
	Write    bool
	// Atomic is the position of an atomic access. It is not valid for data that
	// is only declared to be used atomically, or that another package uses so:
	// From is the position there, file:line.
	Atomic   token.Pos
	From     string
	Declared token.Pos
}

// An AtomicFact says that an exported field or variable is used with the
// functions of sync/atomic.
type AtomicFact struct{ Where string }

// AFact marks AtomicFact as a fact.
func (*AtomicFact) AFact() {}

// String describes the fact for tests.
func (f *AtomicFact) String() string { return "atomic" }

// findMixed finds the plain accesses of data that is used atomically.
func (a *analyzer) findMixed() {
	for _, d := range a.sorted() {
		m := Mixed{}
		decl := a.atomics[d.v]
		switch {
		case d.v.Pkg() != a.pass.Pkg:
			var f AtomicFact
			if !a.pass.ImportObjectFact(d.v, &f) {
				continue
			}
			m.From = f.Where
		case d.atomic:
			for _, acc := range d.accesses {
				if acc.atomic && !m.Atomic.IsValid() {
					m.Atomic = acc.pos
				}
			}
			if d.v.Exported() {
				a.pass.ExportObjectFact(d.v, &AtomicFact{a.where(m.Atomic)})
			}
		case decl != nil:
			m.Declared = decl.Pos
		default:
			continue
		}
		if a.vars[d.v] != nil && decl == nil {
			continue // a lock guards it, as a comment says
		}
		a.mixed(d, m)
	}
}

// mixed records the plain accesses of d, one for each function.
func (a *analyzer) mixed(d *datum, m Mixed) {
	reported := make(map[*ssa.Function]bool)
	for _, acc := range d.accesses {
		if acc.atomic || acc.exempt || acc.calls || reported[acc.fn] || a.ignored(acc.fn, acc.pos) || a.inTest(acc.fn) {
			continue
		}
		if a.excluded(d, acc) || a.vars[d.v] != nil && !acc.write {
			continue
		}
		reported[acc.fn] = true
		n := m
		n.Write = acc.write
		n.Pos, n.End = a.span(acc.pos)
		n.Expr, _ = a.expr(acc, acc.views[0].visit)
		a.result.Mixed = append(a.result.Mixed, &n)
	}
}

// excluded reports whether a lock keeps the plain access from running beside
// atomic ones that write or, if it writes itself, beside all of them.
func (a *analyzer) excluded(d *datum, plain *access) bool {
	for _, l := range d.names {
		if k := a.grip(plain, l); k != exclusive && (k != shared || plain.write) {
			continue
		}
		all := true
		for _, acc := range d.accesses {
			if acc == plain || acc.exempt || !acc.write && !plain.write {
				continue
			}
			k := a.grip(acc, l)
			all = all && (k == exclusive || k == shared && plain.write)
		}
		if all {
			return true
		}
	}
	return false
}

// sorted returns the data of the package in the order of their declarations.
func (a *analyzer) sorted() []*datum {
	var all []*datum
	for _, d := range a.data {
		all = append(all, d)
	}
	slices.SortFunc(all, func(d, e *datum) int { return cmp.Compare(d.v.Pos(), e.v.Pos()) })
	return all
}
