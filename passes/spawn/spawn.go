// Package spawn defines an Analyzer that tells what runs on other goroutines, how
// often, and where somebody waits for it to end.
//
// Code is started by go statements, by functions that are known to start their
// argument (WaitGroup.Go, errgroup.Group.Go, time.AfterFunc, ...), by functions of
// the package or of imported ones that pass their argument on to such a function,
// and by servers: HTTP handlers. A goroutine is joined where somebody waits for
// what it signals: for the WaitGroup that counts it, or for a channel that it sends
// on or closes.
//
// Channels, WaitGroups and their like are told apart by where they are made; see
// [Object].
//
// Function values are followed through local variables only, and goroutines that
// interface methods start are not seen.
//
// It reports nothing.
package spawn

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
	"github.com/concurlint/concurlint/passes/internal/known"
	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/summary"
)

// Analyzer tells what runs on other goroutines.
var Analyzer = &analysis.Analyzer{
	Name:       "spawn",
	Doc:        "tell what runs on other goroutines, how often, and where it is joined",
	URL:        "https://pkg.go.dev/github.com/concurlint/concurlint/passes/spawn",
	Requires:   []*analysis.Analyzer{summary.Analyzer},
	Run:        run,
	ResultType: reflect.TypeFor[*Result](),
	FactTypes:  []analysis.Fact{new(Fact)},
}

// A Kind says how code is started.
type Kind uint8

const (
	Go      Kind = iota // a go statement
	Counted             // a method whose receiver can wait for it: WaitGroup.Go
	Timer               // time.AfterFunc, context.AfterFunc: later, at most once
	Passed              // another function that starts its argument
	Handler             // an HTTP handler: once for each request, several at a time
	Test                // a parallel test or subtest
)

// String returns a word for tests and dumps.
func (k Kind) String() string {
	return [...]string{"go", "counted", "timer", "passed", "handler", "test"}[k]
}

// A Spawn is a place that starts code on another goroutine.
type Spawn struct {
	Kind Kind
	// Instr is the go statement or the call, in function In. Both are nil for
	// handlers, which no code of the package starts.
	Instr ssa.CallInstruction
	In    *ssa.Function
	// Bodies are the functions that may run, with Args for their parameters
	// where a go statement passes any. There are none if they are not known.
	Bodies []*ssa.Function
	Args   []ssa.Value
	// Loop reports whether one call of In may start it several times.
	Loop bool
	// Daemon reports whether a directive says that it is meant to run for ever.
	Daemon bool
	// Joins are the places where somebody waits for it.
	Joins []Join
}

// Many reports whether several such goroutines of one call of In, or of one server,
// may run at the same time.
func (s *Spawn) Many() bool { return s.Loop || s.Kind == Handler }

// A Result tells what runs on other goroutines in a package.
type Result struct {
	// Spawns are the places that start code, in source order, but handlers last.
	// It is for those who have called [Result.Ready].
	Spawns []*Spawn

	pass    *analysis.Pass
	sum     *summary.Result
	once    sync.Once
	ir      *ir.Package
	graph   *graph
	byBody  map[*ssa.Function][]*Spawn
	byPlace map[*ssa.Function][]*Spawn
	starts  map[*ssa.Function][]int // parameters that a function starts
	callers map[*ssa.Function][]ssa.CallInstruction

	mu    sync.Mutex // guards runs and deeds: drivers run the analyzers that ask at the same time
	runs  map[*ssa.Function][]*ssa.Function
	deeds map[*ssa.Function]*deeds

	methodsMu    sync.Mutex                      // guards the two below
	methods      map[*types.Func]*ssa.Function   // see implementation
	implementers map[*types.Named][]*types.Named // see implementing
}

func run(pass *analysis.Pass) (any, error) {
	r := &Result{
		pass:         pass,
		sum:          pass.ResultOf[summary.Analyzer].(*summary.Result),
		byBody:       make(map[*ssa.Function][]*Spawn),
		byPlace:      make(map[*ssa.Function][]*Spawn),
		methods:      make(map[*types.Func]*ssa.Function),
		implementers: make(map[*types.Named][]*types.Named),
		starts:       make(map[*ssa.Function][]int),
		callers:      make(map[*ssa.Function][]ssa.CallInstruction),
		runs:         make(map[*ssa.Function][]*ssa.Function),
		deeds:        make(map[*ssa.Function]*deeds),
	}
	if !r.sum.Std() && r.mayStartArguments() {
		release := r.sum.Exclusive()
		r.prepare()
		release()
		r.export()
	}
	return r, nil
}

// Ready computes the result, if it is not yet and the package has anything to do
// with goroutines or channels. It must not be called by who has the machine for
// itself.
func (r *Result) Ready() *Result {
	r.once.Do(func() {
		if r.concurrent() {
			defer r.sum.Exclusive()()
			r.compute()
		}
	})
	return r
}

// IR returns the SSA form of the package, or nil if nothing in it has to do with
// goroutines or channels.
func (r *Result) IR() *ir.Package { return r.ir }

// concurrent reports whether the package starts goroutines, or has channels or
// others of the objects that this package follows. It must be fast.
func (r *Result) concurrent() bool {
	for _, file := range r.pass.Files {
		found := false
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt, *ast.SendStmt, *ast.ChanType, *ast.SelectStmt:
				found = true
			case *ast.UnaryExpr:
				found = found || n.Op == token.ARROW
			}
			return !found
		})
		if found {
			return true
		}
	}
	for _, obj := range r.pass.TypesInfo.Uses {
		switch obj := obj.(type) {
		case *types.Func:
			if known.UseOf(obj) == known.Spawns || r.imported(obj) != nil {
				return true
			}
		case *types.TypeName:
			if tracked(types.NewPointer(obj.Type())) {
				return true
			}
		}
	}
	return false
}

// prepare finds the functions that start their arguments, which is all that other
// packages need to know.
func (r *Result) prepare() {
	if r.ir == nil {
		r.ir = r.sum.IR()
		r.findStarts()
	}
}

func (r *Result) compute() {
	r.prepare()
	for _, fn := range r.ir.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				call, ok := instr.(ssa.CallInstruction)
				if !ok {
					continue
				}
				callees := r.Callees(call)
				for _, c := range callees {
					if c.Body != nil {
						r.callers[c.Body] = append(r.callers[c.Body], call)
					}
				}
				if s := r.spawnAt(fn, call, callees); s != nil {
					r.Spawns = append(r.Spawns, s)
				}
			}
		}
	}
	r.graph = newGraph(r)
	r.findHandlers()
	for _, s := range r.Spawns {
		if s.In != nil {
			r.byPlace[s.In] = append(r.byPlace[s.In], s)
		}
		for _, body := range s.Bodies {
			r.byBody[body] = append(r.byBody[body], s)
		}
	}
	r.findJoins()
	r.findDaemons()
}

// spawnAt returns what call, of one of callees, starts, or nil.
func (r *Result) spawnAt(fn *ssa.Function, call ssa.CallInstruction, callees []locks.Callee) *Spawn {
	if g, ok := call.(*ssa.Go); ok {
		s := &Spawn{Instr: call, In: fn, Loop: ir.Reaches(g.Block(), g.Block())}
		for _, c := range callees {
			if c.Body == nil {
				return s // in another package
			}
			s.Bodies = append(s.Bodies, c.Body)
			s.Args = c.Args
		}
		return s
	}
	found := false
	var kind Kind
	var bodies []*ssa.Function
	for _, c := range callees {
		var args []ssa.Value
		switch {
		case known.UseOf(c.Func) == known.Spawns:
			kind = kindOf(c.Func)
			args = c.Args
		default:
			for _, i := range r.started(c) {
				kind = Passed
				args = append(args, c.Args[i])
			}
		}
		if name := known.NameOf(c.Func); name == (known.Name{Pkg: "testing", Recv: "T", Func: "Run"}) {
			kind = Test
			args = slices.DeleteFunc(slices.Clone(c.Args), func(v ssa.Value) bool {
				return !slices.ContainsFunc(r.functions(v), r.parallel)
			})
		}
		for _, arg := range args {
			if _, ok := arg.Type().Underlying().(*types.Signature); ok {
				found = true
				bodies = append(bodies, r.functions(arg)...)
			}
		}
	}
	if !found {
		return nil
	}
	return &Spawn{Kind: kind, Instr: call, In: fn, Bodies: bodies, Loop: ir.Reaches(call.Block(), call.Block())}
}

// kindOf returns how fn, which is known to start its argument, does so.
func kindOf(fn *types.Func) Kind {
	switch name := known.NameOf(fn); {
	case known.Counts(fn):
		return Counted
	case name.Func == "AfterFunc":
		return Timer
	case name.Pkg == "net/http":
		return Handler
	}
	return Passed
}

// parallel reports whether the test fn calls T.Parallel.
func (r *Result) parallel(fn *ssa.Function) bool {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			if call, ok := instr.(*ssa.Call); ok {
				c := locks.CalleeOf(&call.Call, call.Call.Value)
				if known.NameOf(c.Func) == (known.Name{Pkg: "testing", Recv: "T", Func: "Parallel"}) {
					return true
				}
			}
		}
	}
	return false
}

// findHandlers adds the functions of the package that serve HTTP requests: those
// with a handler's parameters that are a method ServeHTTP, or are used as a value.
func (r *Result) findHandlers() {
	for _, fn := range r.ir.Funcs {
		sig := fn.Signature
		if sig.Params().Len() != 2 || sig.Results().Len() != 0 ||
			!isHTTP(sig.Params().At(0).Type(), "ResponseWriter") || !isHTTP(sig.Params().At(1).Type(), "Request") {
			continue
		}
		if sig.Recv() != nil && fn.Name() == "ServeHTTP" || r.graph.values[fn] {
			r.Spawns = append(r.Spawns, &Spawn{Kind: Handler, Bodies: []*ssa.Function{fn}})
		}
	}
}

func isHTTP(t types.Type, name string) bool {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	n, ok := types.Unalias(t).(*types.Named)
	return ok && n.Obj().Name() == name && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == "net/http"
}

// Of returns the places that start fn on another goroutine.
func (r *Result) Of(fn *ssa.Function) []*Spawn { return r.byBody[fn] }

// In returns the places in fn that start code on another goroutine.
func (r *Result) In(fn *ssa.Function) []*Spawn { return r.byPlace[fn] }

// Callers returns the calls of fn in the package that are known, in source order,
// go and defer statements included.
func (r *Result) Callers(fn *ssa.Function) []ssa.CallInstruction { return r.callers[fn] }

// IsValue reports whether fn is used otherwise than by being called, so that code
// which is not known may call it.
func (r *Result) IsValue(fn *ssa.Function) bool { return r.graph != nil && r.graph.values[fn] }

// Callable reports whether code that is not known may call fn.
func (r *Result) Callable(fn *ssa.Function) bool { return r.graph == nil || r.graph.callable(fn) }

// Runs returns the functions of the package that run on the goroutine of a call of
// fn: fn itself and those that it calls or defers, directly or not.
func (r *Result) Runs(fn *ssa.Function) []*ssa.Function {
	r.mu.Lock()
	defer r.mu.Unlock()
	if out, ok := r.runs[fn]; ok {
		return out
	}
	seen := map[*ssa.Function]bool{fn: true}
	out := []*ssa.Function{fn}
	for i := 0; i < len(out); i++ {
		for _, next := range r.does(out[i]).calls {
			if !seen[next] {
				seen[next] = true
				out = append(out, next)
			}
		}
	}
	r.runs[fn] = out
	return out
}

// deeds are what a function's own code does on its goroutine.
type deeds struct {
	calls   []*ssa.Function // each once
	signals []ssa.Value     // channels and WaitGroups, as [signalled] returns them
}

// does returns the deeds of fn. The caller holds r.mu.
func (r *Result) does(fn *ssa.Function) *deeds {
	if d := r.deeds[fn]; d != nil {
		return d
	}
	d := new(deeds)
	r.deeds[fn] = d
	seen := make(map[*ssa.Function]bool)
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			d.signals = append(d.signals, signalled(instr)...)
			call, ok := instr.(ssa.CallInstruction)
			if _, isGo := instr.(*ssa.Go); !ok || isGo {
				continue
			}
			for _, next := range r.calledAt(call) {
				if !seen[next] {
					seen[next] = true
					d.calls = append(d.calls, next)
				}
			}
		}
	}
	return d
}

// calledAt returns the functions of the package that run on the same goroutine at
// call: the callees and the arguments that the callee is known to call.
func (r *Result) calledAt(call ssa.CallInstruction) []*ssa.Function {
	var out []*ssa.Function
	for _, c := range r.Callees(call) {
		if c.Body != nil {
			out = append(out, c.Body)
			continue
		}
		if known.UseOf(c.Func) == known.Calls {
			for _, arg := range c.Args {
				out = append(out, r.functions(arg)...)
			}
		}
	}
	return out
}

// Callees returns the functions that call may reach. There is one without function
// and code if they are not known.
func (r *Result) Callees(call ssa.CallInstruction) []locks.Callee {
	common := call.Common()
	if common.IsInvoke() {
		return []locks.Callee{r.invoked(common)}
	}
	switch common.Value.(type) {
	case *ssa.Function, *ssa.Builtin:
		return []locks.Callee{locks.CalleeOf(common, common.Value)}
	}
	values := r.values(common.Value)
	if values == nil {
		return []locks.Callee{locks.CalleeOf(common, common.Value)}
	}
	var out []locks.Callee
	for _, v := range values {
		out = append(out, locks.CalleeOf(common, v))
	}
	return out
}

// functions returns the code of the functions of the package that v may be.
func (r *Result) functions(v ssa.Value) []*ssa.Function {
	var out []*ssa.Function
	for _, u := range r.values(v) {
		if body := locks.CalleeOf(&ssa.CallCommon{Value: u}, u).Body; body != nil {
			out = append(out, body)
		}
	}
	return out
}

// maxValues bounds the functions that a variable may hold: a variable with more is
// set by code that is no part of the story.
const maxValues = 8

// values returns the closures and functions that v may be, or nil if they are not
// all known.
func (r *Result) values(v ssa.Value) []ssa.Value { return r.valuesAt(v, 0) }

// maxResults bounds the calls of functions that return functions which are followed
// to find one: such calls can be nested in each other without end.
const maxResults = 4

func (r *Result) valuesAt(v ssa.Value, depth int) []ssa.Value {
	var out []ssa.Value
	seen := make(map[ssa.Value]bool)
	var visit func(v ssa.Value) bool
	visit = func(v ssa.Value) bool {
		if seen[v] {
			return true
		}
		seen[v] = true
		switch v := v.(type) {
		case *ssa.MakeClosure, *ssa.Function:
			out = append(out, v)
			return len(out) <= maxValues
		case *ssa.Const: // nil
			return true
		case *ssa.ChangeType:
			return visit(v.X)
		case *ssa.Phi:
			for _, e := range v.Edges {
				if !visit(e) {
					return false
				}
			}
			return true
		case *ssa.UnOp:
			addr := v.X
			if fv, ok := addr.(*ssa.FreeVar); ok {
				addr = r.ir.Binding(fv)
			}
			alloc, ok := addr.(*ssa.Alloc)
			if !ok || v.Op != token.MUL {
				return false
			}
			cell := r.ir.Cell(alloc)
			if cell == nil || cell.Leaks {
				return false
			}
			for _, s := range cell.Stores {
				if !visit(s.Val) {
					return false
				}
			}
			return true
		case *ssa.FreeVar:
			outer := r.ir.Binding(v)
			return outer != nil && visit(outer)
		case *ssa.Call:
			return r.results(v, 0, depth, visit)
		case *ssa.Extract:
			call, ok := v.Tuple.(*ssa.Call)
			return ok && r.results(call, v.Index, depth, visit)
		}
		return false
	}
	if !visit(v) || len(out) == 0 {
		return nil
	}
	return out
}

// results visits what call may return as result i, and reports whether all of it is
// known.
func (r *Result) results(call *ssa.Call, i, depth int, visit func(ssa.Value) bool) bool {
	if depth > maxResults {
		return false
	}
	values := []ssa.Value{call.Call.Value}
	if _, static := call.Call.Value.(*ssa.Function); !static && !call.Call.IsInvoke() {
		values = r.valuesAt(call.Call.Value, depth+1)
	}
	for _, v := range values {
		body := locks.CalleeOf(&call.Call, v).Body
		if body == nil {
			return false
		}
		for _, b := range body.Blocks {
			if ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return); ok && b != body.Recover && !visit(ret.Results[i]) {
				return false
			}
		}
	}
	return len(values) > 0
}
