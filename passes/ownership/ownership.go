// Package ownership defines an Analyzer that tells which objects only the
// running code can reach, so that it needs no lock to use them.
//
// An object is private from where it is made until it is published: stored
// where other code finds it, captured by a goroutine, sent, or passed to
// a function of the package that does any of this. Functions that return an
// object that they have made, and have not published, make it on behalf of
// their callers; the parameters of functions that are only called with private
// objects are private. The technique is that of RacerD (Blackshear et al.,
// "RacerD: compositional static race detection", OOPSLA 2018).
//
// Code of other packages is trusted to keep to itself what it is given.
//
// It reports nothing.
package ownership

import (
	"go/token"
	"go/types"
	"reflect"
	"sync"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/internal/known"
	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/summary"
)

// Analyzer tells which objects are private.
var Analyzer = &analysis.Analyzer{
	Name:       "ownership",
	Doc:        "tell which objects only the running code can reach",
	URL:        "https://pkg.go.dev/github.com/concurlint/concurlint/passes/ownership",
	Requires:   []*analysis.Analyzer{summary.Analyzer},
	Run:        run,
	ResultType: reflect.TypeFor[*Result](),
	FactTypes:  []analysis.Fact{new(JoinFact)},
}

// A Status tells who can reach an object at some point.
type Status uint8

const (
	// Shared objects come from elsewhere: anybody may reach them.
	Shared Status = iota
	// Private objects can only be reached by the running code.
	Private
	// Stored objects were made here and stored where others find them, which
	// may take a lock that the running code holds.
	Stored
	// Started objects were made here and are used by a goroutine that has been
	// started.
	Started
	// Received objects were handed over: by a channel or a pool. Whoever had
	// them before has let go.
	Received
)

// A Result tells which objects of a package's functions are private.
type Result struct {
	once sync.Once
	todo func()

	pass    *analysis.Pass
	pkg     *ir.Package
	choices ir.Choices
	objects map[ssa.Value]*object
	results map[result]bool
	params  map[*ssa.Parameter]bool  // private in all calls
	young   map[*ssa.Parameter]bool  // made by all callers
	values  map[*ssa.Function]bool   // used otherwise than by being called
	ifaces  map[method]bool          // that calls through interfaces can reach
	batons  []*baton                 // nil before they have been looked for
	joining map[*ssa.Function][]int  // caches joinsOf
	waits   map[*ssa.Function][]wait // caches waitsIn
	courses map[course][]bool        // caches after
}

type result struct {
	fn *ssa.Function
	i  int
}

// An object is what a function makes, or one of its parameters.
type object struct {
	published []publication
	done      bool
}

// A publication is an instruction after which others can reach an object.
type publication struct {
	instr ssa.Instruction
	how   Status // Stored or Started
}

func run(pass *analysis.Pass) (any, error) {
	r := &Result{
		pass:    pass,
		joining: make(map[*ssa.Function][]int),
		waits:   make(map[*ssa.Function][]wait),
		courses: make(map[course][]bool),
		objects: make(map[ssa.Value]*object),
		results: make(map[result]bool),
		params:  make(map[*ssa.Parameter]bool),
		young:   make(map[*ssa.Parameter]bool),
	}
	r.values = make(map[*ssa.Function]bool)
	sum := pass.ResultOf[summary.Analyzer].(*summary.Result)
	r.todo = func() {
		sum.Functions()
		if sum.Machine != nil {
			r.pkg = sum.Machine.IR
			r.findParams()
		}
	}
	if !sum.Std() {
		defer sum.Exclusive()()
		r.Ready()
		if r.usesJoins() {
			r.exportJoins(sum.IR())
		}
	}
	return r, nil
}

// Ready computes the result, if it is not yet: that of a package of the standard
// library waits until somebody asks. The caller has the machine for itself.
func (r *Result) Ready() *Result {
	r.once.Do(r.todo)
	return r
}

// Of returns who can reach the object at address or value v when instr runs.
func (r *Result) Of(v ssa.Value, instr ssa.Instruction) Status {
	return r.of(v, instr, make(map[ssa.Value]bool))
}

func (r *Result) of(v ssa.Value, at ssa.Instruction, seen map[ssa.Value]bool) Status {
	if seen[v] {
		return Private // decided by the other ways
	}
	seen[v] = true
	switch v := v.(type) {
	case *ssa.Const:
		return Private
	case *ssa.FieldAddr:
		return r.of(v.X, at, seen)
	case *ssa.IndexAddr:
		return r.of(v.X, at, seen)
	case *ssa.Slice:
		return r.of(v.X, at, seen)
	case *ssa.ChangeType:
		return r.of(v.X, at, seen)
	case *ssa.Convert:
		return r.of(v.X, at, seen)
	case *ssa.ChangeInterface:
		return r.of(v.X, at, seen)
	case *ssa.MakeInterface:
		return r.of(v.X, at, seen)
	case *ssa.TypeAssert:
		return r.of(v.X, at, seen)
	case *ssa.Phi:
		st := Private
		for _, e := range v.Edges {
			st = worse(st, r.of(e, at, seen))
		}
		return st
	case *ssa.Alloc, *ssa.MakeMap, *ssa.MakeSlice, *ssa.MakeChan:
		return r.made(v, at)
	case *ssa.Call:
		if arg := r.passedThrough(v, 0); arg != nil {
			return r.of(arg, at, seen)
		}
		if r.fresh(v, 0) {
			return r.made(v, at)
		}
		if constructor(v) {
			return Received
		}
		if known.NameOf(locks.CalleeOf(&v.Call, v.Call.Value).Func) == (known.Name{Pkg: "sync", Recv: "Pool", Func: "Get"}) {
			return Received
		}
	case *ssa.Extract:
		switch t := v.Tuple.(type) {
		case *ssa.Call:
			if arg := r.passedThrough(t, v.Index); arg != nil {
				return r.of(arg, at, seen)
			}
			if r.fresh(t, v.Index) {
				return r.made(v, at)
			}
			if constructor(t) {
				return Received
			}
		case *ssa.TypeAssert:
			return r.of(t.X, at, seen)
		case *ssa.UnOp: // v, ok := <-ch
			return Received
		case *ssa.Select:
			return Received
		case *ssa.Next:
			return r.of(rangeOver(t), at, seen)
		}
	case *ssa.UnOp:
		if v.Op == token.ARROW {
			return Received
		}
		if v.Op == token.MUL {
			return r.loaded(v, at, seen)
		}
	case *ssa.FreeVar:
		return r.captured(v, seen)
	case *ssa.Parameter:
		if r.params[v] {
			return r.made(v, at)
		}
		if r.young[v] {
			return Stored
		}
		if r.values[v.Parent()] && v.Parent().Signature.Recv() == nil || r.returns(v.Parent(), v, 0) {
			return Received // an option of a constructor, a visitor, a builder
		}
	}
	return Shared
}

// constructor reports whether call calls a function, not a method, of another
// package that returns a pointer to one of its types: most of these make new
// objects.
func constructor(call *ssa.Call) bool {
	callee := locks.CalleeOf(&call.Call, call.Call.Value)
	if callee.Func == nil || callee.Body != nil || callee.Func.Signature().Recv() != nil || callee.Func.Signature().Results().Len() == 0 {
		return false
	}
	p, ok := callee.Func.Signature().Results().At(0).Type().Underlying().(*types.Pointer)
	if !ok {
		return false
	}
	n, ok := types.Unalias(p.Elem()).(*types.Named)
	return ok && n.Obj().Pkg() == callee.Func.Pkg()
}

// passedThrough returns the argument that call returns as result i, if the
// callee always returns its receiver or another parameter, as builders do.
func (r *Result) passedThrough(call *ssa.Call, i int) ssa.Value {
	callee := locks.CalleeOf(&call.Call, call.Call.Value)
	if callee.Body == nil {
		return nil
	}
	for j, p := range callee.Body.Params {
		if j < len(callee.Args) && r.returns(callee.Body, p, i) {
			return callee.Args[j]
		}
	}
	return nil
}

// rangeOver returns the map that n iterates over.
func rangeOver(n *ssa.Next) ssa.Value {
	if r, ok := n.Iter.(*ssa.Range); ok {
		return r.X
	}
	return n
}

// worse returns what is known of an object that is one of two.
func worse(a, b Status) Status {
	rank := [...]int{Private: 0, Received: 1, Stored: 2, Started: 3, Shared: 4}
	if rank[a] < rank[b] {
		return b
	}
	return a
}

// loaded returns who can reach what load loads: the value of a local variable,
// or of a part of an object.
func (r *Result) loaded(load *ssa.UnOp, at ssa.Instruction, seen map[ssa.Value]bool) Status {
	addr := load.X
	if fv, ok := addr.(*ssa.FreeVar); ok {
		if outer := r.pkg.Binding(fv); outer != nil {
			addr = outer
		}
	}
	if alloc, ok := addr.(*ssa.Alloc); ok {
		cell := r.pkg.Cell(alloc)
		if cell == nil || cell.Leaks || len(cell.Stores) == 0 {
			return Shared
		}
		st := Private
		for _, s := range cell.Stores {
			if s.Parent() != at.Parent() && load.X == addr {
				return Shared // assigned by a literal
			}
			where := at
			if s.Parent() != at.Parent() {
				if where = r.entry(at.Parent(), s.Parent()); where == nil {
					return Shared
				}
			}
			st = worse(st, r.of(s.Val, where, seen))
		}
		return st
	}
	st := r.of(addr, at, seen)
	if st != Private {
		return st
	}
	// A part of a private object: what was stored there is private if it was.
	found := false
	if f, ok := addr.(*ssa.FieldAddr); ok && f.X.Referrers() != nil {
		for _, ref := range *f.X.Referrers() {
			g, ok := ref.(*ssa.FieldAddr)
			if !ok || g.Field != f.Field {
				continue
			}
			for _, use := range *g.Referrers() {
				if s, ok := use.(*ssa.Store); ok && s.Addr == ssa.Value(g) {
					found = true
					st = worse(st, r.of(s.Val, at, seen))
				}
			}
		}
	}
	if !found {
		return Received // set up by other code, for its owner
	}
	return st
}

// captured returns who can reach what a literal has captured.
func (r *Result) captured(fv *ssa.FreeVar, seen map[ssa.Value]bool) Status {
	outer := r.pkg.Binding(fv)
	if outer == nil {
		return Shared
	}
	where := r.entry(fv.Parent(), outer.Parent())
	if where == nil {
		return Shared
	}
	return r.of(outer, where, seen)
}

// Entry returns the instruction of the function around literal fn at which fn runs,
// if it runs in place, or nil.
func (r *Result) Entry(fn *ssa.Function) ssa.Instruction {
	if fn.Parent() == nil {
		return nil
	}
	if at := r.entry(fn, fn.Parent()); at != nil || len(fn.FreeVars) > 0 {
		return at
	}
	return plainEntry(fn)
}

// plainEntry is Entry for a literal that captures nothing, which is a plain function.
func plainEntry(fn *ssa.Function) ssa.Instruction {
	var found ssa.Instruction
	var buf [8]*ssa.Value
	for _, b := range fn.Parent().Blocks {
		for _, instr := range b.Instrs {
			for _, op := range instr.Operands(buf[:0]) {
				if *op != ssa.Value(fn) {
					continue
				}
				call, ok := instr.(*ssa.Call)
				if !ok || found != nil {
					return nil
				}
				if call.Call.Value != *op && known.UseOf(locks.CalleeOf(&call.Call, call.Call.Value).Func) != known.Calls {
					return nil
				}
				found = call
			}
		}
	}
	return found
}

// entry returns the instruction of function outer at which literal fn runs, if
// it runs in place, or nil.
func (r *Result) entry(fn, outer *ssa.Function) ssa.Instruction {
	var at ssa.Instruction
	for fn != outer {
		mc := r.pkg.Closure(fn)
		if mc == nil || !inPlace(mc) {
			return nil
		}
		at = mc
		fn = mc.Parent()
	}
	return at
}

// inPlace reports whether the closure is only called, or passed to functions
// that call it before they return.
func inPlace(mc *ssa.MakeClosure) bool {
	for _, ref := range *mc.Referrers() {
		switch ref := ref.(type) {
		case *ssa.Call:
			if ref.Call.Value != ssa.Value(mc) && known.UseOf(locks.CalleeOf(&ref.Call, ref.Call.Value).Func) != known.Calls {
				return false
			}
		case *ssa.Defer:
			if ref.Call.Value != ssa.Value(mc) {
				return false
			}
		case *ssa.DebugRef:
		default:
			return false
		}
	}
	return true
}

// made returns who can reach an object that the function itself has made when
// at runs.
func (r *Result) made(v ssa.Value, at ssa.Instruction) Status {
	if v.Parent() != at.Parent() {
		return Shared
	}
	st := Private
	for _, p := range r.object(v).published {
		if worse(st, p.how) != st && r.reaches(p.instr, at, v) && !r.choices.Apart(p.instr, at) && !(p.how == Started && r.joined(p.instr, at)) {
			st = p.how
		}
	}
	return st
}

// object returns where the object that v makes is published.
func (r *Result) object(v ssa.Value) *object {
	o := r.objects[v]
	if o == nil {
		o = new(object)
		r.objects[v] = o
		w := walk{r: r, o: o, seen: make(map[ssa.Value]bool), found: make(map[publication]bool)}
		w.uses(v)
		o.done = true
	}
	return o
}

// A walk finds the publications of an object by following its uses.
type walk struct {
	r    *Result
	o    *object
	seen map[ssa.Value]bool
	// found are the publications of o, to have each once.
	found map[publication]bool
}

func (w *walk) publish(instr ssa.Instruction, how Status) {
	p := publication{instr, how}
	if !w.found[p] {
		w.found[p] = true
		w.o.published = append(w.o.published, p)
	}
}

// uses follows the uses of v: the object, another name of it, or something that
// contains it.
func (w *walk) uses(v ssa.Value) {
	if w.seen[v] || v.Referrers() == nil {
		return
	}
	w.seen[v] = true
	for _, ref := range *v.Referrers() {
		switch ref := ref.(type) {
		case *ssa.Store:
			if ref.Val == v {
				w.storedAt(ref, ref.Addr)
			}
		case *ssa.MapUpdate:
			if ref.Value == v || ref.Key == v {
				w.storedAt(ref, ref.Map)
			}
		case *ssa.Send:
			if ref.X == v {
				w.publish(ref, Started)
			}
		case *ssa.Select:
			for _, s := range ref.States {
				if s.Send == v {
					w.publish(ref, Started)
				}
			}
		case *ssa.Go:
			w.publish(ref, Started)
		case *ssa.Call:
			w.passed(ref, v)
		case *ssa.MakeClosure:
			w.uses(ref)
		case *ssa.Phi:
			w.uses(ref)
		case *ssa.ChangeType:
			w.uses(ref)
		case *ssa.Convert:
			w.uses(ref)
		case *ssa.ChangeInterface:
			w.uses(ref)
		case *ssa.MakeInterface:
			w.uses(ref)
		case *ssa.TypeAssert:
			w.uses(ref)
		case *ssa.Slice:
			w.uses(ref)
		case *ssa.FieldAddr:
			w.uses(ref)
		case *ssa.IndexAddr:
			w.uses(ref)
		case *ssa.UnOp:
			// What a variable of the function holds is the variable's. A part
			// of the object that is loaded is not the object.
			if alloc, ok := v.(*ssa.Alloc); ok && ref.Op == token.MUL && w.holds(alloc) {
				w.uses(ref)
			}
		}
	}
}

// holds reports whether the variable alloc holds the object itself.
func (w *walk) holds(alloc *ssa.Alloc) bool {
	for s := range w.seen {
		if a, ok := s.(*ssa.Alloc); ok && a == alloc {
			c := w.r.pkg.Cell(alloc)
			if c == nil {
				return false
			}
			for _, st := range c.Stores {
				if w.seen[st.Val] {
					return true
				}
			}
		}
	}
	return false
}

// storedAt follows a store of the object at addr, or in the map addr.
func (w *walk) storedAt(instr ssa.Instruction, addr ssa.Value) {
	root := addr
	for {
		switch a := root.(type) {
		case *ssa.FieldAddr:
			root = a.X
			continue
		case *ssa.IndexAddr:
			root = a.X
			continue
		case *ssa.Slice:
			root = a.X
			continue
		}
		break
	}
	switch root := root.(type) {
	case *ssa.Alloc, *ssa.MakeMap, *ssa.MakeSlice:
		w.uses(root) // published with what contains it
	case *ssa.Call:
		if w.r.fresh(root, 0) {
			w.uses(root)
			return
		}
		w.publish(instr, Stored)
	case *ssa.UnOp:
		if alloc, ok := root.X.(*ssa.Alloc); ok && root.Op == token.MUL {
			if c := w.r.pkg.Cell(alloc); c != nil && !c.Leaks {
				if s := w.r.pkg.Init(alloc); s != nil {
					w.storedAt(instr, s.Val)
					return
				}
			}
		}
		w.publish(instr, Stored)
	case *ssa.FreeVar:
		// A variable of the enclosing function.
		if outer := w.r.pkg.Binding(root); outer != nil && root == addr {
			w.uses(outer)
		}
		w.publish(instr, Stored)
	default:
		w.publish(instr, Stored)
	}
}

// passed follows v, which is the function or an argument of a call.
func (w *walk) passed(call *ssa.Call, v ssa.Value) {
	callee := locks.CalleeOf(&call.Call, call.Call.Value)
	if known.UseOf(callee.Func) == known.Spawns && ir.IsFunc(v.Type()) {
		w.publish(call, Started)
		return
	}
	if b, ok := call.Call.Value.(*ssa.Builtin); ok {
		if b.Name() == "append" {
			w.uses(call)
		}
		return
	}
	if callee.Body == nil {
		return
	}
	for i, a := range callee.Args {
		if a == v && i < len(callee.Body.Params) {
			for _, p := range w.r.object(callee.Body.Params[i]).published {
				w.publish(call, p.how)
			}
			if w.r.returns(callee.Body, callee.Body.Params[i], 0) {
				w.uses(call)
			}
		}
	}
}

// returns reports whether result i of fn is its parameter p wherever it is not
// nil.
func (r *Result) returns(fn *ssa.Function, p *ssa.Parameter, i int) bool {
	found := false
	for _, b := range fn.Blocks {
		ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
		if !ok || b == fn.Recover {
			continue
		}
		if i >= len(ret.Results) {
			return false
		}
		if c, ok := ret.Results[i].(*ssa.Const); ok && c.Value == nil {
			continue
		}
		if ret.Results[i] != ssa.Value(p) {
			return false
		}
		found = true
	}
	return found
}

// fresh reports whether result i of call is an object that the callee has made
// and not published.
func (r *Result) fresh(call *ssa.Call, i int) bool {
	fn := locks.CalleeOf(&call.Call, call.Call.Value).Body
	if fn == nil {
		return false
	}
	key := result{fn, i}
	if made, ok := r.results[key]; ok {
		return made
	}
	r.results[key] = false // for recursion
	made := false
	for _, b := range fn.Blocks {
		ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
		if !ok || b == fn.Recover {
			continue
		}
		if i >= len(ret.Results) {
			return false
		}
		v := ret.Results[i]
		if _, ok := v.(*ssa.Const); ok {
			continue
		}
		if p, ok := v.(*ssa.Parameter); ok && r.params[p] {
			return false
		}
		if r.Of(v, ret) != Private {
			return false
		}
		made = true
	}
	r.results[key] = made
	return made
}

// reaches reports whether to can run after from, for the same object: without
// making it again.
func (r *Result) reaches(from, to ssa.Instruction, object ssa.Value) bool {
	fb, tb := from.Block(), to.Block()
	if fb == tb && ir.Index(from) < ir.Index(to) {
		return true
	}
	var origin *ssa.BasicBlock
	if instr, ok := object.(ssa.Instruction); ok {
		origin = instr.Block()
	}
	return fb.Parent() == tb.Parent() && r.after(fb, origin)[tb.Index]
}

// A course goes on from the end of a block, and not through another.
type course struct{ from, without *ssa.BasicBlock }

// after tells, by their index, which blocks can run after from without the other.
func (r *Result) after(from, without *ssa.BasicBlock) []bool {
	key := course{from, without}
	seen := r.courses[key]
	if seen != nil {
		return seen
	}
	seen = make([]bool, len(from.Parent().Blocks))
	work := []*ssa.BasicBlock{from}
	for len(work) > 0 {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		for _, s := range b.Succs {
			if !seen[s.Index] && s != without {
				seen[s.Index] = true
				work = append(work, s)
			}
		}
	}
	r.courses[key] = seen
	return seen
}
