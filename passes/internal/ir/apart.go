package ir

import (
	"go/token"

	"golang.org/x/tools/go/ssa"
)

// Choices knows which conditions hold where. The zero value is ready for use.
type Choices struct {
	blocks map[*ssa.BasicBlock]*choice
	loops  map[*ssa.BasicBlock]bool // blocks that lead back to themselves
}

// A choice is a condition and the value that it has in a block, and those that hold
// there by what was tested before.
type choice struct {
	cond   ssa.Value
	value  bool
	before *choice
}

// Apart reports whether no call of their function runs both a and b: they stand on
// different sides of tests of one value, which is the same for the whole call.
func (c *Choices) Apart(a, b ssa.Instruction) bool {
	if a.Parent() != b.Parent() || a.Block() == b.Block() {
		return false
	}
	for x := c.at(a.Block()); x != nil; x = x.before {
		for y := c.at(b.Block()); y != nil && y != x; y = y.before {
			if x.value != y.value && x.cond == y.cond && c.once(x.cond) {
				return true
			}
		}
	}
	return false
}

// at returns what is known of conditions in b, the last test first.
func (c *Choices) at(b *ssa.BasicBlock) *choice {
	d := b.Idom()
	if d == nil {
		return nil
	}
	if known, ok := c.blocks[b]; ok {
		return known
	}
	out := c.at(d)
	if branch, ok := d.Instrs[len(d.Instrs)-1].(*ssa.If); ok && len(b.Preds) == 1 {
		n := &choice{branch.Cond, d.Succs[0] == b, out}
		for not, ok := n.cond.(*ssa.UnOp); ok && not.Op == token.NOT; not, ok = n.cond.(*ssa.UnOp) {
			n.cond, n.value = not.X, !n.value
		}
		out = n
	}
	if c.blocks == nil {
		c.blocks = make(map[*ssa.BasicBlock]*choice)
	}
	c.blocks[b] = out
	return out
}

// once reports whether v has one value in each call: it is not computed in a loop.
func (c *Choices) once(v ssa.Value) bool {
	instr, ok := v.(ssa.Instruction)
	if !ok {
		return true
	}
	b := instr.Block()
	loops, known := c.loops[b]
	if !known {
		if c.loops == nil {
			c.loops = make(map[*ssa.BasicBlock]bool)
		}
		loops = Reaches(b, b)
		c.loops[b] = loops
	}
	return !loops
}
