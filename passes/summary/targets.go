package summary

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/lockset"
)

// targets knows which functions the function-valued fields and variables of the
// package can hold, and which methods its interfaces can reach.
type targets struct {
	machine *lockset.Machine
	pkg     *types.Package
	stores  map[any][]lockset.Store
	open    map[any]bool // fields and variables that may hold other functions
	methods map[*types.Func]*ssa.Function
}

// maxStores bounds the functions that one field can hold; with more, they have
// little in common.
const maxStores = 4

func newTargets(m *lockset.Machine, pkg *types.Package) *targets {
	t := &targets{
		machine: m,
		pkg:     pkg,
		stores:  make(map[any][]lockset.Store),
		open:    make(map[any]bool),
		methods: make(map[*types.Func]*ssa.Function),
	}
	// What tests store says nothing of the code that they test.
	funcs := slices.DeleteFunc(slices.Clone(m.IR.Funcs), func(fn *ssa.Function) bool { return m.IR.InTest(fn.Pos()) })
	callers := findCallers(funcs)
	for _, fn := range funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				if store, ok := instr.(*ssa.Store); ok {
					if _, ok := store.Val.Type().Underlying().(*types.Signature); ok {
						t.add(store, callers)
					}
				}
			}
		}
	}
	return t
}

// callers are the calls of a package's functions, in source order.
type callers struct {
	static map[*ssa.Function][]ssa.CallInstruction
	// invokes are those of interface methods, by the method's name, that pass a
	// function.
	invokes map[string][]ssa.CallInstruction
}

func findCallers(funcs []*ssa.Function) callers {
	c := callers{make(map[*ssa.Function][]ssa.CallInstruction), make(map[string][]ssa.CallInstruction)}
	for _, fn := range funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				call, ok := instr.(ssa.CallInstruction)
				if !ok {
					continue
				}
				common := call.Common()
				if common.IsInvoke() {
					if slices.ContainsFunc(common.Args, func(v ssa.Value) bool { return ir.IsFunc(v.Type()) }) {
						c.invokes[common.Method.Name()] = append(c.invokes[common.Method.Name()], call)
					}
				} else if callee := locks.CalleeOf(common, common.Value); callee.Body != nil {
					c.static[callee.Body] = append(c.static[callee.Body], call)
				}
			}
		}
	}
	return c
}

// of returns the calls that may reach fn: its own, and those of the methods of
// interfaces that its receiver implements.
func (c callers) of(fn *ssa.Function) []ssa.CallInstruction {
	out := slices.Clip(c.static[fn])
	recv := fn.Signature.Recv()
	if recv == nil {
		return out
	}
	for _, call := range c.invokes[fn.Name()] {
		if iface, ok := call.Common().Value.Type().Underlying().(*types.Interface); ok && types.Implements(recv.Type(), iface) {
			out = append(out, call)
		}
	}
	return out
}

// add records that store puts a function into a field or package variable.
func (t *targets) add(store *ssa.Store, callers callers) {
	at := t.machine.Eval(store.Addr)
	key := holder(at)
	if key == nil {
		return
	}
	switch key := key.(type) {
	case *types.Var:
		t.open[key] = t.open[key] || key.Exported() || key.Pkg() != t.pkg
	case locks.Global:
		obj := t.pkg.Scope().Lookup(key.Name)
		t.open[key] = t.open[key] || obj == nil || obj.Exported()
	}
	put := func(s lockset.Store) {
		t.stores[key] = append(t.stores[key], s)
		t.open[key] = t.open[key] || len(t.stores[key]) > maxStores
	}
	val := store.Val
	if named, ok := val.(*ssa.ChangeType); ok { // to a named function type
		val = named.X
	}
	switch v := val.(type) {
	case *ssa.MakeClosure, *ssa.Function:
		put(lockset.Store{Func: t.machine.Eval(v), Owner: at.X})
	case *ssa.Const: // nil
	case *ssa.Parameter:
		fn := v.Parent()
		if obj, ok := fn.Object().(*types.Func); !ok || reachable(obj) {
			t.open[key] = true
		}
		for _, call := range callers.of(fn) {
			t.addArgument(key, v, at, call, put)
		}
	default:
		t.open[key] = true
	}
}

// reachable reports whether other packages can call fn by name.
func reachable(fn *types.Func) bool {
	if !fn.Exported() {
		return false
	}
	recv := fn.Signature().Recv()
	if recv == nil {
		return true
	}
	t := recv.Type()
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	n, ok := types.Unalias(t).(*types.Named)
	return !ok || n.Obj().Exported()
}

// addArgument records that call passes a function for parameter p, which its
// callee stores at location at.
func (t *targets) addArgument(key any, p *ssa.Parameter, at *locks.Term, call ssa.CallInstruction, put func(lockset.Store)) {
	callee := locks.CalleeOf(call.Common(), call.Common().Value)
	s := lockset.Store{Owner: at.X, Args: make(map[*locks.Term]*locks.Term)}
	for i, param := range p.Parent().Params {
		if i >= len(callee.Args) {
			break
		}
		arg := t.machine.Eval(callee.Args[i])
		if at.X != nil && at.X.Kind == locks.Root && at.X.Val == ssa.Value(param) {
			s.From = ir.LoadedFrom(callee.Args[i])
		}
		if param == p {
			s.Func = arg
		} else if arg.Kind != locks.Const {
			s.Args[arg] = t.machine.Eval(param)
		}
	}
	if s.Func == nil || s.Func.Kind != locks.Root {
		t.open[key] = true
		return
	}
	switch s.Func.Val.(type) {
	case *ssa.MakeClosure, *ssa.Function:
		put(s)
	default:
		t.open[key] = true
	}
}

// stored returns the functions that the field or package variable may hold, if
// all are known.
func (t *targets) stored(key any) []lockset.Store {
	if t.open[key] {
		return nil
	}
	return t.stores[key]
}

// known returns the functions that the package itself puts into the field or
// variable, if they are few.
func (t *targets) known(key any) []lockset.Store {
	if len(t.stores[key]) > maxStores {
		return nil
	}
	return t.stores[key]
}

// of returns the functions that a dynamic call may reach through a field,
// variable or interface.
func (t *targets) of(c *ssa.CallCommon) []*ssa.Function {
	if c.IsInvoke() {
		if fn := t.machine.Method(c); fn != nil {
			return []*ssa.Function{fn}
		}
		return nil
	}
	if c.StaticCallee() != nil {
		return nil
	}
	fn := t.machine.Eval(c.Value)
	if fn.Kind != locks.Deref {
		return nil
	}
	var out []*ssa.Function
	for _, s := range t.stored(holder(fn.X)) {
		switch v := s.Func.Val.(type) {
		case *ssa.MakeClosure:
			out = append(out, locks.CalleeOf(&ssa.CallCommon{Value: v}, v).Body)
		case *ssa.Function:
			out = append(out, locks.CalleeOf(&ssa.CallCommon{Value: v}, v).Body)
		}
	}
	return slices.DeleteFunc(out, func(fn *ssa.Function) bool { return fn == nil })
}

// implementation returns the only function that a call of an interface method
// can reach: the interface is the package's own, and one type of the package
// implements it.
func (t *targets) implementation(method *types.Func) *ssa.Function {
	if fn, ok := t.methods[method]; ok {
		return fn
	}
	var found *ssa.Function
	t.methods[method] = nil
	recv, ok := types.Unalias(method.Signature().Recv().Type()).(*types.Named)
	if !ok || recv.Obj().Pkg() != t.pkg || recv.Obj().Exported() || recv.TypeParams() != nil {
		return nil
	}
	iface, ok := recv.Underlying().(*types.Interface)
	if !ok {
		return nil
	}
	for _, named := range t.machine.IR.Concrete() {
		if !types.Implements(types.NewPointer(named), iface) {
			continue
		}
		obj, _, _ := types.LookupFieldOrMethod(named, true, t.pkg, method.Name())
		fn, ok := obj.(*types.Func)
		if !ok || found != nil {
			return nil
		}
		found = t.machine.IR.SSA.Prog.FuncValue(fn)
		if found == nil || len(found.Blocks) == 0 {
			return nil
		}
		if promoted(fn, named) {
			return nil // the receiver is a part of the value
		}
	}
	t.methods[method] = found
	return found
}

// promoted reports whether fn is a method of a type that t embeds.
func promoted(fn *types.Func, t *types.Named) bool {
	recv := fn.Signature().Recv().Type()
	if p, ok := types.Unalias(recv).(*types.Pointer); ok {
		recv = p.Elem()
	}
	return !types.Identical(recv, t)
}
