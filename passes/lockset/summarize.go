package lockset

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/internal/known"
	"github.com/concurlint/concurlint/passes/locks"
)

// Caps of a summary. Facts must stay small, and a caller forks once for each
// outcome.
const (
	maxOutcomes     = 4
	maxAlternatives = 4 // conditions under which a lock is acquired
	maxChain        = 5 // functions named on the way to an acquisition
	maxParamCalls   = 4
)

// effectsOf summarizes what happened in f.
func (m *Machine) effectsOf(f *Function) *Effects {
	eff := &Effects{Params: paramRoots(m.Names, f.Fn)}
	obj, _ := f.Fn.Object().(*types.Func)
	eff.Name = displayName(obj)
	if obj != nil {
		eff.End = m.Ends(obj)
	}
	v := visibility{m, f.Fn}
	var outcomes []Outcome
	own := make(map[*locks.Term]bool) // locks that it may hold itself when it waits
	for _, e := range f.Events {
		switch e.Kind {
		case Acquired:
			if e.Prior == nil && v.visible(e.Lock) && !m.counting() {
				m.addExclude(eff, v, e)
			}
		case Called:
			if e.Target != nil && slices.Contains(eff.Params, e.Target) && len(eff.Calls) < maxParamCalls {
				m.addParamCall(eff, v, e)
			}
		case Waited:
			own[e.Lock] = own[e.Lock] || e.Prior != nil || holds(e)
			if v.visible(e.Lock) && !slices.Contains(eff.Waits, e.Lock) {
				eff.Waits = append(eff.Waits, e.Lock)
			}
		case Exited:
			if e.Depth == 0 && (e.End == Return || e.End == Recovered) {
				outcomes = append(outcomes, m.outcomeOf(v, e))
			}
		}
	}
	eff.Waits = slices.DeleteFunc(eff.Waits, func(t *locks.Term) bool { return own[t] })
	eff.Outcomes = m.mergeOutcomes(outcomes)
	eff.Binds = m.Binds(f.Fn)
	eff.Values = m.valuesOf(f)
	eff.Funcs = m.funcsOf(f, v)
	return eff
}

// holds reports whether the state of e may hold some lock: it may be another
// name of e's.
func holds(e Event) bool {
	return e.State.joined || slices.ContainsFunc(e.State.locks, func(l Lock) bool { return l.Status != Free })
}

// A visibility tells which names the callers of a function share with it.
type visibility struct {
	m  *Machine
	fn *ssa.Function
}

func (v visibility) visible(t *locks.Term) bool {
	if t.Depth() > maxDepth || oldInside(t) {
		return false
	}
	for _, r := range t.Roots() {
		switch r := r.(type) {
		case *ssa.Parameter:
			if r.Parent() == v.fn {
				continue
			}
		case *ssa.Function, *ssa.Const:
			continue
		}
		if !v.outside(r.Parent()) {
			return false
		}
	}
	_, local := t.Base().Val.(ssa.Value)
	return !local || len(t.Roots()) > 0
}

// outside reports whether fn encloses the function literal.
func (v visibility) outside(fn *ssa.Function) bool {
	for p := v.fn.Parent(); p != nil; p = p.Parent() {
		if p == fn {
			return true
		}
	}
	return false
}

func (m *Machine) addExclude(eff *Effects, v visibility, e Event) {
	x := Exclude{Term: e.Lock, Mode: e.Mode, Sync: e.Site.Op.Sync, At: m.Position(e.Site.Pos)}
	x.Modal = m.modal(e.Instr)
	if via := e.Site.Via; via != nil {
		x.At = via.At
		x.Modal = x.Modal || via.modal
		x.Chain = append([]string{via.Callee}, via.Chain...)
		x.Chain = x.Chain[:min(len(x.Chain), maxChain)]
	}
	var guards []Guard
	for _, g := range e.Guards {
		if v.visible(g.T) {
			guards = append(guards, g)
		}
	}
	for i := range eff.Excludes {
		o := &eff.Excludes[i]
		if o.Term != x.Term || o.Mode != x.Mode {
			continue
		}
		if len(o.When) > 0 {
			if len(guards) == 0 {
				x.When = nil
				x.Modal = x.Modal && o.Modal
				*o = x
			} else if len(o.When) < maxAlternatives && !slices.ContainsFunc(o.When, func(w []Guard) bool { return slices.Equal(w, guards) }) {
				o.When = append(o.When, guards) // past the cap, prefer silence
			}
		}
		o.Modal = o.Modal && x.Modal
		return
	}
	if len(guards) > 0 {
		x.When = [][]Guard{guards}
	}
	eff.Excludes = append(eff.Excludes, x)
}

// modal reports whether instr runs only if some field has, or has not,
// a constant value other than true, false and nil.
func (m *Machine) modal(instr ssa.Instruction) bool {
	b := instr.Block()
	for d := b.Idom(); d != nil; d = d.Idom() {
		branch, ok := d.Instrs[len(d.Instrs)-1].(*ssa.If)
		if !ok {
			continue
		}
		cmp, ok := branch.Cond.(*ssa.BinOp)
		if !ok || cmp.Op != token.EQL && cmp.Op != token.NEQ {
			continue
		}
		c, ok := cmp.Y.(*ssa.Const)
		if !ok || c.Value == nil || m.constant(c) == m.Names.Const("0") {
			continue
		}
		load, ok := cmp.X.(*ssa.UnOp)
		if !ok || load.Op != token.MUL {
			continue
		}
		if _, ok := load.X.(*ssa.FieldAddr); !ok {
			continue
		}
		for _, s := range d.Succs {
			if len(s.Preds) == 1 && s.Dominates(b) {
				return true
			}
		}
	}
	return false
}

func (m *Machine) addParamCall(eff *Effects, v visibility, e Event) {
	pc := ParamCall{Func: e.Target, At: m.Position(e.Instr.Pos())}
	for _, l := range e.State.locks {
		if l.Doubt || !v.visible(l.Term) {
			continue
		}
		if l.Status == Held && l.Need == NeedNothing || l.Status == Free && l.Need != NeedNothing {
			pc.Held = append(pc.Held, m.changeOf(l))
		}
	}
	eff.Calls = append(eff.Calls, pc)
}

func (m *Machine) changeOf(l Lock) Change {
	ch := Change{Term: l.Term, Need: l.Need, Status: l.Status, Mode: l.Mode, Doubt: l.Doubt, Sync: l.Sync, Weight: l.Weight}
	if l.Site != nil {
		ch.Resource = l.Site.Op.Resource
		ch.At = m.Position(l.Site.Pos)
		if l.Site.Via != nil {
			ch.At = l.Site.Via.At
		}
	}
	return ch
}

// outcomeOf returns how the function returned at e.
func (m *Machine) outcomeOf(v visibility, e Event) Outcome {
	var o Outcome
	n := m.Names
	toResult := func(t *locks.Term) *locks.Term {
		return n.Subst(t, func(t *locks.Term) *locks.Term {
			if i := slices.Index(e.Values, t); i >= 0 && t.Kind != locks.Const && !isParam(t) {
				return n.Root(locks.Result{Index: i})
			}
			return nil
		})
	}
	handle := m.handle(v.fn, e)
	for _, l := range e.State.locks {
		changed := l.Need != NeedNothing && l.Status != Held || l.Need == NeedNothing && l.Status == Held ||
			l.Need != NeedNothing && l.Status == Held && modeOf(l.Need) != l.Mode || l.Status == Gone
		if l.Need != NeedNothing && l.Status == Held && l.Site != nil {
			changed = true // released and taken again
		}
		if !changed {
			continue
		}
		l.Doubt = l.Doubt || e.State.joined || l.Status == Gone
		if l.Status == Gone {
			l.Status = Free
		}
		inside := toResult(l.Term) != l.Term
		l.Term = toResult(l.Term)
		if handle && !inside && l.Status == Held {
			l.Doubt = true // the lock's release goes with the object
		}
		if v.visible(l.Term) {
			o.Changes = append(o.Changes, m.changeOf(l))
		}
	}
	for _, l := range e.State.locks {
		// Known to be free; see mergeOutcomes for where that matters.
		if l.Need == NeedNothing && l.Status == Free && (l.Mode == locks.Write || m.counting()) && l.Site != nil && !l.Doubt && v.visible(l.Term) {
			o.Changes = append(o.Changes, m.changeOf(l))
		}
	}
	for _, b := range e.State.env {
		if b.how == tested && fromParam(b.key) && v.visible(b.key) && (b.val == n.Bool(true) || b.val == n.Bool(false)) {
			o.When = append(o.When, Guard{b.key, b.val})
		}
	}
	for i, val := range e.Values {
		r := n.Root(locks.Result{Index: i})
		isNil := m.binary(token.EQL, val, n.Nil())
		if val == n.Bool(true) || val == n.Bool(false) {
			o.Then = append(o.Then, Guard{r, val})
		} else if value, ok := m.truth(e.State, isNil); ok {
			o.Then = append(o.Then, Guard{n.Binary(token.EQL, r, n.Nil()), n.Bool(value)})
		} else if m.counting() && whyEnded(val) {
			o.Then = append(o.Then, Guard{n.Binary(token.EQL, r, n.Nil()), n.Bool(false)})
		}
	}
	return o
}

// handle reports whether the function returns a new object at e: a transaction,
// an iterator, whose end may release what the function has locked.
func (m *Machine) handle(fn *ssa.Function, e Event) bool {
	for _, v := range e.Values {
		if alloc, ok := v.Val.(*ssa.Alloc); ok && v.Kind == locks.Root && alloc.Parent() == fn {
			return true
		}
	}
	return false
}

func isParam(t *locks.Term) bool {
	_, ok := t.Val.(*ssa.Parameter)
	return ok
}

// mergeOutcomes merges the outcomes that change the same locks, and marks
// changes that callers cannot tell apart as doubtful.
func (m *Machine) mergeOutcomes(all []Outcome) []Outcome {
	held := make(map[*locks.Term]bool)
	for _, o := range all {
		for _, ch := range o.Changes {
			if ch.Status == Held && ch.Need == NeedNothing {
				held[ch.Term] = true
			}
		}
	}
	// That a lock is free again is worth a word only if another outcome keeps
	// it.
	for i := range all {
		all[i].Changes = slices.DeleteFunc(all[i].Changes, func(ch Change) bool {
			return ch.Status == Free && ch.Need == NeedNothing && !held[ch.Term]
		})
	}
	same := func(p, q Outcome) bool { return slices.EqualFunc(p.Changes, q.Changes, sameChange) }
	var out []Outcome
	for _, o := range all {
		if !slices.ContainsFunc(out, func(p Outcome) bool {
			return same(p, o) && slices.Equal(p.When, o.When) && slices.Equal(p.Then, o.Then)
		}) {
			out = append(out, o)
		}
	}
	// Merge the outcomes that change the same locks, where what distinguishes
	// them from the others remains.
	for i := 0; i < len(out); i++ {
		for j := len(out) - 1; j > i; j-- {
			p, q := out[i], out[j]
			if !same(p, q) {
				continue
			}
			merged := Outcome{Changes: p.Changes, When: common(p.When, q.When), Then: common(p.Then, q.Then)}
			lossy := slices.ContainsFunc(out, func(r Outcome) bool {
				return !same(p, r) && apart(p, r) && apart(q, r) && !apart(merged, r)
			})
			if !lossy || len(out) > maxOutcomes {
				out[i] = merged
				out = slices.Delete(out, j, j+1)
			}
		}
	}
	if len(out) == 0 || len(out) == 1 && len(out[0].Changes) == 0 {
		return nil
	}
	if len(out) == 1 {
		return []Outcome{{Changes: out[0].Changes}}
	}
	out = out[:min(len(out), 2*maxOutcomes)]
	for i := range out {
		for j := range out {
			if same(out[i], out[j]) || apart(out[i], out[j]) {
				continue
			}
			out[i].Changes = slices.Clone(out[i].Changes)
			for k, ch := range out[i].Changes {
				if slices.ContainsFunc(out[j].Changes, func(c Change) bool { return sameChange(c, ch) }) {
					continue
				}
				out[i].Changes[k].Doubt = true
				if !slices.ContainsFunc(out[j].Changes, func(c Change) bool { return c.Term == ch.Term }) {
					ch.Doubt = true // nor can it tell that nothing happened
					out[j].Changes = append(slices.Clip(out[j].Changes), ch)
				}
			}
		}
	}
	return out
}

// sameChange ignores positions.
func sameChange(a, b Change) bool {
	a.At, b.At = "", ""
	a.Doubt, b.Doubt = false, false
	return a == b
}

func common(a, b []Guard) []Guard {
	var out []Guard
	for _, g := range a {
		if slices.Contains(b, g) {
			out = append(out, g)
		}
	}
	return out
}

// apart reports whether a caller can tell p from q.
func apart(p, q Outcome) bool { return conflict(p.Then, q.Then) || conflict(p.When, q.When) }

// conflict reports whether some condition has different values in a and b.
func conflict(a, b []Guard) bool {
	for _, g := range a {
		for _, h := range b {
			if g.T == h.T && g.V != h.V {
				return true
			}
		}
	}
	return false
}

// maxBinds bounds the fields of new objects in a summary.
const maxBinds = 8

// Binds returns what fn's new objects hold when it returns them, where its
// caller can name that.
func (m *Machine) Binds(fn *ssa.Function) []Guard {
	v := visibility{m, fn}
	var out []Guard
	for _, b := range fn.Blocks {
		ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
		if !ok {
			continue
		}
		for i, val := range ret.Results {
			if mi, ok := val.(*ssa.MakeInterface); ok {
				val = mi.X
			}
			if alloc, ok := val.(*ssa.Alloc); ok {
				out = m.bindFields(v, m.Names.Root(locks.Result{Index: i}), alloc, out)
			}
		}
	}
	return out
}

// bindFields appends to out the fields of the object that alloc makes.
func (m *Machine) bindFields(v visibility, result *locks.Term, alloc *ssa.Alloc, out []Guard) []Guard {
	for _, ref := range *alloc.Referrers() {
		addr, ok := ref.(*ssa.FieldAddr)
		if !ok {
			continue
		}
		field := fieldOf(addr.X.Type(), addr.Field)
		if !isNillable(field.Type()) && !types.IsInterface(field.Type()) {
			continue
		}
		for _, use := range *addr.Referrers() {
			store, ok := use.(*ssa.Store)
			if !ok || store.Addr != ssa.Value(addr) {
				continue
			}
			b := Guard{m.Names.Deref(m.Names.Field(result, field)), m.Eval(store.Val)}
			if b.V.Kind != locks.Const && v.visible(b.V) && !slices.Contains(out, b) && len(out) < maxBinds {
				out = append(out, b)
			}
		}
	}
	return out
}

// valuesOf returns the results of a function that does nothing but follow
// a path from its parameters.
func (m *Machine) valuesOf(f *Function) []*locks.Term {
	fn := f.Fn
	if fn.Signature.Results().Len() == 0 || fn.Parent() != nil {
		return nil
	}
	return m.Getter(fn)
}

// Getter returns the results of fn, if it is a function that does nothing but
// follow a path from its parameters; unknown results are nil. The result is nil
// if fn does anything else.
func (m *Machine) Getter(fn *ssa.Function) []*locks.Term {
	if len(fn.Blocks) != 1 {
		return nil
	}
	var out []*locks.Term
	for _, instr := range fn.Blocks[0].Instrs {
		switch instr := instr.(type) {
		case *ssa.FieldAddr, *ssa.Field, *ssa.IndexAddr, *ssa.Index, *ssa.UnOp, *ssa.Lookup, *ssa.BinOp, *ssa.Convert,
			*ssa.ChangeType, *ssa.MakeInterface, *ssa.ChangeInterface, *ssa.DebugRef, *ssa.Extract, *ssa.TypeAssert:
		case *ssa.Call:
			callee := locks.CalleeOf(&instr.Call, instr.Call.Value)
			if known.NameOf(callee.Func) == (known.Name{Pkg: "sync", Recv: "RWMutex", Func: "RLocker"}) {
				continue
			}
			eff := m.Effects(callee)
			if callee.Func == nil || eff == nil || len(eff.Values) == 0 || len(eff.Outcomes)+len(eff.Excludes) > 0 {
				return nil
			}
		case *ssa.Return:
			found := false
			for _, r := range instr.Results {
				t := m.eval(new(State), r)
				if t.Kind == locks.Const || t.Kind == locks.Binary || t.Depth() == 0 && !isParam(t) || !(visibility{m, fn}).visible(t) {
					t = nil
				}
				found = found || t != nil
				out = append(out, t)
			}
			if !found {
				return nil
			}
		default:
			return nil
		}
	}
	return out
}

// funcsOf returns the effects of calling f's results.
func (m *Machine) funcsOf(f *Function, v visibility) []*Effects {
	results := f.Fn.Signature.Results()
	var out []*Effects
	for i := range results.Len() {
		if !ir.IsFunc(results.At(i).Type()) {
			continue
		}
		for _, e := range f.Events {
			if e.Kind != Exited || e.Depth > 0 || e.End != Return || i >= len(e.Values) {
				continue
			}
			eff := m.valueEffects(e.State, e.Values[i])
			if eff.Trivial() {
				continue
			}
			if out == nil {
				out = make([]*Effects, results.Len())
			}
			out[i] = m.restrict(eff, v)
			break
		}
	}
	return out
}

// restrict returns eff without what is not visible.
func (m *Machine) restrict(eff *Effects, v visibility) *Effects {
	n := &Effects{Name: eff.Name, Params: eff.Params}
	for _, o := range eff.Outcomes {
		var changes []Change
		for _, ch := range o.Changes {
			if v.visible(ch.Term) {
				changes = append(changes, ch)
			}
		}
		n.Outcomes = append(n.Outcomes, Outcome{Changes: changes})
	}
	if len(n.Outcomes) > 1 {
		n.Outcomes = m.mergeOutcomes(n.Outcomes)
	}
	for _, e := range eff.Excludes {
		if v.visible(e.Term) {
			e.When = nil
			n.Excludes = append(n.Excludes, e)
		}
	}
	return n
}

// PlainEffects returns the effects of a function that does nothing to locks:
// what is known of its results. It is nil if that is nothing.
func (m *Machine) PlainEffects(fn *ssa.Function) *Effects {
	values, binds := m.Getter(fn), m.Binds(fn)
	if values == nil && binds == nil {
		return nil
	}
	obj, _ := fn.Object().(*types.Func)
	return &Effects{Name: displayName(obj), Params: paramRoots(m.Names, fn), Values: values, Binds: binds}
}
