package lockset

import (
	"encoding/binary"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/internal/known"
	"github.com/concurlint/concurlint/passes/locks"
)

// prepareCall evaluates the operands of a call.
func (x *run) prepareCall(st *State, common *ssa.CallCommon) call {
	c := call{common: common}
	v := common.Value
	if !common.IsInvoke() {
		c.fn = x.m.eval(st, v)
		if c.fn.Kind == locks.Root {
			if f, ok := c.fn.Val.(ssa.Value); ok {
				v = f
			}
		}
	}
	c.callee = locks.CalleeOf(common, v)
	if common.IsInvoke() {
		x.m.devirtualize(&c)
	}
	for _, a := range c.callee.Args {
		c.args = append(c.args, x.m.eval(st, a))
	}
	return c
}

// Method returns the function that a call of an interface method reaches, if
// that is plain to see, or nil.
func (m *Machine) Method(common *ssa.CallCommon) *ssa.Function {
	c := call{common: common, callee: locks.CalleeOf(common, common.Value)}
	m.devirtualize(&c)
	return c.callee.Body
}

// devirtualize resolves a call of an interface method on a value whose dynamic
// type is plain to see.
func (m *Machine) devirtualize(c *call) {
	v := c.common.Value
	for {
		if ci, ok := v.(*ssa.ChangeInterface); ok {
			v = ci.X
			continue
		}
		break
	}
	if t := madeType(v); t != nil {
		m.resolveMethod(c, t, v)
		return
	}
	mi, ok := v.(*ssa.MakeInterface)
	if !ok {
		if impl := m.Implementation(c.common.Method); impl != nil {
			c.callee.Func, _ = impl.Object().(*types.Func)
			c.callee.Body, c.static = impl, true
		}
		return
	}
	m.resolveMethod(c, mi.X.Type(), mi.X)
}

// resolveMethod makes c a call of the method of type t, with receiver recv.
func (m *Machine) resolveMethod(c *call, t types.Type, recv ssa.Value) {
	fn := m.IR.SSA.Prog.LookupMethod(t, c.common.Method.Pkg(), c.common.Method.Name())
	if fn == nil {
		return
	}
	target := locks.CalleeOf(&ssa.CallCommon{Value: fn}, fn)
	if fn.Synthetic != "" && fn.Origin() == nil {
		return // promoted through embedding: the receiver is a part of the value
	}
	c.callee.Func, c.callee.Body = target.Func, target.Body
	c.callee.Args = append([]ssa.Value{recv}, c.common.Args...)
	c.static = true
}

// madeType returns the dynamic type of the interface value v, if it is the
// result of a function of this package that always returns that type.
func madeType(v ssa.Value) types.Type {
	call, ok := v.(*ssa.Call)
	if !ok {
		return nil
	}
	fn := call.Call.StaticCallee()
	if fn == nil {
		return nil
	}
	var t types.Type
	for _, b := range fn.Blocks {
		ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
		if !ok {
			continue
		}
		if len(ret.Results) != 1 {
			return nil
		}
		mi, ok := ret.Results[0].(*ssa.MakeInterface)
		if !ok || t != nil && !types.Identical(t, mi.X.Type()) {
			return nil
		}
		t = mi.X.Type()
	}
	return t
}

// call runs a call, now or, for a Defer, at the function's exit.
func (x *run) call(st *State, instr ssa.CallInstruction, c call) []*State {
	m := x.m
	x.visitCall(st, instr, c.callee.Body, c.args)
	if b, ok := c.common.Value.(*ssa.Builtin); ok {
		if call, ok := instr.(*ssa.Call); ok && b.Name() == "recover" {
			st = m.assume(st, m.binary(token.EQL, m.root(call), m.Names.Nil()), !x.recovering)
		}
		return []*State{st}
	}
	if op, ok := m.Op(c.callee.Func); ok {
		if op.Sync || !m.forwards(c) && m.blocks(c) {
			return x.operate(st, instr, c, op)
		}
	}
	eff := m.calleeEffects(st, c)
	switch use := known.UseOf(c.callee.Func); {
	case use == known.Calls:
		return x.callbacks(st, instr, c)
	case use != known.Unknown:
		return []*State{x.escapeArgs(st, c)}
	case x.inlinable(c):
		if lit := m.Inert(c.callee.Body); lit {
			return []*State{x.assignedBy(c.callee.Body, st)}
		}
		return x.inline(st, instr, c)
	case eff != nil:
		return x.apply(st, instr, c, eff)
	}
	if x.yields(c) {
		return x.callbacks(st, instr, c)
	}
	if c.callee.Body == nil {
		if c.callee.Func == nil || c.common.IsInvoke() && !c.static {
			x.emit(Event{Kind: Called, Instr: instr, State: st, Target: c.fn})
		}
		st = x.mayLock(x.escapeArgs(st, c), c)
		if m.counting() {
			st = x.entrust(st, c)
		}
	}
	return []*State{st}
}

// mayLock forgets that locks of objects which unknown code gets are free.
func (x *run) mayLock(st *State, c call) *State {
	if c.callee.Func != nil && !c.common.IsInvoke() {
		return st // a function of another package that has no summary
	}
	for _, l := range st.locks {
		if l.Status != Free {
			continue
		}
		for t := l.Term; t != nil; t = t.X {
			if slices.Contains(c.args, t) {
				st = x.doubt(st, l.Term)
				break
			}
		}
	}
	return st
}

// calleeEffects returns the effects of the called function, or nil. The effects
// of a function value are found through its name.
func (m *Machine) calleeEffects(st *State, c call) *Effects {
	if c.callee.Func != nil {
		return m.Effects(c.callee)
	}
	if c.fn == nil {
		return nil
	}
	return m.valueEffects(st, c.fn)
}

// valueEffects returns the effects of calling the function value named t.
func (m *Machine) valueEffects(st *State, t *locks.Term) *Effects {
	if t.Kind == locks.Deref {
		return m.storedEffects(st, t)
	}
	if t.Kind != locks.Root {
		return nil
	}
	switch v := t.Val.(type) {
	case *ssa.Function:
		if v.Parent() != nil {
			return m.Literal(v)
		}
		callee := locks.CalleeOf(&ssa.CallCommon{Value: v}, v)
		return m.Effects(callee)
	case *ssa.MakeClosure:
		fn := v.Fn.(*ssa.Function)
		if fn.Synthetic == "" || fn.Object() == nil {
			return m.Literal(fn)
		}
		// A bound method.
		callee := locks.CalleeOf(&ssa.CallCommon{Value: v}, v)
		recv := m.eval(st, v.Bindings[0])
		if op, ok := m.Op(callee.Func); ok && (op.Sync || !m.forward(callee.Func)) {
			return opEffects(recv, op)
		}
		return m.bindReceiver(m.Effects(callee), recv)
	case *ssa.Call:
		return m.resultEffects(st, v, 0)
	case *ssa.Extract:
		if call, ok := v.Tuple.(*ssa.Call); ok {
			return m.resultEffects(st, call, v.Index)
		}
	}
	return nil
}

// FuncEffects returns the effects of calling the function value v, without
// regard to any path, or nil.
func (m *Machine) FuncEffects(v ssa.Value) *Effects { return m.valueEffects(new(State), m.Eval(v)) }

// CallEffects returns the effects of a call in terms of the function that makes
// it, without regard to any path, or nil.
func (m *Machine) CallEffects(common *ssa.CallCommon) *Effects {
	x := &run{m: m}
	c := x.prepareCall(new(State), common)
	return x.bindArgs(c, m.calleeEffects(new(State), c))
}

// storedEffects returns the effects of calling the function in the field or
// package variable that t loads, if the package shows all that may be there.
// Where there are several, only what all of them exclude counts.
func (m *Machine) storedEffects(st *State, t *locks.Term) *Effects {
	var all *Effects
	for i, s := range m.Stored(cellOf(t.X)) {
		eff := m.valueEffects(st, s.Func)
		if eff == nil {
			return nil
		}
		eff = m.rebase(eff, s, t.X.X)
		if i == 0 {
			all = eff
		} else {
			all = intersectEffects(all, eff)
		}
	}
	return all
}

// A Store is a function that is stored in a field or package variable. Owner is
// the struct that the field belongs to, in the terms of the code that stores;
// Params translates the terms of the code that makes the function to those. From is
// the field that the struct was loaded from when a method that stores was called, or
// nil.
type Store struct {
	Func  *locks.Term
	Owner *locks.Term
	Args  map[*locks.Term]*locks.Term
	From  *types.Var
}

// rebase returns eff, the effects of a stored function, with the owner of the
// field called owner. What does not belong to the owner or a package variable is
// left out.
func (m *Machine) rebase(eff *Effects, s Store, owner *locks.Term) *Effects {
	mine := m.Names.Root(locks.Result{Index: -2})
	eff = m.substitute(eff, func(t *locks.Term) *locks.Term {
		if s.Args == nil && t == s.Owner {
			return mine
		}
		if p := s.Args[t]; p != nil {
			if p == s.Owner {
				return mine
			}
			return p
		}
		return nil
	})
	keep := func(t *locks.Term) bool {
		base := t.Base()
		_, global := base.Val.(locks.Global)
		return global || base == mine && owner != nil
	}
	n := &Effects{Name: eff.Name, Params: eff.Params}
	for _, e := range eff.Excludes {
		if keep(e.Term) {
			e.When = nil
			n.Excludes = append(n.Excludes, e)
		}
	}
	for _, o := range eff.Outcomes {
		o.Changes = slices.DeleteFunc(slices.Clone(o.Changes), func(ch Change) bool { return !keep(ch.Term) })
		n.Outcomes = append(n.Outcomes, Outcome{Changes: o.Changes})
	}
	n.Outcomes = m.mergeOutcomes(n.Outcomes)
	return m.substitute(n, func(t *locks.Term) *locks.Term {
		if t == mine {
			return owner
		}
		return nil
	})
}

// intersectEffects returns what two functions, either of which may be called,
// both exclude. What either does to locks otherwise is in doubt.
func intersectEffects(a, b *Effects) *Effects {
	n := &Effects{Name: a.Name, Params: a.Params}
	for _, e := range a.Excludes {
		if slices.ContainsFunc(b.Excludes, func(f Exclude) bool { return f.Term == e.Term && f.Mode == e.Mode }) {
			n.Excludes = append(n.Excludes, e)
		}
	}
	for _, eff := range [...]*Effects{a, b} {
		for _, o := range eff.Outcomes {
			for _, ch := range o.Changes {
				ch.Doubt = true
				n.Outcomes = append(n.Outcomes, Outcome{Changes: []Change{ch}})
			}
		}
	}
	return n
}

// resultEffects returns the effects of calling result i of call.
func (m *Machine) resultEffects(st *State, call *ssa.Call, i int) *Effects {
	callee := locks.CalleeOf(&call.Call, call.Call.Value)
	if callee.Func == nil {
		return nil
	}
	eff := m.Effects(callee)
	if eff == nil || i >= len(eff.Funcs) || eff.Funcs[i] == nil {
		return nil
	}
	return m.substitute(eff.Funcs[i], func(t *locks.Term) *locks.Term {
		if j := slices.Index(eff.Params, t); j >= 0 && j < len(callee.Args) {
			return m.eval(st, callee.Args[j])
		}
		return nil
	})
}

// opEffects returns the effects of calling a lock's method as a value.
func opEffects(lock *locks.Term, op locks.Op) *Effects {
	switch op.Action {
	case locks.Acquire:
		return &Effects{
			Name:     "Lock",
			Outcomes: []Outcome{{Changes: []Change{{Term: lock, Status: Held, Mode: op.Mode, Sync: op.Sync, Resource: op.Resource}}}},
			Excludes: []Exclude{{Term: lock, Mode: op.Mode, Sync: op.Sync}},
		}
	case locks.Release:
		return &Effects{Name: "Unlock", Outcomes: []Outcome{{Changes: []Change{{Term: lock, Need: needOf(op.Mode), Status: Free, Mode: op.Mode, Sync: op.Sync, Resource: op.Resource}}}}}
	}
	return nil
}

func (m *Machine) bindReceiver(eff *Effects, recv *locks.Term) *Effects {
	if eff == nil || len(eff.Params) == 0 {
		return nil
	}
	p := eff.Params[0]
	b := m.substitute(eff, func(t *locks.Term) *locks.Term {
		if t == p {
			return recv
		}
		return nil
	})
	b.Params = eff.Params[1:]
	return b
}

// substitute returns eff in other terms.
func (m *Machine) substitute(eff *Effects, f func(*locks.Term) *locks.Term) *Effects {
	if eff == nil {
		return nil
	}
	sub := func(t *locks.Term) *locks.Term {
		if t == nil {
			return nil
		}
		return m.Names.Subst(t, f)
	}
	changes := func(cs []Change) []Change {
		cs = slices.Clone(cs)
		for i := range cs {
			cs[i].Term = sub(cs[i].Term)
			cs[i].Weight = sub(cs[i].Weight)
		}
		return cs
	}
	guards := func(gs []Guard) []Guard {
		gs = slices.Clone(gs)
		for i := range gs {
			gs[i].T = m.simplify(sub(gs[i].T))
		}
		return gs
	}
	n := *eff
	n.Outcomes = slices.Clone(eff.Outcomes)
	for i, o := range n.Outcomes {
		n.Outcomes[i] = Outcome{Changes: changes(o.Changes), When: guards(o.When), Then: guards(o.Then)}
	}
	n.Excludes = slices.Clone(eff.Excludes)
	for i, e := range n.Excludes {
		e.Term = sub(e.Term)
		e.When = slices.Clone(e.When)
		for j := range e.When {
			e.When[j] = guards(e.When[j])
		}
		n.Excludes[i] = e
	}
	n.Calls = slices.Clone(eff.Calls)
	for i, c := range n.Calls {
		c.Func = sub(c.Func)
		c.Held = changes(c.Held)
		n.Calls[i] = c
	}
	n.Values = slices.Clone(eff.Values)
	for i := range n.Values {
		n.Values[i] = sub(n.Values[i])
	}
	n.Funcs = slices.Clone(eff.Funcs)
	for i := range n.Funcs {
		n.Funcs[i] = m.substitute(n.Funcs[i], f)
	}
	n.Binds = slices.Clone(eff.Binds)
	for i, b := range n.Binds {
		n.Binds[i] = Guard{sub(b.T), sub(b.V)}
	}
	n.Waits = slices.Clone(eff.Waits)
	for i := range n.Waits {
		n.Waits[i] = sub(n.Waits[i])
	}
	return &n
}

// simplify evaluates what has become constant in a condition.
func (m *Machine) simplify(t *locks.Term) *locks.Term {
	if t.Kind != locks.Binary {
		return t
	}
	return m.binary(t.Op, m.simplify(t.X), m.simplify(t.Y))
}

// forwards reports whether a Lock or Unlock method of a type outside package
// sync does nothing but acquire or release one lock that its receiver contains,
// so that its effects say it all. Otherwise the type itself is taken for
// the lock.
func (m *Machine) forwards(c call) bool {
	if c.common.IsInvoke() || c.callee.Func == nil {
		return false
	}
	return m.forward(c.callee.Func)
}

// forward is forwards for a method of the type.
func (m *Machine) forward(method *types.Func) bool {
	for _, fn := range locks.Methods(method) {
		if !clean(m.Effects(locks.Callee{Func: fn, Body: m.body(fn)})) {
			return false
		}
	}
	return true
}

// body returns the code of a function of this package.
func (m *Machine) body(fn *types.Func) *ssa.Function {
	if body := m.IR.SSA.Prog.FuncValue(fn); body != nil && len(body.Blocks) > 0 {
		return body
	}
	return nil
}

// inner returns the lock that the Lock method of the object named t acquires, if
// it forwards to one; else t.
func (m *Machine) inner(t *locks.Term) *locks.Term {
	fn := m.lockMethod(t)
	if fn == nil {
		return t
	}
	if op, ok := locks.OpOf(fn); !ok || op.Sync || types.IsInterface(fn.Signature().Recv().Type()) || !m.forward(fn) {
		return t
	}
	eff := m.Effects(locks.Callee{Func: fn, Body: m.body(fn)})
	return m.Names.Subst(eff.Outcomes[0].Changes[0].Term, func(p *locks.Term) *locks.Term {
		if p == eff.Params[0] {
			return t
		}
		return nil
	})
}

// lockMethod returns the method Lock of the object named t, or nil: only fields, and
// what they point to, have one of their own here.
func (m *Machine) lockMethod(t *locks.Term) *types.Func {
	deref := t.Kind == locks.Deref
	if deref {
		t = t.X
	}
	if t.Kind != locks.Field {
		return nil
	}
	at := place{t.Var, deref}
	fn, ok := m.methods[at]
	if !ok {
		typ := t.Var.Type()
		if !deref {
			typ = types.NewPointer(typ)
		}
		obj, index, _ := types.LookupFieldOrMethod(typ, true, m.IR.SSA.Pkg, "Lock")
		if f, isFunc := obj.(*types.Func); isFunc && len(index) == 1 {
			fn = f.Origin()
		}
		m.methods[at] = fn
	}
	return fn
}

// A place is a field or what it points to.
type place struct {
	field *types.Var
	deref bool
}

// Outer returns the name by which the source speaks of a lock: that of the
// outermost object on its path whose Lock method acquires it.
func (m *Machine) Outer(lock *locks.Term) *locks.Term {
	out := lock
	for t := lock.X; t != nil && (t.Kind == locks.Field || t.Kind == locks.Deref); t = t.X {
		if m.inner(t) == lock {
			out = t
		}
	}
	return out
}

// blocks reports whether the Lock method that goes with c, a call of a method of
// a type outside package sync, can wait for anything: it calls something, uses
// a channel, or loops. Methods named Lock that only set a flag exclude nobody.
func (m *Machine) blocks(c call) bool {
	if c.common.IsInvoke() && !c.static {
		return true
	}
	recv := c.callee.Func.Signature().Recv().Type()
	obj, _, _ := types.LookupFieldOrMethod(recv, true, c.callee.Func.Pkg(), "Lock")
	fn, ok := obj.(*types.Func)
	if !ok {
		return true
	}
	body := m.IR.SSA.Prog.FuncValue(fn.Origin())
	if body == nil || len(body.Blocks) == 0 {
		return true
	}
	for _, b := range body.Blocks {
		for _, s := range b.Succs {
			if s.Dominates(b) {
				return true
			}
		}
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case ssa.CallInstruction, *ssa.Send, *ssa.Select:
				return true
			case *ssa.UnOp:
				if instr.Op == token.ARROW {
					return true
				}
			}
		}
	}
	return false
}

// clean reports whether eff acquires or releases one lock of the receiver, on
// every path.
func clean(eff *Effects) bool {
	if eff == nil || len(eff.Outcomes) != 1 || len(eff.Outcomes[0].Changes) != 1 || len(eff.Params) == 0 {
		return false
	}
	ch := eff.Outcomes[0].Changes[0]
	return !ch.Doubt && ch.Term.Base() == eff.Params[0] && (ch.Need != NeedNothing) == (ch.Status == Free)
}

// site returns the site of an operation of instr.
func (x *run) site(instr ssa.CallInstruction, term *locks.Term, op locks.Op, via *Via) *Site {
	key := siteKey{instr: instr, term: term, op: op}
	if via != nil {
		key.at = via.Callee + via.At
	}
	if s := x.m.sites[key]; s != nil {
		return s
	}
	s := &Site{Instr: instr, At: instr, Pos: instr.Common().Pos(), Fn: instr.Parent(), Op: op, Expr: x.m.Outer(term).String(), Via: via, num: len(x.m.sites) + 1}
	if via != nil {
		if text := x.shown[term]; text != "" {
			s.Expr = text
		}
	} else if e := x.m.Receiver(instr); e != nil {
		s.Expr = types.ExprString(e)
	}
	x.m.sites[key] = s
	return s
}

// Receiver returns the operand x of a call x.m(), without parentheses and &.
func (m *Machine) Receiver(instr ssa.CallInstruction) ast.Expr {
	call := m.IR.Call(instr.Common().Pos())
	if call == nil {
		return nil
	}
	var e ast.Expr
	if sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok {
		s := m.IR.Info.Selections[sel]
		switch {
		case s == nil:
			return nil
		case s.Kind() == types.MethodVal:
			e = sel.X
		case s.Kind() == types.MethodExpr && len(call.Args) > 0:
			e = call.Args[0]
		default:
			return nil
		}
	}
	for e != nil {
		switch u := e.(type) {
		case *ast.ParenExpr:
			e = u.X
			continue
		case *ast.UnaryExpr:
			if u.Op == token.AND {
				e = u.X
				continue
			}
		}
		break
	}
	return e
}

// operate runs an operation on a lock.
func (x *run) operate(st *State, instr ssa.CallInstruction, c call, op locks.Op) []*State {
	term := c.args[0]
	if op.Resource.Counted() {
		return x.count(st, instr, c, op)
	}
	switch op.Action {
	case locks.Wait:
		return []*State{x.wait(st, instr, term, op)}
	}
	if term.Kind == locks.RLocker { // its Lock is the RWMutex's RLock
		term, op.Mode = term.X, locks.Read
	}
	if c.common.IsInvoke() {
		term = x.m.inner(term) // it is called through a sync.Locker
	}
	site := x.site(instr, term, op, nil)
	switch op.Action {
	case locks.Acquire:
		return []*State{x.acquire(st, site, term, op)}
	case locks.Release:
		return []*State{x.release(st, site, term, op)}
	}
	// TryLock: one state for either result.
	prior := x.find(st, term)
	st = x.dereferenced(st, term)
	x.emit(Event{Kind: Tried, Instr: instr, Site: site, Lock: term, Mode: op.Mode, Prior: prior, State: st})
	call, ok := instr.(*ssa.Call)
	if !ok {
		return []*State{x.doubt(st, term)} // deferred or discarded: the result is lost
	}
	result := x.m.root(call)
	failed := x.m.assume(st, result, false)
	if prior == nil {
		failed = failed.with(Lock{Term: term, Status: Free, Sync: op.Sync}) // not held by us, at least
	}
	if prior != nil && prior.Status == Held && !(prior.Mode == locks.Read && op.Mode == locks.Read) {
		return []*State{failed}
	}
	held := Lock{Term: term, Status: Held, Mode: op.Mode, Count: 1, Site: site, Sync: op.Sync}
	if prior != nil {
		held.Need = prior.Need
		if prior.Status == Held {
			held.Count = prior.Count + 1
		}
	}
	return []*State{x.m.assume(st.with(held), result, true), failed}
}

// find returns what st knows of a lock. A lock in a variable that the running
// function has made is free until it is used.
func (x *run) find(st *State, term *locks.Term) *Lock {
	if l := st.Find(term); l != nil {
		return l
	}
	return x.findNew(st, term, false)
}

// findNew is find for a lock that st does not mention. With others, goroutines
// that the function has started may use the lock: then it is not held by the
// function itself, at least.
func (x *run) findNew(st *State, term *locks.Term, others bool) *Lock {
	t := term
	for t.Kind == locks.Field {
		t = t.X
	}
	if t.Kind != locks.Root {
		return nil
	}
	alloc, ok := t.Val.(*ssa.Alloc)
	if !ok || !slices.Contains(x.frames, alloc.Parent()) {
		return nil
	}
	if !x.m.private(alloc, others) {
		return nil
	}
	return &Lock{Term: term, Status: Free}
}

// private reports whether only the functions that run in place use the object
// that alloc makes, or with others also goroutines that they start, so that no
// other code locks its locks.
func (m *Machine) private(alloc *ssa.Alloc, others bool) bool {
	var ok func(v ssa.Value) bool
	ok = func(v ssa.Value) bool {
		for _, ref := range *v.Referrers() {
			switch ref := ref.(type) {
			case *ssa.FieldAddr:
				if !ok(ref) {
					return false
				}
			case *ssa.UnOp, *ssa.DebugRef, *ssa.Return:
			case *ssa.MakeInterface:
				for _, use := range *ref.Referrers() {
					if call, isCall := use.(*ssa.Call); !isCall || !IsNewCond(call) {
						return false
					}
				}
			case *ssa.Store:
				if ref.Val == v || ref.Addr == ssa.Value(alloc) {
					return false // published, or a copy of another object
				}
			case ssa.CallInstruction:
				callee := locks.CalleeOf(ref.Common(), ref.Common().Value)
				if _, isOp := m.Op(callee.Func); !isOp {
					return false
				}
				if _, spawned := ref.(*ssa.Go); spawned && !others {
					return false
				}
			case *ssa.MakeClosure:
				fn := ref.Fn.(*ssa.Function)
				for i, b := range ref.Bindings {
					if b == v && (i >= len(fn.FreeVars) || !ok(fn.FreeVars[i])) {
						return false
					}
				}
				if others {
					continue
				}
				for _, use := range *ref.Referrers() {
					if _, spawned := use.(*ssa.Go); spawned {
						return false
					}
					if call, isCall := use.(ssa.CallInstruction); !isCall || call.Common().Value != ref {
						return false
					}
				}
			default:
				return false
			}
		}
		return true
	}
	return ok(alloc)
}

func (x *run) acquire(st *State, site *Site, term *locks.Term, op locks.Op) *State {
	prior := x.find(st, term)
	st = x.dereferenced(st, term)
	shown := site
	if n := len(x.vias); n > 0 { // the literal may be called elsewhere too: speak of this call
		shown = x.site(x.vias[0].instr, term, op, &Via{Callee: x.vias[0].name, At: x.m.Position(site.Pos)})
	}
	if x.record {
		x.emit(Event{Kind: Acquired, Instr: site.Instr, Site: shown, Lock: term, Mode: op.Mode, Prior: prior, State: st, Guards: x.guards(st)})
	}
	return st.with(taken(prior, Lock{Term: term, Status: Held, Mode: op.Mode, Count: 1, Site: site, Sync: op.Sync}))
}

// taken returns what is known of lock l after its acquisition, given what was
// known before.
func taken(prior *Lock, l Lock) Lock {
	if prior == nil {
		return l
	}
	if prior.Status != Held {
		l.Need = prior.Need
		l.Doubt = prior.Status == Gone // others lock and unlock it, too
		return l
	}
	// Recorded; go on as if the lock had been acquired twice.
	again := *prior
	if l.Mode == locks.Read && prior.Mode == locks.Read {
		again.Count = min(prior.Count+1, 3)
	}
	// Which mode it is in, or how many read locks a loop has taken, is anybody's
	// guess.
	again.Doubt = again.Doubt || l.Mode != prior.Mode || l.Mode == locks.Read && prior.Site == l.Site
	return again
}

// dereferenced returns st with the knowledge that the pointers on term's path
// are not nil.
func (x *run) dereferenced(st *State, term *locks.Term) *State {
	for t := term; t != nil; t = t.X {
		if t.Kind != locks.Root && t.Kind != locks.Deref {
			continue
		}
		cond := x.m.binary(token.EQL, t, x.m.Names.Nil())
		if _, known := x.m.truth(st, cond); !known {
			st = st.bindHow(cond, x.m.Names.Bool(false), implied)
		}
	}
	return st
}

func (x *run) release(st *State, site *Site, term *locks.Term, op locks.Op) *State {
	prior := x.find(st, term)
	if prior == nil {
		if other := x.alias(st, term); other != nil {
			return st.without(other)
		}
	}
	x.emit(Event{Kind: Released, Instr: site.Instr, Site: site, Lock: term, Mode: op.Mode, Prior: prior, State: st})
	l := Lock{Term: term, Status: Free, Mode: op.Mode, Site: site, Sync: op.Sync}
	switch {
	case prior == nil:
		l.Need = needOf(op.Mode)
	case prior.Status == Held && prior.Count > 1:
		l = *prior
		l.Count--
	default:
		l.Need = prior.Need
		l.Doubt = prior.Doubt
	}
	return st.with(l)
}

// alias returns the name of a held lock that term may be another name of:
// the same field of an object that one of the two names does not determine.
func (x *run) alias(st *State, term *locks.Term) *locks.Term {
	for _, l := range st.locks {
		if l.Status == Held && l.Term != term && (!l.Term.Certain() || !term.Certain()) && sameShape(l.Term, term) && !twoObjects(l.Term, term) {
			return l.Term
		}
	}
	return nil
}

// sameShape reports whether two terms end in the same field, or are both
// elements or opaque values.
func sameShape(a, b *locks.Term) bool {
	strip := func(t *locks.Term) *locks.Term {
		for t.Kind == locks.Deref || t.Kind == locks.Old {
			t = t.X
		}
		return t
	}
	a, b = strip(a), strip(b)
	if a.Kind == locks.Field || b.Kind == locks.Field {
		return a.Kind == b.Kind && a.Var == b.Var
	}
	return true
}

// twoObjects reports whether a and b are parts of objects that are made in two places: they are
// two, even if one is of an earlier turn of a loop.
func twoObjects(a, b *locks.Term) bool {
	x, y := maker(a), maker(b)
	return x != nil && y != nil && x != y
}

// maker returns what makes the object that t is a part of, or nil.
func maker(t *locks.Term) *ssa.Alloc {
	for t.Kind == locks.Field || t.Kind == locks.Old {
		t = t.X
	}
	if t.Kind != locks.Root {
		return nil
	}
	alloc, _ := t.Val.(*ssa.Alloc)
	return alloc
}

// doubt returns st certain of nothing about a lock.
func (x *run) doubt(st *State, term *locks.Term) *State {
	l := Lock{Term: term, Status: Gone, Doubt: true}
	if prior := st.Find(term); prior != nil {
		l.Need = prior.Need
	}
	return st.with(l)
}

// wait runs Cond.Wait: its lock is released and held again.
func (x *run) wait(st *State, instr ssa.CallInstruction, cond *locks.Term, op locks.Op) *State {
	lock := x.m.lockOfCond(st, cond)
	if lock == nil {
		lock = x.m.Names.Deref(x.m.condField(cond, instr))
	}
	x.waits(st, x.site(instr, cond, op, nil), lock)
	return st
}

// waits records that Cond.Wait is called, of a condition variable with the given
// lock.
func (x *run) waits(st *State, site *Site, lock *locks.Term) {
	lock, mode := readLocker(x.m.inner(lock), locks.Write)
	prior := st.Find(lock)
	if prior == nil {
		prior = x.findNew(st, lock, true)
	}
	x.emit(Event{Kind: Waited, Instr: site.Instr, Site: site, Lock: lock, Mode: mode, Prior: prior, State: st})
}

// condField returns the location of the L field of cond.
func (m *Machine) condField(cond *locks.Term, instr ssa.CallInstruction) *locks.Term {
	recv := locks.CalleeOf(instr.Common(), instr.Common().Value).Func.Signature().Recv().Type()
	s := recv.(*types.Pointer).Elem().Underlying().(*types.Struct)
	for i := range s.NumFields() {
		if s.Field(i).Name() == "L" {
			return m.Names.Field(cond, s.Field(i))
		}
	}
	return cond
}

// inlinable reports whether the callee is a function literal that can be run in
// place.
func (x *run) inlinable(c call) bool {
	fn := c.callee.Body
	return fn != nil && fn.Parent() != nil && x.budget > 0 && len(x.frames) < maxInline && !slices.Contains(x.frames, fn)
}

// assignedBy returns st after a function literal that does nothing to locks has
// run: what it assigns is unknown.
func (x *run) assignedBy(fn *ssa.Function, st *State) *State {
	for _, fv := range fn.FreeVars {
		alloc, ok := x.m.IR.Binding(fv).(*ssa.Alloc)
		if !ok || !x.tree.stored[alloc] {
			continue
		}
		for _, ref := range *fv.Referrers() {
			if store, ok := ref.(*ssa.Store); ok && store.Addr == ssa.Value(fv) {
				loc := x.m.root(alloc)
				st = x.overwrite(st, loc).bind(x.m.Names.Deref(loc), nil)
				break
			}
		}
	}
	return st
}

// inline runs a function literal in place.
func (x *run) inline(st *State, instr ssa.CallInstruction, c call) []*State {
	fn := c.callee.Body
	key, _ := st.keys()
	key = fmt.Sprintf("%d %d %d %d %s", fn.Pos(), x.callback, len(x.frames), x.exitPos(), key)
	for _, a := range c.args {
		key += fmt.Sprint(" ", a.ID())
	}
	done, ok := x.memo[key]
	exits := done.exits
	if !ok || x.record && !done.recorded {
		in := st
		for i, p := range fn.Params {
			if i < len(c.args) && x.tree.tracked[p] {
				in = in.bind(x.m.root(p), c.args[i])
			}
		}
		outer := x.exit
		if via := x.via(instr, c); via != nil {
			x.vias = append(x.vias, via)
			exits = x.function(fn, in)
			x.vias = x.vias[:len(x.vias)-1]
		} else {
			exits = x.function(fn, in)
		}
		x.exit = outer
		x.memo[key] = memo{exits, x.record}
	}
	call, ok := instr.(*ssa.Call)
	if !ok {
		return exits
	}
	out := make([]*State, len(exits))
	for i, s := range exits {
		result := x.result(fn)
		val := s.value(result)
		s = s.bind(result, nil)
		if val != nil && x.tree.tracked[call] {
			s = s.bind(x.m.root(call), val)
		}
		out[i] = s
	}
	return out
}

func (x *run) exitPos() token.Pos {
	if x.exit == nil {
		return token.NoPos
	}
	return x.exit.Pos()
}

// An inlined is a call of a function literal through a variable.
type inlined struct {
	instr ssa.CallInstruction
	name  string
}

// via returns the call that stands for what a literal does, if it is called
// through a variable.
func (x *run) via(instr ssa.CallInstruction, c call) *inlined {
	if x.callback > 0 {
		return nil
	}
	call := x.m.IR.Call(instr.Common().Pos())
	if call == nil {
		return nil
	}
	if id, ok := ast.Unparen(call.Fun).(*ast.Ident); ok {
		return &inlined{instr, id.Name}
	}
	return nil
}

// yields reports whether c calls an iterator with the body of a range-over-func
// loop.
func (x *run) yields(c call) bool {
	for _, a := range c.args {
		if fn := literalOf(a); fn != nil && isYield(fn) {
			return true
		}
	}
	return false
}

func literalOf(t *locks.Term) *ssa.Function {
	if t.Kind != locks.Root {
		return nil
	}
	switch v := t.Val.(type) {
	case *ssa.MakeClosure:
		return v.Fn.(*ssa.Function)
	case *ssa.Function:
		if v.Parent() != nil {
			return v
		}
	}
	return nil
}

// maxRounds bounds how often a callback is run in a row. Two rounds show
// whether a round finds what the one before it left.
const maxRounds = 2

// callbacks runs a call that calls its function arguments any number of times.
func (x *run) callbacks(st *State, instr ssa.CallInstruction, c call) []*State {
	all := []*State{st}
	seen := make(map[string]bool)
	last := all
	x.callback++
	defer func() { x.callback-- }()
	for range maxRounds {
		var next []*State
		for i, a := range c.args {
			if i >= len(c.callee.Args) || !ir.IsFunc(c.callee.Args[i].Type()) {
				continue
			}
			for _, s := range last {
				for _, r := range x.callValue(s, instr, a) {
					if key, _ := r.keys(); !seen[key] {
						seen[key] = true
						next = append(next, r)
					}
				}
			}
		}
		all = append(all, next...)
		last = next
	}
	return all
}

// callValue runs a call of the function value named fn with unknown arguments.
func (x *run) callValue(st *State, instr ssa.CallInstruction, fn *locks.Term) []*State {
	c := call{fn: fn, common: instr.Common()}
	if lit := literalOf(fn); lit != nil && (lit.Synthetic == "" || isYield(lit)) {
		c.callee.Body = lit
		x.visitCall(st, instr, lit, nil)
		if x.m.Inert(lit) && !isYield(lit) {
			return []*State{x.assignedBy(lit, st)}
		}
		if x.inlinable(c) {
			out := x.inline(st, instr, c)
			for i, s := range out {
				out[i] = s.bind(x.result(lit), nil).bind(x.m.callRoot(instr), nil)
			}
			return out
		}
	}
	if mc, ok := fn.Val.(*ssa.MakeClosure); ok && fn.Kind == locks.Root { // a bound method
		callee := locks.CalleeOf(&ssa.CallCommon{Value: mc}, mc)
		x.visitCall(st, instr, callee.Body, []*locks.Term{x.m.eval(st, mc.Bindings[0])})
	}
	if eff := x.m.valueEffects(st, fn); eff != nil {
		return x.apply(st, instr, c, eff)
	}
	if fn.Kind == locks.Root {
		x.emit(Event{Kind: Called, Instr: instr, State: st, Target: fn})
	}
	return nil
}

// callRoot returns the name of the value of a call; a deferred one has none.
func (m *Machine) callRoot(instr ssa.CallInstruction) *locks.Term {
	if v := instr.Value(); v != nil {
		return m.root(v)
	}
	return m.Names.Const("none")
}

// spawn runs a go statement: what the new goroutine releases is handed over.
func (x *run) spawn(st *State, common *ssa.CallCommon) *State {
	c := x.prepareCall(st, common)
	eff := x.m.calleeEffects(st, c)
	if eff != nil {
		eff = x.bindArgs(c, eff)
	} else if c.callee.Body != nil && c.callee.Body.Parent() != nil {
		eff = x.m.Literal(c.callee.Body)
	}
	st = x.handOver(x.lend(st, eff), eff)
	if x.m.counting() && c.callee.Body == nil {
		st = x.entrust(st, c)
	}
	return x.escapeArgs(st, c)
}

// escapeArgs lets unknown code have the arguments of c.
func (x *run) escapeArgs(st *State, c call) *State {
	for _, a := range c.args {
		st = x.handOver(st, x.m.valueEffects(st, a))
	}
	return st
}

// escape lets unknown code have v.
func (x *run) escape(st *State, v ssa.Value) *State {
	if !ir.IsFunc(v.Type()) {
		return st
	}
	return x.handOver(st, x.m.valueEffects(st, x.m.eval(st, v)))
}

// lend notes that a goroutine with the given effects releases and takes again
// what st holds: it starts with the lock that is held here.
func (x *run) lend(st *State, eff *Effects) *State {
	if eff == nil {
		return st
	}
	for _, o := range eff.Outcomes {
		for _, ch := range o.Changes {
			if ch.Need != NeedNothing && ch.Status == Held {
				if l := st.Find(ch.Term); l != nil && l.Status == Held {
					st = x.doubt(st, ch.Term)
				}
			}
		}
	}
	return st
}

// handOver notes that code with the given effects will run at some time: it may
// release what st holds.
func (x *run) handOver(st *State, eff *Effects) *State {
	if eff == nil {
		return st
	}
	for _, o := range eff.Outcomes {
		for _, ch := range o.Changes {
			if ch.Need == NeedNothing || ch.Status != Free {
				continue
			}
			term := x.m.resolve(st, ch.Term) // its variables have values here
			l := st.Find(term)
			if l != nil && l.Status == Held || l == nil && x.m.counting() { // who started us may have acquired it
				st = x.doubt(x.entrusted(st, l), term)
			}
		}
	}
	return st
}

// bindArgs returns eff in terms of the caller.
func (x *run) bindArgs(c call, eff *Effects) *Effects {
	return x.m.substitute(eff, func(t *locks.Term) *locks.Term {
		if i := slices.Index(eff.Params, t); i >= 0 && i < len(c.args) {
			return c.args[i]
		}
		return nil
	})
}

// resolve returns t with the loads replaced whose values st knows.
func (m *Machine) resolve(st *State, t *locks.Term) *locks.Term {
	if v := st.value(t); v != nil {
		return v
	}
	if t.X == nil || t.Kind == locks.Old || t.Kind == locks.Binary {
		return t
	}
	x, y := m.resolve(st, t.X), t.Y
	if y != nil {
		y = m.resolve(st, y)
	}
	if x != t.X || y != t.Y {
		t = m.Names.Rebuild(t, x, y)
		if v := st.value(t); v != nil {
			return v
		}
	}
	return t
}

// apply runs a call of a function by its effects.
func (x *run) apply(st *State, instr ssa.CallInstruction, c call, eff *Effects) []*State {
	if eff.Trivial() {
		return []*State{x.escapeUnused(st, c, eff)}
	}
	b := x.bindCall(st, instr, c, eff)
	x.shown, eff = b.shown, b.eff
	name := b.name
	for _, e := range eff.Excludes {
		x.exclude(st, instr, name, e)
	}
	for _, lock := range eff.Waits {
		x.waits(st, x.site(instr, lock, locks.Op{Action: locks.Wait, Sync: true}, &Via{Callee: name}), lock)
	}
	st = x.escapeUnused(st, c, eff)
	for _, pc := range eff.Calls {
		st = x.paramCall(st, instr, name, pc)
	}
	for _, b := range eff.Binds {
		if at := x.bindResults(b.T, instr); at != nil {
			st = st.bind(at, b.V)
		}
	}
	if eff.End != known.Returns {
		return []*State{st} // the block ends in a panic
	}
	if len(eff.Outcomes) == 0 {
		return []*State{st}
	}
	var out []*State
	for _, o := range eff.Outcomes {
		if s := x.outcome(st, instr, name, o); s != nil {
			out = append(out, s)
		}
	}
	if len(out) == 0 { // contradictory guards: trust none
		out = append(out, st)
	}
	if x.m.Excused(instr.Common().Pos()) {
		for i, s := range out {
			out[i] = x.released(s, eff)
		}
	}
	return out
}

// released returns st after a call that, as an annotation has it, releases
// whatever a function with the given effects should release, under any name.
func (x *run) released(st *State, eff *Effects) *State {
	for _, o := range eff.Outcomes {
		for _, ch := range o.Changes {
			if ch.Need == NeedNothing || ch.Status != Free || ch.Term.Class() == nil {
				continue
			}
			for _, l := range st.locks {
				if l.Status == Held && l.Term.Class() == ch.Term.Class() {
					st = x.doubt(st, l.Term)
				}
			}
		}
	}
	return st
}

// escapeUnused lets unknown code have the function arguments that eff does not
// say the callee calls.
func (x *run) escapeUnused(st *State, c call, eff *Effects) *State {
	for _, a := range c.args {
		called := false
		for _, pc := range eff.Calls {
			called = called || pc.Func == a
		}
		if !called {
			st = x.handOver(st, x.m.valueEffects(st, a))
		}
	}
	return st
}

// A bound is the effects of a callee in terms of one call.
type bound struct {
	eff   *Effects
	shown map[*locks.Term]string
	name  string        // of the callee, as the source writes it
	loads []*locks.Term // that occur in eff: a state may know their values
}

type boundKey struct {
	instr ssa.CallInstruction
	eff   *Effects
	args  string
}

// bindCall returns the effects of a call in terms of the caller.
func (x *run) bindCall(st *State, instr ssa.CallInstruction, c call, eff *Effects) *bound {
	key := boundKey{instr, eff, ids(c.args)}
	b := x.tree.bound[key]
	if b == nil {
		b = &bound{shown: x.shows(instr, c, eff), name: x.m.callName(instr, eff)}
		b.eff = x.bindArgs(c, eff)
		x.m.substitute(b.eff, func(t *locks.Term) *locks.Term {
			if t.Kind == locks.Deref && !slices.Contains(b.loads, t) {
				b.loads = append(b.loads, t)
			}
			return nil
		})
		x.tree.bound[key] = b
	}
	for _, t := range b.loads {
		if st.value(t) != nil { // what the arguments refer to is known
			known := *b
			known.eff = x.m.substitute(b.eff, func(t *locks.Term) *locks.Term { return x.m.resolve(st, t) })
			return &known
		}
	}
	return b
}

func ids(terms []*locks.Term) string {
	b := make([]byte, 0, 4*len(terms))
	for _, t := range terms {
		b = binary.AppendUvarint(b, uint64(t.ID()))
	}
	return string(b)
}

// shows returns, for each lock that the called function changes, how a reader
// of the call would write it: as a path from the arguments in the source.
func (x *run) shows(instr ssa.CallInstruction, c call, eff *Effects) map[*locks.Term]string {
	syntax := x.m.IR.Call(instr.Common().Pos())
	if syntax == nil || c.callee.Func == nil || instr.Common().IsInvoke() {
		return nil
	}
	args := syntax.Args
	if c.callee.Func.Signature().Recv() != nil {
		if recv := x.m.Receiver(instr); recv != nil && len(args) < len(c.args) {
			args = append([]ast.Expr{recv}, args...)
		}
	}
	shown := make(map[*locks.Term]string)
	show := func(t *locks.Term) {
		i := slices.Index(eff.Params, t.Base())
		if i < 0 || i >= len(args) || i >= len(c.args) {
			return
		}
		arg := ast.Unparen(args[i])
		if u, ok := arg.(*ast.UnaryExpr); ok && u.Op == token.AND {
			arg = u.X
		}
		base := t.Base().String()
		bound := x.m.Names.Subst(t, func(t *locks.Term) *locks.Term {
			if t == eff.Params[i] {
				return c.args[i]
			}
			return nil
		})
		shown[bound] = types.ExprString(arg)
		if x.m.Outer(bound) != c.args[i] { // else the argument is the lock
			t = x.m.Outer(t)
			for t.Kind == locks.Field && t.Var.Embedded() {
				t = t.X // c.Lock(), not c.Mutex.Lock()
			}
			shown[bound] += strings.TrimPrefix(t.String(), base)
		}
	}
	for _, e := range eff.Excludes {
		show(e.Term)
	}
	for _, lock := range eff.Waits {
		show(lock)
	}
	for _, o := range eff.Outcomes {
		for _, ch := range o.Changes {
			show(ch.Term)
		}
	}
	return shown
}

// callName returns how the source writes the callee of instr.
func (m *Machine) callName(instr ssa.CallInstruction, eff *Effects) string {
	if call := m.IR.Call(instr.Common().Pos()); call != nil {
		switch fun := ast.Unparen(call.Fun).(type) {
		case *ast.SelectorExpr, *ast.Ident:
			return types.ExprString(fun)
		case *ast.CallExpr:
			return types.ExprString(fun.Fun) + "()"
		}
	}
	return eff.Name
}

// exclude records that a callee acquires a lock.
func (x *run) exclude(st *State, instr ssa.CallInstruction, name string, e Exclude) {
	if !x.record {
		return
	}
	e.Term, e.Mode = readLocker(e.Term, e.Mode)
	if len(e.When) == 0 {
		x.excludeWhen(st, instr, name, e, nil)
	}
	for _, alt := range e.When {
		if allowed, known := x.satisfies(st, alt); allowed && known {
			x.excludeWhen(st, instr, name, e, nil)
		} else if allowed {
			x.excludeWhen(st, instr, name, e, alt)
		}
	}
}

// excludeWhen records that a callee acquires a lock if the guards hold.
func (x *run) excludeWhen(st *State, instr ssa.CallInstruction, name string, e Exclude, guards []Guard) {
	if e.Modal && !e.Term.Direct() {
		return
	}
	op := locks.Op{Action: locks.Acquire, Mode: e.Mode, Sync: e.Sync}
	via := &Via{Callee: name, At: e.At, Chain: e.Chain, modal: e.Modal}
	site := x.site(instr, e.Term, op, via)
	prior, guards := x.find(st, e.Term), append(x.guards(st), guards...)
	if prior == nil && len(guards) == 0 && st.idle() {
		if x.plain[site] {
			return // it says the same again
		}
		x.plain[site] = true
	}
	x.emit(Event{Kind: Acquired, Instr: instr, Site: site, Lock: e.Term, Mode: e.Mode, Prior: prior, State: st, Guards: guards})
}

// readLocker returns the lock and mode that a Lock of term means: that of
// x.RLocker() is x.RLock.
func readLocker(term *locks.Term, mode locks.Mode) (*locks.Term, locks.Mode) {
	if term.Kind == locks.RLocker {
		return term.X, locks.Read
	}
	return term, mode
}

// satisfies reports whether st allows all guards and whether it knows them all
// to hold.
func (x *run) satisfies(st *State, guards []Guard) (allowed, known bool) {
	known = true
	for _, g := range guards {
		t := g.T
		if v := st.value(t); v != nil {
			t = v
		}
		value, ok := x.m.truth(st, t)
		switch {
		case !ok:
			known = false
		case x.m.Names.Bool(value) != g.V:
			return false, false
		}
	}
	return true, known
}

// guards returns what st knows of the conditions that the function's caller can
// evaluate.
func (x *run) guards(st *State) []Guard {
	var out []Guard
	for _, b := range st.env {
		if b.how != tested || b.val != x.m.Names.Bool(true) && b.val != x.m.Names.Bool(false) {
			continue
		}
		if p, ok := b.key.Base().Val.(*ssa.Parameter); ok && p.Parent() == x.root && fromParam(b.key) {
			out = append(out, Guard{b.key, b.val})
		}
	}
	return out
}

// paramCall runs a callee's call of one of its function parameters, while the
// callee holds the locks in pc.
func (x *run) paramCall(st *State, instr ssa.CallInstruction, name string, pc ParamCall) *State {
	inner := st
	for _, ch := range pc.Held {
		ch.Term, ch.Mode = readLocker(ch.Term, ch.Mode)
		op := locks.Op{Action: locks.Acquire, Mode: ch.Mode, Sync: ch.Sync}
		site := x.site(instr, ch.Term, op, &Via{Callee: name, At: ch.At})
		inner = inner.with(Lock{Term: ch.Term, Status: ch.Status, Mode: ch.Mode, Count: 1, Need: ch.Need, Site: site, Doubt: ch.Doubt, Sync: ch.Sync})
	}
	x.callback++
	x.callValue(inner, instr, pc.Func)
	x.callback--
	// What the function leaves behind depends on how often it is called.
	return x.handOver(st, x.m.valueEffects(st, pc.Func))
}

// outcome returns st after a call that returned in the given way, or nil if st
// excludes it.
func (x *run) outcome(st *State, instr ssa.CallInstruction, name string, o Outcome) *State {
	allowed, _ := x.satisfies(st, o.When)
	if !allowed {
		return nil
	}
	for _, g := range o.When {
		st = x.m.assume(st, g.T, g.V == x.m.Names.Bool(true))
	}
	sub := func(t *locks.Term) *locks.Term { return x.bindResults(t, instr) }
	for _, ch := range o.Changes {
		ch.Term = sub(ch.Term)
		if ch.Term != nil {
			st = x.change(st, instr, name, ch)
		}
	}
	for _, g := range o.Then {
		if t := sub(g.T); t != nil {
			st = x.m.assume(st, x.m.simplify(t), g.V == x.m.Names.Bool(true))
		}
	}
	return st
}

// bindResults replaces the callee's results in t by what instr's caller calls
// them; it returns nil if the caller discards them.
func (x *run) bindResults(t *locks.Term, instr ssa.CallInstruction) *locks.Term {
	lost := false
	t = x.m.Names.Subst(t, func(t *locks.Term) *locks.Term {
		r, ok := t.Val.(locks.Result)
		if t.Kind != locks.Root || !ok {
			return nil
		}
		if v := resultValue(instr, r.Index); v != nil {
			return x.m.root(v)
		}
		lost = true
		return t
	})
	if lost {
		return nil
	}
	return t
}

// resultValue returns the value of result i of a call, or nil.
func resultValue(instr ssa.CallInstruction, i int) ssa.Value {
	call, ok := instr.(*ssa.Call)
	if !ok {
		return nil
	}
	if call.Call.Signature().Results().Len() == 1 {
		return call
	}
	for _, ref := range *call.Referrers() {
		if e, ok := ref.(*ssa.Extract); ok && e.Index == i {
			return e
		}
	}
	return nil
}

// change applies to st what a callee did to a lock.
func (x *run) change(st *State, instr ssa.CallInstruction, name string, ch Change) *State {
	ch.Term, ch.Mode = readLocker(ch.Term, ch.Mode)
	prior := x.find(st, ch.Term)
	if ch.Doubt {
		if prior != nil || ch.Need == NeedNothing {
			return x.doubt(st, ch.Term)
		}
		return st
	}
	via := &Via{Callee: name, At: ch.At}
	if x.m.counting() {
		return x.changeCount(st, instr, via, ch)
	}
	if ch.Need != NeedNothing {
		op := locks.Op{Action: locks.Release, Mode: modeOf(ch.Need), Sync: ch.Sync}
		site := x.site(instr, ch.Term, op, via)
		if prior == nil {
			if other := x.alias(st, ch.Term); other != nil {
				st = st.without(other)
				if ch.Status == Free {
					return st
				}
			}
		}
		x.emit(Event{Kind: Released, Instr: instr, Site: site, Lock: ch.Term, Mode: op.Mode, Prior: prior, State: st})
		l := Lock{Term: ch.Term, Status: ch.Status, Mode: ch.Mode, Count: 1, Need: ch.Need, Site: site, Sync: ch.Sync}
		if prior != nil {
			l.Need, l.Doubt = prior.Need, prior.Doubt
			if ch.Status == Held {
				l.Site = prior.Site
			}
		}
		return st.with(l)
	}
	if ch.Status != Held {
		if prior == nil {
			st = st.with(Lock{Term: ch.Term, Status: Free, Mode: ch.Mode, Site: x.site(instr, ch.Term, locks.Op{Action: locks.Release, Mode: ch.Mode, Sync: ch.Sync}, via), Sync: ch.Sync})
		}
		return st
	}
	st = x.dereferenced(st, ch.Term)
	op := locks.Op{Action: locks.Acquire, Mode: ch.Mode, Sync: ch.Sync}
	site := x.site(instr, ch.Term, op, via)
	return st.with(taken(prior, Lock{Term: ch.Term, Status: Held, Mode: ch.Mode, Count: 1, Site: site, Sync: ch.Sync}))
}

func modeOf(n Need) locks.Mode {
	if n == NeedRead {
		return locks.Read
	}
	return locks.Write
}

// Position returns pos as file:line, the file without its directory.
func (m *Machine) Position(pos token.Pos) string {
	p := m.IR.Fset.Position(pos)
	return fmt.Sprintf("%s:%d", filepath.Base(p.Filename), p.Line)
}

// Releases reports whether one of the values is a function that releases the
// lock.
func (m *Machine) Releases(st *State, values []*locks.Term, lock *locks.Term) bool {
	for _, v := range values {
		eff := m.valueEffects(st, v)
		if eff == nil {
			continue
		}
		for _, o := range eff.Outcomes {
			for _, ch := range o.Changes {
				if ch.Term == lock && ch.Need != NeedNothing && ch.Status == Free {
					return true
				}
			}
		}
	}
	return false
}
