package lockstate

import (
	"go/constant"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/internal/known"
	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/lockset"
)

// signaled returns the channel on which instr sends or that it closes, or the
// WaitGroup whose Done it calls; nil if it does neither.
func signaled(m *lockset.Machine, instr ssa.Instruction) *locks.Term {
	switch instr := instr.(type) {
	case *ssa.Send:
		return m.Eval(instr.Chan)
	case ssa.CallInstruction:
		common := instr.Common()
		if b, ok := common.Value.(*ssa.Builtin); ok && b.Name() == "close" {
			return m.Eval(common.Args[0])
		}
		if c := locks.CalleeOf(common, common.Value); known.NameOf(c.Func) == (known.Name{Pkg: "sync", Recv: "WaitGroup", Func: "Done"}) {
			return m.Eval(c.Args[0])
		}
	}
	return nil
}

// waitedFor returns the channels from which the function has received whenever
// it gets to instr, and the WaitGroups it has waited for.
func waitedFor(m *lockset.Machine, instr ssa.Instruction) []*locks.Term {
	var out []*locks.Term
	b := instr.Block()
	for d := b; d != nil; d = d.Idom() {
		for _, i := range d.Instrs {
			if i == instr {
				break
			}
			switch i := i.(type) {
			case *ssa.UnOp:
				if i.Op == token.ARROW {
					out = append(out, m.Eval(i.X))
				}
			case *ssa.Call:
				if c := locks.CalleeOf(&i.Call, i.Call.Value); known.NameOf(c.Func) == (known.Name{Pkg: "sync", Recv: "WaitGroup", Func: "Wait"}) {
					out = append(out, m.Eval(c.Args[0]))
				}
			case *ssa.If:
				if ch := chosen(i); ch != nil && len(d.Succs[0].Preds) == 1 && d.Succs[0].Dominates(b) {
					out = append(out, m.Eval(ch))
				}
			}
		}
	}
	return out
}

// chosen returns the channel of the receiving case of a select statement that
// the branch tests for, or nil.
func chosen(branch *ssa.If) ssa.Value {
	cmp, ok := branch.Cond.(*ssa.BinOp)
	if !ok || cmp.Op != token.EQL {
		return nil
	}
	index, ok := cmp.X.(*ssa.Extract)
	if !ok || index.Index != 0 {
		return nil
	}
	sel, ok := index.Tuple.(*ssa.Select)
	c, isConst := cmp.Y.(*ssa.Const)
	if !ok || !isConst || c.Value == nil {
		return nil
	}
	i, ok := constant.Int64Val(c.Value)
	if !ok || i < 0 || int(i) >= len(sel.States) || sel.States[i].Dir != types.RecvOnly {
		return nil
	}
	return sel.States[i].Chan
}

// reaches reports whether b may be run after a.
func reaches(a, b ssa.Instruction) bool {
	if a.Block() == b.Block() && ir.Index(a) < ir.Index(b) {
		return true
	}
	return ir.Reaches(a.Block(), b.Block())
}
