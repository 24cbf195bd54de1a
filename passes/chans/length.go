package chans

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/spawn"
)

// A Guess is a decision by the length of a channel whether to send or receive, which
// somebody else may have made wrong by then.
type Guess struct {
	// Pos is the call of len, Expr its channel as the source writes it.
	Pos, End token.Pos
	Expr     string
	// Op is the send or receive that depends on it, Role what it is.
	Op   token.Pos
	Role Role
	// Other is an operation of the same kind that another goroutine may do; it is
	// Op itself if several goroutines may run the function.
	Other token.Pos
}

// Guesses returns the decisions by the length of a channel, in source order.
func (r *Result) Guesses() []*Guess {
	if r.ir == nil {
		return nil
	}
	var out []*Guess
	for _, op := range r.all {
		if op.Role != Length || r.ir.InTest(op.Instr.Pos()) {
			continue
		}
		if g := r.guess(op); g != nil {
			out = append(out, g)
		}
	}
	slices.SortStableFunc(out, func(a, b *Guess) int { return r.ir.Compare(a.Pos, b.Pos) })
	return out
}

// guess returns the decision by the length that op takes, or nil.
func (r *Result) guess(op *Op) *Guess {
	v, ok := op.Instr.(*ssa.Call)
	if !ok || v.Call.Value.Name() != "len" || r.locked(v) {
		return nil
	}
	at := r.placeOf(op.Chan)
	for _, branch := range branches(v, 0) {
		for _, other := range r.all {
			if other.Fn != op.Fn || !other.Blocking() || other.Role != Send && other.Role != Receive || other.Range ||
				r.placeOf(other.Chan) != at || !decides(branch, other.Instr.Block()) {
				continue
			}
			if rival := r.rival(other); rival.IsValid() {
				g := &Guess{Op: other.Instr.Pos(), Role: other.Role, Other: rival}
				g.Expr, g.Pos, g.End = r.Expr(op)
				return g
			}
		}
	}
	return nil
}

// maxCompare bounds the operations between a length and the branch that it decides:
// len(ch) < cap(ch)-1 has two.
const maxCompare = 3

// branches returns the branches that depend on v.
func branches(v ssa.Value, depth int) []*ssa.If {
	var out []*ssa.If
	if depth > maxCompare || v.Referrers() == nil {
		return nil
	}
	for _, ref := range *v.Referrers() {
		switch ref := ref.(type) {
		case *ssa.If:
			out = append(out, ref)
		case *ssa.BinOp:
			out = append(out, branches(ref, depth+1)...)
		case *ssa.UnOp:
			out = append(out, branches(ref, depth+1)...)
		}
	}
	return out
}

// decides reports whether b is only reached by one of the edges of branch.
func decides(branch *ssa.If, b *ssa.BasicBlock) bool {
	return slices.ContainsFunc(branch.Block().Succs, func(s *ssa.BasicBlock) bool { return len(s.Preds) == 1 && s.Dominates(b) })
}

// locked reports whether a lock has been acquired when instr runs.
func (r *Result) locked(instr ssa.Instruction) bool {
	for _, b := range instr.Parent().Blocks {
		for _, other := range b.Instrs {
			call, ok := other.(*ssa.Call)
			if !ok || !ir.Precedes(other, instr) {
				continue
			}
			if op, ok := locks.OpOf(locks.CalleeOf(&call.Call, call.Call.Value).Func); ok && op.Action == locks.Acquire {
				return true
			}
		}
	}
	return false
}

// rival returns an operation that another goroutine may do in place of op, or
// nothing.
func (r *Result) rival(op *Op) token.Pos {
	for _, o := range r.Spawns.Objects(op.Chan) {
		for _, other := range r.with(o, op.Role) {
			if other.Fn != op.Fn && !r.ir.InTest(other.Instr.Pos()) {
				_, pos, _ := r.Expr(other)
				return pos
			}
		}
	}
	for _, s := range r.Spawns.Of(op.Fn) {
		if s.Many() && !r.madeWithin(op, s) {
			return op.Instr.Pos()
		}
	}
	obj, ok := op.Fn.Object().(*types.Func)
	if ok && obj.Exported() && obj.Signature().Recv() != nil && r.placeOf(op.Chan).field >= 0 {
		return op.Instr.Pos() // any number of goroutines may call it
	}
	return token.NoPos
}

// madeWithin reports whether each of the goroutines of s has a channel of its own.
func (r *Result) madeWithin(op *Op, s *spawn.Spawn) bool {
	return slices.ContainsFunc(r.Spawns.Objects(op.Chan), func(o *spawn.Object) bool {
		mk := o.Make()
		return mk != nil && (mk.Parent() == op.Fn || s.Instr != nil && mk.Parent() == s.In && turns(s.Instr.Block(), mk) == 1)
	})
}
