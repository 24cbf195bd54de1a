// Package groups defines an Analyzer that finds misuse of the counters that goroutines
// are waited for with: sync.WaitGroup and errgroup.Group.
//
// Which operations are on the same group is known from where the groups are made and
// kept (package spawn); what a path does to one from package balance. Groups that other
// code may have are judged only by what one function shows.
//
// It reports nothing.
package groups

import (
	"go/ast"
	"go/token"
	"go/types"
	"reflect"
	"slices"
	"sync"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/balance"
	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/internal/known"
	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/spawn"
	"github.com/concurlint/concurlint/passes/summary"
)

// Analyzer finds misuse of WaitGroups.
var Analyzer = &analysis.Analyzer{
	Name:       "groups",
	Doc:        "find misuse of the counters that goroutines are waited for with",
	URL:        "https://pkg.go.dev/github.com/concurlint/concurlint/passes/groups",
	Requires:   []*analysis.Analyzer{summary.Analyzer, spawn.Analyzer, balance.Analyzer},
	Run:        run,
	ResultType: reflect.TypeFor[*Result](),
}

// A Fault says what is wrong.
type Fault uint8

const (
	AddInside  Fault = iota // Add is called by the goroutine that it counts
	NoDone                  // a path of the goroutine ends without Done
	TwoDone                 // a path of the goroutine calls Done twice
	NoStart                 // a path returns after Add without starting the goroutine
	SelfWait                // Wait is called by a goroutine that it waits for
	LoopWait                // Wait is called in the loop that starts the goroutines
	OneByOne                // likewise, each turn counts its own
	Count                   // Add and the calls of Done do not match
	NeverWaits              // nobody waits
	GoAfter                 // a goroutine is started after Wait
	NeverDone               // nobody calls Done
)

// A Finding is a misuse.
type Finding struct {
	Fault Fault
	// Group is the group as the source writes it.
	Group    string
	Pos, End token.Pos
	// Other is the other place that proves it, with the name of what is there.
	Other token.Pos
	// Added and Done are the numbers for Count.
	Added, Done int64
	// Body is the goroutine, for NoDone.
	Body ast.Node
}

// A Result holds the misuse of a package.
type Result struct {
	pass     *analysis.Pass
	sum      *summary.Result
	spawns   *spawn.Result
	balance  *balance.Result
	once     sync.Once
	ir       *ir.Package
	groups   []*group
	byObject map[*spawn.Object]*group
	findings []*Finding
	seen     map[token.Pos]bool
}

// A kind is what an operation does.
type kind uint8

const (
	add kind = iota
	done
	wait
	start // WaitGroup.Go, errgroup.Group.Go
)

// An op is an operation on a group.
type op struct {
	kind   kind
	instr  ssa.CallInstruction
	fn     *ssa.Function
	recv   ssa.Value
	weight int64 // of add, if exact
	exact  bool
	err    bool // the group is an errgroup.Group
}

// A group is a WaitGroup, or all that one field holds.
type group struct {
	objects []*spawn.Object
	ops     []*op
	open    bool // one of its methods is used as a value
}

// of returns the operations of one kind.
func (g *group) of(k kind) []*op {
	var out []*op
	for _, o := range g.ops {
		if o.kind == k {
			out = append(out, o)
		}
	}
	return out
}

// closed reports whether all operations on g are known.
func (g *group) closed() bool {
	return !g.open && !slices.ContainsFunc(g.objects, func(o *spawn.Object) bool { return o.Unknown || o.Escapes != 0 })
}

// local reports whether each call of the function that makes g has its own.
func (g *group) local() bool {
	return len(g.objects) == 1 && g.objects[0].Local()
}

func run(pass *analysis.Pass) (any, error) {
	return &Result{
		pass:     pass,
		sum:      pass.ResultOf[summary.Analyzer].(*summary.Result),
		spawns:   pass.ResultOf[spawn.Analyzer].(*spawn.Result),
		balance:  pass.ResultOf[balance.Analyzer].(*balance.Result),
		byObject: make(map[*spawn.Object]*group),
		seen:     make(map[token.Pos]bool),
	}, nil
}

// Findings returns the misuse, in source order.
func (r *Result) Findings() []*Finding {
	r.once.Do(func() {
		if r.concerned() {
			r.spawns.Ready()
			r.compute()
		}
	})
	return r.findings
}

// kindOf returns what fn, a method of a group, does.
func kindOf(fn *types.Func) (k kind, err, ok bool) {
	switch name := known.NameOf(fn); {
	case name.Pkg == "sync" && name.Recv == "WaitGroup":
		switch name.Func {
		case "Add":
			return add, false, true
		case "Done":
			return done, false, true
		case "Wait":
			return wait, false, true
		case "Go":
			return start, false, true
		}
	case name.Pkg == "golang.org/x/sync/errgroup" && name.Recv == "Group":
		switch name.Func {
		case "Go", "TryGo":
			return start, true, true
		case "Wait":
			return wait, true, true
		}
	}
	return 0, false, false
}

// concerned reports whether the package uses a group.
func (r *Result) concerned() bool {
	for _, obj := range r.pass.TypesInfo.Uses {
		if fn, ok := obj.(*types.Func); ok {
			if _, _, ok := kindOf(fn.Origin()); ok {
				return true
			}
		}
	}
	return false
}

func (r *Result) compute() {
	r.ir = r.spawns.IR()
	if r.ir == nil {
		return
	}
	for _, fn := range r.ir.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				switch instr := instr.(type) {
				case ssa.CallInstruction:
					r.collect(fn, instr, instr.Common(), instr.Common().Value)
				case *ssa.MakeClosure: // wg.Done as a value
					callee := locks.CalleeOf(&ssa.CallCommon{Value: instr}, instr)
					if _, _, ok := kindOf(callee.Func); ok {
						if g := r.groupOf(callee.Args[0]); g != nil {
							g.open = true
						}
					}
				}
			}
		}
	}
	for _, g := range r.groups {
		r.inside(g)
		r.selfWaits(g)
		r.loopWaits(g)
		r.counts(g)
		r.neverWaits(g)
		r.neverDone(g)
		r.goAfter(g)
	}
	r.paths()
	r.noStart()
	slices.SortStableFunc(r.findings, func(a, b *Finding) int { return r.ir.Compare(a.Pos, b.Pos) })
}

func (r *Result) collect(fn *ssa.Function, instr ssa.CallInstruction, common *ssa.CallCommon, v ssa.Value) {
	callee := locks.CalleeOf(common, v)
	k, err, ok := kindOf(callee.Func)
	if !ok || len(callee.Args) == 0 {
		return
	}
	g := r.groupOf(callee.Args[0])
	if g == nil {
		return
	}
	o := &op{kind: k, instr: instr, fn: fn, recv: callee.Args[0], err: err}
	if k == add && len(callee.Args) > 1 {
		if n, ok := ir.Int(callee.Args[1]); ok {
			o.weight, o.exact = n, true
			if o.weight < 0 {
				o.kind, o.weight = done, -o.weight
			}
		}
	}
	g.ops = append(g.ops, o)
}

// groupOf returns the group at address v, or nil if it is not one.
func (r *Result) groupOf(v ssa.Value) *group {
	objects := r.spawns.Objects(v)
	if len(objects) != 1 {
		return nil
	}
	g := r.byObject[objects[0]]
	if g == nil {
		g = &group{objects: objects}
		r.byObject[objects[0]] = g
		r.groups = append(r.groups, g)
	}
	return g
}

// add records a finding about o.
func (r *Result) add(f *Finding, o *op) {
	f.Pos, f.End = r.span(o.instr)
	f.Group = r.name(o)
	r.put(f)
}

// put records f, unless something is reported there already.
func (r *Result) put(f *Finding) {
	if !r.seen[f.Pos] {
		r.seen[f.Pos] = true
		r.findings = append(r.findings, f)
	}
}

// span returns the extent of a call.
func (r *Result) span(instr ssa.CallInstruction) (pos, end token.Pos) {
	if call := r.ir.Call(instr.Common().Pos()); call != nil {
		return call.Pos(), call.End()
	}
	return instr.Pos(), instr.Pos()
}

// name returns how the source writes the group of o.
func (r *Result) name(o *op) string {
	if call := r.ir.Call(o.instr.Common().Pos()); call != nil {
		if sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok {
			return types.ExprString(sel.X)
		}
	}
	return "the group"
}

// runsIn reports whether fn runs on the goroutine of body.
func (r *Result) runsIn(fn, body *ssa.Function) bool {
	return slices.Contains(r.spawns.Runs(body), fn)
}

// before returns the Add of g in the function that s is in which has been run when s
// is: it counts the goroutine that s starts.
func (r *Result) before(g *group, s *spawn.Spawn) *op {
	var found *op
	for _, a := range g.of(add) {
		if a.fn == s.In && ir.Precedes(a.instr, s.Instr) {
			found = a
		}
	}
	return found
}

// isDeferred reports whether o runs when its function ends.
func (o *op) isDeferred() bool {
	_, ok := o.instr.(*ssa.Defer)
	return ok
}

// inside finds the goroutines that call Add for themselves.
func (r *Result) inside(g *group) {
	if len(g.of(wait)) == 0 {
		return
	}
	tested := !slices.ContainsFunc(g.of(wait), func(w *op) bool { return !r.ir.InTest(w.instr.Pos()) })
	for _, a := range g.of(add) {
		if a.isDeferred() || ir.LoopOf(a.instr.Block()) != nil || r.first(a) || underLock(a.instr) {
			continue
		}
		if tested && !r.ir.InTest(a.instr.Pos()) {
			continue // only tests wait, and they know when
		}
		for _, s := range r.spawnsOf(a.fn) {
			if s.Kind != spawn.Go || r.addsIn(g, s.In) || !r.undone(g, a) || r.ir.InTest(s.Instr.Pos()) && !r.ir.InTest(a.instr.Pos()) {
				continue
			}
			if slices.ContainsFunc(g.of(wait), func(w *op) bool { return w.fn == a.fn }) {
				continue
			}
			r.add(&Finding{Fault: AddInside, Other: s.Instr.Pos()}, a)
			break
		}
	}
}

// underLock reports whether a lock is acquired before instr: a flag that it guards tells
// whether anybody waits yet.
func underLock(instr ssa.Instruction) bool {
	for _, b := range instr.Parent().Blocks {
		for _, i := range b.Instrs {
			call, ok := i.(*ssa.Call)
			if !ok || !ir.Precedes(call, instr) {
				continue
			}
			if op, ok := locks.OpOf(locks.CalleeOf(&call.Call, call.Call.Value).Func); ok && op.Action == locks.Acquire {
				return true
			}
		}
	}
	return false
}

// maxEntry bounds the calls between a goroutine's function and the one that calls Add
// for it.
const maxEntry = 3

// spawnsOf returns the places that start fn, or a function that begins by calling it.
func (r *Result) spawnsOf(fn *ssa.Function) []*spawn.Spawn {
	var out []*spawn.Spawn
	for range maxEntry {
		out = append(out, r.spawns.Of(fn)...)
		var caller *ssa.Function
		for _, call := range r.spawns.Callers(fn) {
			if _, ok := call.(*ssa.Call); ok && call.Block() == call.Parent().Blocks[0] {
				caller = call.Parent()
			}
		}
		if caller == nil {
			break
		}
		fn = caller
	}
	return out
}

// addsIn reports whether fn itself, or a function around it, counts with g.
func (r *Result) addsIn(g *group, fn *ssa.Function) bool {
	return slices.ContainsFunc(g.of(add), func(a *op) bool {
		for f := fn; f != nil; f = f.Parent() {
			if a.fn == f {
				return true
			}
		}
		return false
	})
}

// first reports whether a is the first statement of a literal that a go statement
// calls: go vet reports that.
func (r *Result) first(a *op) bool {
	lit, ok := a.fn.Syntax().(*ast.FuncLit)
	if !ok || len(lit.Body.List) == 0 {
		return false
	}
	stmt, ok := lit.Body.List[0].(*ast.ExprStmt)
	pos, _ := r.span(a.instr)
	return ok && stmt.X.Pos() == pos
}

// undone reports whether the function that calls a, or one that calls that, calls Done
// for it on the same goroutine.
func (r *Result) undone(g *group, a *op) bool {
	return slices.ContainsFunc(g.of(done), func(d *op) bool {
		if d.fn == a.fn && ir.LoopOf(d.instr.Block()) == nil || d.isDeferred() && r.runsIn(a.fn, d.fn) {
			return true
		}
		return d.fn == a.fn && returnsAfter(d.instr) || r.deferredIn(d.fn, a.fn)
	})
}

// returnsAfter reports whether the function ends right after instr.
func returnsAfter(instr ssa.Instruction) bool {
	b := instr.Block()
	for range len(b.Parent().Blocks) {
		switch b.Instrs[len(b.Instrs)-1].(type) {
		case *ssa.Return, *ssa.Panic:
			return true
		}
		if len(b.Succs) != 1 {
			return false
		}
		b = b.Succs[0]
	}
	return false
}

// deferredIn reports whether fn is a literal that outer defers.
func (r *Result) deferredIn(fn, outer *ssa.Function) bool {
	if fn.Parent() != outer {
		return false
	}
	return slices.ContainsFunc(r.spawns.Callers(fn), func(call ssa.CallInstruction) bool {
		_, ok := call.(*ssa.Defer)
		return ok
	})
}

// selfWaits finds the goroutines that wait for themselves.
func (r *Result) selfWaits(g *group) {
	for _, w := range g.of(wait) {
		for _, s := range r.spawns.Of(w.fn) {
			if s.Instr == nil || s.Kind == spawn.Counted && !r.startedBy(g, s) || s.Kind != spawn.Counted && s.Kind != spawn.Go {
				continue
			}
			if s.Kind == spawn.Counted {
				if g.local() || r.same(w, callRecv(s.Instr)) {
					r.add(&Finding{Fault: SelfWait, Other: s.Instr.Pos()}, w)
				}
				continue
			}
			for _, d := range g.of(done) {
				late := d.fn == w.fn && (d.isDeferred() || ir.Precedes(w.instr, d.instr)) || r.deferredIn(d.fn, w.fn)
				if late && (g.local() || r.same(w, d.recv)) && r.before(g, s) != nil && !w.isDeferred() {
					pos, _ := r.span(d.instr)
					r.add(&Finding{Fault: SelfWait, Other: pos}, w)
				}
			}
		}
	}
}

// startedBy reports whether s is a call of the Go method of g.
func (r *Result) startedBy(g *group, s *spawn.Spawn) bool {
	return r.groupOf(callRecv(s.Instr)) == g
}

func callRecv(instr ssa.CallInstruction) ssa.Value {
	return locks.CalleeOf(instr.Common(), instr.Common().Value).Args[0]
}

// same reports whether w's group and the one at address v are the same field of the same
// variable.
func (r *Result) same(w *op, v ssa.Value) bool { return r.path(w.recv) == r.path(v) }

// A step is a part of an access path.
type step struct {
	root  ssa.Value
	field string
}

// path returns what identifies the variable at address v in a function and its literals.
func (r *Result) path(v ssa.Value) step {
	field := ""
	for {
		switch u := v.(type) {
		case *ssa.FieldAddr:
			s := u.X.Type().Underlying().(*types.Pointer).Elem().Underlying().(*types.Struct)
			field += "." + s.Field(u.Field).Name()
			v = u.X
			continue
		case *ssa.FreeVar:
			if outer := r.ir.Binding(u); outer != nil {
				v = outer
				continue
			}
		case *ssa.UnOp:
			if u.Op == token.MUL {
				field += "*"
				v = u.X
				continue
			}
		}
		return step{v, field}
	}
}

// loopWaits finds the calls of Wait in the loop that starts the goroutines.
func (r *Result) loopWaits(g *group) {
	for _, w := range g.of(wait) {
		header := ir.LoopOf(w.instr.Block())
		if header == nil || w.err || !everyTurn(header, w.instr.Block()) {
			continue
		}
		var started []*spawn.Spawn
		for _, s := range r.spawns.Spawns {
			if s.In == w.fn && s.Instr != nil && ir.LoopOf(s.Instr.Block()) == header && r.doneBy(g, s) {
				started = append(started, s)
			}
		}
		if len(started) != 1 || !ir.Precedes(started[0].Instr, w.instr) {
			continue
		}
		s := started[0]
		if s.Kind == spawn.Counted || slices.ContainsFunc(g.of(add), func(a *op) bool { return a.fn == w.fn && ir.InLoop(header, a.instr.Block()) }) {
			if r.nothingBetween(s.Instr, w.instr) && lastOf(header, w.instr) && !madeIn(g, header) && !(r.ir.InTest(w.instr.Pos()) && slices.ContainsFunc(s.Bodies, recovers)) {
				r.add(&Finding{Fault: OneByOne, Other: s.Instr.Pos()}, w)
			}
			continue
		}
		for _, a := range g.of(add) {
			if a.fn == w.fn && ir.Precedes(a.instr, s.Instr) && !(a.exact && a.weight == 1) {
				r.add(&Finding{Fault: LoopWait, Other: s.Instr.Pos()}, w)
			}
		}
	}
}

// recovers reports whether fn recovers from a panic: a test that starts such goroutines one
// by one does so because each is to end on its own.
func recovers(fn *ssa.Function) bool {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			if d, ok := instr.(*ssa.Defer); ok {
				if body := locks.CalleeOf(&d.Call, d.Call.Value).Body; body != nil && callsRecover(body) {
					return true
				}
			}
		}
	}
	return false
}

func callsRecover(fn *ssa.Function) bool {
	return slices.ContainsFunc(fn.Blocks, func(b *ssa.BasicBlock) bool {
		return slices.ContainsFunc(b.Instrs, func(instr ssa.Instruction) bool {
			call, ok := instr.(*ssa.Call)
			if !ok {
				return false
			}
			bi, ok := call.Call.Value.(*ssa.Builtin)
			return ok && bi.Name() == "recover"
		})
	})
}

// everyTurn reports whether every turn of the loop runs b.
func everyTurn(header, b *ssa.BasicBlock) bool {
	for _, latch := range header.Preds {
		if header.Dominates(latch) && !b.Dominates(latch) {
			return false
		}
	}
	return true
}

// lastOf reports whether nothing follows instr in the turn of the loop.
func lastOf(header *ssa.BasicBlock, instr ssa.Instruction) bool {
	b := instr.Block()
	rest := b.Instrs[ir.Index(instr)+1:]
	for range len(b.Parent().Blocks) {
		for _, i := range rest {
			switch i.(type) {
			case ssa.CallInstruction, *ssa.If, *ssa.Return, *ssa.Send:
				return b == header
			}
		}
		if len(b.Succs) != 1 {
			return false
		}
		if b = b.Succs[0]; b == header {
			return true
		}
		rest = b.Instrs
	}
	return false
}

// madeIn reports whether each turn of the loop has a group of its own.
func madeIn(g *group, header *ssa.BasicBlock) bool {
	return slices.ContainsFunc(g.objects, func(o *spawn.Object) bool {
		site, ok := o.Site.(ssa.Instruction)
		return ok && ir.InLoop(header, site.Block())
	})
}

// nothingBetween reports whether nothing of note runs between from and to, in one block.
func (r *Result) nothingBetween(from, to ssa.Instruction) bool {
	if from.Block() != to.Block() {
		return false
	}
	for _, instr := range from.Block().Instrs[ir.Index(from)+1 : ir.Index(to)] {
		switch instr.(type) {
		case ssa.CallInstruction, *ssa.Send, *ssa.Select, *ssa.Store, *ssa.MapUpdate:
			return false
		}
	}
	return true
}

// doneBy reports whether the goroutine that s starts counts itself out of g.
func (r *Result) doneBy(g *group, s *spawn.Spawn) bool {
	if s.Kind == spawn.Counted {
		return r.startedBy(g, s)
	}
	return slices.ContainsFunc(g.of(done), func(d *op) bool {
		return slices.ContainsFunc(s.Bodies, func(body *ssa.Function) bool { return r.runsIn(d.fn, body) })
	})
}

// neverWaits finds the groups that nobody waits for.
func (r *Result) neverWaits(g *group) {
	if len(g.of(wait)) > 0 || !g.closed() {
		return
	}
	if !g.local() && r.pass.Pkg.Name() != "main" {
		return // tests in the package may wait
	}
	for _, o := range g.ops {
		if o.kind == add || o.kind == start {
			if !r.ir.InTest(o.instr.Pos()) {
				r.add(&Finding{Fault: NeverWaits}, o)
			}
			return
		}
	}
}

// neverDone finds the waits for a WaitGroup that is counted up only.
func (r *Result) neverDone(g *group) {
	adds, waits := g.of(add), g.of(wait)
	if len(adds) == 0 || len(waits) == 0 || len(g.of(done)) > 0 || !g.closed() {
		return
	}
	i := slices.IndexFunc(adds, func(o *op) bool { return o.exact && o.weight > 0 && !r.ir.InTest(o.instr.Pos()) })
	if i < 0 {
		return
	}
	r.add(&Finding{Fault: NeverDone, Other: adds[i].instr.Pos()}, waits[0])
}

// goAfter finds the goroutines that an errgroup.Group starts after Wait, when its context
// has ended.
func (r *Result) goAfter(g *group) {
	for _, w := range g.of(wait) {
		for _, s := range g.of(start) {
			if s.err && s.fn == w.fn && ir.Precedes(w.instr, s.instr) && !w.isDeferred() && !ir.Reaches(s.instr.Block(), w.instr.Block()) && g.local() && r.hasContext(g) {
				pos, _ := r.span(w.instr)
				r.add(&Finding{Fault: GoAfter, Other: pos}, s)
			}
		}
	}
}

// hasContext reports whether g comes from errgroup.WithContext.
func (r *Result) hasContext(g *group) bool {
	for _, o := range g.objects {
		var call *ssa.Call
		switch site := o.Site.(type) {
		case *ssa.Call:
			call = site
		case *ssa.Extract:
			call, _ = site.Tuple.(*ssa.Call)
		}
		if call != nil && known.NameOf(locks.CalleeOf(&call.Call, call.Call.Value).Func) == (known.Name{Pkg: "golang.org/x/sync/errgroup", Func: "WithContext"}) {
			return true
		}
	}
	return false
}

// paths finds the goroutines of which some path ends without Done, or calls it twice.
func (r *Result) paths() {
	for _, g := range r.balance.Goroutines() {
		var counted *op
		var at *spawn.Spawn
		for _, s := range r.spawns.Of(g.Fn) {
			for _, d := range r.groupsIn(g.Fn, g.Done.Pos) {
				if a := r.before(d, s); s.Kind == spawn.Go && a != nil && r.ownDone(d) && ir.LoopOf(a.instr.Block()) == ir.LoopOf(s.Instr.Block()) {
					counted, at = a, s
				}
			}
		}
		if counted == nil || at == nil {
			continue
		}
		f := &Finding{Fault: NoDone, Group: g.Done.Expr, Pos: g.Pos, End: g.End, Other: g.Done.Pos, Body: g.Fn.Syntax()}
		if g.Twice {
			if !counted.exact || counted.weight != 1 {
				continue
			}
			f.Fault = TwoDone
		}
		r.put(f)
	}
}

// ownDone reports whether only the goroutines that g counts call Done. Else it counts
// something that lives longer: connections, resources.
func (r *Result) ownDone(g *group) bool {
	for _, d := range g.of(done) {
		own := slices.ContainsFunc(g.of(add), func(a *op) bool { return a.fn == d.fn })
		for _, s := range r.spawns.Spawns {
			if s.Instr == nil || own {
				continue
			}
			for _, body := range s.Bodies {
				own = own || r.runsIn(d.fn, body) && (r.before(g, s) != nil || r.addsIn(g, s.In))
			}
		}
		if !own {
			return false
		}
	}
	return true
}

// groupsIn returns the groups whose Done fn calls at pos.
func (r *Result) groupsIn(fn *ssa.Function, pos token.Pos) []*group {
	var out []*group
	for _, g := range r.groups {
		for _, d := range g.of(done) {
			p, _ := r.span(d.instr)
			if r.runsIn(d.fn, fn) && (p == pos || d.fn != fn) {
				out = append(out, g)
				break
			}
		}
	}
	return out
}

// noStart finds the paths that return after Add, though others start what it counts.
func (r *Result) noStart() {
	for _, l := range r.balance.Leaks() {
		if l.Acquire.Resource == locks.Group && !l.Loop && !r.countsLoop(l) {
			r.put(&Finding{Fault: NoStart, Group: l.Acquire.Expr, Pos: l.Pos, End: l.End, Other: l.Acquire.Pos})
		}
	}
}

// countsLoop reports whether a loop, which may turn not at all, starts what the Add of l
// counts.
func (r *Result) countsLoop(l *balance.Leak) bool {
	for _, g := range r.groups {
		for _, a := range g.of(add) {
			if pos, _ := r.span(a.instr); pos != l.Acquire.Pos {
				continue
			}
			return !a.exact || slices.ContainsFunc(r.spawns.Spawns, func(s *spawn.Spawn) bool {
				return s.Instr != nil && r.doneBy(g, s) && slices.ContainsFunc(r.callsIn(a.fn, s), func(call ssa.Instruction) bool {
					return ir.LoopOf(call.Block()) != ir.LoopOf(a.instr.Block())
				})
			})
		}
	}
	return true // in a callee
}

// callsIn returns the place in fn that starts s, or the calls in fn of the function that
// does.
func (r *Result) callsIn(fn *ssa.Function, s *spawn.Spawn) []ssa.Instruction {
	if s.In == fn {
		return []ssa.Instruction{s.Instr}
	}
	var out []ssa.Instruction
	for _, call := range r.spawns.Callers(s.In) {
		if call.Parent() == fn {
			out = append(out, call)
		}
	}
	return out
}

// counts finds the groups whose constant counts do not match.
func (r *Result) counts(g *group) {
	waits := g.of(wait)
	if !g.local() || !g.closed() || len(waits) == 0 || len(g.of(start)) > 0 {
		return
	}
	var added, finished int64
	var first *op
	for _, o := range g.ops {
		if o.kind == wait {
			continue
		}
		n, ok := r.times(g, o)
		if !ok {
			return
		}
		if o.kind == add {
			added += n * o.weight
			if first == nil {
				first = o
			}
			continue
		}
		if o.weight > 0 {
			n *= o.weight
		}
		finished += n
	}
	if first != nil && finished > 0 && added != finished {
		pos, _ := r.span(waits[0].instr)
		r.add(&Finding{Fault: Count, Added: added, Done: finished, Other: pos}, first)
	}
}

// times returns how often o runs for each group; ok is false if that is not certain.
func (r *Result) times(g *group, o *op) (n int64, ok bool) {
	if o.kind == add && !o.exact {
		return 0, false
	}
	maker, ok := g.objects[0].Site.(ssa.Instruction)
	if !ok {
		return 0, false
	}
	home := maker.Parent()
	if ir.LoopOf(maker.Block()) != nil {
		return 0, false
	}
	n = 1
	fn, at := o.fn, ssa.Instruction(o.instr)
	for range maxEntry {
		turns, ok := certainly(at)
		if !ok {
			return 0, false
		}
		n *= turns
		if fn == home {
			return n, true
		}
		// It is in a literal that one place starts, defers or calls.
		callers := r.spawns.Callers(fn)
		if len(callers) != 1 || r.spawns.IsValue(fn) || fn.Parent() == nil {
			return 0, false
		}
		fn, at = callers[0].Parent(), callers[0]
	}
	return 0, false
}

// certainly returns how often instr runs in a call of its function, if it runs on all
// paths equally often.
func certainly(instr ssa.Instruction) (int64, bool) {
	b := instr.Block()
	header := ir.LoopOf(b)
	n := int64(1)
	if header != nil {
		turns, ok := turnsOf(header)
		if !ok || !everyTurn(header, b) || ir.LoopOf(header.Idom()) != nil {
			return 0, false
		}
		n, b = turns, header
		if entry := header.Idom(); enters(entry) {
			b = entry
		}
	}
	for _, exit := range b.Parent().Blocks {
		if _, ok := exit.Instrs[len(exit.Instrs)-1].(*ssa.Return); ok && exit != b.Parent().Recover && !b.Dominates(exit) {
			return 0, false
		}
	}
	return n, true
}
