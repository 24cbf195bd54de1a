package missingunlock

import (
	"cmp"
	_ "embed"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/concurlint/concurlint/analyzers/internal/doc"
	"github.com/concurlint/concurlint/analyzers/internal/todefer"
	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/lockset"
	"github.com/concurlint/concurlint/passes/lockstate"
	"github.com/concurlint/concurlint/passes/suppress"
)

//go:embed doc.go
var src string

// Analyzer is described in the package comment.
var Analyzer = suppress.Wrap(&analysis.Analyzer{
	Name:     "missingunlock",
	Doc:      doc.Must(src, "missingunlock"),
	URL:      doc.URL("missingunlock"),
	Requires: []*analysis.Analyzer{lockstate.Analyzer},
	Run:      run,
})

func run(pass *analysis.Pass) (any, error) {
	state := pass.ResultOf[lockstate.Analyzer].(*lockstate.Result)
	var found []leak
	leaky := make(map[*types.Func]bool)
	reported := make(map[token.Pos]bool)
	for _, fn := range slices.Backward(state.Funcs) { // literals before the functions they are in
		if _, body := fn.Decl.(*ast.RangeStmt); body {
			continue // its exits are those of the function around the loop
		}
		c := checker{pass: pass, state: state, fn: fn, released: released(state, fn), relocked: relocked(fn), reported: reported}
		c.laps()
		c.exits()
		found = append(found, c.found...)
		if len(c.found) > 0 && fn.Obj != nil {
			leaky[fn.Obj] = true
		}
	}
	slices.SortStableFunc(found, func(a, b leak) int { return cmp.Compare(a.Pos, b.Pos) })
	for _, l := range found {
		if !leaky[l.op.Callee] { // else it is the callee's defect
			pass.Report(l.Diagnostic)
		}
	}
	return nil, nil
}

// A leak is a diagnostic for a lock that op acquired.
type leak struct {
	analysis.Diagnostic
	op *lockstate.Op
}

// A checker looks at one function.
type checker struct {
	pass     *analysis.Pass
	state    *lockstate.Result
	fn       *lockstate.Func
	released map[hold]bool        // locks that some path releases, or was meant to
	relocked map[*locks.Term]bool // locks that it locks while it holds them
	// reported are the acquisitions that a loop or a literal in fn was reported
	// to leave locked: what follows from that is no defect of its own.
	reported map[token.Pos]bool
	found    []leak
}

// released returns the locks that fn acquires and, on some path, releases or
// hands to code that does. A literal that would release one and is never called
// shows the intent too.
func released(state *lockstate.Result, fn *lockstate.Func) map[hold]bool {
	m := make(map[hold]bool)
	for _, r := range fn.Releases {
		if len(r.Held) > 0 {
			m[hold{r.Lock, r.Mode}] = true
		}
	}
	both := func(l *locks.Term) {
		m[hold{l, locks.Write}] = true
		m[hold{l, locks.Read}] = true
	}
	for _, exit := range fn.Exits {
		for _, path := range exit.Paths {
			for _, l := range path.Handed {
				both(l)
			}
		}
	}
	for l := range state.Unused(fn) {
		both(l)
	}
	for l := range relocked(fn) {
		both(l)
	}
	return m
}

// A hold is a lock held in a mode.
type hold struct {
	lock *locks.Term
	mode locks.Mode
}

// relocked returns the locks that fn itself locks while it holds them, where it
// most likely meant to unlock them.
func relocked(fn *lockstate.Func) map[*locks.Term]bool {
	m := make(map[*locks.Term]bool)
	for _, a := range fn.Acquires {
		if len(a.Conflicts) == a.Paths && a.Via == nil && !a.Deferred && a.Conflicts[0].Op.Pos != a.Pos {
			m[a.Lock] = true
		}
	}
	return m
}

// exits reports the exits at which a lock is held that other paths release.
func (c *checker) exits() {
	type place struct {
		exit token.Pos
		lock any
	}
	seen := make(map[place]bool)
	unsure := make(map[place]bool) // reported locks of a class that may be the same under other names
	for _, exit := range c.fn.Exits {
		if exit.Kind == lockset.Panic {
			continue // the process ends, or a caller recovers: see deferunlock
		}
		for _, path := range exit.Paths {
			for _, held := range path.Held {
				if exit.Kind == lockset.Goexit && (held.Op.Via != nil || !c.state.Wanted(c.fn, exit, held)) {
					continue // a transaction, whose owner goes too, or nobody needs the lock any more
				}
				at, again, class := place{exit.Pos, held.Op.Pos}, place{exit.Pos, held.Lock}, place{exit.Pos, held.Lock.Class()}
				if seen[at] || seen[again] || unsure[class] || seen[class] && !held.Lock.Direct() || c.reported[held.Op.Pos] || held.Local || c.sent(held) || !c.released[hold{held.Lock, held.Mode}] ||
					c.counted(exit, held) || c.isHelper(held) || c.noted(path, held.Lock) {
					continue
				}
				seen[at], seen[again], seen[class] = true, true, true
				unsure[class] = !held.Lock.Direct()
				c.report(exit, held)
			}
		}
	}
}

// sent reports whether the lock went with the object that contains it, which was
// sent or stored. It did not if fn releases it after that on another path.
func (c *checker) sent(held lockstate.Held) bool {
	return held.Shared && c.state.Releasers(held.Lock) && !slices.ContainsFunc(c.fn.Releases, func(r *lockstate.Release) bool {
		return r.Lock == held.Lock && r.Shared
	})
}

// counted reports whether one loop takes read locks and another one, before
// exit, releases read locks of the same lock, as many no doubt.
func (c *checker) counted(exit *lockstate.Exit, held lockstate.Held) bool {
	if loop, _ := innermostLoop(c.fn.Decl, held.Op.Pos); loop == nil || held.Mode != locks.Read {
		return false
	}
	return slices.ContainsFunc(c.fn.Releases, func(r *lockstate.Release) bool {
		loop, _ := innermostLoop(c.fn.Decl, r.Pos)
		return r.Lock == held.Lock && loop != nil && held.Op.Pos < loop.Pos() && loop.End() <= exit.Pos
	})
}

// isHelper reports whether it is the function's purpose to return with the lock
// held: it does at every return, or only when it succeeds while it releases the
// lock when it fails, or its callers release the lock.
func (c *checker) isHelper(h lockstate.Held) bool {
	lock := h.Lock
	if c.state.ReleasedByCallers(c.fn) {
		return true
	}
	always, bySuccess, failures := true, true, 0
	byHandle, handles := true, 0 // it returns an object with the lock, nil without
	for _, exit := range c.fn.Exits {
		if exit.Kind != lockset.Return {
			continue
		}
		for _, path := range exit.Paths {
			held := slices.ContainsFunc(path.Returned, func(l *locks.Term) bool { return sameClass(l, lock) }) ||
				slices.ContainsFunc(path.Held, func(h lockstate.Held) bool { return h.Lock == lock })
			always = always && held
			released := !held && (slices.Contains(path.Released, lock) || slices.Contains(path.Handed, lock))
			switch {
			case held && path.Handle <= 0, released && path.Handle >= 0:
				byHandle = false
			case held:
				handles++
			}
			switch {
			case held && path.Success <= 0, released && path.Success >= 0:
				bySuccess = false
			case path.Success < 0:
				failures++
			}
		}
	}
	if byHandle && handles > 0 {
		return true
	}
	if always {
		return !c.released[hold{lock, h.Mode}] || !c.relocked[lock] && c.named(lock)
	}
	// A function that finds something, succeeds and forgets the lock looks like
	// one that tries to lock.
	return bySuccess && failures > 0 && c.named(lock)
}

// sameClass reports whether a and b are one lock, or the same lock of objects of
// one type: a function that looks for an object to lock may find another one.
func sameClass(a, b *locks.Term) bool { return a == b || a.Class() != nil && a.Class() == b.Class() }

// named reports whether the function's name says that it locks, and the package
// has a function that releases the lock for others. It decides only about
// functions that both release the lock and return with it, and may mean to:
// a loop that waits for a state, a try that fails.
func (c *checker) named(lock *locks.Term) bool {
	if c.fn.Obj == nil || !c.state.Releasers(lock) {
		return false
	}
	name := strings.ToLower(c.fn.Obj.Name())
	return slices.ContainsFunc([]string{"lock", "acquire", "begin", "enter", "reserve", "claim"}, func(verb string) bool {
		return strings.Contains(name, verb)
	})
}

// noted reports whether the path sets a flag that the paths which release the
// lock do not set, so that another function can release it later.
func (c *checker) noted(path lockstate.Path, lock *locks.Term) bool {
	if len(path.Flags) == 0 || !c.state.Releasers(lock) {
		return false
	}
	for _, flag := range path.Flags {
		everywhere := true
		for _, exit := range c.fn.Exits {
			for _, p := range exit.Paths {
				if slices.Contains(p.Released, lock) && !slices.Contains(p.Flags, flag) {
					everywhere = false
				}
			}
		}
		if !everywhere {
			return true
		}
	}
	return false
}

func (c *checker) report(exit *lockstate.Exit, held lockstate.Held) {
	op := held.Op
	line := op.Line(c.pass.Fset)
	var msg string
	switch exit.Kind {
	case lockset.Goexit:
		msg = fmt.Sprintf("%s stays locked when the goroutine exits here (locked on line %d, never unlocked on this path)", op.Expr, line)
	case lockset.Recovered:
		msg = fmt.Sprintf("%s stays locked when this panic is recovered (locked on line %d, never unlocked on this path)", op.Expr, line)
	default:
		msg = fmt.Sprintf("returning with %s %s (locked on line %d, never unlocked on this path)", op.Expr, how(held.Mode), line)
	}
	d := analysis.Diagnostic{
		Pos:     exit.Pos,
		Message: msg,
		Related: []analysis.RelatedInformation{{Pos: op.Pos, End: op.End, Message: op.Expr + " locked here"}},
	}
	if exit.Stmt != nil {
		d.End = exit.Stmt.End()
	}
	d.SuggestedFixes = c.fixes(exit, held)
	if c.fn.Obj == nil {
		c.reported[op.Pos] = true
	}
	c.found = append(c.found, leak{d, op})
}

// fixes returns the fix for the lock that exit leaves held, if there is one that
// is safe.
func (c *checker) fixes(exit *lockstate.Exit, held lockstate.Held) []analysis.SuggestedFix {
	op := held.Op
	for _, s := range c.state.Sections(c.fn) {
		if s.Acquire.Pos != op.Pos {
			continue
		}
		r := todefer.In(c.pass, c.fn.Decl).Of(s)
		if r == nil {
			continue
		}
		if edits := r.Edits(); len(edits) > 0 {
			return []analysis.SuggestedFix{{Message: "Defer " + r.Undo, TextEdits: edits}}
		}
	}
	// Results may read what the lock guards: unlock only before bare returns.
	// That is safe only if the lock is held on every path to here.
	if exit.Stmt == nil || len(exit.Stmt.Results) > 0 || !held.Must || op.Via != nil || op.Call == nil {
		return nil
	}
	return []analysis.SuggestedFix{{
		Message: "Unlock " + op.Expr + " before returning",
		TextEdits: []analysis.TextEdit{{
			Pos: exit.Pos, End: exit.Pos, NewText: []byte(op.Expr + "." + held.Mode.Undo() + "()\n"),
		}},
	}}
}

func how(m locks.Mode) string {
	if m == locks.Read {
		return "read-locked"
	}
	return "locked"
}

// laps reports loops that go round with a lock held that the next turn locks
// again, though other paths through the loop release it.
func (c *checker) laps() {
	for _, lap := range c.fn.Laps {
		op := lap.Op
		if c.reported[op.Pos] || !c.released[hold{lap.Lock, lap.Mode}] || lap.Deferred != nil || lap.Made || !c.comesRound(lap) {
			continue
		}
		if lap.Mode == locks.Read && !c.releasedAround(lap) {
			continue // another loop releases as many
		}
		c.reported[op.Pos] = true
		pos, end := op.Pos, op.End
		if cont := nextContinue(c.fn.Decl, op.Pos); cont != nil {
			pos, end = cont.Pos(), cont.End()
		}
		c.found = append(c.found, leak{analysis.Diagnostic{
			Pos:     pos,
			End:     end,
			Message: fmt.Sprintf("%s is still %s when the loop comes round to lock it again (locked on line %d, never unlocked on this path)", op.Expr, how(lap.Mode), op.Line(c.pass.Fset)),
			Related: []analysis.RelatedInformation{{Pos: op.Pos, End: op.End, Message: op.Expr + " locked here"}},
		}, op})
	}
}

// releasedAround reports whether the innermost loop around the acquisition
// releases the lock, too.
func (c *checker) releasedAround(lap *lockstate.Lap) bool {
	loop, _ := innermostLoop(c.fn.Decl, lap.Op.Pos)
	return loop != nil && slices.ContainsFunc(c.fn.Releases, func(r *lockstate.Release) bool {
		return r.Lock == lap.Lock && loop.Pos() <= r.Pos && r.Pos < loop.End()
	})
}

// comesRound reports whether the acquisition that a lap leaves held is run again
// with the lock held.
func (c *checker) comesRound(lap *lockstate.Lap) bool {
	for _, a := range c.fn.Acquires {
		if lap.Varies && a.Turns && a.Pos == lap.Op.Pos {
			return true
		}
		for _, conflict := range a.Conflicts {
			if a.Lock == lap.Lock && conflict.Op.Pos == lap.Op.Pos {
				return true
			}
		}
	}
	return false
}

// nextContinue returns the first continue statement after pos that goes round
// the innermost loop around pos.
func nextContinue(fn ast.Node, pos token.Pos) *ast.BranchStmt {
	loop, label := innermostLoop(fn, pos)
	if loop == nil {
		return nil
	}
	var found *ast.BranchStmt
	var find func(n ast.Node, nested bool)
	find = func(n ast.Node, nested bool) {
		ast.Inspect(n, func(m ast.Node) bool {
			switch m := m.(type) {
			case *ast.FuncLit:
				return false
			case *ast.ForStmt, *ast.RangeStmt:
				if m != n {
					find(m, true)
					return false
				}
			case *ast.BranchStmt:
				mine := m.Label == nil && !nested || m.Label != nil && m.Label.Name == label
				if m.Tok == token.CONTINUE && m.Pos() > pos && found == nil && mine {
					found = m
				}
			}
			return true
		})
	}
	find(loop, false)
	return found
}

// innermostLoop returns the innermost loop around pos, and its label.
func innermostLoop(fn ast.Node, pos token.Pos) (loop ast.Node, label string) {
	ast.Inspect(fn, func(n ast.Node) bool {
		if n == nil || pos < n.Pos() || n.End() <= pos {
			return false
		}
		switch n := n.(type) {
		case *ast.LabeledStmt:
			label = n.Label.Name
			return true
		case *ast.ForStmt, *ast.RangeStmt:
			loop = n
		case *ast.BlockStmt:
			if loop == nil || n.Pos() < loop.Pos() {
				label = "" // of another statement
			}
		}
		return true
	})
	return loop, label
}
