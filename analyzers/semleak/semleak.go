package semleak

import (
	_ "embed"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/concurlint/concurlint/analyzers/internal/doc"
	"github.com/concurlint/concurlint/analyzers/internal/todefer"
	"github.com/concurlint/concurlint/passes/balance"
	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/suppress"
)

//go:embed doc.go
var src string

// Analyzer is described in the package comment.
var Analyzer = suppress.Wrap(&analysis.Analyzer{
	Name:     "semleak",
	Doc:      doc.Must(src, "semleak"),
	URL:      doc.URL("semleak"),
	Requires: []*analysis.Analyzer{balance.Analyzer},
	Run:      run,
})

func run(pass *analysis.Pass) (any, error) {
	r := pass.ResultOf[balance.Analyzer].(*balance.Result)
	for _, l := range r.Leaks() {
		if l.Acquire.Resource == locks.Group {
			continue // see wgmisuse
		}
		if l.Acquire.Resource == locks.Tokens && strings.HasSuffix(pass.Fset.Position(l.Pos).Filename, "_test.go") {
			continue // a test of what channels do, more likely than a semaphore
		}
		pass.Report(analysis.Diagnostic{
			Pos:            l.Pos,
			End:            l.End,
			Message:        message(pass, l),
			Related:        []analysis.RelatedInformation{{Pos: l.Acquire.Pos, End: l.Acquire.End, Message: l.Acquire.Expr + " is acquired here"}},
			SuggestedFixes: fixes(pass, l),
		})
	}
	for _, i := range r.Inside() {
		pass.Report(analysis.Diagnostic{
			Pos: i.Acquire.Pos,
			End: i.Acquire.End,
			Message: fmt.Sprintf("%s is acquired inside the goroutine, so that it does not bound how many goroutines the loop starts (line %d): acquire it before the go statement",
				i.Acquire.Expr, line(pass, i.Go)),
			Related: []analysis.RelatedInformation{{Pos: i.Go, Message: "the goroutine is started here"}},
		})
	}
	return nil, nil
}

func line(pass *analysis.Pass, pos token.Pos) int { return pass.Fset.Position(pos).Line }

func message(pass *analysis.Pass, l *balance.Leak) string {
	released := "left to other code on another path"
	if l.Release != nil {
		released = fmt.Sprintf("released on line %d on another path", line(pass, l.Release.Pos))
	}
	if l.Panic != nil {
		return fmt.Sprintf("a panic in %s (line %d) would leave %s acquired: defer its release", types.ExprString(l.Panic.Fun), line(pass, l.Panic.Pos()), l.Acquire.Expr)
	}
	if l.Loop {
		return fmt.Sprintf("%s is still acquired when the loop comes round to acquire it again (%s)", l.Acquire.Expr, released)
	}
	return fmt.Sprintf("returning without releasing %s (acquired on line %d, %s)", l.Acquire.Expr, line(pass, l.Acquire.Pos), released)
}

// fixes returns the fix that defers the release, if that is safe.
func fixes(pass *analysis.Pass, l *balance.Leak) []analysis.SuggestedFix {
	if l.Loop || len(l.Releases) == 0 {
		return nil
	}
	f := finder{pass: pass, leak: l, undo: ""}
	f.find()
	if f.acquire == nil || len(f.releases) != len(l.Releases) || f.undo == "" {
		return nil
	}
	r := todefer.In(pass, l.Decl).After(f.acquire, f.releases, f.undo)
	if r == nil {
		return nil
	}
	edits := r.Edits()
	if len(edits) == 0 {
		return nil
	}
	return []analysis.SuggestedFix{{Message: "Defer the release of " + l.Acquire.Expr, TextEdits: edits}}
}

// A finder finds the statements of a leak.
type finder struct {
	pass     *analysis.Pass
	leak     *balance.Leak
	acquire  ast.Stmt // that acquires, and leaves if that fails
	releases []ast.Stmt
	undo     string // what they all are, as a call
}

func (f *finder) find() {
	ast.Inspect(f.leak.Decl, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return n == f.leak.Decl
		case *ast.IfStmt:
			if n.Else == nil && f.leaves(n.Body) && (f.acquires(n.Init) || n.Init == nil && f.within(n.Cond)) {
				f.acquire = n
			}
		case *ast.SendStmt:
			f.statement(n, n.Arrow, "func() { "+types.ExprString(n.Chan)+" <- "+types.ExprString(n.Value)+" }()")
		case *ast.AssignStmt:
			if f.acquire == nil && f.acquires(n) && blank(n.Lhs) {
				f.acquire = n
			}
		case *ast.ExprStmt:
			switch x := ast.Unparen(n.X).(type) {
			case *ast.CallExpr:
				f.statement(n, x.Pos(), types.ExprString(x))
			case *ast.UnaryExpr:
				if x.Op == token.ARROW {
					f.statement(n, x.OpPos, "func() { "+types.ExprString(x)+" }()")
				}
			}
		}
		return true
	})
}

// statement notes that stmt has the operation at pos; undo is what it does.
func (f *finder) statement(stmt ast.Stmt, pos token.Pos, undo string) {
	if pos == f.leak.Acquire.Pos {
		f.acquire = stmt
		return
	}
	for _, rel := range f.leak.Releases {
		if rel.Pos != pos {
			continue
		}
		if f.undo != "" && f.undo != undo {
			return
		}
		f.undo = undo
		f.releases = append(f.releases, stmt)
	}
}

// acquires reports whether stmt is an assignment of the result of the acquisition.
func (f *finder) acquires(stmt ast.Stmt) bool {
	a, ok := stmt.(*ast.AssignStmt)
	return ok && len(a.Rhs) == 1 && f.within(a.Rhs[0])
}

// within reports whether the acquisition is in e.
func (f *finder) within(e ast.Expr) bool {
	return e.Pos() <= f.leak.Acquire.Pos && f.leak.Acquire.End <= e.End()
}

// leaves reports whether body ends in a return.
func (f *finder) leaves(body *ast.BlockStmt) bool {
	if len(body.List) == 0 {
		return false
	}
	_, ok := body.List[len(body.List)-1].(*ast.ReturnStmt)
	return ok
}

func blank(lhs []ast.Expr) bool {
	id, ok := lhs[0].(*ast.Ident)
	return ok && len(lhs) == 1 && id.Name == "_"
}
