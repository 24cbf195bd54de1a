package chans

import (
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/spawn"
)

// early returns the leak of a function that sends on o, or receives from it, before
// it has started anybody who could be its partner, or nil.
func (r *Result) early(o *spawn.Object) *Leak {
	room, ok := r.Capacity(o)
	if !ok || !o.Local() || o.Escapes != 0 || room >= many {
		return nil
	}
	if !r.has(o, Send) && !r.has(o, Close) || !r.has(o, Receive) {
		return nil // see never
	}
	e := &prelude{r: r, o: o, room: int(room), users: make(map[*ssa.Function]bool), seen: make(map[preludeKey]bool)}
	for _, op := range r.ops[o] {
		e.users[op.Fn] = true
	}
	fn := o.Make().Parent()
	if !e.users[fn] {
		return nil
	}
	delete(e.users, fn)
	for i, instr := range o.Make().Block().Instrs {
		if instr == ssa.Instruction(o.Make()) {
			e.visit(o.Make().Block(), i+1, 0)
		}
	}
	if e.found == nil || e.givenBefore(e.found) {
		return nil
	}
	kind := EarlyReceive
	if e.found.Role == Send {
		kind = EarlySend
	}
	l := r.leak(kind, e.found)
	l.Make = o.Make().Pos()
	return l
}

// A prelude follows the ways from where a channel is made to where somebody else gets
// it.
type prelude struct {
	r     *Result
	o     *spawn.Object
	room  int
	users map[*ssa.Function]bool // other functions that use it
	seen  map[preludeKey]bool
	found *Op
}

type preludeKey struct {
	block  *ssa.BasicBlock
	queued int
}

func (e *prelude) visit(b *ssa.BasicBlock, from, queued int) {
	for _, instr := range b.Instrs[from:] {
		if instr == ssa.Instruction(e.o.Make()) || e.found != nil {
			return
		}
		for _, op := range e.r.of[instr] {
			if !e.r.mayReceive(e.o, op.Chan) {
				continue
			}
			switch {
			case op.Role == Length:
			case op.Role == Close, !op.Blocking(), e.r.only(op.Chan) != e.o:
				return
			case op.Role == Send && queued >= e.room, op.Role == Receive && queued == 0:
				e.found = op
				return
			case inLoop(b):
				return // who knows how often
			case op.Role == Send:
				queued++
			default:
				queued--
			}
		}
		if e.gives(instr) {
			return
		}
	}
	for _, s := range b.Succs {
		if k := (preludeKey{s, queued}); !e.seen[k] {
			e.seen[k] = true
			e.visit(s, 0, queued)
		}
	}
}

// givenBefore reports whether on some way to op other code gets the channel, or the
// function does itself what op waits for: the way without may not be one that is
// taken.
func (e *prelude) givenBefore(op *Op) bool {
	for _, b := range op.Fn.Blocks {
		for i, instr := range b.Instrs {
			if b != op.Instr.Block() && !ir.Reaches(b, op.Instr.Block()) || b == op.Instr.Block() && i >= ir.Index(op.Instr) && !inLoop(b) {
				continue
			}
			if e.gives(instr) {
				return true
			}
			for _, other := range e.r.of[instr] {
				partner := other.Role == Receive
				if op.Role == Receive {
					partner = other.Role == Send || other.Role == Close
				}
				if partner && other.Select != nil && e.r.mayReceive(e.o, other.Chan) {
					return true
				}
			}
		}
	}
	return false
}

// gives reports whether instr gives the channel to other code, or runs or may run
// code that has it.
func (e *prelude) gives(instr ssa.Instruction) bool {
	switch instr := instr.(type) {
	case *ssa.MakeClosure:
		// A literal that is only called or started here is seen there.
		return e.uses(instr.Fn.(*ssa.Function)) && !onlyRun(instr)
	case ssa.CallInstruction:
		for _, arg := range instr.Common().Args {
			if slices.Contains(e.r.Spawns.Objects(arg), e.o) {
				if _, builtin := instr.Common().Value.(*ssa.Builtin); !builtin {
					return true
				}
			}
			if mc, ok := arg.(*ssa.MakeClosure); ok && e.uses(mc.Fn.(*ssa.Function)) {
				return true
			}
		}
		for _, c := range e.r.Spawns.Callees(instr) {
			if c.Body != nil && e.uses(c.Body) {
				return true
			}
		}
	}
	return false
}

// uses reports whether fn, or what it calls or starts, uses the channel.
func (e *prelude) uses(fn *ssa.Function) bool {
	started := make(map[*ssa.Function]bool)
	for _, g := range e.r.Spawns.Runs(fn) {
		started[g] = true
		for _, s := range e.r.Spawns.In(g) {
			e.r.markStarted(s, started)
		}
	}
	for g := range started {
		if e.users[g] {
			return true
		}
	}
	return false
}

// onlyRun reports whether the closure is only called, started, or passed to a call.
func onlyRun(mc *ssa.MakeClosure) bool {
	return !slices.ContainsFunc(*mc.Referrers(), func(ref ssa.Instruction) bool {
		switch ref.(type) {
		case ssa.CallInstruction, *ssa.DebugRef:
			return false
		}
		return true
	})
}
