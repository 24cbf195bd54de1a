// Package balance defines an Analyzer that tells how functions acquire and
// release counted resources: units of a semaphore.Weighted, tokens of a channel
// that serves as a semaphore, and the counter of a sync.WaitGroup, which Add
// raises and Done lowers.
//
// It has no machine of its own. A unit is held like a read lock, so that the
// abstract machine of package lockset runs the functions once more over another
// table of operations: path by path, with what it knows of conditions (the error
// of Acquire, the result of TryAcquire, the chosen case of a select statement),
// deferred calls, literals and the summaries of callees, which are exported as
// facts. It runs only functions that operate on such a resource or call one that
// does.
//
// It reports nothing.
package balance

import (
	"go/ast"
	"go/types"
	"reflect"
	"sync"

	"golang.org/x/tools/go/analysis"

	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/lockset"
	"github.com/concurlint/concurlint/passes/lockstate"
	"github.com/concurlint/concurlint/passes/spawn"
	"github.com/concurlint/concurlint/passes/summary"
)

// Analyzer finds out what is acquired and released.
var Analyzer = &analysis.Analyzer{
	Name:       "balance",
	Doc:        "compute how counted resources are acquired and released",
	URL:        "https://pkg.go.dev/github.com/concurlint/concurlint/passes/balance",
	Requires:   []*analysis.Analyzer{summary.Analyzer, spawn.Analyzer},
	Run:        run,
	ResultType: reflect.TypeFor[*Result](),
	FactTypes:  []analysis.Fact{new(Fact)},
}

// A Fact is the summary of what a function does to counted resources.
type Fact struct{ Sum summary.Fact }

// AFact marks Fact as a fact.
func (*Fact) AFact() {}

// String describes the fact for tests.
func (f *Fact) String() string { return f.Sum.String() }

// A Result holds what the functions of a package do to counted resources.
type Result struct {
	pass     *analysis.Pass
	sum      *summary.Result
	spawns   *spawn.Result
	channels *tokens
	once     sync.Once

	state      *lockstate.Result
	m          *lockset.Machine
	runs       []*lockset.Function
	goroutines []*Goroutine
	surplus    []*Surplus
	inside     []*Inside
	leaks      []*Leak
}

func run(pass *analysis.Pass) (any, error) {
	r := &Result{pass: pass, sum: pass.ResultOf[summary.Analyzer].(*summary.Result), spawns: pass.ResultOf[spawn.Analyzer].(*spawn.Result)}
	if !r.sum.Std() { // computed if a check asks
		r.ready()
	}
	return r, nil
}

// ready computes the result.
func (r *Result) ready() {
	r.once.Do(func() {
		if r.concerned() {
			r.compute()
		}
	})
}

// State returns what is held at the operations and exits of functions. It is nil
// if the package has nothing to do with counted resources.
func (r *Result) State() *lockstate.Result {
	r.ready()
	return r.state
}

// Surplus returns the releases of what was not acquired, in source order.
func (r *Result) Surplus() []*Surplus {
	r.ready()
	return r.surplus
}

// Leaks returns the exits and loops that keep what other paths release, in source
// order.
func (r *Result) Leaks() []*Leak {
	r.ready()
	return r.leaks
}

// Inside returns the semaphores that goroutines acquire which an endless loop
// starts, in source order.
func (r *Result) Inside() []*Inside {
	r.ready()
	return r.inside
}

// Goroutines returns the functions that call Done of a WaitGroup for who has started
// them, but not once on each path.
func (r *Result) Goroutines() []*Goroutine {
	r.ready()
	return r.goroutines
}

// concerned reports whether the package mentions a counted resource, or a function
// of another package that operates on one. It must be fast.
func (r *Result) concerned() bool {
	seen := make(map[*types.Func]bool)
	for _, obj := range r.pass.TypesInfo.Uses {
		fn, ok := obj.(*types.Func)
		if !ok || seen[fn] {
			continue
		}
		seen[fn] = true
		if _, ok := locks.CountOf(fn.Origin()); ok || fn.Pkg() != r.pass.Pkg && r.imports(fn.Origin(), new(summary.Fact)) {
			return true
		}
	}
	for _, file := range r.pass.Files {
		if makesTokens(r.pass.TypesInfo, file) {
			return true
		}
	}
	return false
}

// makesTokens reports whether file makes a channel with capacity, of what may be
// tokens.
func makesTokens(info *types.Info, file *ast.File) bool {
	found := false
	ast.Inspect(file, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && len(call.Args) == 2 {
			if id, ok := ast.Unparen(call.Fun).(*ast.Ident); ok && info.Uses[id] == types.Universe.Lookup("make") {
				ch, isChan := info.TypeOf(call).Underlying().(*types.Chan)
				found = found || isChan && mayBeTokens(ch.Elem())
			}
		}
		return !found
	})
	return found
}

// mayBeTokens reports whether people would make tokens of values of type t: one that
// has nothing in it, or a boolean or a number.
func mayBeTokens(t types.Type) bool {
	switch t := t.Underlying().(type) {
	case *types.Struct:
		return t.NumFields() == 0
	case *types.Basic:
		return t.Info()&(types.IsBoolean|types.IsInteger) != 0
	}
	return false
}

func (r *Result) imports(fn *types.Func, sum *summary.Fact) bool {
	var f Fact
	ok := r.pass.ImportObjectFact(fn, &f)
	*sum = f.Sum
	return ok
}

func (r *Result) compute() {
	spawns := r.spawns.Ready()
	defer r.sum.Exclusive()()
	r.channels = newTokens(spawns, r.sum.IR())
	over := r.sum.Over(&summary.Table{
		Op:     locks.CountOf,
		Tokens: r.channels.of,
		Import: r.imports,
	})
	r.runs, r.m = over.Functions(), over.Machine
	r.state = lockstate.Of(over)
	if !r.sum.Std() {
		over.Facts(func(fn *types.Func, f *summary.Fact) { r.pass.ExportObjectFact(fn, &Fact{*f}) })
	}
	r.findSurplus()
	r.findLeaks()
	r.findInside()
	r.findGoroutines()
}
