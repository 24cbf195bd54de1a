package locks

import (
	"go/token"
	"go/types"
	"path"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/ssa"
)

// A Kind says how a [Term] is made from its operands.
type Kind uint8

const (
	Root    Kind = iota // an SSA value, a [Global], a [Param] or a [Result]
	Field               // address of field Var of the struct X points to
	Elem                // address of element Key of the array, slice or map X
	Deref               // content of the location X
	RLocker             // the Locker that X.RLocker() returns
	Const               // a constant; Val is its exact text, or "nil"
	Binary              // X Op Y, for comparisons: a condition
	Old                 // what X named before it was overwritten or defined again
)

// A Term is the name of a value: a root followed by a path of fields, elements
// and loads. Pointers are named by what they point to, so the term of s.mu's
// address is the name of that lock.
//
// Terms are interned by [Names]: two names are equal if and only if the
// pointers are. A term is valid in a function and in its closures, as long as
// no store changes a location that the path reads.
type Term struct {
	Kind Kind
	Op   token.Token // Binary
	X, Y *Term       // operands; Y is the key of an Elem
	Var  *types.Var  // Field
	Val  any         // Root: ssa.Value, Global, Param or Result; Const: string

	id      int
	depth   int
	label   string      // of a root, for messages
	derived []*Term     // terms whose X is this one
	roots   []ssa.Value // the SSA values it mentions, each once
	reads   []*Term     // the locations it reads, each once
}

// A Global is the root of terms that begin at a package-level variable.
// The path, not the object, is its identity: unexported variables of imported
// packages have no object.
type Global struct{ Pkg, Name string }

// A Param is the root of terms that begin at a parameter of a function whose
// body is not at hand. The receiver, if any, is parameter 0.
type Param struct {
	Fn    *types.Func
	Index int
}

// A Result is the root of terms that begin at result Index of the function
// that a summary describes.
type Result struct{ Index int }

// ID returns a number that is unique among the terms of one [Names], assigned
// in the order of creation.
func (t *Term) ID() int { return t.id }

// Depth returns the number of steps from the root.
func (t *Term) Depth() int { return t.depth }

// Mentions reports whether the SSA value v occurs in t.
func (t *Term) Mentions(v ssa.Value) bool { return slices.Contains(t.roots, v) }

// Roots returns the SSA values that occur in t.
func (t *Term) Roots() []ssa.Value { return t.roots }

// Reads reports whether t's value depends on the content of the location loc
// or of a part of it.
func (t *Term) Reads(loc *Term) bool {
	for _, r := range t.reads {
		if r.Within(loc) {
			return true
		}
	}
	return false
}

// Loads returns the locations whose content t's value depends on.
func (t *Term) Loads() []*Term { return t.reads }

// Within reports whether location t is loc or a part of it.
func (t *Term) Within(loc *Term) bool {
	for ; t != nil; t = t.X {
		if t == loc {
			return true
		}
		if t.Kind != Field && t.Kind != Elem {
			return false
		}
	}
	return false
}

// Base returns the root that t's path begins at.
func (t *Term) Base() *Term {
	for t.X != nil {
		t = t.X
	}
	return t
}

// A Names interns the terms of one package.
type Names struct {
	// Label returns the name of the variable that an SSA value is assigned to,
	// or "".
	Label func(ssa.Value) string

	pkg    string
	values map[ssa.Value]*Term // roots
	table  map[termKey]*Term   // other terms without X
	count  int
	consts [3]*Term // true, false and nil
}

type termKey struct {
	kind Kind
	op   token.Token
	x, y *Term
	v    *types.Var
	val  any
}

// NewNames returns an empty table of terms for the package with the given path.
func NewNames(pkg string) *Names {
	n := &Names{pkg: pkg, values: make(map[ssa.Value]*Term), table: make(map[termKey]*Term)}
	for i, text := range [...]string{"true", "false", "nil"} {
		n.consts[i] = n.Const(text)
	}
	return n
}

func (n *Names) intern(k termKey) *Term {
	value, isValue := k.val.(ssa.Value)
	switch {
	case k.x != nil:
		for _, t := range k.x.derived { // few, and cheaper to compare than to hash
			if t.Kind == k.kind && t.Op == k.op && t.Y == k.y && t.Var == k.v {
				return t
			}
		}
	case isValue:
		if t := n.values[value]; t != nil {
			return t
		}
	default:
		if t := n.table[k]; t != nil {
			return t
		}
	}
	t := &Term{Kind: k.kind, Op: k.op, X: k.x, Y: k.y, Var: k.v, Val: k.val, id: n.count}
	n.count++
	if g, ok := k.val.(Global); ok && g.Pkg != n.pkg {
		t.label = path.Base(g.Pkg) + "." + g.Name
	}
	if v, ok := k.val.(ssa.Value); ok && n.Label != nil {
		t.label = n.Label(v)
	}
	if v, ok := k.val.(ssa.Value); ok {
		t.roots = []ssa.Value{v}
	}
	for _, op := range [...]*Term{k.x, k.y} {
		if op == nil {
			continue
		}
		t.depth = max(t.depth, op.depth+1)
		t.roots = union(t.roots, op.roots)
		t.reads = union(t.reads, op.reads)
	}
	if k.kind == Deref {
		t.reads = union(t.reads, []*Term{k.x})
	}
	switch {
	case k.x != nil:
		k.x.derived = append(k.x.derived, t)
	case isValue:
		n.values[value] = t
	default:
		n.table[k] = t
	}
	return t
}

func union[E comparable](a, b []E) []E {
	for _, e := range b {
		if !slices.Contains(a, e) {
			a = append(slices.Clip(a), e)
		}
	}
	return a
}

// Root returns the term of a root: an ssa.Value, [Global], [Param] or [Result].
func (n *Names) Root(v any) *Term { return n.intern(termKey{kind: Root, val: v}) }

// Field returns the address of field v of the struct that x points to.
func (n *Names) Field(x *Term, v *types.Var) *Term {
	return n.intern(termKey{kind: Field, x: x, v: v.Origin()})
}

// Elem returns the address of element key of x.
func (n *Names) Elem(x, key *Term) *Term { return n.intern(termKey{kind: Elem, x: x, y: key}) }

// Deref returns the content of the location x.
func (n *Names) Deref(x *Term) *Term { return n.intern(termKey{kind: Deref, x: x}) }

// RLocker returns the term of x.RLocker().
func (n *Names) RLocker(x *Term) *Term { return n.intern(termKey{kind: RLocker, x: x}) }

// Nil returns the term of nil.
func (n *Names) Nil() *Term { return n.consts[2] }

// Const returns the term of a constant, given its exact text or "nil".
func (n *Names) Const(text string) *Term { return n.intern(termKey{kind: Const, val: text}) }

// Bool returns the term of a boolean constant.
func (n *Names) Bool(b bool) *Term {
	if b {
		return n.consts[0]
	}
	return n.consts[1]
}

// Old returns the name for what x named before x was overwritten.
func (n *Names) Old(x *Term) *Term {
	if x.Kind == Old {
		return x
	}
	t := n.intern(termKey{kind: Old, x: x})
	t.roots, t.reads = nil, nil // nothing can change it any more
	return t
}

// Binary returns the term x op y, its operands in a fixed order where op is
// symmetric.
func (n *Names) Binary(op token.Token, x, y *Term) *Term {
	if (op == token.EQL || op == token.ADD || op == token.MUL || op == token.AND || op == token.OR || op == token.XOR) && (x.Kind == Const || x.id > y.id && y.Kind != Const) {
		x, y = y, x
	}
	return n.intern(termKey{kind: Binary, op: op, x: x, y: y})
}

// Subst returns t with each root or subterm replaced as f says. f is asked
// from the outside in; a nil answer means: look inside.
func (n *Names) Subst(t *Term, f func(*Term) *Term) *Term {
	if t == nil {
		return nil
	}
	if r := f(t); r != nil {
		return r
	}
	if t.X == nil || t.Kind == Old {
		return t
	}
	x, y := n.Subst(t.X, f), n.Subst(t.Y, f)
	if x == t.X && y == t.Y {
		return t
	}
	return n.Rebuild(t, x, y)
}

// Rebuild returns the term of t's kind with other operands.
func (n *Names) Rebuild(t *Term, x, y *Term) *Term {
	switch t.Kind {
	case Binary:
		return n.Binary(t.Op, x, y)
	case Deref:
		return n.Deref(x)
	}
	return n.intern(termKey{kind: t.Kind, op: t.Op, x: x, y: y, v: t.Var, val: t.Val})
}

// Class returns the last field or the package-level variable on t's path: what
// survives of a lock's identity between functions. Where that is a field of a type
// which is nothing but a lock, it is the field of that type, or the variable, that
// tells one lock from another. Class is nil for locks that only a local variable or
// an opaque value names.
func (t *Term) Class() any {
	for ; t != nil; t = t.X {
		switch t.Kind {
		case Field:
			if t.X.Kind == Field && onlyLocks(t.X.Var.Type()) {
				continue
			}
			return t.Var
		case Root:
			if g, ok := t.Val.(Global); ok {
				return g
			}
			return nil
		}
	}
	return nil
}

// onlyLocks reports whether t is a type that wraps a lock: it has methods, and all of
// them lock or unlock.
func onlyLocks(t types.Type) bool {
	n, ok := types.Unalias(t).(*types.Named)
	if !ok || n.NumMethods() == 0 {
		return false
	}
	for m := range n.Methods() {
		if name := m.Name(); !strings.HasSuffix(name, "Lock") && !strings.HasSuffix(name, "Unlock") && name != "RLocker" {
			return false
		}
	}
	return true
}

// Certain reports whether t names one object, whatever happened before: its
// path has no element with a computed key, no opaque root and no overwritten
// part.
func (t *Term) Certain() bool {
	for ; t != nil; t = t.X {
		switch t.Kind {
		case Old, Binary:
			return false
		case Elem:
			if t.Y.Kind != Const {
				return false
			}
		case Root:
			switch t.Val.(type) {
			case Global, Param, *ssa.Parameter, *ssa.Alloc, *ssa.FreeVar:
				return true
			}
			return false
		}
	}
	return true
}

// Direct reports whether t names a part of a parameter, variable or new object,
// so that two direct names are names of two objects.
func (t *Term) Direct() bool {
	for ; t.Kind == Field; t = t.X {
	}
	return t.Kind == Root && t.Certain()
}

// String returns t as a Go expression, as far as there is one. It never
// contains the name of an SSA register.
func (t *Term) String() string {
	switch t.Kind {
	case Root:
		if t.label != "" {
			return t.label
		}
		switch v := t.Val.(type) {
		case Global:
			return v.Name
		case *ssa.Parameter:
			return v.Name()
		case *ssa.FreeVar:
			return v.Name()
		case *ssa.Alloc:
			return orElse(named(v.Comment), "new object")
		case *ssa.Phi:
			return orElse(named(v.Comment), "value")
		case *ssa.Call:
			if f := v.Call.StaticCallee(); f != nil {
				return f.Name() + "()"
			}
			if v.Call.IsInvoke() {
				return v.Call.Method.Name() + "()"
			}
		case *ssa.Function:
			return v.Name()
		case Param:
			return "p" + strconv.Itoa(v.Index)
		case Result:
			return "r" + strconv.Itoa(v.Index)
		}
		return "value"
	case Field:
		return t.X.String() + "." + t.Var.Name()
	case Elem:
		return t.X.String() + "[" + t.Y.String() + "]"
	case Deref, Old:
		return t.X.String()
	case RLocker:
		return t.X.String() + ".RLocker()"
	case Const:
		return t.Val.(string)
	case Binary:
		return t.X.String() + " " + t.Op.String() + " " + t.Y.String()
	}
	return "value"
}

// named returns the comment of an SSA value if it is the name of a variable, and not
// one of the words by which package ssa says what the value is for.
func named(comment string) string {
	switch comment {
	case "complit", "new", "makeslice", "slicelit", "varargs", "rangeindex", "makemap":
		return ""
	}
	return comment
}

func orElse(s, alt string) string {
	if s == "" || strings.ContainsAny(s, " .$") {
		return alt
	}
	return s
}
