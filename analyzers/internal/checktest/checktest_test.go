package checktest

import (
	"fmt"
	"go/ast"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/txtar"
)

// bad is a check that reports calls of bad, and replaces those without
// arguments by text.
func bad(text string) *analysis.Analyzer {
	return &analysis.Analyzer{
		Name: "bad",
		Doc:  "report calls of bad",
		Run: func(pass *analysis.Pass) (any, error) {
			for _, f := range pass.Files {
				ast.Inspect(f, func(n ast.Node) bool {
					call, ok := n.(*ast.CallExpr)
					if !ok {
						return true
					}
					if id, ok := call.Fun.(*ast.Ident); !ok || id.Name != "bad" {
						return true
					}
					d := analysis.Diagnostic{Pos: call.Pos(), Message: fmt.Sprintf("bad on line %d", pass.Fset.Position(call.Pos()).Line)}
					if len(call.Args) == 0 {
						d.SuggestedFixes = []analysis.SuggestedFix{{
							Message:   "Replace",
							TextEdits: []analysis.TextEdit{{Pos: call.Pos(), End: call.End(), NewText: []byte(text)}},
						}}
					}
					pass.Report(d)
					return true
				})
			}
			return nil, nil
		},
	}
}

// A recorder keeps the errors of a test that is to fail.
type recorder struct {
	testing.TB
	errors []string
}

func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}

func (r *recorder) Failed() bool { return len(r.errors) > 0 }

const good = `
-- src/bad/go.mod --
module bad
go 1.26
-- src/bad/bad.go --
package bad

import "bad/sub"

func bad(...int) {}
func use(...int) {}

func f() {
	bad() // want "bad on line 9"
	sub.F()
}
func g() { bad(1) } // want "bad on line 12"
-- src/bad/bad.go.golden --
package bad

import "bad/sub"

func bad(...int) {}
func use(...int) {}

func f() {
	use(1,
		2) // want "bad on line 9"
	sub.F()
}
func g() { bad(1) } // want "bad on line 12"
-- src/bad/sub/sub.go --
package sub

func bad(...int) {}
func use(...int) {}

func F() { bad() } // want "bad on line 6"
`

const fixed = "use(1,\n2)"

func Test(t *testing.T) {
	inGOPATH := strings.Replace(good, "-- src/bad/go.mod --\nmodule bad\ngo 1.26\n", "", 1)
	for _, test := range []struct {
		name     string
		tree     string
		fix      string
		patterns []string
		want     string // in the errors; "" for none
	}{
		{"module", good, fixed, nil, ""},
		{"GOPATH", inGOPATH, fixed, nil, ""},
		{"pattern", strings.Replace(good, "line 6", "line 7", 1), fixed, []string{"."}, ""},
		{"wrong want in a sub-package", strings.Replace(good, "line 6", "line 7", 1), fixed, nil, `sub.go:6`},
		{"wrong golden", strings.Replace(good, "2) //", "3) //", 1), fixed, nil, "-\t\t3) //"},
		{"golden without fix", good + "-- src/bad/sub/none.go --\npackage sub\n-- src/bad/sub/none.go.golden --\npackage sub\n", fixed, nil, "no fix changes this file"},
		{"fix does not compile", good, "use(x)", []string{"./sub"}, "after all fixes: "},
		{"fix is found again", good, "bad()", []string{"./sub"}, "after all fixes: "},
		{"fix brings another finding", good, "bad(2)", []string{"./sub"}, "after all fixes: "},
		{"fix makes one like another", good, "bad()", []string{"."}, "after all fixes: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			for _, file := range txtar.Parse([]byte(test.tree)).Files {
				name := filepath.Join(dir, file.Name)
				if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(name, file.Data, 0o666); err != nil {
					t.Fatal(err)
				}
			}
			r := &recorder{TB: t}
			run(r, dir, bad(test.fix), test.patterns)
			if got := strings.Join(r.errors, "\n"); (got == "") != (test.want == "") || !strings.Contains(got, test.want) {
				t.Errorf("got errors %q, want %q", got, test.want)
			}
		})
	}
}
