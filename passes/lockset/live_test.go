package lockset

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/internal/known"
	"github.com/concurlint/concurlint/passes/locks"
)

const src = `package p

type T struct {
	mu   int
	next *T
	list []*T
	m    map[string]*T
}

func make1() *T
func make2() *T
func make3() *T
func use(any)

func trimmed(param *T, flag bool) {
	a := make1()
	b := make2()
	shared := make3()
	func() { use(shared) }()
	if flag {
		use(a.next)
	}
	use(b)
}

func paths(p, q *T, i int, k string) {
	use(p.mu)
	use(&p.mu)
	use(&p.next.mu)
	use(&p.list[i].mu)
	use(p.m[k])
	use(p.next.next.next.next.next.next)
}
`

// newMachine returns a machine for the functions of src.
func newMachine(t *testing.T) *Machine {
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
	p := ir.Build(pass, func(*types.Func) bool { return false })
	m := New(locks.NewNames("p"), p)
	m.Effects = func(c locks.Callee) *Effects {
		if c.Func.Name() == "use" { // it locks something
			return &Effects{Excludes: []Exclude{{Term: m.Names.Root(locks.Global{Pkg: "p", Name: "mu"})}}}
		}
		return nil
	}
	m.Literal = func(*ssa.Function) *Effects { return nil }
	m.Ends = func(*types.Func) known.End { return known.Returns }
	return m
}

// values returns the values of fn by the function that makes them, or the name
// of the parameter or variable.
func values(fn *ssa.Function) map[string]ssa.Value {
	out := make(map[string]ssa.Value)
	for _, p := range fn.Params {
		out[p.Name()] = p
	}
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			switch v := instr.(type) {
			case *ssa.Call:
				if f := v.Call.StaticCallee(); f != nil {
					out[f.Name()] = v
				}
			case *ssa.Alloc:
				out[v.Comment] = v
			}
		}
	}
	return out
}

func TestTrim(t *testing.T) {
	m := newMachine(t)
	fn := m.IR.SSA.Func("trimmed")
	other := m.IR.SSA.Func("paths")
	live := m.tree(fn).live[fn]
	v := values(fn)
	root := func(name string) *locks.Term { return m.Names.Root(v[name]) }
	one := m.Names.Const("1")
	entry, then, done := fn.Blocks[0], fn.Blocks[1], fn.Blocks[2]
	for _, test := range []struct {
		name string
		at   *ssa.BasicBlock
		st   *State
		key  *locks.Term
		kept bool
	}{
		{"used there", then, new(State).bind(root("make1"), one), root("make1"), true},
		{"used later", entry, new(State).bind(root("make1"), one), root("make1"), true},
		{"used on the other branch", done, new(State).bind(root("make1"), one), root("make1"), false},
		{"used after both", then, new(State).bind(root("make2"), one), root("make2"), true},
		{"a parameter, for the callers", done, new(State).bind(root("param"), one), root("param"), true},
		{"a captured variable, for the literal", done, new(State).bind(m.Names.Deref(root("shared")), one), m.Names.Deref(root("shared")), true},
		{"of another function", done, new(State).bind(m.Names.Root(other.Blocks[0].Instrs[0].(*ssa.FieldAddr)), one), m.Names.Root(other.Blocks[0].Instrs[0].(*ssa.FieldAddr)), true},
		{"part of a lock's name", done, new(State).bind(root("make1"), one).with(Lock{Term: root("make1")}), root("make1"), true},
		{"part of a value that is used", done, new(State).bind(root("make1"), one).bind(root("make2"), root("make1")), root("make1"), true},
		{"part of a value that is not used", done, new(State).bind(root("make3"), one).bind(root("make1"), root("make3")), root("make3"), false},
	} {
		got := live.trim(test.at, test.st)
		if kept := got.value(test.key) != nil; kept != test.kept {
			t.Errorf("%s: %s becomes %s", test.name, test.st, got)
		}
	}
}

// A name is that of the value that its parts have in the state.
func TestEval(t *testing.T) {
	m := newMachine(t)
	fn := m.IR.SSA.Func("paths")
	p, q, k := m.root(fn.Params[0]), m.root(fn.Params[1]), m.root(fn.Params[3])
	next := m.Names.Field(p, fieldOf(fn.Params[0].Type(), 1))
	bound := new(State).bind(p, q)
	var got [][3]string
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			call, ok := instr.(*ssa.Call)
			if !ok {
				continue
			}
			v := call.Call.Args[0].(*ssa.MakeInterface).X
			got = append(got, [3]string{
				m.eval(new(State), v).String(),
				m.eval(bound, v).String(),
				m.eval(new(State).bind(m.Names.Deref(next), q).bind(k, m.Names.Const("key")), v).String(),
			})
		}
	}
	want := [][3]string{
		{"p.mu", "q.mu", "p.mu"},
		{"p.mu", "q.mu", "p.mu"},
		{"p.next.mu", "q.next.mu", "q.mu"},
		{"p.list[i].mu", "q.list[i].mu", "p.list[i].mu"},
		{"p.m[k]", "q.m[k]", "p.m[key]"},
		// Too long for a name where nothing is known.
		{"value", "value", "q.next.next.next.next.next"},
	}
	if len(got) != len(want) {
		t.Fatalf("%q", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%q, want %q", got[i], want[i])
		}
	}
}
