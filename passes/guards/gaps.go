package guards

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/lockset"
	"github.com/concurlint/concurlint/passes/ownership"
)

// A Gap is a write that depends on what was read in an earlier critical section
// of the same lock: between the two others may have changed it.
type Gap struct {
	// Expr is what is written, or called to write it, and Lock the lock, as the
	// source writes them.
	Expr, Lock string
	Call       bool
	Pos, End   token.Pos
	// Read is the position of the read.
	Read token.Pos
	// Value reports whether what was read decides the value that is written, and
	// not only whether it is.
	Value bool
}

// A touch is a read or write of a datum in a critical section of the function
// itself, or of a function that it calls.
type touch struct {
	instr ssa.Instruction
	v     *types.Var
	at    *locks.Term // the location
	key   *locks.Term // of an element, if it is one element of a map
	lock  *locks.Term
	site  any // identifies the section
	write bool
	// deletes is set for the deletion of an element: it does no harm if the
	// element is gone already.
	deletes bool
	pos     token.Pos
	// values are what is read or, of a write, what is written.
	values []ssa.Value
	// holds are the other locks that are held there, with their sections.
	holds []lockset.Lock
}

// findGaps finds the writes that depend on stale reads.
func (a *analyzer) findGaps() {
	own := make(map[*ssa.Function][]touch)
	callee := make(map[*ssa.Function][]touch) // those that matter to callers
	for _, fn := range a.m.IR.Funcs {
		if !a.inTest(fn) { // nor does code that is not a test call one
			own[fn] = a.touchesOf(fn)
			callee[fn] = a.matters(fn, own[fn])
		}
	}
	for _, fn := range a.m.IR.Funcs {
		if !a.inTest(fn) && !a.serial[fn] {
			a.findGapsIn(fn, append(slices.Clip(own[fn]), a.touchesBelow(fn, callee)...))
		}
	}
	slices.SortStableFunc(a.result.Gaps, func(g, h *Gap) int { return a.m.IR.Compare(g.Pos, h.Pos) })
}

// touchesOf returns what fn itself reads and writes in critical sections of its
// own.
func (a *analyzer) touchesOf(fn *ssa.Function) []touch {
	var out []touch
	visits := a.visits(fn)
	for i := range visits {
		v := &visits[i]
		if v.Access == nil || v.Access.Elem || v.Joined || v.Access.Atomic || v.Access.Calls || a.exempt(v.Access) {
			continue
		}
		for _, l := range v.Locks {
			if l.Status != lockset.Held || l.Doubt || l.Site == nil || leadsTo(v.At, l.Term) {
				continue
			}
			t := touch{
				instr: v.Instr, v: v.Access.Var, at: v.At, lock: l.Term, site: l.Site,
				write: v.Access.Write, pos: v.Access.Pos, holds: v.Locks,
			}
			if !t.pos.IsValid() {
				t.pos = a.near(v.Instr)
			}
			a.fill(&t)
			out = append(out, t)
		}
	}
	return out
}

// leadsTo reports whether the object with the field at location at has the lock only
// in reach, through a pointer in it: the lock is there for the data of what the object
// belongs to, and two steps on the object itself need not exclude each other.
func leadsTo(at, lock *locks.Term) bool {
	object := at
	for object.Kind == locks.Field {
		object = object.X
	}
	loads := false
	for t := lock; t != nil; t = t.X {
		if t == object {
			return loads
		}
		loads = loads || t.Kind == locks.Deref
	}
	return false
}

// fill finds the values that t reads or writes, and the key.
func (a *analyzer) fill(t *touch) {
	switch instr := t.instr.(type) {
	case *ssa.Store:
		t.values = []ssa.Value{instr.Val}
	case *ssa.UnOp:
		if !t.write {
			t.values = []ssa.Value{instr}
		}
		for _, ref := range *instr.Referrers() {
			switch ref := ref.(type) {
			case *ssa.MapUpdate:
				t.key = a.m.Eval(ref.Key)
				t.values = append(t.values, ref.Value)
			case *ssa.Lookup:
				if ref.X == ssa.Value(instr) {
					t.key = a.m.Eval(ref.Index)
				}
			case *ssa.Call:
				if b, ok := ref.Call.Value.(*ssa.Builtin); ok && b.Name() == "delete" {
					t.deletes = true
				}
			}
		}
	}
}

// matters returns those of fn's own touches that matter to its callers: what it reads
// for its result and what it writes without looking.
func (a *analyzer) matters(fn *ssa.Function, own []touch) []touch {
	if len(a.sites[fn]) == 0 {
		return nil
	}
	var out []touch
	for _, t := range own {
		if t.write && !t.constant() && !a.looks(t, own) || !t.write && !reserved(t, own) && returned(fn, t.values) {
			out = append(out, t)
		}
	}
	return out
}

// touchesBelow returns what of the functions that fn calls matters to it.
func (a *analyzer) touchesBelow(fn *ssa.Function, callee map[*ssa.Function][]touch) []touch {
	var out []touch
	visits := a.visits(fn)
	for i := range visits {
		v := &visits[i]
		call, ok := v.Instr.(*ssa.Call)
		if !ok || len(callee[v.Callee]) == 0 || v.Joined || a.serial[v.Callee] || a.ownCall(v.Callee, call) {
			continue
		}
		for _, t := range callee[v.Callee] {
			n := t
			n.instr, n.site, n.pos, n.holds = call, call, call.Pos(), v.Locks
			n.values = nil
			if t.write {
				n.values = a.argsWritten(v.Callee, t, call)
			} else {
				n.values = []ssa.Value{call}
			}
			n.at = a.inCaller(t.at, v)
			n.lock = a.inCaller(t.lock, v)
			if n.at == nil || n.lock == nil {
				continue
			}
			if t.key != nil {
				n.key = a.inCaller(t.key, v)
				if n.key == nil {
					continue
				}
			}
			out = append(out, n)
		}
	}
	return out
}

// ownCall reports whether call is made for an object that nobody else can reach.
func (a *analyzer) ownCall(callee *ssa.Function, call *ssa.Call) bool {
	args := locks.CalleeOf(&call.Call, call.Call.Value).Args
	if callee.Signature.Recv() == nil || len(args) == 0 {
		return false
	}
	switch a.own.Of(args[0], call) {
	case ownership.Private, ownership.Received, ownership.Stored:
		return true
	}
	return false
}

// inCaller returns t, a term of the function that v calls, in terms of the
// caller; nil if it has no name there.
func (a *analyzer) inCaller(t *locks.Term, v *lockset.Visit) *locks.Term {
	if t.Kind == locks.Const || v.Callee.Parent() != nil { // literals share their terms
		return t
	}
	return a.outward(t, site{visit: v}, v.Callee)
}

// looks reports whether the section of w reads anything of the same object and
// decides by it whether to write. An earlier section that reads the data itself will do:
// if that is not enough, it is the function of w that has the gap, not its callers.
func (a *analyzer) looks(w touch, all []touch) bool {
	return a.looksFirst(w) || slices.ContainsFunc(all, func(r touch) bool {
		return !r.write && r.at.X == w.at.X && (r.site == w.site || r.v == w.v && r.lock == w.lock) && a.turnsOn(r.values, w.instr)
	})
}

// turnsOn reports whether a branch on what values tell, be it through a call, leads to
// instr on one side and past it on the other.
func (a *analyzer) turnsOn(values []ssa.Value, instr ssa.Instruction) bool {
	for _, v := range values {
		for _, b := range a.branchesOn(v) {
			if a.parts(b, instr.Block()) {
				return true
			}
		}
	}
	return false
}

// branchesOn returns the blocks that end in a branch on what v tells, be it through
// a call, in no order.
func (a *analyzer) branchesOn(v ssa.Value) []*ssa.BasicBlock {
	out, ok := a.branches[v]
	if !ok {
		for cond := range follow(v, true) {
			for _, ref := range *cond.Referrers() {
				if branch, ok := ref.(*ssa.If); ok {
					out = append(out, branch.Block())
				}
			}
		}
		a.branches[v] = out
	}
	return out
}

// parts reports whether the branch at the end of b decides if block to runs before b runs
// again.
func (a *analyzer) parts(b, to *ssa.BasicBlock) bool {
	if b.Parent() != to.Parent() {
		return false
	}
	sides, ok := a.sides[b]
	if !ok {
		sides = [2][]bool{reachedFrom(b.Succs[0], b), reachedFrom(b.Succs[1], b)}
		a.sides[b] = sides
	}
	return sides[0][to.Index] != sides[1][to.Index]
}

// reachedFrom tells, by their index, which blocks can run from block from on, it included,
// until past does.
func reachedFrom(from, past *ssa.BasicBlock) []bool {
	reached := make([]bool, len(from.Parent().Blocks))
	work := []*ssa.BasicBlock{from}
	for len(work) > 0 {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		if reached[b.Index] {
			continue
		}
		reached[b.Index] = true
		if b != past {
			work = append(work, b.Succs...)
		}
	}
	return reached
}

// constant reports whether t writes a constant: to do so twice does no harm.
func (t *touch) constant() bool {
	for _, v := range t.values {
		if _, ok := v.(*ssa.Const); !ok {
			return false
		}
	}
	return len(t.values) > 0
}

// argsWritten returns the arguments of call that its callee writes at t.
func (a *analyzer) argsWritten(callee *ssa.Function, t touch, call *ssa.Call) []ssa.Value {
	var out []ssa.Value
	args := locks.CalleeOf(&call.Call, call.Call.Value).Args
	for i, p := range callee.Params {
		if i < len(args) && derived(p)[orNil(t.values)] {
			out = append(out, args[i])
		}
	}
	return out
}

func orNil(vs []ssa.Value) ssa.Value {
	if len(vs) == 0 {
		return nil
	}
	return vs[len(vs)-1]
}

// returned reports whether fn returns something that depends on one of values.
func returned(fn *ssa.Function, values []ssa.Value) bool {
	for _, v := range values {
		d := derived(v)
		for _, b := range fn.Blocks {
			if ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return); ok {
				for _, r := range ret.Results {
					if d[r] {
						return true
					}
				}
			}
		}
	}
	return false
}

// derived returns the values that are computed from v alone or with others:
// comparisons, elements, lengths.
func derived(v ssa.Value) map[ssa.Value]bool { return follow(v, false) }

// follow returns the values that are computed from v and, if calls is set, those that
// calls return which get one of them, or the address of a variable with one.
func follow(v ssa.Value, calls bool) map[ssa.Value]bool {
	seen := make(map[ssa.Value]bool)
	var visit func(v ssa.Value)
	visit = func(v ssa.Value) {
		if seen[v] || v.Referrers() == nil || len(seen) > maxDerived {
			return
		}
		seen[v] = true
		for _, ref := range *v.Referrers() {
			switch ref := ref.(type) {
			case *ssa.BinOp, *ssa.UnOp, *ssa.Phi, *ssa.Convert, *ssa.ChangeType, *ssa.MakeInterface, *ssa.ChangeInterface,
				*ssa.TypeAssert, *ssa.Extract, *ssa.Lookup, *ssa.Index, *ssa.Field, *ssa.Slice:
				if u, ok := ref.(*ssa.UnOp); ok && u.Op == token.MUL {
					if _, field := v.(*ssa.FieldAddr); !field {
						if _, elem := v.(*ssa.IndexAddr); !elem {
							continue
						}
					}
				}
				visit(ref.(ssa.Value))
			case *ssa.IndexAddr:
				visit(ref)
			case *ssa.Call:
				if b, ok := ref.Call.Value.(*ssa.Builtin); calls || ok && (b.Name() == "len" || b.Name() == "append" || b.Name() == "min" || b.Name() == "max") {
					visit(ref)
				}
			case *ssa.Store:
				alloc, ok := ref.Addr.(*ssa.Alloc)
				if !ok || ref.Val != v {
					continue
				}
				for _, use := range *alloc.Referrers() {
					switch use := use.(type) {
					case *ssa.UnOp:
						if use.Op == token.MUL && !overwritten(alloc, ref, use) {
							visit(use)
						}
					case *ssa.Call:
						if calls && !overwritten(alloc, ref, use) {
							visit(use)
						}
					}
				}
			}
		}
	}
	visit(v)
	return seen
}

// overwritten reports whether use never sees what s stores in alloc: the variable has
// been set anew in between.
func overwritten(alloc *ssa.Alloc, s *ssa.Store, use ssa.Instruction) bool {
	return slices.ContainsFunc(*alloc.Referrers(), func(ref ssa.Instruction) bool {
		other, ok := ref.(*ssa.Store)
		return ok && other != s && other.Addr == ssa.Value(alloc) && ir.Precedes(s, other) && ir.Precedes(other, use)
	})
}

// maxDerived bounds the values that are followed from one read.
const maxDerived = 200

// findGapsIn finds the gaps in fn.
func (a *analyzer) findGapsIn(fn *ssa.Function, all []touch) {
	done := make(map[ssa.Instruction]bool)
	for _, w := range all {
		if !w.write || w.deletes || done[w.instr] || a.ignored(fn, w.pos) {
			continue
		}
		for _, r := range all {
			if r.write || r.v != w.v || r.at != w.at || r.lock != w.lock || r.site == w.site || r.instr == w.instr {
				continue
			}
			if r.key != nil && w.key != nil && r.key != w.key || !before(r, w) || a.continuous(fn, r, w) || reserved(r, all) || a.claimed(r, w) {
				continue
			}
			value := written(r, w)
			if !value && (!a.decides(r, w) || a.harmless(fn, r, w)) || a.rechecked(fn, w, all) || a.writesBare(fn, w) {
				continue
			}
			done[w.instr] = true
			if !a.permitted(fn, w.pos, w.v) {
				a.gap(fn, r, w, value)
			}
			break
		}
	}
}

// harmless reports whether a stale decision to write w does no harm: it sets a flag,
// or fills a cache, once more, or only one goroutine decides.
func (a *analyzer) harmless(fn *ssa.Function, r, w touch) bool {
	if len(w.values) > 0 {
		v := w.values[len(w.values)-1]
		if w.key == nil && w.constant() && (isFlag(v.Type()) && !actsBeside(w.instr) || a.nothingElse(fn, w)) {
			return true
		}
		if w.key != nil && w.key == r.key && !a.hasState(v.Type()) {
			return true
		}
	}
	return a.onlyOnce(fn)
}

// nothingElse reports whether the section of w calls nothing: a constant that is stored
// there twice, or after somebody else, changes nothing.
func (a *analyzer) nothingElse(fn *ssa.Function, w touch) bool {
	return !slices.ContainsFunc(a.visits(fn), func(v lockset.Visit) bool {
		call, ok := v.Instr.(ssa.CallInstruction)
		if !ok || !slices.ContainsFunc(v.Locks, func(l lockset.Lock) bool { return l.Status == lockset.Held && any(l.Site) == w.site }) {
			return false
		}
		_, lock := locks.OpOf(locks.CalleeOf(call.Common(), call.Common().Value).Func)
		return !lock
	}) && !actsBeside(w.instr)
}

// actsBeside reports whether the block of instr does what must not be done twice:
// it closes a channel, sends on one or starts a goroutine.
func actsBeside(instr ssa.Instruction) bool {
	return slices.ContainsFunc(instr.Block().Instrs, func(in ssa.Instruction) bool {
		switch in := in.(type) {
		case *ssa.Send, *ssa.Go:
			return true
		case *ssa.Call:
			b, ok := in.Call.Value.(*ssa.Builtin)
			return ok && b.Name() == "close"
		}
		return false
	})
}

func isFlag(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Kind() != types.UntypedNil
}

// hasState reports whether it matters which of two values of type t, made for the same
// key, is kept: others may have changed the one that is lost.
func (a *analyzer) hasState(t types.Type) bool {
	if _, ok := types.Unalias(t).(*types.TypeParam); ok {
		return true
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Info()&types.IsNumeric != 0
	case *types.Map, *types.Chan, *types.Slice:
		return true
	case *types.Pointer:
		n, ok := types.Unalias(u.Elem()).(*types.Named)
		return ok && n.Obj().Pkg() == a.pass.Pkg
	case *types.Struct:
		for f := range u.Fields() {
			if a.hasState(f.Type()) {
				return true
			}
		}
	}
	return false
}

// onlyOnce reports whether fn runs on one goroutine only.
func (a *analyzer) onlyOnce(fn *ssa.Function) bool {
	homes := a.homes(fn)
	for home := range homes {
		if a.goes[home] != 1 && !a.spawnedOnce(home) || a.root(home) || a.uses[home] > startedUse {
			return false
		}
	}
	return len(homes) == 1
}

// spawnedOnce reports whether fn is a literal that is only passed to what starts a goroutine
// for it, outside of any loop.
func (a *analyzer) spawnedOnce(fn *ssa.Function) bool {
	if a.uses[fn] != startedUse || a.goes[fn] > 0 || fn.Parent() == nil {
		return false
	}
	starts := 0
	for _, b := range fn.Parent().Blocks {
		for _, instr := range b.Instrs {
			if mc, ok := instr.(*ssa.MakeClosure); ok && mc.Fn == ssa.Value(fn) {
				starts++
				if ir.Reaches(b, b) {
					return false
				}
			}
		}
	}
	return starts == 1
}

// before reports whether r runs before w whenever w runs.
func before(r, w touch) bool {
	rb, wb := r.instr.Block(), w.instr.Block()
	if rb == wb {
		return slices.Index(rb.Instrs, r.instr) < slices.Index(wb.Instrs, w.instr)
	}
	return rb.Dominates(wb)
}

// reserved reports whether the section of r writes the object, too: then it has
// said what it is up to, as with a flag "busy".
func reserved(r touch, all []touch) bool {
	return slices.ContainsFunc(all, func(t touch) bool { return t.write && t.at.X == r.at.X && t.site == r.site })
}

// claimed reports whether the section of r writes a field of the object that r has found:
//
//	if s.sys == nil || s.sys.done == nil { ... return }
//	s.sys.done = nil
//
// It is looked for among the stores that precede w, since a channel is no access.
func (a *analyzer) claimed(r, w touch) bool {
	for b := w.instr.Block(); b != nil; b = b.Idom() {
		for _, instr := range b.Instrs {
			s, ok := instr.(*ssa.Store)
			if !ok || !ir.Precedes(r.instr, s) || !ir.Precedes(s, w.instr) || releasedBetween(r.instr, s) {
				continue
			}
			if f, ok := s.Addr.(*ssa.FieldAddr); ok {
				if load, ok := f.X.(*ssa.UnOp); ok && load.Op == token.MUL && a.m.Eval(load.X) == r.at {
					return true
				}
			}
		}
	}
	return false
}

// writesBare reports whether fn writes other fields of the object of w, which nothing
// guards, with no lock held: it expects nobody else in here, and its caller lets in one
// at a time. The lock is for those who read elsewhere.
func (a *analyzer) writesBare(fn *ssa.Function, w touch) bool {
	return slices.ContainsFunc(a.visits(fn), func(v lockset.Visit) bool {
		acc := v.Access
		return acc != nil && acc.Write && !acc.Atomic && !v.Joined && v.At.X == w.at.X && acc.Var != w.v && !a.exempt(acc) &&
			!slices.ContainsFunc(v.Locks, func(l lockset.Lock) bool { return l.Status != lockset.Free }) &&
			!slices.ContainsFunc(a.result.Guards, func(g *Guard) bool { return g.Var == acc.Var })
	})
}

// releasedBetween reports whether a lock is released on each way from instruction from to
// instruction to, which it precedes.
func releasedBetween(from, to ssa.Instruction) bool {
	for b := to.Block(); b != nil; b = b.Idom() {
		for _, instr := range b.Instrs {
			call, ok := instr.(*ssa.Call)
			if !ok || !ir.Precedes(from, call) || !ir.Precedes(call, to) {
				continue
			}
			if op, ok := locks.OpOf(locks.CalleeOf(&call.Call, call.Call.Value).Func); ok && op.Action == locks.Release {
				return true
			}
		}
	}
	return false
}

// continuous reports whether a lock is held from r to w: nothing changes in
// between for those who respect it.
func (a *analyzer) continuous(fn *ssa.Function, r, w touch) bool {
	e := a.entries[fn]
	return e.open || e.helper || len(e.all())+len(e.some)+len(e.classes) > 0 || sameSection(r, w)
}

// sameSection reports whether r and w are in one critical section of some lock.
func sameSection(r, w touch) bool {
	for _, l := range r.holds {
		if l.Status != lockset.Held || l.Site == nil {
			continue
		}
		for _, k := range w.holds {
			if k.Term == l.Term && k.Status == lockset.Held && k.Site == l.Site {
				return true
			}
		}
	}
	return false
}

// written reports whether w writes what depends on the value that r has read.
func written(r, w touch) bool {
	for _, v := range r.values {
		d := derived(v)
		for _, x := range w.values {
			if d[x] {
				return true
			}
		}
	}
	return false
}

// decides reports whether the value that r has read decides whether w happens.
func (a *analyzer) decides(r, w touch) bool {
	for _, v := range r.values {
		d := derived(v)
		for b := w.instr.Block().Idom(); b != nil; b = b.Idom() {
			branch, ok := b.Instrs[len(b.Instrs)-1].(*ssa.If)
			if !ok || !d[branch.Cond] || a.ends(b) {
				continue // not by r, or a loop that asks again in each turn
			}
			for _, s := range b.Succs {
				if len(s.Preds) == 1 && s.Dominates(w.instr.Block()) {
					return true
				}
			}
		}
	}
	return false
}

// ends reports whether the branch at the end of b decides if a loop goes on.
func (a *analyzer) ends(b *ssa.BasicBlock) bool {
	is, ok := a.loopEnds[b]
	if !ok {
		is = ir.Reaches(b, b) && slices.ContainsFunc(b.Succs, func(s *ssa.BasicBlock) bool { return !reachesBlock(s, b) })
		a.loopEnds[b] = is
	}
	return is
}

// reachesBlock reports whether to can run after from.
func reachesBlock(from, to *ssa.BasicBlock) bool { return reachedFrom(from, nil)[to.Index] }

// rechecked reports whether w's own section, or that of another lock around it, reads the
// data again, by itself or by what it calls, and decides by it whether to write.
func (a *analyzer) rechecked(fn *ssa.Function, w touch, all []touch) bool {
	if a.asks(fn, w) || a.looksFirst(w) {
		return true
	}
	for _, r := range all {
		if r.write || r.v != w.v || r.at != w.at || r.lock != w.lock || r.instr == w.instr || r.site != w.site && !sameSection(r, w) {
			continue
		}
		if r.key != nil && w.key != nil && r.key != w.key {
			continue
		}
		if a.turnsOn(r.values, w.instr) {
			return true
		}
	}
	return false
}

// asks reports whether the section of w calls a function that reads the data, and
// decides by its result whether to write.
func (a *analyzer) asks(fn *ssa.Function, w touch) bool {
	return slices.ContainsFunc(a.visits(fn), func(v lockset.Visit) bool {
		call, ok := v.Instr.(*ssa.Call)
		return ok && v.Callee != nil && v.Instr != w.instr &&
			slices.ContainsFunc(v.Locks, func(l lockset.Lock) bool { return l.Status == lockset.Held && any(l.Site) == w.site }) &&
			a.turnsOn([]ssa.Value{call}, w.instr) && a.reads(v.Callee, w.v, maxAsked)
	})
}

// looksFirst reports whether w is a call of a method of the data itself that looks at it
// before it changes it:
//
//	s.items.remove(k) // if there
func (a *analyzer) looksFirst(w touch) bool {
	call, ok := w.instr.(*ssa.Call)
	if !ok || w.site == any(call) {
		return false
	}
	callee := locks.CalleeOf(&call.Call, call.Call.Value).Body
	if callee == nil {
		return false
	}
	accesses := a.m.Accesses(callee)
	writes := false
	for _, acc := range accesses {
		if !acc.Write {
			continue
		}
		writes = true
		if !slices.ContainsFunc(accesses, func(r *lockset.Access) bool {
			v, ok := r.Instr.(ssa.Value)
			return ok && !r.Write && r.Base == acc.Base && a.turnsOn([]ssa.Value{v}, acc.Instr)
		}) {
			return false
		}
	}
	return writes
}

// maxAsked bounds the calls through which a second look is searched for: helpers for it
// are short.
const maxAsked = 2

// reads reports whether fn reads v, or calls what does, through no more than depth calls.
func (a *analyzer) reads(fn *ssa.Function, v *types.Var, depth int) bool {
	return slices.ContainsFunc(a.visits(fn), func(visit lockset.Visit) bool {
		if visit.Access != nil {
			return visit.Access.Var == v && !visit.Access.Write
		}
		return depth > 0 && visit.Callee != nil && a.reads(visit.Callee, v, depth-1)
	})
}

// gap records a write that depends on a stale read.
func (a *analyzer) gap(fn *ssa.Function, r, w touch, value bool) {
	g := &Gap{Read: r.pos, Value: value}
	if call, ok := w.instr.(*ssa.Call); ok && w.site == any(call) {
		c := a.m.IR.Call(call.Call.Pos())
		if c == nil {
			return
		}
		g.Call, g.Expr, g.Pos, g.End = true, types.ExprString(c.Fun), c.Pos(), c.End()
	} else {
		g.Pos, g.End = a.span(w.pos)
		g.Expr = w.at.String()
		if n, ok := a.nodeAt(w.pos).(interface{ Pos() token.Pos }); ok && n != nil {
			g.Expr = a.source(w)
		}
	}
	g.Lock = w.lock.String()
	a.result.Gaps = append(a.result.Gaps, g)
}

// source returns what w writes as the source writes it.
func (a *analyzer) source(w touch) string {
	acc := &access{pos: w.pos}
	for _, v := range a.visits(w.instr.Parent()) {
		if v.Instr == w.instr && v.Access != nil && v.Access.Var == w.v {
			expr, _ := a.expr(acc, &v)
			return expr
		}
	}
	return w.at.String()
}
