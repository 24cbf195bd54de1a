package known

import (
	"go/types"
	"maps"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// load returns the named packages by path, with what they do not export.
func load(t *testing.T, paths ...string) map[string]*types.Package {
	t.Helper()
	pkgs, err := packages.Load(&packages.Config{Mode: packages.LoadSyntax}, paths...)
	if err != nil {
		t.Fatal(err)
	}
	m := make(map[string]*types.Package)
	for _, p := range pkgs {
		for _, err := range p.Errors {
			t.Error(err)
		}
		m[p.PkgPath] = p.Types
	}
	return m
}

// lookup returns the function that name identifies, or nil.
func lookup(pkgs map[string]*types.Package, name Name) *types.Func {
	pkg := pkgs[name.Pkg]
	if pkg == nil {
		return nil
	}
	if name.Recv == "" {
		fn, _ := pkg.Scope().Lookup(name.Func).(*types.Func)
		return fn
	}
	recv, ok := pkg.Scope().Lookup(name.Recv).(*types.TypeName)
	if !ok {
		return nil
	}
	obj, _, _ := types.LookupFieldOrMethod(recv.Type(), true, pkg, name.Func)
	fn, _ := obj.(*types.Func)
	return fn
}

func isStd(name Name) bool {
	first, _, _ := strings.Cut(name.Pkg, "/")
	return !strings.Contains(first, ".")
}

// The entries of the standard library are found by the objects they mean: a
// promoted method, for example, has the receiver that declares it.
func TestStd(t *testing.T) {
	names := slices.AppendSeq(slices.Collect(maps.Keys(ends)), maps.Keys(uses))
	names = slices.DeleteFunc(names, func(n Name) bool { return !isStd(n) })
	slices.SortFunc(names, func(a, b Name) int {
		return strings.Compare(a.Pkg+" "+a.Recv+" "+a.Func, b.Pkg+" "+b.Recv+" "+b.Func)
	})
	if len(names) < 50 {
		t.Fatalf("only %d entries", len(names))
	}
	var paths []string
	for _, n := range names {
		paths = append(paths, n.Pkg)
	}
	pkgs := load(t, slices.Compact(paths)...)
	for _, n := range names {
		fn := lookup(pkgs, n)
		if fn == nil {
			t.Errorf("there is no %+v", n)
			continue
		}
		if got := NameOf(fn); got != n {
			t.Errorf("%+v is found as %+v", n, got)
		}
		if _, ok := ends[n]; ok && fn.Signature().Results().Len() > 0 {
			t.Errorf("%s returns something", fn)
		}
		if _, ok := uses[n]; ok && fn.Signature().Params().Len() == 0 {
			t.Errorf("%s has no parameters", fn)
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
	pkgs := load(t, "errors", "fmt", "log", "sync", "sync/atomic", "testing")
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
