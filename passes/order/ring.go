package order

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/lockset"
)

// A Ring is a nesting of the locks of two neighbours, of which the last has the first
// for its neighbour, as around the table of the dining philosophers:
//
//	forks[i].Lock()
//	forks[(i+1)%n].Lock()
type Ring struct {
	Edge *Edge
	// Made is where the two are found to be neighbours, if it is elsewhere: where they
	// are passed or stored.
	Made token.Pos
}

// ringDepth bounds the steps from a lock to the place that it comes from: through a
// parameter of a constructor and of who calls that, and a field.
const ringDepth = 4

// ring records that e acquires the lock of the neighbour of who has h, and reports
// whether it is so.
func (a *analyzer) ring(f *lockset.Function, e lockset.Event, h lockset.Lock) bool {
	if e.Site.Via != nil || h.Site.Via != nil || e.Site.Fn != h.Site.Fn || e.Mode == locks.Read && h.Mode == locks.Read {
		return false
	}
	first, second := lockOwner(h.Site.Instr), lockOwner(e.Site.Instr)
	if first == nil || second == nil {
		return false
	}
	made, ok := a.neighbours(first, second, e.Instr.Pos(), ringDepth)
	if !ok || a.eitherWay(f, e.Lock, h.Term) || admitted(h.Site.Instr) {
		return false
	}
	for _, l := range e.State.Locks() {
		if l.Term != h.Term && l.Term != e.Lock && l.Status == lockset.Held && l.Mode == locks.Write {
			return false // one at a time
		}
	}
	edge := &Edge{FromMode: h.Mode, ToMode: e.Mode, FromExpr: h.Site.Expr, ToExpr: e.Site.Expr}
	if slices.ContainsFunc(a.gates(f.Fn, edge, e.Instr, nil), func(g Gate) bool { return g.Mode == locks.Write }) {
		return false
	}
	edge.Pos, edge.End = a.span(e.Site.Instr)
	edge.HeldPos, _ = a.span(h.Site.Instr)
	if made == e.Instr.Pos() {
		made = token.NoPos
	}
	if !slices.ContainsFunc(a.result.Rings, func(r *Ring) bool { return r.Edge.Pos == edge.Pos }) {
		a.result.Rings = append(a.result.Rings, &Ring{edge, made})
	}
	return true
}

// lockOwner returns the object that the lock which call acquires is part of, or the lock.
func lockOwner(call ssa.CallInstruction) ssa.Value {
	args := locks.CalleeOf(call.Common(), call.Common().Value).Args
	if len(args) == 0 {
		return nil
	}
	v := args[0]
	for {
		f, ok := v.(*ssa.FieldAddr)
		if !ok {
			return v
		}
		v = f.X
	}
}

// neighbours reports whether first and second are elements of one list, and the second
// is the one after the first, or before it, in a ring. It returns where that is seen,
// which is pos for the values at hand.
func (a *analyzer) neighbours(first, second ssa.Value, pos token.Pos, depth int) (token.Pos, bool) {
	if depth == 0 {
		return token.NoPos, false
	}
	if x, y := elementOf(first), elementOf(second); x != nil && y != nil {
		return pos, a.same(x.X, y.X) && (a.nextTo(x.Index, y.Index) || a.nextTo(y.Index, x.Index))
	}
	if x, y := fieldLoaded(first), fieldLoaded(second); x != nil && y != nil {
		if !a.same(x.X, y.X) || x.Field == y.Field {
			return token.NoPos, false
		}
		return a.storedAs(x, y, depth)
	}
	p, ok := first.(*ssa.Parameter)
	q, also := second.(*ssa.Parameter)
	if !ok || !also || p == q || p.Parent() != q.Parent() {
		return token.NoPos, false
	}
	i, j := slices.Index(p.Parent().Params, p), slices.Index(p.Parent().Params, q)
	for _, call := range a.callsOf(p.Parent()) {
		args := locks.CalleeOf(call.Common(), call.Common().Value).Args
		if max(i, j) < len(args) {
			if at, ok := a.neighbours(args[i], args[j], call.Pos(), depth-1); ok {
				return at, true
			}
		}
	}
	return token.NoPos, false
}

// storedAs reports whether the package stores neighbours in the fields x and y of one
// object.
func (a *analyzer) storedAs(x, y *ssa.FieldAddr, depth int) (token.Pos, bool) {
	for _, s := range a.storesTo(ir.FieldVar(x)) {
		f := s.Addr.(*ssa.FieldAddr)
		if !sameField(f, x) || f.X.Referrers() == nil {
			continue
		}
		for _, ref := range *f.X.Referrers() {
			g, ok := ref.(*ssa.FieldAddr)
			if !ok || !sameField(g, y) {
				continue
			}
			for _, use := range *g.Referrers() {
				if t, ok := use.(*ssa.Store); ok && t.Addr == ssa.Value(g) {
					if at, ok := a.neighbours(s.Val, t.Val, s.Pos(), depth-1); ok {
						return at, true
					}
				}
			}
		}
	}
	return token.NoPos, false
}

// storesTo returns the stores to the field v of any object, in source order. Fields of
// type parameters are all nil.
func (a *analyzer) storesTo(v *types.Var) []*ssa.Store {
	if a.stores == nil {
		a.stores = make(map[*types.Var][]*ssa.Store)
		for instr := range a.m.IR.Instructions() {
			if s, ok := instr.(*ssa.Store); ok {
				if f, ok := s.Addr.(*ssa.FieldAddr); ok {
					a.stores[ir.FieldVar(f)] = append(a.stores[ir.FieldVar(f)], s)
				}
			}
		}
	}
	return a.stores[v]
}

func sameField(f, g *ssa.FieldAddr) bool {
	return f.Field == g.Field && types.Identical(f.X.Type(), g.X.Type())
}

// elementOf returns the address of the element that v is, or points to.
func elementOf(v ssa.Value) *ssa.IndexAddr {
	if load, ok := v.(*ssa.UnOp); ok && load.Op == token.MUL {
		v = load.X
	}
	x, _ := v.(*ssa.IndexAddr)
	return x
}

// fieldLoaded returns the field that v is loaded from, or nil.
func fieldLoaded(v ssa.Value) *ssa.FieldAddr {
	load, ok := v.(*ssa.UnOp)
	if !ok || load.Op != token.MUL {
		return nil
	}
	f, _ := load.X.(*ssa.FieldAddr)
	return f
}

// same reports whether x and y are one value.
func (a *analyzer) same(x, y ssa.Value) bool { return x == y || a.m.Eval(x) == a.m.Eval(y) }

// nextTo reports whether the index j is i plus or minus something, modulo a length.
func (a *analyzer) nextTo(i, j ssa.Value) bool {
	rem, ok := j.(*ssa.BinOp)
	if !ok || rem.Op != token.REM {
		return false
	}
	v := rem.X
	for {
		sum, ok := v.(*ssa.BinOp)
		if !ok || sum.Op != token.ADD && sum.Op != token.SUB {
			return false
		}
		if a.same(sum.X, i) || sum.Op == token.ADD && a.same(sum.Y, i) {
			return true
		}
		v = sum.X
	}
}

// eitherWay reports whether f also acquires the lock second while it has first: it
// breaks the ring.
func (a *analyzer) eitherWay(f *lockset.Function, first, second *locks.Term) bool {
	return slices.ContainsFunc(f.Events, func(e lockset.Event) bool {
		return e.Kind == lockset.Acquired && e.Lock == second && slices.ContainsFunc(e.State.Locks(), func(h lockset.Lock) bool {
			return h.Term == first && h.Status == lockset.Held
		})
	})
}

// admitted reports whether something is received or sent before call on all ways there:
// it may let in less than all.
func admitted(call ssa.CallInstruction) bool {
	for b := call.Block(); b != nil; b = b.Idom() {
		for _, instr := range b.Instrs {
			if instr == ssa.Instruction(call) {
				break
			}
			switch instr := instr.(type) {
			case *ssa.Send, *ssa.Select:
				return true
			case *ssa.UnOp:
				if instr.Op == token.ARROW {
					return true
				}
			case *ssa.Call:
				if fn := locks.CalleeOf(&instr.Call, instr.Call.Value).Func; fn != nil && fn.Name() == "Acquire" {
					return true
				}
			}
		}
	}
	return false
}
