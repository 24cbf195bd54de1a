package order

import (
	"cmp"
	"fmt"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/concurlint/concurlint/passes/locks"
)

// An AcquireFact tells which kinds of locks an exported function may acquire.
type AcquireFact struct {
	Locks []Acquisition
	Nests []Nest
}

// An Acquisition is a kind of lock that a function may acquire.
type Acquisition struct {
	Class Class
	Mode  locks.Mode
	At    string
	Chain []string
}

// AFact marks AcquireFact as a fact.
func (*AcquireFact) AFact() {}

// String describes the fact for tests.
func (f *AcquireFact) String() string {
	var parts []string
	for _, l := range f.Locks {
		parts = append(parts, l.Class.String())
	}
	return "may acquire " + strings.Join(parts, ", ")
}

// An OrderFact holds the edges of a package.
type OrderFact struct {
	Edges  []Edge
	Writes []Class // locked for writing by somebody
	Orders []OrderDecl
}

// An OrderDecl is a declared order of another package.
type OrderDecl struct {
	Classes []Class
	Text    string
	Where   string // file:line
}

// AFact marks OrderFact as a fact.
func (*OrderFact) AFact() {}

// String describes the fact for tests.
func (f *OrderFact) String() string { return fmt.Sprintf("%d edges", len(f.Edges)) }

// Caps of the facts. Drivers copy facts to all packages above.
const (
	maxAcquired = 16  // classes in the fact of a function
	maxEdges    = 256 // edges in the fact of a package
)

// imported returns what a function of another package may acquire.
func (a *analyzer) imported(fn *types.Func) map[Class]*acquisition {
	if m, ok := a.facts[fn]; ok {
		return m
	}
	var m map[Class]*acquisition
	var f AcquireFact
	// The machine names what a method of a lock acquires: its receiver.
	if _, locks := locks.OpOf(fn); !locks && fn.Pkg() != a.pass.Pkg && a.pass.ImportObjectFact(fn, &f) {
		m = make(map[Class]*acquisition)
		for _, l := range f.Locks {
			m[l.Class] = &acquisition{mode: l.Mode, at: l.At, tail: l.Chain, depth: len(l.Chain)}
		}
		if len(f.Nests) > 0 {
			a.handed[fn] = f.Nests
			a.nesting = append(a.nesting, fn)
		}
	}
	a.facts[fn] = m
	return m
}

// importEdges adds the edges of the packages below.
func (a *analyzer) importEdges() (orders []*Order) {
	facts := a.pass.AllPackageFacts()
	slices.SortFunc(facts, func(x, y analysis.PackageFact) int { return cmp.Compare(x.Package.Path(), y.Package.Path()) })
	for _, pf := range facts {
		f, ok := pf.Fact.(*OrderFact)
		if !ok || pf.Package == a.pass.Pkg {
			continue
		}
		for _, c := range f.Writes {
			a.writes[c] = true
		}
		for _, d := range f.Orders {
			orders = append(orders, &Order{Classes: d.Classes, Text: d.Text, From: d.Where})
		}
		for i := range f.Edges {
			e := f.Edges[i]
			a.result.Imported = append(a.result.Imported, &e)
			key := [2]Class{e.From, e.To}
			a.byPair[key] = append(a.byPair[key], &e)
		}
	}
	return orders
}

// export exports what packages above may have to know.
func (a *analyzer) export(orders []*Order) {
	for _, fn := range a.m.IR.Funcs {
		obj, ok := fn.Object().(*types.Func)
		if !ok || !obj.Exported() || a.m.IR.InTest(fn.Pos()) {
			continue
		}
		below := a.result.below[fn]
		f := AcquireFact{Nests: a.handed[obj]}
		for _, c := range sortedClasses(below) {
			if strings.Contains(c.Name, "·") || len(f.Locks) == maxAcquired {
				continue
			}
			acq := below[c]
			f.Locks = append(f.Locks, Acquisition{c, acq.mode, acq.at, a.chain(acq)})
		}
		if len(f.Locks) > 0 {
			a.pass.ExportObjectFact(obj, &f)
		}
	}
	var f OrderFact
	seen := make(map[[2]Class]int)
	for _, e := range a.result.Edges {
		key := [2]Class{e.From, e.To}
		if e.test || len(f.Edges) == maxEdges || seen[key] == 2 || strings.Contains(e.From.Name+e.To.Name, "·") {
			continue
		}
		seen[key]++
		x := *e
		x.Pos, x.End, x.HeldPos = 0, 0, 0
		f.Edges = append(f.Edges, x)
		for _, c := range [...]Class{e.From, e.To} {
			if a.writes[c] && !slices.Contains(f.Writes, c) {
				f.Writes = append(f.Writes, c)
			}
		}
	}
	for _, o := range orders {
		f.Orders = append(f.Orders, OrderDecl{o.Classes, o.Text, a.m.Position(o.Pos)})
	}
	if len(f.Edges)+len(f.Orders) > 0 {
		a.pass.ExportPackageFact(&f)
	}
}
