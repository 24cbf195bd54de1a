package summary

import (
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/lockset"
)

// findConds finds which lock each condition variable in a field or package
// variable uses: s.cond = sync.NewCond(&s.mu), or s.cond.L = &s.mu. A variable
// that is set up in two ways has none.
func findConds(m *lockset.Machine) {
	conflict := make(map[any]bool)
	bind := func(key any, lock *locks.Term) {
		if lock == nil || key == nil {
			return
		}
		if old, ok := m.Conds[key]; ok && old != lock {
			conflict[key] = true
		}
		m.Conds[key] = lock
	}
	for _, fn := range m.IR.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				store, ok := instr.(*ssa.Store)
				if !ok {
					continue
				}
				if call, ok := store.Val.(*ssa.Call); ok && lockset.IsNewCond(call) {
					at := m.Eval(store.Addr)
					bind(holder(at), m.Relative(fn, at, m.Eval(call.Call.Args[0])))
				} else if addr, ok := store.Addr.(*ssa.FieldAddr); ok && locks.IsSync(addr.X.Type(), "Cond") {
					// c.L = &s.mu, in place of NewCond
					at := m.Eval(addr.X)
					if at.Kind == locks.Deref {
						at = at.X
					}
					bind(holder(at), m.Relative(fn, at, m.Eval(store.Val)))
				}
			}
		}
	}
	for key := range conflict {
		delete(m.Conds, key)
	}
}

// holder returns the field or package variable at the end of a path.
func holder(at *locks.Term) any {
	switch at.Kind {
	case locks.Field:
		return at.Var
	case locks.Root:
		if g, ok := at.Val.(locks.Global); ok {
			return g
		}
	}
	return nil
}

// A CondFact tells which lock the condition variable in an exported field uses:
// a path from the struct, p0, that the field belongs to.
type CondFact struct{ Path string }

// AFact marks CondFact as a fact.
func (*CondFact) AFact() {}

// String describes the fact for tests.
func (f *CondFact) String() string { return "uses " + f.Path }

// exportConds exports the locks of condition variables that other packages can
// reach.
func (r *Result) exportConds() {
	e := encoder{r.Machine.Names}
	owner := func(t *locks.Term) int {
		if t == r.Machine.Owner() {
			return 0
		}
		return -1
	}
	for key, lock := range r.Machine.Conds {
		if v, ok := key.(*types.Var); ok && v.Exported() && v.Pkg() == r.pass.Pkg {
			if path := e.path(lock, owner); path != "" {
				r.pass.ExportObjectFact(v, &CondFact{path})
			}
		}
	}
}

// importCond returns the lock of the condition variable in a field of another
// package.
func (r *Result) importCond(v *types.Var) *locks.Term {
	var f CondFact
	if v.Pkg() == nil || !r.pass.ImportObjectFact(v, &f) {
		return nil
	}
	s := pathScope{d: r.dec, roots: []*locks.Term{r.Machine.Owner()}, params: []types.Type{r.dec.ownerOf(v)}}
	return s.term(f.Path)
}

// ownerOf returns the struct that field v belongs to.
func (d *decoder) ownerOf(v *types.Var) types.Type {
	scope := v.Pkg().Scope()
	for _, name := range scope.Names() {
		if s, ok := scope.Lookup(name).Type().Underlying().(*types.Struct); ok {
			for i := range s.NumFields() {
				if s.Field(i) == v {
					return scope.Lookup(name).Type()
				}
			}
		}
	}
	return types.Typ[types.Invalid]
}
