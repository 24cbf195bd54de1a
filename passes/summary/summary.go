// Package summary defines an Analyzer that summarizes what each function does
// to locks: which it acquires, releases, needs and excludes, how its outcomes
// differ, and which of its function arguments it calls.
//
// Summaries are computed bottom-up over the strongly connected components of
// the package's call graph and exported as facts, so that locking that crosses
// packages is seen. Packages that use no lock, and call nothing that does, cost
// one look at the names they use: their SSA is not built. The standard library
// gets no facts, since not every driver analyses it; what matters about it is in
// a table.
//
// It reports nothing.
package summary

import (
	"go/ast"
	"go/types"
	"reflect"
	"slices"
	"sync"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/declared"
	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/internal/known"
	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/lockset"
)

// Analyzer summarizes functions.
var Analyzer = &analysis.Analyzer{
	Name:       "summary",
	Doc:        "summarize what functions do to locks",
	URL:        "https://pkg.go.dev/github.com/concurlint/concurlint/passes/summary",
	Run:        run,
	ResultType: reflect.TypeFor[*Result](),
	FactTypes:  []analysis.Fact{new(Fact), new(CondFact)},
}

// A Result holds the summaries of one package.
type Result struct {
	// Machine is what the functions ran on. It is nil if the package uses no
	// lock.
	Machine *lockset.Machine
	// Excused is what must not be reported. It is nil if Machine is.
	Excused *Excused

	mu    sync.Mutex // see Exclusive
	pass  *analysis.Pass
	ir    *ir.Package // see IR
	found bool        // findEnds has run
	ends  map[*types.Func]known.End
	facts map[*types.Func]*lockset.Effects // decoded
	once  sync.Once
	funcs []*lockset.Function
	byFn  map[*ssa.Function]*lockset.Function
	dec   *decoder
	table *Table // nil: locks

	declared func() *declared.Declared // see Declared
}

// A Table says what a [Result] summarizes in place of what functions do to
// locks.
type Table struct {
	Op     func(*types.Func) (locks.Op, bool)
	Tokens func(ch ssa.Value) lockset.Tokens
	// Import finds the fact about a function of another package.
	Import func(fn *types.Func, f *Fact) bool
}

// Over returns the summaries of r's package for another table of operations, on
// a machine of its own. The caller has r's machine for itself meanwhile, see
// [Result.Exclusive].
func (r *Result) Over(t *Table) *Result {
	r.findEnds()
	over := &Result{
		pass:  r.pass,
		ir:    r.IR(),
		found: true,
		ends:  r.ends,
		facts: make(map[*types.Func]*lockset.Effects),
		byFn:  make(map[*ssa.Function]*lockset.Function),
		table: t,

		declared: r.declared,
	}
	over.once.Do(over.compute)
	return over
}

func run(pass *analysis.Pass) (any, error) {
	r := &Result{
		pass:  pass,
		ends:  make(map[*types.Func]known.End),
		facts: make(map[*types.Func]*lockset.Effects),
		byFn:  make(map[*ssa.Function]*lockset.Function),

		declared: sync.OnceValue(func() *declared.Declared { return declared.Declarations(pass) }),
	}
	if isStd(pass) {
		return r, nil // computed if a check asks
	}
	r.findEnds()
	if r.usesLocks() {
		r.Functions()
		r.export()
		r.exportConds()
		return r, nil
	}
	for fn, end := range r.ends {
		if fn.Pkg() == pass.Pkg && fn.Exported() && end != known.Returns {
			pass.ExportObjectFact(fn, &Fact{End: end})
		}
	}
	return r, nil
}

// isStd reports whether pass's package belongs to the standard library.
func isStd(pass *analysis.Pass) bool {
	return known.Std(pass.Pkg.Path()) && (pass.Module == nil || pass.Module.Path == "" || pass.Module.Path == "std" || pass.Module.Path == "cmd")
}

// Exclusive keeps other passes from using the machine, whose tables grow with
// every question, until the function that it returns is called. Drivers run the
// analyzers of a package at the same time.
func (r *Result) Exclusive() (release func()) {
	r.mu.Lock()
	return r.mu.Unlock
}

// Std reports whether the package belongs to the standard library: then nothing
// is computed, and no fact exported, unless a check asks.
func (r *Result) Std() bool { return isStd(r.pass) }

// Functions returns the functions of the package in source order, literals
// after the function around them, with what happens in each. It is empty if
// the package uses no lock.
func (r *Result) Functions() []*lockset.Function {
	r.once.Do(func() {
		r.findEnds()
		if r.usesLocks() {
			r.compute()
		}
	})
	return r.funcs
}

// IR returns the SSA form of the package, which is built when it is first asked
// for: packages without locks may have other things in them that matter to a
// check. The caller has the machine for itself, see [Result.Exclusive].
func (r *Result) IR() *ir.Package {
	if r.ir == nil {
		r.findEnds()
		r.ir = ir.Build(r.pass, func(fn *types.Func) bool { return r.endOf(fn) != known.Returns })
	}
	return r.ir
}

// Declared returns what the comments of the package say about locks, which are read
// when it is first asked for. Nobody may change it.
func (r *Result) Declared() *declared.Declared { return r.declared() }

// usesLocks reports whether the package's code mentions a lock's method, a
// function of sync/atomic, or a function of another package that has a summary.
func (r *Result) usesLocks() bool {
	seen := make(map[*types.Func]bool)
	for _, obj := range r.pass.TypesInfo.Uses {
		fn, ok := obj.(*types.Func)
		if !ok || seen[fn] {
			continue
		}
		seen[fn] = true
		fn = fn.Origin()
		if _, ok := locks.OpOf(fn); ok || lockset.IsAtomic(fn) {
			return true
		}
		if fn.Pkg() != r.pass.Pkg {
			var f Fact
			if r.pass.ImportObjectFact(fn, &f) && f.locks() {
				return true
			}
		}
	}
	return false
}

// compute runs the machine on all functions that may matter.
func (r *Result) compute() {
	pkg := r.IR()
	names := locks.NewNames(r.pass.Pkg.Path())
	names.Label = pkg.Label
	m := lockset.New(names, pkg)
	r.Excused = r.excused()
	m.Excused = r.Excused.Line
	m.Ends = r.endOf
	if r.table != nil {
		m.Op, m.Tokens = r.table.Op, r.table.Tokens
	}
	m.Effects = r.effects
	m.Literal = func(fn *ssa.Function) *lockset.Effects {
		if f := r.byFn[fn]; f != nil {
			return f.Effects
		}
		return nil
	}
	m.Inert = func(fn *ssa.Function) bool {
		f := r.byFn[fn]
		return f != nil && !f.Active
	}
	r.Machine = m
	r.dec = newDecoder(names, r.pass.Pkg)
	m.ImportCond = r.importCond
	t := newTargets(m, r.pass.Pkg)
	m.Stored, m.Known, m.Implementation = t.stored, t.known, t.implementation
	findConds(m)
	g := newGraph(r, pkg, t)
	for _, scc := range g.order() {
		for i, fn := range scc {
			if !g.concerned(r, fn) {
				continue
			}
			r.runTree(fn, g.relevant[fn] && !g.quiet(r, pkg, fn))
			delete(g.late, fn)
			for _, caller := range scc[:i+1] {
				if g.calls[caller][fn] {
					g.late[caller] = true // it has not seen what fn does
				}
			}
		}
		// A second round sees what recursive calls do; more rounds would only
		// lengthen call chains.
		for _, fn := range scc {
			if g.late[fn] && g.concerned(r, fn) {
				before := r.effects(locks.Callee{Body: fn})
				r.Machine.Forget(fn)
				r.runTree(fn, g.relevant[fn])
				if !lockset.SameEffects(before, r.effects(locks.Callee{Body: fn})) {
					for _, caller := range scc {
						g.late[caller] = g.late[caller] || g.calls[caller][fn]
					}
				}
			}
			r.Machine.Forget(fn)
		}
	}
	for _, fn := range pkg.Funcs {
		if f := r.byFn[fn]; f != nil && len(f.Events) > 0 {
			r.funcs = append(r.funcs, f)
		}
	}
}

// Visits returns the accesses and calls in fn's own code, with the locks held
// there. Of functions that have nothing to do with locks they are found without
// running them.
func (r *Result) Visits(fn *ssa.Function) []lockset.Visit {
	if f := r.Run(fn); f != nil {
		return f.Visits
	}
	return r.Machine.Visits(fn)
}

// Run returns what the machine has found in fn, or nil if it has not run it: no lock
// is held anywhere in its own code.
func (r *Result) Run(fn *ssa.Function) *lockset.Function {
	if f := r.byFn[fn]; f != nil && f.Ran {
		return f
	}
	return nil
}

// A Need is a lock that a function expects its callers to hold, because its
// first operation on the lock releases it.
type Need struct {
	Term *locks.Term
	Mode locks.Mode
}

// Needs returns the locks that fn expects its callers to hold.
func (r *Result) Needs(fn *ssa.Function) []Need {
	f := r.byFn[fn]
	if f == nil {
		return nil
	}
	var out []Need
	for _, e := range f.Events {
		if e.Kind == lockset.Released && e.Prior == nil && e.Depth == 0 {
			if n := (Need{e.Lock, e.Mode}); !slices.Contains(out, n) {
				out = append(out, n)
			}
		}
	}
	return out
}

// runTree runs fn and the literals in it, the innermost first.
func (r *Result) runTree(fn *ssa.Function, relevant bool) {
	for _, anon := range fn.AnonFuncs {
		r.runTree(anon, relevant)
	}
	if relevant && len(fn.Blocks) > 0 {
		r.byFn[fn] = r.Machine.Run(fn)
		return
	}
	if eff := r.Machine.PlainEffects(fn); eff != nil {
		r.byFn[fn] = &lockset.Function{Fn: fn, Effects: eff}
	}
}

// effects returns the effects of a declared function, or nil.
func (r *Result) effects(callee locks.Callee) *lockset.Effects {
	if callee.Body != nil {
		if f := r.byFn[callee.Body]; f != nil {
			return f.Effects
		}
		return nil
	}
	fn := callee.Func
	if fn == nil || fn.Pkg() == nil || fn.Pkg() == r.pass.Pkg {
		return nil
	}
	if eff, ok := r.facts[fn]; ok {
		return eff
	}
	var f Fact
	var eff *lockset.Effects
	if r.imports(fn, &f) {
		eff = r.dec.effects(fn, &f)
	}
	r.facts[fn] = eff
	return eff
}

// imports finds the fact about a function of another package.
func (r *Result) imports(fn *types.Func, f *Fact) bool {
	if r.table != nil {
		return r.table.Import(fn, f)
	}
	return r.pass.ImportObjectFact(fn, f)
}

// endOf tells how a function that never returns ends.
func (r *Result) endOf(fn *types.Func) known.End {
	fn = fn.Origin()
	if end := known.EndOf(fn); end != known.Returns {
		return end
	}
	if fn.Pkg() == nil {
		return known.Returns
	}
	end, ok := r.ends[fn]
	if !ok && fn.Pkg() != r.pass.Pkg {
		var f Fact
		if r.pass.ImportObjectFact(fn, &f) {
			end = f.End
		}
		r.ends[fn] = end
	}
	return end
}

// findEnds finds the functions of the package that never return: those that
// end in a call of such a function, before which they cannot return. It is
// the syntactic core of ctrlflow, for functions that wrap os.Exit, log.Fatal or
// panic.
func (r *Result) findEnds() {
	if r.found {
		return
	}
	r.found = true
	for changed := true; changed; {
		changed = false
		for _, file := range r.pass.Files {
			for _, decl := range file.Decls {
				decl, ok := decl.(*ast.FuncDecl)
				if !ok || decl.Body == nil || len(decl.Body.List) == 0 {
					continue
				}
				fn, ok := r.pass.TypesInfo.Defs[decl.Name].(*types.Func)
				if !ok || r.ends[fn] != known.Returns {
					continue
				}
				if end := r.endOfBody(decl.Body); end != known.Returns {
					r.ends[fn] = end
					changed = true
				}
			}
		}
	}
}

func (r *Result) endOfBody(body *ast.BlockStmt) known.End {
	last, ok := body.List[len(body.List)-1].(*ast.ExprStmt)
	if !ok {
		return known.Returns
	}
	call, ok := ast.Unparen(last.X).(*ast.CallExpr)
	if !ok {
		return known.Returns
	}
	end := r.endOfCall(call)
	if end == known.Returns {
		return end
	}
	leaves := false
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ReturnStmt:
			leaves = true
		case *ast.DeferStmt:
			leaves = leaves || end == known.Panics // it may recover
		case *ast.BranchStmt:
			leaves = leaves || n.Label != nil
		}
		return true
	})
	if leaves {
		return known.Returns
	}
	return end
}

func (r *Result) endOfCall(call *ast.CallExpr) known.End {
	var id *ast.Ident
	switch fun := ast.Unparen(call.Fun).(type) {
	case *ast.Ident:
		id = fun
	case *ast.SelectorExpr:
		id = fun.Sel
	default:
		return known.Returns
	}
	switch obj := r.pass.TypesInfo.Uses[id].(type) {
	case *types.Builtin:
		if obj.Name() == "panic" {
			return known.Panics
		}
	case *types.Func:
		return r.endOf(obj)
	}
	return known.Returns
}
