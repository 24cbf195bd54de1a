package order

import (
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/concurlint/concurlint/passes/locks"
)

// An Order is a directive that declares an order: //concurlint:order A.mu < B.mu.
type Order struct {
	Classes []Class
	Text    string
	Pos     token.Pos
	// From is set instead of Pos for an order of another package: file:line.
	From string
}

// An Against is an edge against a declared order.
type Against struct {
	Edge  *Edge
	Order *Order
}

// A Problem is a mistake in an order directive.
type Problem struct {
	Pos, End token.Pos
	Message  string
}

const directive = "//concurlint:order "

// readOrders reads the directives of the package.
func (a *analyzer) readOrders() []*Order {
	var out []*Order
	for _, f := range a.pass.Files {
		for _, g := range f.Comments {
			for _, c := range g.List {
				text, ok := strings.CutPrefix(c.Text, directive)
				if !ok {
					continue
				}
				text, _, _ = strings.Cut(text, "//")
				o := &Order{Text: strings.TrimSpace(text), Pos: c.Pos()}
				names := strings.Split(o.Text, "<")
				for _, name := range names {
					name = strings.TrimSpace(name)
					class, ok := a.resolve(name)
					if !ok || len(names) < 2 {
						message := directive[2:len(directive)-1] + " names no lock: " + name
						if len(names) < 2 {
							message = directive[2:len(directive)-1] + " wants two locks: A.mu < B.mu"
						}
						a.result.Problems = append(a.result.Problems, Problem{c.Pos(), c.End(), message})
						o = nil
						break
					}
					o.Classes = append(o.Classes, class)
				}
				if o != nil {
					out = append(out, o)
				}
			}
		}
	}
	return out
}

// resolve returns the class that a name means: Type.field, a package variable, or
// either in an imported package.
func (a *analyzer) resolve(name string) (Class, bool) {
	parts := strings.Split(name, ".")
	pkg := a.pass.Pkg
	if len(parts) > 1 && pkg.Scope().Lookup(parts[0]) == nil {
		for _, imp := range pkg.Imports() {
			if imp.Name() == parts[0] {
				pkg, parts = imp, parts[1:]
				break
			}
		}
	}
	obj := pkg.Scope().Lookup(parts[0])
	switch obj := obj.(type) {
	case *types.Var:
		if len(parts) == 1 && isLock(obj.Type()) {
			return Class{pkg.Path(), obj.Name()}, true
		}
		if f := fieldAt(obj.Type(), parts[1:]); f != nil {
			return a.fieldClass(f.Origin()), true
		}
	case *types.TypeName:
		if f := fieldAt(obj.Type(), parts[1:]); f != nil {
			return a.fieldClass(f.Origin()), true
		}
	}
	return Class{}, false
}

// fieldAt returns the lock at the end of a path of fields from t. An empty path
// means a lock that t embeds.
func fieldAt(t types.Type, path []string) *types.Var {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	s, ok := t.Underlying().(*types.Struct)
	if !ok {
		return nil
	}
	for i := range s.NumFields() {
		f := s.Field(i)
		switch {
		case len(path) == 0:
			if f.Embedded() && isLock(f.Type()) {
				return f
			}
		case f.Name() == path[0]:
			if len(path) > 1 {
				return fieldAt(f.Type(), path[1:])
			}
			if isLock(f.Type()) {
				if g := fieldAt(f.Type(), nil); g != nil {
					return g
				}
				return f
			}
		}
	}
	return nil
}

func isLock(t types.Type) bool { return locks.IsLock(types.NewPointer(t)) || locks.IsLock(t) }

// findAgainst finds the edges against a declared order, which goes through: of
// A < B and B < C follows A < C. A cycle that has such an edge is reported there,
// and only there.
func (a *analyzer) findAgainst(orders []*Order) {
	for _, e := range a.result.Edges {
		if o := follows(orders, e.To, e.From); o != nil {
			if !slices.ContainsFunc(a.result.Against, func(x *Against) bool { return x.Edge.Pos == e.Pos }) {
				a.result.Against = append(a.result.Against, &Against{e, o})
			}
		}
	}
	a.result.Cycles = slices.DeleteFunc(a.result.Cycles, func(c *Cycle) bool {
		return slices.ContainsFunc(c.Edges, func(e *Edge) bool {
			return slices.ContainsFunc(a.result.Against, func(x *Against) bool { return x.Edge.From == e.From && x.Edge.To == e.To })
		})
	})
}

// follows returns the order by which first comes before last: the directive that
// says so, or the first of several from which it follows.
func follows(orders []*Order, first, last Class) *Order {
	seen := make(map[Class]bool)
	var visit func(c Class) *Order
	visit = func(c Class) *Order {
		if seen[c] {
			return nil
		}
		seen[c] = true
		for _, o := range orders {
			i := slices.Index(o.Classes, c)
			if i < 0 {
				continue
			}
			for _, d := range o.Classes[i+1:] {
				if d == last || visit(d) != nil {
					return o
				}
			}
		}
		return nil
	}
	return visit(first)
}
