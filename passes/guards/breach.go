package guards

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ast/astutil"
	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/lockset"
)

// breach records that acc does not hold g's lock: at the access or, if some
// callers of the function hold the lock, at the calls that do not.
func (a *analyzer) breach(g *Guard, acc *access, k grip) {
	if a.ignored(acc.fn, acc.pos) {
		return
	}
	w := acc.views[0]
	for _, v := range acc.views {
		if kv := a.gripOf(v, g.lock, acc.write); kv == free || kv == mixed || kv == shared && acc.write {
			w = v
			break
		}
	}
	if k == free && a.appears(acc.fn, w.visit.Instr, a.at(g.lock, w.visit.At), classOf(g.lock), modeFor(acc.write)) {
		return
	}
	expr, base := a.expr(acc, w.visit)
	b := &Breach{Guard: g, Expr: expr, Lock: a.lockExpr(g.lock, base, w.visit.At), Write: acc.write, Read: k == shared}
	b.Pos, b.End = a.span(acc.pos)
	need := a.at(g.lock, w.visit.At)
	if need != nil && a.passedIn(g, need) {
		return
	}
	if need != nil && a.blames(g, acc, b, need, acc.fn, make(map[*ssa.Function]bool)) {
		return
	}
	if d := a.data[g.Var]; g.inferred() && d != nil && k != shared && !(a.letGo(acc, g.lock) && a.usedUnder(d, acc, acc.fn, g.lock, false)) && !a.exposed(d, acc, acc.fn, g.lock) {
		return
	}
	a.result.Breaches = append(a.result.Breaches, b)
}

// inferred reports whether nobody says that the guard is one.
func (g *Guard) inferred() bool { return !g.Declared.IsValid() && !g.FromDeclared }

// blames records the calls of fn that do not hold the lock that fn needs, if
// others do. It reports whether there are any that hold it.
func (a *analyzer) blames(g *Guard, acc *access, b *Breach, need *locks.Term, fn *ssa.Function, seen map[*ssa.Function]bool) bool {
	if blamed, ok := seen[fn]; ok {
		return blamed
	}
	if a.root(fn) || a.uses[fn] != called || fn.Parent() != nil {
		return false
	}
	if a.takesWhen(fn, need) {
		return true // a parameter tells it whether to
	}
	seen[fn] = true
	holding, lost := false, false
	var without []site
	for _, s := range a.sites[fn] {
		if a.skips(s, fn) {
			continue
		}
		switch a.holdsAt(s, fn, need, b) {
		case exclusive, shared:
			holding = true
		case mixed: // its own callers differ
			holding = true
			without = append(without, s)
		case free:
			if a.onCondition(s, need) || a.appears(s.caller, s.visit.Instr, a.outward(need, s, fn), need.Class(), modeFor(b.Write)) {
				lost = true
			} else {
				without = append(without, s)
			}
		}
	}
	if len(without) == 0 && (holding || lost) {
		return true // all calls hold it, as far as a reader can see
	}
	if !holding {
		seen[fn] = false
		return false
	}
	done := make(map[ssa.Instruction]bool)
	for _, s := range without {
		if done[s.visit.Instr] {
			continue
		}
		done[s.visit.Instr] = true
		up := a.outward(need, s, fn)
		if up != nil && (a.blames(g, acc, b, up, s.caller, seen) || a.passedIn(g, up)) {
			continue
		}
		call := a.m.IR.Call(callPos(s.visit.Instr))
		if call == nil {
			continue
		}
		if a.ignored(s.caller, call.Pos()) || a.permitted(s.caller, call.Pos(), g.Var) {
			continue
		}
		if key := (callKey{s.visit.Instr, need.Class()}); a.blamed[key] {
			continue // one report for each call, whatever the helper accesses
		} else if d := a.data[g.Var]; g.inferred() && d != nil && !a.exposed(d, acc, s.caller, g.lock) {
			continue
		} else {
			a.blamed[key] = true
		}
		n := *b
		n.Call = types.ExprString(call.Fun)
		n.At = b.Pos
		n.Pos, n.End = call.Pos(), call.End()
		n.Lock = a.lockAt(call, need, fn)
		a.result.Breaches = append(a.result.Breaches, &n)
	}
	return true
}

type callKey struct {
	call  ssa.Instruction
	class any
}

func callPos(instr ssa.Instruction) token.Pos {
	if c, ok := instr.(ssa.CallInstruction); ok {
		return c.Common().Pos()
	}
	return token.NoPos
}

// onCondition reports whether the caller acquires need before the call at s on some other
// path, and none lets it go: a condition tells it when, and perhaps the callee, too.
func (a *analyzer) onCondition(s site, need *locks.Term) bool {
	class := need.Class()
	of := func(v lockset.Visit) *lockset.Lock {
		i := slices.IndexFunc(v.Locks, func(l lockset.Lock) bool { return class != nil && l.Term.Class() == class })
		if i < 0 {
			return nil
		}
		return &v.Locks[i]
	}
	if of(*s.visit) != nil {
		return false
	}
	return slices.ContainsFunc(a.visits(s.caller), func(v lockset.Visit) bool {
		l := of(v)
		return v.Instr == s.visit.Instr && l != nil && l.Status == lockset.Held && l.Site != nil
	})
}

// holdsAt returns how a call holds the lock that the callee calls need.
func (a *analyzer) holdsAt(s site, fn *ssa.Function, need *locks.Term, b *Breach) grip {
	terms, classes := a.passed(s, fn)
	for _, h := range terms {
		if h.term == need {
			if h.mode == locks.Read {
				if b.Write {
					return free
				}
				return shared
			}
			return exclusive
		}
	}
	e := a.entries[s.caller]
	if s.visit.Joined || (e.open || e.helper) && a.carries(need.Class()) {
		return unknown
	}
	for _, l := range s.visit.Locks {
		if (l.Doubt || l.Status == lockset.Gone) && a.translate(l.Term, s.visit, fn) == need {
			return unknown
		}
	}
	for _, c := range classes {
		if c.class == need.Class() && c.class != nil {
			return unknown
		}
	}
	for _, h := range a.passedSome(s, fn) {
		if h.term == need {
			return mixed
		}
	}
	return free
}

// outward returns need, a lock in terms of fn, in terms of the caller at s; nil
// if it has no name there.
func (a *analyzer) outward(need *locks.Term, s site, fn *ssa.Function) *locks.Term {
	if _, ok := need.Base().Val.(locks.Global); ok {
		return need
	}
	lost := true
	t := a.m.Names.Subst(need, func(t *locks.Term) *locks.Term {
		p, ok := t.Val.(*ssa.Parameter)
		if t.Kind != locks.Root || !ok {
			return nil
		}
		for i, q := range fn.Params {
			if args := a.m.ArgsOf(s.visit); p == q && i < len(args) {
				lost = false
				return args[i]
			}
		}
		return nil
	})
	if lost {
		return nil
	}
	return t
}

// span returns the positions of the selector or identifier at pos.
func (a *analyzer) span(pos token.Pos) (start, end token.Pos) {
	switch n := a.nodeAt(pos).(type) {
	case *ast.SelectorExpr:
		return n.Pos(), n.End()
	case *ast.Ident:
		return n.Pos(), n.End()
	}
	return pos, pos
}

// expr returns the accessed data and the struct that it belongs to, as the
// source writes them.
func (a *analyzer) expr(acc *access, v *lockset.Visit) (expr, base string) {
	name := v.Access.Var.Name()
	sel, ok := a.nodeAt(acc.pos).(*ast.SelectorExpr)
	if v.Access.Base == nil || v.At.X == nil {
		if v.Access.Var.Pkg() != a.pass.Pkg {
			name = v.Access.Var.Pkg().Name() + "." + name
		}
		return name, ""
	}
	if !ok {
		base = v.At.X.String()
		return base + "." + name, base
	}
	base = v.At.X.String()
	for x := ast.Expr(sel); ; {
		s, ok := ast.Unparen(x).(*ast.SelectorExpr)
		if !ok {
			break // through a pointer to a part of the data
		}
		if s.Sel.Name == name {
			base = types.ExprString(s.X)
			break
		}
		x = s.X
	}
	return types.ExprString(sel), base
}

// lockExpr returns l as the source would write it beside data at location at, in
// the struct that base denotes.
func (a *analyzer) lockExpr(l lock, base string, at *locks.Term) string {
	if l.class != nil {
		if t := a.owner(l, at); t != nil {
			return t.String()
		}
	}
	path := a.path(l)
	if l.class != nil || l.term.Base() != a.m.Owner() || base == "" {
		return path
	}
	t := at.X
	for range l.up {
		if t.Kind != locks.Field {
			return path
		}
		// The struct around it; embedded ones need not be written.
		base = strings.TrimSuffix(base, "."+t.Var.Name())
		t = t.X
	}
	return base + "." + path
}

// lockAt returns need, a lock in terms of fn, as a path from the arguments of call,
// as the source writes them.
func (a *analyzer) lockAt(call *ast.CallExpr, need *locks.Term, fn *ssa.Function) string {
	text := need.String()
	for i, p := range fn.Params {
		if !need.Mentions(p) {
			continue
		}
		var arg ast.Expr
		if fn.Signature.Recv() != nil {
			i--
		}
		if sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok && i < 0 {
			arg = sel.X
		} else if i >= 0 && i < len(call.Args) {
			arg = call.Args[i]
		}
		if arg == nil {
			return text
		}
		if u, ok := ast.Unparen(arg).(*ast.UnaryExpr); ok && u.Op == token.AND {
			arg = u.X
		}
		return types.ExprString(arg) + strings.TrimPrefix(text, p.Name())
	}
	return text
}

// nodeAt returns the selector whose field name, or the identifier that, begins
// at pos.
func (a *analyzer) nodeAt(pos token.Pos) ast.Node {
	path := a.enclosing(pos)
	if len(path) == 0 || path[0].Pos() != pos {
		return nil
	}
	id, ok := path[0].(*ast.Ident)
	if !ok {
		return nil
	}
	if sel, ok := path[1].(*ast.SelectorExpr); ok && sel.Sel == id {
		return sel
	}
	return id
}

// enclosing returns the syntax at pos and around it, from the innermost, up to the file.
func (a *analyzer) enclosing(pos token.Pos) []ast.Node {
	f := a.fileAt(pos)
	if f == nil {
		return nil
	}
	path, _ := astutil.PathEnclosingInterval(f, pos, pos)
	return path
}
