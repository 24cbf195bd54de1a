package busywait

import (
	_ "embed"
	"fmt"

	"golang.org/x/tools/go/analysis"

	"github.com/concurlint/concurlint/analyzers/internal/doc"
	"github.com/concurlint/concurlint/passes/spawn"
	"github.com/concurlint/concurlint/passes/suppress"
)

//go:embed doc.go
var src string

// Analyzer is described in the package comment.
var Analyzer = suppress.Wrap(&analysis.Analyzer{
	Name:     "busywait",
	Doc:      doc.Must(src, "busywait"),
	URL:      doc.URL("busywait"),
	Requires: []*analysis.Analyzer{spawn.Analyzer},
	Run:      run,
})

func run(pass *analysis.Pass) (any, error) {
	for _, s := range pass.ResultOf[spawn.Analyzer].(*spawn.Result).Ready().Spins() {
		d := analysis.Diagnostic{Pos: s.Pos, End: s.End, Message: "the default does nothing: the loop asks again and again"}
		if s.Expr != "" {
			d.Message = fmt.Sprintf("the loop asks for %s, which another goroutine sets (line %d), again and again", s.Expr, pass.Fset.Position(s.Set).Line)
			d.Related = []analysis.RelatedInformation{{Pos: s.Set, Message: s.Expr + " is set here"}}
		}
		pass.Report(d)
	}
	return nil, nil
}
