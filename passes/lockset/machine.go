// Package lockset defines an abstract machine that runs a function on sets of
// held locks, path by path.
//
// A [State] is one disjunct: the locks a path holds, its pending deferred
// calls, and what it knows of conditions. The machine forks states at
// conditional locking (TryLock, callees with several outcomes), selects among
// them at branches on conditions it knows, inlines function literals where they
// are called or deferred, and applies the [Effects] of other functions. Its
// product is a list of [Event]s and the function's own effects.
//
// It is a library of the passes summary and lockstate; it reports nothing.
package lockset

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"
	"golang.org/x/tools/go/types/typeutil"

	"github.com/concurlint/concurlint/passes/internal/flow"
	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/internal/known"
	"github.com/concurlint/concurlint/passes/locks"
)

// A Machine runs the functions of one package. It is not safe for concurrent
// use.
type Machine struct {
	Names *locks.Names
	IR    *ir.Package
	// Effects returns the effects of a function other than a literal, or nil.
	Effects func(locks.Callee) *Effects
	// Literal returns the effects of a function literal of this package.
	Literal func(*ssa.Function) *Effects
	// Inert reports whether a function literal of this package, and the
	// literals in it, do nothing to locks.
	Inert func(*ssa.Function) bool
	// Keep makes Run keep the states of each block, for [WriteFunction].
	Keep bool
	// Ends tells how a function that never returns ends.
	Ends func(*types.Func) known.End
	// Conds maps the field or package variable that holds a sync.Cond to its
	// lock, a path from the struct that the field belongs to.
	Conds map[any]*locks.Term
	// ImportCond returns the entry of Conds for a field of another package, or
	// nil.
	ImportCond func(*types.Var) *locks.Term
	// Stored returns the functions that may be stored in a field (a *types.Var)
	// or package variable (a locks.Global), if all are known.
	Stored func(any) []Store
	// Known returns those of them that the package shows, if they are few: there may
	// be others.
	Known func(any) []Store
	// Implementation returns the only function of the package that a call of an
	// interface method can reach, or nil.
	Implementation func(*types.Func) *ssa.Function

	// Op is the table of the operations that the machine follows: that of locks,
	// unless another one is set.
	Op func(*types.Func) (locks.Op, bool)
	// Tokens tells which channels are semaphores. A machine that has it follows
	// counted resources in place of locks: see count.go.
	Tokens func(ch ssa.Value) Tokens

	// Excused reports whether an annotation on the line says that locks are as
	// they should be there.
	Excused func(token.Pos) bool

	trees     map[*ssa.Function]*tree
	access    map[*ssa.Function][]*Access
	sites     map[siteKey]*Site
	sentinels map[*locks.Term]bool  // error variables that are never nil
	methods   map[place]*types.Func // see lockMethod
	typeNames typeutil.Map          // of type assertions
}

// New returns a machine for the functions of pkg. Its other fields must be set
// before it runs.
func New(names *locks.Names, pkg *ir.Package) *Machine {
	return &Machine{
		Names:     names,
		IR:        pkg,
		Op:        locks.OpOf,
		Conds:     make(map[any]*locks.Term),
		trees:     make(map[*ssa.Function]*tree),
		access:    make(map[*ssa.Function][]*Access),
		sites:     make(map[siteKey]*Site),
		sentinels: make(map[*locks.Term]bool),
		methods:   make(map[place]*types.Func),
	}
}

type siteKey struct {
	instr ssa.Instruction
	term  *locks.Term
	op    locks.Op
	at    string
}

// maxInline bounds the nesting of function literals called in place.
const maxInline = 6

// maxWork bounds the blocks that one run enters, in multiples of the function's
// own; see also minWork. A function that defers several literals and returns in
// many places would run them again and again. Past the bound, literals count by
// their effects, as other functions do, and states are merged sooner.
const (
	maxWork = 8
	minWork = 400
)

// maxDefers bounds the deferred calls of one state. A loop that defers pushes
// a call once for the current turn and once for all earlier ones.
const maxDefers = 24

// Run runs fn, called with nothing known about any lock, and returns what
// happens.
func (m *Machine) Run(fn *ssa.Function) *Function {
	x := &run{m: m, tree: m.tree(fn), root: fn, record: true, memo: make(map[string]memo), budget: minWork + maxWork*len(fn.Blocks), origins: make(map[*locks.Term][]*ssa.BasicBlock), plain: make(map[*Site]bool)}
	x.function(fn, new(State))
	f := &Function{Fn: fn, Events: x.events, Visits: x.visits, Ran: true, In: x.in}
	f.Effects = m.effectsOf(f)
	f.Active = !f.Effects.Trivial()
	for _, e := range f.Events {
		f.Active = f.Active || e.Kind != Exited || e.End != Return
	}
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.Defer, *ssa.Go, *ssa.Panic:
				f.Active = true
			case *ssa.Call:
				b, ok := instr.Call.Value.(*ssa.Builtin)
				f.Active = f.Active || ok && b.Name() == "recover"
			}
		}
	}
	return f
}

// A run is one execution of the machine.
type run struct {
	m       *Machine
	tree    *tree
	root    *ssa.Function
	record  bool // whether to record events; off while the fixpoint is sought
	events  []Event
	visits  []Visit
	in      [][]*State
	frames  []*ssa.Function
	memo    map[string]memo
	budget  int                               // blocks that may still be entered before inlining stops
	origins map[*locks.Term][]*ssa.BasicBlock // where a condition was tested
	plain   map[*Site]bool                    // acquisitions by callees that are recorded for a state in which nothing is held

	exit       ssa.Instruction        // the exit whose deferred calls run
	recovering bool                   // a panic is on its way: recover returns it
	callback   int                    // nesting of callbacks
	vias       []*inlined             // literals called through a variable
	shown      map[*locks.Term]string // how the source writes the locks that the current callee changes
}

// A memo is what a function literal did from one state.
type memo struct {
	exits    []*State
	recorded bool // its events are there
}

// function runs fn from state st and returns the states in which it returns.
func (x *run) function(fn *ssa.Function, st *State) []*State {
	x.frames = append(x.frames, fn)
	defer func() { x.frames = x.frames[:len(x.frames)-1] }()

	record := x.record
	x.record = false
	in := flow.Solve(x.tree.rank[fn], st, func(b int, s *State) []flow.Edge[*State] {
		edges, _ := x.block(fn.Blocks[b], s)
		return edges
	}, x.insert)
	x.record = record
	if len(x.frames) == 1 && x.m.Keep {
		x.in = in
	}

	var exits []*State
	seen := make(map[string]bool)
	for b, set := range in {
		for _, s := range set {
			_, out := x.block(fn.Blocks[b], s)
			for _, e := range out {
				e = x.leave(fn, e)
				if key, _ := e.keys(); !seen[key] {
					seen[key] = true
					exits = append(exits, e)
				}
			}
		}
	}
	return exits
}

// leave drops from st what only fn's own code could ask for.
func (x *run) leave(fn *ssa.Function, st *State) *State {
	if len(x.frames) == 1 {
		return st
	}
	n := st.copy()
	n.env = slices.DeleteFunc(slices.Clone(st.env), func(b binding) bool {
		for _, v := range b.key.Roots() {
			if v.Parent() == fn {
				return true
			}
		}
		return false
	})
	return n
}

// block runs one block and returns the states that leave it to its successors
// and those in which the function returns there.
func (x *run) block(b *ssa.BasicBlock, st *State) (edges []flow.Edge[*State], exits []*State) {
	x.budget--
	states := []*State{st}
	for _, coded := range x.tree.code[b].instrs {
		if x.record && coded.visit {
			for _, s := range states {
				x.visit(s, coded)
			}
		}
		if !coded.run {
			continue
		}
		switch instr := coded.instr.(type) {
		case *ssa.Jump:
			for _, s := range states {
				edges = append(edges, x.edge(b, b.Succs[0], s))
			}
		case *ssa.If:
			for _, s := range states {
				yes, no := x.branch(b, instr, s)
				if yes != nil {
					edges = append(edges, x.edge(b, b.Succs[0], yes))
				}
				if no != nil {
					edges = append(edges, x.edge(b, b.Succs[1], no))
				}
			}
		case *ssa.Return:
			for _, s := range states {
				exits = append(exits, x.returns(instr, s))
			}
		case *ssa.Panic:
			for _, s := range states {
				exits = append(exits, x.panics(b, instr, s)...)
			}
		default:
			var next []*State
			for _, s := range states {
				next = append(next, x.step(s, instr)...)
			}
			states = x.distinct(next)
		}
		if len(states) == 0 {
			break
		}
	}
	return edges, exits
}

// distinct returns states without repetitions, merged as at the entry of
// a block if they are many.
func (x *run) distinct(states []*State) []*State {
	if len(states) < 2 {
		return states
	}
	var set []*State
	for _, s := range states {
		set, _, _ = x.insert(set, s)
	}
	return set
}

// branch returns st as it takes either branch of instr, nil for a branch that
// is not feasible.
func (x *run) branch(b *ssa.BasicBlock, instr *ssa.If, st *State) (yes, no *State) {
	if c, ok := instr.Cond.(*ssa.Const); ok {
		if x.m.constant(c) == x.m.Names.Bool(true) {
			return st, nil
		}
		return nil, st
	}
	if ir.Ticks(instr.Cond) {
		return st, nil
	}
	if !x.tree.conds[instr] {
		return st, st
	}
	cond := x.m.eval(st, instr.Cond)
	loaded := x.loaded(st, instr.Cond)
	x.tests(cond, b)
	if loaded != nil {
		x.tests(loaded, b)
	}
	if value, ok := x.m.truth(st, cond); ok && (loaded != nil && x.fresh(loaded, instr) || loaded == nil && x.fresh(cond, instr)) {
		if value {
			return st, nil
		}
		return nil, st
	}
	if loaded != nil {
		cond = loaded
		if u, ok := instr.Cond.(*ssa.UnOp); ok && u.Op == token.NOT {
			cond = x.m.not(loaded)
		}
	}
	return x.m.assume(st, cond, true), x.m.assume(st, cond, false)
}

// tests notes that block b ends in a test of cond.
func (x *run) tests(cond *locks.Term, b *ssa.BasicBlock) {
	if p := positive(x.m.Names, cond); !slices.Contains(x.origins[p], b) {
		x.origins[p] = append(x.origins[p], b)
	}
}

// loaded returns the boolean in memory that v loads, or whose negation it is, if
// what st knows of it comes from an earlier test.
func (x *run) loaded(st *State, v ssa.Value) *locks.Term {
	u, ok := v.(*ssa.UnOp)
	if ok && u.Op == token.NOT {
		u, ok = u.X.(*ssa.UnOp)
	}
	if !ok || u.Op != token.MUL {
		return nil
	}
	t := x.m.Names.Deref(x.m.eval(st, u.X))
	for _, b := range st.env {
		if b.key == t && b.how == tested && !b.flag {
			return t
		}
	}
	return nil
}

// fresh reports whether what an earlier test found of cond still counts at
// branch instr. Other goroutines may change shared memory before a lock is
// acquired: a test under the lock repeats one made before it, if it reads the
// memory again. If the lock is acquired only because of the earlier test, both
// tests go together, and the acquisition does not dominate the branch.
func (x *run) fresh(cond *locks.Term, instr *ssa.If) bool {
	if x.m.counting() {
		return true // to acquire a unit excludes nobody
	}
	b := instr.Block()
	shared := false
	for _, loc := range cond.Loads() {
		if alloc, ok := loc.Val.(*ssa.Alloc); !ok || loc.Kind != locks.Root || x.escapes(alloc) {
			shared = true
		}
	}
	if !shared {
		return true
	}
	acquiring, ok := x.tree.acquiring[b.Parent()]
	if !ok {
		acquiring = x.acquiring(b.Parent())
		x.tree.acquiring[b.Parent()] = acquiring
	}
	for _, a := range acquiring {
		if !a.Dominates(b) || !x.reads(instr.Cond, a) {
			continue
		}
		before, between, stable := false, false, false
		for _, o := range x.origins[positive(x.m.Names, cond)] {
			if o.Parent() != b.Parent() || o == b {
				continue
			}
			if o != a && o.Dominates(a) {
				before = true
				stable = stable || locksBetween(o, b, acquiring)
			} else if a.Dominates(o) && o.Dominates(b) {
				between = true
			}
		}
		if before && !between && !stable {
			return false
		}
	}
	return true
}

// escapes reports whether other goroutines may change the variable alloc.
func (x *run) escapes(alloc *ssa.Alloc) bool { return alloc.Heap && x.m.IR.Cell(alloc).Leaks }

// reads reports whether v reads shared memory in block a or after it.
func (x *run) reads(v ssa.Value, a *ssa.BasicBlock) bool {
	instr, ok := v.(ssa.Instruction)
	if !ok || !a.Dominates(instr.Block()) {
		return false
	}
	switch v := v.(type) {
	case *ssa.Phi, *ssa.Call:
		return false
	case *ssa.Lookup:
		return true
	case *ssa.UnOp:
		if v.Op == token.MUL {
			base := v.X
			for {
				field, ok := base.(*ssa.FieldAddr)
				if !ok {
					break
				}
				base = field.X
			}
			alloc, local := base.(*ssa.Alloc)
			return !local || x.escapes(alloc)
		}
	}
	var buf [4]*ssa.Value
	for _, op := range instr.Operands(buf[:0]) {
		if *op != nil && x.reads(*op, a) {
			return true
		}
	}
	return false
}

// locksBetween reports whether the test that ends block o decides on acquiring
// a lock before block b. Whoever tests the same again at b relies on the
// condition to be stable.
func locksBetween(o, b *ssa.BasicBlock, acquiring []*ssa.BasicBlock) bool {
	for _, s := range o.Succs {
		if len(s.Preds) > 1 {
			continue
		}
		for _, a := range acquiring {
			if s.Dominates(a) && !a.Dominates(b) && !s.Dominates(b) {
				return true
			}
		}
	}
	return false
}

// acquiring returns the blocks of fn that acquire a lock or wait.
func (x *run) acquiring(fn *ssa.Function) []*ssa.BasicBlock {
	var out []*ssa.BasicBlock
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			call, ok := instr.(*ssa.Call)
			if !ok {
				continue
			}
			callee := locks.CalleeOf(&call.Call, call.Call.Value)
			op, ok := x.m.Op(callee.Func)
			if ok && (op.Action == locks.Acquire || op.Action == locks.Wait) || !ok && x.m.acquires(callee) {
				out = append(out, b)
				break
			}
		}
	}
	return out
}

// acquires reports whether a function acquires a lock or waits.
func (m *Machine) acquires(callee locks.Callee) bool {
	if callee.Func == nil {
		return false
	}
	eff := m.Effects(callee)
	return eff != nil && len(eff.Excludes)+len(eff.Waits) > 0
}

// edge returns st as it arrives at to, coming from from.
func (x *run) edge(from, to *ssa.BasicBlock, st *State) flow.Edge[*State] {
	back := to.Dominates(from)
	if back {
		x.again(from, to, st)
		st = x.forget(from, to, st)
	}
	st = x.phis(from, to, st, back)
	return flow.Edge[*State]{To: to.Index, State: x.tree.live[to.Parent()].trim(to, st)}
}

// phis binds the phis of block to, entered from from.
func (x *run) phis(from, to *ssa.BasicBlock, st *State, back bool) *State {
	phis := x.tree.code[to].phis
	if len(phis) == 0 {
		return st
	}
	pred := slices.Index(to.Preds, from)
	var roots, vals []*locks.Term
	for _, phi := range phis {
		roots = append(roots, x.m.root(phi))
		vals = append(vals, x.m.eval(st, phi.Edges[pred]))
	}
	// Names that begin at an earlier value of a phi lose it. At a back edge
	// what is to become the phi's value takes the phi's name, so that the next
	// iteration looks like this one.
	next := make(map[*locks.Term]*locks.Term)
	if back {
		for i, v := range vals {
			if v.Kind != locks.Const && v != roots[i] && varies(v, to) && next[v] == nil {
				next[v] = roots[i]
				vals[i] = roots[i]
			}
		}
	}
	for _, r := range roots {
		st = st.bind(r, nil)
	}
	lost := func(t *locks.Term) *locks.Term {
		return x.m.Names.Subst(t, func(t *locks.Term) *locks.Term {
			if n := next[t]; n != nil {
				return n
			}
			if i := slices.Index(roots, t); i >= 0 && (vals[i] != t || isValue(next, t)) {
				return x.m.Names.Old(t)
			}
			return nil
		})
	}
	st = st.rename(lost)
	for i, r := range roots {
		if v := vals[i]; v == r || mentionsAny(v, roots) || !back && counts(phis[i]) {
			continue
		} else if x.tree.flags[phis[i]] {
			st = st.bindFlag(r, v)
		} else {
			st = st.bind(r, v)
		}
	}
	return st
}

// counts reports whether phi counts the turns of a loop, or something in it. The
// number it starts with must not tell the first turn from the others.
func counts(phi *ssa.Phi) bool {
	b, ok := phi.Type().Underlying().(*types.Basic)
	if !ok || b.Info()&types.IsInteger == 0 {
		return false
	}
	for _, p := range phi.Block().Preds {
		if phi.Block().Dominates(p) {
			return true
		}
	}
	return false
}

// isValue reports whether m maps anything to t.
func isValue(m map[*locks.Term]*locks.Term, t *locks.Term) bool {
	for _, v := range m {
		if v == t {
			return true
		}
	}
	return false
}

func mentionsAny(t *locks.Term, roots []*locks.Term) bool {
	for _, r := range roots {
		if v, ok := r.Val.(ssa.Value); ok && t.Mentions(v) {
			return true
		}
	}
	return false
}

// varies reports whether t depends on a value that is computed in the loop
// whose header is b.
func varies(t *locks.Term, b *ssa.BasicBlock) bool {
	for _, v := range t.Roots() {
		instr, ok := v.(ssa.Instruction)
		if ok && instr.Parent() == b.Parent() && b.Dominates(instr.Block()) {
			return true
		}
	}
	return t.Depth() >= maxDepth-2
}

// again records the locks that a loop still holds when it goes round.
func (x *run) again(from, to *ssa.BasicBlock, st *State) {
	if !x.record {
		return
	}
	for i := range st.locks {
		l := &st.locks[i]
		if l.Status == Held && l.Site != nil && l.Site.Fn == to.Parent() && to.Dominates(l.Site.At.Block()) {
			x.emit(Event{Kind: Again, Fn: to.Parent(), Instr: from.Instrs[len(from.Instrs)-1], Site: l.Site, Lock: l.Term, Mode: l.Mode, Prior: l, State: st})
		}
	}
}

func (x *run) emit(e Event) {
	if !x.record {
		return
	}
	e.Depth = len(x.frames) - 1
	e.Exit = x.exit
	e.Callback = x.callback > 0
	if e.Fn == nil {
		e.Fn = x.frames[len(x.frames)-1]
	}
	x.events = append(x.events, e)
}

// returns ends the function at a return statement, after its deferred calls.
func (x *run) returns(instr *ssa.Return, st *State) *State {
	if x.record {
		vals := make([]*locks.Term, len(instr.Results))
		for i, r := range instr.Results {
			vals[i] = x.m.eval(st, r)
		}
		x.emit(Event{Kind: Exited, Instr: instr, State: st, End: Return, Values: vals})
	}
	if len(x.frames) > 1 && len(instr.Results) == 1 {
		// The caller, who inlined us, asks for the value of the call.
		st = st.bind(x.result(instr.Parent()), x.m.eval(st, instr.Results[0]))
	}
	return st
}

// result stands for the value of an inlined call until the caller binds it.
func (x *run) result(fn *ssa.Function) *locks.Term { return x.m.Names.Root(fn) }

// panics runs the deferred calls of a panicking function. The function returns
// if one of them recovers.
func (x *run) panics(b *ssa.BasicBlock, instr *ssa.Panic, st *State) []*State {
	if call, end := x.m.endingCall(b); call != nil {
		return x.ends(st, call, end)
	}
	if impossible(instr) {
		return nil
	}
	return x.ends(st, instr, known.Panics)
}

// impossible reports whether instr is the panic that SSA puts behind a select
// without default, for the case that none of its cases was chosen.
func impossible(instr *ssa.Panic) bool {
	mi, ok := instr.X.(*ssa.MakeInterface)
	if !ok || instr.Pos().IsValid() {
		return false
	}
	c, ok := mi.X.(*ssa.Const)
	return ok && c.Value != nil && c.Value.Kind() == constant.String && constant.StringVal(c.Value) == "blocking select matched no case"
}

// ends runs the deferred calls of a function that ends at instruction at. It
// returns the states in which the function returns after all.
func (x *run) ends(st *State, at ssa.Instruction, how known.End) []*State {
	var end EndKind
	switch how {
	case known.Exits:
		return nil
	case known.Goexits:
		end = Goexit
	case known.Panics:
		end = Panic
	}
	fn := at.Parent()
	recovers := false
	for _, d := range st.defers {
		recovers = recovers || d.frame == fn && end == Panic && x.m.recovers(d.call)
	}
	if recovers {
		end = Recovered
	}
	outer := x.recovering
	x.recovering = recovers
	defer func() { x.recovering = outer }()
	var out []*State
	for _, s := range x.runDefers(fn, st, at) {
		x.emit(Event{Kind: Exited, Instr: at, State: s, End: end})
		if recovers {
			out = append(out, s)
		}
	}
	return out
}

// endingCall returns the call at the end of b that never returns, if that is
// how b ends.
func (m *Machine) endingCall(b *ssa.BasicBlock) (*ssa.Call, known.End) {
	for i := len(b.Instrs) - 1; i >= 0; i-- {
		call, ok := b.Instrs[i].(*ssa.Call)
		if !ok {
			continue
		}
		callee := locks.CalleeOf(&call.Call, call.Call.Value)
		if callee.Func != nil {
			if end := m.Ends(callee.Func); end != known.Returns {
				return call, end
			}
		}
		return nil, known.Returns
	}
	return nil, known.Returns
}

// recovers reports whether a deferred call calls recover directly.
func (m *Machine) recovers(c call) bool {
	fn := c.callee.Body
	if fn == nil {
		return false
	}
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			if call, ok := instr.(*ssa.Call); ok {
				if bi, ok := call.Call.Value.(*ssa.Builtin); ok && bi.Name() == "recover" {
					return true
				}
			}
		}
	}
	return false
}

// runDefers runs the deferred calls of fn that are pending in st, for the exit
// at instruction at.
func (x *run) runDefers(fn *ssa.Function, st *State, at ssa.Instruction) []*State {
	outer := x.exit
	x.exit = at
	defer func() { x.exit = outer }()
	states := []*State{st}
	for {
		var next []*State
		more := false
		for _, s := range states {
			i := len(s.defers) - 1
			if i < 0 || s.defers[i].frame != fn {
				next = append(next, s)
				continue
			}
			more = true
			d := s.defers[i]
			n := s.copy()
			n.defers = s.defers[:i:i]
			next = append(next, x.call(n, d.instr, d.call)...)
		}
		states = next
		if !more {
			return states
		}
	}
}

// step runs one instruction that does not end its block.
func (x *run) step(st *State, instr ssa.Instruction) []*State {
	switch instr := instr.(type) {
	case *ssa.Call:
		st = x.define(st, instr)
		if instr.Call.Signature().Results().Len() > 1 {
			for _, ref := range *instr.Referrers() {
				if e, ok := ref.(*ssa.Extract); ok {
					st = x.define(st, e)
				}
			}
		}
		c := x.prepareCall(st, &instr.Call)
		if c.common.IsInvoke() && x.m.Ends(c.callee.Func) != known.Returns {
			// SSA ends the block only after static calls that never return.
			return x.ends(st, instr, x.m.Ends(c.callee.Func))
		}
		return x.call(st, instr, c)
	case *ssa.Defer:
		return []*State{x.deferCall(st, instr)}
	case *ssa.RunDefers:
		return x.runDefers(instr.Parent(), st, instr.Block().Instrs[len(instr.Block().Instrs)-1])
	case *ssa.Go:
		return []*State{x.spawn(st, &instr.Call)}
	case *ssa.Store:
		return []*State{x.store(st, instr.Addr, instr.Val)}
	case *ssa.MapUpdate:
		st = x.escape(st, instr.Value)
		st = x.share(st, instr.Value)
		return []*State{x.overwrite(st, x.m.Names.Elem(x.m.eval(st, instr.Map), x.m.eval(st, instr.Key)))}
	case *ssa.Send:
		return x.channel(x.share(x.escape(st, instr.X), instr.X), instr)
	case *ssa.MakeInterface:
		return []*State{x.escape(x.define(st, instr), instr.X)}
	case *ssa.Alloc:
		st = x.define(st, instr)
		if x.tree.tracked[instr] && x.tree.stored[instr] {
			if zero := x.m.zero(instr.Type().Underlying().(*types.Pointer).Elem()); zero != nil {
				if x.tree.flags[instr] {
					st = st.bindFlag(x.m.Names.Deref(x.m.root(instr)), zero)
				} else {
					st = st.bind(x.m.Names.Deref(x.m.root(instr)), zero)
				}
			}
		}
	case *ssa.Select:
		return x.channel(x.define(st, instr), instr)
	case *ssa.UnOp:
		if instr.Op == token.ARROW {
			return x.channel(x.define(st, instr), instr)
		}
		if instr.Op == token.MUL && x.tree.tracked[instr] {
			st = x.define(st, instr)
			if t := x.m.eval(st, instr); x.tree.mayChange(t) {
				// Fix the value now: the location may be overwritten before
				// the value is used.
				st = st.bind(x.m.root(instr), t)
			}
		}
	case *ssa.Extract:
		switch tuple := instr.Tuple.(type) {
		case *ssa.Call: // defined by the call
		case *ssa.Select:
			if !x.m.Counts(tuple) { // else the case is chosen
				st = x.define(st, instr)
			}
		default:
			st = x.define(st, instr)
		}
	case ssa.Value:
		st = x.define(st, instr)
	}
	return []*State{st}
}

// deferCall runs a defer statement.
func (x *run) deferCall(st *State, instr *ssa.Defer) *State {
	d := &deferred{instr, x.deferFrame(instr), x.prepareCall(st, &instr.Call)}
	if body := d.call.callee.Body; body == nil || !x.m.visits(body) {
		if !x.m.matters(&instr.Call) && !x.m.recovers(d.call) || body != nil && body.Parent() != nil && x.m.Inert(body) {
			return st
		}
	}
	for _, p := range st.defers {
		if p.instr == instr && p.call.fn == d.call.fn && slices.Equal(p.call.args, d.call.args) {
			return st
		}
	}
	if len(st.defers) >= maxDefers {
		st = st.copy()
		st.joined = true
		return st
	}
	return st.push(d)
}

func (m *Machine) zero(t types.Type) *locks.Term {
	if b, ok := t.Underlying().(*types.Basic); ok {
		switch {
		case b.Info()&types.IsBoolean != 0:
			return m.Names.Bool(false)
		case b.Info()&types.IsInteger != 0:
			return m.Names.Const("0")
		}
		return nil
	}
	if isNillable(t) || types.IsInterface(t) {
		return m.Names.Nil()
	}
	return nil
}

// mayChange reports whether some store of the code may change the value v
// between two uses.
func (t *tree) mayChange(v *locks.Term) bool {
	for _, loc := range v.Loads() {
		if t.stored[cellOf(loc)] {
			return true
		}
	}
	return false
}

// cellOf returns what identifies the memory at loc across objects: a field, a
// local or package variable.
func cellOf(loc *locks.Term) any {
	switch loc.Kind {
	case locks.Field:
		return loc.Var
	case locks.Root:
		return loc.Val
	}
	return nil
}

// deferFrame returns the function at whose exit instr's call runs: for the body
// of a range-over-func loop it is the function around the loop.
func (x *run) deferFrame(instr *ssa.Defer) *ssa.Function {
	fn := instr.Parent()
	for instr.DeferStack != nil && isYield(fn) {
		fn = fn.Parent()
	}
	return fn
}

// isYield reports whether fn is the body of a range-over-func loop.
func isYield(fn *ssa.Function) bool {
	_, ok := fn.Syntax().(*ast.RangeStmt)
	return ok && fn.Synthetic != ""
}

// define makes the names of an earlier value of v, from an earlier iteration of
// a loop, names of something old.
func (x *run) define(st *State, v ssa.Value) *State {
	if !x.tree.tracked[v] {
		return st
	}
	root := x.m.root(v)
	st = st.bind(root, nil)
	if !st.mentions(v) {
		return st
	}
	return st.rename(func(t *locks.Term) *locks.Term {
		return x.m.Names.Subst(t, func(t *locks.Term) *locks.Term {
			if t == root {
				return x.m.Names.Old(t)
			}
			return nil
		})
	})
}

func (s *State) mentions(v ssa.Value) bool {
	for _, l := range s.locks {
		if l.Term.Mentions(v) {
			return true
		}
	}
	for _, b := range s.env {
		if b.key.Mentions(v) || b.val.Mentions(v) {
			return true
		}
	}
	for _, d := range s.defers {
		if d.call.fn != nil && d.call.fn.Mentions(v) {
			return true
		}
		for _, a := range d.call.args {
			if a.Mentions(v) {
				return true
			}
		}
	}
	return false
}

// store runs *addr = val.
func (x *run) store(st *State, addr, val ssa.Value) *State {
	loc := x.m.eval(st, addr)
	if _, local := addr.(*ssa.Alloc); !local {
		if _, captured := addr.(*ssa.FreeVar); !captured {
			st = x.share(x.escape(st, val), val)
		}
	}
	if !x.tree.stored[cellOf(loc)] {
		return st
	}
	v := x.m.eval(st, val)
	st = x.overwrite(st, loc)
	if v.Reads(loc) || v.Depth() > maxDepth-2 {
		return st
	}
	if alloc, ok := loc.Val.(*ssa.Alloc); ok && x.tree.flags[alloc] {
		return st.bindFlag(x.m.Names.Deref(loc), v)
	}
	return st.bindHow(x.m.Names.Deref(loc), v, stored)
}

// share notes that other code gets v: it may release the locks that v contains.
func (x *run) share(st *State, v ssa.Value) *State {
	if len(st.locks) == 0 || !isNillable(v.Type()) {
		return st
	}
	t := x.m.eval(st, v)
	for _, l := range st.locks {
		if l.Status != Held || l.Shared {
			continue
		}
		for p := l.Term; p != nil; p = p.X {
			if p == t {
				l.Shared = true
				st = st.with(l)
				break
			}
		}
	}
	return st
}

// overwrite makes the names that read location loc names of something old.
func (x *run) overwrite(st *State, loc *locks.Term) *State {
	touched := false
	for _, l := range st.locks {
		touched = touched || l.Term.Reads(loc)
	}
	for _, b := range st.env {
		touched = touched || b.key.Reads(loc) || b.val.Reads(loc)
	}
	for _, d := range st.defers {
		for _, a := range d.call.args {
			touched = touched || a.Reads(loc)
		}
	}
	if !touched {
		return st
	}
	return st.rename(func(t *locks.Term) *locks.Term {
		return x.m.Names.Subst(t, func(t *locks.Term) *locks.Term {
			if t.Kind == locks.Deref && t.X.Within(loc) {
				return x.m.Names.Old(t)
			}
			return nil
		})
	})
}
