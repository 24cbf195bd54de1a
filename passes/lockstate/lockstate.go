// Package lockstate defines an Analyzer that tells which locks are held at each
// lock operation and at each exit of the functions of a package.
//
// It hands the results of the abstract machine (package lockset) over in terms
// of syntax: what happened at one place in the disjuncts that reach it. Nothing
// is said about places that are only reached in joined states, where paths with
// different locksets could not be told apart.
//
// It reports nothing.
package lockstate

import (
	"go/ast"
	"go/token"
	"go/types"
	"reflect"
	"sync"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/lockset"
	"github.com/concurlint/concurlint/passes/summary"
)

// Analyzer computes lock states.
var Analyzer = &analysis.Analyzer{
	Name:       "lockstate",
	Doc:        "compute which locks are held where",
	URL:        "https://pkg.go.dev/github.com/concurlint/concurlint/passes/lockstate",
	Requires:   []*analysis.Analyzer{summary.Analyzer},
	Run:        run,
	ResultType: reflect.TypeFor[*Result](),
}

// A Result holds the lock states of a package.
type Result struct {
	// Funcs are the functions that do something with locks, in source order.
	Funcs []*Func

	sum     *summary.Result
	machine *lockset.Machine
	runs    []*lockset.Function
	inside  map[*ssa.Function][]*lockset.Function // the literals of a function
	// released are the functions that acquire a lock which a caller releases.
	released map[*ssa.Function]bool

	once     sync.Once // for recovery: few packages are asked for it
	recovery *protection
}

// A Func is a function declaration or literal.
type Func struct {
	// Decl is the *ast.FuncDecl, *ast.FuncLit or, for the body of
	// a range-over-func loop, *ast.RangeStmt.
	Decl ast.Node
	// Obj is the declared function, nil for literals.
	Obj      *types.Func
	Exits    []*Exit
	Acquires []*Acquire
	Releases []*Release
	Waits    []*Wait
	Laps     []*Lap

	fn *ssa.Function
}

// An Op is an operation on a lock.
type Op struct {
	// Expr is the lock as the source writes it, or for an operation inside of
	// a callee the lock in the caller's terms.
	Expr string
	Call *ast.CallExpr // the operation, or the call of the function that contains it
	Pos  token.Pos     // of the call; of the defer or go statement for a deferred one
	End  token.Pos
	Mode locks.Mode
	// Deferred reports whether a defer statement runs the operation.
	Deferred bool
	// Via says where in a callee the operation is; nil if Call is the
	// operation itself.
	Via *lockset.Via
	// Callee is the function that Call calls, if Via is set and it is known.
	Callee *types.Func
	// Sync reports whether the lock is one of package sync.
	Sync bool
	// Resource is what the operation is on.
	Resource locks.Resource

	site *lockset.Site
}

// Line returns the line of op.
func (op *Op) Line(fset *token.FileSet) int { return fset.Position(op.Pos).Line }

// A Held is a lock that is held at some place.
type Held struct {
	Lock *locks.Term
	Op   *Op // that acquired it
	Mode locks.Mode
	// Local reports whether a callee has acquired it, in an object that the
	// function itself has made.
	Local bool
	// Shared reports whether the object that contains it was sent or stored
	// while it was held, so that the code that gets it can release it.
	Shared bool
	// Must reports whether it is held on every path to the place.
	Must bool
	// Deferred is the pending deferred call that releases it, or nil.
	Deferred *ast.DeferStmt
}

// An Exit is a place where a function ends.
type Exit struct {
	Kind lockset.EndKind
	// Stmt is the return statement; nil for the end of the body and for exits
	// that are not returns.
	Stmt *ast.ReturnStmt
	// Call is the call that ends the goroutine or panics, if Kind is not
	// Return.
	Call *ast.CallExpr
	Pos  token.Pos
	// Paths are the states in which the function ends here.
	Paths []Path

	instr    ssa.Instruction
	deferred []*locks.Term // locks that deferred calls acquire here
}

// A Path is one way in which a function ends.
type Path struct {
	Held []Held
	// Success tells what the results say: 1 for true, a nil error or a non-nil
	// value, -1 for the opposite, 0 if they say nothing.
	Success int
	// Handle is 1 if a result is a pointer or an interface, other than an error,
	// that is certainly not nil, and -1 if all such results are nil.
	Handle int
	// Handed are the locks that other code releases at some time.
	Handed []*locks.Term
	// Returned are the held locks of objects that the function returns, or that
	// a function it returns releases.
	Returned []*locks.Term
	// Flags are the fields in which the path has noted something by storing
	// true.
	Flags []*types.Var
	// Released are the locks that the function has acquired and released.
	Released []*locks.Term
}

// An Acquire is a place where a lock is acquired.
type Acquire struct {
	Op
	Lock *locks.Term
	// Paths is the number of states that reach it; Conflicts tells in which of
	// them the lock is held already.
	Paths     int
	Conflicts []Held
	// Callback reports whether the operation is in a function that a callee
	// calls.
	Callback bool
	// Turns reports whether what an earlier turn of a loop has acquired here is
	// held still, under whatever name.
	Turns bool
}

// A Release is a place where a lock is released.
type Release struct {
	Op
	Lock  *locks.Term
	Paths int
	// Free lists, for each path on which the lock is not held, the operation
	// that released it before; nil if none did.
	Free []*Op
	// Wrong lists the paths on which the lock is held in the other mode.
	Wrong []*Op
	// Held lists the acquisitions that it undoes on the other paths.
	Held []*Op
	// Shared reports whether one of those paths has sent or stored the object
	// that contains the lock, and kept the lock all the same.
	Shared bool
	// Exit is the exit at which a deferred release runs.
	Exit token.Pos
}

// A Wait is a call of (*sync.Cond).Wait or, if Via is set, of a function that
// calls it and expects the lock to be held.
type Wait struct {
	Op
	Lock  *locks.Term
	Paths int
	// Free counts the paths on which the condition's lock is certainly not
	// held, or held in the other mode, Unknown those on which only the caller can
	// hold it.
	Free, Unknown int
	Recheck       Recheck
	// Unconditional reports whether no branch of the function decides if it
	// waits, Own whether the function, or one around it, has made the condition
	// variable.
	Unconditional, Own bool
	// Spawned reports whether the function runs only as a goroutine, so that it
	// has no caller who can hold the lock.
	Spawned bool
}

// A Lap is a turn of a loop that ends with a lock held that it acquired.
type Lap struct {
	Held
	// Varies reports whether the lock is another one in each turn, Made whether
	// each turn makes its own.
	Varies, Made bool
}

func run(pass *analysis.Pass) (any, error) {
	sum := pass.ResultOf[summary.Analyzer].(*summary.Result)
	defer sum.Exclusive()()
	return Of(sum), nil
}

// Of returns the states of the functions that sum is about. The caller has the
// machine for itself, see [summary.Result.Exclusive].
func Of(sum *summary.Result) *Result {
	r := &Result{runs: sum.Functions(), machine: sum.Machine, sum: sum, inside: make(map[*ssa.Function][]*lockset.Function)}
	r.released = releasedByCallers(r.runs)
	for _, f := range r.runs {
		if outer := f.Fn.Parent(); outer != nil {
			r.inside[outer] = append(r.inside[outer], f)
		}
		b := builder{machine: r.machine, fn: &Func{fn: f.Fn, Decl: f.Fn.Syntax()}}
		b.fn.Obj, _ = f.Fn.Object().(*types.Func)
		b.build(f)
		for _, w := range b.fn.Waits {
			w.Recheck = r.recheck(b.fn, w)
			w.Spawned = r.spawned(f.Fn)
			w.Unconditional = unconditional(w.site.Instr.Block())
			w.Own = r.own(w)
		}
		b.fn.excuse(sum.Excused, declaredIn(f))
		r.Funcs = append(r.Funcs, b.fn)
	}
	return r
}

// Name returns how messages call a lock of a function.
func (r *Result) Name(lock *locks.Term) string { return r.machine.Outer(lock).String() }

// ReleasedByCallers reports whether some caller of fn in the package releases
// a lock that fn has acquired for it.
func (r *Result) ReleasedByCallers(fn *Func) bool { return r.released[fn.fn] }

// releasedByCallers returns the functions that acquire a lock which a caller
// releases.
func releasedByCallers(runs []*lockset.Function) map[*ssa.Function]bool {
	m := make(map[*ssa.Function]bool)
	for _, f := range runs {
		for _, e := range f.Events {
			if p := e.Prior; e.Kind == lockset.Released && p != nil && p.Status == lockset.Held && p.Site != nil && p.Site.Via != nil {
				m[callee(p.Site.Instr)] = true
			}
		}
	}
	return m
}

func callee(instr ssa.CallInstruction) *ssa.Function {
	c := locks.CalleeOf(instr.Common(), instr.Common().Value)
	return c.Body
}

// Releasers reports whether some function of the package ends with a lock of
// lock's class released that its caller has acquired.
func (r *Result) Releasers(lock *locks.Term) bool {
	class := lock.Class()
	if class == nil {
		return true
	}
	for _, f := range r.runs {
		if f.Effects == nil {
			continue
		}
		for _, o := range f.Effects.Outcomes {
			for _, ch := range o.Changes {
				if ch.Need != lockset.NeedNothing && ch.Status == lockset.Free && ch.Term.Class() == class {
					return true
				}
			}
		}
	}
	return false
}

// Unused returns the locks that function literals in fn would release, though
// nothing calls them.
func (r *Result) Unused(fn *Func) map[*locks.Term]bool {
	m := make(map[*locks.Term]bool)
	for _, f := range r.inside[fn.fn] {
		if f.Effects == nil {
			continue
		}
		if mc := r.machine.IR.Closure(f.Fn); mc == nil || len(*mc.Referrers()) > 0 {
			continue
		}
		for _, o := range f.Effects.Outcomes {
			for _, ch := range o.Changes {
				if ch.Need != lockset.NeedNothing && ch.Status == lockset.Free {
					m[ch.Term] = true
				}
			}
		}
	}
	return m
}
