package lockset

import (
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/flow"
	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/internal/known"
	"github.com/concurlint/concurlint/passes/locks"
)

// A tree is what the machine must know about a declared function and all
// function literals in it before it runs any of them.
type tree struct {
	// tracked are the values that the name of a lock, a called function or a
	// condition may depend on. The machine follows only these.
	tracked map[ssa.Value]bool
	// stored are the fields and variables that are assigned, other than at
	// their declaration.
	stored map[any]bool
	// conds are the branches whose outcome is worth remembering, because a
	// later branch or the function's result depends on the same condition.
	conds map[*ssa.If]bool
	// flags are the variables and phis whose constant values such branches test
	// directly: the flags of "if locked", and how the body of a range-over-func
	// loop was left.
	flags  map[ssa.Value]bool
	code   map[*ssa.BasicBlock]*code
	weight map[*ssa.BasicBlock]weight
	live   map[*ssa.Function]*liveness
	rank   map[*ssa.Function][]int // of the blocks, for [flow.Solve]
	// acquiring are the blocks that acquire a lock or wait.
	acquiring map[*ssa.Function][]*ssa.BasicBlock
	bound     map[boundKey]*bound
	accesses  map[ssa.Instruction][]*Access
	read      map[[2]*ssa.BasicBlock]map[any]bool // what a loop, by latch and header, reads
}

// A code is what the machine must look at in a block.
type code struct {
	instrs []coded
	phis   []*ssa.Phi
}

// A coded is an instruction that may change a state (run), or whose states
// passes ask for (visit).
type coded struct {
	instr      ssa.Instruction
	run, visit bool
}

// Forget makes the machine look again at the declared function fn, because more
// is known of the functions it calls.
func (m *Machine) Forget(fn *ssa.Function) { delete(m.trees, fn) }

// tree returns the tree that fn belongs to.
func (m *Machine) tree(fn *ssa.Function) *tree {
	for fn.Parent() != nil {
		fn = fn.Parent()
	}
	if t := m.trees[fn]; t != nil {
		return t
	}
	t := &tree{
		tracked: make(map[ssa.Value]bool),
		stored:  make(map[any]bool),
		conds:   make(map[*ssa.If]bool),
		flags:   make(map[ssa.Value]bool),
		code:    make(map[*ssa.BasicBlock]*code),
		weight:  make(map[*ssa.BasicBlock]weight),
		live:    make(map[*ssa.Function]*liveness),
		rank:    make(map[*ssa.Function][]int),

		acquiring: make(map[*ssa.Function][]*ssa.BasicBlock),
		bound:     make(map[boundKey]*bound),
		accesses:  make(map[ssa.Instruction][]*Access),
		read:      make(map[[2]*ssa.BasicBlock]map[any]bool),
	}
	m.trees[fn] = t
	var funcs []*ssa.Function
	var add func(*ssa.Function)
	add = func(fn *ssa.Function) {
		funcs = append(funcs, fn)
		for _, anon := range fn.AnonFuncs {
			add(anon)
		}
	}
	add(fn)
	for _, fn := range funcs {
		m.findStores(t, fn)
		if m.counting() {
			continue
		}
		for _, a := range m.Accesses(fn) {
			t.accesses[a.Instr] = append(t.accesses[a.Instr], a)
		}
	}
	tested := make(map[*locks.Term]int)
	deciding := make(map[*locks.Term]bool) // on what happens to locks
	empty := new(State)
	eachIf(funcs, func(instr *ssa.If) {
		cond := positive(m.Names, m.eval(empty, instr.Cond))
		tested[cond]++
		deciding[cond] = deciding[cond] || m.decides(t, instr, false)
	})
	returned := m.returnedValues(funcs)
	eachIf(funcs, func(instr *ssa.If) {
		cond := positive(m.Names, m.eval(empty, instr.Cond))
		if deciding[cond] && tested[cond] > 1 || cond.Kind == locks.Binary && returned[cond.X] || cond.Depth() <= 3 && fromParam(cond) && m.decides(t, instr, true) || m.pathDependent(t, instr.Cond, make(map[ssa.Value]bool)) {
			t.conds[instr] = true
			m.track(t, instr.Cond)
			if v := m.flagOf(instr.Cond); v != nil && isFlag(v) && m.decides(t, instr, true) {
				t.flags[v] = true
			}
		}
	})
	for _, fn := range funcs {
		m.trackOperands(t, fn)
	}
	for _, fn := range funcs {
		for _, b := range fn.Blocks {
			t.code[b] = m.selection(t, b)
		}
	}
	for _, fn := range slices.Backward(funcs) { // literals before the functions they are in
		t.live[fn] = newLiveness(m, t, fn)
		t.rank[fn] = flow.PostorderRank(len(fn.Blocks), func(i int) []int {
			var out []int
			for _, s := range fn.Blocks[i].Succs {
				out = append(out, s.Index)
			}
			return out
		})
	}
	return t
}

// decides reports whether a branch decides on which paths something happens to
// locks: one of its arms, up to where they meet, calls something that matters
// or, if exits count, leaves the function.
func (m *Machine) decides(t *tree, instr *ssa.If, exits bool) bool {
	for _, succ := range instr.Block().Succs {
		if len(succ.Preds) > 1 {
			continue // they meet there
		}
		// The blocks that succ dominates are those below it in the dominator
		// tree.
		if m.decidesBelow(t, succ, exits) {
			return true
		}
	}
	return false
}

func (m *Machine) decidesBelow(t *tree, b *ssa.BasicBlock, exits bool) bool {
	w, ok := t.weight[b]
	if !ok {
		for _, i := range b.Instrs {
			switch i := i.(type) {
			case *ssa.Return, *ssa.Panic:
				w.exits = true
			case ssa.CallInstruction:
				w.calls = w.calls || m.matters(i.Common())
			default:
				w.calls = w.calls || len(m.channelOps(i)) > 0
			}
		}
		t.weight[b] = w
	}
	if w.calls || exits && w.exits {
		return true
	}
	for _, d := range b.Dominees() {
		if m.decidesBelow(t, d, exits) {
			return true
		}
	}
	return false
}

// A weight tells whether a block calls something that matters, and whether the
// function ends in it.
type weight struct{ calls, exits bool }

// selection returns the instructions of b that may change a state.
func (m *Machine) selection(t *tree, b *ssa.BasicBlock) *code {
	c := new(code)
	for _, instr := range b.Instrs {
		if phi, ok := instr.(*ssa.Phi); ok {
			if t.tracked[phi] {
				c.phis = append(c.phis, phi)
			}
			continue
		}
		if run, visit := m.selects(t, instr), !m.counting() && (len(t.accesses[instr]) > 0 || m.visited(instr)); run || visit {
			c.instrs = append(c.instrs, coded{instr, run, visit})
		}
	}
	return c
}

func (m *Machine) selects(t *tree, instr ssa.Instruction) bool {
	if len(m.channelOps(instr)) > 0 {
		return true
	}
	function := func(v ssa.Value) bool { return t.tracked[v] || ir.IsFunc(v.Type()) }
	switch instr := instr.(type) {
	case *ssa.Jump, *ssa.If, *ssa.Return, *ssa.Panic, *ssa.Defer, *ssa.RunDefers, *ssa.Go:
		return true
	case *ssa.Call:
		if b, ok := instr.Call.Value.(*ssa.Builtin); ok {
			return b.Name() == "recover"
		}
		return t.tracked[instr] || m.matters(&instr.Call) || instr.Call.IsInvoke() && m.unknownMayLock(&instr.Call)
	case *ssa.Store:
		return function(instr.Val) || t.stored[cellOf(m.Eval(instr.Addr))]
	case *ssa.MapUpdate:
		return function(instr.Value) || t.tracked[instr.Map]
	case *ssa.Send:
		return function(instr.X)
	case *ssa.MakeInterface:
		return t.tracked[instr] || ir.IsFunc(instr.X.Type())
	case ssa.Value:
		return t.tracked[instr]
	}
	return false
}

// unknownMayLock reports whether a call of an interface method passes something
// that may contain a lock, or never returns.
func (m *Machine) unknownMayLock(c *ssa.CallCommon) bool {
	if m.Ends(c.Method) != known.Returns {
		return true
	}
	for _, a := range c.Args {
		if isNillable(a.Type()) || types.IsInterface(a.Type()) {
			return true
		}
	}
	return false
}

// isFlag reports whether the variable or phi v is a boolean, may be nil, or says
// how the body of a range-over-func loop was left.
func isFlag(v ssa.Value) bool {
	t := v.Type()
	alloc, ok := v.(*ssa.Alloc)
	if ok {
		t = t.Underlying().(*types.Pointer).Elem()
	}
	if b, ok := t.Underlying().(*types.Basic); ok {
		return b.Info()&types.IsBoolean != 0 || alloc != nil && strings.HasPrefix(alloc.Comment, "jump$")
	}
	return true
}

// flagOf returns the variable or phi that a condition compares with a constant.
func (m *Machine) flagOf(cond ssa.Value) ssa.Value {
	for {
		switch v := cond.(type) {
		case *ssa.UnOp:
			if v.Op == token.NOT {
				cond = v.X
				continue
			}
			if v.Op != token.MUL {
				return nil
			}
			addr := v.X
			if fv, ok := addr.(*ssa.FreeVar); ok {
				addr = m.IR.Binding(fv)
			}
			if alloc, ok := addr.(*ssa.Alloc); ok {
				return alloc
			}
			return nil
		case *ssa.BinOp:
			if _, ok := v.Y.(*ssa.Const); !ok || v.Op != token.EQL && v.Op != token.NEQ {
				return nil
			}
			cond = v.X
			continue
		case *ssa.Phi:
			return v
		}
		return nil
	}
}

// returnedValues returns the names of the values that funcs return: what is
// known of them tells callers, and deferred calls, how a call went.
func (m *Machine) returnedValues(funcs []*ssa.Function) map[*locks.Term]bool {
	values := make(map[*locks.Term]bool)
	for _, fn := range funcs {
		for _, b := range fn.Blocks {
			if ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return); ok {
				for _, r := range ret.Results {
					values[m.Eval(r)] = true
					if load, ok := r.(*ssa.UnOp); ok && load.Op == token.MUL {
						for _, s := range m.storesTo(load.X) {
							values[m.Eval(s.Val)] = true
						}
					}
				}
			}
		}
	}
	return values
}

// storesTo returns the assignments to the local variable at addr.
func (m *Machine) storesTo(addr ssa.Value) []*ssa.Store {
	if alloc, ok := addr.(*ssa.Alloc); ok {
		if c := m.IR.Cell(alloc); c != nil {
			return c.Stores
		}
	}
	return nil
}

func eachIf(funcs []*ssa.Function, f func(*ssa.If)) {
	for _, fn := range funcs {
		for _, b := range fn.Blocks {
			if instr, ok := b.Instrs[len(b.Instrs)-1].(*ssa.If); ok {
				f(instr)
			}
		}
	}
}

// positive returns cond without negations.
func positive(n *locks.Names, cond *locks.Term) *locks.Term {
	for cond.Kind == locks.Binary && cond.Op == token.EQL && cond.Y == n.Bool(false) {
		cond = cond.X
	}
	return cond
}

// fromParam reports whether cond is a test of a parameter: the caller may know
// its outcome.
func fromParam(cond *locks.Term) bool {
	if cond.Kind == locks.Binary && cond.Y.Kind != locks.Const {
		return false
	}
	_, ok := cond.Base().Val.(*ssa.Parameter)
	return ok && len(cond.Loads()) == 0
}

// findStores records what fn assigns.
func (m *Machine) findStores(t *tree, fn *ssa.Function) {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			store, ok := instr.(*ssa.Store)
			if !ok {
				continue
			}
			switch addr := store.Addr.(type) {
			case *ssa.FieldAddr:
				if _, fresh := addr.X.(*ssa.Alloc); !fresh {
					t.stored[fieldOf(addr.X.Type(), addr.Field)] = true
				}
			case *ssa.Global:
				t.stored[m.root(addr).Val] = true
			case *ssa.Alloc:
				if m.IR.Init(addr) == nil {
					t.stored[addr] = true
				}
			case *ssa.FreeVar:
				if alloc, ok := m.IR.Binding(addr).(*ssa.Alloc); ok && m.IR.Init(alloc) == nil {
					t.stored[alloc] = true
				}
			}
		}
	}
}

// pathDependent reports whether the path that led to a branch may decide its
// condition v: it depends on a phi, on a variable that is assigned on the way,
// or on the result of a call that locks.
func (m *Machine) pathDependent(t *tree, v ssa.Value, seen map[ssa.Value]bool) bool {
	if seen[v] {
		return false
	}
	seen[v] = true
	switch v := v.(type) {
	case *ssa.Phi:
		// Loop counters and the like are of no help; a constant among the
		// edges is.
		for _, e := range v.Edges {
			if _, ok := e.(*ssa.Const); ok || m.pathDependent(t, e, seen) {
				return true
			}
		}
	case *ssa.UnOp:
		if v.Op == token.MUL {
			return t.stored[cellOf(m.eval(new(State), v.X))]
		}
		return m.pathDependent(t, v.X, seen)
	case *ssa.BinOp:
		return (v.Op == token.EQL || v.Op == token.NEQ) && (m.pathDependent(t, v.X, seen) || m.pathDependent(t, v.Y, seen))
	case *ssa.Extract:
		if l, ok := v.Tuple.(*ssa.Lookup); ok {
			m, ok := l.X.Type().Underlying().(*types.Map)
			return ok && v.Index == 1 && isNillable(m.Elem())
		}
		return m.pathDependent(t, v.Tuple, seen)
	case *ssa.Select:
		return len(m.channelOps(v)) > 0
	case *ssa.MakeInterface:
		return m.pathDependent(t, v.X, seen)
	case *ssa.ChangeInterface:
		return m.pathDependent(t, v.X, seen)
	case *ssa.Call:
		if b, ok := v.Call.Value.(*ssa.Builtin); ok {
			return b.Name() == "recover"
		}
		callee := locks.CalleeOf(&v.Call, v.Call.Value)
		if op, ok := m.Op(callee.Func); ok {
			return op.Action == locks.Try
		}
		if callee.Body != nil && callee.Body.Parent() != nil {
			return true // a literal called in place
		}
		eff := m.Effects(callee)
		return eff != nil && len(eff.Outcomes) > 1
	}
	return false
}

// trackOperands tracks what calls and returns of fn depend on.
func (m *Machine) trackOperands(t *tree, fn *ssa.Function) {
	call := func(c *ssa.CallCommon) {
		m.track(t, c.Value)
		for _, a := range c.Args {
			m.track(t, a)
		}
	}
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			for _, op := range m.channelOps(instr) {
				m.track(t, op.ch)
			}
			switch instr := instr.(type) {
			case *ssa.Call:
				if m.matters(&instr.Call) {
					call(&instr.Call)
					t.tracked[instr] = true
				}
			case *ssa.Defer:
				call(&instr.Call)
			case *ssa.Go:
				if m.matters(&instr.Call) {
					call(&instr.Call)
				}
			case *ssa.Return:
				for _, r := range instr.Results {
					m.track(t, r)
				}
			}
		}
	}
}

// matters reports whether a call may have an effect on locks.
func (m *Machine) matters(c *ssa.CallCommon) bool {
	callee := locks.CalleeOf(c, c.Value)
	if _, ok := m.Op(callee.Func); ok {
		return true
	}
	if c.IsInvoke() {
		d := call{common: c, callee: callee}
		m.devirtualize(&d)
		callee = d.callee
	}
	if callee.Func == nil {
		_, builtin := c.Value.(*ssa.Builtin)
		return !builtin
	}
	if !m.Effects(callee).Trivial() {
		return true
	}
	for _, a := range c.Args {
		switch a := a.(type) {
		case *ssa.MakeClosure, *ssa.Function:
			return true
		case *ssa.Parameter:
			if ir.IsFunc(a.Type()) {
				return true
			}
		}
	}
	return false
}

// track tracks v and what its name depends on.
func (m *Machine) track(t *tree, v ssa.Value) {
	if v == nil || t.tracked[v] {
		return
	}
	switch v.(type) {
	case *ssa.Const, *ssa.Global, *ssa.Builtin, *ssa.Function:
		return
	}
	t.tracked[v] = true
	switch v := v.(type) {
	case *ssa.FreeVar:
		m.track(t, m.IR.Binding(v))
	case *ssa.Alloc:
		if c := m.IR.Cell(v); c != nil {
			for _, s := range c.Stores {
				m.track(t, s.Val)
			}
		}
	case *ssa.FieldAddr:
		m.track(t, v.X)
	case *ssa.Field:
		m.track(t, v.X)
	case *ssa.IndexAddr:
		m.track(t, v.X)
		m.track(t, v.Index)
	case *ssa.Index:
		m.track(t, v.X)
		m.track(t, v.Index)
	case *ssa.Lookup:
		m.track(t, v.X)
		m.track(t, v.Index)
	case *ssa.UnOp:
		m.track(t, v.X)
	case *ssa.BinOp:
		m.track(t, v.X)
		m.track(t, v.Y)
	case *ssa.Extract:
		t.tracked[v.Tuple] = true
		switch tuple := v.Tuple.(type) {
		case *ssa.TypeAssert:
			m.track(t, tuple.X)
		case *ssa.Lookup:
			m.track(t, tuple.X)
			m.track(t, tuple.Index)
		case *ssa.Call:
			m.track(t, tuple)
		}
	case *ssa.Call:
		if b, ok := v.Call.Value.(*ssa.Builtin); ok && (b.Name() == "len" || b.Name() == "cap") {
			m.track(t, v.Call.Args[0])
		} else if callee := locks.CalleeOf(&v.Call, v.Call.Value); callee.Func != nil {
			for _, a := range callee.Args { // it may be a getter
				m.track(t, a)
			}
		}
	case *ssa.Phi:
		for _, e := range v.Edges {
			m.track(t, e)
		}
	case *ssa.TypeAssert:
		m.track(t, v.X)
	case *ssa.ChangeType:
		m.track(t, v.X)
	case *ssa.ChangeInterface:
		m.track(t, v.X)
	case *ssa.Convert:
		m.track(t, v.X)
	case *ssa.MultiConvert:
		m.track(t, v.X)
	case *ssa.MakeInterface:
		m.track(t, v.X)
	case *ssa.Slice:
		m.track(t, v.X)
	}
}
