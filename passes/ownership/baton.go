package ownership

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/locks"
)

// A baton is a channel with room for one value that serves as a lock: who has sent
// goes on alone until he takes the value out again himself.
//
//	c.sem <- struct{}{}
//	defer func() { <-c.sem }()
//
// Functions that do nothing to it but one of the two are its lock and unlock; one
// that sends if there is room, and tells, is its TryLock.
type baton struct {
	key      any
	makes    int
	grabs    []grab
	receives []ssa.Instruction // and calls of functions that receive
	other    bool              // it is something else, too
}

// A grab is where a baton comes into hand: after an instruction or, if that only tells
// whether, in the blocks that to dominates.
type grab struct {
	instr ssa.Instruction
	to    *ssa.BasicBlock
}

// before reports whether g has happened whenever instr runs, in the same function.
func (g grab) before(instr ssa.Instruction) bool {
	if g.to == nil {
		return ir.Precedes(g.instr, instr)
	}
	return g.to.Parent() == instr.Parent() && g.to.Dominates(instr.Block())
}

// BatonsAt returns the batons that are in hand at instr, by the fields, *types.Var, or
// package variables, *ssa.Global, which hold the channels.
func (r *Result) BatonsAt(instr ssa.Instruction) []any {
	if r.batons == nil {
		r.findBatons()
	}
	var out []any
	for _, b := range r.batons {
		for at := instr; at != nil; at = r.Entry(at.Parent()) {
			if b.inHand(at) {
				out = append(out, b.key)
				break
			}
		}
	}
	return out
}

// grabbed reports whether the function of instr has got b before.
func (b *baton) grabbed(instr ssa.Instruction) bool {
	return slices.ContainsFunc(b.grabs, func(g grab) bool { return g.before(instr) })
}

// inHand reports whether the function of instr has got b before, and not given it back
// since.
func (b *baton) inHand(instr ssa.Instruction) bool {
	for _, r := range b.receives {
		if _, deferred := r.(*ssa.Defer); deferred || r.Parent() != instr.Parent() {
			continue
		}
		if ir.Precedes(r, instr) || ir.Reaches(r.Block(), instr.Block()) {
			return false
		}
	}
	return b.grabbed(instr)
}

// findBatons finds the fields and variables of the package that hold batons, in the
// order of their first use.
func (r *Result) findBatons() {
	r.batons = make([]*baton, 0)
	all := make(map[any]*baton)
	var list []*baton
	of := func(addr ssa.Value) *baton {
		key := place(addr)
		if key == nil {
			return nil
		}
		if all[key] == nil {
			all[key] = &baton{key: key}
			list = append(list, all[key])
		}
		return all[key]
	}
	for _, fn := range r.pkg.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				switch instr := instr.(type) {
				case *ssa.Store:
					if !ir.IsChan(instr.Val.Type()) {
						continue
					}
					if b := of(instr.Addr); b != nil {
						b.made(instr.Val)
					}
				case *ssa.UnOp:
					if instr.Op != token.MUL || !ir.IsChan(instr.Type()) {
						continue
					}
					if b := of(instr.X); b != nil {
						b.used(instr)
					}
				}
			}
		}
	}
	list = slices.DeleteFunc(list, func(b *baton) bool {
		return b.makes == 0 || b.other || len(b.grabs) == 0 || len(b.receives) == 0
	})
	if len(list) == 0 {
		return
	}
	calls := r.staticCalls()
	for _, b := range list {
		b.follow(calls)
		if r.returned(b, calls) {
			r.batons = append(r.batons, b)
		}
	}
}

// place returns the field or package variable at addr.
func place(addr ssa.Value) any {
	switch addr := addr.(type) {
	case *ssa.FieldAddr:
		if f := ir.FieldVar(addr); f != nil {
			return f
		}
	case *ssa.Global:
		if addr.Pkg == nil {
			return nil
		}
		return addr
	}
	return nil
}

// made notes that v is stored as the channel.
func (b *baton) made(v ssa.Value) {
	mc, ok := v.(*ssa.MakeChan)
	if !ok {
		b.other = true
		return
	}
	n, known := ir.Int(mc.Size)
	b.makes++
	b.other = b.other || !known || n != 1
}

// used notes what is done with the channel that load loads.
func (b *baton) used(load *ssa.UnOp) {
	for _, ref := range *load.Referrers() {
		switch ref := ref.(type) {
		case *ssa.Send:
			if ref.Chan == ssa.Value(load) {
				b.grabs = append(b.grabs, grab{instr: ref})
				continue
			}
		case *ssa.Select:
			if to := sendCase(ref, load); to != nil {
				b.grabs = append(b.grabs, grab{ref, to})
				continue
			}
		case *ssa.UnOp:
			if ref.Op == token.ARROW && !ref.CommaOk {
				b.receives = append(b.receives, ref)
				continue
			}
		case *ssa.DebugRef:
			continue
		}
		b.other = true
	}
}

// sendCase returns where a select goes on when it has sent on ch; nil if it does
// something else with ch, too.
func sendCase(sel *ssa.Select, ch ssa.Value) *ssa.BasicBlock {
	index := int64(-1)
	for i, s := range sel.States {
		switch {
		case s.Chan == ch && s.Dir == types.SendOnly && index < 0:
			index = int64(i)
		case s.Chan == ch || s.Send == ch:
			return nil
		}
	}
	for _, ref := range *sel.Referrers() {
		which, ok := ref.(*ssa.Extract)
		if !ok || which.Index != 0 {
			continue
		}
		for _, ref := range *which.Referrers() {
			if cmp, ok := ref.(*ssa.BinOp); ok && cmp.Op == token.EQL {
				if n, known := ir.Int(cmp.Y); known && n == index {
					return whenTrue(cmp)
				}
			}
		}
	}
	return nil
}

// whenTrue returns the block that is only entered if cond is true, from its only
// branch, or nil.
func whenTrue(cond ssa.Value) *ssa.BasicBlock {
	var found *ssa.BasicBlock
	for _, ref := range *cond.Referrers() {
		to, want := cond, 0
		if not, ok := ref.(*ssa.UnOp); ok && not.Op == token.NOT && len(*not.Referrers()) == 1 {
			to, want = not, 1
			ref = (*not.Referrers())[0]
		}
		branch, ok := ref.(*ssa.If)
		if !ok || branch.Cond != to || found != nil {
			continue
		}
		if s := branch.Block().Succs[want]; len(s.Preds) == 1 {
			found = s
		}
	}
	return found
}

// staticCalls returns the calls of the package's functions that are not used for
// anything else, and which others cannot call.
func (r *Result) staticCalls() map[*ssa.Function][]ssa.CallInstruction {
	calls := make(map[*ssa.Function][]ssa.CallInstruction)
	lost := make(map[*ssa.Function]bool)
	var buf [8]*ssa.Value
	for _, fn := range r.pkg.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				var callee ssa.Value
				if call, ok := instr.(ssa.CallInstruction); ok && !call.Common().IsInvoke() {
					if _, spawned := call.(*ssa.Go); !spawned {
						callee = call.Common().Value
						if body := locks.CalleeOf(call.Common(), callee).Body; body != nil {
							calls[body] = append(calls[body], call)
						}
					}
				}
				for _, op := range instr.Operands(buf[:0]) {
					if *op == callee {
						continue
					}
					switch (*op).(type) {
					case *ssa.Function, *ssa.MakeClosure:
					default:
						continue
					}
					if f := locks.CalleeOf(&ssa.CallCommon{Value: *op}, *op).Body; f != nil {
						lost[f] = true
					}
				}
			}
		}
	}
	for fn := range calls {
		if obj, ok := fn.Object().(*types.Func); lost[fn] || !ok || obj.Exported() {
			delete(calls, fn)
		}
	}
	return calls
}

// follow adds the calls of functions that get b, try to, or give it back.
func (b *baton) follow(calls map[*ssa.Function][]ssa.CallInstruction) {
	done := make(map[*ssa.Function]bool)
	for _, g := range slices.Clone(b.grabs) {
		fn := g.instr.Parent()
		if done[fn] || calls[fn] == nil || b.givesBack(fn) {
			continue
		}
		done[fn] = true
		switch {
		case b.always(fn, nil):
			for _, call := range calls[fn] {
				b.grabs = append(b.grabs, grab{instr: call})
			}
		case b.tells(fn):
			for _, call := range calls[fn] {
				if v, ok := call.(*ssa.Call); ok {
					if to := whenTrue(v); to != nil {
						b.grabs = append(b.grabs, grab{call, to})
					}
				}
			}
		}
	}
	for _, rec := range slices.Clone(b.receives) {
		if fn := rec.Parent(); !done[fn] && !b.grabbed(rec) {
			done[fn] = true
			for _, call := range calls[fn] {
				b.receives = append(b.receives, call)
			}
		}
	}
}

// givesBack reports whether fn or a literal in it receives from b.
func (b *baton) givesBack(fn *ssa.Function) bool {
	return slices.ContainsFunc(b.receives, func(r ssa.Instruction) bool { return ir.Outermost(r.Parent()) == fn })
}

// always reports whether b is in hand at the returns of fn, all or those for which is
// holds, and there are any.
func (b *baton) always(fn *ssa.Function, is func(*ssa.Return) bool) bool {
	found := false
	for _, block := range fn.Blocks {
		ret, ok := block.Instrs[len(block.Instrs)-1].(*ssa.Return)
		if !ok || is != nil && !is(ret) {
			continue
		}
		if !b.grabbed(ret) {
			return false
		}
		found = true
	}
	return found
}

// tells reports whether fn returns true only if it has got b.
func (b *baton) tells(fn *ssa.Function) bool {
	res := fn.Signature.Results()
	if res.Len() != 1 || !types.Identical(res.At(0).Type().Underlying(), types.Typ[types.Bool]) {
		return false
	}
	return b.always(fn, func(ret *ssa.Return) bool {
		c, ok := ret.Results[0].(*ssa.Const)
		return !ok || c.Value.String() == "true"
	})
}

// returned reports whether only those receive from b who have sent before: otherwise
// it is a queue.
func (r *Result) returned(b *baton, calls map[*ssa.Function][]ssa.CallInstruction) bool {
	seen := make(map[*ssa.Function]bool)
	var own func(at ssa.Instruction) bool
	own = func(at ssa.Instruction) bool {
		if b.grabbed(at) {
			return true
		}
		fn := at.Parent()
		if mc := r.pkg.Closure(fn); mc != nil {
			return own(mc)
		}
		if seen[fn] || len(calls[fn]) == 0 {
			return false
		}
		seen[fn] = true
		return !slices.ContainsFunc(calls[fn], func(call ssa.CallInstruction) bool { return !own(call) })
	}
	return !slices.ContainsFunc(b.receives, func(rec ssa.Instruction) bool {
		clear(seen)
		return !own(rec)
	})
}
