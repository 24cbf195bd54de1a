package guards

import (
	"go/constant"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/lockset"
)

// awaited reports whether read comes after a wait on a condition variable for a field of
// the same object that all who write d set, all under lock l: they are done.
//
//	r.mu.Lock()
//	for r.reading {
//		r.cond.Wait()
//	}
//	r.mu.Unlock()
func (a *analyzer) awaited(d *datum, read *access, l lock) bool {
	return !slices.ContainsFunc(read.views, func(w view) bool {
		return !slices.ContainsFunc(a.flagsBefore(w.visit, read.fn, l), func(flag *types.Var) bool { return a.setByWriters(d, flag, l) })
	})
}

// setByWriters reports whether all functions that write d set flag, too, with l held.
func (a *analyzer) setByWriters(d *datum, flag *types.Var, l lock) bool {
	f := a.data[flag]
	if f == nil || a.ownerName(flag) != a.ownerName(d.v) {
		return false
	}
	writes := 0
	for _, w := range d.accesses {
		if !w.write && !w.calls || w.exempt {
			continue
		}
		writes++
		if !slices.ContainsFunc(f.accesses, func(s *access) bool { return s.write && s.fn == w.fn && a.grip(s, l) == exclusive }) {
			return false
		}
	}
	return writes > 0
}

// flagsBefore returns the fields of the object that v accesses for which a wait is over
// when v happens, in fn or in a function that it has called.
func (a *analyzer) flagsBefore(v *lockset.Visit, fn *ssa.Function, l lock) []*types.Var {
	if v.At.Kind != locks.Field {
		return nil
	}
	object := v.At.X
	var out []*types.Var
	for _, w := range a.waitsIn(fn) {
		if w.object == object && w.over(v.Instr.Block()) && a.underLock(w, l) {
			out = append(out, w.test.field)
		}
	}
	visits := a.visits(fn)
	for i := range visits {
		c := &visits[i]
		if c.Callee == nil || !ir.Precedes(c.Instr, v.Instr) {
			continue
		}
		for _, w := range a.waitsIn(c.Callee) {
			if a.outward(w.object, site{fn, c}, c.Callee) == object && w.always() && a.underLock(w, l) {
				out = append(out, w.test.field)
			}
		}
	}
	return out
}

// A wait is a loop that waits on a condition variable until a test of a field of object
// fails, or comes true.
type wait struct {
	fn     *ssa.Function
	test   flagTest
	leaves int // the successor that leaves the loop
	object *locks.Term
}

// A flagTest is a field as a condition, or its comparison with a constant.
type flagTest struct {
	field *types.Var
	addr  *ssa.FieldAddr
	op    token.Token
	with  *ssa.Const
}

// same reports whether t and u are the same test, perhaps of other objects.
func (t flagTest) same(u flagTest) bool {
	return t.field == u.field && t.op == u.op && (t.with == nil) == (u.with == nil) &&
		(t.with == nil || t.with.Value != nil && u.with.Value != nil && constant.Compare(t.with.Value, token.EQL, u.with.Value))
}

// testOf returns the test that cond makes; its field is nil if it is none.
func testOf(cond ssa.Value) flagTest {
	var t flagTest
	if cmp, ok := cond.(*ssa.BinOp); ok {
		if t.with, ok = cmp.Y.(*ssa.Const); !ok {
			return flagTest{}
		}
		t.op, cond = cmp.Op, cmp.X
	}
	if t.field = ir.LoadedFrom(cond); t.field != nil {
		t.addr = cond.(*ssa.UnOp).X.(*ssa.FieldAddr)
	}
	return t
}

// waitsIn returns the waits in fn.
func (a *analyzer) waitsIn(fn *ssa.Function) []wait {
	var out []wait
	for _, b := range fn.Blocks {
		if !slices.ContainsFunc(b.Instrs, isCondWait) {
			continue
		}
		head := ir.LoopOf(b)
		if head == nil {
			continue
		}
		branch, ok := head.Instrs[len(head.Instrs)-1].(*ssa.If)
		if !ok {
			continue
		}
		w := wait{fn: fn, test: testOf(branch.Cond)}
		if !ir.InLoop(head, head.Succs[1]) {
			w.leaves = 1
		} else if ir.InLoop(head, head.Succs[0]) {
			continue
		}
		if w.test.field != nil {
			w.object = a.m.Eval(w.test.addr.X)
			out = append(out, w)
		}
	}
	return out
}

// isCondWait reports whether instr is a call of sync.Cond's Wait.
func isCondWait(instr ssa.Instruction) bool {
	call, ok := instr.(*ssa.Call)
	if !ok {
		return false
	}
	op, ok := locks.OpOf(locks.CalleeOf(&call.Call, call.Call.Value).Func)
	return ok && op.Action == locks.Wait
}

// over reports whether the field has been found as w waits for it whenever block b runs.
func (w *wait) over(b *ssa.BasicBlock) bool {
	for d := b; d != nil && d.Idom() != nil; d = d.Idom() {
		branch, ok := d.Idom().Instrs[len(d.Idom().Instrs)-1].(*ssa.If)
		if ok && len(d.Preds) == 1 && d.Idom().Succs[w.leaves] == d && w.test.same(testOf(branch.Cond)) {
			return true
		}
	}
	return false
}

// always reports whether w is over whenever its function returns.
func (w *wait) always() bool {
	return !slices.ContainsFunc(w.fn.Blocks, func(b *ssa.BasicBlock) bool {
		_, ret := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
		return ret && b != w.fn.Recover && !w.over(b)
	})
}

// underLock reports whether the field is tested with l held.
func (a *analyzer) underLock(w wait, l lock) bool {
	f := a.data[w.test.field]
	return f != nil && slices.ContainsFunc(f.accesses, func(acc *access) bool {
		return acc.fn == w.fn && slices.ContainsFunc(acc.views, func(v view) bool { return v.visit.Access.Addr == ssa.Value(w.test.addr) }) && a.grip(acc, l).held()
	})
}
