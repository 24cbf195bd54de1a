package order

import (
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/lockset"
	"github.com/concurlint/concurlint/passes/ownership"
)

// A Pair is a function that nests the locks of two of its parameters, or the call of
// such a function of another package.
type Pair struct {
	Edge *Edge
	Func string // as messages call it
	// Foreign reports whether it is a call: then the edge has no position of where the
	// first lock was acquired.
	Foreign bool
}

// A Nest tells the callers of an exported function of an internal package which two
// parameters' locks it nests: they know whether the arguments may be exchanged.
type Nest struct {
	// First and Second are the numbers of the parameters whose locks are acquired, the
	// receiver being the first.
	First, Second int
	// FirstExpr and SecondExpr are the locks as the source writes them.
	FirstExpr, SecondExpr string
	At                    string // file:line of the second acquisition
}

// internal reports whether only the packages of one tree can import the one with the
// given path, so that all calls of its functions are the author's own.
func internal(path string) bool { return slices.Contains(strings.Split(path, "/"), "internal") }

// pair records that a function nests locks of one class that belong to two of
// its parameters, in the order that its caller chooses.
func (a *analyzer) pair(f *lockset.Function, e lockset.Event, h lockset.Lock, edge *Edge) {
	p, q := parameter(h.Term), parameter(e.Lock)
	if p == nil || q == nil || p == q || p.Parent() != q.Parent() || p.Parent() != f.Fn || !types.Identical(p.Type(), q.Type()) || compared(e.Instr, p, q) {
		return
	}
	if chosen(e.Site.Instr) || chosen(h.Site.Instr) {
		return // which of the two it is was decided before
	}
	if e.Site.Via != nil && e.Site.Via.Chain != nil || e.Mode == locks.Read && h.Mode == locks.Read && !a.writes[edge.From] {
		return
	}
	for _, g := range a.gates(f.Fn, edge, e.Instr, e.State.Locks()) {
		if g.Mode == locks.Write {
			return
		}
	}
	edge.Pos, edge.End = a.span(e.Site.Instr)
	edge.HeldPos, _ = a.span(h.Site.Instr)
	first, second := slices.Index(f.Fn.Params, p), slices.Index(f.Fn.Params, q)
	if !a.bothWays(f.Fn, first, second) {
		return
	}
	obj, ok := f.Fn.Object().(*types.Func)
	if ok && obj.Exported() && internal(a.pass.Pkg.Path()) && a.exchanged(a.callsOf(f.Fn), first, second) == nil {
		a.handed[obj] = append(a.handed[obj], Nest{first, second, edge.FromExpr, edge.ToExpr, a.m.Position(edge.Pos)})
		return
	}
	if !slices.ContainsFunc(a.result.Pairs, func(y *Pair) bool { return y.Edge.Pos == edge.Pos }) {
		a.result.Pairs = append(a.result.Pairs, &Pair{Edge: edge, Func: a.display(f.Fn)})
	}
}

// chosen reports whether the receiver of call is one of several values.
func chosen(call ssa.CallInstruction) bool {
	args := locks.CalleeOf(call.Common(), call.Common().Value).Args
	if len(args) == 0 {
		return false
	}
	v := args[0]
	for {
		switch u := v.(type) {
		case *ssa.FieldAddr:
			v = u.X
			continue
		case *ssa.Phi:
			return true
		}
		return false
	}
}

// parameter returns the parameter that decides which lock t is: the object whose
// own field it is, at any depth of embedding, or the key of the element whose field
// it is. It is nil if no parameter does.
func parameter(t *locks.Term) *ssa.Parameter {
	for t.Kind == locks.Field {
		t = t.X
	}
	if t.Kind == locks.Deref && t.X.Kind == locks.Elem {
		t = t.X
	}
	if t.Kind == locks.Elem {
		t = t.Y
	}
	if t.Kind != locks.Root {
		return nil
	}
	p, _ := t.Val.(*ssa.Parameter)
	return p
}

// bothWays reports whether fn may be called with the objects for two of its
// parameters exchanged: by other packages, or by the calls at hand.
func (a *analyzer) bothWays(fn *ssa.Function, i, j int) bool {
	obj, ok := fn.Object().(*types.Func)
	if !ok || obj.Exported() {
		return true
	}
	calls := a.callsOf(fn)
	return len(calls) == 0 || a.exchanged(calls, i, j) != nil
}

// callsOf returns the calls of fn in the package, in source order.
func (a *analyzer) callsOf(fn *ssa.Function) []ssa.CallInstruction {
	if a.sites == nil {
		a.sites = make(map[*ssa.Function][]ssa.CallInstruction)
		for instr := range a.m.IR.Instructions() {
			if call, ok := instr.(ssa.CallInstruction); ok {
				if body := locks.CalleeOf(call.Common(), call.Common().Value).Body; body != nil {
					a.sites[body] = append(a.sites[body], call)
				}
			}
		}
	}
	return a.sites[fn]
}

// exchanged returns the first of calls that another may meet, or itself on another
// goroutine, with arguments i and j exchanged; nil if all always pass the same two kinds
// of objects in the same order, or one that nobody else knows.
func (a *analyzer) exchanged(calls []ssa.CallInstruction, i, j int) ssa.CallInstruction {
	type kinds struct{ first, second any }
	seen := make(map[kinds]bool)
	for _, call := range calls {
		args := locks.CalleeOf(call.Common(), call.Common().Value).Args
		if max(i, j) >= len(args) || a.own.Of(args[i], call) == ownership.Private || a.own.Of(args[j], call) == ownership.Private {
			continue
		}
		k := kinds{kindOf(args[i]), kindOf(args[j])}
		seen[k] = true
		if k.first == k.second || seen[kinds{k.second, k.first}] {
			return call
		}
	}
	return nil
}

// kindOf returns what v is, as far as another argument may be of the same kind:
// the field that it is loaded from, or nil.
func kindOf(v ssa.Value) any {
	if load, ok := v.(*ssa.UnOp); ok && load.Op == token.MUL {
		v = load.X
	}
	if f, ok := v.(*ssa.FieldAddr); ok && ir.FieldVar(f) != nil {
		return ir.FieldVar(f)
	}
	return nil
}

// compared reports whether instr runs only after a test that compares p with q,
// or parts of them: that is how one order is chosen for all.
func compared(instr ssa.Instruction, p, q *ssa.Parameter) bool {
	for b := instr.Block(); b != nil; b = b.Idom() {
		branch, ok := b.Instrs[len(b.Instrs)-1].(*ssa.If)
		if !ok {
			continue
		}
		cmp, ok := branch.Cond.(*ssa.BinOp)
		if ok && (cmp.Op == token.EQL || cmp.Op == token.NEQ) && dependsOn(cmp.X, p, 0) != dependsOn(cmp.X, q, 0) {
			continue // whether they are the same
		}
		if !dependsOn(branch.Cond, p, 0) || !dependsOn(branch.Cond, q, 0) {
			continue
		}
		for _, s := range b.Succs {
			if len(s.Preds) == 1 && s.Dominates(instr.Block()) {
				return true
			}
		}
	}
	return false
}

// dependsOn reports whether v is computed from p.
func dependsOn(v ssa.Value, p *ssa.Parameter, depth int) bool {
	if v == ssa.Value(p) {
		return true
	}
	instr, ok := v.(ssa.Instruction)
	if !ok || depth > 8 {
		return false
	}
	var buf [8]*ssa.Value
	for _, op := range instr.Operands(buf[:0]) {
		if *op != nil && dependsOn(*op, p, depth+1) {
			return true
		}
	}
	return false
}

// importPairs adds the calls of functions of other packages that leave it to their
// callers in which order they lock the objects that they get.
func (a *analyzer) importPairs() {
	for _, fn := range a.nesting {
		for _, n := range a.handed[fn] {
			call := a.exchanged(a.nests[fn], n.First, n.Second)
			if call == nil || a.m.IR.InTest(call.Pos()) {
				continue
			}
			edge := &Edge{FromExpr: n.FirstExpr, ToExpr: n.SecondExpr, Call: a.callName(call), At: n.At}
			edge.Pos, edge.End = a.span(call)
			a.result.Pairs = append(a.result.Pairs, &Pair{Edge: edge, Func: displayName(fn), Foreign: true})
		}
	}
}
