package order

import (
	"cmp"
	"go/constant"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/internal/known"
	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/lockset"
)

// An acquisition is a lock of some class that a function may acquire, itself or
// below a call.
type acquisition struct {
	mode locks.Mode
	at   string   // file:line
	tail []string // the functions on the way that are known by their names only

	// when are the values of the function's own parameters with which it happens,
	// as far as the source tests them.
	when []when
	// roles are the objects that can be meant, as far as parameters tell.
	roles []role

	call  ssa.CallInstruction // the call below which it is, or nil
	below *acquisition        // that of the callee
	depth int                 // the number of functions on the way
	lits  int                 // how many of them are literals
}

// maxChain bounds the functions that are named on the way to an acquisition.
const maxChain = 5

// chain returns the functions on the way to acq, the outermost first.
func (a *analyzer) chain(acq *acquisition) []string {
	var out []string
	for ; acq.call != nil && len(out) < maxChain; acq = acq.below {
		out = append(out, a.callName(acq.call))
	}
	if acq.call == nil {
		out = append(out, acq.tail...)
	}
	return out[:min(len(out), maxChain)]
}

// dynamic returns the first call on the way to acq of a function value or an interface
// method, or nil.
func (acq *acquisition) dynamic() ssa.CallInstruction {
	for ; acq.call != nil; acq = acq.below {
		if c := locks.CalleeOf(acq.call.Common(), acq.call.Common().Value); c.Body == nil && (c.Func == nil || acq.call.Common().IsInvoke()) {
			return acq.call
		}
	}
	return nil
}

// A when is a value that a parameter of type bool must have.
type when struct {
	param int
	value bool
}

// A role says that a parameter must be an object that is loaded from one of the
// fields: a callback that was registered there is not that of objects of the same type
// that serve another purpose.
type role struct {
	param *ssa.Parameter
	from  []*types.Var
}

// excludes reports whether the role is not that of value v.
func (r role) excludes(v ssa.Value) bool {
	f := ir.LoadedFrom(v)
	return f != nil && !slices.Contains(r.from, f)
}

// throughField returns acq, which the function around call knows from a function that
// call calls by a field, nil if another object's field is meant.
func (a *analyzer) throughField(acq *acquisition, call ssa.CallInstruction) *acquisition {
	if acq == nil || call.Common().IsInvoke() || locks.CalleeOf(call.Common(), call.Common().Value).Body != nil {
		return acq
	}
	owner, from := a.m.Roles(call.Common())
	if len(from) == 0 || owner == nil {
		return acq
	}
	switch {
	case owner.Kind == locks.Root:
		if p, ok := owner.Val.(*ssa.Parameter); ok {
			acq.roles = append(acq.roles, role{p, from})
		}
	case owner.Kind == locks.Deref && owner.X.Kind == locks.Field && !slices.Contains(from, owner.X.Var):
		return nil
	}
	return acq
}

// seenFrom returns acq, of function fn, as the caller at call sees it, nil if the
// arguments of the call exclude it. Of functions of other packages fn is nil.
func (acq *acquisition) seenFrom(fn *ssa.Function, call ssa.CallInstruction) *acquisition {
	up := &acquisition{mode: acq.mode, at: acq.at, call: call, below: acq, depth: acq.depth + 1, lits: acq.lits}
	if fn != nil && fn.Parent() != nil {
		up.lits++
	}
	if len(acq.when)+len(acq.roles) == 0 {
		return up
	}
	args := locks.CalleeOf(call.Common(), call.Common().Value).Args
	for _, r := range acq.roles {
		i := slices.Index(r.param.Parent().Params, r.param)
		if fn != r.param.Parent() {
			up.roles = append(up.roles, r) // a literal in it
		} else if len(args) != len(fn.Params) {
			continue
		} else if r.excludes(args[i]) {
			return nil
		} else if p, ok := args[i].(*ssa.Parameter); ok {
			up.roles = append(up.roles, role{p, r.from})
		}
	}
	for _, w := range acq.when {
		if w.param >= len(args) {
			continue
		}
		switch arg := args[w.param].(type) {
		case *ssa.Const:
			if arg.Value != nil && arg.Value.Kind() == constant.Bool && constant.BoolVal(arg.Value) != w.value {
				return nil
			}
		case *ssa.Parameter:
			if i := slices.Index(arg.Parent().Params, arg); i >= 0 {
				up.when = append(up.when, when{i, w.value})
			}
		}
	}
	return up
}

// better reports whether acq says more than old, of the same class: writers wait
// for everybody, and what no argument excludes happens more often.
func (acq *acquisition) better(old *acquisition) bool {
	return acq.mayBeBetter(old) && (old == nil || acq.mode != old.mode || len(acq.when) == 0)
}

// mayBeBetter reports whether what a caller sees of acq may be better than old.
func (acq *acquisition) mayBeBetter(old *acquisition) bool {
	if old == nil || acq.mode != old.mode {
		return old == nil || acq.mode == locks.Write
	}
	return len(old.when) > 0
}

// A found is an acquisition that the callers of fn do not know of yet.
type found struct {
	fn    *ssa.Function
	class Class
	acq   *acquisition
}

// A caller is a function and its call of another.
type caller struct {
	fn   *ssa.Function
	call ssa.CallInstruction
}

// findBelow finds which classes of locks each function may acquire, whatever the
// paths are, and the shortest way to it. It goes from the callees to the callers,
// breadth first. Functions of tests that nobody calls are left out: nobody asks.
func (a *analyzer) findBelow(functions []*lockset.Function) {
	a.result.below = make(map[*ssa.Function]map[Class]*acquisition)
	callers := make(map[*ssa.Function][]caller)
	type outside struct {
		caller
		callee *types.Func
	}
	var outsides []outside
	for _, fn := range a.m.IR.Funcs {
		for _, call := range callsIn(fn) {
			callees, foreign := a.callees(call)
			for _, callee := range callees {
				if c := callers[callee]; len(c) == 0 || c[len(c)-1].fn != fn {
					callers[callee] = append(c, caller{fn, call})
				}
			}
			if foreign == nil {
				continue
			}
			if len(a.imported(foreign)) > 0 {
				outsides = append(outsides, outside{caller{fn, call}, foreign})
			}
			if len(a.handed[foreign]) > 0 {
				a.nests[foreign] = append(a.nests[foreign], call)
			}
		}
	}
	asked := func(fn *ssa.Function) bool { return callers[fn] != nil || !a.m.IR.InTest(fn.Pos()) }
	for callee, all := range callers {
		callers[callee] = slices.DeleteFunc(all, func(c caller) bool { return !asked(c.fn) })
	}
	sources := a.acquired(functions, asked)
	for _, o := range outsides {
		if !asked(o.fn) {
			continue
		}
		imported := a.imported(o.callee)
		for _, c := range sortedClasses(imported) {
			sources = append(sources, found{o.fn, c, imported[c].seenFrom(nil, o.call)})
		}
	}
	slices.SortStableFunc(sources, func(x, y found) int { return cmp.Compare(x.acq.depth, y.acq.depth) })
	var levels [][]found // by depth
	put := func(fn *ssa.Function, c Class, acq *acquisition) {
		if !acq.better(a.result.below[fn][c]) {
			return
		}
		if a.result.below[fn] == nil {
			a.result.below[fn] = make(map[Class]*acquisition)
		}
		a.result.below[fn][c] = acq
		for len(levels) <= acq.depth {
			levels = append(levels, nil)
		}
		levels[acq.depth] = append(levels[acq.depth], found{fn, c, acq})
	}
	for depth := 0; depth < len(levels) || len(sources) > 0; depth++ {
		for len(sources) > 0 && sources[0].acq.depth == depth {
			put(sources[0].fn, sources[0].class, sources[0].acq)
			sources = sources[1:]
		}
		if depth >= len(levels) {
			continue
		}
		for _, f := range levels[depth] {
			for _, c := range callers[f.fn] {
				if !f.acq.mayBeBetter(a.result.below[c.fn][f.class]) {
					continue
				}
				if up := a.throughField(f.acq.seenFrom(f.fn, c.call), c.call); up != nil {
					put(c.fn, f.class, up)
				}
			}
		}
	}
}

// acquired returns the acquisitions in those functions themselves that somebody asks
// for: of each class those that say more than the ones before.
func (a *analyzer) acquired(functions []*lockset.Function, asked func(*ssa.Function) bool) []found {
	var out []found
	best := make(map[Class]*acquisition)
	for _, f := range functions {
		clear(best)
		wanted := asked(f.Fn)
		for i := range f.Events {
			e := &f.Events[i]
			if e.Kind != lockset.Acquired {
				continue
			}
			c, ok := a.classOf(e.Lock)
			if !ok {
				continue
			}
			if e.Mode == locks.Write {
				a.writes[c] = true
			}
			if !wanted {
				continue
			}
			acq := acquisition{mode: e.Mode, when: a.whens(f.Fn, e.Guards)}
			via := e.Site.Via
			if via != nil {
				acq.depth = len(via.Chain) + 1
			}
			if old := best[c]; old != nil && old.depth <= acq.depth && !acq.better(old) || a.fresh(e.Lock, e.Instr) {
				continue
			}
			if via != nil {
				acq.at = via.At
				acq.tail = append([]string{via.Callee}, via.Chain...)
			} else {
				pos, _ := a.span(e.Site.Instr)
				acq.at = a.m.Position(pos)
			}
			kept := acq
			best[c] = &kept
			out = append(out, found{f.Fn, c, &kept})
		}
	}
	return out
}

// whens returns what guards say of the parameters of fn.
func (a *analyzer) whens(fn *ssa.Function, guards []lockset.Guard) []when {
	var out []when
	for _, g := range guards {
		p, ok := g.T.Val.(*ssa.Parameter)
		if !ok || g.T.Kind != locks.Root {
			continue
		}
		if i := slices.Index(fn.Params, p); i >= 0 {
			out = append(out, when{i, g.V == a.m.Names.Bool(true)})
		}
	}
	return out
}

// callsIn returns the calls of fn that run on its goroutine.
func callsIn(fn *ssa.Function) []ssa.CallInstruction {
	var out []ssa.CallInstruction
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			if call, ok := instr.(ssa.CallInstruction); ok {
				if _, spawned := call.(*ssa.Go); !spawned {
					out = append(out, call)
				}
			}
		}
	}
	return out
}

// callees returns the functions of the package that a call may reach, and the
// function of another package.
func (a *analyzer) callees(call ssa.CallInstruction) (own []*ssa.Function, foreign *types.Func) {
	common := call.Common()
	if common.IsInvoke() {
		if fn := a.m.Method(common); fn != nil {
			return []*ssa.Function{fn}, nil
		}
		return a.implementations(common), nil
	}
	callee := locks.CalleeOf(common, common.Value)
	if callee.Body != nil {
		own = append(own, callee.Body)
	} else if callee.Func == nil {
		return a.m.Targets(common), nil
	} else if callee.Func != nil && callee.Func.Pkg() != nil && !known.Std(callee.Func.Pkg().Path()) {
		foreign = callee.Func
	}
	if known.UseOf(callee.Func) == known.Calls {
		for _, arg := range common.Args {
			if mc, ok := arg.(*ssa.MakeClosure); ok {
				own = append(own, mc.Fn.(*ssa.Function))
			}
		}
	}
	return own, foreign
}

// maxImplementations bounds the methods that a call through an interface is
// taken to reach: with more, nobody knows which.
const maxImplementations = 3

// An abstract is a method of an interface.
type abstract struct {
	iface  *types.Named
	method *types.Func
}

// implementations returns the methods of the package that a call through one of
// its own interfaces may reach, if they are few.
func (a *analyzer) implementations(common *ssa.CallCommon) []*ssa.Function {
	named, ok := types.Unalias(common.Value.Type()).(*types.Named)
	if !ok || named.Obj().Pkg() != a.pass.Pkg {
		return nil
	}
	key := abstract{named, common.Method}
	fns, known := a.methods[key]
	if !known {
		fns = a.implementing(named, common.Method)
		a.methods[key] = fns
	}
	return fns
}

// implementing does the work of implementations.
func (a *analyzer) implementing(named *types.Named, method *types.Func) []*ssa.Function {
	iface, ok := named.Underlying().(*types.Interface)
	if !ok {
		return nil
	}
	var out []*ssa.Function
	for _, t := range a.m.IR.Concrete() {
		if a.m.IR.InTest(t.Obj().Pos()) || !a.own.Converted(t, method) || !types.Implements(types.NewPointer(t), iface) {
			continue // nobody makes such an interface of it
		}
		obj, _, _ := types.LookupFieldOrMethod(t, true, a.pass.Pkg, method.Name())
		fn, ok := obj.(*types.Func)
		if !ok {
			continue
		}
		body := a.m.IR.SSA.Prog.FuncValue(fn.Origin())
		if body == nil || len(body.Blocks) == 0 || slices.Contains(out, body) {
			continue
		}
		if out = append(out, body); len(out) > maxImplementations {
			return nil
		}
	}
	return out
}

func sortedClasses[V any](m map[Class]V) []Class {
	out := make([]Class, 0, len(m))
	for c := range m {
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b Class) int { return cmp.Or(cmp.Compare(a.Pkg, b.Pkg), cmp.Compare(a.Name, b.Name)) })
	return out
}
