package ir

import (
	"go/token"

	"golang.org/x/tools/go/ssa"
)

// A choice is a condition and the value that it has.
type choice struct {
	cond  ssa.Value
	value bool
}

// Apart reports whether no call of their function runs both a and b: they stand on
// different sides of tests of one value, which is the same for the whole call.
func Apart(a, b ssa.Instruction) bool {
	if a.Parent() != b.Parent() {
		return false
	}
	for _, x := range choices(a.Block()) {
		for _, y := range choices(b.Block()) {
			if x.value != y.value && x.cond == y.cond && once(x.cond) {
				return true
			}
		}
	}
	return false
}

// choices returns what is known of conditions in b.
func choices(b *ssa.BasicBlock) []choice {
	var out []choice
	for d := b.Idom(); d != nil; d = d.Idom() {
		branch, ok := d.Instrs[len(d.Instrs)-1].(*ssa.If)
		if !ok {
			continue
		}
		for i, s := range d.Succs {
			if len(s.Preds) != 1 || !s.Dominates(b) {
				continue
			}
			c := choice{branch.Cond, i == 0}
			for {
				not, ok := c.cond.(*ssa.UnOp)
				if !ok || not.Op != token.NOT {
					break
				}
				c = choice{not.X, !c.value}
			}
			out = append(out, c)
		}
	}
	return out
}

// once reports whether v has one value in each call: it is not computed in a loop.
func once(v ssa.Value) bool {
	instr, ok := v.(ssa.Instruction)
	return !ok || LoopOf(instr.Block()) == nil
}
