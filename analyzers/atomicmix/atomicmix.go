package atomicmix

import (
	_ "embed"
	"fmt"

	"golang.org/x/tools/go/analysis"

	"github.com/concurlint/concurlint/analyzers/internal/doc"
	"github.com/concurlint/concurlint/analyzers/internal/place"
	"github.com/concurlint/concurlint/passes/guards"
	"github.com/concurlint/concurlint/passes/suppress"
)

//go:embed doc.go
var src string

// Analyzer is described in the package comment.
var Analyzer = suppress.Wrap(&analysis.Analyzer{
	Name:     "atomicmix",
	Doc:      doc.Must(src, "atomicmix"),
	URL:      doc.URL("atomicmix"),
	Requires: []*analysis.Analyzer{guards.Analyzer},
	Run:      run,
})

func run(pass *analysis.Pass) (any, error) {
	result := pass.ResultOf[guards.Analyzer].(*guards.Result).Ready()
	for _, m := range result.Mixed {
		report(pass, m)
	}
	return nil, nil
}

func report(pass *analysis.Pass, m *guards.Mixed) {
	verb := "read"
	if m.Write {
		verb = "written"
	}
	d := analysis.Diagnostic{Pos: m.Pos, End: m.End}
	why := "it is accessed atomically elsewhere (e.g. "
	switch {
	case m.From != "":
		why += m.From + ")"
	case m.Atomic.IsValid():
		why += place.Line(pass.Fset, m.Pos, m.Atomic) + ")"
		d.Related = []analysis.RelatedInformation{{Pos: m.Atomic, Message: "accessed atomically here"}}
	default:
		why = "it is declared to be accessed atomically (" + place.Line(pass.Fset, m.Pos, m.Declared) + ")"
		d.Related = []analysis.RelatedInformation{{Pos: m.Declared, Message: "declared here"}}
	}
	d.Message = fmt.Sprintf("%s is %s here without sync/atomic, but %s", m.Expr, verb, why)
	pass.Report(d)
}
