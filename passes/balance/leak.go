package balance

import (
	"cmp"
	"go/ast"
	"go/token"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/lockset"
	"github.com/concurlint/concurlint/passes/lockstate"
)

// A Leak is an exit of a function, or a turn of a loop, that keeps a unit which the
// function releases on other paths.
type Leak struct {
	Acquire Op
	// Release is where another path releases it; nil if the other paths leave that
	// to a goroutine or a function that they pass on.
	Release *Op
	// Releases are all releases of it, if they are in the function itself; none if
	// others release it too.
	Releases []Op
	// Pos and End are the exit, Stmt the return statement, if it is one. If Loop is
	// set, they are the acquisition in the loop.
	Pos, End token.Pos
	Stmt     *ast.ReturnStmt
	Loop     bool
	// Panic is a call before the release by hand that may panic into somebody who
	// recovers. Then Pos and End are the acquisition.
	Panic *ast.CallExpr
	// Decl is the function.
	Decl ast.Node
}

// evidence shows that a function means to release what it acquires somewhere: the
// releases of that, which are nil where it leaves that to other code.
type evidence struct {
	releases  []*lockset.Site
	entrusted bool
}

// evidenceOf collects the evidence of one function by acquisition.
func evidenceOf(f *lockset.Function) map[*lockset.Site]*evidence {
	m := make(map[*lockset.Site]*evidence)
	for _, e := range f.Events {
		p := e.Prior
		if p == nil || p.Status != lockset.Held || p.Site == nil || e.Kind != lockset.Released && e.Kind != lockset.Entrusted {
			continue
		}
		v := m[p.Site]
		if v == nil {
			v = new(evidence)
			m[p.Site] = v
		}
		if e.Kind == lockset.Entrusted {
			v.entrusted = true
		} else if !slices.Contains(v.releases, e.Site) {
			v.releases = append(v.releases, e.Site)
		}
	}
	return m
}

// A leakFinder looks at one function.
type leakFinder struct {
	r     *Result
	f     *lockset.Function
	state *lockstate.Func
	shows map[*lockset.Site]*evidence
	seen  map[*lockset.Site]bool
}

// findLeaks finds the exits and loops of functions that keep what other paths
// release.
func (r *Result) findLeaks() {
	for i, f := range r.runs {
		if _, body := f.Fn.Syntax().(*ast.RangeStmt); body {
			continue // its exits are those of the function around the loop
		}
		l := leakFinder{r, f, r.state.Funcs[i], evidenceOf(f), make(map[*lockset.Site]bool)}
		l.laps()
		l.exits()
		l.panics()
	}
	slices.SortStableFunc(r.leaks, func(a, b *Leak) int {
		return cmp.Or(r.m.IR.Compare(a.Pos, b.Pos), r.m.IR.Compare(a.Acquire.Pos, b.Acquire.Pos))
	})
}

func (l *leakFinder) add(site *lockset.Site, leak *Leak) {
	l.seen[site] = true
	leak.Acquire, leak.Decl = l.r.op(site), l.f.Fn.Syntax()
	if rel := l.shows[site].releases; len(rel) > 0 {
		op := l.r.op(rel[0])
		leak.Release = &op
	}
	own := !l.shows[site].entrusted
	for _, s := range l.shows[site].releases {
		own = own && s.Fn == l.f.Fn && s.Via == nil && !isDefer(s)
		leak.Releases = append(leak.Releases, l.r.op(s))
	}
	if !own {
		leak.Releases = nil
	}
	if leak.Loop || leak.Panic != nil {
		leak.Pos, leak.End = leak.Acquire.Pos, leak.Acquire.End
	}
	l.r.leaks = append(l.r.leaks, leak)
}

// exits finds the exits that keep a unit.
func (l *leakFinder) exits() {
	for _, e := range l.f.Events {
		if e.Kind != lockset.Exited || e.Depth > 0 || e.State.Joined() || e.End == lockset.Panic || e.End == lockset.Goexit {
			continue // a panic ends the process, or a caller recovers
		}
		for _, k := range e.State.Locks() {
			if k.Status == lockset.Held && !k.Doubt && k.Need == lockset.NeedNothing && k.Site != nil && k.Site.Fn == l.f.Fn && l.leaks(e, k) {
				leak := new(Leak)
				leak.Pos, leak.End, leak.Stmt = l.r.exit(l.f.Fn, e.Instr)
				l.add(k.Site, leak)
			}
		}
	}
}

// leaks reports whether it is a mistake that the function ends at e with k held.
func (l *leakFinder) leaks(e lockset.Event, k lockset.Lock) bool {
	v := l.shows[k.Site]
	if v == nil || l.seen[k.Site] || k.Shared || l.helper(k.Term) || l.returned(e, k.Term) {
		return false
	}
	if len(v.releases) == 0 && l.shared(k.Term) {
		return false // the goroutine that was started first does it for all
	}
	if l.r.state.Releasers(k.Term) && l.sends(k.Site.At, e.Instr) {
		return false // who receives what it sends may release it
	}
	// What a loop has acquired as often as it turned, others will release.
	header := ir.LoopOf(k.Site.At.Block())
	if header == nil || ir.InLoop(header, e.Instr.Block()) || leavesFrom(header, e.Instr.Block()) {
		return true
	}
	return slices.ContainsFunc(v.releases, func(s *lockset.Site) bool { return ir.InLoop(header, s.At.Block()) })
}

// panics finds the units that are released by hand after a call that may panic,
// although somebody recovers.
func (l *leakFinder) panics() {
	for _, e := range l.f.Events {
		v := l.shows[e.Site]
		if e.Kind != lockset.Acquired || e.Depth > 0 || v == nil || v.entrusted || len(v.releases) == 0 || l.seen[e.Site] || e.Site.Via != nil || e.Site.Op.Resource == locks.Group {
			continue
		}
		var ends []ssa.Instruction
		byHand := true
		for _, s := range v.releases {
			byHand = byHand && s.Fn == l.f.Fn && s.Via == nil && !isDefer(s)
			ends = append(ends, s.At)
		}
		if !byHand {
			continue
		}
		if call := l.r.state.PanickingBetween(e.Site.At, ends); call != nil {
			l.add(e.Site, &Leak{Panic: call})
		}
	}
}

// sends reports whether the function may send something, or call a function that does,
// between from and to.
func (l *leakFinder) sends(from, to ssa.Instruction) bool {
	for _, b := range l.f.Fn.Blocks {
		if b != from.Block() && !ir.Reaches(from.Block(), b) || b != to.Block() && !ir.Reaches(b, to.Block()) {
			continue
		}
		for _, instr := range b.Instrs {
			if b == from.Block() && ir.Index(instr) <= ir.Index(from) {
				continue
			}
			if l.r.sends(instr) {
				return true
			}
			if call, ok := instr.(*ssa.Call); ok {
				for _, c := range l.r.spawns.Callees(call) {
					if c.Body != nil && slices.ContainsFunc(l.r.spawns.Runs(c.Body), l.r.bodySends) {
						return true
					}
				}
			}
		}
	}
	return false
}

func (r *Result) bodySends(fn *ssa.Function) bool {
	return slices.ContainsFunc(fn.Blocks, func(b *ssa.BasicBlock) bool { return slices.ContainsFunc(b.Instrs, r.sends) })
}

// sends reports whether instr sends a value to somebody.
func (r *Result) sends(instr ssa.Instruction) bool {
	switch instr := instr.(type) {
	case *ssa.Send:
		return r.channels.of(instr.Chan) == lockset.NoTokens
	case *ssa.Select:
		return slices.ContainsFunc(instr.States, func(s *ssa.SelectState) bool {
			return s.Send != nil && r.channels.of(s.Chan) == lockset.NoTokens
		})
	}
	return false
}

// shared reports whether a goroutine that the function starts releases the resource in
// a loop, for whoever has acquired it.
func (l *leakFinder) shared(term *locks.Term) bool {
	started := make(map[*ssa.Function]bool)
	for _, s := range l.r.spawns.Spawns {
		if s.In == l.f.Fn {
			for _, body := range s.Bodies {
				for _, fn := range l.r.spawns.Runs(body) {
					started[fn] = true
				}
			}
		}
	}
	for _, f := range l.r.runs {
		for _, e := range f.Events {
			if e.Kind == lockset.Released && started[f.Fn] && (e.Lock == term || e.Lock.Class() != nil && e.Lock.Class() == term.Class()) && ir.LoopOf(e.Site.At.Block()) != nil {
				return true
			}
		}
	}
	return false
}

// leavesFrom reports whether block b is left to from the middle of the loop: all its
// predecessors but the header are in the loop.
func leavesFrom(header, b *ssa.BasicBlock) bool {
	return len(b.Preds) > 0 && !slices.ContainsFunc(b.Preds, func(p *ssa.BasicBlock) bool {
		return p == header || !ir.InLoop(header, p)
	})
}

// returned reports whether the function returns at e what contains the resource, or
// a function that releases it.
func (l *leakFinder) returned(e lockset.Event, term *locks.Term) bool {
	if l.r.m.Releases(e.State, e.Values, term) {
		return true
	}
	for _, v := range e.Values {
		if v.Kind == locks.Const || v.Kind == locks.Root && isParameter(v.Val) {
			continue
		}
		for t := term; t != nil; t = t.X {
			if t == v {
				return true
			}
		}
	}
	return false
}

func isParameter(v any) bool {
	_, ok := v.(*ssa.Parameter)
	return ok
}

// helper reports whether it is the function's purpose to return with a unit: it
// does so whenever it returns, or when it succeeds and only then, and callers or
// other functions of the package release it.
func (l *leakFinder) helper(term *locks.Term) bool {
	if l.r.state.ReleasedByCallers(l.state) {
		return true
	}
	always, bySuccess, failures := true, true, 0
	byHandle, handles := true, 0
	for _, exit := range l.state.Exits {
		if exit.Kind != lockset.Return {
			continue
		}
		for _, path := range exit.Paths {
			held := slices.Contains(path.Returned, term) || slices.ContainsFunc(path.Held, func(h lockstate.Held) bool { return h.Lock == term })
			always = always && held
			if held && path.Success <= 0 || !held && path.Success > 0 {
				bySuccess = false
			}
			if path.Success < 0 {
				failures++
			}
			if held && path.Handle <= 0 || !held && path.Handle > 0 {
				byHandle = false
			}
			if path.Handle > 0 {
				handles++
			}
		}
	}
	return always || l.r.state.Releasers(term) && (bySuccess && failures > 0 || byHandle && handles > 0)
}

// laps finds the turns of loops that keep what the other turns release.
func (l *leakFinder) laps() {
	for _, e := range l.f.Events {
		if e.Kind != lockset.Again || e.Prior == nil || e.Prior.Doubt || e.State.Joined() || e.Prior.Need != lockset.NeedNothing || e.Prior.Count > 1 {
			continue
		}
		site := e.Prior.Site
		v := l.shows[site]
		header := headerOf(e.Instr.Block())
		if v == nil || header == nil || l.seen[site] || e.Prior.Shared {
			continue
		}
		if slices.ContainsFunc(v.releases, func(s *lockset.Site) bool { return s.Fn == l.f.Fn && ir.InLoop(header, s.At.Block()) && !isDefer(s) }) {
			l.add(site, &Leak{Loop: true})
		}
	}
}

func isDefer(s *lockset.Site) bool {
	_, ok := s.At.(*ssa.Defer)
	return ok
}

// headerOf returns the header of the loop that an edge from b closes, or nil.
func headerOf(b *ssa.BasicBlock) *ssa.BasicBlock {
	for _, s := range b.Succs {
		if s.Dominates(b) {
			return s
		}
	}
	return nil
}

// exit returns the place at which fn ends with instr.
func (r *Result) exit(fn *ssa.Function, instr ssa.Instruction) (pos, end token.Pos, stmt *ast.ReturnStmt) {
	syntax := fn.Syntax()
	if ret, ok := instr.(*ssa.Return); ok && ret.Pos().IsValid() {
		ast.Inspect(syntax, func(n ast.Node) bool {
			if s, ok := n.(*ast.ReturnStmt); ok && s.Pos() == ret.Pos() {
				stmt = s
			}
			return stmt == nil
		})
		if stmt != nil {
			return stmt.Pos(), stmt.End(), stmt
		}
	}
	if p := instr.Pos(); p.IsValid() {
		return p, p, nil
	}
	return syntax.End() - 1, syntax.End(), nil
}
