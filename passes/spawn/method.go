package spawn

import (
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/locks"
)

// implementation returns the method of the package that a call of an interface method
// reaches, if it can only be one: no other package can implement the interface, and
// one type of this package does.
func (r *Result) implementation(method *types.Func) *ssa.Function {
	r.methodsMu.Lock()
	defer r.methodsMu.Unlock()
	if fn, ok := r.methods[method]; ok {
		return fn
	}
	fn := r.findImplementation(method)
	r.methods[method] = fn
	return fn
}

func (r *Result) findImplementation(method *types.Func) *ssa.Function {
	recv, ok := types.Unalias(method.Signature().Recv().Type()).(*types.Named)
	if !ok || recv.Obj().Pkg() != r.pass.Pkg || recv.TypeParams() != nil || recv.Obj().Exported() && r.pass.Pkg.Name() != "main" {
		return nil
	}
	var found *ssa.Function
	for _, t := range r.implementing(recv) {
		obj, index, _ := types.LookupFieldOrMethod(t, true, r.pass.Pkg, method.Name())
		fn, ok := obj.(*types.Func)
		if !ok || found != nil || len(index) > 1 {
			return nil // several, or that of a part of the value
		}
		if found = r.ir.SSA.Prog.FuncValue(fn); found == nil || len(found.Blocks) == 0 {
			return nil
		}
	}
	return found
}

// implementing returns the types of the package scope that implement the interface t,
// by name. The caller holds r.methodsMu.
func (r *Result) implementing(t *types.Named) []*types.Named {
	iface, ok := t.Underlying().(*types.Interface)
	if !ok {
		return nil
	}
	out, known := r.implementers[t]
	if known {
		return out
	}
	for _, named := range r.ir.Concrete() {
		if types.Implements(types.NewPointer(named), iface) {
			out = append(out, named)
		}
	}
	r.implementers[t] = out
	return out
}

// invoked returns the callee of a call of an interface method.
func (r *Result) invoked(common *ssa.CallCommon) locks.Callee {
	c := locks.CalleeOf(common, common.Value)
	c.Body = r.implementation(common.Method)
	return c
}
