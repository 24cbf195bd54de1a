package balance

import (
	"go/token"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/internal/known"
	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/lockset"
)

// A Fault says why a release gives back what was not acquired.
type Fault uint8

const (
	Twice     Fault = iota // it was released before on the path
	Failed                 // the acquisition failed on the path
	Excess                 // fewer units were acquired
	Shortfall              // more units were acquired, and the rest stays
	Discarded              // nobody looks if the acquisition has failed
)

// A Surplus is a release of what was not acquired, or not so.
type Surplus struct {
	Fault Fault
	Op    // the release
	// Before is the operation that it goes with: the release before, the failed
	// acquisition, the one with another weight, or the one whose result is
	// discarded.
	Before Op
	// Weight and Acquired are the numbers of units, for Excess and Shortfall.
	Weight, Acquired int64
}

// An Op is an operation as the source shows it.
type Op struct {
	// Expr is the semaphore or WaitGroup, Name the operation: s.sem and
	// s.sem.Release, or s.sem and <-s.sem, or for an operation in a callee the
	// called function.
	Expr, Name string
	Pos, End   token.Pos
	// At is where a callee has the operation, file:line, or "".
	At       string
	Resource locks.Resource
}

// op returns the syntax of a site.
func (r *Result) op(s *lockset.Site) Op {
	op := Op{Expr: s.Expr, Name: s.Expr, Pos: s.Pos, End: s.Pos + 1, Resource: s.Op.Resource}
	switch {
	case s.Via != nil:
		op.Name, op.At = s.Via.Callee, s.Via.At
	case s.Instr == nil && isSend(s):
		op.Name += " <-"
	case s.Instr == nil:
		op.Name = "<-" + op.Name
	default:
		op.Name += "." + locks.CalleeOf(s.Instr.Common(), s.Instr.Common().Value).Func.Name()
	}
	if s.Instr != nil {
		if call := r.m.IR.Call(s.Pos); call != nil {
			op.Pos, op.End = call.Pos(), call.End()
		}
	}
	return op
}

// isSend reports whether the operation on a channel is a send.
func isSend(s *lockset.Site) bool {
	switch instr := s.At.(type) {
	case *ssa.Send:
		return true
	case *ssa.Select:
		for _, st := range instr.States {
			if st.Pos == s.Pos {
				return st.Send != nil
			}
		}
	}
	return false
}

// findSurplus finds the releases of what was not acquired.
func (r *Result) findSurplus() {
	type place struct {
		site  *lockset.Site
		fault Fault
	}
	seen := make(map[place]bool)
	add := func(s *Surplus, site *lockset.Site) {
		if !seen[place{site, s.Fault}] && !r.m.IR.InTest(s.Pos) {
			seen[place{site, s.Fault}] = true
			r.surplus = append(r.surplus, s)
		}
	}
	for _, f := range r.runs {
		for _, e := range f.Events {
			switch {
			case e.Kind == lockset.Released && certain(e):
				if s := r.judge(e); s != nil {
					add(s, e.Site)
				}
			case e.Kind == lockset.Acquired && e.Site.Instr != nil && e.Site.Via == nil:
				if s := r.discarded(e); s != nil {
					add(s, e.Site)
				}
			}
		}
	}
	slices.SortStableFunc(r.surplus, func(a, b *Surplus) int { return r.m.IR.Compare(a.Pos, b.Pos) })
}

// certain reports whether the state of e knows what became of its resource since
// the function acquired it.
func certain(e lockset.Event) bool {
	return e.Prior != nil && !e.Prior.Doubt && !e.State.Joined() && e.Prior.Need == lockset.NeedNothing && e.Prior.Site != nil
}

// judge tells what is wrong with the release e, or returns nil.
func (r *Result) judge(e lockset.Event) *Surplus {
	p := e.Prior
	s := &Surplus{Op: r.op(e.Site), Before: r.op(p.Site)}
	switch {
	case p.Status == lockset.Free && p.Site.Op.Action == locks.Try:
		s.Fault = Failed
	case p.Status == lockset.Free:
		if p.Site == e.Site && e.Exit == nil {
			return nil // another loop has acquired as many
		}
		s.Fault = Twice
	case p.Status == lockset.Held && p.Count == 1:
		acquired, ok := lockset.Number(p.Weight)
		released, known := lockset.Number(e.Weight)
		if !ok || !known || acquired == released {
			return nil
		}
		s.Acquired, s.Weight = acquired, released
		s.Fault = Excess
		if released < acquired {
			if !r.last(e) {
				return nil
			}
			s.Fault = Shortfall
		}
	default:
		return nil
	}
	return s
}

// last reports whether e is the only release of its resource in the function, and
// runs once.
func (r *Result) last(e lockset.Event) bool {
	b := e.Site.At.Block()
	if ir.Reaches(b, b) {
		return false
	}
	for _, f := range r.runs {
		for _, o := range f.Events {
			if o.Kind == lockset.Released && o.Site != e.Site && (o.Lock == e.Lock || o.Lock.Class() != nil && o.Lock.Class() == e.Lock.Class()) {
				return false
			}
		}
	}
	return true
}

// discarded returns the defect that the result of acquisition e, which tells if it
// has failed, is discarded, if something releases the resource all the same.
func (r *Result) discarded(e lockset.Event) *Surplus {
	op := e.Site.Op
	call, ok := e.Site.Instr.(*ssa.Call)
	if op.Action != locks.Try || ok && len(*call.Referrers()) > 0 {
		return nil
	}
	if op.Errs && neverEnds(locks.CalleeOf(e.Site.Instr.Common(), e.Site.Instr.Common().Value).Args[1]) {
		return nil
	}
	for _, f := range r.runs {
		for _, o := range f.Events {
			if o.Kind == lockset.Released && o.Site.Via == nil && (o.Lock == e.Lock || o.Lock.Class() != nil && o.Lock.Class() == e.Lock.Class()) {
				s := &Surplus{Fault: Discarded, Op: r.op(e.Site), Before: r.op(o.Site)}
				return s
			}
		}
	}
	return nil
}

// neverEnds reports whether ctx is context.Background() or context.TODO().
func neverEnds(ctx ssa.Value) bool {
	for {
		switch v := ctx.(type) {
		case *ssa.ChangeInterface:
			ctx = v.X
			continue
		case *ssa.Call:
			name := known.NameOf(locks.CalleeOf(&v.Call, v.Call.Value).Func)
			return name.Pkg == "context" && (name.Func == "Background" || name.Func == "TODO")
		}
		return false
	}
}
