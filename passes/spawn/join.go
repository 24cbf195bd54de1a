package spawn

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/known"
	"github.com/concurlint/concurlint/passes/locks"
)

// A Join is a place where somebody waits for a goroutine.
type Join struct {
	// Instr is the call of Wait, the receive or the select, in function In.
	Instr ssa.Instruction
	In    *ssa.Function
	// Object is the WaitGroup or channel that is waited for.
	Object *Object
}

// Signals returns what the goroutine of a call of top with these arguments signals to
// others, each once: the channels that it sends on or closes, the WaitGroups whose
// Done it calls.
func (r *Result) Signals(top *ssa.Function, args []ssa.Value) []*Object {
	var out []*Object
	seen := make(map[*Object]bool)
	add := func(v ssa.Value) {
		for _, o := range r.Passed(v, top, args) {
			if !seen[o] {
				seen[o] = true
				out = append(out, o)
			}
		}
	}
	for _, fn := range r.Runs(top) {
		for _, v := range r.signals(fn) {
			add(v)
		}
	}
	return out
}

// Passed returns what v may be in a call of top with these arguments, where v is
// used in top or below.
func (r *Result) Passed(v ssa.Value, top *ssa.Function, args []ssa.Value) []*Object {
	if p, ok := r.variable(v).(*ssa.Parameter); ok && p.Parent() == top {
		if i := slices.Index(top.Params, p); i < len(args) {
			v = args[i] // other calls pass others
		}
	}
	return r.Objects(v)
}

// signals returns what fn's own code signals to.
func (r *Result) signals(fn *ssa.Function) []ssa.Value {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.does(fn).signals
}

// signalled returns the channels on which instr sends or which it closes, or the
// WaitGroup whose Done it calls.
func signalled(instr ssa.Instruction) []ssa.Value {
	switch instr := instr.(type) {
	case *ssa.Send:
		return []ssa.Value{instr.Chan}
	case *ssa.Select:
		var out []ssa.Value
		for _, st := range instr.States {
			if st.Dir == types.SendOnly {
				out = append(out, st.Chan)
			}
		}
		return out
	case *ssa.Go:
		return nil
	case ssa.CallInstruction:
		common := instr.Common()
		if b, ok := common.Value.(*ssa.Builtin); ok {
			if b.Name() == "close" {
				return common.Args[:1]
			}
			return nil
		}
		c := locks.CalleeOf(common, common.Value)
		if known.NameOf(c.Func) == (known.Name{Pkg: "sync", Recv: "WaitGroup", Func: "Done"}) {
			return c.Args[:1]
		}
	}
	return nil
}

// awaited returns what instr waits for: channels or a WaitGroup.
func awaited(instr ssa.Instruction) []ssa.Value {
	switch instr := instr.(type) {
	case *ssa.UnOp:
		if instr.Op == token.ARROW {
			return []ssa.Value{instr.X}
		}
	case *ssa.Select:
		var out []ssa.Value
		for _, st := range instr.States {
			if st.Dir == types.RecvOnly {
				out = append(out, st.Chan)
			}
		}
		return out
	case ssa.CallInstruction:
		c := locks.CalleeOf(instr.Common(), instr.Common().Value)
		if known.Joins(c.Func) && len(c.Args) > 0 {
			return c.Args[:1]
		}
	}
	return nil
}

// findJoins finds where somebody waits for the goroutines.
func (r *Result) findJoins() {
	waits := make(map[*Object][]Join)
	for _, fn := range r.ir.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				for _, v := range awaited(instr) {
					for _, o := range r.Objects(v) {
						waits[o] = append(waits[o], Join{instr, fn, o})
					}
				}
			}
		}
	}
	own := make(map[*ssa.Function]bool)
	for _, s := range r.Spawns {
		var objects []*Object
		for _, body := range s.Bodies {
			objects = append(objects, r.Signals(body, s.Args)...)
		}
		if s.Kind == Counted {
			c := locks.CalleeOf(s.Instr.Common(), s.Instr.Common().Value)
			objects = append(objects, r.Objects(c.Args[0])...)
		}
		if !slices.ContainsFunc(objects, func(o *Object) bool { return len(waits[o]) > 0 }) {
			continue
		}
		clear(own)
		for _, body := range s.Bodies {
			for _, fn := range r.Runs(body) {
				own[fn] = true
			}
		}
		seen := make(map[ssa.Instruction]bool)
		for _, o := range objects {
			for _, j := range waits[o] {
				if !own[j.In] && !seen[j.Instr] {
					seen[j.Instr] = true
					s.Joins = append(s.Joins, j)
				}
			}
		}
	}
}
