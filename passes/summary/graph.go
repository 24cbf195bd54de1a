package summary

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/lockset"
)

// A graph is the call graph of the declared functions of a package; the
// literals in a function are part of it.
type graph struct {
	targets  *targets
	funcs    []*ssa.Function // in source order
	calls    map[*ssa.Function]map[*ssa.Function]bool
	callees  map[*ssa.Function][]*ssa.Function // the same, in source order
	relevant map[*ssa.Function]bool            // may do something to locks
	direct   map[*ssa.Function]bool            // does so itself, or calls another package that does more than to acquire
	called   map[*ssa.Function]bool            // by others
	late     map[*ssa.Function]bool            // ran before one of its callees did
}

func newGraph(r *Result, pkg *ir.Package, t *targets) *graph {
	g := &graph{
		targets:  t,
		late:     make(map[*ssa.Function]bool),
		calls:    make(map[*ssa.Function]map[*ssa.Function]bool),
		callees:  make(map[*ssa.Function][]*ssa.Function),
		relevant: make(map[*ssa.Function]bool),
		direct:   make(map[*ssa.Function]bool),
		called:   make(map[*ssa.Function]bool),
	}
	for _, fn := range pkg.Funcs {
		top := ir.Outermost(fn)
		if g.calls[top] == nil {
			g.funcs = append(g.funcs, top)
			g.calls[top] = make(map[*ssa.Function]bool)
		}
		if g.scan(r, pkg, top, fn) {
			g.relevant[top] = true
		}
	}
	callers := make(map[*ssa.Function][]*ssa.Function)
	var work []*ssa.Function
	for _, fn := range g.funcs {
		for _, callee := range g.callees[fn] {
			callers[callee] = append(callers[callee], fn)
			g.called[callee] = true
		}
		if g.relevant[fn] {
			work = append(work, fn)
		}
	}
	for len(work) > 0 {
		fn := work[0]
		work = work[1:]
		for _, c := range callers[fn] {
			if !g.relevant[c] {
				g.relevant[c] = true
				work = append(work, c)
			}
		}
	}
	return g
}

// concerned reports whether fn need be looked at. Where counted resources are
// summarized, fn itself must operate on one, or something that it mentions have
// effects that its callers see.
func (g *graph) concerned(r *Result, fn *ssa.Function) bool {
	return r.table == nil || g.direct[fn] || slices.ContainsFunc(g.callees[fn], func(callee *ssa.Function) bool {
		f := r.byFn[callee]
		return f != nil && acts(f.Effects)
	})
}

// scan records the functions of the package that fn mentions and reports
// whether fn itself may do something to locks.
func (g *graph) scan(r *Result, pkg *ir.Package, top, fn *ssa.Function) bool {
	relevant := false
	call := func(fn *ssa.Function) {
		body := ir.Outermost(fn)
		if !g.calls[top][body] && (body != top || fn == top) {
			g.calls[top][body] = true
			g.callees[top] = append(g.callees[top], body)
		}
	}
	for _, p := range fn.Params {
		if _, ok := p.Type().Underlying().(*types.Signature); ok && fn.Parent() == nil && r.table == nil {
			relevant, g.direct[top] = true, true // it may call it while a lock is held
		}
	}
	mention := func(c locks.Callee) {
		if op, ok := r.Machine.Op(c.Func); ok {
			relevant, g.direct[top] = true, true
			if !op.Sync {
				// Which lock it is depends on what all of them do.
				for _, method := range locks.Methods(c.Func) {
					if body := pkg.SSA.Prog.FuncValue(method); body != nil && len(body.Blocks) > 0 && body != top {
						call(body)
					}
				}
			}
		}
		switch {
		case c.Body != nil:
			call(c.Body)
		case c.Func != nil:
			if eff := r.effects(c); eff != nil && (acts(eff) || len(eff.Excludes)+len(eff.Calls) > 0) {
				relevant = true
				g.direct[top] = g.direct[top] || acts(eff)
			}
		}
	}
	var operands [10]*ssa.Value
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			if r.Machine.Counts(instr) {
				relevant, g.direct[top] = true, true
			}
			if call, ok := instr.(ssa.CallInstruction); ok {
				mention(locks.CalleeOf(call.Common(), call.Common().Value))
				for _, target := range g.targets.of(call.Common()) {
					mention(locks.Callee{Body: target})
				}
			}
			for _, op := range instr.Operands(operands[:0]) {
				switch v := (*op).(type) {
				case *ssa.Function:
					mention(locks.CalleeOf(&ssa.CallCommon{Value: v}, v))
				}
			}
		}
	}
	return relevant
}

// acts reports whether a call does more than to acquire locks and release them
// again.
func acts(eff *lockset.Effects) bool {
	calls := slices.ContainsFunc(eff.Calls, func(c lockset.ParamCall) bool { return len(c.Held) > 0 })
	return calls || len(eff.Outcomes) > 0 || len(eff.Funcs) > 0 || len(eff.Waits) > 0
}

// quiet reports whether no lock is ever held in fn, a test that nobody calls: it
// need not be run, since nobody asks what it acquires either. Its callees have been
// run.
func (g *graph) quiet(r *Result, pkg *ir.Package, fn *ssa.Function) bool {
	return !g.called[fn] && !g.direct[fn] && pkg.InTest(fn.Pos()) && !slices.ContainsFunc(g.callees[fn], func(callee *ssa.Function) bool {
		f := r.byFn[callee]
		return f != nil && acts(f.Effects)
	})
}

// order returns the strongly connected components of g, callees first (Tarjan,
// "Depth-first search and linear graph algorithms", 1972). In a component too, callees
// come before their callers wherever the search did not come back to a caller.
func (g *graph) order() [][]*ssa.Function {
	index := make(map[*ssa.Function]int)
	finished := make(map[*ssa.Function]int)
	low := make(map[*ssa.Function]int)
	onStack := make(map[*ssa.Function]bool)
	var stack []*ssa.Function
	var out [][]*ssa.Function
	var visit func(fn *ssa.Function)
	visit = func(fn *ssa.Function) {
		index[fn] = len(index) + 1
		low[fn] = index[fn]
		stack = append(stack, fn)
		onStack[fn] = true
		for _, c := range g.callees[fn] {
			if index[c] == 0 {
				visit(c)
				low[fn] = min(low[fn], low[c])
			} else if onStack[c] {
				low[fn] = min(low[fn], index[c])
			}
		}
		finished[fn] = len(finished)
		if low[fn] != index[fn] {
			return
		}
		i := slices.Index(stack, fn)
		scc := slices.Clone(stack[i:])
		stack = stack[:i]
		for _, fn := range scc {
			onStack[fn] = false
		}
		slices.SortFunc(scc, func(a, b *ssa.Function) int { return finished[a] - finished[b] })
		out = append(out, scc)
	}
	// The methods of locks come first: whoever uses a lock through a sync.Locker
	// or a sync.Cond does not mention them.
	for _, fn := range g.funcs {
		obj, _ := fn.Object().(*types.Func)
		if _, ok := locks.OpOf(obj); ok && index[fn] == 0 {
			visit(fn)
		}
	}
	for _, fn := range g.funcs {
		if index[fn] == 0 {
			visit(fn)
		}
	}
	return out
}
