// Package guards defines an Analyzer that tells which lock guards which field or
// package variable, and where code uses one without its lock.
//
// A guard is declared, by a comment, or inferred from how the package's own code
// uses the data: the lock that it holds at most accesses, writes counting double,
// and at some write. What nobody else can reach yet (package ownership) needs no
// lock; helpers inherit the locks that all of their callers hold. Where the guard is
// inferred, an access without it counts only if something shows that it can meet a
// writer. The ideas are
// those of Engler et al., "Bugs as deviant behavior" (SOSP 2001), SpotBugs'
// FindInconsistentSync2 and Infer's RacerD.
//
// It reports nothing.
package guards

import (
	"go/ast"
	"go/token"
	"go/types"
	"reflect"
	"slices"
	"sync"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/lockset"
	"github.com/concurlint/concurlint/passes/ownership"
	"github.com/concurlint/concurlint/passes/summary"
)

// Analyzer tells which lock guards which data.
var Analyzer = &analysis.Analyzer{
	Name:       "guards",
	Doc:        "tell which lock guards which data",
	URL:        "https://pkg.go.dev/github.com/concurlint/concurlint/passes/guards",
	Requires:   []*analysis.Analyzer{summary.Analyzer, ownership.Analyzer},
	Run:        run,
	ResultType: reflect.TypeFor[*Result](),
	FactTypes:  []analysis.Fact{new(GuardFact), new(RequireFact), new(AtomicFact)},
	Flags:      flags(),
}

// A Result tells what the locks of a package guard.
type Result struct {
	// Guards are the guarded fields and variables, in source order.
	Guards []*Guard
	// Breaches are the accesses without the lock, in source order.
	Breaches []*Breach
	// Mixed are the plain accesses of data that is used atomically elsewhere.
	Mixed []*Mixed
	// Gaps are the writes that depend on stale reads.
	Gaps []*Gap
	// Problems are the mistakes in directives and annotations.
	Problems []Problem
	// Declared is what comments say about fields and variables.
	Declared []*Declaration
	// Undecided are the data with too little evidence for a guard, with the
	// likeliest lock, if any; only for flag review.
	Undecided []*Guard

	entries map[*ssa.Function]*entry
	// infer and check compute the result, each once: what facts tell comes from infer,
	// and so do Guards, Problems and Declared.
	infer, check func()
}

// A HeldClass is a kind of lock that all callers of a function hold: a field, a
// *types.Var, or package variable, a [locks.Global].
type HeldClass struct {
	Class any
	Mode  locks.Mode
}

// HeldByCallers returns the kinds of locks that all callers of fn hold, as far as
// they are known.
func (r *Result) HeldByCallers(fn *ssa.Function) []HeldClass {
	e := r.entries[fn]
	if e == nil || e.any {
		return nil
	}
	var out []HeldClass
	for _, h := range e.all() {
		if c := h.term.Class(); c != nil {
			out = append(out, HeldClass{c, h.mode})
		}
	}
	for _, c := range e.classes {
		if h := (HeldClass{c.class, c.mode}); !slices.Contains(out, h) {
			out = append(out, h)
		}
	}
	return out
}

// A Guard says that a lock guards a field or package variable.
type Guard struct {
	Var *types.Var
	// Owner is the name of the type that has the field; "" for variables.
	Owner string
	// Lock is the lock as a path from the struct, or for package variables
	// the variable.
	Lock string
	// Declared is the position of the comment that declares the guard; it is
	// not valid for inferred ones.
	Declared token.Pos
	// Held and Total count the accesses that hold the lock, and all: distinct
	// places outside of construction and tests.
	Held, Total int
	// Writes and Writers count the writes and those that hold the lock for
	// writing.
	Writers, Writes int
	// Witness is an access that holds the lock.
	Witness token.Pos
	// From is set instead of Witness and Declared for data of another package:
	// the position there, file:line. FromDeclared tells which it is.
	From         string
	FromDeclared bool

	// These are set for flag review only. Class is the field or variable that
	// the lock is in, Also are other locks that a comment names, Functions
	// the number of those that hold the lock at accesses, Unclear the number
	// of accesses that are not counted because it is not known whether they
	// hold it, and Changes that of writes outside of construction.
	Class                       string
	Also                        []string
	Functions, Unclear, Changes int
	Atomic                      bool // some access is by sync/atomic

	lock   lock
	writes bool // only writes need it
}

// Score returns the share of the accesses that hold the lock, writes counting
// double: between 0 and 1.
func (g *Guard) Score() float64 {
	return float64(g.Held+g.Writers) / float64(g.Total+g.Writes)
}

// A Breach is a place where guarded data is used without its lock.
type Breach struct {
	Guard *Guard
	// Expr is the data and Lock the lock, as the source writes them or would.
	Expr, Lock string
	Pos, End   token.Pos
	Write      bool
	// Read reports whether the lock is held, but only for reading.
	Read bool
	// Call is the called function, as the source writes it, if the access is
	// in a helper that needs its callers to hold the lock; At is the access
	// then.
	Call string
	At   token.Pos
	// Requires is the position of the declaration that the callers of Call must
	// hold the lock, if that is what the breach is about: Guard is nil then.
	Requires token.Pos
	Suffix   bool // it is the function's name
	// From is set instead of Requires for a function of another package.
	From string
}

type analyzer struct {
	pass        *analysis.Pass
	sum         *summary.Result
	m           *lockset.Machine
	own         *ownership.Result
	declared    *Declared
	funcs       map[*types.Func]*FuncDecl
	vars        map[*types.Var]*declaredGuard
	atomics     map[*types.Var]*Declaration
	visited     map[*ssa.Function][]lockset.Visit
	usual       map[*locks.Term]*locks.Term // caches canon
	sites       map[*ssa.Function][]site
	tells       map[*ssa.Function][]site
	loans       map[*ssa.Function][]site // starts of goroutines, see findLoans
	setUp       map[*types.Var]bool      // written where objects are made
	started     []site                   // go statements
	uses        map[*ssa.Function]use
	serial      map[*ssa.Function]bool // passed to singleflight, which runs one at a time
	once        map[*ssa.Function]bool // run by sync.Once, which orders them before what follows; see inOnce
	entries     map[*ssa.Function]*entry
	owners      ir.Owners
	data        map[*types.Var]*datum
	goes        map[*ssa.Function]int // go statements that start a function, those in loops twice
	words       map[word]*datum       // parts of data that is used atomically
	atomic      map[*types.Var]bool   // data of which some part is used atomically
	blamed      map[callKey]bool
	sends       map[*types.Var]map[*ssa.Function]bool // functions that close a channel, or send on it
	guarded     map[lockKey]int                       // data that is used with a lock held
	fields      map[*types.Var]bool                   // function-valued ones that the package calls
	inFields    *fieldSites                           // nil before it has been looked for
	invoked     map[string][]*types.Interface
	visitors    map[*types.TypeName]bool   // see visitor
	dispatch    map[*ssa.Function]bool     // caches dispatched
	invoking    map[string][]*ssa.Function // those that call a method through an interface
	alone       map[*ssa.Function]bool
	makings     map[making]bool
	makers      map[making]bool
	ops         map[*ssa.Function][]op
	loopEnds    map[*ssa.BasicBlock]bool
	branches    map[ssa.Value][]*ssa.BasicBlock // caches branchesOn
	sides       map[*ssa.BasicBlock][2][]bool   // what either side of a branch leads to, see parts
	carried     map[any]bool                    // kinds of locks that are held at calls
	lends       map[*types.Var]bool             // fields that are set to something that is not new
	lockParams  map[*ssa.Function]int           // caches lockedParam
	makeLocks   map[ssa.Value]bool              // caches makesLock
	starters    map[*ssa.Function][]*ssa.Go     // caches startsIn
	lockFields  map[*types.Var]int              // see sole
	spawns      map[*ssa.Function]bool
	hats        map[token.Pos]token.Pos
	unsynced    map[*ast.StructType]map[*types.Var]bool // caches unsynchronizedIn
	permitting  map[*ast.CommentGroup]bool
	serialTypes map[types.Object]bool // see serialType
	result      *Result
}

func run(pass *analysis.Pass) (any, error) {
	sum := pass.ResultOf[summary.Analyzer].(*summary.Result)
	a := &analyzer{
		pass:       pass,
		sum:        sum,
		own:        pass.ResultOf[ownership.Analyzer].(*ownership.Result),
		visited:    make(map[*ssa.Function][]lockset.Visit),
		usual:      make(map[*locks.Term]*locks.Term),
		entries:    make(map[*ssa.Function]*entry),
		data:       make(map[*types.Var]*datum),
		words:      make(map[word]*datum),
		atomic:     make(map[*types.Var]bool),
		tells:      make(map[*ssa.Function][]site),
		blamed:     make(map[callKey]bool),
		makings:    make(map[making]bool),
		makers:     make(map[making]bool),
		loopEnds:   make(map[*ssa.BasicBlock]bool),
		branches:   make(map[ssa.Value][]*ssa.BasicBlock),
		sides:      make(map[*ssa.BasicBlock][2][]bool),
		permitting: make(map[*ast.CommentGroup]bool),
		setUp:      make(map[*types.Var]bool),
		unsynced:   make(map[*ast.StructType]map[*types.Var]bool),
		dispatch:   make(map[*ssa.Function]bool),
		lockParams: make(map[*ssa.Function]int),
		makeLocks:  make(map[ssa.Value]bool),
		starters:   make(map[*ssa.Function][]*ssa.Go),
		ops:        make(map[*ssa.Function][]op),
		result:     new(Result),
	}
	a.result.infer, a.result.check = sync.OnceFunc(a.compute), sync.OnceFunc(a.findUnguarded)
	if !sum.Std() {
		a.result.infer()
	}
	return a.result, nil
}

// Ready computes the result, if it is not yet. What is no matter of facts waits until
// somebody asks, since nobody does in a dependency, as does all of a package of the
// standard library.
func (r *Result) Ready() *Result {
	r.infer()
	r.check()
	return r
}

// Entries computes what [Result.HeldByCallers] tells, if it is not yet known.
func (r *Result) Entries() { r.infer() }

// compute finds the guards of the package.
func (a *analyzer) compute() {
	sum := a.sum
	defer sum.Exclusive()()
	a.own.Ready()
	a.declared = sum.Declared()
	if blind {
		a.declared = a.declared.WithoutComments()
	}
	a.result.Problems = a.declared.Problems
	a.result.Declared = a.declared.Vars
	sum.Functions()
	if sum.Machine == nil {
		return
	}
	a.m = sum.Machine
	a.readDeclarations()
	a.result.entries = a.entries
	a.findUses()
	a.findEntries()
	a.collect()
	a.infer()
	if !sum.Std() {
		a.exportAtomic()
		a.export()
	}
	slices.SortFunc(a.result.Guards, func(g, h *Guard) int { return a.m.IR.Compare(g.Var.Pos(), h.Var.Pos()) })
}

// findUnguarded finds the code that does not keep to the guards.
func (a *analyzer) findUnguarded() {
	if a.m == nil {
		return
	}
	defer a.sum.Exclusive()()
	a.findBreaches()
	a.findMixed()
	a.findGaps()
	a.checkCalls()
	if review {
		a.addReview()
	}
	slices.SortStableFunc(a.result.Mixed, func(m, n *Mixed) int { return a.m.IR.Compare(m.Pos, n.Pos) })
	slices.SortStableFunc(a.result.Breaches, func(b, c *Breach) int { return a.m.IR.Compare(b.Pos, c.Pos) })
}

func (a *analyzer) visits(fn *ssa.Function) []lockset.Visit {
	v, ok := a.visited[fn]
	if !ok {
		v = a.sum.Visits(fn)
		if slices.ContainsFunc(v, func(v lockset.Visit) bool { return v.Inner || !a.isCanonical(v.Locks) }) {
			v = slices.DeleteFunc(slices.Clone(v), func(v lockset.Visit) bool { return v.Inner })
			for i := range v {
				v[i].Locks = a.canonical(v[i].Locks)
			}
		}
		a.visited[fn] = v
	}
	return v
}

// canonical returns ls with the usual names.
func (a *analyzer) canonical(ls []lockset.Lock) []lockset.Lock {
	if a.isCanonical(ls) {
		return ls
	}
	ls = slices.Clone(ls)
	for i := range ls {
		ls[i].Term = a.canon(ls[i].Term)
	}
	return ls
}

// isCanonical reports whether the locks in ls have their usual names.
func (a *analyzer) isCanonical(ls []lockset.Lock) bool {
	return !slices.ContainsFunc(ls, func(l lockset.Lock) bool { return a.canon(l.Term) != l.Term })
}
