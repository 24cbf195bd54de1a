package condwait

import (
	_ "embed"
	"fmt"
	"go/ast"
	"go/token"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/concurlint/concurlint/analyzers/internal/doc"
	"github.com/concurlint/concurlint/passes/lockstate"
	"github.com/concurlint/concurlint/passes/suppress"
)

//go:embed doc.go
var src string

// Analyzer is described in the package comment.
var Analyzer = suppress.Wrap(&analysis.Analyzer{
	Name:     "condwait",
	Doc:      doc.Must(src, "condwait"),
	URL:      doc.URL("condwait"),
	Requires: []*analysis.Analyzer{lockstate.Analyzer},
	Run:      run,
})

func run(pass *analysis.Pass) (any, error) {
	state := pass.ResultOf[lockstate.Analyzer].(*lockstate.Result)
	seen := make(map[token.Pos]bool) // literals are also run where they are called
	for _, fn := range state.Funcs {
		for _, w := range fn.Waits {
			if seen[w.Pos] || w.Call == nil {
				continue
			}
			switch {
			case w.Via != nil && w.Free < w.Paths:
				continue
			case w.Via != nil:
				pass.Report(analysis.Diagnostic{
					Pos:     w.Pos,
					End:     w.End,
					Message: fmt.Sprintf("%s waits on a condition variable of %s, which is not held", w.Via.Callee, w.Expr),
				})
			case w.Free == w.Paths, w.Unknown == w.Paths && w.Spawned && w.Recheck == lockstate.Rechecked:
				pass.Report(analysis.Diagnostic{
					Pos:     w.Pos,
					End:     w.End,
					Message: fmt.Sprintf("%s.Wait is called without holding %s", w.Expr, state.Name(w.Lock)),
				})
			case w.Recheck == lockstate.NotRechecked && !testsWaking(pass, w):
				pass.Report(analysis.Diagnostic{
					Pos:            w.Pos,
					End:            w.End,
					Message:        fmt.Sprintf("%s.Wait is not in a loop that re-checks its condition", w.Expr),
					SuggestedFixes: toLoop(fn.Decl, w.Call),
				})
			default:
				continue
			}
			seen[w.Pos] = true
		}
	}
	return nil, nil
}

// testsWaking reports whether a test waits on a condition variable of its own
// with no condition at all. What it tests is that it is woken.
func testsWaking(pass *analysis.Pass, w *lockstate.Wait) bool {
	return w.Own && w.Unconditional && strings.HasSuffix(pass.Fset.Position(w.Pos).Filename, "_test.go")
}

// toLoop returns the fix that makes the if statement around wait a loop. There
// is one only if the statement does nothing but wait: what else it did would
// run again.
func toLoop(fn ast.Node, wait *ast.CallExpr) []analysis.SuggestedFix {
	var found *ast.IfStmt
	ast.Inspect(fn, func(n ast.Node) bool {
		if n == nil || wait.Pos() < n.Pos() || n.End() < wait.End() {
			return false
		}
		switch n := n.(type) {
		case *ast.IfStmt:
			found = n
		case *ast.FuncLit, *ast.ForStmt, *ast.RangeStmt, *ast.CaseClause, *ast.CommClause:
			found = nil // an if around these is not the Wait's
		}
		return true
	})
	if found == nil || found.Else != nil || found.Init != nil || wait.Pos() < found.Body.Pos() {
		return nil
	}
	for _, s := range found.Body.List {
		switch s := s.(type) {
		case *ast.IncDecStmt:
		case *ast.ExprStmt:
			if s.X != ast.Expr(wait) {
				return nil
			}
		default:
			return nil
		}
	}
	return []analysis.SuggestedFix{{
		Message:   "Wait in a loop",
		TextEdits: []analysis.TextEdit{{Pos: found.If, End: found.If + token.Pos(len("if")), NewText: []byte("for")}},
	}}
}
