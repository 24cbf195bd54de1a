package order

import (
	"cmp"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/known"
	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/lockset"
)

// An acquisition is a lock of some class that a function may acquire, itself or
// below a call.
type acquisition struct {
	mode  locks.Mode
	at    string   // file:line
	chain []string // functions on the way, the outermost first
}

// maxChain bounds the functions that are named on the way to an acquisition.
const maxChain = 5

// findBelow finds which classes of locks each function may acquire, from the
// bottom up, whatever the paths are.
func (a *analyzer) findBelow(functions []*lockset.Function) {
	below := make(map[*ssa.Function]map[Class]*acquisition)
	a.result.below = below
	put := func(fn *ssa.Function, c Class, acq *acquisition) bool {
		if below[fn] == nil {
			below[fn] = make(map[Class]*acquisition)
		}
		old := below[fn][c]
		switch {
		case old == nil:
			below[fn][c] = acq
			return true
		case old.mode == locks.Read && acq.mode == locks.Write, old.mode == acq.mode && len(acq.chain) < len(old.chain):
			below[fn][c] = acq
			return true
		}
		return false
	}
	for _, f := range functions {
		for _, e := range f.Events {
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
			if a.fresh(e.Lock, e.Instr) {
				continue
			}
			pos, _ := a.span(e.Site.Instr)
			acq := &acquisition{mode: e.Mode, at: a.m.Position(pos)}
			if via := e.Site.Via; via != nil {
				acq.at = via.At
				acq.chain = append([]string{via.Callee}, via.Chain...)
			}
			put(f.Fn, c, acq)
		}
	}
	type edge struct {
		call   ssa.CallInstruction
		callee *ssa.Function
	}
	calls := make(map[*ssa.Function][]edge)
	for _, fn := range a.m.IR.Funcs {
		for _, call := range callsIn(fn) {
			callees, foreign := a.callees(call)
			for _, callee := range callees {
				calls[fn] = append(calls[fn], edge{call, callee})
			}
			if foreign == nil {
				continue
			}
			imported := a.imported(foreign)
			for _, c := range sortedClasses(imported) {
				put(fn, c, prefix(a.callName(call), imported[c]))
			}
		}
	}
	for changed := true; changed; {
		changed = false
		for _, fn := range a.m.IR.Funcs {
			for _, e := range calls[fn] {
				for _, c := range sortedClasses(below[e.callee]) {
					if put(fn, c, prefix(a.callName(e.call), below[e.callee][c])) {
						changed = true
					}
				}
			}
		}
	}
}

func prefix(name string, acq *acquisition) *acquisition {
	chain := append([]string{name}, acq.chain...)
	return &acquisition{acq.mode, acq.at, chain[:min(len(chain), maxChain)]}
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

// implementations returns the methods of the package that a call through one of
// its own interfaces may reach, if they are few.
func (a *analyzer) implementations(common *ssa.CallCommon) []*ssa.Function {
	named, ok := types.Unalias(common.Value.Type()).(*types.Named)
	if !ok || named.Obj().Pkg() != a.pass.Pkg {
		return nil
	}
	iface, ok := named.Underlying().(*types.Interface)
	if !ok {
		return nil
	}
	var out []*ssa.Function
	scope := a.pass.Pkg.Scope()
	for _, name := range scope.Names() {
		tn, ok := scope.Lookup(name).(*types.TypeName)
		if !ok || tn.IsAlias() || types.IsInterface(tn.Type()) {
			continue
		}
		if n, ok := tn.Type().(*types.Named); !ok || n.TypeParams() != nil || !types.Implements(types.NewPointer(n), iface) || a.m.IR.InTest(tn.Pos()) {
			continue
		}
		obj, _, _ := types.LookupFieldOrMethod(tn.Type(), true, a.pass.Pkg, common.Method.Name())
		fn, ok := obj.(*types.Func)
		if !ok || !a.own.Converted(tn.Type().(*types.Named).Origin(), common.Method) {
			continue // nobody makes such an interface of it
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
