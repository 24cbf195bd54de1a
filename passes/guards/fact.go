package guards

import (
	"fmt"
	"go/token"
	"go/types"
	"path/filepath"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/locks"
)

// A GuardFact tells which lock guards an exported field or package variable.
type GuardFact struct {
	Up int // structs around the one that has the field
	// Path leads from the struct to the lock, by the names of fields; for
	// package variables it begins with the variable's name.
	Path     []string
	Global   bool
	Declared bool
	Writes   bool // only writes need it
	// Held and Total count accesses, Where is a position: file:line.
	Held, Total int
	Where       string
}

// AFact marks GuardFact as a fact.
func (*GuardFact) AFact() {}

// String describes the fact for tests.
func (f *GuardFact) String() string { return "guarded by " + strings.Join(f.Path, ".") }

// A RequireFact tells which locks the callers of an exported function must hold.
type RequireFact struct {
	Locks []RequiredLock
	Where string
}

// A RequiredLock is a path from a parameter, the receiver (if any) first, or,
// if Param is negative, from a package variable.
type RequiredLock struct {
	Param int
	Path  []string
	Read  bool
}

// AFact marks RequireFact as a fact.
func (*RequireFact) AFact() {}

// String describes the fact for tests.
func (f *RequireFact) String() string {
	var parts []string
	for _, l := range f.Locks {
		parts = append(parts, fmt.Sprintf("p%d.%s", l.Param, strings.Join(l.Path, ".")))
	}
	return "requires " + strings.Join(parts, ", ")
}

func (a *analyzer) where(pos token.Pos) string {
	p := a.pass.Fset.Position(pos)
	return fmt.Sprintf("%s:%d", filepath.Base(p.Filename), p.Line)
}

// export exports what other packages may have to know.
func (a *analyzer) export() {
	for _, g := range a.result.Guards {
		if !g.Var.Exported() || g.Var.Pkg() != a.pass.Pkg || g.lock.class != nil {
			continue
		}
		f := &GuardFact{Up: g.lock.up, Held: g.Held, Total: g.Total, Declared: g.Declared.IsValid(), Where: a.where(g.Witness)}
		if f.Declared {
			f.Where = a.where(g.Declared)
			f.Writes = a.vars[g.Var].Kind == GuardedWrites
		}
		f.Path, f.Global = fieldPath(g.lock.term)
		if f.Path != nil || !f.Global {
			a.pass.ExportObjectFact(g.Var, f)
		}
	}
	for _, d := range a.declared.Vars { // those that the package itself does not use
		g := a.vars[d.Var]
		if g == nil || a.data[d.Var] != nil || !d.Var.Exported() || len(g.locks) != 1 || g.locks[0].class != nil || d.Kind == Unguarded {
			continue
		}
		f := &GuardFact{Up: g.locks[0].up, Declared: true, Writes: d.Kind == GuardedWrites, Where: a.where(d.Pos)}
		f.Path, f.Global = fieldPath(g.locks[0].term)
		a.pass.ExportObjectFact(d.Var, f)
	}
	for _, d := range a.declared.Funcs {
		if !d.Func.Exported() || d.Func.Pkg() != a.pass.Pkg {
			continue
		}
		f := &RequireFact{Where: a.where(d.Pos)}
		for _, q := range append(append([]Requirement(nil), d.Requires...), d.Releases...) {
			l := RequiredLock{Param: q.Param, Read: q.Read}
			switch q.Root {
			case Parameter:
			case Variable:
				l.Param = -1
				l.Path = append(l.Path, q.Global.Name())
			default:
				continue
			}
			for _, v := range q.Fields {
				l.Path = append(l.Path, v.Name())
			}
			f.Locks = append(f.Locks, l)
		}
		if len(f.Locks) > 0 {
			a.pass.ExportObjectFact(d.Func, f)
		}
	}
}

// fieldPath returns the names of the fields on t's path.
func fieldPath(t *locks.Term) (path []string, global bool) {
	for ; t != nil; t = t.X {
		switch t.Kind {
		case locks.Field:
			path = append([]string{t.Var.Name()}, path...)
		case locks.Root:
			if g, ok := t.Val.(locks.Global); ok {
				return append([]string{g.Name}, path...), true
			}
		}
	}
	return path, false
}

// imported returns the guard of a datum of another package, or nil.
func (a *analyzer) imported(d *datum) *Guard {
	var f GuardFact
	if !a.pass.ImportObjectFact(d.v, &f) {
		return nil
	}
	g := &Guard{Var: d.v, Held: f.Held, Total: f.Total, From: f.Where, FromDeclared: f.Declared, lock: lock{up: f.Up}, writes: f.Writes}
	if f.Global {
		obj := d.v.Pkg().Scope().Lookup(f.Path[0])
		if obj == nil {
			return nil
		}
		root := a.m.Names.Root(locks.Global{Pkg: d.v.Pkg().Path(), Name: f.Path[0]})
		g.lock.term = a.walk(content(a.m.Names, root, obj.Type()), obj.Type(), f.Path[1:])
	} else {
		acc := d.accesses[0].views[0].visit.Access
		if acc.Base == nil || f.Up > 0 {
			return nil
		}
		g.lock.term = a.walk(a.m.Owner(), acc.Base.Type(), f.Path)
	}
	if g.lock.term == nil {
		return nil
	}
	g.Lock = a.path(g.lock)
	return g
}

// walk returns the end of a path of fields from t, whose type is typ or
// a pointer to it; nil if there are no such fields.
func (a *analyzer) walk(t *locks.Term, typ types.Type, path []string) *locks.Term {
	var fields []*types.Var
	for _, name := range path {
		if p, ok := typ.Underlying().(*types.Pointer); ok {
			typ = p.Elem()
		}
		s, ok := typ.Underlying().(*types.Struct)
		if !ok {
			return nil
		}
		var found *types.Var
		for i := range s.NumFields() {
			if s.Field(i).Name() == name {
				found = s.Field(i)
			}
		}
		if found == nil {
			return nil
		}
		fields = append(fields, found)
		typ = found.Type()
	}
	return a.follow(t, fields)
}

// checkImported records the breaches of a guard of another package.
func (a *analyzer) checkImported(d *datum, g *Guard) {
	reported := make(map[*ssa.Function]bool)
	for _, acc := range d.accesses {
		k := a.grip(acc, g.lock)
		if k != free && k != mixed && !(k == shared && acc.write) || reported[acc.fn] || g.writes && !acc.write {
			continue
		}
		reported[acc.fn] = true
		a.breach(g, acc, k)
	}
}
