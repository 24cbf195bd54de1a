package spawn

import (
	"fmt"
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/known"
	"github.com/concurlint/concurlint/passes/locks"
)

// A Fact tells which of its function parameters an exported function has another
// goroutine call. The receiver, if any, is parameter 0.
type Fact struct{ Starts []int }

// AFact marks Fact as a fact.
func (*Fact) AFact() {}

// String describes the fact for tests: "starts p1".
func (f *Fact) String() string {
	var parts []string
	for _, i := range f.Starts {
		parts = append(parts, fmt.Sprintf("starts p%d", i))
	}
	return strings.Join(parts, "; ")
}

// mayStartArguments reports whether the package declares an exported function that
// has a function parameter, and starts goroutines somewhere. It must be fast.
func (r *Result) mayStartArguments() bool {
	takes := false
	for _, file := range r.pass.Files {
		for _, decl := range file.Decls {
			decl, ok := decl.(*ast.FuncDecl)
			if !ok || !decl.Name.IsExported() || decl.Body == nil {
				continue
			}
			if fn, ok := r.pass.TypesInfo.Defs[decl.Name].(*types.Func); ok && takesFunction(fn.Signature()) {
				takes = true
			}
		}
	}
	if !takes {
		return false
	}
	for _, file := range r.pass.Files {
		found := false
		ast.Inspect(file, func(n ast.Node) bool {
			_, ok := n.(*ast.GoStmt)
			found = found || ok
			return !found
		})
		if found {
			return true
		}
	}
	for _, obj := range r.pass.TypesInfo.Uses {
		if fn, ok := obj.(*types.Func); ok && (known.UseOf(fn) == known.Spawns || r.imported(fn) != nil) {
			return true
		}
	}
	return false
}

func takesFunction(sig *types.Signature) bool {
	for p := range sig.Params().Variables() {
		if _, ok := p.Type().Underlying().(*types.Signature); ok {
			return true
		}
	}
	return false
}

// export exports which parameters the package's exported functions start.
func (r *Result) export() {
	for _, fn := range r.ir.Funcs {
		obj, ok := fn.Object().(*types.Func)
		if ok && obj.Exported() && len(r.starts[fn]) > 0 {
			r.pass.ExportObjectFact(obj, &Fact{Starts: r.starts[fn]})
		}
	}
}

// imported returns the parameters that fn, a function of another package, starts.
func (r *Result) imported(fn *types.Func) []int {
	fn = fn.Origin()
	if fn.Pkg() == nil || fn.Pkg() == r.pass.Pkg || !takesFunction(fn.Signature()) {
		return nil
	}
	var f Fact
	if r.pass.ImportObjectFact(fn, &f) {
		return f.Starts
	}
	return nil
}

// started returns the parameters that the function c starts.
func (r *Result) started(c locks.Callee) []int {
	switch {
	case c.Body != nil:
		return r.starts[c.Body]
	case c.Func != nil:
		return r.imported(c.Func)
	}
	return nil
}

// findStarts finds the parameters that the functions of the package start: they are
// called by a go statement, by a literal that one runs, or passed to a function that
// starts them.
func (r *Result) findStarts() {
	for changed := true; changed; {
		changed = false
		for _, fn := range r.ir.Funcs {
			for i, p := range fn.Params {
				if _, ok := p.Type().Underlying().(*types.Signature); !ok || slices.Contains(r.starts[fn], i) {
					continue
				}
				if r.startsParam(p) {
					r.starts[fn] = append(r.starts[fn], i)
					slices.Sort(r.starts[fn])
					changed = true
				}
			}
		}
	}
}

// startsParam reports whether the function that has parameter p starts it.
func (r *Result) startsParam(p *ssa.Parameter) bool {
	top := p.Parent()
	var visit func(fn *ssa.Function, started bool) bool
	visit = func(fn *ssa.Function, started bool) bool {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				call, ok := instr.(ssa.CallInstruction)
				if !ok {
					continue
				}
				_, isGo := instr.(*ssa.Go)
				if r.variable(call.Common().Value) == ssa.Value(p) && (started || isGo) {
					return true
				}
				for _, c := range r.Callees(call) {
					starts := r.started(c)
					for j, arg := range c.Args {
						spawns := slices.Contains(starts, j) || known.UseOf(c.Func) == known.Spawns
						if spawns && r.variable(arg) == ssa.Value(p) {
							return true
						}
						if mc, ok := arg.(*ssa.MakeClosure); ok && spawns && within(mc.Fn.(*ssa.Function), top) && visit(mc.Fn.(*ssa.Function), true) {
							return true
						}
					}
					if isGo && c.Body != nil && within(c.Body, top) && visit(c.Body, true) {
						return true
					}
				}
			}
		}
		return false
	}
	return visit(top, false)
}

// within reports whether fn is a literal in top.
func within(fn, top *ssa.Function) bool {
	for fn = fn.Parent(); fn != nil; fn = fn.Parent() {
		if fn == top {
			return true
		}
	}
	return false
}

// variable returns what v was before it was captured or stored in a local variable
// that is assigned once.
func (r *Result) variable(v ssa.Value) ssa.Value {
	for {
		switch u := v.(type) {
		case *ssa.ChangeType:
			v = u.X
			continue
		case *ssa.FreeVar:
			if outer := r.ir.Binding(u); outer != nil {
				v = outer
				continue
			}
		case *ssa.UnOp:
			addr := u.X
			if fv, ok := addr.(*ssa.FreeVar); ok {
				addr = r.ir.Binding(fv)
			}
			if alloc, ok := addr.(*ssa.Alloc); ok {
				if s := r.ir.Init(alloc); s != nil {
					v = s.Val
					continue
				}
			}
		}
		return v
	}
}
