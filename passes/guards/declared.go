package guards

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/lockset"
)

// A declaredGuard is what a comment says of a datum, in terms of locks.
type declaredGuard struct {
	*Declaration
	locks []lock
}

// readDeclarations turns the comments of the package into locks.
func (a *analyzer) readDeclarations() {
	a.funcs = make(map[*types.Func]*FuncDecl)
	a.vars = make(map[*types.Var]*declaredGuard)
	a.atomics = make(map[*types.Var]*Declaration)
	for _, f := range a.declared.Funcs {
		a.funcs[f.Func] = f
	}
	for _, d := range a.declared.Vars {
		if d.Kind == Atomic {
			a.atomics[d.Var] = d
			continue
		}
		g := &declaredGuard{Declaration: d}
		for _, p := range d.Locks {
			if l, ok := a.lockOf(p); ok {
				g.locks = append(g.locks, l)
			}
		}
		if len(g.locks) == len(d.Locks) {
			a.vars[d.Var] = g
		}
	}
}

// lockOf returns the lock that a path names from the point of view of the data
// that it guards.
func (a *analyzer) lockOf(p Path) (lock, bool) {
	switch p.Root {
	case Sibling, Surrounding:
		l := lock{term: a.follow(a.m.Owner(), p.Fields)}
		if p.Root == Surrounding {
			l.up = p.Outer
		}
		return l, true
	case Variable:
		return lock{term: a.variable(p)}, true
	case Some:
		if len(p.Fields) > 0 {
			return lock{class: p.Fields[len(p.Fields)-1].Origin()}, true
		}
	}
	return lock{}, false
}

// variable returns the lock that a path from a package variable leads to.
func (a *analyzer) variable(p Path) *locks.Term {
	root := a.m.Names.Root(locks.Global{Pkg: p.Global.Pkg().Path(), Name: p.Global.Name()})
	return a.follow(content(a.m.Names, root, p.Global.Type()), p.Fields)
}

// content returns what t, the address of a variable of type typ, is to those who
// go on from there: pointers and interfaces are loaded.
func content(n *locks.Names, t *locks.Term, typ types.Type) *locks.Term {
	switch typ.Underlying().(type) {
	case *types.Pointer:
		return n.Deref(t)
	case *types.Interface:
		return n.Deref(t)
	}
	return t
}

// follow returns the end of a path of fields from t, the address of a struct.
func (a *analyzer) follow(t *locks.Term, fields []*types.Var) *locks.Term {
	for _, f := range fields {
		t = content(a.m.Names, a.m.Names.Field(t, f.Origin()), f.Type())
	}
	return a.canon(t)
}

// inFunction returns the lock that a path of a function's declaration names, in
// terms of fn.
func (a *analyzer) inFunction(p Path, fn *ssa.Function) *locks.Term {
	switch p.Root {
	case Parameter:
		if p.Param < len(fn.Params) {
			return a.follow(a.m.Names.Root(fn.Params[p.Param]), p.Fields)
		}
	case Variable:
		return a.variable(p)
	}
	return nil
}

// canon returns the usual name of a lock: what a type that is nothing but a lock
// has inside is called by the field or variable of that type.
func (a *analyzer) canon(t *locks.Term) *locks.Term {
	if t.Kind != locks.Field {
		return t
	}
	usual := a.usual[t]
	if usual == nil {
		usual = a.unwrapped(t)
		a.usual[t] = usual
	}
	return usual
}

// unwrapped is canon without its cache.
func (a *analyzer) unwrapped(t *locks.Term) *locks.Term {
	for t.Kind == locks.Field {
		x := t.X
		if x.Kind == locks.Deref {
			x = x.X
		}
		var typ types.Type
		switch x.Kind {
		case locks.Field:
			typ = x.Var.Type()
		case locks.Root:
			typ = a.typeOf(x)
		}
		if typ == nil || !wrapsLock(typ) {
			return t
		}
		t = t.X
	}
	return t
}

// typeOf returns the type of the package variable that t is, or nil.
func (a *analyzer) typeOf(t *locks.Term) types.Type {
	g, ok := t.Val.(locks.Global)
	if !ok || g.Pkg != a.pass.Pkg.Path() {
		return nil
	}
	if v := a.pass.Pkg.Scope().Lookup(g.Name); v != nil {
		return v.Type()
	}
	return nil
}

// wrapsLock reports whether typ is a lock that is a struct with one field, or
// a pointer to one.
func wrapsLock(typ types.Type) bool {
	if !locks.IsLock(typ) && !locks.IsLock(types.NewPointer(typ)) {
		return false
	}
	if p, ok := typ.Underlying().(*types.Pointer); ok {
		typ = p.Elem()
	}
	s, ok := typ.Underlying().(*types.Struct)
	return ok && s.NumFields() == 1
}

// declare adds what is known of fn's callers without looking at them: from its
// first operation on a lock, if that is a release, from its name and from its
// documentation.
func (a *analyzer) declare(fn *ssa.Function, e *entry) {
	for _, n := range a.sum.Needs(fn) {
		e.sure = append(e.sure, held{a.canon(n.Term), n.Mode})
	}
	obj, _ := fn.Object().(*types.Func)
	d := a.funcs[obj]
	if d == nil {
		return
	}
	for _, list := range [...][]Requirement{d.Requires, d.Releases} {
		for _, q := range list {
			if t := a.inFunction(q.Path, fn); t != nil && !a.takes(fn, t) {
				e.sure = append(e.sure, held{t, modeOf(q)})
			} else if q.Root == Some && len(q.Fields) > 0 {
				addClass(&e.classes, class{class: q.Fields[len(q.Fields)-1].Origin(), mode: modeOf(q)})
			}
		}
	}
	if d.Locked {
		e.helper = true
		if t := a.onlyLock(fn); t != nil {
			e.sure = append(e.sure, held{t, locks.Write})
		}
	}
}

// takes reports whether fn itself acquires the lock named t: words that say it must
// be held mean something else.
func (a *analyzer) takes(fn *ssa.Function, t *locks.Term) bool {
	eff := a.m.Effects(locks.Callee{Body: fn})
	return eff != nil && slices.ContainsFunc(eff.Excludes, func(x lockset.Exclude) bool { return a.canon(x.Term) == t })
}

// takesWhen reports whether fn acquires the lock named t if its arguments say so.
func (a *analyzer) takesWhen(fn *ssa.Function, t *locks.Term) bool {
	eff := a.m.Effects(locks.Callee{Body: fn})
	return eff != nil && slices.ContainsFunc(eff.Excludes, func(x lockset.Exclude) bool { return len(x.When) > 0 && a.canon(x.Term) == t })
}

func modeOf(q Requirement) locks.Mode {
	if q.Read {
		return locks.Read
	}
	return locks.Write
}

// onlyLock returns the lock that the receiver of fn has, if it is one.
func (a *analyzer) onlyLock(fn *ssa.Function) *locks.Term {
	if fn.Signature.Recv() == nil || len(fn.Params) == 0 {
		return nil
	}
	p, ok := fn.Params[0].Type().Underlying().(*types.Pointer)
	if !ok {
		return nil
	}
	s, ok := p.Elem().Underlying().(*types.Struct)
	if !ok {
		return nil
	}
	var found *types.Var
	for i := range s.NumFields() {
		f := s.Field(i)
		if locks.IsLock(types.NewPointer(f.Type())) || locks.IsLock(f.Type()) {
			if found != nil {
				return nil
			}
			found = f
		}
	}
	if found == nil {
		return nil
	}
	return a.follow(a.m.Names.Root(fn.Params[0]), []*types.Var{found})
}

// ignored reports whether nothing is to be reported at pos, in fn: an annotation
// says so.
func (a *analyzer) ignored(fn *ssa.Function, pos token.Pos) bool {
	for ; fn != nil; fn = fn.Parent() {
		if obj, ok := fn.Object().(*types.Func); ok {
			if d := a.funcs[obj]; d != nil && (d.Ignore || d.Force) {
				return true
			}
		}
	}
	at := a.pass.Fset.Position(pos)
	for _, e := range a.declared.Exemptions {
		if p := a.pass.Fset.Position(e.Pos); p.Filename == at.Filename && p.Line == at.Line {
			return true
		}
	}
	return false
}

// aliases returns other names of a lock that the declaration of fn gives it.
func (a *analyzer) aliases(fn *ssa.Function, t *locks.Term) []*locks.Term {
	obj, _ := ir.Outermost(fn).Object().(*types.Func)
	d := a.funcs[obj]
	if d == nil {
		return nil
	}
	var out []*locks.Term
	for _, pair := range d.Aliases {
		x, y := a.inFunction(pair[0], ir.Outermost(fn)), a.inFunction(pair[1], ir.Outermost(fn))
		switch {
		case x == nil || y == nil:
		case t == x:
			out = append(out, y)
		case t == y:
			out = append(out, x)
		}
	}
	return out
}

// declaredGuard returns the guard of d that a comment declares, or nil if it says that
// there is none.
func (a *analyzer) declaredGuard(d *datum, g *declaredGuard) *Guard {
	if g.Kind == Unguarded || len(g.locks) == 0 {
		return nil
	}
	guard := a.newGuard(d, a.tally(d, g.locks[0]))
	guard.Declared = g.Pos
	return guard
}

// checkDeclared records the breaches of a declared guard.
func (a *analyzer) checkDeclared(d *datum, g *declaredGuard) {
	reported := make(map[*ssa.Function]bool)
	for _, acc := range d.accesses {
		if reported[acc.fn] || !acc.write && (g.Kind == GuardedWrites || acc.atomic) {
			continue
		}
		if g.Form == Prose && (a.permitted(acc.fn, acc.pos, nil) || acc.write && a.setsUp(acc)) {
			continue
		}
		if g.Form == Prose && !acc.write && a.constant(d) {
			continue
		}
		if g.Form == Prose && (a.ordered(d, acc, g.locks[0]) || !acc.write && a.serialUnder(d, acc, g.locks[0])) {
			continue
		}
		if l, k, ok := a.missing(acc, g); ok {
			reported[acc.fn] = true
			n := *d.guard
			n.lock, n.Lock = l, a.path(l)
			a.breach(&n, acc, k)
		}
	}
}

// constant reports whether only those who set an object up write d, so that no lock
// is needed to read it, whatever a comment says of d and its neighbours.
func (a *analyzer) constant(d *datum) bool {
	sets := a.setUp[d.v]
	for _, w := range d.accesses {
		if w.write || w.calls {
			if !w.exempt {
				return false
			}
			sets = true
		}
	}
	return sets && !d.v.Exported()
}

// missing returns the lock of g that acc lacks: a write needs all of them,
// unless either is enough, a read any.
func (a *analyzer) missing(acc *access, g *declaredGuard) (l lock, k grip, ok bool) {
	lacking := 0
	for i := len(g.locks) - 1; i >= 0; i-- {
		k1 := a.grip(acc, g.locks[i])
		if k1 == unknown {
			return lock{}, 0, false
		}
		if k1 == free || k1 == mixed || k1 == shared && acc.write {
			lacking++
			l, k = g.locks[i], k1
		}
	}
	if acc.write && !g.Either {
		return l, k, lacking > 0
	}
	return l, k, lacking == len(g.locks)
}
