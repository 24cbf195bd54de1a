package unlockunheld

import (
	_ "embed"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"

	"github.com/concurlint/concurlint/analyzers/internal/doc"
	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/lockstate"
	"github.com/concurlint/concurlint/passes/suppress"
)

//go:embed doc.go
var src string

// Analyzer is described in the package comment.
var Analyzer = suppress.Wrap(&analysis.Analyzer{
	Name:     "unlockunheld",
	Doc:      doc.Must(src, "unlockunheld"),
	URL:      doc.URL("unlockunheld"),
	Requires: []*analysis.Analyzer{lockstate.Analyzer},
	Run:      run,
})

func run(pass *analysis.Pass) (any, error) {
	state := pass.ResultOf[lockstate.Analyzer].(*lockstate.Result)
	seen := make(map[token.Pos]bool) // a deferred call runs at several exits
	for _, fn := range state.Funcs {
		for _, r := range fn.Releases {
			if !r.Sync || seen[r.Pos] || r.Via == nil && madeThere(pass, r.Call) {
				continue
			}
			switch r.Paths {
			case len(r.Free):
				report(pass, r, unheld(pass, r), r.Free[0])
			case len(r.Wrong):
				report(pass, r, wrongMode(pass, r), r.Wrong[0])
			default:
				continue
			}
			seen[r.Pos] = true
		}
	}
	return nil, nil
}

// madeThere reports whether call unlocks a lock that it makes itself: nobody can have locked
// that, and the crash is what is wanted.
func madeThere(pass *analysis.Pass, call *ast.CallExpr) bool {
	if call == nil {
		return false
	}
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return false
	}
	switch x := ast.Unparen(sel.X).(type) {
	case *ast.UnaryExpr: // & of a variable has a name
		_, ok := ast.Unparen(x.X).(*ast.CompositeLit)
		return ok
	case *ast.CallExpr:
		id, ok := ast.Unparen(x.Fun).(*ast.Ident)
		return ok && pass.TypesInfo.Uses[id] == types.Universe.Lookup("new")
	}
	return false
}

func report(pass *analysis.Pass, r *lockstate.Release, msg string, other *lockstate.Op) {
	d := analysis.Diagnostic{Pos: r.Pos, End: r.End, Message: msg}
	if other != nil {
		d.Related = []analysis.RelatedInformation{{Pos: other.Pos, End: other.End, Message: "the operation before on " + other.Expr}}
	}
	pass.Report(d)
}

func unheld(pass *analysis.Pass, r *lockstate.Release) string {
	before := "never locked"
	if op := r.Free[0]; op != nil {
		before = fmt.Sprintf("unlocked on line %d", op.Line(pass.Fset))
	}
	if r.Via != nil {
		return fmt.Sprintf("%s unlocks %s, which is not held (%s; %s unlocks it at %s)", r.Via.Callee, r.Expr, before, r.Via.Callee, r.Via.At)
	}
	return fmt.Sprintf("%s is unlocked here, but it is not held (%s)", r.Expr, before)
}

func wrongMode(pass *analysis.Pass, r *lockstate.Release) string {
	line := r.Wrong[0].Line(pass.Fset)
	if r.Mode == locks.Read {
		return fmt.Sprintf("%s.RUnlock releases a read lock, but %s is held for writing (locked on line %d)", r.Expr, r.Expr, line)
	}
	return fmt.Sprintf("%s.Unlock releases a write lock, but %s is read-locked (on line %d)", r.Expr, r.Expr, line)
}
