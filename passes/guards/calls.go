package guards

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/lockset"
	"github.com/concurlint/concurlint/passes/ownership"
)

// checkCalls records the calls of functions that are declared to need a lock,
// where it is not held.
func (a *analyzer) checkCalls() {
	a.checkForeign()
	for _, fn := range a.m.IR.Funcs {
		obj, _ := fn.Object().(*types.Func)
		d := a.funcs[obj]
		if d == nil || a.inTest(fn) {
			continue
		}
		reported := make(map[ssa.Instruction]bool)
		sites := a.sites[fn]
		for _, s := range a.started {
			if s.visit.Callee == fn {
				sites = append(slices.Clip(sites), s)
			}
		}
		for _, s := range sites {
			if reported[s.visit.Instr] || a.skips(s, fn) {
				continue
			}
			needs := slices.Clip(d.Requires)
			if _, spawned := s.visit.Instr.(*ssa.Go); !spawned { // a goroutine may be handed the lock to release it
				needs = append(needs, d.Releases...)
			} else if len(a.sum.Needs(fn)) > 0 {
				continue
			}
			for _, q := range needs {
				need := a.inFunction(q.Path, fn)
				if need == nil || a.takes(fn, need) || !a.lacks(s, fn, need, q.Read || d.Form == Prose) || d.Form == Prose && !a.usesGuarded(fn, need) { // words do not tell the modes apart
					continue
				}
				if a.breachCall(s, fn, d, need) {
					reported[s.visit.Instr] = true
					break
				}
			}
			if d.Locked && !reported[s.visit.Instr] {
				if need := a.onlyLock(fn); need != nil && !a.takes(fn, need) && a.lacks(s, fn, need, true) && a.usesGuarded(fn, need) && a.breachCall(s, fn, d, need) {
					reported[s.visit.Instr] = true
				}
			}
		}
	}
}

// checkForeign records the calls of functions of other packages whose callers
// must hold a lock, where it is not held.
func (a *analyzer) checkForeign() {
	for _, fn := range a.m.IR.Funcs {
		if a.inTest(fn) {
			continue
		}
		visits := a.visits(fn)
		reported := make(map[ssa.Instruction]bool)
		for i := range visits {
			v := &visits[i]
			if v.Foreign == nil || reported[v.Instr] || v.Joined {
				continue
			}
			var f RequireFact
			if !a.pass.ImportObjectFact(v.Foreign, &f) {
				continue
			}
			for _, l := range f.Locks {
				// Whoever gave an object its lock by a pointer knows it by another name.
				if need := a.foreign(v, l); need != nil && need.Kind != locks.Deref && !a.holdsForeign(fn, v, need) && a.breachForeign(fn, v, need, &f) {
					reported[v.Instr] = true
					break
				}
			}
		}
	}
}

// foreign returns the lock that a call of a function of another package needs.
func (a *analyzer) foreign(v *lockset.Visit, l RequiredLock) *locks.Term {
	if l.Param < 0 {
		pkg := v.Foreign.Pkg()
		obj := pkg.Scope().Lookup(l.Path[0])
		if obj == nil {
			return nil
		}
		root := a.m.Names.Root(locks.Global{Pkg: pkg.Path(), Name: l.Path[0]})
		return a.walk(content(a.m.Names, root, obj.Type()), obj.Type(), l.Path[1:])
	}
	call := v.Instr.(ssa.CallInstruction)
	args := locks.CalleeOf(call.Common(), call.Common().Value).Args
	terms := a.m.ArgsOf(v)
	if l.Param >= len(terms) || l.Param >= len(args) {
		return nil
	}
	switch a.own.Of(args[l.Param], call) {
	case ownership.Private, ownership.Received, ownership.Stored:
		return nil
	}
	return a.walk(terms[l.Param], args[l.Param].Type(), l.Path)
}

// holdsForeign reports whether the lock may be held at v.
func (a *analyzer) holdsForeign(fn *ssa.Function, v *lockset.Visit, need *locks.Term) bool {
	for _, l := range v.Locks {
		if l.Term == need {
			return l.Status != lockset.Free || l.Doubt
		}
		if l.Status == lockset.Held && l.Term.Class() == need.Class() {
			return true
		}
	}
	e := a.entries[fn]
	if e.open || e.helper {
		return true
	}
	for _, h := range append(e.all(), e.some...) {
		if h.term.Class() == need.Class() {
			return true
		}
	}
	return slices.ContainsFunc(e.classes, func(c class) bool { return c.class == need.Class() })
}

// breachForeign records a call of a function of another package without the
// lock that it needs.
func (a *analyzer) breachForeign(fn *ssa.Function, v *lockset.Visit, need *locks.Term, f *RequireFact) bool {
	call := a.m.IR.Call(callPos(v.Instr))
	if call == nil || a.ignored(fn, call.Pos()) {
		return false
	}
	a.result.Breaches = append(a.result.Breaches, &Breach{
		Call: types.ExprString(call.Fun), Lock: need.String(), Pos: call.Pos(), End: call.End(), From: f.Where,
	})
	return true
}

// lacks reports whether a call of fn certainly does not hold the lock that fn
// needs.
func (a *analyzer) lacks(s site, fn *ssa.Function, need *locks.Term, read bool) bool {
	if _, ok := s.visit.Instr.(*ssa.Go); ok {
		return true
	}
	switch a.holdsAt(s, fn, need, &Breach{Write: !read}) {
	case free:
		return !a.appears(s.caller, s.visit.Instr, a.outward(need, s, fn), need.Class(), modeFor(!read))
	case mixed:
		return false // those who call the caller without it are reported
	}
	return false
}

// usesGuarded reports whether fn accesses data that need guards, or calls
// a function that does or that is declared to need the lock, too. Who says that
// "the lock" must be held may mean another one.
func (a *analyzer) usesGuarded(fn *ssa.Function, need *locks.Term) bool {
	for _, g := range a.result.Guards {
		d := a.data[g.Var]
		if d == nil {
			continue
		}
		for _, acc := range d.accesses {
			if ir.Outermost(acc.fn) == fn && a.at(g.lock, acc.views[0].visit.At) == need {
				return true
			}
		}
	}
	for _, v := range a.visits(fn) {
		if v.Callee == nil || v.Callee == fn {
			continue
		}
		obj, _ := v.Callee.Object().(*types.Func)
		if d := a.funcs[obj]; d == nil || len(d.Requires) == 0 {
			continue
		}
		for _, q := range a.funcs[obj].Requires {
			if t := a.inFunction(q.Path, v.Callee); t != nil && a.outward(t, site{visit: &v}, v.Callee) == need {
				return true
			}
		}
	}
	return false
}

// breachCall records a call of fn without the lock that it needs.
func (a *analyzer) breachCall(s site, fn *ssa.Function, d *FuncDecl, need *locks.Term) bool {
	call := a.m.IR.Call(callPos(s.visit.Instr))
	if call == nil || a.ignored(s.caller, call.Pos()) || d.Form != Directive && d.Form != Annotation && a.permitted(s.caller, call.Pos(), nil) {
		return false
	}
	a.result.Breaches = append(a.result.Breaches, &Breach{
		Call: types.ExprString(call.Fun), Lock: a.lockAt(call, need, fn), Pos: call.Pos(), End: call.End(), Requires: d.Pos, Suffix: d.Form == Suffix,
	})
	return true
}
