package guards

import (
	"go/types"
	"strings"

	"github.com/concurlint/concurlint/passes/locks"
)

// A lock names a lock from the point of view of the data it may guard, so that
// it is the same for all objects. Locks are comparable.
type lock struct {
	// up is the number of structs around the one that has the field: 0 for
	// a lock of the same struct, 1 for a lock of the struct that contains that
	// one as a field.
	up int
	// term is the path from that struct, [lockset.Machine.Owner]; for package
	// variables it begins there.
	term *locks.Term
	// class is set instead of term where only the kind of lock is known: some
	// lock in that field, of whatever object.
	class any
}

// A hold is a lock that is held in some mode.
type hold struct {
	lock
	mode locks.Mode
	held *locks.Term // nil if only its class is known
	lent bool        // see class
}

// names returns what a held lock may be called by those who guard what is at
// location at: from the struct at hand, from structs around it, from a package
// variable, or by its class.
func (a *analyzer) names(at, held *locks.Term) []lock {
	var out []lock
	if g, ok := held.Base().Val.(locks.Global); ok && g.Name != "" && plain(held, nil) {
		out = append(out, lock{term: held})
	} else if at.Kind == locks.Field {
		base := at.X
		for up := 0; up < maxUp; up++ {
			if plain(held, base) {
				rel := a.m.Names.Subst(held, func(t *locks.Term) *locks.Term {
					if t == base {
						return a.m.Owner()
					}
					return nil
				})
				out = append(out, lock{up: up, term: rel})
				break
			}
			if base.Kind != locks.Field {
				break
			}
			base = base.X
		}
	}
	if c := held.Class(); c != nil {
		out = append(out, lock{class: c})
	}
	return out
}

// maxUp bounds the structs around a field that are looked at.
const maxUp = 3

// plain reports whether t is a path of fields and pointers from base, or, if
// base is nil, from its root.
func plain(t, base *locks.Term) bool {
	for ; t != base; t = t.X {
		switch t.Kind {
		case locks.Field, locks.Deref, locks.RLocker:
		case locks.Root:
			return base == nil
		default:
			return false
		}
	}
	return true
}

// at returns the lock that l is for the data at location at, or nil if at does
// not say.
func (a *analyzer) at(l lock, at *locks.Term) *locks.Term {
	if l.class != nil {
		return nil
	}
	if _, ok := l.term.Base().Val.(locks.Global); ok {
		return l.term
	}
	if at.Kind != locks.Field {
		return nil
	}
	base := at.X
	for range l.up {
		if base.Kind != locks.Field {
			return nil
		}
		base = base.X
	}
	return a.m.Names.Subst(l.term, func(t *locks.Term) *locks.Term {
		if t == a.m.Owner() {
			return base
		}
		return nil
	})
}

// owner returns the lock of class l in an object that the path to at leads
// through: that of s.conns[id].n is s.mu. It is nil if there is none.
func (a *analyzer) owner(l lock, at *locks.Term) *locks.Term {
	mu, ok := l.class.(*types.Var)
	if !ok {
		return nil
	}
	name := a.ownerName(mu)
	if name == "" {
		return nil
	}
	for t := at.X; t != nil; t = t.X {
		if t.Kind == locks.Field && a.ownerName(t.Var) == name && t.Var.Pkg() == mu.Pkg() {
			return a.m.Names.Field(t.X, mu)
		}
	}
	return nil
}

// path returns l as a path without the object it begins at: mu, parent.mu,
// Server.mu for a class.
func (a *analyzer) path(l lock) string {
	if l.class != nil {
		switch c := l.class.(type) {
		case *types.Var:
			if owner := a.ownerName(c); owner != "" {
				return owner + "." + c.Name()
			}
			return c.Name()
		case locks.Global:
			return c.Name
		}
		return "a lock"
	}
	t := l.term
	for t.Kind == locks.Field && t.Var.Embedded() && t.X != a.m.Owner() && t.X.Kind != locks.Root {
		t = t.X // the lock that s.mu embeds is called s.mu
		if t.Kind == locks.Deref {
			t = t.X
		}
	}
	text := t.String()
	if l.term.Base() == a.m.Owner() {
		_, text, _ = strings.Cut(text, ".")
	}
	return text
}

// ownerName returns the name of the type that declares field f, or "".
func (a *analyzer) ownerName(f *types.Var) string {
	if o, ok := a.owners.Of(f); ok && o.Direct() {
		return o.Type
	}
	return ""
}

// classOf returns the kind of l.
func classOf(l lock) any {
	if l.class != nil {
		return l.class
	}
	return l.term.Class()
}
