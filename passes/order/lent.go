package order

import (
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/lockset"
)

// lent adds the edges of calls in fn that pass the function in a field on to somebody
// who calls it with a lock in hand:
//
//	c.queue.Pop(c.process)
//
// If it is a literal that is passed, the machine knows all about it.
func (a *analyzer) lent(fn *ssa.Function) {
	for _, call := range callsIn(fn) {
		common := call.Common()
		if _, builtin := common.Value.(*ssa.Builtin); builtin {
			continue
		}
		for i, arg := range common.Args {
			if stored := inField(arg); stored != nil {
				a.lend(fn, call, i-len(common.Args), stored)
			}
		}
	}
}

// inField returns v, without conversions, if it is a function that is loaded from
// somewhere.
func inField(v ssa.Value) ssa.Value {
	if _, ok := v.Type().Underlying().(*types.Signature); !ok {
		return nil
	}
	for {
		switch u := v.(type) {
		case *ssa.ChangeType:
			v = u.X
			continue
		case *ssa.UnOp:
			return u
		}
		return nil
	}
}

// lend adds the edges of call, whose i-th argument, counted from the end, is the
// function f.
func (a *analyzer) lend(fn *ssa.Function, call ssa.CallInstruction, i int, f ssa.Value) {
	targets := a.m.Targets(&ssa.CallCommon{Value: f})
	if len(targets) == 0 {
		return
	}
	callees, _ := a.callees(call)
	for _, callee := range callees {
		eff := a.m.Effects(locks.Callee{Body: callee})
		if eff == nil || len(eff.Params)+i < 0 {
			continue
		}
		for _, c := range eff.Calls {
			if c.Func != eff.Params[len(eff.Params)+i] {
				continue
			}
			for _, target := range targets {
				a.lendTo(fn, call, c.Held, target)
			}
		}
	}
}

// lendTo adds the edges of call, below which target is called with the locks in held.
func (a *analyzer) lendTo(fn *ssa.Function, call ssa.CallInstruction, held []lockset.Change, target *ssa.Function) {
	below := a.result.below[target]
	for _, to := range sortedClasses(below) {
		acq := below[to]
		for _, h := range held {
			from, ok := a.classOf(h.Term)
			if !ok || h.Status != lockset.Held || h.Doubt || from == to || a.lets(target, from, to) || a.again(below, from, h.Mode) {
				continue
			}
			edge := &Edge{From: from, To: to, FromMode: h.Mode, ToMode: acq.mode, FromExpr: from.Name, ToExpr: to.Name, Call: a.callName(call), Chain: a.chain(acq), At: acq.at, Literals: acq.lits}
			a.add(edge, fn, call, lockset.Lock{Site: &lockset.Site{Instr: call}}, nil)
		}
	}
}
