package guards

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/lockset"
)

// A making is a function in the course of which an object of a type is made.
type making struct {
	fn  *ssa.Function
	typ *types.TypeName
}

// building reports whether acc belongs to the making of its object: it is in the
// function that makes it, or in one that only such functions call. Others may have
// the object by then, registered with callbacks or in a table, but are not to use
// it yet. A function that has started a goroutine with the object knows that it is
// used.
func (a *analyzer) building(fn *ssa.Function, acc *lockset.Access) bool {
	if acc.Base == nil {
		return false
	}
	obj := object(acc.Base)
	typ := namedOf(obj.Type())
	if typ == nil || !isVariable(obj) || !a.makes(fn, typ) {
		return false
	}
	return !slices.ContainsFunc(a.startsIn(fn), func(g *ssa.Go) bool {
		return a.own.Reaches(g, acc.Instr) && a.own.Gets(g, obj)
	})
}

// isVariable reports whether v is something that the function has made or got, rather
// than found in some structure.
func isVariable(v ssa.Value) bool {
	switch v := v.(type) {
	case *ssa.Alloc, *ssa.Call, *ssa.Parameter, *ssa.FreeVar, *ssa.Phi:
		return true
	case *ssa.Extract:
		_, call := v.Tuple.(*ssa.Call)
		return call
	case *ssa.UnOp: // a variable that a literal captures
		switch v.X.(type) {
		case *ssa.Alloc, *ssa.FreeVar:
			return true
		}
	}
	return false
}

// object returns the object that base, the address of a part of it, belongs to.
func object(base ssa.Value) ssa.Value {
	for {
		f, ok := base.(*ssa.FieldAddr)
		if !ok {
			return base
		}
		base = f.X
	}
}

// namedOf returns the name of the type that t is or points to, or nil.
func namedOf(t types.Type) *types.TypeName {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	if n, ok := types.Unalias(t).(*types.Named); ok {
		return n.Origin().Obj()
	}
	return nil
}

// makes reports whether fn runs only while an object of type typ is being made.
func (a *analyzer) makes(fn *ssa.Function, typ *types.TypeName) bool {
	key := making{fn, typ}
	if is, ok := a.makings[key]; ok {
		return is
	}
	a.makings[key] = false // for recursion
	is := a.makesOne(fn, typ)
	a.makings[key] = is
	return is
}

func (a *analyzer) makesOne(fn *ssa.Function, typ *types.TypeName) bool {
	switch {
	case a.uses[fn] != called || a.goes[fn] > 0:
		return false
	case fn.Parent() != nil:
		return a.makes(fn.Parent(), typ)
	case a.maker(fn, typ):
		return true
	case a.root(fn):
		return false
	}
	callers := a.invokers(fn)
	if callers == nil && a.dispatched(fn) {
		return false
	}
	for _, s := range a.sites[fn] {
		callers = append(callers, s.caller)
	}
	callers = slices.DeleteFunc(callers, a.inTest)
	return len(callers) > 0 && !slices.ContainsFunc(callers, func(f *ssa.Function) bool { return !a.makes(f, typ) })
}

// invokers returns the functions that may call the method fn through an interface,
// if only the package can: its name is not exported.
func (a *analyzer) invokers(fn *ssa.Function) []*ssa.Function {
	obj, ok := fn.Object().(*types.Func)
	if !ok || obj.Exported() || obj.Signature().Recv() == nil {
		return nil
	}
	if a.invoking == nil {
		a.invoking = make(map[string][]*ssa.Function)
		for _, f := range a.m.IR.Funcs {
			for _, b := range f.Blocks {
				for _, instr := range b.Instrs {
					if call, ok := instr.(ssa.CallInstruction); ok && call.Common().IsInvoke() {
						id := call.Common().Method.Id()
						a.invoking[id] = append(a.invoking[id], f)
					}
				}
			}
		}
	}
	return slices.Clone(a.invoking[obj.Id()])
}

// maker reports whether fn makes an object of type typ and returns it.
func (a *analyzer) maker(fn *ssa.Function, typ *types.TypeName) bool {
	key := making{fn, typ}
	if is, ok := a.makers[key]; ok {
		return is
	}
	a.makers[key] = false // for recursion
	is := a.returnsNew(fn, typ)
	a.makers[key] = is
	return is
}

func (a *analyzer) returnsNew(fn *ssa.Function, typ *types.TypeName) bool {
	if recv := fn.Signature.Recv(); recv != nil && namedOf(recv.Type()) == typ || fn.Signature.Results().Len() == 0 {
		return false
	}
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.Alloc:
				if whole := namedOf(instr.Type()); instr.Heap && whole != nil && contains(whole.Type(), typ, 0) && returnsA(fn.Signature, whole) {
					return true
				}
			case *ssa.Call:
				callee := locks.CalleeOf(&instr.Call, instr.Call.Value)
				if callee.Body != nil && callee.Body != fn && callee.Body.Parent() == nil && passesOn(fn.Signature, callee.Body.Signature) && a.maker(callee.Body, typ) {
					return true
				}
			}
		}
	}
	return false
}

// passesOn reports whether a function of type sig may return what one of type callee
// returns to it: a pointer or an interface.
func passesOn(sig, callee *types.Signature) bool {
	for v := range callee.Results().Variables() {
		if !refers(v.Type()) || isError(v.Type()) {
			continue
		}
		for w := range sig.Results().Variables() {
			if types.Identical(v.Type(), w.Type()) {
				return true
			}
		}
	}
	return false
}

func isError(t types.Type) bool { return types.Identical(t, types.Universe.Lookup("error").Type()) }

// maxContained bounds the structs in structs that are looked into.
const maxContained = 3

// contains reports whether values of type t are of type typ or have one in them.
func contains(t types.Type, typ *types.TypeName, depth int) bool {
	if n, ok := types.Unalias(t).(*types.Named); ok && n.Origin().Obj() == typ {
		return true
	}
	s, ok := t.Underlying().(*types.Struct)
	if !ok || depth == maxContained {
		return false
	}
	for f := range s.Fields() {
		if contains(f.Type(), typ, depth+1) {
			return true
		}
	}
	return false
}

// returnsA reports whether some result of sig may be an object of type typ.
func returnsA(sig *types.Signature, typ *types.TypeName) bool {
	for v := range sig.Results().Variables() {
		if namedOf(v.Type()) == typ {
			return true
		}
		iface, ok := v.Type().Underlying().(*types.Interface)
		if ok && iface.NumMethods() > 0 && types.Implements(types.NewPointer(typ.Type()), iface) {
			return true
		}
	}
	return false
}

// appears reports whether the code itself says that the lock named need, of the given
// class, is held at instr: its function, or the one around the literal that it is,
// locks it before and does not unlock it by hand in between. What callees do to
// it may have been too much for the machine.
func (a *analyzer) appears(fn *ssa.Function, instr ssa.Instruction, need *locks.Term, class any, mode locks.Mode) bool {
	ops := a.opsOf(fn)
	for _, acquire := range ops {
		if acquire.Action != locks.Acquire || acquire.class != class || mode == locks.Write && acquire.Mode == locks.Read || !ir.Precedes(acquire.call, instr) {
			continue
		}
		if need != nil && need != acquire.term && need.Direct() && acquire.term.Direct() {
			continue // that of another parameter
		}
		if !slices.ContainsFunc(ops, func(release op) bool {
			return release.Action == locks.Release && release.class == class && a.own.Reaches(acquire.call, release.call) && a.own.Reaches(release.call, instr)
		}) {
			return true
		}
	}
	mc := a.m.IR.Closure(fn)
	return mc != nil && a.uses[fn] == called && a.appears(fn.Parent(), mc, need, class, mode)
}

// modeFor returns the mode in which a lock is to be held for a write or a read.
func modeFor(write bool) locks.Mode {
	if write {
		return locks.Write
	}
	return locks.Read
}

// inOnce reports whether fn only runs in a function that is passed to sync.Once: all
// that it does comes before whatever asks for it.
func (a *analyzer) inOnce(fn *ssa.Function) bool {
	if is, ok := a.once[fn]; ok {
		return is
	}
	a.once[fn] = false // for recursion
	if fn.Parent() != nil && a.goes[fn] == 0 && a.uses[fn] == called {
		a.once[fn] = a.inOnce(fn.Parent())
		return a.once[fn]
	}
	is := a.goes[fn] == 0 && a.uses[fn] == called && !a.root(fn) && !a.dispatched(fn)
	calls := 0
	for _, s := range a.sites[fn] {
		if a.inTest(s.caller) {
			continue
		}
		calls++
		is = is && a.inOnce(s.caller)
	}
	a.once[fn] = is && calls > 0
	return a.once[fn]
}

// An op is a call of a lock's method, not deferred.
type op struct {
	locks.Op
	call  *ssa.Call
	term  *locks.Term
	class any
}

// opsOf returns the operations on locks in fn.
func (a *analyzer) opsOf(fn *ssa.Function) []op {
	if ops, ok := a.ops[fn]; ok {
		return ops
	}
	var out []op
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			call, ok := instr.(*ssa.Call)
			if !ok {
				continue
			}
			callee := locks.CalleeOf(&call.Call, call.Call.Value)
			o, ok := locks.OpOf(callee.Func)
			if !ok || len(callee.Args) == 0 {
				continue
			}
			term := a.canon(a.m.Eval(callee.Args[0]))
			class := term.Class()
			if class == nil { // a new lock, that a field has
				class = classOfArg(callee.Args[0])
			}
			if class != nil {
				out = append(out, op{o, call, term, class})
			}
		}
	}
	a.ops[fn] = out
	return out
}

// classOfArg returns the field that v is the address of, or is loaded from.
func classOfArg(v ssa.Value) any {
	if load, ok := v.(*ssa.UnOp); ok {
		v = load.X
	}
	if f, ok := v.(*ssa.FieldAddr); ok {
		if v := ir.FieldVar(f); v != nil {
			return v.Origin()
		}
	}
	return nil
}
