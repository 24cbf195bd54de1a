package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// TestHeaders checks that all of std compiles without the bodies.
func TestHeaders(t *testing.T) {
	root := readGoEnv().root
	pkgs, err := packages.Load(&packages.Config{Mode: packages.LoadAllSyntax, ParseFile: headers(root)}, "std")
	if err != nil {
		t.Fatal(err)
	}
	for _, pkg := range pkgs {
		for _, err := range pkg.Errors {
			t.Errorf("%s: %v", pkg.ID, err)
		}
		if pkg.PkgPath == "sync" && hasBody(pkg, "OnceFunc") {
			t.Error("sync.OnceFunc has a body")
		}
	}
	if stdFailed(pkgs, root) {
		t.Error("stdFailed = true")
	}
}

func TestStdFailed(t *testing.T) {
	root := readGoEnv().root
	pkgs, err := packages.Load(&packages.Config{
		Mode: packages.LoadAllSyntax,
		ParseFile: func(fset *token.FileSet, name string, src []byte) (*ast.File, error) {
			return parser.ParseFile(fset, name, "package wrong; func f() int {}", 0)
		},
	}, "sync")
	if err != nil {
		t.Fatal(err)
	}
	if !stdFailed(pkgs, root) {
		t.Error("stdFailed = false")
	}
	if stdFailed(pkgs, t.TempDir()) {
		t.Error("stdFailed = true below another folder")
	}
}

func hasBody(pkg *packages.Package, name string) bool {
	for _, f := range pkg.Syntax {
		for _, decl := range f.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && fn.Name.Name == name {
				return fn.Body != nil
			}
		}
	}
	return false
}

// Code outside of std keeps its bodies and comments.
func TestHeadersOutside(t *testing.T) {
	const src = "// Package p has a comment.\npackage p\n\nimport \"fmt\"\n\nfunc f() { fmt.Println() }\n"
	f, err := headers("/goroot")(token.NewFileSet(), "/gopath/p.go", []byte(src))
	if err != nil || f.Decls[1].(*ast.FuncDecl).Body == nil || f.Imports[0].Name != nil || f.Doc == nil {
		t.Errorf("the file is changed, or there is an error: %v", err)
	}
}

func TestDropBodies(t *testing.T) {
	const src = `package p

import (
	"a"
	"b/v2"
	named "c"
	"d"
	_ "f"
	"g/v2"
)

var v = func() int { return a.F() }

func (T) m(x b.T) { d.F() }

func init() { named.F() }

func generic[T any]() { g.F() }
`
	f, err := parser.ParseFile(token.NewFileSet(), "p.go", src, 0)
	if err != nil {
		t.Fatal(err)
	}
	dropBodies(f)
	var names []string
	for _, spec := range f.Imports {
		name := "-"
		if spec.Name != nil {
			name = spec.Name.Name
		}
		names = append(names, name)
	}
	if got, want := strings.Join(names, " "), "- - _ _ _ -"; got != want {
		t.Errorf("imports are named %s, want %s", got, want)
	}
	for _, decl := range f.Decls {
		if fn, ok := decl.(*ast.FuncDecl); ok {
			if got, want := fn.Body != nil, fn.Name.Name != "m"; got != want {
				t.Errorf("%s has a body: %v, want %v", fn.Name.Name, got, want)
			}
		}
	}
}

func TestDropBodiesDot(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "p.go", "package p; import . `a`; func f() { F() }", 0)
	if err != nil {
		t.Fatal(err)
	}
	dropBodies(f)
	if f.Decls[1].(*ast.FuncDecl).Body == nil || f.Imports[0].Name.Name != "." {
		t.Error("a file with a dot import is changed")
	}
}

func TestMayNameStd(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, test := range []struct {
		pattern string
		want    bool
	}{
		{".", false},
		{"./...", false},
		{"../x", false},
		{"x.go", false},
		{"example.com/m/...", false},
		{"/home/m", false},
		{"/goroot/src/fmt", true},
		{"...", true},
		{"fmt", true},
		{"std", true},
		{"net/...", true},
		{"m/a", true}, // perhaps
	} {
		if got := mayNameStd([]string{"./x", test.pattern}, "/goroot"); got != test.want {
			t.Errorf("mayNameStd(%s) = %v, want %v", test.pattern, got, test.want)
		}
	}
	dir := t.TempDir()
	t.Chdir(dir)
	if !mayNameStd([]string{"./..."}, dir) {
		t.Error("mayNameStd(./...) = false in GOROOT")
	}
}
