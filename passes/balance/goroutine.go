package balance

import (
	"go/token"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/lockset"
)

// A Goroutine is a function that calls Done of a WaitGroup which it has not raised
// itself, and does not do so once on each path.
type Goroutine struct {
	Fn *ssa.Function
	// Done is the call on the other paths or, if Twice is set, the first of two.
	Done  Op
	Twice bool
	// Pos and End are the exit without Done, or the second call.
	Pos, End token.Pos
}

// findGoroutines finds the functions that are not done once on each path.
func (r *Result) findGoroutines() {
	for _, f := range r.runs {
		sites := make(map[*locks.Term]*lockset.Site)
		loops := make(map[*locks.Term]bool)
		var terms []*locks.Term
		for _, e := range f.Events {
			if e.Kind != lockset.Released || e.Site.Op.Resource != locks.Group {
				continue
			}
			if e.Prior == nil {
				if sites[e.Lock] == nil {
					sites[e.Lock] = e.Site
					terms = append(terms, e.Lock)
				}
			} else if p := e.Prior; p.Status == lockset.Free && p.Need != lockset.NeedNothing && !p.Doubt && !e.State.Joined() && p.Site != nil && p.Site != e.Site &&
				ir.LoopOf(e.Site.At.Block()) == nil && ir.LoopOf(p.Site.At.Block()) == nil {
				op := r.op(e.Site)
				r.goroutines = append(r.goroutines, &Goroutine{Fn: f.Fn, Done: r.op(p.Site), Twice: true, Pos: op.Pos, End: op.End})
			}
			loops[e.Lock] = loops[e.Lock] || ir.LoopOf(e.Site.At.Block()) != nil && !leavesLoop(e.Site.At)
		}
		for _, t := range terms {
			if !loops[t] {
				r.findUndone(f, t, sites[t])
			}
		}
	}
}

// leavesLoop reports whether the function returns after instr without another turn of
// the loop around it.
func leavesLoop(instr ssa.Instruction) bool { return !ir.Reaches(instr.Block(), instr.Block()) }

// findUndone finds the first exit of f that leaves the group named t as it was.
func (r *Result) findUndone(f *lockset.Function, t *locks.Term, site *lockset.Site) {
	for _, e := range f.Events {
		if e.Kind != lockset.Exited || e.Depth > 0 || e.End == lockset.Panic {
			continue
		}
		if e.State.Joined() || e.State.Find(t) != nil {
			continue
		}
		if isNil, known := r.m.IsNil(e.State, t); known && isNil {
			continue
		}
		g := &Goroutine{Fn: f.Fn, Done: r.op(site)}
		g.Pos, g.End, _ = r.exit(f.Fn, e.Instr)
		r.goroutines = append(r.goroutines, g)
		return
	}
}
