package chans

import (
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/known"
	"github.com/concurlint/concurlint/passes/spawn"
)

// stopped returns the leaks of sends on o that have no other case, while the only
// goroutine that receives may be told to stop.
func (r *Result) stopped(o *spawn.Object) []*Leak {
	if room, ok := r.Capacity(o); !ok || room > 0 || o.Escapes != 0 {
		return nil
	}
	loop, sel, arm := r.stoppable(o)
	if loop == nil {
		return nil
	}
	var out []*Leak
	for _, op := range r.with(o, Send) {
		if !op.Blocking() || r.ir.InTest(op.Instr.Pos()) || r.only(op.Chan) != o || !r.comesAnyTime(op, loop) {
			continue
		}
		l := r.leak(Stopped, op)
		l.Make = o.Make().Pos()
		l.Arm = sel.States[arm].Pos
		l.ArmExpr = r.armExpr(loop, sel.States[arm])
		l.Receiver = display(loop)
		out = append(out, l)
	}
	return out
}

// stoppable returns the function that alone receives from o, in a loop of a single
// goroutine, and the case of a select statement that makes it return, or nil.
func (r *Result) stoppable(o *spawn.Object) (*ssa.Function, *ssa.Select, int) {
	var fn *ssa.Function
	receives := r.with(o, Receive)
	for _, op := range receives {
		if op.Select == nil || fn != nil && op.Fn != fn || !inLoop(op.Instr.Block()) {
			return nil, nil, 0
		}
		fn = op.Fn
	}
	if fn == nil || r.ir.InTest(fn.Pos()) {
		return nil, nil, 0
	}
	if !r.runsOnce(fn) {
		return nil, nil, 0
	}
	for _, op := range receives {
		for i, st := range op.Select.States {
			if st.Dir != types.RecvOnly || isTimer(st.Chan) || r.mayReceive(o, st.Chan) {
				continue
			}
			if arm := caseBlock(op.Select, i); arm != nil && r.leaves(arm, o) {
				return fn, op.Select, i
			}
		}
	}
	return nil, nil, 0
}

// runsOnce reports whether one goroutine runs fn, which the package starts in one
// place.
func (r *Result) runsOnce(fn *ssa.Function) bool {
	for range maxDepth {
		spawns := r.Spawns.Of(fn)
		if len(spawns) > 0 {
			return len(spawns) == 1 && !spawns[0].Loop && len(r.Spawns.Callers(fn)) <= 1 && spawns[0].Kind != spawn.Handler
		}
		at, caller := r.onlyCaller(fn)
		if caller == nil || inLoop(at.Block()) {
			return false
		}
		fn = caller
	}
	return false
}

// mayReceive reports whether ch may be o.
func (r *Result) mayReceive(o *spawn.Object, ch ssa.Value) bool {
	for _, other := range r.Spawns.Objects(ch) {
		if other == o {
			return true
		}
	}
	return false
}

// leaves reports whether all ways from b return without receiving from o again.
func (r *Result) leaves(b *ssa.BasicBlock, o *spawn.Object) bool {
	seen := make(map[*ssa.BasicBlock]bool)
	returns := false
	var visit func(b *ssa.BasicBlock) bool
	visit = func(b *ssa.BasicBlock) bool {
		if seen[b] {
			return true
		}
		seen[b] = true
		for _, instr := range b.Instrs {
			for _, op := range r.of[instr] {
				if op.Role == Receive && r.mayReceive(o, op.Chan) {
					return false
				}
			}
			if _, ok := instr.(*ssa.Return); ok {
				returns = true
			}
		}
		for _, s := range b.Succs {
			if !visit(s) {
				return false
			}
		}
		return true
	}
	return visit(b) && returns
}

// comesAnyTime reports whether op may run when the loop has returned: it is in an
// exported method, or on a goroutine of its own, and does not depend on any condition.
func (r *Result) comesAnyTime(op *Op, loop *ssa.Function) bool {
	fn := op.Fn
	if fn == loop || r.guarded(op.Instr) && !r.polls(op) {
		return false
	}
	for _, s := range r.Spawns.Of(fn) {
		if s.Kind != spawn.Timer && s.Kind != spawn.Test {
			return true
		}
	}
	obj, ok := fn.Object().(*types.Func)
	return ok && obj.Exported() && obj.Signature().Recv() != nil
}

// polls reports whether op is in the default case of a select statement, and depends
// on nothing else: a look at the stop channel, which may be closed right after.
func (r *Result) polls(op *Op) bool {
	for _, b := range op.Fn.Blocks {
		for _, instr := range b.Instrs {
			sel, ok := instr.(*ssa.Select)
			if !ok || sel.Blocking {
				continue
			}
			if ts := tests(sel); len(ts) > 0 && ts[len(ts)-1].Block().Succs[1] == op.Instr.Block() {
				return true
			}
		}
	}
	return false
}

// display returns how messages call fn.
func display(fn *ssa.Function) string {
	lit := fn.Parent() != nil
	for fn.Parent() != nil {
		fn = fn.Parent()
	}
	name := fn.Name()
	if obj, ok := fn.Object().(*types.Func); ok {
		if n := known.NameOf(obj); n.Recv != "" {
			name = n.Recv + "." + n.Func
		}
	}
	if lit {
		return "the goroutine of " + name
	}
	return name
}
