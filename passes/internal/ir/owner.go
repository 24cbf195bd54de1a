package ir

import (
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/ssa"
)

// LoadedFrom returns the field that v is loaded from, or nil.
func LoadedFrom(v ssa.Value) *types.Var {
	load, ok := v.(*ssa.UnOp)
	if !ok || load.Op != token.MUL {
		return nil
	}
	addr, ok := load.X.(*ssa.FieldAddr)
	if !ok {
		return nil
	}
	return FieldVar(addr)
}

// FieldVar returns the field whose address f is, or nil if that is one of a type
// parameter.
func FieldVar(f *ssa.FieldAddr) *types.Var {
	s, ok := f.X.Type().Underlying().(*types.Pointer).Elem().Underlying().(*types.Struct)
	if !ok {
		return nil
	}
	return s.Field(f.Field).Origin()
}

// IsFunc reports whether values of type t are functions.
func IsFunc(t types.Type) bool {
	_, ok := t.Underlying().(*types.Signature)
	return ok
}

// IsChan reports whether values of type t are channels.
func IsChan(t types.Type) bool {
	_, ok := t.Underlying().(*types.Chan)
	return ok
}

// An Owner says where a field of a struct stands: the first of the package's types,
// by name, that has it, and the path to it from there, ".mu" or, through fields
// whose struct has no name, ".state.mu".
type Owner struct{ Type, Path string }

// Direct reports whether the field is one of the type's own struct.
func (o Owner) Direct() bool { return len(o.Path) > 0 && !strings.Contains(o.Path[1:], ".") }

// Owners knows the owners of fields. The zero value is ready for use.
type Owners struct {
	packages map[*types.Package]map[*types.Var]Owner
}

// Of returns the owner of f; ok is false if no type of the package scope has it.
func (o *Owners) Of(f *types.Var) (owner Owner, ok bool) {
	pkg := f.Pkg()
	if pkg == nil {
		return Owner{}, false
	}
	fields, known := o.packages[pkg]
	if !known {
		fields = make(map[*types.Var]Owner)
		scope := pkg.Scope()
		for _, name := range scope.Names() {
			if tn, ok := scope.Lookup(name).(*types.TypeName); ok && !tn.IsAlias() {
				addFields(fields, tn.Type().Underlying(), Owner{Type: name}, 0)
			}
		}
		if o.packages == nil {
			o.packages = make(map[*types.Package]map[*types.Var]Owner)
		}
		o.packages[pkg] = fields
	}
	owner, ok = fields[f]
	return owner, ok
}

// maxNesting bounds the structs without a name that are looked into: people write
// one or two.
const maxNesting = 3

// addFields adds the fields of t, which stands at the given place.
func addFields(fields map[*types.Var]Owner, t types.Type, at Owner, depth int) {
	s, ok := t.(*types.Struct)
	if !ok || depth > maxNesting {
		return
	}
	for f := range s.Fields() {
		inner := Owner{at.Type, at.Path + "." + f.Name()}
		if _, known := fields[f]; !known {
			fields[f] = inner
		}
		addFields(fields, f.Type(), inner, depth+1)
	}
}
