package chans

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/concurlint/concurlint/passes/spawn"
)

// unreached reports whether the source has an operation with this role on a channel of
// o's type that is not part of the SSA form, because a function called before it never
// returns: often one that is not implemented on this platform.
func (r *Result) unreached(o *spawn.Object, roles ...Role) bool {
	known := make(map[token.Pos]bool)
	for _, op := range r.all {
		pos := op.Instr.Pos()
		if op.Select != nil {
			pos = op.Select.States[op.State].Pos
		}
		known[pos] = true
	}
	elem := o.Make().Type().Underlying().(*types.Chan).Elem()
	found := false
	check := func(role Role, ch ast.Expr, pos token.Pos) {
		t, ok := r.pass.TypesInfo.TypeOf(ch).Underlying().(*types.Chan)
		if !ok || known[pos] || !types.Identical(t.Elem(), elem) {
			return
		}
		for _, wanted := range roles {
			found = found || role == wanted
		}
	}
	for _, file := range r.pass.Files {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SendStmt:
				check(Send, n.Chan, n.Arrow)
			case *ast.UnaryExpr:
				if n.Op == token.ARROW {
					check(Receive, n.X, n.OpPos)
				}
			case *ast.RangeStmt:
				check(Receive, n.X, n.For)
			case *ast.DeferStmt:
				if id, ok := n.Call.Fun.(*ast.Ident); ok && id.Name == "close" && len(n.Call.Args) == 1 {
					check(Close, n.Call.Args[0], n.Defer)
					return false
				}
			case *ast.CallExpr:
				if id, ok := n.Fun.(*ast.Ident); ok && id.Name == "close" && len(n.Args) == 1 {
					check(Close, n.Args[0], n.Lparen)
				}
			}
			return !found
		})
	}
	return found
}
