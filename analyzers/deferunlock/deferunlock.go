package deferunlock

import (
	_ "embed"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"

	"github.com/concurlint/concurlint/analyzers/internal/doc"
	"github.com/concurlint/concurlint/analyzers/internal/todefer"
	"github.com/concurlint/concurlint/passes/lockstate"
	"github.com/concurlint/concurlint/passes/suppress"
)

//go:embed doc.go
var src string

// Analyzer is described in the package comment.
var Analyzer = suppress.Wrap(&analysis.Analyzer{
	Name:     "deferunlock",
	Doc:      doc.Must(src, "deferunlock"),
	URL:      doc.URL("deferunlock"),
	Requires: []*analysis.Analyzer{lockstate.Analyzer},
	Run:      run,
})

var all bool

func init() {
	Analyzer.Flags.BoolVar(&all, "all", false, "report every section with an early exit that is unlocked by hand")
}

// manyExits is the number of releases by hand at which people begin to forget
// one. Two are common, and a matter of taste.
const manyExits = 3

func run(pass *analysis.Pass) (any, error) {
	state := pass.ResultOf[lockstate.Analyzer].(*lockstate.Result)
	seen := make(map[token.Pos]bool) // literals are also run where they are called
	for _, fn := range state.Funcs {
		for _, a := range fn.Acquires {
			for _, held := range a.Conflicts {
				if held.Deferred != nil && held.Op.Pos == a.Pos && !seen[a.Pos] {
					seen[a.Pos] = true
					reportLoop(pass, a, held.Deferred)
				}
			}
		}
		code := todefer.In(pass, fn.Decl)
		for _, s := range state.Sections(fn) {
			if len(s.Open) > 0 || seen[s.Acquire.Pos] {
				continue // missingunlock reports the open exits
			}
			if rewrite := code.Of(s); rewrite != nil {
				seen[s.Acquire.Pos] = true
				check(pass, state, s, rewrite)
			}
		}
	}
	return nil, nil
}

// reportLoop reports that a loop comes round to a before the deferred call runs
// that is to undo it.
func reportLoop(pass *analysis.Pass, a *lockstate.Acquire, deferred *ast.DeferStmt) {
	pass.Report(analysis.Diagnostic{
		Pos: deferred.Pos(),
		End: deferred.End(),
		Message: fmt.Sprintf("deferred %s.%s runs when the function returns, but the loop locks %s again (line %d)",
			a.Expr, a.Mode.Undo(), a.Expr, a.Line(pass.Fset)),
		Related: []analysis.RelatedInformation{{Pos: a.Pos, End: a.End, Message: a.Expr + " locked here"}},
	})
}

// check reports s, which rewrite would defer, if that is worth it.
func check(pass *analysis.Pass, state *lockstate.Result, s *lockstate.Section, rewrite *todefer.Rewrite) {
	mu := s.Acquire
	d := analysis.Diagnostic{Pos: mu.Pos, End: mu.End}
	call := state.Panicking(s)
	exits := len(s.Releases)
	switch {
	case call != nil:
		d.Message = fmt.Sprintf("%s would leave %s locked: defer %s", describe(pass, call), mu.Expr, rewrite.Undo)
		d.Related = []analysis.RelatedInformation{{Pos: call.Pos(), End: call.End(), Message: "this may panic"}}
	case exits >= manyExits, all && exits > 1:
		d.Message = fmt.Sprintf("%s is unlocked by hand before %d exits: defer %s after line %d", mu.Expr, exits, rewrite.Undo, mu.Line(pass.Fset))
	default:
		return
	}
	if edits := rewrite.Edits(); len(edits) > 0 {
		d.SuggestedFixes = []analysis.SuggestedFix{{Message: "Defer " + rewrite.Undo, TextEdits: edits}}
	}
	pass.Report(d)
}

// describe names the panic that call may raise.
func describe(pass *analysis.Pass, call *ast.CallExpr) string {
	line := pass.Fset.Position(call.Pos()).Line
	if id, ok := ast.Unparen(call.Fun).(*ast.Ident); ok && pass.TypesInfo.Uses[id] == types.Universe.Lookup("panic") {
		return fmt.Sprintf("a panic on line %d", line)
	}
	return fmt.Sprintf("a panic in %s (line %d)", types.ExprString(call.Fun), line)
}
