package chans

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/known"
	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/spawn"
)

// stops are the names of methods after whose call an object is expected to do nothing
// any more.
var stops = []string{"Close", "Stop", "Shutdown"}

// endless returns the leak of the goroutine that s starts if it can never end, and
// belongs to an object that can be closed, or nil.
func (r *Result) endless(s *spawn.Spawn) *Leak {
	if s.Kind == spawn.Handler || s.Kind == spawn.Test || s.Instr == nil || r.ir.InTest(s.Instr.Pos()) || s.Daemon {
		return nil
	}
	if len(s.Bodies) != 1 || r.mayEnd(s.Bodies[0]) || !r.pauses(s.Bodies[0]) {
		return nil
	}
	owner, stop := r.ownerOf(s)
	if owner == nil {
		return nil
	}
	l := &Leak{Kind: Endless, Pos: s.Instr.Pos(), End: s.Instr.Pos(), Type: owner.Obj().Name(), Stop: stop}
	return l
}

// mayEnd reports whether fn may come to its end: there is a way to a return that
// does not need a channel to be closed which nobody closes.
func (r *Result) mayEnd(fn *ssa.Function) bool {
	seen := make(map[*ssa.BasicBlock]bool)
	var visit func(b *ssa.BasicBlock) bool
	visit = func(b *ssa.BasicBlock) bool {
		if seen[b] {
			return false
		}
		seen[b] = true
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.Return, *ssa.Panic:
				return true
			case *ssa.Call:
				for _, c := range r.Spawns.Callees(instr) {
					if c.Body != nil && c.Body != fn && !returns(c.Body) {
						return true // decided there
					}
				}
				if len(b.Succs) == 0 {
					return true // it ends the goroutine
				}
			}
		}
		for i, s := range b.Succs {
			if i == 1 && b.Comment == "rangechan.loop" && r.neverCloses(b) {
				continue
			}
			if visit(s) {
				return true
			}
		}
		return false
	}
	return len(fn.Blocks) == 0 || visit(fn.Blocks[0])
}

// neverCloses reports whether the loop with this header ranges over a channel that
// nobody closes: that of a ticker, or one of the package.
func (r *Result) neverCloses(head *ssa.BasicBlock) bool {
	for _, instr := range head.Instrs {
		for _, op := range r.of[instr] {
			if isTimer(op.Chan) {
				return true
			}
			objects := r.Spawns.Objects(op.Chan)
			for _, o := range objects {
				if o.Unknown || o.Make() == nil || o.Escapes&spawn.SendEnd != 0 || r.has(o, Close) || ofPackage(o) {
					return false
				}
			}
			return len(objects) > 0
		}
	}
	return false
}

// ofPackage reports whether a package variable may hold o, so that it is used as long as
// the program runs.
func ofPackage(o *spawn.Object) bool {
	return slices.ContainsFunc(o.Holders, func(h any) bool { _, ok := h.(*ssa.Global); return ok })
}

// isTimer reports whether v is the channel of a time.Ticker or time.Timer, or comes
// from time.Tick or time.After.
func isTimer(v ssa.Value) bool {
	switch v := v.(type) {
	case *ssa.UnOp:
		if f, ok := v.X.(*ssa.FieldAddr); ok {
			p, ok := f.X.Type().Underlying().(*types.Pointer)
			return ok && isTime(p.Elem())
		}
	case *ssa.Call:
		c := locks.CalleeOf(&v.Call, v.Call.Value)
		name := known.NameOf(c.Func)
		return name.Pkg == "time" && (name.Func == "Tick" || name.Func == "After")
	case *ssa.ChangeType:
		return isTimer(v.X)
	}
	return false
}

func isTime(t types.Type) bool {
	n, ok := types.Unalias(t).(*types.Named)
	return ok && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == "time"
}

// pauses reports whether fn waits for something in a loop: a channel, a ticker,
// time.Sleep.
func (r *Result) pauses(fn *ssa.Function) bool {
	for _, b := range fn.Blocks {
		if !inLoop(b) {
			continue
		}
		for _, instr := range b.Instrs {
			for _, op := range r.of[instr] {
				if op.Role == Receive && (op.Select == nil || op.Select.Blocking) {
					return true
				}
			}
			if call, ok := instr.(*ssa.Call); ok {
				name := known.NameOf(locks.CalleeOf(&call.Call, call.Call.Value).Func)
				if name.Pkg == "time" && name.Func == "Sleep" {
					return true
				}
			}
		}
	}
	return false
}

// ownerOf returns the type of the package to whose object the goroutine of s
// belongs, and the method that closes it, or nil.
func (r *Result) ownerOf(s *spawn.Spawn) (*types.Named, string) {
	body := s.Bodies[0]
	var candidates []types.Type
	if recv := body.Signature.Recv(); recv != nil {
		candidates = append(candidates, recv.Type())
	}
	for _, fv := range body.FreeVars {
		candidates = append(candidates, fv.Type())
		if p, ok := fv.Type().Underlying().(*types.Pointer); ok {
			candidates = append(candidates, p.Elem())
		}
	}
	for _, arg := range s.Args {
		candidates = append(candidates, arg.Type())
	}
	in := s.In
	for in.Parent() != nil {
		in = in.Parent()
	}
	owns := make(map[*types.Named]bool)
	if recv := in.Signature.Recv(); recv != nil {
		if n := r.named(recv.Type()); n != nil {
			owns[n] = true
		}
	}
	for v := range in.Signature.Results().Variables() {
		if n := r.named(v.Type()); n != nil {
			owns[n] = true
		}
	}
	for _, t := range candidates {
		n := r.named(t)
		if n == nil || !owns[n] {
			continue
		}
		for _, stop := range stops {
			obj, _, _ := types.LookupFieldOrMethod(types.NewPointer(n), true, r.pass.Pkg, stop)
			if fn, ok := obj.(*types.Func); ok && fn.Pkg() == r.pass.Pkg && fn.Signature().Params().Len() <= 1 {
				return n, stop
			}
		}
	}
	return nil, ""
}

// named returns the named type of the package that t is or points to, or nil.
func (r *Result) named(t types.Type) *types.Named {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	n, ok := types.Unalias(t).(*types.Named)
	if !ok || n.Obj().Pkg() != r.pass.Pkg {
		return nil
	}
	return n.Origin()
}
