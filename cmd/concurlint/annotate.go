package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/token"
	"os"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/packages"

	"github.com/concurlint/concurlint/internal/fix"
)

// What it takes to write a guard down: every access that is known holds the
// lock, and there are enough of them that this is no accident.
const (
	sureAccesses  = 4
	sureFunctions = 2
)

// A place is where fields or variables are declared together.
type place struct {
	file         *ast.File
	owner        string // the type, or the variable of an anonymous one; "" for package variables
	names        []token.Pos
	node         ast.Node
	doc, comment *ast.CommentGroup
}

// findPlaces returns the places where the fields and variables of pkg are
// declared, by the positions of their names.
func findPlaces(pkg *packages.Package) map[token.Pos]*place {
	places := make(map[token.Pos]*place)
	for _, file := range pkg.Syntax {
		f := &placeFinder{file, places}
		ast.Inspect(file, func(n ast.Node) bool {
			if d, ok := n.(*ast.GenDecl); ok {
				f.decl(d)
			}
			return true
		})
	}
	return places
}

type placeFinder struct {
	file   *ast.File
	places map[token.Pos]*place
}

func (f *placeFinder) add(p *place) {
	p.file = f.file
	for _, pos := range p.names {
		f.places[pos] = p
	}
}

func (f *placeFinder) decl(d *ast.GenDecl) {
	for _, spec := range d.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			f.fields(spec.Name.Name, spec.Type)
		case *ast.ValueSpec:
			if d.Tok != token.VAR {
				continue
			}
			p := &place{node: spec, doc: spec.Doc, comment: spec.Comment}
			if !d.Lparen.IsValid() {
				p.node, p.doc = d, d.Doc
			}
			for _, name := range spec.Names {
				p.names = append(p.names, name.Pos())
			}
			f.add(p)
			f.fields(spec.Names[0].Name, spec.Type)
		}
	}
}

// fields finds the fields of typ if it is an anonymous struct, or made of one.
func (f *placeFinder) fields(owner string, typ ast.Expr) {
	switch t := typ.(type) {
	case *ast.StarExpr:
		f.fields(owner, t.X)
	case *ast.ArrayType:
		f.fields(owner, t.Elt)
	case *ast.MapType:
		f.fields(owner, t.Value)
	case *ast.StructType:
		for _, field := range t.Fields.List {
			p := &place{owner: owner, node: field, doc: field.Doc, comment: field.Comment}
			for _, name := range field.Names {
				p.names = append(p.names, name.Pos())
				f.fields(owner+"."+name.Name, field.Type)
			}
			f.add(p)
		}
	}
}

// annotate writes comments about those of list that leave no doubt, and returns
// what it has written. There were the given number of problems before.
func (o *guardOptions) annotate(list []*guard, problems int) ([]*guard, error) {
	sure := surelyGuarded(list)
	for len(sure) > 0 {
		all := make(changes)
		if err := all.comment(sure); err != nil {
			return nil, err
		}
		after, left, err := o.guards(all, nil)
		if err != nil {
			return nil, err
		}
		written := make(map[string]*guard)
		for _, g := range after {
			if g.decl != nil && !g.breached && len(left) <= problems {
				written[g.key()] = g
			}
		}
		// What is not understood as it is meant, or changes what is
		// reported, is not written.
		n := len(sure)
		sure = slices.DeleteFunc(sure, func(g *guard) bool { return written[g.key()] == nil })
		sure = whole(sure)
		if len(sure) < n {
			continue
		}
		var done []*guard
		for _, g := range sure {
			done = append(done, written[g.key()])
		}
		return done, all.commit(false, nil)
	}
	return nil, nil
}

// key tells g apart from other guards, whatever lines they are on.
func (g *guard) key() string {
	return strings.Join([]string{g.pkg.PkgPath, g.owner(), g.Var.Name(), g.Lock}, " ")
}

// surelyGuarded returns those of list whose guards are beyond doubt and can be
// written down.
func surelyGuarded(list []*guard) []*guard {
	var sure []*guard
	for _, g := range list {
		if g.decl == nil && g.Own() && g.Total >= sureAccesses && g.Functions >= sureFunctions &&
			g.Score() == 1 && g.Unclear == 0 && !g.breached && g.place != nil && g.place.writable(g.pkg) {
			sure = append(sure, g)
		}
	}
	return whole(sure)
}

// whole returns those of list whose neighbours in the same declaration are
// there too, with the same lock.
func whole(list []*guard) []*guard {
	locks := make(map[*place]map[string]int)
	for _, g := range list {
		if locks[g.place] == nil {
			locks[g.place] = make(map[string]int)
		}
		locks[g.place][g.Lock]++
	}
	return slices.DeleteFunc(list, func(g *guard) bool { return locks[g.place][g.Lock] < len(g.place.names) })
}

// writable reports whether a comment on p would last and could be placed.
func (p *place) writable(pkg *packages.Package) bool {
	start := pkg.Fset.PositionFor(p.node.Pos(), false)
	return len(p.names) > 0 && !ast.IsGenerated(p.file) && start == pkg.Fset.Position(p.node.Pos())
}

// comment adds comments on list to the files.
func (c changes) comment(list []*guard) error {
	var set fix.Set
	sizes := make(map[string]int)
	sources := make(map[string][]byte)
	seen := make(map[*place]bool)
	for _, g := range list {
		if seen[g.place] {
			continue
		}
		seen[g.place] = true
		file := g.pkg.Fset.File(g.place.node.Pos())
		src, ok := sources[file.Name()]
		if !ok {
			var err error
			if src, err = os.ReadFile(file.Name()); err != nil {
				return err
			}
			sources[file.Name()] = src
			sizes[file.Name()] = file.Size()
		}
		if edit, ok := g.place.edit(file, src, g.Lock); ok {
			set.Add(g.pkg.Fset, analysis.SuggestedFix{TextEdits: []analysis.TextEdit{edit}})
		}
	}
	return c.merge(&set, sizes)
}

// edit returns the edit that adds a comment on the guard to p: at the end of the
// line or, if a comment is there, on a line of its own above it.
func (p *place) edit(file *token.File, src []byte, lock string) (analysis.TextEdit, bool) {
	if file.Size() != len(src) {
		return analysis.TextEdit{}, false // see merge
	}
	start, end := file.Offset(p.node.Pos()), file.Offset(p.node.End())
	before := src[bytes.LastIndexByte(src[:start], '\n')+1 : start]
	after, _, _ := bytes.Cut(src[end:], []byte("\n"))
	if p.comment == nil && len(bytes.TrimSpace(after)) == 0 && file.Line(p.node.Pos()) == file.Line(p.node.End()) {
		return analysis.TextEdit{Pos: p.node.End(), NewText: []byte(" // guarded by " + lock)}, true
	}
	if len(bytes.TrimSpace(before)) > 0 {
		return analysis.TextEdit{}, false
	}
	text := fmt.Sprintf("%s// Guarded by %s.\n", before, lock)
	if p.doc != nil && !strings.HasSuffix(strings.TrimSpace(p.doc.Text()), ".") {
		text = fmt.Sprintf("%s//\n%s", before, text) // another sentence
	}
	return analysis.TextEdit{Pos: p.node.Pos() - token.Pos(len(before)), NewText: []byte(text)}, true
}
