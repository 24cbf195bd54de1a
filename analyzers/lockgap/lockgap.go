package lockgap

import (
	_ "embed"
	"fmt"

	"golang.org/x/tools/go/analysis"

	"github.com/concurlint/concurlint/analyzers/internal/doc"
	"github.com/concurlint/concurlint/passes/guards"
	"github.com/concurlint/concurlint/passes/suppress"
)

//go:embed doc.go
var src string

// Analyzer is described in the package comment.
var Analyzer = suppress.Wrap(&analysis.Analyzer{
	Name:     "lockgap",
	Doc:      doc.Must(src, "lockgap"),
	URL:      doc.URL("lockgap"),
	Requires: []*analysis.Analyzer{guards.Analyzer},
	Run:      run,
})

func run(pass *analysis.Pass) (any, error) {
	result := pass.ResultOf[guards.Analyzer].(*guards.Result).Ready()
	for _, g := range result.Gaps {
		verb := "written"
		if g.Call {
			verb = "called"
		}
		line := pass.Fset.Position(g.Read).Line
		pass.Report(analysis.Diagnostic{
			Pos: g.Pos,
			End: g.End,
			Message: fmt.Sprintf("%s is %s here because of what was read under an earlier %s (line %d), which was unlocked in between: check again",
				g.Expr, verb, g.Lock, line),
			Related: []analysis.RelatedInformation{{Pos: g.Read, Message: "read here"}},
		})
	}
	return nil, nil
}
