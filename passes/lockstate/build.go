package lockstate

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/lockset"
)

// A builder turns the events of one function into a [Func].
type builder struct {
	machine *lockset.Machine
	fn      *Func
	stmts   *syntax
	joined  map[*Acquire]bool // those that are reached in joined states
}

type placeKey struct {
	site *lockset.Site
	lock *locks.Term
	exit ssa.Instruction
}

func (b *builder) build(f *lockset.Function) {
	b.stmts = newSyntax(b.fn.Decl)
	b.joined = make(map[*Acquire]bool)
	acquires := make(map[placeKey]*Acquire)
	releases := make(map[placeKey]*Release)
	waits := make(map[placeKey]*Wait)
	exits := make(map[ssa.Instruction]*Exit)
	deferred := make(map[ssa.Instruction][]*locks.Term)
	for _, e := range f.Events {
		if e.Site != nil && b.trial(e.Site) {
			continue
		}
		key := placeKey{e.Site, e.Lock, e.Exit}
		switch e.Kind {
		case lockset.Acquired:
			if e.Exit != nil {
				deferred[e.Exit] = append(deferred[e.Exit], e.Lock)
			}
			key.exit = nil
			a := acquires[key]
			if a == nil {
				a = &Acquire{Op: *b.op(e.Site), Lock: e.Lock, Callback: e.Callback}
				acquires[key] = a
				b.fn.Acquires = append(b.fn.Acquires, a)
			}
			for _, l := range e.State.Locks() {
				a.Turns = a.Turns || l.Status == lockset.Held && l.Site == e.Site
			}
			a.Paths++
			b.joined[a] = b.joined[a] || e.State.Joined()
			if p := e.Prior; p != nil && p.Status == lockset.Held && !p.Doubt && !e.State.Joined() && p.Site != nil {
				a.Conflicts = append(a.Conflicts, b.held(e.State, p))
			}
		case lockset.Released:
			r := releases[key]
			if r == nil {
				r = &Release{Op: *b.op(e.Site), Lock: e.Lock}
				if e.Exit != nil {
					r.Exit = b.exitPos(e.Exit)
				}
				releases[key] = r
				b.fn.Releases = append(b.fn.Releases, r)
			}
			r.Paths++
			switch p := e.Prior; {
			case p == nil || p.Doubt || e.State.Joined() || p.Status == lockset.Gone:
			case p.Status == lockset.Free:
				r.Free = append(r.Free, b.op(p.Site))
			case p.Mode != e.Mode:
				r.Wrong = append(r.Wrong, b.op(p.Site))
			default:
				r.Held = append(r.Held, b.op(p.Site))
				r.Shared = r.Shared || p.Shared
			}
		case lockset.Waited:
			w := waits[key]
			if w == nil {
				w = &Wait{Op: *b.op(e.Site), Lock: e.Lock}
				waits[key] = w
				b.fn.Waits = append(b.fn.Waits, w)
			}
			w.Paths++
			switch p := e.Prior; {
			case p == nil:
				w.Unknown++
			case p.Doubt || e.State.Joined() || p.Status == lockset.Gone:
			case p.Status == lockset.Free || p.Mode != e.Mode:
				w.Free++
			}
		case lockset.Exited:
			if e.Depth > 0 {
				continue
			}
			x := exits[e.Instr]
			if x == nil {
				x = b.exit(e)
				exits[e.Instr] = x
				b.fn.Exits = append(b.fn.Exits, x)
			}
			x.Paths = append(x.Paths, b.path(e))
		case lockset.Again:
			if !e.Prior.Doubt && !e.State.Joined() {
				_, made := e.Lock.Base().Val.(*ssa.Alloc)
				varies := b.varies(e)
				b.fn.Laps = append(b.fn.Laps, &Lap{Held: b.held(e.State, e.Prior), Varies: varies, Made: varies && made})
			}
		}
	}
	b.findDeferred()
	for _, x := range b.fn.Exits {
		x.deferred = deferred[x.instr]
		for i := range x.Paths {
			for j := range x.Paths[i].Held {
				x.Paths[i].Held[j].Must = heldOnAll(x, x.Paths[i].Held[j].Lock)
			}
		}
	}
}

// trial reports whether s is in a test of the very package that declares the lock:
// such tests do on purpose what nobody should.
func (b *builder) trial(s *lockset.Site) bool {
	if s.Instr == nil || !b.machine.IR.InTest(s.Instr.Pos()) {
		return false // a channel operation is no method of anybody
	}
	fn := locks.CalleeOf(s.Instr.Common(), s.Instr.Common().Value).Func
	_, isOp := locks.OpOf(fn)
	return isOp && fn.Pkg() != nil && fn.Pkg().Path() == strings.TrimSuffix(b.machine.IR.SSA.Pkg.Path(), "_test")
}

// findDeferred finds the deferred literals that release the locks with which
// loops come round:
//
//	for … {
//		mu.Lock()
//		defer func() { mu.Unlock() }()
//	}
//
// The machine has a new closure in each turn, and joins the states in the end.
// Then the lock is held again if the loop locks it in every turn.
func (b *builder) findDeferred() {
	for _, a := range b.fn.Acquires {
		if a.Via != nil || a.Deferred || a.Call == nil {
			continue
		}
		d := b.stmts.deferAfter(a)
		if d == nil {
			continue
		}
		found := false
		for i := range a.Conflicts {
			if h := &a.Conflicts[i]; h.Op.Pos == a.Pos {
				h.Deferred = cmp.Or(h.Deferred, d)
				found = true
			}
		}
		if !found && b.joined[a] && b.everyTurn(a) {
			a.Conflicts = append(a.Conflicts, Held{Lock: a.Lock, Op: &a.Op, Mode: a.Mode, Deferred: d})
		}
		for _, lap := range b.fn.Laps {
			if lap.Op.Pos == a.Pos {
				lap.Deferred = cmp.Or(lap.Deferred, d)
			}
		}
	}
}

// everyTurn reports whether a is in a loop all of whose turns run it, and has
// the same lock in all of them.
func (b *builder) everyTurn(a *Acquire) bool {
	block := a.site.Instr.Block()
	for _, header := range block.Parent().Blocks {
		turns, all := 0, true
		for _, latch := range header.Preds {
			if header.Dominates(latch) {
				turns++
				all = all && block.Dominates(latch)
			}
		}
		if turns > 0 && all && header.Dominates(block) && !madeIn(header, a.Lock) {
			return true
		}
	}
	return false
}

// madeIn reports whether lock is named by something that the loop at header
// computes.
func madeIn(header *ssa.BasicBlock, lock *locks.Term) bool {
	return slices.ContainsFunc(lock.Roots(), func(v ssa.Value) bool {
		instr, ok := v.(ssa.Instruction)
		return ok && instr.Parent() == header.Parent() && header.Dominates(instr.Block())
	})
}

func heldOnAll(x *Exit, lock *locks.Term) bool {
	for _, p := range x.Paths {
		found := false
		for _, h := range p.Held {
			found = found || h.Lock == lock
		}
		if !found {
			return false
		}
	}
	return true
}

// varies reports whether a lock that is held at the end of a loop's turn is
// named by something that the loop computes anew.
func (b *builder) varies(e lockset.Event) bool {
	header := e.Instr.Block()
	for _, s := range header.Succs {
		if s.Dominates(header) {
			header = s
			break
		}
	}
	return madeIn(header, e.Lock)
}

// op returns the syntax of a site; nil for a nil site.
func (b *builder) op(s *lockset.Site) *Op {
	if s == nil {
		return nil
	}
	op := &Op{Expr: s.Expr, Mode: s.Op.Mode, Via: s.Via, Sync: s.Op.Sync, Resource: s.Op.Resource, site: s}
	if s.Instr == nil { // on a channel
		op.Pos, op.End = s.Pos, s.Pos
		return op
	}
	op.Call = b.machine.IR.Call(s.Pos)
	if s.Via != nil {
		op.Callee = locks.CalleeOf(s.Instr.Common(), s.Instr.Common().Value).Func
	}
	if op.Call != nil {
		op.Pos, op.End = op.Call.Pos(), op.Call.End()
	} else {
		op.Pos = s.Instr.Pos()
		op.End = op.Pos
	}
	if d, ok := s.Instr.(*ssa.Defer); ok {
		op.Deferred = true
		op.Pos = d.Pos()
	}
	return op
}

func (b *builder) held(st *lockset.State, l *lockset.Lock) Held {
	h := Held{Lock: l.Term, Op: b.op(l.Site), Mode: l.Mode, Shared: l.Shared}
	h.Local = l.Site.Via != nil && b.fresh(l.Term)
	if d := st.DeferredRelease(l.Term); d != nil {
		h.Deferred = b.stmts.defers[d.Pos()]
	}
	return h
}

func (b *builder) exit(e lockset.Event) *Exit {
	x := &Exit{Kind: e.End, Pos: b.exitPos(e.Instr), instr: e.Instr}
	if ret, ok := e.Instr.(*ssa.Return); ok {
		x.Stmt = b.stmts.returns[ret.Pos()]
	}
	if call, ok := e.Instr.(*ssa.Call); ok {
		x.Call = b.machine.IR.Call(call.Call.Pos())
	}
	return x
}

// exitPos returns the position of an exit; that of an implicit return is the
// closing brace.
func (b *builder) exitPos(instr ssa.Instruction) token.Pos {
	switch instr := instr.(type) {
	case *ssa.Call:
		if call := b.machine.IR.Call(instr.Call.Pos()); call != nil {
			return call.Pos()
		}
	case *ssa.Return, *ssa.Panic:
		if p := instr.Pos(); p.IsValid() {
			return p
		}
		if syntax := instr.Parent().Syntax(); syntax != nil {
			return syntax.End() - 1
		}
	}
	return instr.Pos()
}

func (b *builder) path(e lockset.Event) Path {
	p := Path{Success: b.success(e), Handle: b.handle(e), Flags: e.State.Flags()}
	if e.State.Joined() {
		return p
	}
	ls := e.State.Locks()
	for i := range ls {
		l := &ls[i]
		switch {
		case l.Status == lockset.Gone:
			p.Handed = append(p.Handed, l.Term)
		case l.Doubt:
		case l.Status == lockset.Held && l.Need == lockset.NeedNothing && l.Site != nil && !returned(e, l.Term) && !b.machine.Releases(e.State, e.Values, l.Term):
			p.Held = append(p.Held, b.held(e.State, l))
		case l.Status == lockset.Held && l.Need == lockset.NeedNothing:
			p.Returned = append(p.Returned, l.Term)
		case l.Status == lockset.Free && l.Need == lockset.NeedNothing && l.Site != nil && l.Site.Op.Action != locks.Try:
			p.Released = append(p.Released, l.Term)
		}
	}
	return p
}

// returned reports whether the function returns the object that contains the
// lock.
func returned(e lockset.Event, lock *locks.Term) bool {
	for _, v := range e.Values {
		if v.Kind == locks.Const {
			continue
		}
		if _, param := v.Val.(*ssa.Parameter); param && v.Kind == locks.Root {
			continue
		}
		for t := lock; t != nil; t = t.X {
			if t == v {
				return true
			}
		}
	}
	return false
}

// success tells what the results of a return say about the call.
func (b *builder) success(e lockset.Event) int {
	if e.End != lockset.Return || len(e.Values) == 0 {
		return 0
	}
	results := b.fn.fn.Signature.Results()
	n := b.machine.Names
	last := len(e.Values) - 1
	val, typ := e.Values[last], results.At(last).Type()
	isNil, known := b.machine.IsNil(e.State, val)
	switch {
	case val == n.Bool(true):
		return 1
	case val == n.Bool(false):
		return -1
	case types.Identical(typ, types.Universe.Lookup("error").Type()):
		if known && isNil {
			return 1
		} else if known {
			return -1
		}
		return 0
	}
	if known && isNil {
		return -1
	} else if known {
		return 1
	}
	return 0
}

// handle tells whether a return gives the caller an object.
func (b *builder) handle(e lockset.Event) int {
	if e.End != lockset.Return {
		return 0
	}
	results := b.fn.fn.Signature.Results()
	handle := 0
	for i, val := range e.Values {
		t := results.At(i).Type()
		if types.Identical(t, types.Universe.Lookup("error").Type()) {
			continue
		}
		switch t.Underlying().(type) {
		case *types.Pointer, *types.Interface:
		default:
			continue
		}
		isNil, known := b.machine.IsNil(e.State, val)
		switch {
		case !known:
			return 0
		case !isNil:
			return 1
		}
		handle = -1
	}
	return handle
}

// A syntax indexes the statements of a function.
type syntax struct {
	returns map[token.Pos]*ast.ReturnStmt
	defers  map[token.Pos]*ast.DeferStmt
	lists   [][]ast.Stmt // those with defer statements
}

func newSyntax(n ast.Node) *syntax {
	s := &syntax{returns: make(map[token.Pos]*ast.ReturnStmt), defers: make(map[token.Pos]*ast.DeferStmt)}
	if n == nil {
		return s
	}
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ReturnStmt:
			s.returns[n.Pos()] = n
		case *ast.DeferStmt:
			s.defers[n.Pos()] = n
		case *ast.BlockStmt:
			s.addList(n.List)
		case *ast.CaseClause:
			s.addList(n.Body)
		case *ast.CommClause:
			s.addList(n.Body)
		}
		return true
	})
	return s
}

func (s *syntax) addList(list []ast.Stmt) {
	if slices.ContainsFunc(list, func(stmt ast.Stmt) bool { _, ok := stmt.(*ast.DeferStmt); return ok }) {
		s.lists = append(s.lists, list)
	}
}

// deferAfter returns the statement that defers a literal which undoes a, if it
// follows a in the same list, so that whoever runs one runs the other.
func (s *syntax) deferAfter(a *Acquire) *ast.DeferStmt {
	for _, list := range s.lists {
		locked := false
		for _, stmt := range list {
			if labeled, ok := stmt.(*ast.LabeledStmt); ok {
				stmt = labeled.Stmt
			}
			switch stmt := stmt.(type) {
			case *ast.ExprStmt:
				locked = locked || stmt.X == a.Call
			case *ast.DeferStmt:
				if lit, ok := stmt.Call.Fun.(*ast.FuncLit); ok && locked && calls(lit.Body, a.Expr+"."+locks.Op{Mode: a.Mode}.Undo()) {
					return stmt
				}
			}
		}
	}
	return nil
}

// calls reports whether a statement of body itself is a call of fun.
func calls(body *ast.BlockStmt, fun string) bool {
	return slices.ContainsFunc(body.List, func(stmt ast.Stmt) bool {
		expr, ok := stmt.(*ast.ExprStmt)
		if !ok {
			return false
		}
		call, ok := expr.X.(*ast.CallExpr)
		return ok && types.ExprString(call.Fun) == fun
	})
}
