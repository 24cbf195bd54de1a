package chanlen

import (
	_ "embed"
	"fmt"

	"golang.org/x/tools/go/analysis"

	"github.com/concurlint/concurlint/analyzers/internal/doc"
	"github.com/concurlint/concurlint/passes/chans"
	"github.com/concurlint/concurlint/passes/suppress"
)

//go:embed doc.go
var src string

// Analyzer is described in the package comment.
var Analyzer = suppress.Wrap(&analysis.Analyzer{
	Name:     "chanlen",
	Doc:      doc.Must(src, "chanlen"),
	URL:      doc.URL("chanlen"),
	Requires: []*analysis.Analyzer{chans.Analyzer},
	Run:      run,
})

func run(pass *analysis.Pass) (any, error) {
	for _, g := range pass.ResultOf[chans.Analyzer].(*chans.Result).Ready().Guesses() {
		verb, what := "receive", "receive"
		if g.Role == chans.Send {
			verb, what = "send", "send"
		}
		who := "another goroutine may " + verb + " in between"
		if g.Other != g.Op {
			who += fmt.Sprintf(" (line %d)", pass.Fset.Position(g.Other).Line)
		}
		pass.Report(analysis.Diagnostic{
			Pos:     g.Pos,
			End:     g.End,
			Message: fmt.Sprintf("len(%s) decides on the %s on line %d, but %s", g.Expr, what, pass.Fset.Position(g.Op).Line, who),
			Related: []analysis.RelatedInformation{{Pos: g.Op, Message: "this " + what + " may block"}},
		})
	}
	return nil, nil
}
