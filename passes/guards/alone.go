package guards

import (
	"go/token"
	"maps"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/internal/known"
	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/lockset"
)

// early reports whether instr, in fn, runs before the program has started any
// goroutine, or after it has joined them all: in an initialiser, at the
// beginning or the end of main, or in a function that is only called there.
func (a *analyzer) early(fn *ssa.Function, instr ssa.Instruction) bool {
	switch {
	case a.isInit(fn):
		return true
	case a.isMain(fn):
		return !a.afterStart(fn, instr)
	}
	is, ok := a.alone[fn]
	if !ok {
		if a.alone == nil {
			a.alone = make(map[*ssa.Function]bool)
		}
		a.alone[fn] = false // for recursion
		is = fn.Parent() == nil && a.uses[fn] == called && !a.starts(fn) && !a.inTest(fn)
		calls := 0
		for _, s := range a.sites[fn] {
			if !a.inTest(s.caller) {
				calls++
				is = is && a.early(s.caller, s.visit.Instr)
			}
		}
		is = is && calls > 0 && !a.root(fn)
		a.alone[fn] = is
	}
	return is
}

func (a *analyzer) isMain(fn *ssa.Function) bool {
	return a.pass.Pkg.Name() == "main" && fn.Name() == "main" && fn.Parent() == nil && fn.Signature.Recv() == nil
}

// afterStart reports whether a goroutine may have been started when instr runs.
func (a *analyzer) afterStart(fn *ssa.Function, instr ssa.Instruction) bool {
	seen := make(map[*ssa.BasicBlock]bool)
	var after func(b *ssa.BasicBlock, end int) bool
	after = func(b *ssa.BasicBlock, end int) bool {
		for _, in := range b.Instrs[:end] {
			if a.startsAt(in) && !a.own.Joined(in, instr) {
				return true
			}
		}
		for _, p := range b.Preds {
			if !seen[p] {
				seen[p] = true
				if after(p, len(p.Instrs)) {
					return true
				}
			}
		}
		return false
	}
	b := instr.Block()
	for i, in := range b.Instrs {
		if in == instr {
			return after(b, i)
		}
	}
	return true
}

// startsAt reports whether instr may start a goroutine of the program.
func (a *analyzer) startsAt(instr ssa.Instruction) bool {
	switch instr := instr.(type) {
	case *ssa.Go:
		return true
	case ssa.CallInstruction:
		common := instr.Common()
		callee := locks.CalleeOf(common, common.Value)
		switch {
		case known.UseOf(callee.Func) == known.Spawns:
			return true
		case callee.Body != nil:
			return a.starts(callee.Body)
		}
	}
	return false
}

// starts reports whether fn, or what it calls in the package, starts a goroutine.
func (a *analyzer) starts(fn *ssa.Function) bool {
	is, ok := a.spawns[fn]
	if ok {
		return is
	}
	if a.spawns == nil {
		a.spawns = make(map[*ssa.Function]bool)
	}
	a.spawns[fn] = false // for recursion
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			is = is || a.startsAt(instr)
		}
	}
	a.spawns[fn] = is
	return is
}

// homes returns the functions at the bottom of the stacks that fn runs on:
// those that other packages call, and goroutines, but for those of tests. It is nil if
// they are not all known.
func (a *analyzer) homes(fn *ssa.Function) map[*ssa.Function]bool { return a.homesOf(fn, false) }

// homesOf is homes, with those of tests if tests is set.
func (a *analyzer) homesOf(fn *ssa.Function, tests bool) map[*ssa.Function]bool {
	homes := make(map[*ssa.Function]bool)
	seen := make(map[*ssa.Function]bool)
	var visit func(fn *ssa.Function) bool
	visit = func(fn *ssa.Function) bool {
		if seen[fn] {
			return true
		}
		seen[fn] = true
		sites := a.sites[fn]
		if a.entries[fn].open {
			if !a.reachedByFields(fn) {
				return false
			}
			sites = slices.Concat(sites, a.inFields.sites[fn])
		}
		calls := 0
		for _, s := range sites {
			if !tests && !a.inTest(fn) && a.inTest(s.caller) {
				continue
			}
			calls++
			if !visit(s.caller) {
				return false
			}
		}
		if a.root(fn) || a.uses[fn] == startedUse || a.uses[fn] == keptUse || a.goes[fn] > 0 || calls == 0 {
			homes[fn] = true
		}
		return true
	}
	if !visit(fn) {
		return nil
	}
	return homes
}

// ownWriter reports whether read is on the only goroutine that ever writes d, or that
// of the object: it needs the lock for writing, but not for reading.
func (a *analyzer) ownWriter(d *datum, read *access) bool {
	homes := a.homes(read.fn)
	var home *ssa.Function
	for h := range homes {
		home = h
	}
	if len(homes) != 1 || !a.onlyOnce(read.fn) && !a.onePerObject(home, read) {
		return false
	}
	for _, acc := range d.accesses {
		if acc.write && !acc.exempt && (len(a.homes(acc.fn)) != 1 || !a.homes(acc.fn)[home]) {
			return false
		}
	}
	return true
}

// onePerObject reports whether home is the goroutine of the object that acc reads:
// a method of its type, which is never started twice for one object, as far as the
// function that starts it shows.
func (a *analyzer) onePerObject(home *ssa.Function, acc *access) bool {
	base := acc.views[0].visit.Access.Base
	recv := home.Signature.Recv()
	if base == nil || recv == nil || a.root(home) || a.uses[home] > startedUse {
		return false
	}
	if typ := namedOf(recv.Type()); typ == nil || typ != namedOf(object(base).Type()) {
		return false
	}
	starts := make(map[ssa.Value]bool)
	for _, s := range a.started {
		if s.visit.Callee != home {
			continue
		}
		obj := locks.CalleeOf(&s.visit.Instr.(*ssa.Go).Call, s.visit.Instr.(*ssa.Go).Call.Value).Args[0]
		if starts[obj] || ir.Reaches(s.visit.Instr.Block(), s.visit.Instr.Block()) && !a.madeInLoop(obj, s.visit.Instr.Block()) {
			return false
		}
		starts[obj] = true
	}
	return len(starts) > 0
}

// madeInLoop reports whether v is computed anew in each turn of a loop that b is in.
func (a *analyzer) madeInLoop(v ssa.Value, b *ssa.BasicBlock) bool {
	instr, ok := v.(ssa.Instruction)
	return ok && instr.Parent() == b.Parent() && reachesBlock(b, instr.Block()) && ir.Reaches(instr.Block(), instr.Block())
}

// serialWriter reports whether read only happens on calls from outside that may also
// lead to a write of d, while those who come in elsewhere keep to what keeps reports,
// a lock or sync/atomic, to read. Callers may have to make such calls one by one: the
// precaution is for the others. It is not if the same calls take it to read, or
// if read decides whether to do something once.
func (a *analyzer) serialWriter(d *datum, read *access, keeps func(*access) bool) bool {
	homes := a.homes(read.fn)
	if len(homes) == 0 || read.calls || decidesOnce(read) {
		return false
	}
	writers := make(map[*ssa.Function]bool)
	for _, acc := range d.accesses {
		if !acc.write && !acc.calls || acc.exempt {
			continue
		}
		h := a.homes(acc.fn)
		if len(h) == 0 || !keeps(acc) {
			return false
		}
		maps.Copy(writers, h)
	}
	if !within(homes, writers) {
		return false
	}
	for h := range homes {
		if a.goes[h] > 0 || a.uses[h] == startedUse || a.isMain(h) {
			return false
		}
	}
	others := false
	for _, acc := range d.accesses {
		if acc.write || acc.exempt || !keeps(acc) {
			continue
		}
		if h := a.homes(acc.fn); len(h) == 0 || !within(h, writers) {
			others = true
		} else if acc.atomic || a.onlyReads(acc) {
			return false
		}
	}
	return others
}

// serialUnder is serialWriter for a datum that lock l guards.
func (a *analyzer) serialUnder(d *datum, read *access, l lock) bool {
	return !a.locksToRead(read.fn, nil, classOf(l)) && a.serialWriter(d, read, func(acc *access) bool { return a.grip(acc, l).held() })
}

// within reports whether all functions of homes are in others.
func within(homes, others map[*ssa.Function]bool) bool {
	for h := range homes {
		if !others[h] {
			return false
		}
	}
	return true
}

// sectionReads reports whether some of the locks in ls for which is holds was
// acquired in fn for a section that writes nothing.
func (a *analyzer) sectionReads(fn *ssa.Function, ls []lockset.Lock, is func(lockset.Lock) bool) bool {
	return slices.ContainsFunc(ls, func(l lockset.Lock) bool {
		return l.Site != nil && is(l) && !slices.ContainsFunc(a.visits(fn), func(v lockset.Visit) bool {
			return v.Access != nil && v.Access.Write && slices.ContainsFunc(v.Locks, func(k lockset.Lock) bool { return k.Site == l.Site })
		})
	})
}

// locksToRead reports whether fn has a critical section that writes nothing, of the
// lock named need or, if that is nil, of any lock of the given class.
func (a *analyzer) locksToRead(fn *ssa.Function, need *locks.Term, class any) bool {
	same := func(l lockset.Lock) bool {
		return l.Status == lockset.Held && (l.Term == need || need == nil && l.Term.Class() == class)
	}
	return class != nil && slices.ContainsFunc(a.visits(fn), func(v lockset.Visit) bool {
		return v.Access != nil && a.sectionReads(fn, v.Locks, same)
	})
}

// decidesOnce reports whether what read reads is compared with a constant, or is
// itself a condition: such is the test of a flag, of a limit or of what is made when
// it is first needed.
func decidesOnce(read *access) bool {
	for _, w := range read.views {
		v, ok := w.visit.Instr.(ssa.Value)
		if !ok {
			continue
		}
		for d := range derived(v) {
			for _, ref := range *d.Referrers() {
				if branch, ok := ref.(*ssa.If); ok && constantTest(branch.Cond) {
					return true
				}
			}
		}
	}
	return false
}

// constantTest reports whether cond is a flag or compares something with a constant.
func constantTest(cond ssa.Value) bool {
	switch cond := cond.(type) {
	case *ssa.BinOp:
		_, x := cond.X.(*ssa.Const)
		_, y := cond.Y.(*ssa.Const)
		return x || y
	case *ssa.UnOp:
		return cond.Op == token.MUL || constantTest(cond.X)
	}
	return true
}
