package locks_test

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"testing"

	"golang.org/x/tools/go/ssa"
	"golang.org/x/tools/go/ssa/ssautil"

	"github.com/concurlint/concurlint/passes/locks"
)

// build returns the SSA form of a package.
func build(t *testing.T, src string) *ssa.Package {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "p.go", src, 0)
	if err != nil {
		t.Fatal(err)
	}
	conf := &types.Config{Importer: importer.Default()}
	pkg, _, err := ssautil.BuildPackage(conf, fset, types.NewPackage("example.com/p", "p"), []*ast.File{file}, 0)
	if err != nil {
		t.Fatal(err)
	}
	return pkg
}

const lockTypes = `package p

import "sync"

type embedded struct{ sync.Mutex }

type promoted struct{ *sync.RWMutex }

type alias = sync.Mutex

type wrapper struct{ mu sync.Mutex }

func (w *wrapper) Lock()         {}
func (w *wrapper) Unlock()       {}
func (w *wrapper) TryLock() flag { return true }

type flag bool

type generic[T any] struct{}

func (generic[T]) Lock()   {}
func (generic[T]) Unlock() {}

type mixed struct{}

func (mixed) Lock()    {}
func (*mixed) Unlock() {}

type locker interface {
	Lock()
	Unlock()
}

type readers struct{}

func (readers) RLock()   {}
func (readers) RUnlock() {}
func (readers) Lock()    {} // there is no Unlock

type half struct{}

func (half) Lock() {}

type file struct{} // locking may fail

func (file) Lock() error   { return nil }
func (file) Unlock() error { return nil }

type door struct{} // several locks

func (door) Lock(key int)   {}
func (door) Unlock(key int) {}

type unsure struct{ sync.Mutex }

func (unsure) TryLock() error   { return nil }
func (unsure) TryRLock()        {}

type shadow struct{ sync.Mutex }

func (shadow) Unlock(string) {}
func (shadow) RLock()        {}

type Cond struct{}

func (Cond) Wait() {}

func Lock()   {}
func Unlock() {}

var (
	mu  sync.Mutex
	rw  sync.RWMutex
	l   sync.Locker
	c   *sync.Cond
	wg  sync.WaitGroup
	m   sync.Map
	e   embedded
	p   *promoted
	a   alias
	w   wrapper
	g   generic[int]
	i   locker
	r   readers
	h   half
	f   file
	d   door
	u   unsure
	s   shadow
	x   mixed
	own Cond
)
`

func TestOpOf(t *testing.T) {
	const none = ""
	pkg := build(t, lockTypes).Pkg
	for _, imp := range pkg.Imports() { // as in a file of the package
		pkg.Scope().Insert(types.NewPkgName(token.NoPos, pkg, imp.Name(), imp))
	}
	for _, test := range []struct{ method, want string }{
		{"mu.Lock", "acquire sync"},
		{"mu.Unlock", "release sync"},
		{"mu.TryLock", "try sync"},
		{"(*sync.Mutex).Lock", "acquire sync"},
		{"rw.Lock", "acquire sync"},
		{"rw.RLock", "acquire read sync"},
		{"rw.TryRLock", "try read sync"},
		{"rw.RUnlock", "release read sync"},
		{"rw.Unlock", "release sync"},
		{"rw.RLocker", none},
		{"rw.RLocker().Lock", "acquire sync"},
		{"l.Lock", "acquire sync"},
		{"c.L.Unlock", "release sync"},
		{"c.Wait", "wait sync"},
		{"c.Signal", none},
		{"wg.Wait", none},
		{"m.LoadOrStore", none},

		{"e.Lock", "acquire sync"},
		{"p.RLock", "acquire read sync"},
		{"p.RWMutex.Unlock", "release sync"},
		{"a.Lock", "acquire sync"},
		{"w.mu.Lock", "acquire sync"},

		{"w.Lock", "acquire"},
		{"w.Unlock", "release"},
		{"w.TryLock", "try"},
		{"g.Lock", "acquire"},
		{"i.Unlock", "release"},
		{"x.Lock", "acquire"},
		{"r.RLock", "acquire read"},
		{"r.RUnlock", "release read"},

		{"r.Lock", none},
		{"h.Lock", none},
		{"f.Lock", none},
		{"f.Unlock", none},
		{"d.Lock", none},
		{"d.Unlock", none},
		{"u.Lock", "acquire sync"},
		{"u.TryLock", none},
		{"u.TryRLock", none},
		{"s.Lock", "acquire sync"},
		{"s.Unlock", none},
		{"s.RLock", none},
		{"own.Wait", none},
		{"Lock", none},
		{"Unlock", none},
	} {
		got := none
		if op, ok := locks.OpOf(method(t, pkg, test.method)); ok {
			got = describe(op)
		}
		if got != test.want {
			t.Errorf("OpOf(%s) = %q, want %q", test.method, got, test.want)
		}
	}
	if _, ok := locks.OpOf(nil); ok {
		t.Error("OpOf(nil) is an operation")
	}
}

// method returns the function that an expression names.
func method(t *testing.T, pkg *types.Package, expr string) *types.Func {
	t.Helper()
	e, err := parser.ParseExpr(expr)
	if err != nil {
		t.Fatal(err)
	}
	info := &types.Info{Uses: make(map[*ast.Ident]types.Object)}
	if err := types.CheckExpr(token.NewFileSet(), pkg, token.NoPos, e, info); err != nil {
		t.Fatal(err)
	}
	id, ok := e.(*ast.Ident)
	if sel, isSel := e.(*ast.SelectorExpr); isSel {
		id, ok = sel.Sel, true
	}
	fn, isFunc := info.Uses[id].(*types.Func)
	if !ok || !isFunc {
		t.Fatalf("%s is no function", expr)
	}
	return fn
}

func describe(op locks.Op) string {
	s := [...]string{"none", "acquire", "try", "release", "wait"}[op.Action]
	if op.Mode == locks.Read {
		s += " read"
	}
	if op.Sync {
		s += " sync"
	}
	return s
}

func TestUndo(t *testing.T) {
	for _, test := range []struct {
		op   locks.Op
		want string
	}{
		{locks.Op{Action: locks.Acquire}, "Unlock"},
		{locks.Op{Action: locks.Try}, "Unlock"},
		{locks.Op{Action: locks.Acquire, Mode: locks.Read}, "RUnlock"},
	} {
		if got := test.op.Undo(); got != test.want {
			t.Errorf("%+v.Undo() = %s, want %s", test.op, got, test.want)
		}
	}
}

func TestIsLock(t *testing.T) {
	scope := build(t, lockTypes).Pkg.Scope()
	check := func(want bool, variables ...string) {
		for _, name := range variables {
			typ := scope.Lookup(name).Type()
			if _, named := typ.(*types.Named); named && !types.IsInterface(typ) {
				typ = types.NewPointer(typ)
			}
			if got := locks.IsLock(typ); got != want {
				t.Errorf("IsLock(%s) = %v, want %v", typ, got, want)
			}
		}
	}
	check(true, "mu", "rw", "l", "e", "p", "w", "g", "i", "u")
	check(false, "c", "wg", "r", "h", "f", "d", "s", "own")
}

func TestIsSync(t *testing.T) {
	pkg := build(t, lockTypes).Pkg
	for _, test := range []struct {
		variable, name string
		want           bool
	}{
		{"c", "Cond", true},
		{"a", "Mutex", true},
		{"mu", "Mutex", true},
		{"mu", "RWMutex", false},
		{"own", "Cond", false},
		{"e", "Mutex", false},
	} {
		typ := pkg.Scope().Lookup(test.variable).Type()
		if got := locks.IsSync(typ, test.name); got != test.want {
			t.Errorf("IsSync(%s, %q) = %v", typ, test.name, got)
		}
	}
}

// Each function of this package has one call.
const calls = `package p

import "sync"

type t struct{ sync.Mutex }

func (t) value()    {}
func (*t) pointer() {}

type box[T any] struct{}

func (*box[T]) put(T) {}

type putter interface{ put(int) }

func id[T any](x T) T { return x }

func static()                  { callee(1) }
func callee(int)               {}
func imported(mu *sync.Mutex)  { mu.Lock() }
func promoted(x *t)            { x.Lock() }
func method(x *t)              { x.pointer() }
func expression(x *t)          { (*t).pointer(x) }
func wrapped(x *t)             { (*t).value(x) }
func bound(x *t)               { f := x.pointer; f() }
func boundImported(x *t)       { f := x.Mutex.Lock; f() }
func invoke(x putter)          { x.put(1) }
func instance()                { id(1) }
func instanceMethod(x box[int]) { x.put(1) }
func literal()                 { func() {}() }
func closure(x int)            { func(int) { _ = x }(1) }
func dynamic(f func(int))      { f(1) }
func builtin(s []int)          { clear(s) }
`

func TestCalleeOf(t *testing.T) {
	pkg := build(t, calls)
	for _, test := range []struct{ caller, want string }{
		{"static", "example.com/p.callee with body, 1 args"},
		{"imported", "(*sync.Mutex).Lock, 1 args"},
		{"promoted", "(*sync.Mutex).Lock, 1 args"},
		{"method", "(*example.com/p.t).pointer with body, 1 args"},
		{"expression", "(*example.com/p.t).pointer with body, 1 args"},
		{"wrapped", "(example.com/p.t).value with body, 1 args"},
		{"bound", "(*example.com/p.t).pointer with body, 1 args"},
		{"boundImported", "(*sync.Mutex).Lock, 1 args"},
		{"invoke", "(example.com/p.putter).put, 2 args"},
		{"instance", "example.com/p.id with body, 1 args"},
		{"instanceMethod", "(*example.com/p.box[T]).put with body, 2 args"},
		{"literal", "unknown with body, 0 args"},
		{"closure", "unknown with body, 1 args"},
		{"dynamic", "unknown, 1 args"},
		{"builtin", "unknown, 1 args"},
	} {
		common := onlyCall(t, pkg.Func(test.caller))
		c := locks.CalleeOf(common, common.Value)
		got := "unknown"
		if c.Func != nil {
			got = c.Func.FullName()
		}
		if c.Body != nil {
			got += " with body"
		}
		if got = fmt.Sprintf("%s, %d args", got, len(c.Args)); got != test.want {
			t.Errorf("%s calls %s, want %s", test.caller, got, test.want)
		}
		if c.Func != nil && c.Body != nil && (c.Body.Object() != c.Func || c.Body.Synthetic != "") {
			t.Errorf("the body of %s is %s (%s)", c.Func, c.Body, c.Body.Synthetic)
		}
	}
}

func onlyCall(t *testing.T, fn *ssa.Function) *ssa.CallCommon {
	t.Helper()
	var found []*ssa.CallCommon
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			if call, ok := instr.(ssa.CallInstruction); ok {
				found = append(found, call.Common())
			}
		}
	}
	if len(found) != 1 {
		t.Fatalf("%s has %d calls", fn, len(found))
	}
	return found[0]
}
