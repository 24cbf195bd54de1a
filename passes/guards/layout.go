package guards

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/concurlint/concurlint/passes/locks"
)

// hat reports whether the lock l stands before field v in the same paragraph of
// the struct's declaration ("mutex hat"): most structs are laid out like this,
// and the lock then guards what follows.
func (a *analyzer) hat(v *types.Var, l lock) bool {
	if a.hats == nil {
		a.findHats()
	}
	if l.term != nil {
		if g, ok := l.term.Base().Val.(locks.Global); ok && g.Pkg == a.pass.Pkg.Path() {
			obj := a.pass.Pkg.Scope().Lookup(g.Name)
			return obj != nil && a.hats[v.Pos()] == obj.Pos()
		}
	}
	if l.term == nil || l.term.Kind != locks.Field || l.term.X != a.m.Owner() {
		// A pointer to a lock, or a lock in another object.
		if l.term == nil || l.term.Kind != locks.Deref || l.term.X.Kind != locks.Field || l.term.X.X != a.m.Owner() {
			return false
		}
	}
	mu := l.term
	if mu.Kind == locks.Deref {
		mu = mu.X
	}
	return a.hats[v.Pos()] == mu.Var.Pos() && v.Pkg() == a.pass.Pkg
}

// findHats finds, for each field, the lock that stands before it in the same
// paragraph.
func (a *analyzer) findHats() {
	a.hats = make(map[token.Pos]token.Pos)
	for _, file := range a.pass.Files {
		ast.Inspect(file, func(n ast.Node) bool {
			if s, ok := n.(*ast.StructType); ok {
				a.findHatsOf(s)
			}
			return true
		})
		a.findVarHats(file)
	}
}

// findVarHats finds the locks that stand before package variables in the same
// paragraph of the file.
func (a *analyzer) findVarHats(file *ast.File) {
	line := func(p token.Pos) int { return a.pass.Fset.Position(p).Line }
	var hat token.Pos
	last := 0
	for _, decl := range file.Decls {
		gen, ok := decl.(*ast.GenDecl)
		if !ok || gen.Tok != token.VAR {
			hat = token.NoPos
			continue
		}
		for i, spec := range gen.Specs {
			spec := spec.(*ast.ValueSpec)
			start := spec.Pos()
			if spec.Doc != nil {
				start = spec.Doc.Pos()
			} else if i == 0 && gen.Doc != nil {
				start = gen.Doc.Pos()
			}
			if line(start) > last+1 {
				hat = token.NoPos
			}
			last = line(spec.End())
			for _, name := range spec.Names {
				v := a.pass.TypesInfo.Defs[name]
				if v != nil && (locks.IsLock(types.NewPointer(v.Type())) || locks.IsLock(v.Type())) {
					hat = name.Pos()
				} else if hat.IsValid() {
					a.hats[name.Pos()] = hat
				}
			}
		}
	}
}

func (a *analyzer) findHatsOf(s *ast.StructType) {
	line := func(p token.Pos) int { return a.pass.Fset.Position(p).Line }
	var hat token.Pos
	last := 0
	for _, f := range s.Fields.List {
		start := f.Pos()
		if f.Doc != nil {
			start = f.Doc.Pos()
		}
		if line(start) > last+1 {
			hat = token.NoPos
		}
		last = line(f.End())
		if f.Comment != nil {
			last = line(f.Comment.End())
		}
		if t := a.pass.TypesInfo.TypeOf(f.Type); t != nil && (locks.IsLock(types.NewPointer(t)) || locks.IsLock(t)) {
			hat = fieldPos(f)
			continue
		}
		for _, name := range f.Names {
			if hat.IsValid() {
				a.hats[name.Pos()] = hat
			}
		}
	}
}

// fieldPos returns the position of the field that f declares, an embedded one
// included.
func fieldPos(f *ast.Field) token.Pos {
	if len(f.Names) > 0 {
		return f.Names[len(f.Names)-1].Pos()
	}
	t := f.Type
	for {
		switch u := t.(type) {
		case *ast.StarExpr:
			t = u.X
			continue
		case *ast.SelectorExpr:
			return u.Sel.Pos()
		case *ast.IndexExpr:
			t = u.X
			continue
		}
		return t.Pos()
	}
}
