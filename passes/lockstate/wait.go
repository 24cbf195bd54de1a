package lockstate

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/lockset"
)

// A Recheck says what happens to the condition after a Wait.
type Recheck uint8

const (
	// NotRechecked: the code goes on as if the condition held.
	NotRechecked Recheck = iota
	// Rechecked: a loop tests it again.
	Rechecked
	// Forwarded: the function only passes Wait on; its callers, who hold the
	// lock, see to the condition.
	Forwarded
)

// recheck returns what happens to the condition after w.
func (r *Result) recheck(fn *Func, w *Wait) Recheck {
	if rechecked(w.site.Instr) || startsOver(w.site.Instr) {
		return Rechecked
	}
	if w.Unknown < w.Paths {
		return NotRechecked // the function takes the lock itself
	}
	if len(w.site.Fn.Blocks) == 1 {
		return Forwarded
	}
	calls := r.callsOf(fn.fn)
	for _, call := range calls {
		if !rechecked(call) {
			return NotRechecked
		}
	}
	if len(calls) > 0 {
		return Forwarded
	}
	return NotRechecked
}

// callsOf returns the static calls of fn in the package.
func (r *Result) callsOf(fn *ssa.Function) []ssa.CallInstruction {
	var out []ssa.CallInstruction
	for _, f := range r.machine.IR.Funcs {
		for _, b := range f.Blocks {
			for _, instr := range b.Instrs {
				if call, ok := instr.(ssa.CallInstruction); ok && callee(call) == fn {
					out = append(out, call)
				}
			}
		}
	}
	return out
}

// rechecked reports whether after instr, which waits, a loop tests a condition
// before it leaves the loop or runs what it runs when it need not wait.
//
//	for {                      for {
//		if ready() {               if !ready() {
//			break                      wait() // goes on to take()
//		}                          }
//		wait() // tests again      take()
//	}                          }
func rechecked(instr ssa.CallInstruction) bool {
	b := instr.Block()
	loop := reaching(b) // blocks on a way from b back to b
	if !loop[b] {
		return false
	}
	ready := readyBlock(b, loop)
	seen := make(map[*ssa.BasicBlock]bool)
	var tests func(*ssa.BasicBlock) bool
	tests = func(b *ssa.BasicBlock) bool {
		if seen[b] {
			return true // round without a test: nothing was taken either
		}
		seen[b] = true
		if _, ok := b.Instrs[len(b.Instrs)-1].(*ssa.If); ok {
			return true
		}
		for _, s := range b.Succs {
			if !loop[s] {
				return false
			}
			if s == ready {
				if _, ok := s.Instrs[len(s.Instrs)-1].(*ssa.If); !ok {
					return false
				}
			}
			if !tests(s) {
				return false
			}
		}
		return len(b.Succs) > 0
	}
	return tests(b)
}

// startsOver reports whether the function calls itself after instr, which waits,
// and so tests the condition again.
func startsOver(instr ssa.CallInstruction) bool {
	b := instr.Block()
	for _, c := range b.Parent().Blocks {
		if !b.Dominates(c) {
			continue
		}
		instrs := c.Instrs
		if c == b {
			instrs = instrs[slices.Index(instrs, ssa.Instruction(instr)):]
		}
		for _, i := range instrs {
			if call, ok := i.(*ssa.Call); ok && callee(call) == b.Parent() {
				return true
			}
		}
	}
	return false
}

// reaching returns the blocks that b reaches and that reach b, b itself only if
// it is in a cycle.
func reaching(b *ssa.BasicBlock) map[*ssa.BasicBlock]bool {
	walk := func(next func(*ssa.BasicBlock) []*ssa.BasicBlock) map[*ssa.BasicBlock]bool {
		seen := make(map[*ssa.BasicBlock]bool)
		var visit func(*ssa.BasicBlock)
		visit = func(b *ssa.BasicBlock) {
			for _, s := range next(b) {
				if !seen[s] {
					seen[s] = true
					visit(s)
				}
			}
		}
		visit(b)
		return seen
	}
	after := walk(func(b *ssa.BasicBlock) []*ssa.BasicBlock { return b.Succs })
	before := walk(func(b *ssa.BasicBlock) []*ssa.BasicBlock { return b.Preds })
	for b := range after {
		if !before[b] {
			delete(after, b)
		}
	}
	return after
}

// readyBlock returns where the nearest test before b goes when there is no need
// to wait, if that is in the loop.
func readyBlock(b *ssa.BasicBlock, loop map[*ssa.BasicBlock]bool) *ssa.BasicBlock {
	for d := b.Idom(); d != nil && loop[d]; d = d.Idom() {
		if _, ok := d.Instrs[len(d.Instrs)-1].(*ssa.If); !ok {
			continue
		}
		for _, s := range d.Succs {
			if s != b && !s.Dominates(b) && loop[s] {
				return s
			}
		}
		return nil
	}
	return nil
}

// unconditional reports whether no branch decides if b is run.
func unconditional(b *ssa.BasicBlock) bool {
	for d := b.Idom(); d != nil; d = d.Idom() {
		for _, s := range d.Succs {
			if len(d.Succs) > 1 && len(s.Preds) == 1 && s.Dominates(b) {
				return false
			}
		}
	}
	return true
}

// own reports whether w waits on a condition variable that the function, or one
// around it, has made for itself.
func (r *Result) own(w *Wait) bool {
	if w.Via != nil {
		return false
	}
	instr := w.site.Instr
	cond := r.machine.Eval(locks.CalleeOf(instr.Common(), instr.Common().Value).Args[0])
	if cond.Kind != locks.Root {
		return false
	}
	switch v := cond.Val.(type) {
	case *ssa.Alloc:
		return true
	case *ssa.Call:
		return lockset.IsNewCond(v)
	}
	return false
}

// spawned reports whether fn runs only on goroutines of its own.
func (r *Result) spawned(fn *ssa.Function) bool {
	uses := 0
	for _, f := range r.machine.IR.Funcs {
		for _, b := range f.Blocks {
			for _, instr := range b.Instrs {
				if mc, ok := instr.(*ssa.MakeClosure); ok && mc.Fn == fn {
					continue // counted where it is called
				}
				call, isCall := instr.(ssa.CallInstruction)
				if isCall && callee(call) == fn {
					if _, ok := call.(*ssa.Go); !ok {
						return false
					}
					uses++
					continue
				}
				var buf [8]*ssa.Value
				for _, op := range instr.Operands(buf[:0]) {
					if target(*op) == fn {
						return false
					}
				}
			}
		}
	}
	obj, _ := fn.Object().(*types.Func)
	return uses > 0 && (obj == nil || !obj.Exported())
}

// target returns the function that v is, if it is one.
func target(v ssa.Value) *ssa.Function {
	switch v := v.(type) {
	case *ssa.Function:
		return locks.CalleeOf(&ssa.CallCommon{Value: v}, v).Body
	case *ssa.MakeClosure:
		return v.Fn.(*ssa.Function)
	}
	return nil
}
