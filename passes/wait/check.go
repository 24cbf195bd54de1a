package wait

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/internal/known"
	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/lockset"
	"github.com/concurlint/concurlint/passes/order"
	"github.com/concurlint/concurlint/passes/ownership"
)

// A holding is a lock that is held, as far as others can need it: its class, or
// itself if only one function knows it.
type holding struct {
	class order.Class
	local *locks.Term
	lock  lockset.Lock
}

// holdings returns the locks that are held at v.
func (a *analyzer) holdings(v *lockset.Visit) []holding {
	var out []holding
	for _, l := range v.Locks {
		if l.Status != lockset.Held || l.Doubt || l.Site == nil {
			continue
		}
		if base, ok := l.Term.Base().Val.(ssa.Value); ok && a.own.Of(base, v.Instr) == ownership.Private {
			continue // nobody else can want it
		}
		h := holding{lock: l}
		var ok bool
		if h.class, ok = a.order.ClassOf(l.Term); !ok {
			h.local = l.Term
		}
		out = append(out, h)
	}
	return out
}

// check records the wait at v if it cannot end, and reports whether it did.
func (a *analyzer) check(v *lockset.Visit) bool {
	for _, h := range a.holdings(v) {
		if w, ok := a.stuck(v.Instr, h); ok {
			a.record(w, h, v.Instr)
			return true
		}
	}
	return false
}

func (a *analyzer) record(w *Wait, h holding, instr ssa.Instruction) {
	w.Lock = h.lock.Site.Expr
	w.HeldPos = a.pos(h.lock.Site.Instr)
	w.Pos, w.End = a.span(instr)
	a.result.Waits = append(a.result.Waits, w)
}

// maxBelow bounds the calls between a lock and the wait under it.
const maxBelow = 4

// checkCall records the first wait below the call at v that cannot end.
func (a *analyzer) checkCall(v *lockset.Visit) bool {
	call, ok := v.Instr.(ssa.CallInstruction)
	if !ok {
		return false
	}
	var callees []*ssa.Function
	if v.Callee != nil {
		callees = []*ssa.Function{v.Callee}
	} else {
		callees = a.order.Callees(call)
	}
	hs := a.holdings(v)
	seen := make(map[*ssa.Function]bool)
	var visit func(fn *ssa.Function, depth int) bool
	visit = func(fn *ssa.Function, depth int) bool {
		if seen[fn] || depth > maxBelow {
			return false
		}
		seen[fn] = true
		for _, st := range a.stepsOf(fn) {
			for _, h := range hs {
				if !st.waits || a.releases(fn, h) {
					continue
				}
				w, ok := a.stuck(st.instr, h)
				if !ok {
					continue
				}
				if fn.Parent() != nil { // the literal stands here: speak of it
					a.record(w, h, st.instr)
					return true
				}
				w.Call = a.callName(call)
				pos, _ := a.span(st.instr)
				w.WaitAt = a.m.Position(pos)
				a.record(w, h, v.Instr)
				return true
			}
			for _, next := range st.callees {
				if visit(next, depth+1) {
					return true
				}
			}
		}
		return false
	}
	for _, fn := range callees {
		if visit(fn, 1) {
			return true
		}
	}
	return false
}

// A step is an instruction that may wait, or calls functions of the package.
type step struct {
	instr   ssa.Instruction
	waits   bool
	callees []*ssa.Function
}

// stepsOf returns the steps of fn, in the order of its code.
func (a *analyzer) stepsOf(fn *ssa.Function) []step {
	out, known := a.steps[fn]
	if known {
		return out
	}
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			st := step{instr: instr, waits: lockset.Waits(instr)}
			if call, ok := instr.(*ssa.Call); ok {
				st.callees = a.order.Callees(call)
			}
			if st.waits || len(st.callees) > 0 {
				out = append(out, st)
			}
		}
	}
	a.steps[fn] = out
	return out
}

// releases reports whether fn releases the lock for its caller.
func (a *analyzer) releases(fn *ssa.Function, h holding) bool {
	for _, n := range a.sum.Needs(fn) {
		if c, ok := a.order.ClassOf(n.Term); ok && c == h.class {
			return true
		}
	}
	return false
}

// stuck reports whether instr waits for somebody who needs the lock.
func (a *analyzer) stuck(instr ssa.Instruction, h holding) (*Wait, bool) {
	switch instr := instr.(type) {
	case *ssa.Send:
		return a.partners(Send, instr.Chan, h, instr)
	case *ssa.UnOp:
		return a.partners(Receive, instr.X, h, instr)
	case *ssa.Select:
		var first *Wait
		for _, s := range instr.States {
			kind := Receive
			if s.Dir == types.SendOnly {
				kind = Send
			}
			w, ok := a.partners(kind, s.Chan, h, instr)
			if !ok {
				return nil, false
			}
			if first == nil {
				first = w
			}
		}
		if first == nil {
			return nil, false
		}
		first.Kind = Select
		return first, true
	case *ssa.Call:
		callee := locks.CalleeOf(&instr.Call, instr.Call.Value)
		if op, ok := locks.OpOf(callee.Func); ok && op.Action == locks.Wait {
			return a.condition(instr, callee.Args[0], h)
		}
		return a.joined(instr, callee.Args[0], h)
	}
	return nil, false
}

// partners reports whether all who would take part in a channel operation need
// a lock of class c.
func (a *analyzer) partners(kind Kind, ch ssa.Value, h holding, at ssa.Instruction) (*Wait, bool) {
	k := a.key(ch)
	if k == nil || at.Parent() == h.lock.Site.Fn && a.ofAnother(ch, h) {
		return nil, false
	}
	var partner func(role) bool
	if kind == Send {
		if !a.fills(k, at) || !a.closed(k, receiveEnd) {
			return nil, false
		}
		partner = func(r role) bool { return r == receives }
	} else {
		if !a.closed(k, sendEnd) || a.hasRoom(k) {
			return nil, false // what is received may be there already
		}
		partner = func(r role) bool { return r == sends || r == closes }
		for _, o := range a.ops[k] {
			if o.role == closes && !o.deferred && o.fn == at.Parent() && ir.Precedes(o.instr, at) {
				return nil, false // closed already
			}
		}
	}
	var w *Wait
	for _, o := range a.ops[k] {
		if !partner(o.role) || a.m.IR.InTest(o.fn.Pos()) && !a.m.IR.InTest(at.Parent().Pos()) {
			continue
		}
		if o.instr == at {
			continue
		}
		where, ok := a.needs(o, h, at)
		if !ok {
			return nil, false
		}
		if w == nil {
			w = &Wait{Kind: kind, Expr: a.expr(ch, at), Partner: a.display(o.fn), At: where, Closer: o.role == closes, instr: at, partner: o.instr}
		}
	}
	return w, w != nil
}

// joined reports whether a goroutine that the WaitGroup wg counts needs a lock of
// class c. If all that shows it is that the goroutine calls what waits here, then it
// would wait for itself, whatever is locked: there must be more to it.
func (a *analyzer) joined(call *ssa.Call, wg ssa.Value, h holding) (*Wait, bool) {
	k := a.key(wg)
	if k == nil {
		return nil, false
	}
	for _, c := range a.calls(call.Parent()) {
		callee := locks.CalleeOf(&c.Call, c.Call.Value)
		if c != call && known.Joins(callee.Func) && a.key(callee.Args[0]) == k && ir.Precedes(c, call) {
			return nil, false // they have ended already
		}
	}
	for _, o := range a.ops[k] {
		if o.role != done || a.m.IR.InTest(o.fn.Pos()) {
			continue
		}
		if where, ok := a.needsBefore(o, h); ok && where != a.m.Position(a.pos(h.lock.Site.Instr)) {
			return &Wait{Kind: Join, Expr: a.callExpr(call), Partner: a.display(o.fn), At: where}, true
		}
	}
	return nil, false
}

// condition reports whether all who signal the condition variable need a lock of
// class c, which is not the condition's own.
func (a *analyzer) condition(call *ssa.Call, cond ssa.Value, h holding) (*Wait, bool) {
	k := a.key(cond)
	own := a.m.CondLock(cond)
	if k == nil || own == nil || own == h.lock.Term {
		return nil, false
	}
	if oc, ok := a.order.ClassOf(own); !ok || oc == h.class {
		return nil, false
	}
	var w *Wait
	for _, o := range a.ops[k] {
		if o.role != signals {
			continue
		}
		where, ok := a.needs(o, h, call)
		if !ok {
			return nil, false
		}
		if w == nil {
			w = &Wait{Kind: Cond, Expr: a.callExpr(call), Partner: a.display(o.fn), At: where}
		}
	}
	return w, w != nil
}

// needs reports whether o can only happen after its goroutine has acquired the
// lock: it holds one, it has acquired one before, or it acquires one between two
// turns of a loop. What it acquired before it started the goroutine that waits at
// instr is over.
func (a *analyzer) needs(o op, h holding, instr ssa.Instruction) (at string, ok bool) {
	start := a.m.IR.Closure(instr.Parent())

	for _, l := range a.held[o.instr] {
		if l.Status != lockset.Held || l.Site == nil || l.Mode == locks.Read && h.lock.Mode == locks.Read {
			continue
		}
		if k, known := a.order.ClassOf(l.Term); known && k == h.class || l.Term == h.local {
			return a.m.Position(a.pos(l.Site.Instr)), true
		}
	}
	b := o.instr.Block()
	for _, call := range a.calls(o.fn) {
		cb := call.Block()
		first := (o.deferred || ir.Precedes(call, o.instr)) && (start == nil || !ir.Precedes(call, start))
		again := cb != b && ir.Reaches(b, cb) && ir.Reaches(cb, b) || cb == b && ir.Reaches(b, b)
		if first || again {
			if at, ok := a.acquires(call, h); ok {
				return at, true
			}
		}
	}
	return "", false
}

// needsBefore is needs for an operation that all counted goroutines must reach:
// an acquisition on some way there is enough.
func (a *analyzer) needsBefore(o op, h holding) (at string, ok bool) {
	b := o.instr.Block()
	for _, call := range a.calls(o.fn) {
		cb := call.Block()
		if o.deferred || cb == b && ir.Index(call) < ir.Index(o.instr) || cb != b && ir.Reaches(cb, b) {
			if at, ok := a.acquires(call, h); ok {
				return at, true
			}
		}
	}
	return "", false
}

// maxPartner bounds the calls between a partner and the lock that it needs: below
// long chains there is something that happens in some other state of the program.
const maxPartner = 2

// acquires reports whether call may have to wait for the lock that is held.
func (a *analyzer) acquires(call *ssa.Call, h holding) (at string, ok bool) {
	if h.local != nil {
		callee := locks.CalleeOf(&call.Call, call.Call.Value)
		if op, isOp := locks.OpOf(callee.Func); isOp && op.Action == locks.Acquire && a.m.Eval(callee.Args[0]) == h.local {
			return a.m.Position(call.Pos()), op.Mode == locks.Write || h.lock.Mode == locks.Write
		}
		return "", false
	}
	mode, at, ok := a.order.AcquiresAt(call, h.class, maxPartner)
	if ok && mode == locks.Read && h.lock.Mode == locks.Read && !a.order.Writes(h.class) {
		return "", false
	}
	return at, ok
}

// ofAnother reports whether the channel belongs to another object than the lock,
// though both are fields of one type: a child's channel and its parent's lock.
func (a *analyzer) ofAnother(ch ssa.Value, h holding) bool {
	t := a.m.Eval(ch)
	if t.Kind != locks.Deref || t.X.Kind != locks.Field || h.lock.Term.Kind != locks.Field {
		return false
	}
	return a.sameOwner(t.X.Var, h.lock.Term.Var) && t.X.X != h.lock.Term.X
}

// sameOwner reports whether f and g are fields of one struct.
func (a *analyzer) sameOwner(f, g *types.Var) bool {
	scope := a.pass.Pkg.Scope()
	for _, name := range scope.Names() {
		s, ok := scope.Lookup(name).Type().Underlying().(*types.Struct)
		if !ok {
			continue
		}
		n := 0
		for i := range s.NumFields() {
			if s.Field(i) == f || s.Field(i) == g {
				n++
			}
		}
		if n > 0 {
			return n == 2
		}
	}
	return false
}

// calls returns the calls of fn that run on its goroutine and before its end.
func (a *analyzer) calls(fn *ssa.Function) []*ssa.Call {
	var out []*ssa.Call
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			if call, ok := instr.(*ssa.Call); ok {
				out = append(out, call)
			}
		}
	}
	return out
}

// pos returns the position of a call.
func (a *analyzer) pos(instr ssa.CallInstruction) token.Pos {
	if call := a.m.IR.Call(instr.Common().Pos()); call != nil {
		return call.Pos()
	}
	return instr.Pos()
}

// span returns the positions of an operation.
func (a *analyzer) span(instr ssa.Instruction) (pos, end token.Pos) {
	if call, ok := instr.(ssa.CallInstruction); ok {
		if c := a.m.IR.Call(call.Common().Pos()); c != nil {
			return c.Pos(), c.End()
		}
	}
	return instr.Pos(), instr.Pos()
}

// expr returns the channel as the source writes it.
func (a *analyzer) expr(ch ssa.Value, at ssa.Instruction) string {
	var found ast.Expr
	if syntax := at.Parent().Syntax(); syntax != nil {
		ast.Inspect(syntax, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SendStmt:
				if n.Arrow == at.Pos() {
					found = n.Chan
				}
			case *ast.UnaryExpr:
				if n.OpPos == at.Pos() && n.Op == token.ARROW {
					found = n.X
				}
			}
			return found == nil
		})
	}
	if found != nil {
		return types.ExprString(found)
	}
	return a.m.Eval(ch).String()
}

// callName returns the called function as the source writes it.
func (a *analyzer) callName(call ssa.CallInstruction) string {
	if c := a.m.IR.Call(call.Common().Pos()); c != nil {
		return types.ExprString(c.Fun)
	}
	return "the call"
}

// callExpr returns the called method as the source writes it.
func (a *analyzer) callExpr(call *ssa.Call) string {
	if c := a.m.IR.Call(call.Call.Pos()); c != nil {
		return types.ExprString(c.Fun)
	}
	return "Wait"
}

// display returns how messages call fn.
func (a *analyzer) display(fn *ssa.Function) string {
	lit := fn.Parent() != nil
	for fn.Parent() != nil {
		fn = fn.Parent()
	}
	name := fn.Name()
	if obj, ok := fn.Object().(*types.Func); ok {
		name = obj.Name()
		if recv := obj.Signature().Recv(); recv != nil {
			t := recv.Type()
			if p, ok := types.Unalias(t).(*types.Pointer); ok {
				t = p.Elem()
			}
			if n, ok := types.Unalias(t).(*types.Named); ok {
				name = n.Obj().Name() + "." + name
			}
		}
	}
	if lit {
		return "a literal in " + name
	}
	return name
}
