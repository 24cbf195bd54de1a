package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
	"strings"
)

// A key is what a finding keeps when lines move: it says nothing of positions.
// Findings of one kind in a function may share a key.
type key struct {
	check, pkg, function, message string
}

// number matches numbers that stand for themselves, such as those of lines.
var number = regexp.MustCompile(`\b[0-9]+\b`)

// key returns the key of f.
func (f finding) key() key {
	return key{f.check, f.unit(), f.function(), number.ReplaceAllString(oneLine(f.Message), "#")}
}

// oneLine returns text without tabs and newlines, which a key cannot have.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// testUnit is what the names of units of test files end with.
const testUnit = " [test]"

// unit returns the path of f's package. Test files in the package are a unit
// of their own, so that it does not matter to others whether they are checked.
func (f finding) unit() string {
	if strings.HasSuffix(f.posn.Filename, "_test.go") && !strings.HasSuffix(f.pkg.PkgPath, "_test") {
		return f.pkg.PkgPath + testUnit
	}
	return f.pkg.PkgPath
}

// function returns the name of the function that f is about, with the type of
// its receiver, or of another declaration at package level, or "".
func (f finding) function() string {
	for _, file := range f.pkg.Syntax {
		if f.Pos < file.FileStart || file.FileEnd < f.Pos {
			continue
		}
		for _, decl := range file.Decls {
			if start(decl) <= f.Pos && f.Pos <= decl.End() {
				return declName(decl)
			}
		}
	}
	return ""
}

// start returns the position of decl with its comment.
func start(decl ast.Decl) token.Pos {
	var doc *ast.CommentGroup
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		doc = decl.Doc
	case *ast.GenDecl:
		doc = decl.Doc
	}
	if doc != nil {
		return doc.Pos()
	}
	return decl.Pos()
}

// declName returns the name of what decl declares first.
func declName(decl ast.Decl) string {
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		if decl.Recv != nil && len(decl.Recv.List) == 1 {
			return receiver(decl.Recv.List[0].Type) + "." + decl.Name.Name
		}
		return decl.Name.Name
	case *ast.GenDecl:
		if len(decl.Specs) == 0 {
			return ""
		}
		switch spec := decl.Specs[0].(type) {
		case *ast.TypeSpec:
			return spec.Name.Name
		case *ast.ValueSpec:
			return spec.Names[0].Name
		}
	}
	return ""
}

// receiver returns the name of the type that expr, a receiver's, is based on.
func receiver(expr ast.Expr) string {
	switch expr := expr.(type) {
	case *ast.Ident:
		return expr.Name
	case *ast.StarExpr:
		return receiver(expr.X)
	case *ast.ParenExpr:
		return receiver(expr.X)
	case *ast.IndexExpr:
		return receiver(expr.X)
	case *ast.IndexListExpr:
		return receiver(expr.X)
	}
	return ""
}

// fingerprints returns a name for each finding of list that it keeps when
// lines move. Those that share a key are numbered.
func fingerprints(list []finding) []string {
	var names []string
	count := make(map[key]int)
	for _, f := range list {
		k := f.key()
		count[k]++
		sum := sha256.Sum256(fmt.Appendf(nil, "%s\t%s\t%s\t%s\t%d", k.check, k.pkg, k.function, k.message, count[k]))
		names = append(names, hex.EncodeToString(sum[:16]))
	}
	return names
}
