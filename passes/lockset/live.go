package lockset

import (
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/locks"
)

// A liveness tells which SSA values of a function the code after a point may
// still ask a state about. States that differ only in what nobody will ask are
// merged.
type liveness struct {
	fn    *ssa.Function
	index map[ssa.Value]int
	in    []bits // for each block: values used in it or after it
}

// bits is a set of small numbers.
type bits []uint64

func (b bits) has(i int) bool { return i/64 < len(b) && b[i/64]&(1<<(i%64)) != 0 }

func (b *bits) add(i int) {
	b.grow(i/64 + 1)
	(*b)[i/64] |= 1 << (i % 64)
}

// grow makes b hold at least so many words.
func (b *bits) grow(words int) {
	if n := words - len(*b); n > 0 {
		*b = append(*b, make(bits, n)...)
	}
}

// addAll adds c to b and reports whether that changes b.
func (b *bits) addAll(c bits) bool {
	b.grow(len(c))
	changed := false
	for i, w := range c {
		if (*b)[i]|w != (*b)[i] {
			(*b)[i] |= w
			changed = true
		}
	}
	return changed
}

func newLiveness(m *Machine, t *tree, fn *ssa.Function) *liveness {
	l := &liveness{fn: fn, index: make(map[ssa.Value]int), in: make([]bits, len(fn.Blocks))}
	deferred := uses{m: m, l: l, seen: new(bits)}
	for i, b := range fn.Blocks {
		u := uses{m: m, l: l, seen: &l.in[i]}
		for _, coded := range t.code[b].instrs {
			instr := coded.instr
			if !coded.run {
				continue
			}
			if c, ok := instr.(*ssa.If); ok && !t.conds[c] {
				continue
			}
			u.operands(instr)
			if d, ok := instr.(*ssa.Defer); ok {
				deferred.operands(d)
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
	}
	for i, b := range fn.Blocks { // deferred calls run at the exits
		for _, instr := range b.Instrs {
			switch instr.(type) {
			case *ssa.RunDefers, *ssa.Panic:
				l.in[i].addAll(*deferred.seen)
			}
		}
	}
	for changed := true; changed; {
		changed = false
		for i := len(fn.Blocks) - 1; i >= 0; i-- {
			for _, s := range fn.Blocks[i].Succs {
				changed = l.in[i].addAll(l.in[s.Index]) || changed
			}
		}
	}
	return l
}

// trim drops from st what the code from block b on does not ask for, neither
// itself nor through the values that it does ask for.
func (l *liveness) trim(b *ssa.BasicBlock, st *State) *State {
	all := true
	for _, e := range st.env {
		all = all && l.keeps(b, e.key, nil)
	}
	if all {
		return st
	}
	var named []ssa.Value
	for _, k := range st.locks {
		named = append(named, k.Term.Roots()...)
	}
	for _, e := range st.env {
		if l.keeps(b, e.key, nil) {
			named = append(named, e.val.Roots()...)
		}
	}
	n := st.copy()
	n.env = slices.DeleteFunc(slices.Clone(st.env), func(e binding) bool { return !l.keeps(b, e.key, named) })
	return n
}

// keeps reports whether the code from block b on may ask for what is bound to
// key, given other values that it knows by name.
func (l *liveness) keeps(b *ssa.BasicBlock, key *locks.Term, named []ssa.Value) bool {
	for _, v := range key.Roots() {
		if v.Parent() != l.fn || slices.Contains(named, v) {
			continue
		}
		switch v := v.(type) {
		case *ssa.Parameter:
			continue // callers ask, too
		case *ssa.Alloc:
			if v.Heap {
				continue // literals may ask
			}
		}
		if i, ok := l.index[v]; !ok || !l.in[b.Index].has(i) {
			return false
		}
	}
	return true
}

// uses collects the values of l's function that instructions ask for.
type uses struct {
	m    *Machine
	l    *liveness
	seen *bits
}

func (u uses) operands(instr ssa.Instruction) {
	var buf [8]*ssa.Value
	for _, op := range instr.Operands(buf[:0]) {
		u.value(*op)
	}
}

func (u uses) value(v ssa.Value) {
	if v == nil || v.Parent() != u.l.fn {
		return
	}
	i, ok := u.l.index[v]
	if !ok {
		i = len(u.l.index)
		u.l.index[v] = i
	}
	if u.seen.has(i) {
		return
	}
	u.seen.add(i)
	switch v := v.(type) {
	case *ssa.Extract:
		u.value(v.Tuple)
	case *ssa.Phi:
		// Its name stands for its edges.
	case *ssa.Alloc:
		// A variable that is assigned once stands for its value.
		if s := u.m.IR.Init(v); s != nil {
			u.value(s.Val)
		}
	case ssa.Instruction:
		u.operands(v)
	}
}
