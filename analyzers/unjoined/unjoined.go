package unjoined

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
	Name:     "unjoined",
	Doc:      doc.Must(src, "unjoined"),
	URL:      doc.URL("unjoined"),
	Requires: []*analysis.Analyzer{spawn.Analyzer},
	Run:      run,
})

func run(pass *analysis.Pass) (any, error) {
	for _, l := range pass.ResultOf[spawn.Analyzer].(*spawn.Result).Ready().LooseEnds() {
		d := analysis.Diagnostic{Pos: l.Spawn.Instr.Pos()}
		if l.Sleep.IsValid() {
			d.Message = fmt.Sprintf("%s only waits with %s (line %d) for this goroutine", l.In.Name(), l.What, pass.Fset.Position(l.Sleep).Line)
			d.Related = []analysis.RelatedInformation{{Pos: l.Sleep, Message: "sleeping is no way to wait"}}
		} else {
			d.Message = fmt.Sprintf("%s returns (line %d) without waiting for this goroutine", l.In.Name(), pass.Fset.Position(l.Exit).Line)
		}
		pass.Report(d)
	}
	return nil, nil
}
