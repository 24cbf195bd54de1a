package wait

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/lockset"
	"github.com/concurlint/concurlint/passes/order"
)

// check records the wait at v if it cannot end, and reports whether it did.
func (a *analyzer) check(v lockset.Visit) bool {
	for _, l := range v.Locks {
		if l.Status != lockset.Held || l.Doubt || l.Site == nil {
			continue
		}
		class, ok := a.order.ClassOf(l.Term)
		if !ok {
			continue
		}
		w, ok := a.stuck(v.Instr, class, l)
		if !ok {
			continue
		}
		w.Lock = l.Site.Expr
		w.HeldPos = a.pos(l.Site.Instr)
		w.Pos, w.End = a.span(v.Instr)
		a.result.Waits = append(a.result.Waits, w)
		return true
	}
	return false
}

// stuck reports whether instr waits for somebody who needs a lock of the class.
func (a *analyzer) stuck(instr ssa.Instruction, c order.Class, l lockset.Lock) (*Wait, bool) {
	switch instr := instr.(type) {
	case *ssa.Send:
		return a.partners(Send, instr.Chan, c, instr)
	case *ssa.UnOp:
		return a.partners(Receive, instr.X, c, instr)
	case *ssa.Select:
		var first *Wait
		for _, s := range instr.States {
			kind := Receive
			if s.Dir == types.SendOnly {
				kind = Send
			}
			w, ok := a.partners(kind, s.Chan, c, instr)
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
			return a.condition(instr, callee.Args[0], c, l)
		}
		return a.joined(instr, callee.Args[0], c)
	}
	return nil, false
}

// partners reports whether all who would take part in a channel operation need
// a lock of class c.
func (a *analyzer) partners(kind Kind, ch ssa.Value, c order.Class, at ssa.Instruction) (*Wait, bool) {
	k := a.key(ch)
	if k == nil {
		return nil, false
	}
	var partner func(role) bool
	if kind == Send {
		if !a.unbuffered(k) || !a.closed(k, receiveEnd) {
			return nil, false
		}
		partner = func(r role) bool { return r == receives }
	} else {
		if !a.closed(k, sendEnd) {
			return nil, false
		}
		partner = func(r role) bool { return r == sends || r == closes }
	}
	var w *Wait
	for _, o := range a.ops[k] {
		if !partner(o.role) || a.m.IR.InTest(o.fn.Pos()) && !a.m.IR.InTest(at.Parent().Pos()) {
			continue
		}
		where, ok := a.needs(o, c)
		if !ok {
			return nil, false
		}
		if w == nil {
			w = &Wait{Kind: kind, Expr: a.expr(ch, at), Partner: a.display(o.fn), At: where}
		}
	}
	return w, w != nil
}

// joined reports whether a goroutine that the WaitGroup wg counts needs a lock of
// class c.
func (a *analyzer) joined(call *ssa.Call, wg ssa.Value, c order.Class) (*Wait, bool) {
	k := a.key(wg)
	if k == nil {
		return nil, false
	}
	for _, o := range a.ops[k] {
		if o.role != done {
			continue
		}
		if where, ok := a.needsBefore(o, c); ok {
			return &Wait{Kind: Join, Expr: a.callExpr(call), Partner: a.display(o.fn), At: where}, true
		}
	}
	return nil, false
}

// condition reports whether all who signal the condition variable need a lock of
// class c, which is not the condition's own.
func (a *analyzer) condition(call *ssa.Call, cond ssa.Value, c order.Class, l lockset.Lock) (*Wait, bool) {
	k := a.key(cond)
	own := a.m.CondLock(cond)
	if k == nil || own == nil || own == l.Term {
		return nil, false
	}
	if oc, ok := a.order.ClassOf(own); !ok || oc == c {
		return nil, false
	}
	var w *Wait
	for _, o := range a.ops[k] {
		if o.role != signals {
			continue
		}
		where, ok := a.needs(o, c)
		if !ok {
			return nil, false
		}
		if w == nil {
			w = &Wait{Kind: Cond, Expr: a.callExpr(call), Partner: a.display(o.fn), At: where}
		}
	}
	return w, w != nil
}

// needs reports whether o can only happen after its goroutine has acquired a lock
// of class c: it holds one, it has acquired one before, or it acquires one between
// two turns of a loop.
func (a *analyzer) needs(o op, c order.Class) (at string, ok bool) {
	for _, l := range a.held[o.instr] {
		if k, known := a.order.ClassOf(l.Term); known && k == c && l.Status == lockset.Held && l.Site != nil {
			return a.m.Position(a.pos(l.Site.Instr)), true
		}
	}
	if at, ok := a.dominated(o, c); ok {
		return at, true
	}
	b := o.instr.Block()
	for _, call := range a.calls(o.fn) {
		if cb := call.Block(); cb != b && reaches(b, cb) && reaches(cb, b) || cb == b && reaches(b, b) {
			if at, ok := a.order.AcquiresAt(call, c); ok {
				return at, true
			}
		}
	}
	return "", false
}

// dominated reports whether every way to o leads past an acquisition of class c:
// for a deferred operation, every way through the function.
func (a *analyzer) dominated(o op, c order.Class) (at string, ok bool) {
	b := o.instr.Block()
	for _, call := range a.calls(o.fn) {
		cb := call.Block()
		before := cb.Dominates(b) && cb != b || cb == b && index(call) < index(o.instr)
		if o.deferred {
			before = true
		}
		if !before {
			continue
		}
		if at, ok := a.order.AcquiresAt(call, c); ok {
			return at, true
		}
	}
	return "", false
}

// needsBefore is needs for an operation that all counted goroutines must reach:
// an acquisition on some way there is enough.
func (a *analyzer) needsBefore(o op, c order.Class) (at string, ok bool) {
	b := o.instr.Block()
	for _, call := range a.calls(o.fn) {
		cb := call.Block()
		if o.deferred || cb == b && index(call) < index(o.instr) || cb != b && reaches(cb, b) {
			if at, ok := a.order.AcquiresAt(call, c); ok {
				return at, true
			}
		}
	}
	return "", false
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

func index(instr ssa.Instruction) int {
	for i, in := range instr.Block().Instrs {
		if in == instr {
			return i
		}
	}
	return -1
}

// reaches reports whether to can run after from, by at least one edge.
func reaches(from, to *ssa.BasicBlock) bool {
	seen := make(map[*ssa.BasicBlock]bool)
	var visit func(b *ssa.BasicBlock) bool
	visit = func(b *ssa.BasicBlock) bool {
		for _, s := range b.Succs {
			if s == to {
				return true
			}
			if !seen[s] {
				seen[s] = true
				if visit(s) {
					return true
				}
			}
		}
		return false
	}
	return visit(from)
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
