package wgmisuse

import (
	_ "embed"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"

	"github.com/concurlint/concurlint/analyzers/internal/doc"
	"github.com/concurlint/concurlint/passes/groups"
	"github.com/concurlint/concurlint/passes/suppress"
)

//go:embed doc.go
var src string

// Analyzer is described in the package comment.
var Analyzer = suppress.Wrap(&analysis.Analyzer{
	Name:     "wgmisuse",
	Doc:      doc.Must(src, "wgmisuse"),
	URL:      doc.URL("wgmisuse"),
	Requires: []*analysis.Analyzer{groups.Analyzer},
	Run:      run,
})

func run(pass *analysis.Pass) (any, error) {
	for _, f := range pass.ResultOf[groups.Analyzer].(*groups.Result).Findings() {
		msg, related := message(pass, f)
		d := analysis.Diagnostic{Pos: f.Pos, End: f.End, Message: msg}
		if f.Other.IsValid() {
			d.Related = []analysis.RelatedInformation{{Pos: f.Other, Message: related}}
		}
		if f.Fault == groups.NoDone {
			d.SuggestedFixes = fixes(pass, f)
		}
		pass.Report(d)
	}
	return nil, nil
}

// message returns what is wrong, and what is at the other place.
func message(pass *analysis.Pass, f *groups.Finding) (msg, related string) {
	line := pass.Fset.Position(f.Other).Line
	switch f.Fault {
	case groups.AddInside:
		return fmt.Sprintf("%s.Add is called in the goroutine that it counts, started on line %d: %s.Wait may come first; call it before the go statement", f.Group, line, f.Group), "the goroutine is started here"
	case groups.NoDone:
		return fmt.Sprintf("returning without %s.Done (called on line %d on another path): %s.Wait never returns", f.Group, line, f.Group), "Done is called here"
	case groups.TwoDone:
		return fmt.Sprintf("%s.Done is called again on this path (first on line %d): Add has counted the goroutine once", f.Group, line), "Done is called here"
	case groups.NoStart:
		return fmt.Sprintf("returning after %s.Add on line %d without starting what calls Done: %s.Wait never returns", f.Group, line, f.Group), "Add is called here"
	case groups.SelfWait:
		return fmt.Sprintf("%s.Wait waits for the goroutine that calls it (it is counted on line %d)", f.Group, line), "it is counted here"
	case groups.LoopWait:
		return fmt.Sprintf("%s.Wait is called in the loop that starts the goroutines (line %d), so that the first turn waits for those of all: call it after the loop", f.Group, line), "the goroutines are started here"
	case groups.OneByOne:
		return fmt.Sprintf("%s.Wait is called in the loop that starts the goroutines (line %d), so that they run one by one: call it after the loop", f.Group, line), "the goroutines are started here"
	case groups.Count:
		return fmt.Sprintf("%s.Add counts %d, but Done is called %d times before %s.Wait on line %d can return", f.Group, f.Added, f.Done, f.Group, line), "somebody waits here"
	case groups.NeverDone:
		return fmt.Sprintf("nobody calls %s.Done, but Add counts on line %d: %s.Wait never returns", f.Group, line, f.Group), "Add is called here"
	case groups.NeverWaits:
		return fmt.Sprintf("nobody waits for %s: Wait is never called", f.Group), ""
	}
	return fmt.Sprintf("%s.Go is called after %s.Wait on line %d, when the context of the group has ended", f.Group, f.Group, line), "Wait is called here"
}

// fixes returns the fix that defers Done at the beginning of the goroutine, if the
// only other call of it is the last statement.
func fixes(pass *analysis.Pass, f *groups.Finding) []analysis.SuggestedFix {
	lit, ok := f.Body.(*ast.FuncLit)
	if !ok || len(lit.Body.List) < 2 {
		return nil
	}
	first, last := lit.Body.List[0], lit.Body.List[len(lit.Body.List)-1]
	call, ok := last.(*ast.ExprStmt)
	done := f.Group + ".Done()"
	if !ok || types.ExprString(call.X) != done || call.X.Pos() != f.Other || !separate(pass, lit, first, last) {
		return nil
	}
	before := lit.Body.List[len(lit.Body.List)-2]
	return []analysis.SuggestedFix{{
		Message: "Defer " + done,
		TextEdits: []analysis.TextEdit{
			{Pos: first.Pos(), End: first.Pos(), NewText: []byte("defer " + done + "\n")},
			{Pos: before.End(), End: last.End()},
		},
	}}
}

// separate reports whether the statements stand on lines of their own, without comments
// that would go with them.
func separate(pass *analysis.Pass, lit *ast.FuncLit, first, last ast.Stmt) bool {
	line := func(pos token.Pos) int { return pass.Fset.Position(pos).Line }
	if line(lit.Body.Lbrace) == line(first.Pos()) || line(last.End()) == line(lit.Body.Rbrace) {
		return false
	}
	before := lit.Body.List[len(lit.Body.List)-2]
	for _, file := range pass.Files {
		for _, c := range file.Comments {
			if before.End() <= c.Pos() && c.Pos() < lit.Body.Rbrace {
				return false
			}
		}
	}
	return true
}
