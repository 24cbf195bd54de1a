package missingunlock

import (
	_ "embed"
	"fmt"
	"go/ast"
	"go/token"

	"golang.org/x/tools/go/analysis"

	"github.com/concurlint/concurlint/analyzers/internal/doc"
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
	for _, fn := range state.Funcs {
		if _, body := fn.Decl.(*ast.RangeStmt); body {
			continue // its exits are those of the function around the loop
		}
		c := checker{pass, state, fn, released(fn)}
		c.exits()
		c.laps()
	}
	return nil, nil
}

// A checker looks at one function.
type checker struct {
	pass     *analysis.Pass
	state    *lockstate.Result
	fn       *lockstate.Func
	released map[*locks.Term]bool // locks that some path releases
}

// released returns the locks that fn acquires and, on some path, releases.
func released(fn *lockstate.Func) map[*locks.Term]bool {
	m := make(map[*locks.Term]bool)
	for _, r := range fn.Releases {
		if len(r.Held) > 0 {
			m[r.Lock] = true
		}
	}
	return m
}

// exits reports the exits at which a lock is held that other paths release.
func (c checker) exits() {
	type place struct {
		pos  token.Pos
		lock *locks.Term
	}
	seen := make(map[place]bool)
	for _, exit := range c.fn.Exits {
		if exit.Kind == lockset.Panic {
			continue // the process ends, or a caller recovers: see deferunlock
		}
		for _, path := range exit.Paths {
			for _, held := range path.Held {
				at := place{exit.Pos, held.Lock}
				if seen[at] || !c.released[held.Lock] || c.isHelper(held.Lock) {
					continue
				}
				seen[at] = true
				c.report(exit, held)
			}
		}
	}
}

// isHelper reports whether it is the function's purpose to return with the lock
// held: it does at every return, or exactly when it succeeds, or its callers
// release the lock.
func (c checker) isHelper(lock *locks.Term) bool {
	always, bySuccess, failures := true, true, 0
	for _, exit := range c.fn.Exits {
		if exit.Kind != lockset.Return {
			continue
		}
		for _, path := range exit.Paths {
			held := false
			for _, h := range path.Held {
				held = held || h.Lock == lock
			}
			for _, l := range path.Handed {
				held = held || l == lock
			}
			always = always && held
			if path.Success < 0 {
				failures++
			}
			if path.Success > 0 && !held || path.Success < 0 && held || path.Success == 0 {
				bySuccess = false
			}
		}
	}
	return always || bySuccess && failures > 0 || c.state.ReleasedByCallers(c.fn)
}

func (c checker) report(exit *lockstate.Exit, held lockstate.Held) {
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
		// Results may read what the lock guards: fix only bare returns. The
		// insertion is safe only if the lock is held on every path to here.
		if len(exit.Stmt.Results) == 0 && held.Must && op.Via == nil && op.Call != nil {
			d.SuggestedFixes = []analysis.SuggestedFix{{
				Message: "Unlock " + op.Expr + " before returning",
				TextEdits: []analysis.TextEdit{{
					Pos: exit.Pos, End: exit.Pos, NewText: []byte(op.Expr + "." + undo(held.Mode) + "()\n"),
				}},
			}}
		}
	}
	c.pass.Report(d)
}

func how(m locks.Mode) string {
	if m == locks.Read {
		return "read-locked"
	}
	return "locked"
}

func undo(m locks.Mode) string { return locks.Op{Mode: m}.Undo() }

// laps reports loops that go round with a lock held that the next turn locks
// again, though other paths through the loop release it.
func (c checker) laps() {
	seen := make(map[*locks.Term]bool)
	for _, lap := range c.fn.Laps {
		if seen[lap.Lock] || !c.released[lap.Lock] || lap.Deferred != nil || !lap.Varies && !c.relocked(lap) {
			continue
		}
		seen[lap.Lock] = true
		op := lap.Op
		pos, end := op.Pos, op.End
		if cont := nextContinue(c.fn.Decl, op.Pos); cont != nil {
			pos, end = cont.Pos(), cont.End()
		}
		c.pass.Report(analysis.Diagnostic{
			Pos:     pos,
			End:     end,
			Message: fmt.Sprintf("%s is still %s when the loop comes round to lock it again (locked on line %d, never unlocked on this path)", op.Expr, how(lap.Mode), op.Line(c.pass.Fset)),
			Related: []analysis.RelatedInformation{{Pos: op.Pos, End: op.End, Message: op.Expr + " locked here"}},
		})
	}
}

// relocked reports whether the acquisition that a lap leaves held is run again
// with the lock held.
func (c checker) relocked(lap *lockstate.Lap) bool {
	for _, a := range c.fn.Acquires {
		for _, conflict := range a.Conflicts {
			if a.Lock == lap.Lock && conflict.Op.Pos == lap.Op.Pos {
				return true
			}
		}
	}
	return false
}

// nextContinue returns the first continue statement after pos, in the innermost
// loop around pos.
func nextContinue(fn ast.Node, pos token.Pos) *ast.BranchStmt {
	var loop ast.Node
	ast.Inspect(fn, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.ForStmt, *ast.RangeStmt:
			if n.Pos() <= pos && pos < n.End() {
				loop = n
			}
		}
		return true
	})
	if loop == nil {
		return nil
	}
	var found *ast.BranchStmt
	ast.Inspect(loop, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ForStmt, *ast.RangeStmt:
			return n == loop
		case *ast.BranchStmt:
			if n.Tok == token.CONTINUE && n.Pos() > pos && found == nil {
				found = n
			}
		}
		return true
	})
	return found
}
