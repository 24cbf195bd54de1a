package lockset

import (
	"go/token"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/locks"
)

// A liveness tells what the code after a point may still ask of a state. States
// that differ only in what nobody will ask are merged.
//
// Its anchors are SSA values, and the fields and variables whose content is
// loaded.
type liveness struct {
	fn  *ssa.Function
	in  []map[any]bool // for each block: anchors used in it or after it
	all map[any]bool   // anchors used anywhere in fn
}

func newLiveness(m *Machine, t *tree, fn *ssa.Function) *liveness {
	l := &liveness{fn: fn, in: make([]map[any]bool, len(fn.Blocks)), all: make(map[any]bool)}
	deferred := make(map[any]bool)
	for i, b := range fn.Blocks {
		used := make(map[any]bool)
		u := uses{m, t, used}
		for _, instr := range t.code[b].instrs {
			u.instr(instr)
			if d, ok := instr.(*ssa.Defer); ok {
				uses{m, t, deferred}.instr(d)
			}
		}
		for _, s := range b.Succs { // phis take their values at the end of b
			for _, phi := range t.code[s].phis {
				for j, p := range s.Preds {
					if p == b {
						u.value(phi.Edges[j])
					}
				}
			}
		}
		l.in[i] = used
	}
	for i, b := range fn.Blocks { // deferred calls run at the exits
		for _, instr := range b.Instrs {
			switch instr.(type) {
			case *ssa.RunDefers, *ssa.Panic:
				addAll(l.in[i], deferred)
			}
		}
	}
	for changed := true; changed; {
		changed = false
		for i := len(fn.Blocks) - 1; i >= 0; i-- {
			for _, s := range fn.Blocks[i].Succs {
				changed = addAll(l.in[i], l.in[s.Index]) || changed
			}
		}
	}
	for _, used := range l.in {
		addAll(l.all, used)
	}
	return l
}

// addAll adds src to dst and reports whether that changes it.
func addAll(dst, src map[any]bool) bool {
	n := len(dst)
	for a := range src {
		dst[a] = true
	}
	return len(dst) > n
}

// keeps reports whether the code from block b on may ask for what is bound to
// key.
func (l *liveness) keeps(b *ssa.BasicBlock, key *locks.Term) bool {
	for _, v := range key.Roots() {
		if p, ok := v.(*ssa.Parameter); ok && p.Parent() == l.fn {
			continue // callers ask, too
		}
		if v.Parent() == l.fn && !l.in[b.Index][v] {
			return false
		}
	}
	return true
}

// uses collects anchors.
type uses struct {
	m    *Machine
	t    *tree
	seen map[any]bool
}

func (u uses) instr(instr ssa.Instruction) {
	if instr, ok := instr.(*ssa.If); ok && !u.t.conds[instr] {
		return
	}
	var buf [8]*ssa.Value
	for _, op := range instr.Operands(buf[:0]) {
		u.value(*op)
	}
}

func (u uses) value(v ssa.Value) {
	if v == nil || u.seen[v] {
		return
	}
	switch v := v.(type) {
	case *ssa.Const, *ssa.Builtin:
		return
	case *ssa.FreeVar:
		u.seen[v] = true
		u.value(u.m.IR.Binding(v))
		return
	case *ssa.Function:
		u.literal(v)
		return
	case *ssa.MakeClosure:
		u.literal(v.Fn.(*ssa.Function))
	}
	u.seen[v] = true
	if load, ok := v.(*ssa.UnOp); ok && load.Op == token.MUL {
		if cell := cellOf(u.m.Eval(load.X)); cell != nil {
			u.seen[cell] = true
		}
	}
	if e, ok := v.(*ssa.Extract); ok {
		u.value(e.Tuple)
		return
	}
	if _, ok := v.(*ssa.Phi); ok {
		return // its name stands for its edges
	}
	if instr, ok := v.(ssa.Instruction); ok {
		var buf [8]*ssa.Value
		for _, op := range instr.Operands(buf[:0]) {
			u.value(*op)
		}
	}
}

// literal adds what a function literal asks for, wherever it runs.
func (u uses) literal(fn *ssa.Function) {
	if l := u.t.live[fn]; l != nil {
		addAll(u.seen, l.all)
	}
}
