// Package checktest tests a check on its fixtures in testdata/src.
package checktest

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/rogpeppe/go-internal/diff"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"

	"github.com/concurlint/concurlint/internal/fix"
)

// Run tests check a on the packages of testdata/src/<name of a>, where
// comments say what it is to report; see [analysistest.Run].
//
// If the folder is a module, patterns are relative to it, by default "./...".
// Otherwise testdata is the GOPATH, and the default is the package of a's
// name with all below it.
//
// All fixes together must turn each file that has a .golden file beside it
// into that file. Whether or not it has one, the fixed code must compile, and
// a must report nothing there but what it had reported without a fix.
func Run(t testing.TB, a *analysis.Analyzer, patterns ...string) {
	t.Helper()
	testdata, err := filepath.Abs("../../testdata")
	if err != nil {
		t.Fatal(err)
	}
	run(t, testdata, a, patterns)
}

func run(t testing.TB, testdata string, a *analysis.Analyzer, patterns []string) {
	t.Helper()
	tree := newFixtures(testdata, a.Name)
	if patterns == nil {
		patterns = tree.patterns
	}
	results := analysistest.Run(t, tree.dir, a, patterns...)
	if t.Failed() {
		return // the fixes are of no interest yet
	}
	var actions []*checker.Action
	for _, r := range results {
		actions = append(actions, r.Action)
	}
	fixed, unfixable := applyFixes(t, actions)
	compareGoldens(t, actions, fixed)
	if len(fixed) > 0 {
		recheck(t, tree, a, patterns, fixed, unfixable)
	}
}

// fixtures are the packages to test a check on.
type fixtures struct {
	dir      string // as for analysistest.Run
	patterns []string
	env      []string // to load the packages with
}

// newFixtures returns the fixtures of the named check.
func newFixtures(testdata, name string) fixtures {
	dir := filepath.Join(testdata, "src", name)
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
		return fixtures{dir, []string{"./..."}, []string{"GOPROXY=off"}}
	}
	return fixtures{testdata, []string{name + "/..."}, []string{"GOPROXY=off", "GO111MODULE=off", "GOPATH=" + testdata}}
}

// applyFixes returns the contents of the files that the fixes of actions
// change, by name, and the diagnostics that have no fix.
func applyFixes(t testing.TB, actions []*checker.Action) (fixed map[string][]byte, unfixable map[string]bool) {
	var set fix.Set
	unfixable = make(map[string]bool)
	for _, act := range actions {
		fset := act.Package.Fset
		for _, d := range act.Diagnostics {
			if len(d.SuggestedFixes) == 0 {
				unfixable[key(act, d)] = true
			} else if !set.Add(fset, d.SuggestedFixes[0]) {
				t.Errorf("%s: fix %q conflicts with another", fset.Position(d.Pos), d.SuggestedFixes[0].Message)
			}
		}
	}
	fixed = make(map[string][]byte)
	for _, name := range set.Files() {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if fixed[name], err = set.Apply(name, src); err != nil {
			t.Fatalf("%s: after all fixes: %v", name, err)
		}
	}
	return fixed, unfixable
}

var number = regexp.MustCompile(`\d+`)

// key identifies d even after lines have moved.
func key(act *checker.Action, d analysis.Diagnostic) string {
	name := filepath.Base(act.Package.Fset.Position(d.Pos).Filename)
	return name + ": " + number.ReplaceAllString(d.Message, "N")
}

// compareGoldens compares the fixed files with the .golden files in the
// folders of the packages.
func compareGoldens(t testing.TB, actions []*checker.Action, fixed map[string][]byte) {
	seen := make(map[string]bool)
	for _, act := range actions {
		for _, file := range act.Package.GoFiles {
			name := file + ".golden"
			want, err := os.ReadFile(name)
			if seen[name] || os.IsNotExist(err) {
				continue
			}
			seen[name] = true
			if err != nil {
				t.Fatal(err)
			}
			if got, ok := fixed[file]; !ok {
				t.Errorf("%s: no fix changes this file", file)
			} else if string(got) != string(want) {
				t.Errorf("all fixes give\n%s", diff.Diff(name, want, "got", got))
			}
		}
	}
}

// recheck checks that the fixed packages compile, and that a finds nothing
// there but what it reported without a fix before.
func recheck(t testing.TB, tree fixtures, a *analysis.Analyzer, patterns []string, fixed map[string][]byte, unfixable map[string]bool) {
	pkgs, err := packages.Load(&packages.Config{
		Mode:    packages.LoadAllSyntax | packages.NeedModule,
		Dir:     tree.dir,
		Env:     append(os.Environ(), tree.env...),
		Tests:   true,
		Overlay: fixed,
	}, patterns...)
	if err != nil {
		t.Fatal(err)
	}
	broken := false
	packages.Visit(pkgs, nil, func(pkg *packages.Package) {
		for _, err := range pkg.Errors {
			t.Errorf("after all fixes: %v", err)
			broken = true
		}
	})
	if broken {
		return
	}
	graph, err := checker.Analyze([]*analysis.Analyzer{a}, pkgs, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, act := range graph.Roots {
		if act.Err != nil {
			t.Errorf("after all fixes: %v", act.Err)
		}
		for _, d := range act.Diagnostics {
			if len(d.SuggestedFixes) > 0 || !unfixable[key(act, d)] {
				t.Errorf("after all fixes: %s: %s", act.Package.Fset.Position(d.Pos), d.Message)
			}
		}
	}
}
