package deferunlock

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
	Name: "deferunlock",
	Doc:  doc.Must(src, "deferunlock"),
	URL:  doc.URL("deferunlock"),
	Run:  run,
})

func run(pass *analysis.Pass) (any, error) {
	return nil, nil
}
