package suppress_test

import (
	"go/ast"
	"path/filepath"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/concurlint/concurlint/passes/suppress"
)

// newProbe returns a check that reports each call of a function with its name.
func newProbe(name string) *analysis.Analyzer {
	return suppress.Wrap(&analysis.Analyzer{
		Name: name,
		Doc:  "report calls of " + name,
		URL:  "https://example.com/" + name,
		Run: func(pass *analysis.Pass) (any, error) {
			for _, f := range pass.Files {
				ast.Inspect(f, func(n ast.Node) bool {
					call, ok := n.(*ast.CallExpr)
					if !ok {
						return true
					}
					if id, ok := call.Fun.(*ast.Ident); ok && id.Name == name {
						pass.Report(analysis.Diagnostic{
							Pos:     call.Pos(),
							End:     call.End(),
							Message: name + " called",
							SuggestedFixes: []analysis.SuggestedFix{{
								Message:   "Remove the call",
								TextEdits: []analysis.TextEdit{{Pos: call.Pos(), End: call.End()}},
							}},
						})
					}
					return true
				})
			}
			return nil, nil
		},
	})
}

func Test(t *testing.T) {
	testdata, err := filepath.Abs("../../testdata")
	if err != nil {
		t.Fatal(err)
	}
	results := analysistest.Run(t, testdata, newProbe("probe"), "suppress")
	for _, d := range results[0].Action.Diagnostics {
		line := results[0].Action.Package.Fset.Position(d.Pos)
		if want := "https://example.com/probe"; d.URL != want {
			t.Errorf("%s: URL = %q, want %q", line, d.URL, want)
		}
		if isProbe := d.Message == "probe called"; isProbe != (d.Category == "probe") || !isProbe != (d.Category == "probe/ignore") {
			t.Errorf("%s: Category of %q = %q", line, d.Message, d.Category)
		}
		if filepath.Base(line.Filename) == "lines.y" && d.SuggestedFixes != nil {
			t.Errorf("%s: a fix for a file that stands for another", line)
		}
	}
}

// A check says nothing about the directives for others: they may not have run.
func TestOther(t *testing.T) {
	testdata, err := filepath.Abs("../../testdata")
	if err != nil {
		t.Fatal(err)
	}
	analysistest.Run(t, testdata, newProbe("other"), "suppress/other")
}

func TestWrap(t *testing.T) {
	a := &analysis.Analyzer{Name: "a", Doc: "a", Requires: []*analysis.Analyzer{{Name: "b", Doc: "b"}}}
	if suppress.Wrap(a) != a {
		t.Error("Wrap returned another analyzer")
	}
	if len(a.Requires) != 2 || a.Requires[0].Name != "b" || a.Requires[1] != suppress.Analyzer {
		t.Errorf("Wrap made Requires %v", a.Requires)
	}
}
