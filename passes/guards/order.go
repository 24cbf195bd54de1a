package guards

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/lockset"
)

// beforeStart reports whether acc writes an object before the same function
// starts the goroutines that use it: the object begins its shared life there.
func (a *analyzer) beforeStart(acc *lockset.Access) bool {
	if acc.Base == nil {
		return false
	}
	fn := acc.Instr.Parent()
	starts := a.startsIn(fn)
	if len(starts) == 0 {
		return false
	}
	if !acc.Write { // a read that belongs to such a write
		return slices.ContainsFunc(a.m.Accesses(fn), func(w *lockset.Access) bool {
			return w.Write && w.Var == acc.Var && a.beforeStart(w) && !a.startedBefore(acc)
		})
	}
	later := false
	for _, g := range starts {
		if a.own.Reaches(g, acc.Instr) {
			return false
		}
		later = later || a.own.Reaches(acc.Instr, g) && a.own.Gets(g, acc.Base)
	}
	return later
}

// startsIn returns the go statements in fn.
func (a *analyzer) startsIn(fn *ssa.Function) []*ssa.Go {
	starts, ok := a.starters[fn]
	if !ok {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				if g, ok := instr.(*ssa.Go); ok {
					starts = append(starts, g)
				}
			}
		}
		a.starters[fn] = starts
	}
	return starts
}

// startedBefore reports whether the function of acc may have started a goroutine
// when acc happens.
func (a *analyzer) startedBefore(acc *lockset.Access) bool {
	return slices.ContainsFunc(a.startsIn(acc.Instr.Parent()), func(g *ssa.Go) bool { return a.own.Reaches(g, acc.Instr) })
}

// announced reports whether read comes after a receive from a channel that
// a function which writes d closes or sends on: the writes are over.
func (a *analyzer) announced(d *datum, read *access) bool {
	for _, w := range read.views {
		for _, ch := range a.receivedBefore(w.visit.Instr) {
			for _, acc := range d.accesses {
				if acc.write && a.senders()[ch][ir.Outermost(acc.fn)] {
					return true
				}
			}
		}
	}
	return false
}

// ordered reports whether acc cannot meet a write of d, though it may not hold the lock
// that guards it: something else keeps them apart.
func (a *analyzer) ordered(d *datum, acc *access, guard lock) bool {
	if a.joinedWriters(d, acc) || a.takesOver(acc.fn) {
		return true
	}
	if acc.write {
		return a.always(d, acc, classOf(guard))
	}
	return a.otherwise(d, acc, guard) || a.ownWriter(d, acc) || a.announced(d, acc) || a.awaited(d, acc, guard)
}

// joinedWriters reports whether all that write d run on goroutines which the function of
// acc has started, and joined before acc.
func (a *analyzer) joinedWriters(d *datum, acc *access) bool {
	fn := acc.fn
	found := false
	for _, w := range d.accesses {
		if !w.write && !w.calls || w.exempt || w == acc {
			continue
		}
		homes := a.homes(w.fn)
		if len(homes) == 0 {
			return false
		}
		for h := range homes {
			if w.fn == fn && h == fn {
				continue
			}
			if !a.joinedHome(h, acc) {
				return false
			}
			found = true
		}
	}
	return found
}

// joinedHome reports whether the function of acc has joined, before acc, all
// goroutines that run home.
func (a *analyzer) joinedHome(home *ssa.Function, acc *access) bool {
	if a.root(home) || a.uses[home] > startedUse {
		return false
	}
	started := false
	for _, s := range a.started {
		if s.visit.Callee != home {
			continue
		}
		started = true
		starts := []ssa.Instruction{s.visit.Instr}
		if mc := a.madeIn(s.caller, acc.fn); mc != nil {
			if !a.own.Joined(s.visit.Instr, mc) {
				return false
			}
			continue
		}
		if s.caller != acc.fn {
			starts = starts[:0]
			for _, c := range a.sites[s.caller] {
				if c.caller != acc.fn {
					return false
				}
				starts = append(starts, c.visit.Instr)
			}
			if len(starts) == 0 || a.root(s.caller) {
				return false
			}
		}
		for _, start := range starts {
			for _, w := range acc.views {
				if !a.own.Joined(start, w.visit.Instr) {
					return false
				}
			}
		}
	}
	return started
}

// madeIn returns where fn makes the literal that lit is, or is in; nil if it does not.
// Whatever the literal does comes after that.
func (a *analyzer) madeIn(fn, lit *ssa.Function) *ssa.MakeClosure {
	for mc := a.m.IR.Closure(lit); mc != nil; mc = a.m.IR.Closure(mc.Parent()) {
		if mc.Parent() == fn {
			return mc
		}
	}
	return nil
}

// receivedBefore returns the channel fields that have been received from when
// instr runs.
func (a *analyzer) receivedBefore(instr ssa.Instruction) []*types.Var {
	var out []*types.Var
	add := func(ch ssa.Value) {
		if v := chanVar(ch); v != nil {
			out = append(out, v)
		}
	}
	for b := instr.Block(); b != nil; b = b.Idom() {
		for _, in := range b.Instrs {
			if in == instr {
				break
			}
			switch in := in.(type) {
			case *ssa.UnOp:
				if in.Op == token.ARROW {
					add(in.X)
				}
			case *ssa.Select:
				for _, s := range in.States {
					if s.Dir == types.RecvOnly {
						add(s.Chan)
					}
				}
			}
		}
	}
	return out
}

// chanVar returns the field or package variable that ch is loaded from, or nil.
func chanVar(ch ssa.Value) *types.Var {
	load, ok := ch.(*ssa.UnOp)
	if !ok || load.Op != token.MUL {
		return nil
	}
	switch addr := load.X.(type) {
	case *ssa.FieldAddr:
		return ir.FieldVar(addr)
	case *ssa.Global:
		v, _ := addr.Object().(*types.Var)
		return v
	}
	return nil
}

// senders returns the declared functions that close or send on each channel.
func (a *analyzer) senders() map[*types.Var]map[*ssa.Function]bool {
	if a.sends != nil {
		return a.sends
	}
	a.sends = make(map[*types.Var]map[*ssa.Function]bool)
	add := func(ch ssa.Value, fn *ssa.Function) {
		if v := chanVar(ch); v != nil {
			if a.sends[v] == nil {
				a.sends[v] = make(map[*ssa.Function]bool)
			}
			a.sends[v][ir.Outermost(fn)] = true
		}
	}
	for _, fn := range a.m.IR.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				switch instr := instr.(type) {
				case *ssa.Send:
					add(instr.Chan, fn)
				case ssa.CallInstruction:
					if bi, ok := instr.Common().Value.(*ssa.Builtin); ok && bi.Name() == "close" {
						add(instr.Common().Args[0], fn)
					}
				}
			}
		}
	}
	return a.sends
}
