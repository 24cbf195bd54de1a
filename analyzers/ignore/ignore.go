package ignore

import (
	_ "embed"
	"fmt"
	"go/token"
	"slices"

	"golang.org/x/tools/go/analysis"

	"github.com/concurlint/concurlint/analyzers/internal/doc"
	"github.com/concurlint/concurlint/internal/spell"
	"github.com/concurlint/concurlint/passes/suppress"
)

//go:embed doc.go
var src string

// Analyzer reports mistakes in the directives that silence checks.
var Analyzer = &analysis.Analyzer{
	Name:     "ignore",
	Doc:      doc.Must(src, "ignore"),
	URL:      doc.URL("ignore"),
	Requires: []*analysis.Analyzer{suppress.Analyzer},
	Run:      run,
}

func run(pass *analysis.Pass) (any, error) {
	comments := pass.ResultOf[suppress.Analyzer].(*suppress.Comments)
	for _, d := range comments.Directives {
		if d.Problem != "" {
			report(pass, d.Pos, d.End, d.Problem)
		}
		for _, name := range d.Names {
			if problem := unknown(name.Text); problem != "" {
				report(pass, name.Pos, name.End(), problem)
			}
		}
	}
	return nil, nil
}

func report(pass *analysis.Pass, pos, end token.Pos, message string) {
	pass.Report(analysis.Diagnostic{
		Pos: pos, End: end, Category: pass.Analyzer.Name, URL: pass.Analyzer.URL, Message: message,
	})
}

// unknown returns what is wrong with name as the name of a check, or "".
func unknown(name string) string {
	if slices.Contains(checks, name) {
		return ""
	}
	problem := fmt.Sprintf("there is no check %s", name)
	if near := spell.Nearest(name, checks); near != "" {
		problem += fmt.Sprintf(": did you mean %s?", near)
	}
	return problem
}
