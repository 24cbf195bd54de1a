package summary

import (
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/concurlint/concurlint/passes/declared"
)

// Excused is what +checklocks annotations and directives say must not be
// reported, because the code knows better.
type Excused struct {
	fset  *token.FileSet
	lines map[line]bool
	funcs map[*types.Func]*declared.FuncDecl
}

// A line is a line of a file.
type line struct {
	file *token.File
	line int
}

// excused reads the annotations of the package.
func (r *Result) excused() *Excused {
	e := &Excused{fset: r.pass.Fset, lines: make(map[line]bool), funcs: make(map[*types.Func]*declared.FuncDecl)}
	if !annotated(r.pass) {
		return e
	}
	d := r.Declared()
	for _, x := range d.Exemptions {
		e.lines[e.lineOf(x.Pos)] = true
	}
	for _, f := range d.Funcs {
		e.funcs[f.Func] = f
	}
	return e
}

// annotated reports whether the package has annotations that may excuse
// something. It must be fast: few packages have any.
func annotated(pass *analysis.Pass) bool {
	for _, f := range pass.Files {
		for _, g := range f.Comments {
			for _, c := range g.List {
				if strings.Contains(c.Text, "+checklocks") || strings.HasPrefix(c.Text, "//concurlint:") {
					return true
				}
			}
		}
	}
	return false
}

func (e *Excused) lineOf(pos token.Pos) line {
	f := e.fset.File(pos)
	if f == nil {
		return line{}
	}
	return line{f, f.Line(pos)}
}

// Line reports whether nothing is to be reported on the line of pos: it ends in
// +checklocksforce or +checklocksignore.
func (e *Excused) Line(pos token.Pos) bool {
	return len(e.lines) > 0 && pos.IsValid() && e.lines[e.lineOf(pos)]
}

// Func reports whether nothing is to be reported in fn: it is +checklocksignore.
func (e *Excused) Func(fn *types.Func) bool {
	d := e.funcs[fn]
	return d != nil && d.Ignore
}

// Acquired returns the locks, as the last fields of their paths, that fn is
// declared to return with, Released those that its callers are declared to hold
// and find released.
func (e *Excused) Acquired(fn *types.Func) []*types.Var {
	if d := e.funcs[fn]; d != nil {
		return lastFields(d.Acquires)
	}
	return nil
}

// Released is like Acquired; see there.
func (e *Excused) Released(fn *types.Func) []*types.Var {
	if d := e.funcs[fn]; d != nil {
		return lastFields(d.Releases)
	}
	return nil
}

func lastFields(reqs []declared.Requirement) []*types.Var {
	var out []*types.Var
	for _, r := range reqs {
		if n := len(r.Fields); n > 0 {
			out = append(out, r.Fields[n-1].Origin())
		}
	}
	return out
}
