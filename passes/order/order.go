// Package order defines an Analyzer that tells in which order locks are nested:
// which kind of lock is acquired while which other is held, directly or below
// a call, and where that order is a cycle.
//
// Locks are told apart by class: the field of a type, or the package variable.
// Edges travel between packages as facts, so that a package can close a cycle
// with an edge of another.
//
// The idea of a lock-order graph is that of Havelund's "Using runtime analysis
// to guide model checking of Java programs" (SPIN 2000) and of RacerX (Engler and
// Ashcraft, SOSP 2003).
//
// It reports nothing.
package order

import (
	"fmt"
	"go/token"
	"go/types"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/guards"
	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/lockset"
	"github.com/concurlint/concurlint/passes/ownership"
	"github.com/concurlint/concurlint/passes/summary"
)

// Analyzer tells in which order locks are nested.
var Analyzer = &analysis.Analyzer{
	Name:       "order",
	Doc:        "tell in which order locks are nested",
	URL:        "https://pkg.go.dev/github.com/concurlint/concurlint/passes/order",
	Requires:   []*analysis.Analyzer{summary.Analyzer, ownership.Analyzer, guards.Analyzer},
	Run:        run,
	ResultType: reflect.TypeFor[*Result](),
	FactTypes:  []analysis.Fact{new(AcquireFact), new(OrderFact)},
}

// A Result is the lock-order graph as one package sees it.
type Result struct {
	// Edges are those of the package, in source order.
	Edges []*Edge
	// Imported are those of the packages below.
	Imported []*Edge
	// Cycles are those that an edge of the package closes.
	Cycles []*Cycle
	// Pairs are nested locks of one class.
	Pairs []*Pair
	// Rings are nested locks of neighbours in a ring.
	Rings []*Ring
	// Against are edges against a declared order.
	Against []*Against
	// Problems are the mistakes in order directives.
	Problems []Problem

	below map[*ssa.Function]map[Class]*acquisition
	a     *analyzer
	once  sync.Once
	todo  func()
}

// ClassOf returns the class of the lock named t; ok is false for locks that only
// one function knows.
func (r *Result) ClassOf(t *locks.Term) (c Class, ok bool) { return r.a.classOf(t) }

// AcquiresAt reports whether call may acquire a lock of class c, in which mode and
// where, at most calls further calls below.
func (r *Result) AcquiresAt(call ssa.CallInstruction, c Class, calls int) (mode locks.Mode, at string, ok bool) {
	callee := locks.CalleeOf(call.Common(), call.Common().Value)
	if op, isOp := locks.OpOf(callee.Func); isOp && op.Action == locks.Acquire {
		k, known := r.a.classOf(r.a.m.Eval(callee.Args[0]))
		return op.Mode, r.a.m.Position(call.Pos()), known && k == c
	}
	callees, foreign := r.a.callees(call)
	for _, fn := range callees {
		if acq := r.below[fn][c]; acq != nil && acq.depth <= calls && r.a.reached(acq, fn, call) {
			return acq.mode, acq.at, true
		}
	}
	if foreign != nil {
		if acq := r.a.imported(foreign)[c]; acq != nil && acq.depth <= calls {
			return acq.mode, acq.at, true
		}
	}
	return 0, "", false
}

// Writes reports whether somebody locks a lock of class c for writing.
func (r *Result) Writes(c Class) bool { return r.a.writes[c] }

// Callees returns the functions of the package that a call may reach.
func (r *Result) Callees(call ssa.CallInstruction) []*ssa.Function {
	fns, _ := r.a.callees(call)
	return fns
}

// A Class is what locks of one kind have in common: the package path, and in it
// the type and field, or the variable.
type Class struct{ Pkg, Name string }

// String returns the class with the last element of the package path.
func (c Class) String() string { return filepath.Base(c.Pkg) + "." + c.Name }

// An Edge says that a lock of class To is acquired while one of class From is
// held.
type Edge struct {
	From, To         Class
	FromMode, ToMode locks.Mode
	// FromExpr and ToExpr are the locks as the source writes them.
	FromExpr, ToExpr string
	// Holder is the function that does it, Where the position of the
	// acquisition, or of the call below which it is, HeldAt where the lock of
	// From was acquired: file:line.
	Holder, Where, HeldAt string
	// Call is the called function, as the source writes it, and Chain leads from
	// there to the acquisition at At, if it is in a callee.
	Call  string
	Chain []string
	At    string
	// Literals is how many of the functions in Chain are literals.
	Literals int
	// Value is the first call on the way, below Call, of a function value or an interface
	// method, and ValueCall what the source calls: there the way leaves those who know
	// of the lock.
	Value     token.Pos
	ValueCall string
	// Gates are the other locks that are held, by the function or its callers.
	Gates []Gate
	// Pos and End are those of the acquisition or call, not valid for imported
	// edges; HeldPos is where the lock of From was acquired.
	Pos, End, HeldPos token.Pos

	test bool
}

// A Gate is a lock that is held around an edge.
type Gate struct {
	Class Class
	Mode  locks.Mode
}

// A Cycle is a sequence of edges, each beginning where the one before it ends.
// The first is an edge of the package.
type Cycle struct{ Edges []*Edge }

type analyzer struct {
	pass *analysis.Pass
	// m is set by compute, before anybody reads it.
	//
	//concurlint:unguarded
	m      *lockset.Machine
	sum    *summary.Result
	own    *ownership.Result
	guards *guards.Result
	result *Result
	owners map[*types.Var]Class
	fields ir.Owners
	byPair map[[2]Class][]*Edge
	writes map[Class]bool // classes that somebody locks for writing
	facts  map[*types.Func]map[Class]*acquisition
	// sites and stores are of all that the package does; see callsOf and storesTo.
	sites  map[*ssa.Function][]ssa.CallInstruction
	stores map[*types.Var][]*ssa.Store
	// methods caches implementations.
	methods map[abstract][]*ssa.Function
	// handed are the pairs that are the callers' to judge, and nests the calls of those
	// of other packages, which nesting lists.
	handed  map[*types.Func][]Nest
	nests   map[*types.Func][]ssa.CallInstruction
	nesting []*types.Func
}

func run(pass *analysis.Pass) (any, error) {
	sum := pass.ResultOf[summary.Analyzer].(*summary.Result)
	a := &analyzer{
		pass:    pass,
		sum:     sum,
		own:     pass.ResultOf[ownership.Analyzer].(*ownership.Result),
		guards:  pass.ResultOf[guards.Analyzer].(*guards.Result),
		result:  new(Result),
		owners:  make(map[*types.Var]Class),
		byPair:  make(map[[2]Class][]*Edge),
		writes:  make(map[Class]bool),
		facts:   make(map[*types.Func]map[Class]*acquisition),
		methods: make(map[abstract][]*ssa.Function),
		handed:  make(map[*types.Func][]Nest),
		nests:   make(map[*types.Func][]ssa.CallInstruction),
	}
	a.result.todo = a.compute
	if !sum.Std() {
		a.result.Ready()
	}
	return a.result, nil
}

// Ready computes the result, if it is not yet: that of a package of the standard
// library waits until somebody asks.
func (r *Result) Ready() *Result {
	r.once.Do(r.todo)
	return r
}

// compute finds the edges and the cycles.
func (a *analyzer) compute() {
	sum := a.sum
	a.guards.Entries()
	defer sum.Exclusive()()
	a.own.Ready()
	orders := a.readOrders()
	a.result.a = a
	functions := sum.Functions()
	if sum.Machine == nil {
		return
	}
	a.m = sum.Machine
	a.findBelow(functions)
	for _, f := range functions {
		if !isInit(f.Fn) {
			a.nested(f)
		}
	}
	for _, fn := range a.m.IR.Funcs {
		if !isInit(fn) {
			a.calls(fn)
			a.lent(fn)
		}
	}
	slices.SortStableFunc(a.result.Edges, func(e, f *Edge) int { return a.m.IR.Compare(e.Pos, f.Pos) })
	a.importPairs()
	imported := a.importEdges()
	a.findCycles()
	a.findAgainst(append(slices.Clip(orders), imported...))
	if !sum.Std() {
		a.export(orders)
	}
}

// isInit reports whether fn is an initialiser: there is one goroutine then.
func isInit(fn *ssa.Function) bool {
	return fn.Parent() == nil && fn.Signature.Recv() == nil && (fn.Name() == "init" || strings.HasPrefix(fn.Name(), "init#"))
}

// classOf returns the class of the lock named t; ok is false for locks that only
// one function knows.
func (a *analyzer) classOf(t *locks.Term) (c Class, ok bool) {
	switch k := t.Class().(type) {
	case locks.Global:
		return Class{k.Pkg, k.Name}, true
	case *types.Var:
		c, known := a.owners[k]
		if !known {
			c = a.fieldClass(k)
			a.owners[k] = c
		}
		return c, c.Name != ""
	}
	return Class{}, false
}

// fieldClass returns the class of the locks in field f. That of a field whose
// type has no name begins at the position, so that it is the same in one
// package only.
func (a *analyzer) fieldClass(f *types.Var) Class {
	if f.Pkg() == nil {
		return Class{}
	}
	if o, ok := a.fields.Of(f); ok {
		return Class{f.Pkg().Path(), o.Type + o.Path}
	}
	p := a.pass.Fset.Position(f.Pos())
	return Class{f.Pkg().Path(), fmt.Sprintf("%s·%s:%d", f.Name(), filepath.Base(p.Filename), p.Line)}
}

// fresh reports whether the lock named t belongs to an object that nobody else
// can reach at instr, or that its function has just made and not given to
// a goroutine: others do not lock it before it is ready.
func (a *analyzer) fresh(t *locks.Term, instr ssa.Instruction) bool {
	v, ok := t.Base().Val.(ssa.Value)
	if !ok {
		return false
	}
	st := a.own.Of(v, instr)
	alloc, made := v.(*ssa.Alloc)
	return st == ownership.Private || made && st != ownership.Started && alloc.Parent() == instr.Parent() && !a.stored(alloc, instr)
}

// kept reports whether the lock named t belongs to an object that only the running
// code could reach when it acquired h, and has done no more with since than to store
// it: others find it when h is released.
func (a *analyzer) kept(t *locks.Term, instr ssa.Instruction, h lockset.Lock) bool {
	v, ok := t.Base().Val.(ssa.Value)
	if !ok || h.Site.Instr.Parent() != instr.Parent() {
		return false
	}
	return a.own.Of(v, h.Site.Instr) == ownership.Private && a.own.Of(v, instr) == ownership.Stored
}

// stored reports whether the object alloc may be in some structure when its function
// gets to instr. That callees have been given it does not count.
func (a *analyzer) stored(alloc *ssa.Alloc, instr ssa.Instruction) bool {
	return slices.ContainsFunc(*alloc.Referrers(), func(ref ssa.Instruction) bool {
		switch ref := ref.(type) {
		case *ssa.Store:
			if ref.Val != ssa.Value(alloc) {
				return false
			}
		case *ssa.MapUpdate, *ssa.Send, *ssa.MakeInterface, *ssa.Phi:
		default:
			return false
		}
		return a.own.Reaches(ref, instr)
	})
}

// nested adds the edges of the acquisitions in f itself, and in functions that it
// calls, as far as it has names for their locks.
func (a *analyzer) nested(f *lockset.Function) {
	for _, e := range f.Events {
		if e.Kind != lockset.Acquired || e.State.Joined() {
			continue
		}
		to, known := a.classOf(e.Lock)
		for _, h := range e.State.Locks() {
			if h.Status != lockset.Held || h.Doubt || h.Site == nil || h.Term == e.Lock || a.ring(f, e, h) || !known || a.fresh(e.Lock, e.Instr) {
				continue
			}
			from, ok := a.classOf(h.Term)
			if !ok || a.fresh(h.Term, e.Instr) || a.kept(e.Lock, e.Instr, h) {
				continue
			}
			edge := &Edge{From: from, To: to, FromMode: h.Mode, ToMode: e.Mode, FromExpr: h.Site.Expr, ToExpr: e.Site.Expr}
			if via := e.Site.Via; via != nil {
				edge.Call, edge.Chain, edge.At = via.Callee, via.Chain, via.At
				callee := locks.CalleeOf(e.Site.Instr.Common(), e.Site.Instr.Common().Value)
				if a.lets(callee.Body, from, to) || from != to && a.again(a.result.below[callee.Body], from, h.Mode) {
					continue
				}
			}
			if from == to {
				a.pair(f, e, h, edge)
				continue
			}
			a.add(edge, f.Fn, e.Site.Instr, h, e.State.Locks())
		}
	}
}

// calls adds the edges of the acquisitions below the calls in fn.
func (a *analyzer) calls(fn *ssa.Function) {
	f := a.sum.Run(fn)
	if f == nil {
		return // nothing is held there
	}
	for _, v := range f.Visits {
		if v.Joined || v.Access != nil {
			continue
		}
		held := false
		for _, l := range v.Locks {
			held = held || l.Status == lockset.Held && !l.Doubt && l.Site != nil
		}
		call, ok := v.Instr.(ssa.CallInstruction)
		if !held || !ok {
			continue
		}
		below := a.belowCall(&v, call)
		if len(below) == 0 {
			continue
		}
		precise := a.excluded(v.Callee)
		for _, to := range sortedClasses(below) {
			if precise[to] {
				continue // nested knows more: conditions, and names
			}
			acq := below[to]
			if v.Callee != nil && acq.seenFrom(v.Callee, call) == nil {
				continue
			}
			for _, h := range v.Locks {
				from, ok := a.classOf(h.Term)
				if h.Status != lockset.Held || h.Doubt || h.Site == nil || !ok || from == to || a.lets(v.Callee, from, to) || a.again(below, from, h.Mode) || a.fresh(h.Term, call) {
					continue
				}
				if len(a.byPair[[2]Class{from, to}]) > 0 && a.hasSite(from, to, call) {
					continue
				}
				edge := &Edge{From: from, To: to, FromMode: h.Mode, ToMode: acq.mode, FromExpr: h.Site.Expr, ToExpr: a.nameOf(to, &v), Call: a.callName(call), Chain: a.chain(acq), At: acq.at, Literals: acq.lits}
				if c := acq.dynamic(); c != nil {
					edge.Value, edge.ValueCall = c.Pos(), a.callName(c)
				}
				a.add(edge, fn, call, h, v.Locks)
			}
		}
	}
}

// again reports whether a lock of class from, held in the given mode, is acquired
// again below a call: it would wait for itself if that were the same, so those
// below the call belong to another object.
func (a *analyzer) again(below map[Class]*acquisition, from Class, mode locks.Mode) bool {
	acq := below[from]
	return acq != nil && (acq.mode == locks.Write || mode == locks.Write)
}

// belowCall returns what may be acquired below a call.
func (a *analyzer) belowCall(v *lockset.Visit, call ssa.CallInstruction) map[Class]*acquisition {
	switch {
	case v.Callee != nil:
		return a.result.below[v.Callee]
	case v.Foreign != nil:
		return a.imported(v.Foreign)
	}
	callees, _ := a.callees(call)
	all := make(map[Class]*acquisition)
	for _, fn := range callees {
		for c, acq := range a.result.below[fn] {
			if all[c] == nil && a.reached(acq, fn, call) {
				all[c] = acq
			}
		}
	}
	return all
}

// reached reports whether call may reach acq, which its callee fn does.
func (a *analyzer) reached(acq *acquisition, fn *ssa.Function, call ssa.CallInstruction) bool {
	return a.throughField(acq.seenFrom(fn, call), call) != nil
}

// hasSite reports whether an edge is known already at the call.
func (a *analyzer) hasSite(from, to Class, call ssa.CallInstruction) bool {
	pos, _ := a.span(call)
	return slices.ContainsFunc(a.byPair[[2]Class{from, to}], func(e *Edge) bool { return e.Pos == pos })
}

// excluded returns the classes of the locks that fn acquires and its callers have
// names for.
func (a *analyzer) excluded(fn *ssa.Function) map[Class]bool {
	if fn == nil {
		return nil
	}
	eff := a.m.Effects(locks.Callee{Body: fn})
	if eff == nil {
		return nil
	}
	out := make(map[Class]bool)
	for _, x := range eff.Excludes {
		if c, ok := a.classOf(x.Term); ok {
			out[c] = true
		}
	}
	return out
}

// nameOf returns how the caller at v would write a lock of class c that the
// callee acquires: by its name if the callee releases it for the caller, too,
// and by its type and field otherwise.
func (a *analyzer) nameOf(c Class, v *lockset.Visit) string {
	if v.Callee != nil {
		for _, n := range a.sum.Needs(v.Callee) {
			if k, ok := a.classOf(n.Term); !ok || k != c {
				continue
			}
			for i, p := range v.Callee.Params {
				if i < len(v.Args) && n.Term.Mentions(p) {
					root := a.m.Names.Root(p)
					return lockset.Text(a.m.Names.Subst(n.Term, func(t *locks.Term) *locks.Term {
						if t == root {
							return v.Args[i]
						}
						return nil
					}))
				}
			}
		}
	}
	return c.Name
}

// lets reports whether fn releases the lock of class from for its callers before
// it acquires one of class to.
func (a *analyzer) lets(fn *ssa.Function, from, to Class) bool {
	if fn == nil || !slices.ContainsFunc(a.sum.Needs(fn), func(n summary.Need) bool { c, ok := a.classOf(n.Term); return ok && c == from }) {
		return false
	}
	for _, e := range a.sum.Run(fn).Events {
		if e.Kind != lockset.Acquired {
			continue
		}
		if c, ok := a.classOf(e.Lock); !ok || c != to {
			continue
		}
		free := slices.ContainsFunc(e.State.Locks(), func(l lockset.Lock) bool {
			c, ok := a.classOf(l.Term)
			return ok && c == from && l.Status == lockset.Free && l.Need != lockset.NeedNothing
		})
		if !free {
			return false
		}
	}
	return true
}

// maxWitnesses bounds the edges between two classes that are kept.
const maxWitnesses = 8

// add adds an edge of fn, at instr, with lock h held among all.
func (a *analyzer) add(e *Edge, fn *ssa.Function, instr ssa.CallInstruction, h lockset.Lock, all []lockset.Lock) {
	key := [2]Class{e.From, e.To}
	if len(a.byPair[key]) >= maxWitnesses || doomed(instr) {
		return
	}
	e.test = a.m.IR.InTest(fn.Pos())
	e.Holder = a.display(fn)
	e.Pos, e.End = a.span(instr)
	e.HeldPos, _ = a.span(h.Site.Instr)
	e.Where, e.HeldAt = a.m.Position(e.Pos), a.m.Position(e.HeldPos)
	e.Gates = a.gates(fn, e, instr, all)
	if slices.ContainsFunc(a.byPair[key], func(f *Edge) bool {
		return f.Pos == e.Pos && slices.Equal(f.Gates, e.Gates) && f.FromMode == e.FromMode
	}) {
		return
	}
	a.byPair[key] = append(a.byPair[key], e)
	a.result.Edges = append(a.result.Edges, e)
}

// doomed reports whether all that comes after instr, in its function, is a panic: a
// deadlock would only take its place.
func doomed(instr ssa.Instruction) bool {
	const (
		open = iota + 1 // on the way to b
		closed
	)
	seen := make(map[*ssa.BasicBlock]int)
	var panics func(b *ssa.BasicBlock) bool
	panics = func(b *ssa.BasicBlock) bool {
		if seen[b] != 0 {
			return seen[b] == closed // a loop may go on for ever
		}
		seen[b] = open
		if len(b.Succs) == 0 {
			if _, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Panic); !ok {
				return false
			}
		}
		for _, s := range b.Succs {
			if !panics(s) {
				return false
			}
		}
		seen[b] = closed
		return true
	}
	return panics(instr.Block())
}

// gates returns the locks that are held around e, at instr in fn.
func (a *analyzer) gates(fn *ssa.Function, e *Edge, instr ssa.Instruction, all []lockset.Lock) []Gate {
	var out []Gate
	add := func(c Class, mode locks.Mode) {
		if g := (Gate{c, mode}); c != e.From && c != e.To && !slices.Contains(out, g) {
			out = append(out, g)
		}
	}
	for _, l := range all {
		if c, ok := a.classOf(l.Term); ok && l.Status == lockset.Held && !l.Doubt {
			add(c, l.Mode)
		}
	}
	for _, h := range a.guards.HeldByCallers(fn) {
		switch k := h.Class.(type) {
		case locks.Global:
			add(Class{k.Pkg, k.Name}, h.Mode)
		case *types.Var:
			if a.owners[k].Name == "" {
				a.owners[k] = a.fieldClass(k)
			}
			add(a.owners[k], h.Mode)
		}
	}
	for _, b := range a.own.BatonsAt(instr) {
		switch b := b.(type) {
		case *ssa.Global:
			add(Class{b.Pkg.Pkg.Path(), b.Name()}, locks.Write)
		case *types.Var:
			add(a.fieldClass(b), locks.Write)
		}
	}
	return out
}

// span returns the positions of a call.
func (a *analyzer) span(instr ssa.CallInstruction) (pos, end token.Pos) {
	if call := a.m.IR.Call(instr.Common().Pos()); call != nil {
		return call.Pos(), call.End()
	}
	return instr.Pos(), instr.Pos()
}

// callName returns the called function as the source writes it.
func (a *analyzer) callName(instr ssa.CallInstruction) string {
	if call := a.m.IR.Call(instr.Common().Pos()); call != nil {
		return types.ExprString(call.Fun)
	}
	return "the call"
}

// display returns how messages call fn.
func (a *analyzer) display(fn *ssa.Function) string {
	for fn.Parent() != nil {
		fn = fn.Parent()
	}
	obj, ok := fn.Object().(*types.Func)
	if !ok {
		return "a literal"
	}
	return displayName(obj)
}

func displayName(fn *types.Func) string {
	if recv := fn.Signature().Recv(); recv != nil {
		t := recv.Type()
		if p, ok := types.Unalias(t).(*types.Pointer); ok {
			t = p.Elem()
		}
		if n, ok := types.Unalias(t).(*types.Named); ok {
			return n.Obj().Name() + "." + fn.Name()
		}
	}
	return fn.Name()
}
