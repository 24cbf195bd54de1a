package analyzers_test

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/doc/comment"
	"go/format"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/diff"
	"golang.org/x/tools/go/analysis"

	"github.com/concurlint/concurlint/analyzers"
	"github.com/concurlint/concurlint/analyzers/ignore"
	"github.com/concurlint/concurlint/analyzers/internal/doc"
	"github.com/concurlint/concurlint/passes/suppress"
)

var update = flag.Bool("update", false, "write the generated files")

// TestAll names what is missing of a check.
func TestAll(t *testing.T) {
	if err := analysis.Validate(analyzers.All); err != nil {
		t.Fatal(err)
	}
	if !slices.IsSortedFunc(analyzers.All, func(a, b *analysis.Analyzer) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("All is not sorted by name")
	}
	for _, a := range analyzers.All {
		t.Run(a.Name, func(t *testing.T) { checkAnalyzer(t, a) })
	}
}

func checkAnalyzer(t *testing.T, a *analysis.Analyzer) {
	src, err := os.ReadFile(filepath.Join(a.Name, "doc.go"))
	if err != nil {
		t.Fatalf("the check is not in a folder of its name: %v", err)
	}
	if text, err := doc.Extract(string(src), a.Name); err != nil {
		t.Error(err)
	} else if a.Doc != text {
		t.Errorf("Doc is not that of %s/doc.go", a.Name)
	}
	summary, _, _ := strings.Cut(a.Doc, "\n\n")
	if strings.Contains(summary, "\n") || strings.HasSuffix(summary, ".") || !strings.HasPrefix(summary, "report ") {
		t.Errorf("the summary %q is not one line of the form \"report mistakes\"", summary)
	}
	if a.URL != doc.URL(a.Name) {
		t.Errorf("URL = %q, want %q", a.URL, doc.URL(a.Name))
	}
	for _, name := range []string{
		filepath.Join(a.Name, a.Name+".go"),
		filepath.Join(a.Name, a.Name+"_test.go"),
		filepath.Join("..", "testdata", "src", a.Name),
	} {
		if _, err := os.Stat(name); err != nil {
			t.Error(err)
		}
	}
	if len(a.FactTypes) > 0 || a.ResultType != nil {
		t.Error("a check has neither facts nor a result: that is for a pass")
	}
	if a == ignore.Analyzer {
		return // it judges the directives, and does not obey them
	}
	if !slices.Contains(a.Requires, suppress.Analyzer) {
		t.Error("the check is not wrapped by suppress.Wrap")
	}
}

// TestDocs names a part that the documentation of a check lacks.
func TestDocs(t *testing.T) {
	for _, a := range analyzers.All {
		for _, lack := range docLacks(a.Name, a.Doc) {
			t.Errorf("the documentation of %s lacks %s", a.Name, lack)
		}
	}
}

// quoted matches code with a comment long enough to be the message of a check.
var quoted = regexp.MustCompile(`(?m)\S[ \t]+// \S.{15,}$`)

// sentence matches the end of a sentence.
var sentence = regexp.MustCompile(`[.:](\s|$)`)

// docLacks returns the parts that text, the documentation of the named check,
// lacks.
func docLacks(name, text string) (lacks []string) {
	var wrong, right, silence, unreported bool
	reasons := 0 // sentences about what the check reports
	var before string
	var parser comment.Parser
	for _, block := range parser.Parse(text).Content[1:] { // the first is the summary
		switch block := block.(type) {
		case *comment.Code:
			switch {
			case strings.HasPrefix(before, "To keep a report quiet, say why"):
				silence = strings.Contains(block.Text, "//concurlint:ignore "+name+" ")
			case quoted.MatchString(block.Text):
				wrong = true
			default:
				right = true
			}
		case *comment.Paragraph:
			before = plain(block)
			switch {
			case strings.HasPrefix(before, "Not reported "), strings.HasPrefix(before, "Nothing is reported "):
				unreported = true
			case strings.HasPrefix(before, "This check cannot be silenced"):
				silence = name == ignore.Analyzer.Name // the others can
			case !strings.HasPrefix(before, "To keep a report quiet"):
				reasons += len(sentence.FindAllString(before, -1))
			}
		}
	}
	for _, part := range []struct {
		has  bool
		what string
	}{
		{wrong, "wrong code with the message in a comment"},
		{right, "right code"},
		{reasons >= 2, "two sentences that say why"},
		{unreported, `a paragraph that begins with "Not reported"`},
		{silence, `an example of how to silence it, after "To keep a report quiet, say why:"`},
	} {
		if !part.has {
			lacks = append(lacks, part.what)
		}
	}
	return lacks
}

// plain returns the text of p.
func plain(p *comment.Paragraph) string {
	var printer comment.Printer
	text := printer.Text(&comment.Doc{Content: []comment.Block{p}})
	return strings.Join(strings.Fields(string(text)), " ")
}

func TestDocLacks(t *testing.T) {
	const whole = `report what is late

Who waits is late. So are those who wait for them:

	wait() // wait is called on line 5, which is late

Do not wait:

	run()

Not reported is what is early.

To keep a report quiet, say why:

	wait() //concurlint:ignore late it is early
`
	if lacks := docLacks("late", whole); lacks != nil {
		t.Errorf("nothing is missing, but docLacks = %q", lacks)
	}
	for old, want := range map[string]string{
		" // wait is called on line 5, which is late": "wrong code",
		"\trun()\n": "right code",
		"Who waits is late. So are those who wait for them:\n": "two sentences",
		"Not reported is what":                                 "Not reported",
		"//concurlint:ignore late":                             "silence",
		"To keep a report quiet, say why:\n":                   "silence",
	} {
		lacks := docLacks("late", strings.Replace(whole, old, "", 1))
		if len(lacks) == 0 || !strings.Contains(strings.Join(lacks, "\n"), want) {
			t.Errorf("without %q, docLacks = %q, want %s", old, lacks, want)
		}
	}
}

// TestFolders names a check that is not in All.
func TestFolders(t *testing.T) {
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		registered := func(a *analysis.Analyzer) bool { return a.Name == e.Name() }
		if e.IsDir() && e.Name() != "internal" && !slices.ContainsFunc(analyzers.All, registered) {
			t.Errorf("the check in folder %s is not in All", e.Name())
		}
	}
}

// TestREADME checks that README.md shows the documentation of All.
func TestREADME(t *testing.T) {
	var b bytes.Buffer
	fmt.Fprintln(&b, "# The checks\n\nGenerated from each check's doc.go by `go generate ./analyzers`; do not edit.")
	fmt.Fprintln(&b, "\n| check | |\n|---|---|")
	for _, a := range analyzers.All {
		summary, _, _ := strings.Cut(a.Doc, "\n\n")
		fmt.Fprintf(&b, "| [%s](#%s) | %s |\n", a.Name, a.Name, summary)
	}
	for _, a := range analyzers.All {
		fmt.Fprintf(&b, "\n## %s\n\n%s", a.Name, markdown(a.Doc))
		a.Flags.VisitAll(func(f *flag.Flag) {
			fmt.Fprintf(&b, "\n`-%s.%s`: %s (default %s)\n", a.Name, f.Name, f.Usage, f.DefValue)
		})
	}
	checkGenerated(t, "README.md", b.Bytes())
}

// markdown returns text, a doc comment, in Markdown.
func markdown(text string) []byte {
	var parser comment.Parser
	var printer comment.Printer
	return printer.Markdown(parser.Parse(text))
}

// TestNames checks that analyzers/ignore, which cannot import the other
// checks, knows their names.
func TestNames(t *testing.T) {
	var b bytes.Buffer
	fmt.Fprintln(&b, "// Code generated by go generate ./analyzers. DO NOT EDIT.\n\npackage ignore")
	fmt.Fprintln(&b, "\n// checks are the names that a directive may give.\nvar checks = []string{")
	for _, a := range analyzers.All {
		if a != ignore.Analyzer {
			fmt.Fprintf(&b, "%q,\n", a.Name)
		}
	}
	fmt.Fprintln(&b, "}")
	src, err := format.Source(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	checkGenerated(t, "ignore/names.go", src)
}

// TestNogo checks that plugin/nogo.bzl, which people copy into their Bazel
// workspace, lists All.
func TestNogo(t *testing.T) {
	var b bytes.Buffer
	fmt.Fprintln(&b, "# Code generated by go generate ./analyzers. DO NOT EDIT.")
	fmt.Fprintln(&b, "\n\"\"\"The checks of concurlint, for deps of the rule nogo.\"\"\"\n\nCONCURLINT = [")
	for _, a := range analyzers.All {
		fmt.Fprintf(&b, "    \"@com_github_concurlint_concurlint//analyzers/%s\",\n", a.Name)
	}
	fmt.Fprintln(&b, "]")
	checkGenerated(t, "../plugin/nogo.bzl", b.Bytes())
}

// checkGenerated checks that the named file is want, or makes it so.
func checkGenerated(t *testing.T, name string, want []byte) {
	if *update {
		if err := os.WriteFile(name, want, 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if d := diff.Diff(name, got, "want", want); d != nil {
		t.Errorf("%s is out of date: run go generate ./analyzers\n%s", name, d)
	}
}

const module = "github.com/concurlint/concurlint/"

// A layer is a part of the module. A package may import packages of the
// layers below its own; passes may import each other.
type layer struct {
	name    string
	pattern string // of the folder below the module's root
}

// layers are in order from the top.
var layers = []layer{
	{"program", "cmd/*"},
	{"program", "plugin"},
	{"registry", "analyzers"},
	{"check", "analyzers/*"},
	{"checks' internal", "analyzers/internal/*"},
	{"pass", "passes/*"},
	{"passes' internal", "passes/internal/*"},
	{"internal", "internal/*"},
}

// TestLayers checks who imports whom.
func TestLayers(t *testing.T) {
	for name, f := range parseModule(t) {
		folder := path.Dir(name)
		for _, spec := range f.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			imported, ours := strings.CutPrefix(imported, module)
			if ours && !mayImport(folder, imported) {
				t.Errorf("%s must not import %s", name, imported)
			}
		}
	}
}

func TestMayImport(t *testing.T) {
	for _, test := range []struct {
		from, to string
		want     bool
	}{
		{"cmd/concurlint", "analyzers", true},
		{"cmd/concurlint", "cmd/concurlint/internal/cli", true},
		{"cmd/concurlint/internal/cli", "passes/lockstate", true},
		{"plugin", "analyzers", true},
		{"plugin", "cmd/concurlint", false},
		{"analyzers", "analyzers/condwait", true},
		{"analyzers", "cmd/concurlint", false},
		{"analyzers/condwait", "passes/lockstate", true},
		{"analyzers/condwait", "analyzers/internal/doc", true},
		{"analyzers/condwait", "analyzers/doublelock", false},
		{"analyzers/condwait", "analyzers", false},
		{"analyzers/internal/checktest", "internal/fix", true},
		{"passes/lockstate", "passes/locks", true},
		{"passes/lockstate", "passes/internal/flow", true},
		{"passes/lockstate", "analyzers/condwait", false},
		{"passes/lockstate", "analyzers/internal/doc", false},
		{"passes/internal/flow", "passes/locks", false},
		{"internal/fix", "passes/locks", false},
		{"internal/fix", "internal/spell", false},
		{"somewhere", "analyzers", false},
	} {
		if got := mayImport(test.from, test.to); got != test.want {
			t.Errorf("mayImport(%s, %s) = %v, want %v", test.from, test.to, got, test.want)
		}
	}
}

// mayImport reports whether a package in folder from may import folder to.
func mayImport(from, to string) bool {
	from, to = program(from), program(to)
	i, j := layerOf(from), layerOf(to)
	switch {
	case i < 0 || j < 0:
		return false // a folder that the layers do not know
	case from == to:
		return true
	case layers[i].name == layers[j].name:
		return layers[i].name == "pass"
	default:
		return i < j
	}
}

// program returns the folder of the program to which an internal folder
// belongs, and other folders as they are.
func program(folder string) string {
	if owner, _, ok := strings.Cut(folder, "/internal/"); ok && strings.HasPrefix(folder, "cmd/") {
		return owner
	}
	return folder
}

// layerOf returns the index of folder's layer, or -1.
func layerOf(folder string) int {
	return slices.IndexFunc(layers, func(l layer) bool {
		ok, _ := path.Match(l.pattern, folder)
		return ok
	})
}

// TestSilence checks that passes leave reporting to the checks.
func TestSilence(t *testing.T) {
	for name, f := range parseModule(t) {
		folder := path.Dir(name)
		if !strings.HasPrefix(folder, "passes/") || folder == "passes/suppress" || strings.HasSuffix(name, "_test.go") {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok || !strings.HasPrefix(sel.Sel.Name, "Report") {
				return true
			}
			if id, ok := sel.X.(*ast.Ident); ok && id.Name == "pass" {
				t.Errorf("%s calls pass.%s", name, sel.Sel.Name)
			}
			return true
		})
	}
}

// parseModule returns the syntax of the module's Go files by their names
// relative to its root.
func parseModule(t *testing.T) map[string]*ast.File {
	root := os.DirFS("..")
	files := make(map[string]*ast.File)
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && name != "." {
			_, err := fs.Stat(root, name+"/go.mod")
			if nested := err == nil; nested || d.Name() == "testdata" || d.Name()[0] == '.' {
				return fs.SkipDir
			}
		}
		if d.IsDir() || path.Ext(name) != ".go" {
			return nil
		}
		src, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		files[name], err = parser.ParseFile(token.NewFileSet(), name, src, 0)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
