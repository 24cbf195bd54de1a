package guards

import (
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/internal/known"
	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/lockset"
	"github.com/concurlint/concurlint/passes/ownership"
)

// An entry is what is known of the locks that are held when a function is
// called.
type entry struct {
	// any is set as long as no call is known: the function might be called with
	// any lock held.
	any bool
	// open says that calls are not all known, so that the locks of its callers
	// are not either.
	open bool
	// helper says that, by its name or documentation, its callers hold a lock
	// of one of its arguments.
	helper bool
	// sure are the locks that the function needs its callers to hold, whatever
	// they do.
	sure []held
	// terms are the locks that all calls hold, in the function's own terms; some
	// are those that some call holds.
	terms, some []held
	// classes are the kinds of locks that all calls hold.
	classes []class
}

// all returns the locks that callers hold.
func (e *entry) all() []held { return append(slices.Clip(e.sure), e.terms...) }

type held struct {
	term *locks.Term
	mode locks.Mode
}

type class struct {
	class any
	mode  locks.Mode
	// lent is set for a lock of who has started the goroutine, which others like
	// it run under, too: it does not keep them from writing.
	lent bool
}

// A site is a call of a function of the package.
type site struct {
	caller *ssa.Function
	visit  *lockset.Visit
}

// findEntries computes the locks that callers hold, from the top down: the
// intersection over all call sites, as in RacerD and SpotBugs. Functions start
// with all locks and lose those that some call does not hold.
func (a *analyzer) findEntries() {
	a.sites = make(map[*ssa.Function][]site)
	a.goes = make(map[*ssa.Function]int)
	for _, fn := range a.m.IR.Funcs {
		visits := a.visits(fn)
		for i := range visits {
			if v := &visits[i]; v.Callee != nil {
				a.sites[v.Callee] = append(a.sites[v.Callee], site{fn, v})
			}
		}
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				if g, ok := instr.(*ssa.Go); ok {
					if c := locks.CalleeOf(&g.Call, g.Call.Value); c.Body != nil {
						a.goes[c.Body]++
						a.started = append(a.started, site{fn, a.startOf(g, c)})
						if ir.Reaches(b, b) {
							a.goes[c.Body]++
						}
					}
				}
			}
		}
	}
	a.findLoans()
	var work []*ssa.Function
	for _, fn := range a.m.IR.Funcs {
		e := &entry{any: true}
		a.entries[fn] = e
		switch use := a.uses[fn]; {
		case a.goes[fn] > 0, a.root(fn), use == startedUse, use == keptUse, use == called && len(a.sites[fn]) == 0:
			e.any = false
		case use == unknownUse:
			e.any, e.open = false, true
		}
		if obj, ok := fn.Object().(*types.Func); ok && known.Sorts(obj) {
			e.any, e.open = false, true // sort calls it, who knows when
		}
		if fn.Parent() != nil && a.uses[fn] == called && len(a.sites[fn]) == 0 {
			e.open = true // it is called where the machine does not see it
		}
		if a.dispatched(fn) || a.visitor(fn) || a.uses[fn] == keptUse && a.speaks(fn) {
			e.any, e.open = false, true
		}
		a.declare(fn, e)
		work = append(work, fn)
	}
	calls := make(map[*ssa.Function][]*ssa.Function)
	for _, fn := range work {
		for _, s := range append(slices.Clip(a.telling(fn)), a.loans[fn]...) {
			if c := calls[s.caller]; len(c) == 0 || c[len(c)-1] != fn {
				calls[s.caller] = append(c, fn)
			}
		}
	}
	stale := make(map[*ssa.Function]bool) // who is called where something has changed
	for _, fn := range work {
		stale[fn] = true
	}
	changed := func(fn *ssa.Function) {
		stale[fn] = true // not all is looked at the first time
		for _, callee := range calls[fn] {
			stale[callee] = true
		}
	}
	for {
		for len(stale) > 0 {
			for _, fn := range work {
				if stale[fn] {
					delete(stale, fn)
					if a.narrow(fn) {
						changed(fn)
					}
				}
			}
		}
		i := slices.IndexFunc(work, func(fn *ssa.Function) bool { return a.entries[fn].any })
		if i < 0 {
			return
		}
		a.entries[work[i]].any = false // only functions call it that nobody calls
		changed(work[i])
	}
}

// speaks reports whether the function around the literal fn says that its callers
// hold a lock: so do those who call what it returns.
func (a *analyzer) speaks(fn *ssa.Function) bool {
	obj, _ := ir.Outermost(fn).Object().(*types.Func)
	d := a.funcs[obj]
	return fn.Parent() != nil && d != nil && (d.Locked || len(d.Requires) > 0)
}

// startOf returns the visit of a go statement: the goroutine begins with nothing
// held.
func (a *analyzer) startOf(g *ssa.Go, c locks.Callee) *lockset.Visit {
	v := &lockset.Visit{Instr: g, Callee: c.Body}
	for _, arg := range c.Args {
		v.Args = append(v.Args, a.m.Eval(arg))
	}
	return v
}

// dispatched reports whether fn is a method that the package calls through an
// interface, so that not all of its callers are known.
func (a *analyzer) dispatched(fn *ssa.Function) bool {
	is, ok := a.dispatch[fn]
	if !ok {
		is = a.isDispatched(fn)
		a.dispatch[fn] = is
	}
	return is
}

// isDispatched is dispatched without its cache.
func (a *analyzer) isDispatched(fn *ssa.Function) bool {
	obj, ok := fn.Object().(*types.Func)
	if !ok || obj.Signature().Recv() == nil {
		return false
	}
	recv := obj.Signature().Recv().Type()
	t := recv
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	named, ok := types.Unalias(t).(*types.Named)
	if !ok || obj.Exported() && named.Obj().Exported() {
		return false
	}
	for _, iface := range a.invokedMethods()[obj.Id()] {
		if types.Implements(recv, iface) || types.Implements(types.NewPointer(t), iface) {
			return true
		}
	}
	return false
}

// visitor reports whether fn is a method of a type whose objects the package only hands
// to functions of other packages, as an interface, and somewhere holds a lock there:
// they may call fn right then.
//
//	db.mu.Lock()
//	batch.Replay(&cleaner{db})
func (a *analyzer) visitor(fn *ssa.Function) bool {
	obj, ok := fn.Object().(*types.Func)
	if !ok || obj.Signature().Recv() == nil {
		return false
	}
	if a.visitors == nil {
		a.visitors = make(map[*types.TypeName]bool)
		elsewhere := make(map[*types.TypeName]bool)
		for instr := range a.m.IR.Instructions() {
			mi, ok := instr.(*ssa.MakeInterface)
			if !ok || a.inTest(instr.Parent()) {
				continue
			}
			if t := namedOf(mi.X.Type()); t != nil && t.Pkg() == a.pass.Pkg && !t.Exported() {
				only, held := a.handedOn(mi)
				if !only {
					elsewhere[t] = true
				}
				if held {
					a.visitors[t] = true
				}
			}
		}
		for t := range elsewhere {
			delete(a.visitors, t)
		}
	}
	t := namedOf(obj.Signature().Recv().Type())
	return t != nil && a.visitors[t]
}

// handedOn reports whether v is only an argument of calls of other packages' functions,
// and whether a lock is held at one of them.
func (a *analyzer) handedOn(v *ssa.MakeInterface) (only, held bool) {
	for _, ref := range *v.Referrers() {
		call, ok := ref.(*ssa.Call)
		if !ok || !slices.Contains(call.Call.Args, ssa.Value(v)) {
			return false, false
		}
		if callee := locks.CalleeOf(&call.Call, call.Call.Value).Func; callee == nil || callee.Pkg() == a.pass.Pkg {
			return false, false
		}
		held = held || a.lockAtCall(call, func(l lockset.Lock) bool { return l.Status == lockset.Held })
	}
	return len(*v.Referrers()) > 0, held
}

// invokedMethods returns the interfaces through which the package calls
// methods, by method.
func (a *analyzer) invokedMethods() map[string][]*types.Interface {
	if a.invoked != nil {
		return a.invoked
	}
	a.invoked = make(map[string][]*types.Interface)
	for _, fn := range a.m.IR.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				call, ok := instr.(ssa.CallInstruction)
				if !ok || !call.Common().IsInvoke() {
					continue
				}
				iface, ok := call.Common().Value.Type().Underlying().(*types.Interface)
				if ok && call.Common().Method.Pkg() == a.pass.Pkg && a.m.Method(call.Common()) == nil && a.holdsAny(fn, call) {
					id := call.Common().Method.Id()
					if !slices.Contains(a.invoked[id], iface) {
						a.invoked[id] = append(a.invoked[id], iface)
					}
				}
			}
		}
	}
	return a.invoked
}

// holdsAny reports whether a lock may be held at call, in fn, by fn or its callers.
func (a *analyzer) holdsAny(fn *ssa.Function, call ssa.CallInstruction) bool {
	if fn.Parent() != nil {
		return true
	}
	obj, ok := fn.Object().(*types.Func)
	if !ok || !obj.Exported() && a.uses[fn] != startedUse && a.goes[fn] == 0 {
		return true // its callers are not looked at yet
	}
	return a.lockAtCall(call, func(l lockset.Lock) bool { return l.Status == lockset.Held || l.Doubt })
}

// lockAtCall reports whether its function may reach call with a lock for which is holds.
func (a *analyzer) lockAtCall(call ssa.CallInstruction, is func(lockset.Lock) bool) bool {
	return slices.ContainsFunc(a.visits(call.Parent()), func(v lockset.Visit) bool {
		return v.Instr == call && slices.ContainsFunc(v.Locks, is)
	})
}

// root reports whether other packages call fn.
func (a *analyzer) root(fn *ssa.Function) bool {
	obj, ok := fn.Object().(*types.Func)
	if !ok {
		return fn.Parent() == nil
	}
	recv := obj.Signature().Recv()
	if recv == nil && (obj.Name() == "main" || obj.Name() == "init") {
		return true
	}
	if !obj.Exported() || known.Sorts(obj) || a.dispatched(fn) {
		return false
	}
	if recv == nil {
		return true
	}
	t := recv.Type()
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	named, ok := types.Unalias(t).(*types.Named)
	return !ok || named.Obj().Exported() || a.own.Converted(named.Origin(), obj)
}

// narrow intersects what fn's callers hold with what its call sites do, and
// reports whether that changes it.
func (a *analyzer) narrow(fn *ssa.Function) bool {
	e := a.entries[fn]
	changed := false
	if len(a.loans[fn]) > 0 && len(a.sites[fn]) == 0 {
		if c := a.borrowed(fn); len(c) != len(e.classes) {
			e.classes, changed = c, true
		}
	}
	for _, s := range a.telling(fn) {
		caller := a.entries[s.caller]
		if caller.any {
			continue
		}
		terms, classes := a.passed(s, fn)
		for _, h := range append(terms, a.passedSome(s, fn)...) {
			if !slices.ContainsFunc(e.some, func(g held) bool { return g == h }) {
				e.some = append(slices.Clip(e.some), h)
				changed = true
			}
		}
		if e.any {
			e.any = false
			e.terms, e.classes = terms, classes
			changed = true
			continue
		}
		n := len(e.terms) + len(e.classes)
		e.terms = meet(e.terms, terms, func(h held) any { return h.term }, func(h *held) *locks.Mode { return &h.mode }, &changed)
		e.classes = meetClasses(e.classes, classes, &changed)
		changed = changed || n != len(e.terms)+len(e.classes)
		if caller.helper && fn.Parent() != nil && !e.helper {
			e.helper = true
			changed = true
		}
		if (caller.open || a.doubtful(s)) && !e.open && !a.unlocked(fn) {
			e.open = true
			changed = true
		}
	}
	return changed
}

// doubtful reports whether a callee has done something to a lock before the call at
// s, so that nobody knows whether it is held.
func (a *analyzer) doubtful(s site) bool {
	return slices.ContainsFunc(s.visit.Locks, func(l lockset.Lock) bool { return l.Doubt || l.Status == lockset.Gone })
}

// unlocked reports whether some call of fn certainly holds no lock at all: then
// what the others hold does not matter.
func (a *analyzer) unlocked(fn *ssa.Function) bool {
	for _, s := range a.telling(fn) {
		e := a.entries[s.caller]
		if !e.any && !e.open && !e.helper && len(e.all())+len(e.classes) == 0 && !s.visit.Joined &&
			!slices.ContainsFunc(s.visit.Locks, func(l lockset.Lock) bool { return l.Status != lockset.Free }) {
			return true
		}
	}
	return false
}

// telling returns the calls of fn that say something of what callers hold; if
// there are none, all of them.
func (a *analyzer) telling(fn *ssa.Function) []site {
	if sites, ok := a.tells[fn]; ok {
		return sites
	}
	var sites []site
	for _, s := range a.sites[fn] {
		if !a.skips(s, fn) {
			sites = append(sites, s)
		}
	}
	if len(sites) == 0 {
		for _, s := range a.sites[fn] {
			if !a.inTest(s.caller) || a.inTest(fn) {
				sites = append(sites, s)
			}
		}
	}
	a.tells[fn] = sites
	return sites
}

// meet returns the elements of x that are also in y, in the weaker mode.
func meet[E any](x, y []E, key func(E) any, mode func(*E) *locks.Mode, changed *bool) []E {
	var out []E
	for _, e := range x {
		i := slices.IndexFunc(y, func(f E) bool { return key(e) == key(f) })
		if i < 0 {
			continue
		}
		if m := mode(&e); *m != *mode(&y[i]) && *m != locks.Read {
			*m = locks.Read
			*changed = true
		}
		out = append(out, e)
	}
	return out
}

// meetClasses is meet for kinds of locks.
func meetClasses(x, y []class, changed *bool) []class {
	return meet(x, y, func(c class) any { return c.class }, func(c *class) *locks.Mode { return &c.mode }, changed)
}

// skips reports whether a call says nothing of what callers hold: it is in
// a test, in an initialiser, or made for an object that nobody else can reach.
func (a *analyzer) skips(s site, fn *ssa.Function) bool {
	if a.inTest(s.caller) && !a.inTest(fn) || a.isInit(s.caller) || a.early(s.caller, s.visit.Instr) {
		return true
	}
	call, ok := s.visit.Instr.(ssa.CallInstruction)
	if !ok {
		return false
	}
	args := locks.CalleeOf(call.Common(), call.Common().Value).Args
	if len(args) != len(fn.Params) {
		return false
	}
	object, ok := a.lockParams[fn]
	if !ok {
		object = lockedParam(fn)
		a.lockParams[fn] = object
	}
	if object < 0 {
		return false
	}
	switch a.own.Of(args[object], call) {
	case ownership.Private, ownership.Received, ownership.Stored:
		return true
	}
	typ := namedOf(fn.Params[object].Type())
	return typ != nil && !a.inTest(fn) && a.makes(s.caller, typ)
}

// lockedParam returns the first parameter of fn that points to a struct with a lock
// or, if there is none, to anything; -1 if there is none either.
func lockedParam(fn *ssa.Function) int {
	first := -1
	for i, p := range fn.Params {
		ptr, ok := p.Type().Underlying().(*types.Pointer)
		if !ok {
			continue
		}
		if first < 0 {
			first = i
		}
		s, ok := ptr.Elem().Underlying().(*types.Struct)
		if !ok {
			continue
		}
		for f := range s.Fields() {
			if locks.IsLock(f.Type()) || locks.IsLock(types.NewPointer(f.Type())) {
				return i
			}
		}
	}
	return first
}

// passed returns the locks that a call holds, in terms of the callee.
func (a *analyzer) passed(s site, fn *ssa.Function) ([]held, []class) {
	var terms []held
	var classes []class
	v := s.visit
	add := func(t *locks.Term, mode locks.Mode) {
		if n := a.translate(t, v, fn); n != nil && !slices.ContainsFunc(terms, func(h held) bool { return h.term == n }) {
			terms = append(terms, held{n, mode})
		}
		if c := t.Class(); c != nil {
			addClass(&classes, class{class: c, mode: mode})
		}
	}
	mentioned := func(t *locks.Term) bool {
		return slices.ContainsFunc(v.Locks, func(l lockset.Lock) bool { return l.Term == t })
	}
	for _, l := range v.Locks {
		if l.Status == lockset.Held { // others may come between, but not now
			add(l.Term, l.Mode)
		}
	}
	caller := a.entries[s.caller]
	for _, h := range caller.all() {
		if !mentioned(h.term) {
			add(h.term, h.mode)
		}
	}
	for _, c := range caller.classes {
		if !slices.ContainsFunc(v.Locks, func(l lockset.Lock) bool { return l.Term.Class() == c.class && l.Status != lockset.Held }) {
			addClass(&classes, c)
		}
	}
	return terms, classes
}

// passedSome returns the locks that a call may hold because some caller of its
// function does, in terms of the callee.
func (a *analyzer) passedSome(s site, fn *ssa.Function) []held {
	var out []held
	for _, h := range a.entries[s.caller].some {
		if slices.ContainsFunc(s.visit.Locks, func(l lockset.Lock) bool { return l.Term == h.term }) {
			continue
		}
		if n := a.translate(h.term, s.visit, fn); n != nil && n.Depth() <= maxPath {
			out = append(out, held{n, h.mode})
		}
	}
	return out
}

// maxPath bounds the path of a lock that callers may hold: recursion over a data
// structure makes them ever longer.
const maxPath = 8

func addClass(cs *[]class, c class) {
	for i := range *cs {
		if (*cs)[i].class == c.class {
			if c.mode == locks.Write {
				(*cs)[i].mode = locks.Write
			}
			(*cs)[i].lent = (*cs)[i].lent && c.lent
			return
		}
	}
	*cs = append(*cs, c)
}

// translate returns t, a term of a caller, in terms of fn, which it calls at v; nil if
// fn has no name for it.
func (a *analyzer) translate(t *locks.Term, v *lockset.Visit, fn *ssa.Function) *locks.Term {
	if _, ok := t.Base().Val.(locks.Global); ok {
		return t
	}
	bound := false
	args := a.m.ArgsOf(v)
	n := a.m.Names.Subst(t, func(t *locks.Term) *locks.Term {
		for i, arg := range args {
			if t == arg && t.Kind != locks.Const && i < len(fn.Params) {
				bound = true
				return a.m.Names.Root(fn.Params[i])
			}
		}
		return nil
	})
	if bound {
		return n
	}
	if fn.Parent() != nil { // a literal shares its terms with the functions around it
		return t
	}
	return nil
}

// A use says how a function is used otherwise than by being called.
type use uint8

const (
	called     use = iota // not at all
	startedUse            // it runs on its own goroutine
	keptUse               // it is stored, to be called by others
	unknownUse            // it is passed to unknown code
)

// inTest reports whether fn is in a test file.
func (a *analyzer) inTest(fn *ssa.Function) bool { return a.m.IR.InTest(fn.Pos()) }

// isInit reports whether fn, or the function around it, is an initialiser.
func (a *analyzer) isInit(fn *ssa.Function) bool {
	for fn.Parent() != nil {
		fn = fn.Parent()
	}
	return fn.Signature.Recv() == nil && (fn.Name() == "init" || strings.HasPrefix(fn.Name(), "init#"))
}
