package groups

import (
	"go/token"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
)

// turnsOf returns how often the loop with the given header turns, if that is constant:
// it counts by one from a constant to a constant, and has no other way out.
//
// SSA has such loops in two forms. Either the header tests, or the block that leads
// back to it does, if the loop is entered only after a first test:
//
//	header:  i = phi [0, i+1]; if i < n      header:  i = phi [0, i']; …
//	                                         latch:   i' = i + 1; if i' < n goto header
func turnsOf(header *ssa.BasicBlock) (int64, bool) {
	var tests []*ssa.BasicBlock
	for _, b := range header.Parent().Blocks {
		if ir.InLoop(header, b) && slices.ContainsFunc(b.Succs, func(s *ssa.BasicBlock) bool { return !ir.InLoop(header, s) }) {
			tests = append(tests, b)
		}
	}
	if len(tests) != 1 {
		return 0, false
	}
	latch := slices.Contains(tests[0].Succs, header)
	if !latch && tests[0] != header {
		return 0, false
	}
	branch, ok := tests[0].Instrs[len(tests[0].Instrs)-1].(*ssa.If)
	if !ok {
		return 0, false
	}
	cmp, ok := branch.Cond.(*ssa.BinOp)
	if !ok || cmp.Op != token.LSS {
		return 0, false
	}
	limit, ok := ir.Int(cmp.Y)
	if !ok {
		return 0, false
	}
	x := cmp.X
	inc := increment(x)
	if inc != nil {
		x = inc.X
	}
	phi, ok := x.(*ssa.Phi)
	if !ok || phi.Block() != header {
		return 0, false
	}
	for i, e := range phi.Edges {
		if header.Dominates(header.Preds[i]) {
			if by := increment(e); by == nil || by.X != ssa.Value(phi) {
				return 0, false
			}
			continue
		}
		from, ok := ir.Int(e)
		if !ok {
			return 0, false
		}
		if inc != nil && !latch {
			from++ // it is tested after the first increment
		}
		limit -= from
	}
	return limit, limit > 0
}

// increment returns v as x + 1, or nil.
func increment(v ssa.Value) *ssa.BinOp {
	b, ok := v.(*ssa.BinOp)
	if !ok || b.Op != token.ADD {
		return nil
	}
	if n, ok := ir.Int(b.Y); !ok || n != 1 {
		return nil
	}
	return b
}

// enters reports whether b ends in a test of constants: the loop after it is always
// entered.
func enters(b *ssa.BasicBlock) bool {
	if b == nil {
		return false
	}
	branch, ok := b.Instrs[len(b.Instrs)-1].(*ssa.If)
	if !ok {
		return false
	}
	cmp, ok := branch.Cond.(*ssa.BinOp)
	if !ok {
		return false
	}
	_, x := ir.Int(cmp.X)
	_, y := ir.Int(cmp.Y)
	return x && y
}
