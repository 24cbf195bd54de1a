package spawn

import (
	"cmp"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/known"
	"github.com/concurlint/concurlint/passes/locks"
)

// An End is an end of a channel, or both.
type End uint8

const (
	SendEnd    End = 1 << iota // to send and close
	ReceiveEnd                 // to receive
)

// An Object is a channel, WaitGroup or the like that the code of the package uses.
// All that one instruction makes, and all that one field of any struct holds by
// value, are one Object.
//
// Which objects a value may be is found by following assignments, calls, results and
// captures, without regard to order (Andersen, "Program analysis and specialization
// for the C programming language", 1994). All structs share their fields.
type Object struct {
	// Site is the *ssa.MakeChan, *ssa.Alloc or *ssa.Call that makes the object;
	// the *types.Var or *ssa.Global that holds it by value; or, if Unknown is set,
	// what it came by: an *ssa.Parameter, a *types.Var, an *ssa.Global or an
	// instruction.
	Site any
	// Unknown reports whether other code may have made it. It stands for all
	// objects that come by Site.
	Unknown bool
	// Escapes are the ends that other code may have got.
	Escapes End
	// Holders are the fields and package variables that may hold it.
	Holders []any

	id int
}

// Make returns the instruction that makes the channel, or nil.
func (o *Object) Make() *ssa.MakeChan {
	mk, _ := o.Site.(*ssa.MakeChan)
	return mk
}

// Local reports whether the object is known and no field or package variable holds
// it, so that each call of the function that makes it has its own.
func (o *Object) Local() bool {
	if o.Unknown || len(o.Holders) > 0 {
		return false
	}
	_, ok := o.Site.(ssa.Instruction)
	return ok
}

// tracked reports whether values of type t are followed: channels, and pointers to
// the types whose methods wait for goroutines or are waited for.
func tracked(t types.Type) bool {
	if _, ok := t.Underlying().(*types.Chan); ok {
		return true
	}
	p, ok := types.Unalias(t).(*types.Pointer)
	if !ok {
		return false
	}
	n, ok := types.Unalias(p.Elem()).(*types.Named)
	if !ok || n.Obj().Pkg() == nil {
		return false
	}
	switch n.Obj().Pkg().Path() {
	case "sync":
		return n.Obj().Name() == "WaitGroup" || n.Obj().Name() == "Cond" || n.Obj().Name() == "Once"
	case "golang.org/x/sync/errgroup", "golang.org/x/sync/semaphore", "github.com/sourcegraph/conc", "github.com/sourcegraph/conc/pool":
		_, isStruct := n.Underlying().(*types.Struct)
		return isStruct
	}
	return false
}

// A cell is what a variable or field holds; a result is one of a function.
type (
	cell   struct{ of any } // *ssa.Alloc, *types.Var or *ssa.Global
	result struct {
		fn *ssa.Function
		i  int
	}
)

// A node is a value, cell or result and what it may be.
type node struct {
	objects map[*Object]bool
	to      []*node
	escapes End
	key     any
}

// A graph tells what values may be.
type graph struct {
	r       *Result
	nodes   map[any]*node
	order   []*node
	objects map[any]*Object // by site
	unknown map[any]*Object
	list    []*Object
	values  map[*ssa.Function]bool // used otherwise than by being called
	invoked map[string]bool        // names of methods that are called through interfaces
	main    bool                   // nobody can import the package
}

func newGraph(r *Result) *graph {
	g := &graph{
		r:       r,
		nodes:   make(map[any]*node),
		objects: make(map[any]*Object),
		unknown: make(map[any]*Object),
		values:  make(map[*ssa.Function]bool),
		invoked: make(map[string]bool),
		main:    r.pass.Pkg.Name() == "main",
	}
	for _, fn := range r.ir.Funcs {
		g.findValues(fn)
	}
	var operands []*ssa.Value
	for _, fn := range r.ir.Funcs {
		g.open(fn)
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				operands = instr.Operands(operands[:0])
				g.instr(fn, instr, operands)
			}
		}
	}
	g.solve()
	return g
}

// findValues records the functions that fn uses otherwise than by calling them.
func (g *graph) findValues(fn *ssa.Function) {
	var buf [10]*ssa.Value
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			if call, ok := instr.(ssa.CallInstruction); ok && call.Common().IsInvoke() && g.r.implementation(call.Common().Method) == nil {
				g.invoked[call.Common().Method.Name()] = true
			}
			mc, isClosure := instr.(*ssa.MakeClosure)
			if isClosure && g.r.onlyCalled(mc) {
				continue
			}
			for i, op := range instr.Operands(buf[:0]) {
				v, ok := (*op).(*ssa.Function)
				if !ok {
					continue
				}
				if call, ok := instr.(ssa.CallInstruction); ok && i == 0 && !call.Common().IsInvoke() {
					continue
				}
				if store, ok := instr.(*ssa.Store); ok && g.r.localFunction(store) {
					continue
				}
				if body := locks.CalleeOf(&ssa.CallCommon{Value: v}, v).Body; body != nil {
					g.values[body] = true
				}
			}
		}
	}
}

// onlyCalled reports whether the closure mc is only called, started, deferred, or
// assigned to a local variable that is.
func (r *Result) onlyCalled(mc *ssa.MakeClosure) bool {
	for _, ref := range *mc.Referrers() {
		switch ref := ref.(type) {
		case ssa.CallInstruction:
			if ref.Common().Value != ssa.Value(mc) {
				return false
			}
		case *ssa.Store:
			if !r.localFunction(ref) {
				return false
			}
		case *ssa.DebugRef:
		default:
			return false
		}
	}
	return true
}

// localFunction reports whether store assigns to a local variable all of whose uses
// are calls.
func (r *Result) localFunction(store *ssa.Store) bool {
	alloc, ok := store.Addr.(*ssa.Alloc)
	if !ok {
		return false
	}
	c := r.ir.Cell(alloc)
	if c == nil || c.Leaks {
		return false
	}
	var onlyCalls func(v ssa.Value) bool
	onlyCalls = func(v ssa.Value) bool {
		for _, ref := range *v.Referrers() {
			switch ref := ref.(type) {
			case *ssa.UnOp:
				for _, use := range *ref.Referrers() {
					call, ok := use.(ssa.CallInstruction)
					if _, debug := use.(*ssa.DebugRef); !debug && (!ok || call.Common().Value != ssa.Value(ref)) {
						return false
					}
				}
			case *ssa.MakeClosure:
				for i, b := range ref.Bindings {
					if b == v && !onlyCalls(ref.Fn.(*ssa.Function).FreeVars[i]) {
						return false
					}
				}
			}
		}
		return true
	}
	return onlyCalls(alloc)
}

func (g *graph) node(key any) *node {
	n := g.nodes[key]
	if n == nil {
		n = &node{objects: make(map[*Object]bool), key: key}
		g.nodes[key] = n
		g.order = append(g.order, n)
		g.begin(n)
	}
	return n
}

// begin gives a new node what it holds from the start.
func (g *graph) begin(n *node) {
	switch k := n.key.(type) {
	case *ssa.MakeChan:
		g.put(n, g.object(k))
	case *ssa.Alloc:
		g.put(n, g.object(k))
	case *ssa.Global:
		g.put(n, g.object(k))
		if !g.main && token.IsExported(k.Name()) || k.Pkg != g.r.ir.SSA {
			n.escapes = SendEnd | ReceiveEnd
		}
	case *ssa.FieldAddr:
		if f := fieldOf(k.X.Type(), k.Field); f != nil {
			g.put(n, g.object(f))
			if g.openField(f) {
				n.escapes = SendEnd | ReceiveEnd
			}
		}
	case cell:
		switch v := k.of.(type) {
		case *types.Var:
			if g.openField(v) {
				g.isOpen(n, v)
			}
		case *ssa.Global:
			if !g.main && token.IsExported(v.Name()) || v.Pkg != g.r.ir.SSA {
				g.isOpen(n, v)
			}
		case *ssa.Alloc:
			if c := g.r.ir.Cell(v); c == nil || c.Leaks {
				g.isOpen(n, v)
			}
		}
	case *ssa.FreeVar:
		if outer := g.r.ir.Binding(k); outer != nil {
			g.flow(outer, k)
		} else {
			g.put(n, g.other(k))
		}
	}
}

// isOpen notes that other code may read and write what n stands for.
func (g *graph) isOpen(n *node, site any) {
	n.escapes = SendEnd | ReceiveEnd
	g.put(n, g.other(site))
}

// openField reports whether other packages can use field f.
func (g *graph) openField(f *types.Var) bool {
	return f.Pkg() != g.r.pass.Pkg || !g.main && f.Exported()
}

func (g *graph) object(site any) *Object {
	o := g.objects[site]
	if o == nil {
		o = &Object{Site: site, id: len(g.list)}
		g.objects[site] = o
		g.list = append(g.list, o)
	}
	return o
}

// other returns the object that stands for what comes by site.
func (g *graph) other(site any) *Object {
	o := g.unknown[site]
	if o == nil {
		o = &Object{Site: site, Unknown: true, Escapes: SendEnd | ReceiveEnd, id: len(g.list)}
		g.unknown[site] = o
		g.list = append(g.list, o)
	}
	return o
}

func (g *graph) put(n *node, o *Object) { n.objects[o] = true }

// flow notes that what from is, to may be.
func (g *graph) flow(from, to any) {
	f, t := g.node(from), g.node(to)
	f.to = append(f.to, t)
}

// escape notes that other code gets v.
func (g *graph) escape(v ssa.Value) {
	if !tracked(v.Type()) {
		return
	}
	n := g.node(v)
	ends := SendEnd | ReceiveEnd
	if ch, ok := v.Type().Underlying().(*types.Chan); ok {
		switch ch.Dir() {
		case types.SendOnly:
			ends = SendEnd
		case types.RecvOnly:
			ends = ReceiveEnd
		}
	}
	n.escapes |= ends
}

// open notes what other code may pass to fn's parameters.
func (g *graph) open(fn *ssa.Function) {
	if !g.callable(fn) {
		return
	}
	for _, p := range fn.Params {
		if tracked(p.Type()) {
			g.put(g.node(p), g.other(p))
		}
	}
}

// callable reports whether code that is not known may call fn.
func (g *graph) callable(fn *ssa.Function) bool {
	if g.values[fn] {
		return true
	}
	obj, ok := fn.Object().(*types.Func)
	if !ok {
		return false // a literal
	}
	if len(g.r.callers[fn]) == 0 {
		return true // or nobody calls it
	}
	if fn.Signature.Recv() != nil && g.invoked[obj.Name()] {
		return true
	}
	return obj.Exported() && !g.main
}

// instr follows what instr, of fn, does with its operands.
func (g *graph) instr(fn *ssa.Function, instr ssa.Instruction, operands []*ssa.Value) {
	for _, op := range operands {
		if *op != nil && tracked((*op).Type()) {
			g.node(*op)
		}
	}
	switch instr := instr.(type) {
	case *ssa.Phi:
		if tracked(instr.Type()) {
			for _, e := range instr.Edges {
				g.flow(e, instr)
			}
		}
	case *ssa.ChangeType:
		if tracked(instr.Type()) {
			g.flow(instr.X, instr)
		}
	case *ssa.UnOp:
		if !tracked(instr.Type()) {
			return
		}
		if c := g.contents(instr.X); instr.Op == token.MUL && c != nil {
			g.flow(c, instr)
			return
		}
		g.put(g.node(instr), g.other(instr))
	case *ssa.Field:
		if tracked(instr.Type()) {
			if f := fieldOf(instr.X.Type(), instr.Field); f != nil {
				g.flow(cell{f}, instr)
			}
		}
	case *ssa.Extract:
		if !tracked(instr.Type()) {
			return
		}
		if call, ok := instr.Tuple.(*ssa.Call); ok {
			g.results(call, instr, instr.Index)
			return
		}
		g.put(g.node(instr), g.other(instr))
	case *ssa.Store:
		if !tracked(instr.Val.Type()) {
			return
		}
		if c := g.contents(instr.Addr); c != nil {
			g.flow(instr.Val, c)
			return
		}
		g.escape(instr.Val)
	case *ssa.Return:
		for i, v := range instr.Results {
			if !tracked(v.Type()) {
				continue
			}
			g.flow(v, result{fn, i})
			if g.callable(fn) {
				g.escape(v)
			}
		}
	case *ssa.MakeInterface:
		g.escape(instr.X)
	case *ssa.MapUpdate:
		g.escape(instr.Key)
		g.escape(instr.Value)
	case *ssa.Send:
		g.escape(instr.X)
	case *ssa.Select:
		for _, st := range instr.States {
			if st.Send != nil {
				g.escape(st.Send)
			}
		}
	case ssa.CallInstruction:
		g.call(instr)
	case *ssa.TypeAssert, *ssa.Lookup, *ssa.Index, *ssa.IndexAddr:
		if v := instr.(ssa.Value); tracked(v.Type()) {
			g.put(g.node(v), g.other(v))
		}
	}
}

// contents returns the cell at address v, or nil.
func (g *graph) contents(v ssa.Value) any {
	switch v := v.(type) {
	case *ssa.FieldAddr:
		if f := fieldOf(v.X.Type(), v.Field); f != nil {
			return cell{f}
		}
	case *ssa.Global:
		return cell{v}
	case *ssa.Alloc:
		return cell{v}
	case *ssa.FreeVar:
		if outer := g.r.ir.Binding(v); outer != nil {
			return g.contents(outer)
		}
	}
	return nil
}

// fieldOf returns the field with index i of the struct that t is or points to.
func fieldOf(t types.Type, i int) *types.Var {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	s, ok := t.Underlying().(*types.Struct)
	if !ok {
		return nil
	}
	return s.Field(i).Origin()
}

// call follows the arguments and the result of a call.
func (g *graph) call(call ssa.CallInstruction) {
	common := call.Common()
	if v, ok := call.(*ssa.Call); ok && tracked(v.Type()) {
		g.results(v, v, 0)
	}
	if b, ok := common.Value.(*ssa.Builtin); ok {
		if b.Name() == "append" {
			for _, arg := range common.Args {
				g.escape(arg)
			}
		}
		return
	}
	if _, static := common.Value.(*ssa.Function); (static || common.IsInvoke()) && !slices.ContainsFunc(common.Args, func(v ssa.Value) bool { return tracked(v.Type()) }) {
		return // others may have a receiver besides
	}
	for _, c := range g.r.Callees(call) {
		for i, arg := range c.Args {
			if !tracked(arg.Type()) {
				continue
			}
			switch {
			case c.Body != nil && i < len(c.Body.Params):
				g.flow(arg, c.Body.Params[i])
			case i == 0 && c.Func != nil && c.Func.Signature().Recv() != nil && !common.IsInvoke():
				// a method of the object itself
			default:
				g.escape(arg)
			}
		}
	}
}

// results follows result i of call to v.
func (g *graph) results(call *ssa.Call, v ssa.Value, i int) {
	for _, c := range g.r.Callees(call) {
		switch {
		case c.Body != nil:
			g.flow(result{c.Body, i}, v)
		case makes(c.Func):
			g.put(g.node(v), g.object(call))
		default:
			g.put(g.node(v), g.other(v))
		}
	}
}

// makes reports whether fn makes the object that it returns.
func makes(fn *types.Func) bool {
	switch known.NameOf(fn) {
	case known.Name{Pkg: "sync", Func: "NewCond"},
		known.Name{Pkg: "golang.org/x/sync/errgroup", Func: "WithContext"},
		known.Name{Pkg: "golang.org/x/sync/semaphore", Func: "NewWeighted"},
		known.Name{Pkg: "github.com/sourcegraph/conc", Func: "NewWaitGroup"},
		known.Name{Pkg: "github.com/sourcegraph/conc/pool", Func: "New"}:
		return true
	}
	return false
}

// solve propagates objects along the flows, and gathers what is known of each.
func (g *graph) solve() {
	work := slices.Clone(g.order)
	for len(work) > 0 {
		n := work[len(work)-1]
		work = work[:len(work)-1]
		for _, to := range n.to {
			before := len(to.objects)
			for o := range n.objects {
				to.objects[o] = true
			}
			if len(to.objects) > before {
				work = append(work, to)
			}
		}
	}
	for _, n := range g.order {
		for o := range n.objects {
			o.Escapes |= n.escapes
			if c, ok := n.key.(cell); ok {
				if _, local := c.of.(*ssa.Alloc); !local {
					o.Holders = append(o.Holders, c.of)
				}
			}
		}
	}
}

// Objects returns what v, a channel or the address of a WaitGroup or the like, may
// be.
func (r *Result) Objects(v ssa.Value) []*Object {
	if r.graph == nil {
		return nil
	}
	n := r.graph.nodes[v]
	if n == nil {
		return nil
	}
	out := make([]*Object, 0, len(n.objects))
	for o := range n.objects {
		out = append(out, o)
	}
	slices.SortFunc(out, func(a, b *Object) int { return cmp.Compare(a.id, b.id) })
	return out
}
