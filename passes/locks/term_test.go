package locks_test

import (
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"testing"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/locks"
)

// Fields of no struct in particular, for paths.
var (
	mu   = types.NewField(token.NoPos, nil, "mu", types.Typ[types.Int], false)
	next = types.NewField(token.NoPos, nil, "next", types.Typ[types.Int], false)
)

func newNames() *locks.Names { return locks.NewNames("example.com/p") }

func global(n *locks.Names, name string) *locks.Term {
	return n.Root(locks.Global{Pkg: "example.com/p", Name: name})
}

func TestIntern(t *testing.T) {
	n := newNames()
	x, y := global(n, "x"), global(n, "y")
	alloc := new(ssa.Alloc)
	// Each function makes the same term when called again; no two make the same.
	makers := []func() *locks.Term{
		func() *locks.Term { return n.Root(locks.Global{Pkg: "example.com/p", Name: "x"}) },
		func() *locks.Term { return n.Root(locks.Global{Pkg: "example.com/q", Name: "x"}) },
		func() *locks.Term { return n.Root(locks.Param{Index: 0}) },
		func() *locks.Term { return n.Root(locks.Param{Index: 1}) },
		func() *locks.Term { return n.Root(locks.Result{Index: 0}) },
		func() *locks.Term { return n.Root(alloc) },
		func() *locks.Term { return n.Field(x, mu) },
		func() *locks.Term { return n.Field(x, next) },
		func() *locks.Term { return n.Field(y, mu) },
		func() *locks.Term { return n.Field(n.Deref(n.Field(x, next)), mu) },
		func() *locks.Term { return n.Elem(x, n.Const("0")) },
		func() *locks.Term { return n.Elem(x, n.Const("1")) },
		func() *locks.Term { return n.Elem(x, y) },
		func() *locks.Term { return n.Deref(x) },
		func() *locks.Term { return n.Old(x) },
		func() *locks.Term { return n.RLocker(x) },
		func() *locks.Term { return n.Const("0") },
		func() *locks.Term { return n.Const(`"0"`) },
		func() *locks.Term { return n.Nil() },
		func() *locks.Term { return n.Bool(true) },
		func() *locks.Term { return n.Bool(false) },
		func() *locks.Term { return n.Binary(token.EQL, x, y) },
		func() *locks.Term { return n.Binary(token.LSS, x, y) },
		func() *locks.Term { return n.Binary(token.LSS, y, x) },
	}
	seen := make(map[*locks.Term]int)
	for i, f := range makers {
		if f() != f() {
			t.Errorf("maker %d made two terms for %s", i, f())
		}
		if j, ok := seen[f()]; ok {
			t.Errorf("makers %d and %d made the same term %s", i, j, f())
		}
		seen[f()] = i
	}
	if n.Const("true") != n.Bool(true) || n.Const("nil") != n.Nil() {
		t.Error("a predeclared constant is not the constant of its text")
	}
	if n.Old(n.Old(x)) != n.Old(x) {
		t.Error("what is old can be overwritten")
	}
}

// A field is the same in all instances of a generic type.
func TestOrigin(t *testing.T) {
	pkg := build(t, "package p\ntype box[T any] struct{ v T }\nvar a box[int]\nvar b box[string]\n").Pkg
	field := func(name string) *types.Var {
		return pkg.Scope().Lookup(name).Type().Underlying().(*types.Struct).Field(0)
	}
	a, b := field("a"), field("b")
	n := newNames()
	x := global(n, "x")
	if a == b || n.Field(x, a) != n.Field(x, b) {
		t.Error("the field of box[int] and that of box[string] have two names")
	}
}

func TestBinary(t *testing.T) {
	n := newNames()
	x, y, one := global(n, "x"), global(n, "y"), n.Const("1")
	for _, op := range []token.Token{token.EQL, token.ADD, token.MUL, token.AND, token.OR, token.XOR} {
		if n.Binary(op, x, y) != n.Binary(op, y, x) || n.Binary(op, x, one) != n.Binary(op, one, x) {
			t.Errorf("the order of %s's operands matters", op)
		}
	}
	if got := n.Binary(token.EQL, one, x).String(); got != "x == 1" {
		t.Errorf("got %s, want the constant last", got)
	}
	// one was made after x, true before: that must not matter.
	for _, term := range []*locks.Term{n.Binary(token.EQL, n.Bool(true), x), n.Binary(token.EQL, x, n.Bool(true))} {
		if got := term.String(); got != "x == true" {
			t.Errorf("got %s, want the constant last", got)
		}
	}
	if n.Binary(token.SUB, x, y) == n.Binary(token.SUB, y, x) {
		t.Error("x - y is y - x")
	}
}

func TestOrderOfCreation(t *testing.T) {
	n := newNames()
	x := global(n, "x")
	f := n.Field(x, mu)
	y := global(n, "y")
	if x.ID() >= f.ID() || f.ID() >= y.ID() || n.Field(x, mu).ID() != f.ID() {
		t.Errorf("x, x.mu and y have the numbers %d, %d and %d", x.ID(), f.ID(), y.ID())
	}
	if d := n.Elem(y, f).Depth(); x.Depth() != 0 || f.Depth() != 1 || d != 2 {
		t.Errorf("x, x.mu and y[x.mu] have depths %d, %d and %d", x.Depth(), f.Depth(), d)
	}
	if d := n.Elem(f, y).Depth(); d != 2 {
		t.Errorf("x.mu[y] has depth %d", d)
	}
}

func TestSubst(t *testing.T) {
	n := newNames()
	x, y, z := global(n, "x"), global(n, "y"), global(n, "z")
	replace := func(old, with *locks.Term) func(*locks.Term) *locks.Term {
		return func(t *locks.Term) *locks.Term {
			if t == old {
				return with
			}
			return nil
		}
	}
	xmu := n.Field(x, mu)
	for _, test := range []struct{ term, old, with, want *locks.Term }{
		{xmu, x, y, n.Field(y, mu)},
		{xmu, y, z, xmu},
		{xmu, xmu, z, z},
		{n.Deref(xmu), x, y, n.Deref(n.Field(y, mu))},
		{n.Deref(n.Field(xmu, next)), xmu, z, n.Deref(n.Field(z, next))},
		{n.Elem(x, y), y, n.Const("1"), n.Elem(x, n.Const("1"))},
		{n.Elem(x, n.Deref(y)), y, z, n.Elem(x, n.Deref(z))},
		{n.RLocker(x), x, y, n.RLocker(y)},
		{n.Binary(token.LSS, x, y), x, z, n.Binary(token.LSS, z, y)},
		{n.Binary(token.EQL, x, y), x, z, n.Binary(token.EQL, y, z)},
		{n.Binary(token.NEQ, x, y), y, n.Nil(), n.Binary(token.NEQ, x, n.Nil())},
		{n.Old(x), x, y, n.Old(x)}, // x no longer is what it was
		{n.Field(n.Old(x), mu), n.Old(x), y, n.Field(y, mu)},
		{n.Const("1"), n.Const("1"), x, x},
		{nil, x, y, nil},
	} {
		if got := n.Subst(test.term, replace(test.old, test.with)); got != test.want {
			t.Errorf("%s with %s for %s is %s, want %s", test.term, test.with, test.old, got, test.want)
		}
	}
	var asked []string
	n.Subst(n.Elem(xmu, y), func(t *locks.Term) *locks.Term {
		asked = append(asked, t.String())
		return nil
	})
	if want := []string{"x.mu[y]", "x.mu", "x", "y"}; !slices.Equal(asked, want) {
		t.Errorf("asked for %q, want %q", asked, want)
	}
}

func TestReads(t *testing.T) {
	n := newNames()
	x, y := global(n, "x"), global(n, "y")
	xnext := n.Field(x, next)
	load := n.Field(n.Deref(xnext), mu) // (*x.next).mu
	for _, test := range []struct {
		term, loc *locks.Term
		want      bool
	}{
		{xnext, xnext, false}, // an address
		{n.Deref(xnext), xnext, true},
		{n.Deref(xnext), x, true}, // x.next is a part of x
		{n.Deref(x), xnext, false},
		{n.Deref(xnext), y, false},
		{n.Deref(xnext), n.Field(x, mu), false},
		{load, xnext, true},
		{load, n.Deref(xnext), false}, // the address of a part
		{n.Deref(load), n.Deref(xnext), true},
		{n.Deref(load), xnext, true},
		{n.Elem(x, n.Deref(y)), y, true},
		{n.Elem(x, n.Deref(y)), x, false},
		{n.Elem(n.Deref(x), n.Deref(y)), x, true},
		{n.Elem(n.Deref(x), n.Deref(y)), y, true},
		{n.Deref(n.Elem(x, n.Const("1"))), x, true},
		{n.Binary(token.EQL, x, n.Deref(y)), y, true},
		{n.Deref(n.RLocker(x)), x, false}, // another object
		{n.Old(n.Deref(y)), y, false},
	} {
		if got := test.term.Reads(test.loc); got != test.want {
			t.Errorf("%s.Reads(%s) = %v", describePath(test.term), describePath(test.loc), got)
		}
	}
	if got, want := n.Deref(load).Loads(), []*locks.Term{xnext, load}; !slices.Equal(got, want) {
		t.Errorf("Loads() = %v, want %v", got, want)
	}
	if got := n.Binary(token.EQL, n.Deref(y), n.Field(n.Deref(y), mu)).Loads(); len(got) != 1 {
		t.Errorf("Loads() = %v, want y once", got)
	}
}

// describePath returns t with its loads.
func describePath(t *locks.Term) string {
	switch t.Kind {
	case locks.Deref:
		return "(*" + describePath(t.X) + ")"
	case locks.Field:
		return describePath(t.X) + "." + t.Var.Name()
	case locks.Old:
		return "old " + describePath(t.X)
	}
	return t.String()
}

func TestWithin(t *testing.T) {
	n := newNames()
	x, y := global(n, "x"), global(n, "y")
	xmu := n.Field(x, mu)
	for _, test := range []struct {
		term, loc *locks.Term
		want      bool
	}{
		{x, x, true},
		{xmu, x, true},
		{x, xmu, false},
		{n.Elem(xmu, y), x, true},
		{n.Elem(xmu, y), y, false},
		{n.Field(n.Deref(xmu), next), xmu, false}, // behind a pointer
		{n.Field(n.Deref(xmu), next), n.Deref(xmu), true},
		{n.RLocker(x), x, false},
	} {
		if got := test.term.Within(test.loc); got != test.want {
			t.Errorf("%s.Within(%s) = %v", describePath(test.term), describePath(test.loc), got)
		}
	}
	if b := n.Elem(n.Field(n.Deref(xmu), next), y).Base(); b != x {
		t.Errorf("Base() = %s, want x", b)
	}
}

func TestMentions(t *testing.T) {
	n := newNames()
	a, b, c := new(ssa.Alloc), new(ssa.Alloc), new(ssa.Alloc)
	term := n.Elem(n.Field(n.Root(a), mu), n.Binary(token.ADD, n.Root(b), n.Root(a)))
	if !term.Mentions(a) || !term.Mentions(b) || term.Mentions(c) {
		t.Error("Mentions misses a value or invents one")
	}
	if len(term.Roots()) != 2 {
		t.Errorf("Roots() = %v, want two", term.Roots())
	}
	if n.Old(term).Mentions(a) {
		t.Error("a new value of a changes what is old")
	}
}

func TestIdentity(t *testing.T) {
	n := newNames()
	x := global(n, "x")
	param := n.Root(locks.Param{Index: 0})
	alloc, call, value := n.Root(new(ssa.Alloc)), n.Root(new(ssa.Call)), n.Root(new(ssa.Parameter))
	xclass := locks.Global{Pkg: "example.com/p", Name: "x"}
	for _, test := range []struct {
		term            *locks.Term
		certain, direct bool
		class           any
	}{
		{x, true, true, xclass},
		{param, true, true, nil},
		{value, true, true, nil},
		{alloc, true, true, nil},
		{n.Root(new(ssa.FreeVar)), true, true, nil},
		{call, false, false, nil},
		{n.Root(new(ssa.Phi)), false, false, nil},
		{n.Root(locks.Result{Index: 0}), false, false, nil},
		{n.Field(x, mu), true, true, mu},
		{n.Field(n.Field(x, next), mu), true, true, mu},
		{n.Field(call, mu), false, false, mu},
		{n.Field(n.Deref(n.Field(alloc, next)), mu), true, false, mu},
		{n.Elem(n.Field(param, next), n.Const("1")), true, false, next},
		{n.Elem(n.Field(param, next), value), false, false, next},
		{n.Field(n.Elem(x, value), mu), false, false, mu},
		{n.Elem(x, value), false, false, xclass},
		{n.Deref(x), true, false, xclass},
		{n.RLocker(n.Field(x, mu)), true, false, mu},
		{n.Field(n.Old(x), mu), false, false, mu},
		{n.Binary(token.EQL, x, param), false, false, xclass},
	} {
		if got := test.term.Certain(); got != test.certain {
			t.Errorf("%s.Certain() = %v", describePath(test.term), got)
		}
		if got := test.term.Direct(); got != test.direct {
			t.Errorf("%s.Direct() = %v", describePath(test.term), got)
		}
		got := test.term.Class()
		if want := test.class; got != want {
			t.Errorf("%s.Class() = %v, want %v", describePath(test.term), got, want)
		}
	}
}

func TestString(t *testing.T) {
	n := newNames()
	labelled := new(ssa.Call)
	n.Label = func(v ssa.Value) string {
		if v == ssa.Value(labelled) {
			return "s.shards[i]"
		}
		return ""
	}
	x := global(n, "x")
	for _, test := range []struct {
		term *locks.Term
		want string
	}{
		{x, "x"},
		{n.Root(locks.Global{Pkg: "example.com/other/store", Name: "Mu"}), "store.Mu"},
		{n.Root(locks.Param{Index: 1}), "p1"},
		{n.Root(locks.Result{Index: 0}), "r0"},
		{n.Root(labelled), "s.shards[i]"},
		{n.Root(&ssa.Alloc{Comment: "local"}), "local"},
		{n.Root(new(ssa.Alloc)), "new object"},
		{n.Root(&ssa.Alloc{Comment: "t0.x (spilled)"}), "new object"},
		{n.Root(&ssa.Phi{Comment: "node"}), "node"},
		{n.Root(new(ssa.Phi)), "value"},
		{n.Root(new(ssa.TypeAssert)), "value"},
		{n.Field(n.Deref(n.Field(x, next)), mu), "x.next.mu"},
		{n.Elem(x, n.Const("1")), "x[1]"},
		{n.RLocker(n.Field(x, mu)), "x.mu.RLocker()"},
		{n.Field(n.Old(x), mu), "x.mu"},
		{n.Binary(token.NEQ, x, n.Nil()), "x != nil"},
	} {
		if got := test.term.String(); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}

// Registers of the SSA form have no place in a message.
func TestStringWithoutRegisters(t *testing.T) {
	fn := build(t, `package p

type t struct{ next *t }

func pair() (*t, bool)
func (x *t) get() *t

func f(m map[string]*t, s []t, any any, ch chan *t, f func() *t, g interface{ get() *t }) {
	x, ok := pair()
	for i := range s {
		if ok {
			x = &s[i]
		}
		x.next = x.get()
	}
	x.next = m["a"]
	x.next = any.(*t)
	x.next = <-ch
	x.next = f()
	x.next = g.get()
	x.next = &t{next: x}
	func() { x.next = new(t) }()
}
`).Func("f")
	register := regexp.MustCompile(`\bt\d+\b`)
	n := newNames()
	seen := 0
	for _, fn := range append(fn.AnonFuncs, fn) {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				v, ok := instr.(ssa.Value)
				if !ok || !register.MatchString(v.Name()) {
					continue
				}
				seen++
				if s := n.Field(n.Root(v), mu).String(); register.MatchString(s) || s == ".mu" {
					t.Errorf("%s = %s is called %s", v.Name(), v, s)
				}
			}
		}
		for _, p := range fn.Params {
			if s := n.Root(p).String(); s != p.Name() {
				t.Errorf("parameter %s is called %s", p.Name(), s)
			}
		}
	}
	for _, v := range fn.AnonFuncs[0].FreeVars {
		if s := n.Root(v).String(); s != "x" {
			t.Errorf("the captured variable x is called %s", s)
		}
	}
	if seen < 20 {
		t.Errorf("only %d registers", seen)
	}
}

// Calls are named by what they call, where no variable takes the result.
func TestStringOfCalls(t *testing.T) {
	pkg := build(t, "package p\nfunc s() *int\nfunc f() { *s() = 1 }\nfunc g(x interface{ m() *int }) { *x.m() = 1 }\nfunc h(v func() *int) { *v() = 1 }\n")
	n := newNames()
	for _, test := range []struct{ caller, want string }{{"f", "s()"}, {"g", "m()"}, {"h", "value"}} {
		for _, instr := range pkg.Func(test.caller).Blocks[0].Instrs {
			if call, ok := instr.(*ssa.Call); ok {
				if got := n.Root(call).String(); got != test.want {
					t.Errorf("the call in %s is called %s, want %s", test.caller, got, test.want)
				}
			}
		}
	}
	if got := n.Root(pkg.Func("s")).String(); got != "s" {
		t.Errorf("function s is called %s", got)
	}
}
