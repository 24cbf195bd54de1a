package ir_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
)

const src = `package p

func use(any)
func addr(*int)
func pair() (int, int)
func one() int

func captured() {
	x := one()
	func() { use(x) }()
}

func uncaptured() {
	func() { one() }()
}

func assignedTwice() {
	x := one()
	func() { x = 2 }()
	use(x)
}

func addressTaken() {
	x := one()
	func() { use(x) }()
	addr(&x)
}

var pointer *int

func addressStored() {
	x := one()
	func() { use(x) }()
	pointer = &x
}

func assignedLater() {
	var x int
	if one() > 0 {
		x = 1
	}
	func() { use(x) }()
}

func usedBefore() {
	var x int
	func() { use(x) }()
	x = 1
}

func nested() {
	x := one()
	func() {
		func() { use(x) }()
	}()
}

func loops(list []int) {
	for {
		for i := range list {
			addr(&list[i])
		}
		if one() > 0 {
			pair()
			return
		}
		use(list)
	}
}

func labels(s *struct{ f int }, list []int) {
	a := one()
	b, c := pair()
	s.f = one()
	list[0], a = one(), one()
	_ = one()
	_, d := pair()
	use(one())
	use([]int{a, b, c, d})
}
`

func build(t *testing.T) *ir.Package {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "p.go", src, 0)
	if err != nil {
		t.Fatal(err)
	}
	info := &types.Info{
		Types:      make(map[ast.Expr]types.TypeAndValue),
		Defs:       make(map[*ast.Ident]types.Object),
		Uses:       make(map[*ast.Ident]types.Object),
		Implicits:  make(map[ast.Node]types.Object),
		Instances:  make(map[*ast.Ident]types.Instance),
		Scopes:     make(map[ast.Node]*types.Scope),
		Selections: make(map[*ast.SelectorExpr]*types.Selection),
	}
	conf := types.Config{Error: func(error) {}} // some functions have no body
	pkg, _ := conf.Check("p", fset, []*ast.File{file}, info)
	pass := &analysis.Pass{Fset: fset, Files: []*ast.File{file}, Pkg: pkg, TypesInfo: info}
	return ir.Build(pass, func(*types.Func) bool { return false })
}

// variable returns the local variable x of a function.
func variable(t *testing.T, fn *ssa.Function) *ssa.Alloc {
	t.Helper()
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			if alloc, ok := instr.(*ssa.Alloc); ok && alloc.Comment == "x" {
				return alloc
			}
		}
	}
	t.Fatalf("%s has no x in memory", fn)
	return nil
}

func TestInit(t *testing.T) {
	pkg := build(t)
	for name, want := range map[string]bool{
		"captured":      true,
		"assignedTwice": false,
		"addressTaken":  false,
		"addressStored": false,
		"assignedLater": false,
		"usedBefore":    false,
		"nested":        true,
	} {
		init := pkg.Init(variable(t, pkg.SSA.Func(name)))
		if (init != nil) != want {
			t.Errorf("%s: Init is %v", name, init)
		}
		if init == nil {
			continue
		}
		if call, ok := init.Val.(*ssa.Call); !ok || call.Call.StaticCallee().Name() != "one" {
			t.Errorf("%s: Init stores %v", name, init.Val)
		}
	}
}

func TestCell(t *testing.T) {
	pkg := build(t)
	for _, test := range []struct {
		name   string
		stores int
		leaks  bool
	}{
		{"captured", 1, false},
		{"assignedTwice", 2, false},
		{"addressTaken", 1, true},
		{"addressStored", 1, true},
		{"nested", 1, false},
	} {
		c := pkg.Cell(variable(t, pkg.SSA.Func(test.name)))
		if len(c.Stores) != test.stores || c.Leaks != test.leaks {
			t.Errorf("%s: %d stores, leaks: %v", test.name, len(c.Stores), c.Leaks)
		}
	}
}

func TestBinding(t *testing.T) {
	pkg := build(t)
	for name, depth := range map[string]int{"captured": 1, "nested": 2} {
		top := pkg.SSA.Func(name)
		fn := top
		for range depth {
			fn = fn.AnonFuncs[0]
		}
		if got := pkg.Binding(fn.FreeVars[0]); got != variable(t, top) {
			t.Errorf("%s: x is bound to %v", name, got)
		}
	}
}

func TestClosure(t *testing.T) {
	pkg := build(t)
	if mc := pkg.Closure(pkg.SSA.Func("captured").AnonFuncs[0]); mc == nil || mc.Parent().Name() != "captured" {
		t.Errorf("the closure of captured is %v", mc)
	}
	if mc := pkg.Closure(pkg.SSA.Func("uncaptured").AnonFuncs[0]); mc != nil {
		t.Errorf("the literal of uncaptured captures nothing, yet has closure %v", mc)
	}
}

func TestLabel(t *testing.T) {
	pkg := build(t)
	var got []string
	for _, b := range pkg.SSA.Func("labels").Blocks {
		for _, instr := range b.Instrs {
			switch v := instr.(type) {
			case *ssa.Call:
				if v.Type() == types.Typ[types.Int] {
					got = append(got, pkg.Label(v))
				}
			case *ssa.Extract:
				got = append(got, pkg.Label(v))
			}
		}
	}
	want := []string{"a", "b", "c", "s.f", "list[0]", "a", "", "", "d", ""}
	if len(got) != len(want) {
		t.Fatalf("labels %q", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("label %d is %q, want %q", i, got[i], want[i])
		}
	}
}

func TestCall(t *testing.T) {
	pkg := build(t)
	var got []string
	for _, b := range pkg.SSA.Func("nested").Blocks {
		for _, instr := range b.Instrs {
			if call, ok := instr.(*ssa.Call); ok {
				got = append(got, types.ExprString(pkg.Call(call.Call.Pos()).Fun))
			}
		}
	}
	if len(got) != 2 || got[0] != "one" || got[1] != "(func() literal)" {
		t.Errorf("calls %q", got)
	}
	if call := pkg.Call(token.NoPos); call != nil {
		t.Errorf("the call at no position is %v", call)
	}
}

func TestLoopOf(t *testing.T) {
	fn := build(t).SSA.Func("loops")
	headers := make(map[string]*ssa.BasicBlock)
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			if call, ok := instr.(*ssa.Call); ok && call.Call.StaticCallee() != nil {
				headers[call.Call.StaticCallee().Name()] = ir.LoopOf(b)
			}
		}
	}
	inner, outer := headers["addr"], headers["use"]
	switch {
	case inner == nil || outer == nil || inner == outer:
		t.Errorf("loops of addr and use: %v, %v; want two loops", inner, outer)
	case !ir.InLoop(outer, inner) || ir.InLoop(inner, outer):
		t.Errorf("the loop at %v is not in that at %v, or the reverse", inner, outer)
	case headers["one"] != outer:
		t.Errorf("loop of one: %v, want %v", headers["one"], outer)
	case headers["pair"] != nil:
		t.Errorf("loop of pair: %v, want none", headers["pair"])
	}
}
