package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// A parseFunc is a [packages.Config.ParseFile].
type parseFunc func(fset *token.FileSet, name string, src []byte) (*ast.File, error)

// parseFile is the parseFunc that [packages.Load] uses by default.
func parseFile(fset *token.FileSet, name string, src []byte) (*ast.File, error) {
	return parser.ParseFile(fset, name, src, parser.AllErrors|parser.ParseComments)
}

// headers returns a parseFunc that leaves out the bodies of functions in the
// standard library below goroot. The passes know std from tables and never
// look there, and half of the time and memory of a run goes into them.
//
// It must not be used if a package of std is itself to be checked.
func headers(goroot string) parseFunc {
	return func(fset *token.FileSet, name string, src []byte) (*ast.File, error) {
		if !isBelow(name, goroot) {
			return parseFile(fset, name, src)
		}
		f, err := parser.ParseFile(fset, name, src, parser.SkipObjectResolution)
		if err == nil {
			dropBodies(f)
		}
		return f, err
	}
}

// isBelow reports whether the named file is in the folder or below it.
func isBelow(name, folder string) bool {
	rel, err := filepath.Rel(folder, name)
	return err == nil && filepath.IsLocal(rel)
}

// mayNameStd reports whether one of patterns may match a package of std.
func mayNameStd(patterns []string, goroot string) bool {
	dir, err := os.Getwd()
	if err != nil || isBelow(dir, goroot) {
		return true
	}
	for _, p := range patterns {
		if filepath.IsAbs(p) && isBelow(p, goroot) {
			return true
		}
		// Paths of std have no dot in their first element; "." and ".." have.
		first, _, _ := strings.Cut(p, "/")
		if !filepath.IsAbs(p) && (!strings.Contains(first, ".") || strings.Contains(first, "...")) {
			return true
		}
	}
	return false
}

// stdFailed reports whether a package below goroot that pkgs import has
// errors: then the guesses of dropBodies have failed.
func stdFailed(pkgs []*packages.Package, goroot string) bool {
	failed := false
	packages.Visit(pkgs, nil, func(pkg *packages.Package) {
		if len(pkg.Errors) > 0 && len(pkg.GoFiles) > 0 && isBelow(pkg.GoFiles[0], goroot) {
			failed = true
		}
	})
	return failed
}

// dropBodies removes the bodies of f's functions, as far as the type checker
// does not insist on them, and the imports that only they needed. It does not
// touch a file with a dot import, whose uses cannot be seen.
func dropBodies(f *ast.File) {
	dot := func(spec *ast.ImportSpec) bool { return spec.Name != nil && spec.Name.Name == "." }
	if slices.ContainsFunc(f.Imports, dot) {
		return
	}
	used := make(map[string]bool) // names that may be those of packages
	for _, decl := range f.Decls {
		if fn, ok := decl.(*ast.FuncDecl); ok && fn.Body != nil && fn.Type.TypeParams == nil {
			if fn.Recv == nil && fn.Name.Name == "init" {
				fn.Body.List = nil
			} else {
				fn.Body = nil
			}
		}
		ast.Inspect(decl, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok {
				if id, ok := sel.X.(*ast.Ident); ok {
					used[id.Name] = true
				}
			}
			return true
		})
	}
	for _, spec := range f.Imports {
		if !used[importName(spec)] {
			spec.Name = ast.NewIdent("_")
		}
	}
}

var majorVersion = regexp.MustCompile(`/v[0-9]+$`)

// importName returns the name of the package that spec imports in std, where
// it is always the last element of the path before a version.
func importName(spec *ast.ImportSpec) string {
	if spec.Name != nil {
		return spec.Name.Name
	}
	importPath := strings.Trim(spec.Path.Value, "`\"")
	return path.Base(majorVersion.ReplaceAllString(importPath, ""))
}
