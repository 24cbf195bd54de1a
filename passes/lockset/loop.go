package lockset

import (
	"go/token"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/locks"
)

// forget returns st at the end of a turn of the loop with the given latch and
// header, without what it knows of conditions on shared memory that the loop
// reads: a loop that tests one again waits for it to change.
func (x *run) forget(latch, header *ssa.BasicBlock, st *State) *State {
	n := st.copy()
	n.env = slices.DeleteFunc(slices.Clone(st.env), func(b binding) bool {
		if b.key.Kind != locks.Binary && b.key.Kind != locks.Deref {
			return false
		}
		return slices.ContainsFunc(b.key.Loads(), func(loc *locks.Term) bool {
			if _, local := loc.Val.(*ssa.Alloc); local && loc.Kind == locks.Root {
				return false
			}
			cell := cellOf(loc)
			return cell == nil || x.readIn(latch, header)[cell]
		})
	})
	return n
}

// readIn returns the fields and variables that a loop reads.
func (x *run) readIn(latch, header *ssa.BasicBlock) map[any]bool {
	key := [2]*ssa.BasicBlock{latch, header}
	cells := x.tree.read[key]
	if cells != nil {
		return cells
	}
	cells = make(map[any]bool)
	x.tree.read[key] = cells
	for b := range natural(latch, header) {
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.UnOp:
				if instr.Op == token.MUL {
					cells[cellOf(x.m.Eval(instr.X))] = true
				}
			case *ssa.If:
				for _, loc := range x.m.Eval(instr.Cond).Loads() { // a getter reads, too
					cells[cellOf(loc)] = true
				}
			}
		}
	}
	return cells
}

// natural returns the blocks of the loop with the given latch and header: those
// that reach the latch without passing the header.
func natural(latch, header *ssa.BasicBlock) map[*ssa.BasicBlock]bool {
	loop := map[*ssa.BasicBlock]bool{header: true}
	var visit func(*ssa.BasicBlock)
	visit = func(b *ssa.BasicBlock) {
		if !loop[b] {
			loop[b] = true
			for _, p := range b.Preds {
				visit(p)
			}
		}
	}
	visit(latch)
	return loop
}
