package condwait

import (
	_ "embed"

	"golang.org/x/tools/go/analysis"

	"github.com/concurlint/concurlint/analyzers/internal/doc"
	"github.com/concurlint/concurlint/passes/suppress"
)

//go:embed doc.go
var src string

// Analyzer is described in the package comment.
var Analyzer = suppress.Wrap(&analysis.Analyzer{
	Name: "condwait",
	Doc:  doc.Must(src, "condwait"),
	URL:  doc.URL("condwait"),
	Run:  run,
})

func run(pass *analysis.Pass) (any, error) {
	return nil, nil
}
