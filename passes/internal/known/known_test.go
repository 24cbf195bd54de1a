package known

import (
	"cmp"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// A declaration is that of a function or method.
type declaration struct{ params, results int }

// declarations returns what the named packages declare.
func declarations(t *testing.T, paths []string) map[Name]declaration {
	t.Helper()
	pkgs, err := packages.Load(&packages.Config{Mode: packages.NeedName | packages.NeedFiles}, paths...)
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[Name]declaration)
	for _, p := range pkgs {
		for _, file := range p.GoFiles {
			f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			add := func(recv, name string, typ ast.Expr) {
				if typ, ok := typ.(*ast.FuncType); ok {
					found[Name{p.PkgPath, recv, name}] = declaration{typ.Params.NumFields(), typ.Results.NumFields()}
				}
			}
			for _, decl := range f.Decls {
				addFuncs(decl, add)
			}
		}
	}
	return found
}

// addFuncs calls add for the functions and methods in decl.
func addFuncs(decl ast.Decl, add func(recv, name string, typ ast.Expr)) {
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		recv := ""
		if decl.Recv != nil {
			recv = receiver(decl.Recv.List[0].Type)
		}
		add(recv, decl.Name.Name, decl.Type)
	case *ast.GenDecl:
		for _, spec := range decl.Specs {
			spec, ok := spec.(*ast.TypeSpec)
			if !ok {
				continue
			}
			if iface, ok := spec.Type.(*ast.InterfaceType); ok {
				for _, m := range iface.Methods.List {
					for _, name := range m.Names {
						add(spec.Name.Name, name.Name, m.Type)
					}
				}
			}
		}
	}
}

// receiver returns the name of the type in a method's receiver.
func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

// The entries of the standard library are there: a promoted method, for
// example, is found at the type that declares it.
func TestStd(t *testing.T) {
	names := slices.AppendSeq(slices.Collect(maps.Keys(ends)), maps.Keys(uses))
	names = slices.DeleteFunc(names, func(n Name) bool {
		first, _, _ := strings.Cut(n.Pkg, "/")
		return strings.Contains(first, ".")
	})
	slices.SortFunc(names, func(a, b Name) int {
		return cmp.Or(strings.Compare(a.Pkg, b.Pkg), strings.Compare(a.Recv, b.Recv), strings.Compare(a.Func, b.Func))
	})
	if len(names) < 50 {
		t.Fatalf("only %d entries", len(names))
	}
	var paths []string
	for _, n := range names {
		paths = append(paths, n.Pkg)
	}
	decls := declarations(t, slices.Compact(paths))
	for _, n := range names {
		d, ok := decls[n]
		if !ok {
			t.Errorf("there is no %+v", n)
		}
		if _, end := ends[n]; end && d.results > 0 {
			t.Errorf("%+v returns something", n)
		}
		if _, use := uses[n]; ok && use && d.params == 0 {
			t.Errorf("%+v has no parameters", n)
		}
	}
}

// method returns the method of a pointer to the named type.
func method(t *testing.T, pkg *types.Package, recv, name string) *types.Func {
	t.Helper()
	obj, _, _ := types.LookupFieldOrMethod(types.NewPointer(pkg.Scope().Lookup(recv).Type()), false, pkg, name)
	fn, ok := obj.(*types.Func)
	if !ok {
		t.Fatalf("there is no %s.%s", recv, name)
	}
	return fn
}

func TestLookup(t *testing.T) {
	imp := importer.Default()
	pkgs := make(map[string]*types.Package)
	for _, path := range []string{"errors", "fmt", "log", "sync", "sync/atomic", "testing"} {
		var err error
		if pkgs[path], err = imp.Import(path); err != nil {
			t.Fatal(err)
		}
	}
	function := func(path, name string) *types.Func { return pkgs[path].Scope().Lookup(name).(*types.Func) }
	builtin, _, _ := types.LookupFieldOrMethod(types.Universe.Lookup("error").Type(), false, nil, "Error")

	if got := NameOf(builtin.(*types.Func)); got != (Name{}) {
		t.Errorf("error.Error is found as %+v", got)
	}
	if got := NameOf(nil); got != (Name{}) {
		t.Errorf("nil is found as %+v", got)
	}
	if got, want := NameOf(method(t, pkgs["sync/atomic"], "Pointer", "Load")), (Name{"sync/atomic", "Pointer", "Load"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}

	for _, test := range []struct {
		fn   *types.Func
		want End
	}{
		{method(t, pkgs["testing"], "T", "Fatal"), Goexits},
		{method(t, pkgs["testing"], "B", "SkipNow"), Goexits},
		{method(t, pkgs["testing"], "T", "Error"), Returns},
		{method(t, pkgs["log"], "Logger", "Fatal"), Exits},
		{method(t, pkgs["log"], "Logger", "Print"), Returns},
		{function("log", "Panicf"), Panics},
		{function("log", "Printf"), Returns},
		{nil, Returns},
	} {
		if got := EndOf(test.fn); got != test.want {
			t.Errorf("EndOf(%v) = %s, want %s", test.fn, got, test.want)
		}
	}

	for _, test := range []struct {
		fn   *types.Func
		want Use
	}{
		{method(t, pkgs["sync"], "Once", "Do"), Calls},
		{method(t, pkgs["sync"], "WaitGroup", "Go"), Spawns},
		{method(t, pkgs["testing"], "T", "Cleanup"), Keeps},
		{function("sync", "OnceFunc"), Keeps},
		{method(t, pkgs["sync"], "Map", "Load"), Unknown},
		{nil, Unknown},
	} {
		if got := UseOf(test.fn); got != test.want {
			t.Errorf("UseOf(%v) = %d, want %d", test.fn, got, test.want)
		}
	}

	if !NonNil(function("errors", "New")) || !NonNil(function("fmt", "Errorf")) {
		t.Error("a new error may be nil")
	}
	if NonNil(function("errors", "Join")) || NonNil(nil) {
		t.Error("what may be nil is never nil")
	}
}

func TestString(t *testing.T) {
	for end, want := range []string{"returns", "exits", "panics", "goexits"} {
		if got := End(end).String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
