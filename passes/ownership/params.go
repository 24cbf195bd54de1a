package ownership

import (
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/locks"
)

// findParams finds the parameters that are private in all calls: those of
// helpers of constructors. It starts from the assumption that they are all
// private and drops those that some call refutes.
func (r *Result) findParams() {
	calls := make(map[*ssa.Function][]ssa.CallInstruction)
	for _, fn := range r.pkg.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				call, ok := instr.(ssa.CallInstruction)
				if !ok {
					continue
				}
				// Tests use objects of their own; that says nothing.
				if c := locks.CalleeOf(call.Common(), call.Common().Value); c.Body != nil && (!r.pkg.InTest(fn.Pos()) || r.pkg.InTest(c.Body.Pos())) {
					calls[c.Body] = append(calls[c.Body], call)
				}
			}
		}
	}
	r.values = usedAsValues(r.pkg.Funcs)
	var params []*ssa.Parameter
	for _, fn := range r.pkg.Funcs {
		obj, ok := fn.Object().(*types.Func)
		if !ok || r.external(obj) || r.values[fn] || len(calls[fn]) == 0 {
			continue
		}
		for _, p := range fn.Params {
			switch p.Type().Underlying().(type) {
			case *types.Pointer, *types.Map, *types.Slice, *types.Interface:
				r.params[p] = true
				r.young[p] = true
				params = append(params, p)
			}
		}
	}
	for changed := true; changed; {
		changed = false
		clear(r.results)
		for _, p := range params {
			if r.params[p] && !r.privateInAll(p, calls[p.Parent()]) {
				delete(r.params, p)
				changed = true
			}
		}
	}
	// Helpers of the functions that make an object belong to its making, even if
	// it has been stored somewhere.
	for changed := true; changed; {
		changed = false
		clear(r.results)
		for _, p := range params {
			if r.young[p] && !r.inAll(p, calls[p.Parent()], func(st Status) bool { return st == Private || st == Stored }) {
				delete(r.young, p)
				changed = true
			}
		}
	}
}

// privateInAll reports whether all calls pass a private object for p.
func (r *Result) privateInAll(p *ssa.Parameter, calls []ssa.CallInstruction) bool {
	return r.inAll(p, calls, func(st Status) bool { return st == Private })
}

// inAll reports whether all calls pass for p an object that ok accepts.
func (r *Result) inAll(p *ssa.Parameter, calls []ssa.CallInstruction, ok func(Status) bool) bool {
	i := 0
	for p.Parent().Params[i] != p {
		i++
	}
	for _, call := range calls {
		if _, spawned := call.(*ssa.Go); spawned {
			return false
		}
		args := locks.CalleeOf(call.Common(), call.Common().Value).Args
		if i >= len(args) || !ok(r.Of(args[i], call)) {
			return false
		}
	}
	return true
}

// usedAsValues returns the functions that are more than called.
func usedAsValues(funcs []*ssa.Function) map[*ssa.Function]bool {
	used := make(map[*ssa.Function]bool)
	var buf [8]*ssa.Value
	for _, fn := range funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				if mc, ok := instr.(*ssa.MakeClosure); ok {
					if kept(mc) {
						used[locks.CalleeOf(&ssa.CallCommon{Value: mc}, mc).Body] = true
					}
					continue
				}
				for i, op := range instr.Operands(buf[:0]) {
					f, ok := (*op).(*ssa.Function)
					if !ok {
						continue
					}
					if call, ok := instr.(ssa.CallInstruction); ok && i == 0 && !call.Common().IsInvoke() && call.Common().Value == *op {
						continue
					}
					if c := locks.CalleeOf(&ssa.CallCommon{Value: f}, f); c.Body != nil {
						used[c.Body] = true
					}
				}
			}
		}
	}
	return used
}

// kept reports whether the closure is more than called, started or deferred.
func kept(mc *ssa.MakeClosure) bool {
	for _, ref := range *mc.Referrers() {
		switch ref := ref.(type) {
		case ssa.CallInstruction:
			if ref.Common().Value != ssa.Value(mc) {
				return true
			}
		case *ssa.DebugRef:
		default:
			return true
		}
	}
	return false
}

// external reports whether other packages may call fn: by its name, or through
// an interface that the package converts its receiver to.
func (r *Result) external(fn *types.Func) bool {
	recv := fn.Signature().Recv()
	if recv == nil {
		return fn.Exported()
	}
	t := recv.Type()
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	named, ok := types.Unalias(t).(*types.Named)
	if !ok || named.Obj().Exported() {
		return fn.Exported()
	}
	return r.Converted(named.Origin(), fn)
}

// Converted reports whether the package converts a value of type t, or a pointer
// to one, to an interface that has the method fn.
func (r *Result) Converted(t *types.Named, fn *types.Func) bool {
	if r.ifaces == nil {
		r.findInterfaces()
	}
	return r.ifaces[method{t.Obj(), fn.Id()}]
}

type method struct {
	recv *types.TypeName
	id   string
}

// findInterfaces finds the methods that calls through interfaces can reach.
func (r *Result) findInterfaces() {
	r.ifaces = make(map[method]bool)
	add := func(from types.Type, to types.Type) {
		if p, ok := types.Unalias(from).(*types.Pointer); ok {
			from = p.Elem()
		}
		named, ok := types.Unalias(from).(*types.Named)
		if !ok {
			return
		}
		iface, ok := to.Underlying().(*types.Interface)
		if !ok {
			return
		}
		for i := range iface.NumMethods() {
			r.ifaces[method{named.Origin().Obj(), iface.Method(i).Id()}] = true
		}
	}
	for _, fn := range r.pkg.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				switch instr := instr.(type) {
				case *ssa.MakeInterface:
					add(instr.X.Type(), instr.Type())
				}
			}
		}
	}
}
