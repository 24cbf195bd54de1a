package order

import (
	"cmp"
	"slices"

	"github.com/concurlint/concurlint/passes/locks"
)

// Bounds of a cycle that anybody can replay: its edges, and the calls between
// a lock and the one that is acquired under it. Below long chains of calls there is
// something that may happen in some state of the program, and mostly in another
// one than this.
const (
	maxLength = 5
	maxCalls  = 3
	// maxSteps bounds the calls of all edges of a cycle, and what two edges would not
	// need: each further edge, and each writer that must wait between two readers, is
	// one more goroutine that has to meet the others, on the very same objects.
	maxSteps = 5
	// perGoroutine is what a further goroutine counts. Two edges need two.
	perGoroutine = 2
)

// findCycles finds the cycles that edges of the package close: for each edge the
// shortest way back.
func (a *analyzer) findCycles() {
	next := make(map[Class][]Class)
	for _, e := range append(slices.Clip(a.result.Edges), a.result.Imported...) {
		if !slices.Contains(next[e.From], e.To) {
			next[e.From] = append(next[e.From], e.To)
		}
	}
	var all []*Cycle
	for _, e := range a.result.Edges {
		if e.test || e.calls() > maxCalls {
			continue
		}
		path := shortest(next, e.To, e.From)
		if path == nil || len(path) > maxLength {
			continue
		}
		if c := a.witness(e, path); c != nil && !a.known(c) {
			all = append(all, c)
		}
	}
	// Of the cycles that share an edge the shortest says it all.
	slices.SortStableFunc(all, func(c, d *Cycle) int { return cmp.Compare(len(c.Edges), len(d.Edges)) })
	seen := make(map[[2]Class]bool)
	for _, c := range all {
		if slices.ContainsFunc(c.Edges, func(e *Edge) bool { return seen[[2]Class{e.From, e.To}] }) {
			continue
		}
		for _, e := range c.Edges {
			seen[[2]Class{e.From, e.To}] = true
		}
		a.result.Cycles = append(a.result.Cycles, a.rotate(c))
	}
	slices.SortStableFunc(a.result.Cycles, func(c, d *Cycle) int { return a.m.IR.Compare(c.Edges[0].Pos, d.Edges[0].Pos) })
}

// calls returns the number of calls between the lock that is held and the one that
// is acquired. What a literal does stands where the literal does: it is no step.
func (e *Edge) calls() int {
	n := len(e.Chain)
	if e.Call != "" && (n == 0 || e.Chain[0] != e.Call) {
		n++
	}
	return n - e.Literals
}

// known reports whether the packages below have c already.
func (a *analyzer) known(c *Cycle) bool {
	for _, e := range c.Edges {
		if !slices.ContainsFunc(a.result.Imported, func(f *Edge) bool { return f.From == e.From && f.To == e.To }) {
			return false
		}
	}
	return true
}

// shortest returns the classes on a shortest way from one class to another,
// both included.
func shortest(next map[Class][]Class, from, to Class) []Class {
	prev := map[Class]Class{from: from}
	queue := []Class{from}
	for len(queue) > 0 {
		c := queue[0]
		queue = queue[1:]
		if c == to {
			var path []Class
			for ; c != from; c = prev[c] {
				path = append(path, c)
			}
			path = append(path, from)
			slices.Reverse(path)
			return path
		}
		for _, d := range next[c] {
			if _, ok := prev[d]; !ok {
				prev[d] = c
				queue = append(queue, d)
			}
		}
	}
	return nil
}

// witness returns the cycle of e and the way back along path, with edges that can
// really meet; nil if there are none: a lock that is held everywhere lets only
// one goroutine in, and readers do not exclude each other.
func (a *analyzer) witness(e *Edge, path []Class) *Cycle {
	edges := []*Edge{e}
	var extend func(i int) bool
	extend = func(i int) bool {
		if i == len(path)-1 {
			return a.possible(edges)
		}
		for _, f := range a.byPair[[2]Class{path[i], path[i+1]}] {
			if f.test || f.calls() > maxCalls {
				continue
			}
			edges = append(edges, f)
			if extend(i + 1) {
				return true
			}
			edges = edges[:len(edges)-1]
		}
		return false
	}
	if !extend(0) {
		return nil
	}
	return &Cycle{edges}
}

// possible reports whether the edges of a cycle can wait for each other.
func (a *analyzer) possible(edges []*Edge) bool {
	if steps(edges) > maxSteps {
		return false
	}
	for _, g := range edges[0].Gates {
		writers := 0
		all := true
		for _, e := range edges {
			w, r := slices.Contains(e.Gates, Gate{g.Class, locks.Write}), slices.Contains(e.Gates, Gate{g.Class, locks.Read})
			all = all && (w || r)
			if w {
				writers++
			}
		}
		if all && writers >= len(edges)-1 {
			return false // no two of them at the same time
		}
	}
	for i, e := range edges {
		f := edges[(i+1)%len(edges)]
		if e.ToMode == locks.Read && f.FromMode == locks.Read && !a.writes[e.To] {
			return false
		}
	}
	return true
}

// steps returns how much has to come together in a cycle of the edges.
func steps(edges []*Edge) int {
	n := perGoroutine * (len(edges) - 2)
	for i, e := range edges {
		n += e.calls()
		if f := edges[(i+1)%len(edges)]; len(edges) > 2 && e.ToMode == locks.Read && f.FromMode == locks.Read {
			n += perGoroutine
		}
	}
	return n
}

// rotate returns c beginning at the edge that is to be reported: of those of the
// package the one that stands last in its source.
func (a *analyzer) rotate(c *Cycle) *Cycle {
	best := 0
	for i, e := range c.Edges {
		if last := c.Edges[best]; e.Pos.IsValid() && (!last.Pos.IsValid() || a.m.IR.Compare(e.Pos, last.Pos) > 0) {
			best = i
		}
	}
	return &Cycle{append(slices.Clone(c.Edges[best:]), c.Edges[:best]...)}
}
