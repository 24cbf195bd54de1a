package lockset

import (
	"fmt"
	"go/constant"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/known"
	"github.com/concurlint/concurlint/passes/locks"
)

// maxDepth bounds the length of an access path. Longer ones come from loops
// that walk a data structure; they name nothing that a reader would recognise.
const maxDepth = 10

// eval returns the name of v's value in state st.
func (m *Machine) eval(st *State, v ssa.Value) *locks.Term { return m.evalAt(st, v, 0) }

func (m *Machine) evalAt(st *State, v ssa.Value, depth int) *locks.Term {
	n := m.Names
	if c, ok := v.(*ssa.Const); ok {
		return m.constant(c)
	}
	// What states know they know of other values, which are computed from them.
	if bindable(v) || depth > 3*maxDepth {
		root := m.root(v)
		if val := st.value(root); val != nil {
			return val
		}
		if depth > 3*maxDepth {
			return root
		}
	}
	sub := func(v ssa.Value) *locks.Term { return m.evalAt(st, v, depth+1) }
	var t *locks.Term
	switch v := v.(type) {
	case *ssa.FreeVar:
		if outer := m.IR.Binding(v); outer != nil {
			return sub(outer)
		}
	case *ssa.FieldAddr:
		t = n.Field(sub(v.X), fieldOf(v.X.Type(), v.Field))
	case *ssa.Field:
		t = m.content(st, n.Field(m.location(sub(v.X)), fieldOf(v.X.Type(), v.Field)), depth)
	case *ssa.IndexAddr:
		t = n.Elem(sub(v.X), sub(v.Index))
	case *ssa.Index:
		t = m.content(st, n.Elem(m.location(sub(v.X)), sub(v.Index)), depth)
	case *ssa.Lookup:
		if _, ok := v.X.Type().Underlying().(*types.Map); ok && !v.CommaOk {
			t = m.content(st, n.Elem(sub(v.X), sub(v.Index)), depth)
		}
	case *ssa.UnOp:
		switch v.Op {
		case token.MUL:
			t = m.content(st, sub(v.X), depth)
			if g, ok := v.X.(*ssa.Global); ok && isError(v.Type()) && !m.assigned(g) {
				m.sentinels[t] = true
			}
		case token.NOT:
			t = m.not(sub(v.X))
		}
	case *ssa.BinOp:
		t = m.binary(v.Op, sub(v.X), sub(v.Y))
	case *ssa.Extract:
		switch tuple := v.Tuple.(type) {
		case *ssa.TypeAssert:
			t = sub(tuple.X)
			if v.Index == 1 {
				t = n.Binary(token.TYPE, t, m.typeName(tuple.AssertedType))
			}
		case *ssa.Lookup:
			t = m.content(st, n.Elem(sub(tuple.X), sub(tuple.Index)), depth)
			if v.Index == 1 {
				if l, ok := tuple.X.Type().Underlying().(*types.Map); ok && locks.IsLock(l.Elem()) {
					t = m.binary(token.NEQ, t, n.Nil()) // maps of locks hold no nil
				} else {
					t = n.Binary(token.MAP, t, n.Const("ok"))
				}
			}
		case *ssa.Call:
			t = m.getter(st, tuple, v.Index, depth)
		}
	case *ssa.Call:
		if b, ok := v.Call.Value.(*ssa.Builtin); ok && (b.Name() == "len" || b.Name() == "cap") {
			t = n.Binary(token.FUNC, sub(v.Call.Args[0]), n.Const(b.Name()))
			break
		}
		if callee := locks.CalleeOf(&v.Call, v.Call.Value); known.Wraps(callee.Func) {
			t = sub(callee.Args[0])
			break
		}
		t = m.getter(st, v, 0, depth)
	case *ssa.TypeAssert:
		if !v.CommaOk {
			t = sub(v.X)
		}
	case *ssa.ChangeType:
		t = sub(v.X)
	case *ssa.ChangeInterface:
		t = sub(v.X)
	case *ssa.Convert:
		t = sub(v.X)
	case *ssa.MultiConvert:
		t = sub(v.X)
	case *ssa.MakeInterface:
		if isError(v.Type()) {
			return m.root(v) // an error; its identity does not matter, but it is not nil
		}
		t = m.asLocker(sub(v.X), v)
	case *ssa.Slice:
		if v.Low == nil {
			t = sub(v.X)
		}
	}
	if t == nil || t.Depth() > maxDepth {
		t = m.root(v)
	}
	if val := st.value(t); val != nil {
		return val
	}
	return t
}

// bindable reports whether a state may know the value of v itself, not only what it
// is computed from.
func bindable(v ssa.Value) bool {
	switch v.(type) {
	case *ssa.FieldAddr, *ssa.Field, *ssa.IndexAddr, *ssa.Index, *ssa.BinOp, *ssa.ChangeType, *ssa.ChangeInterface, *ssa.Convert, *ssa.MakeInterface, *ssa.Slice:
		return false
	}
	return true
}

// typeName returns a name for a type, the same for identical types.
func (m *Machine) typeName(t types.Type) *locks.Term {
	i, ok := m.typeNames.At(t).(int)
	if !ok {
		i = m.typeNames.Len()
		m.typeNames.Set(t, i)
	}
	return m.Names.Const(fmt.Sprintf("type %d", i))
}

func isError(t types.Type) bool { return types.Identical(t, types.Universe.Lookup("error").Type()) }

// assigned reports whether code outside of initialisers may assign the package
// variable g: an error variable that nobody assigns is a sentinel such as
// io.EOF, not nil.
func (m *Machine) assigned(g *ssa.Global) bool { return m.IR.Assigned[g] }

// asLocker returns the name of the value x as v makes an interface of it. An
// object that is passed as a [sync.Locker] stands for the lock it embeds.
func (m *Machine) asLocker(x *locks.Term, v *ssa.MakeInterface) *locks.Term {
	iface, ok := v.Type().Underlying().(*types.Interface)
	if !ok || iface.NumMethods() == 0 {
		return x
	}
	for i := range iface.NumMethods() {
		if _, ok := locks.OpOf(iface.Method(i)); !ok {
			return x
		}
	}
	obj, index, _ := types.LookupFieldOrMethod(v.X.Type(), true, nil, "Lock")
	if _, ok := obj.(*types.Func); !ok {
		return x
	}
	t := v.X.Type()
	for _, i := range index[:len(index)-1] { // promoted through embedded fields
		f := fieldOf(t, i)
		x = m.Names.Field(x, f)
		if t = f.Type(); isNillable(t) || types.IsInterface(t) {
			x = m.Names.Deref(x)
		}
	}
	return x
}

// root returns the name of v as an opaque value.
func (m *Machine) root(v ssa.Value) *locks.Term {
	if g, ok := v.(*ssa.Global); ok && g.Pkg != nil {
		return m.Names.Root(locks.Global{Pkg: g.Pkg.Pkg.Path(), Name: g.Name()})
	}
	return m.Names.Root(v)
}

func (m *Machine) constant(c *ssa.Const) *locks.Term {
	if c.Value == nil {
		if types.IsInterface(c.Type()) || isNillable(c.Type()) {
			return m.Names.Nil()
		}
		return m.Names.Const("zero")
	}
	if c.Value.Kind() == constant.Bool {
		return m.Names.Bool(constant.BoolVal(c.Value))
	}
	return m.Names.Const(c.Value.ExactString())
}

func isNillable(t types.Type) bool {
	switch t.Underlying().(type) {
	case *types.Pointer, *types.Slice, *types.Map, *types.Chan, *types.Signature:
		return true
	}
	return false
}

// location turns the value of a struct or array that was loaded as a whole
// back into the location it was loaded from: the field of a copy has the value
// of the field.
func (m *Machine) location(t *locks.Term) *locks.Term {
	if t.Kind == locks.Deref {
		return t.X
	}
	return t
}

// content returns the value at location loc.
func (m *Machine) content(st *State, loc *locks.Term, depth int) *locks.Term {
	t := m.Names.Deref(loc)
	if val := st.value(t); val != nil {
		return val
	}
	if l := m.condLock(st, loc); l != nil {
		return l
	}
	if loc.Kind == locks.Root {
		if alloc, ok := loc.Val.(*ssa.Alloc); ok {
			// A variable that is assigned once has the value of that assignment.
			if s := m.IR.Init(alloc); s != nil && depth < 2*maxDepth {
				return m.evalAt(st, s.Val, depth+1)
			}
		}
	}
	return t
}

// condLock returns the lock that loc, the L field of a sync.Cond, holds, if it
// is known.
func (m *Machine) condLock(st *State, loc *locks.Term) *locks.Term {
	if loc.Kind != locks.Field || loc.Var.Name() != "L" || loc.Var.Pkg() == nil || loc.Var.Pkg().Path() != "sync" {
		return nil
	}
	return m.lockOfCond(st, loc.X)
}

// lockOfCond returns the lock of the condition variable cond, if it is known.
func (m *Machine) lockOfCond(st *State, cond *locks.Term) *locks.Term {
	if cond.Kind == locks.Root {
		if call, ok := cond.Val.(*ssa.Call); ok && IsNewCond(call) {
			return m.eval(st, call.Call.Args[0])
		}
	}
	// The variable that holds the Cond or the pointer to it.
	at := cond
	if at.Kind == locks.Deref {
		at = at.X
	}
	switch at.Kind {
	case locks.Field:
		path := m.Conds[at.Var]
		if path == nil && at.Var.Pkg() != m.IR.SSA.Pkg {
			path = m.ImportCond(at.Var)
		}
		if path != nil {
			return m.Names.Subst(path, func(t *locks.Term) *locks.Term {
				if t == m.Owner() {
					return at.X
				}
				return nil
			})
		}
	case locks.Root:
		return m.Conds[at.Val]
	}
	return nil
}

// CondLock returns the lock of the condition variable whose address is v, or nil
// if it is not known.
func (m *Machine) CondLock(v ssa.Value) *locks.Term { return m.lockOfCond(new(State), m.Eval(v)) }

// Owner is the placeholder for the struct that a condition variable is a field
// of, in the terms of Conds.
func (m *Machine) Owner() *locks.Term { return m.Names.Root(locks.Result{Index: -1}) }

// IsNewCond reports whether call calls sync.NewCond.
func IsNewCond(call *ssa.Call) bool {
	return known.NameOf(locks.CalleeOf(&call.Call, call.Call.Value).Func) == known.Name{Pkg: "sync", Func: "NewCond"}
}

// getter returns result i of a call whose value is a fixed path from the
// arguments, or of RWMutex.RLocker.
func (m *Machine) getter(st *State, call *ssa.Call, i, depth int) *locks.Term {
	callee := locks.CalleeOf(&call.Call, call.Call.Value)
	if callee.Func == nil {
		return nil
	}
	if known.NameOf(callee.Func) == (known.Name{Pkg: "sync", Recv: "RWMutex", Func: "RLocker"}) {
		return m.Names.RLocker(m.evalAt(st, callee.Args[0], depth+1))
	}
	eff := m.Effects(callee)
	if eff == nil || i >= len(eff.Values) || eff.Values[i] == nil || depth > maxDepth {
		return nil
	}
	return m.Names.Subst(eff.Values[i], func(t *locks.Term) *locks.Term {
		for j, p := range eff.Params {
			if t == p && j < len(callee.Args) {
				return m.evalAt(st, callee.Args[j], depth+1)
			}
		}
		return nil
	})
}

// not returns the negation of a condition: c == false.
func (m *Machine) not(t *locks.Term) *locks.Term { return m.binary(token.EQL, t, m.Names.Bool(false)) }

// binary returns x op y, simplified; comparisons are reduced to ==, < and
// their negations.
func (m *Machine) binary(op token.Token, x, y *locks.Term) *locks.Term {
	n := m.Names
	switch op {
	case token.NEQ:
		return m.not(m.binary(token.EQL, x, y))
	case token.GTR:
		return m.binary(token.LSS, y, x)
	case token.GEQ:
		return m.not(m.binary(token.LSS, x, y))
	case token.LEQ:
		return m.not(m.binary(token.LSS, y, x))
	case token.EQL:
		if x.Kind == locks.Const && y.Kind != locks.Const {
			x, y = y, x
		}
		switch {
		case x == y:
			return n.Bool(true)
		case x.Kind == locks.Const && y.Kind == locks.Const:
			return n.Bool(false)
		case y == n.Nil() && m.nonNil(x):
			return n.Bool(false)
		case y == n.Bool(true):
			return x
		case y == n.Bool(false):
			if x.Kind == locks.Binary && x.Op == token.EQL && x.Y == y {
				return x.X // not not
			}
		}
	}
	return n.Binary(op, x, y)
}

// nonNil reports whether t names something that is certainly not nil.
func (m *Machine) nonNil(t *locks.Term) bool {
	switch t.Kind {
	case locks.Field, locks.Elem, locks.RLocker:
		return true
	case locks.Deref:
		return m.sentinels[t]
	case locks.Root:
		switch v := t.Val.(type) {
		case locks.Global, *ssa.Alloc, *ssa.Function, *ssa.MakeClosure, *ssa.MakeMap, *ssa.MakeChan, *ssa.MakeSlice, *ssa.MakeInterface:
			return true
		case *ssa.Call:
			if f := v.Call.StaticCallee(); f != nil {
				obj, _ := f.Object().(*types.Func)
				return known.NonNil(obj)
			}
		}
	}
	return false
}

// truth returns the value of condition t in st, if it is known.
func (m *Machine) truth(st *State, t *locks.Term) (value, ok bool) {
	n := m.Names
	if v := st.value(t); v != nil {
		t = v
	}
	switch {
	case t == n.Bool(true):
		return true, true
	case t == n.Bool(false):
		return false, true
	case t.Kind != locks.Binary || t.Op != token.EQL:
		return false, false
	case t.Y == n.Bool(false):
		value, ok = m.truth(st, t.X)
		return !value, ok
	case t.Y.Kind == locks.Const:
		// x == 1 excludes x == 2.
		for _, b := range st.env {
			if k := b.key; k.Kind == locks.Binary && k.Op == token.EQL && k.X == t.X && k.Y != t.Y && k.Y.Kind == locks.Const && b.val == n.Bool(true) {
				return false, true
			}
		}
	}
	return false, false
}

// assume returns st with the knowledge that condition t has the given value.
func (m *Machine) assume(st *State, t *locks.Term, value bool) *State {
	for t.Kind == locks.Binary && t.Op == token.EQL && t.Y == m.Names.Bool(false) {
		t, value = t.X, !value
	}
	if t.Kind == locks.Const {
		return st
	}
	return st.bind(t, m.Names.Bool(value))
}

// fieldOf returns field i of the struct that t is or points to.
func fieldOf(t types.Type, i int) *types.Var {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	s, ok := t.Underlying().(*types.Struct)
	if !ok { // a type parameter with a core type
		if tp, ok := types.Unalias(t).(*types.TypeParam); ok {
			s = coreStruct(tp)
		}
	}
	return s.Field(i).Origin()
}

func coreStruct(tp *types.TypeParam) *types.Struct {
	iface := tp.Constraint().Underlying().(*types.Interface)
	for i := range iface.NumEmbeddeds() {
		if u, ok := iface.EmbeddedType(i).(*types.Union); ok {
			for j := range u.Len() {
				if s, ok := u.Term(j).Type().Underlying().(*types.Struct); ok {
					return s
				}
			}
		}
	}
	return nil
}

// Eval returns the name of v as it is without regard to any path.
func (m *Machine) Eval(v ssa.Value) *locks.Term { return m.eval(new(State), v) }

// Relative returns lock, used by the condition variable at, as a path from the
// struct that at is a field of, in the form that Conds wants. A lock that is
// made in fn on its own has such a path if fn stores it in a field of the same
// struct. The result is nil if there is no path.
func (m *Machine) Relative(fn *ssa.Function, at, lock *locks.Term) *locks.Term {
	if at.Kind != locks.Field {
		if _, ok := lock.Base().Val.(locks.Global); ok {
			return lock
		}
		return nil
	}
	from := func(t *locks.Term) *locks.Term {
		found := false
		r := m.Names.Subst(t, func(t *locks.Term) *locks.Term {
			if t == at.X {
				found = true
				return m.Owner()
			}
			return nil
		})
		if !found {
			return nil
		}
		return r
	}
	if r := from(lock); r != nil {
		return r
	}
	if _, ok := lock.Base().Val.(locks.Global); ok {
		return lock
	}
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			store, ok := instr.(*ssa.Store)
			if !ok || m.Eval(store.Val) != lock {
				continue
			}
			if addr, ok := store.Addr.(*ssa.FieldAddr); ok && locks.IsSync(addr.X.Type(), "Cond") {
				continue // the condition variable's own L
			}
			if r := from(m.Eval(store.Addr)); r != nil {
				return m.Names.Deref(r)
			}
		}
	}
	return nil
}

// IsNil reports whether t is nil in st, if that is known.
func (m *Machine) IsNil(st *State, t *locks.Term) (isNil, ok bool) {
	return m.truth(st, m.binary(token.EQL, t, m.Names.Nil()))
}
