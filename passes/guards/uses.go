package guards

import (
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/internal/known"
	"github.com/concurlint/concurlint/passes/locks"
)

// findUses finds what becomes of functions that are used as values.
func (a *analyzer) findUses() {
	a.uses = make(map[*ssa.Function]use)
	a.once = make(map[*ssa.Function]bool)
	a.serial = make(map[*ssa.Function]bool)
	var buf [8]*ssa.Value
	for _, fn := range a.m.IR.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				if mc, ok := instr.(*ssa.MakeClosure); ok {
					a.useClosure(mc)
					continue
				}
				for _, op := range instr.Operands(buf[:0]) {
					if f, ok := (*op).(*ssa.Function); ok {
						a.use(f, f, instr)
					}
				}
			}
		}
	}
	a.findOnceFields()
}

// findOnceFields finds the functions in fields that are only used for sync.Once:
//
//	r.once.Do(r.todo)
func (a *analyzer) findOnceFields() {
	done := make(map[*types.Var]bool) // fields that are passed to Once
	called := make(map[*types.Var]bool)
	for instr := range a.m.IR.Instructions() {
		call, ok := instr.(ssa.CallInstruction)
		if !ok {
			continue
		}
		if f := ir.LoadedFrom(call.Common().Value); f != nil {
			called[f] = true
		}
		for _, arg := range call.Common().Args {
			if f := ir.LoadedFrom(arg); f != nil {
				if known.Once(locks.CalleeOf(call.Common(), call.Common().Value).Func) {
					done[f] = true
				} else {
					called[f] = true
				}
			}
		}
	}
	if len(done) == 0 {
		return
	}
	for instr := range a.m.IR.Instructions() {
		s, ok := instr.(*ssa.Store)
		if !ok {
			continue
		}
		if f, ok := s.Addr.(*ssa.FieldAddr); ok && done[ir.FieldVar(f)] && !called[ir.FieldVar(f)] {
			if c := locks.CalleeOf(&ssa.CallCommon{Value: s.Val}, s.Val); c.Body != nil {
				a.once[c.Body] = true
			}
		}
	}
}

// useClosure records the uses of a closure or a bound method.
func (a *analyzer) useClosure(mc *ssa.MakeClosure) {
	fn := mc.Fn.(*ssa.Function)
	for _, ref := range *mc.Referrers() {
		a.use(fn, mc, ref)
	}
}

// use records that instr uses v, the value of fn.
func (a *analyzer) use(fn *ssa.Function, v ssa.Value, instr ssa.Instruction) {
	c := locks.CalleeOf(&ssa.CallCommon{Value: v}, v)
	if c.Body == nil || a.inTest(instr.Parent()) && !a.inTest(c.Body) {
		return // what tests do with it says nothing
	}
	a.uses[c.Body] = max(a.uses[c.Body], a.useOf(v, instr))
	call, ok := instr.(ssa.CallInstruction)
	if !ok || call.Common().Value == v {
		return
	}
	callee := locks.CalleeOf(call.Common(), call.Common().Value).Func
	if known.Once(callee) {
		a.once[c.Body] = true
	}
	if name := known.NameOf(callee); name.Pkg == "golang.org/x/sync/singleflight" {
		a.serial[c.Body] = true
	}
}

func (a *analyzer) useOf(v ssa.Value, instr ssa.Instruction) use {
	switch instr := instr.(type) {
	case *ssa.DebugRef:
		return called
	case *ssa.Go:
		if instr.Call.Value == v {
			return startedUse
		}
		return unknownUse
	case ssa.CallInstruction:
		common := instr.Common()
		if !common.IsInvoke() && common.Value == v {
			return called // a call, with a visit of its own
		}
		callee := locks.CalleeOf(common, common.Value)
		switch known.UseOf(callee.Func) {
		case known.Calls:
			return called // visited where it is passed
		case known.Spawns:
			return startedUse
		case known.Keeps:
			return keptUse
		}
		if a.callsParam(callee, v) {
			return called
		}
		return unknownUse
	case *ssa.Store:
		switch addr := instr.Addr.(type) {
		case *ssa.Alloc:
			if cell := a.m.IR.Cell(addr); cell != nil && !cell.Leaks {
				return a.useOfVariable(addr)
			}
			return unknownUse
		case *ssa.FieldAddr:
			if a.callsField(addr) || a.passedOn(addr.X) {
				return unknownUse // perhaps with locks held
			}
			return keptUse
		case *ssa.Global:
			return keptUse
		}
		return unknownUse // among others, perhaps called right here
	case *ssa.Return:
		if obj, ok := instr.Parent().Object().(*types.Func); ok && obj.Exported() {
			return keptUse
		}
		return unknownUse // called by the package
	case *ssa.ChangeType, *ssa.MakeInterface, *ssa.Phi:
		use := called
		v := instr.(ssa.Value)
		if v.Referrers() == nil {
			return unknownUse
		}
		for _, ref := range *v.Referrers() {
			if _, again := ref.(*ssa.Phi); again {
				return unknownUse
			}
			use = max(use, a.useOf(v, ref))
		}
		return use
	}
	return unknownUse
}

// useOfVariable returns what becomes of the functions that are stored in a local
// variable. Calls in place are visited; so are those in literals.
func (a *analyzer) useOfVariable(alloc *ssa.Alloc) use {
	use := called
	for _, ref := range *alloc.Referrers() {
		load, ok := ref.(*ssa.UnOp)
		if !ok {
			continue
		}
		for _, ref := range *load.Referrers() {
			if ret, ok := ref.(*ssa.Return); ok {
				use = max(use, a.useOf(load, ret))
			}
		}
	}
	return use
}

// passedOn reports whether the struct at addr is a local one that its function fills and
// only passes as an argument: the callee may call right then what is in it, with the
// locks that the function holds. A method of the struct itself begins something longer.
func (a *analyzer) passedOn(addr ssa.Value) bool {
	alloc, ok := addr.(*ssa.Alloc)
	if !ok {
		return false
	}
	passed := false
	for _, ref := range *alloc.Referrers() {
		switch ref := ref.(type) {
		case *ssa.FieldAddr, *ssa.DebugRef:
		case *ssa.Call:
			callee := locks.CalleeOf(&ref.Call, ref.Call.Value)
			if callee.Func == nil || callee.Func.Signature().Recv() != nil && callee.Args[0] == ssa.Value(alloc) || !a.holdsAny(alloc.Parent(), ref) {
				return false
			}
			passed = true
		default:
			return false
		}
	}
	return passed
}

// callsParam reports whether the callee is known to do nothing with its function
// argument v but to call it.
func (a *analyzer) callsParam(callee locks.Callee, v ssa.Value) bool {
	if callee.Func == nil {
		return false
	}
	eff := a.m.Effects(callee)
	if eff == nil {
		return false
	}
	for i, arg := range callee.Args {
		if arg != v || i >= len(eff.Params) {
			continue
		}
		for _, pc := range eff.Calls {
			if pc.Func == eff.Params[i] {
				return true
			}
		}
	}
	return false
}

// callsField reports whether the package calls the function in the field whose
// address f is.
func (a *analyzer) callsField(f *ssa.FieldAddr) bool {
	if a.fields == nil {
		a.fields = make(map[*types.Var]bool)
		for _, fn := range a.m.IR.Funcs {
			for _, b := range fn.Blocks {
				for _, instr := range b.Instrs {
					call, ok := instr.(ssa.CallInstruction)
					if !ok {
						continue
					}
					if v := ir.LoadedFrom(call.Common().Value); v != nil {
						a.fields[v] = true
					}
				}
			}
		}
	}
	return a.fields[ir.FieldVar(f)]
}
