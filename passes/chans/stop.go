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
	spawns := r.Spawns.Of(fn)
	if len(spawns) != 1 || spawns[0].Loop || len(r.Spawns.Callers(fn)) > 1 || spawns[0].Kind == spawn.Handler {
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
	if fn == loop || r.guarded(op.Instr, place{}) {
		return false
	}
	for _, s := range r.Spawns.Of(fn) {
		if s.Kind == spawn.Go || s.Kind == spawn.Counted || s.Kind == spawn.Handler {
			return true
		}
	}
	obj, ok := fn.Object().(*types.Func)
	return ok && obj.Exported() && obj.Signature().Recv() != nil
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
