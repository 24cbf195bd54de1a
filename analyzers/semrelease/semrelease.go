package semrelease

import (
	_ "embed"
	"fmt"

	"golang.org/x/tools/go/analysis"

	"github.com/concurlint/concurlint/analyzers/internal/doc"
	"github.com/concurlint/concurlint/passes/balance"
	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/suppress"
)

//go:embed doc.go
var src string

// Analyzer is described in the package comment.
var Analyzer = suppress.Wrap(&analysis.Analyzer{
	Name:     "semrelease",
	Doc:      doc.Must(src, "semrelease"),
	URL:      doc.URL("semrelease"),
	Requires: []*analysis.Analyzer{balance.Analyzer},
	Run:      run,
})

func run(pass *analysis.Pass) (any, error) {
	for _, s := range pass.ResultOf[balance.Analyzer].(*balance.Result).Surplus() {
		if s.Resource == locks.Group {
			continue // see wgmisuse
		}
		pass.Report(analysis.Diagnostic{
			Pos:     s.Pos,
			End:     s.End,
			Message: message(pass, s),
			Related: []analysis.RelatedInformation{{Pos: s.Before.Pos, End: s.Before.End, Message: s.Before.Name + " is here"}},
		})
	}
	return nil, nil
}

func message(pass *analysis.Pass, s *balance.Surplus) string {
	line := pass.Fset.Position(s.Before.Pos).Line
	before := fmt.Sprintf("%s on line %d", s.Before.Name, line)
	switch s.Fault {
	case balance.Twice:
		return fmt.Sprintf("%s releases %s again on this path: %s has released it", s.Name, s.Expr, before)
	case balance.Failed:
		return fmt.Sprintf("%s releases %s on a path on which %s has failed to acquire it", s.Name, s.Expr, before)
	case balance.Excess, balance.Shortfall:
		return fmt.Sprintf("%s releases %d of %s, but %s has acquired %d", s.Name, s.Weight, s.Expr, before, s.Acquired)
	}
	return fmt.Sprintf("the result of %s is discarded: if it fails, %s releases what was not acquired", s.Name, before)
}
