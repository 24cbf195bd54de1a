package guards

import (
	"cmp"
	"go/ast"
	"go/token"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/lockset"
	"github.com/concurlint/concurlint/passes/ownership"
)

// A Mixed is a plain access of a field or package variable that other code uses
// with the functions of sync/atomic.
type Mixed struct {
	Expr     string
	Pos, End token.Pos
	Write    bool
	// Atomic is the position of an atomic access. It is not valid for data that
	// is only declared to be used atomically, or that another package uses so:
	// From is the position there, file:line.
	Atomic   token.Pos
	From     string
	Declared token.Pos
}

// An AtomicFact says that an exported field or variable is used with the
// functions of sync/atomic.
type AtomicFact struct{ Where string }

// AFact marks AtomicFact as a fact.
func (*AtomicFact) AFact() {}

// String describes the fact for tests.
func (f *AtomicFact) String() string { return "atomic" }

// findAtomic finds the data of which some part is used atomically.
func (a *analyzer) findAtomic() {
	for v := range a.atomics {
		a.atomic[v] = true
	}
	for _, fn := range a.m.IR.Funcs {
		for _, acc := range a.m.Accesses(fn) {
			if acc.Atomic {
				a.atomic[acc.Var] = true
			} else if acc.Var.Pkg() != a.pass.Pkg && !a.atomic[acc.Var] {
				a.atomic[acc.Var] = a.pass.ImportObjectFact(acc.Var, new(AtomicFact))
			}
		}
	}
}

// exportAtomic exports which data is used atomically.
func (a *analyzer) exportAtomic() {
	for _, d := range sorted(a, a.words) {
		if d.atomic && d.v.Exported() && d.v.Pkg() == a.pass.Pkg {
			a.pass.ExportObjectFact(d.v, &AtomicFact{a.where(d.atomically())})
		}
	}
}

// atomically returns the position of the first atomic access of d.
func (d *datum) atomically() token.Pos {
	for _, acc := range d.accesses {
		if acc.atomic && acc.pos.IsValid() {
			return acc.pos
		}
	}
	return token.NoPos
}

// findMixed finds the plain accesses of data that is used atomically.
func (a *analyzer) findMixed() {
	for _, d := range sorted(a, a.words) {
		m := Mixed{}
		decl := a.atomics[d.v]
		var f AtomicFact
		switch {
		case d.atomic:
			m.Atomic = d.atomically()
		case d.v.Pkg() != a.pass.Pkg && a.pass.ImportObjectFact(d.v, &f):
			m.From = f.Where
		case decl != nil:
			m.Declared = decl.Pos
		default:
			continue
		}
		if a.vars[d.v] != nil && decl == nil {
			continue // a lock guards it, as a comment says
		}
		if d.mostlyAtomic() {
			a.mixed(d, m)
		}
	}
	a.findMixedLocals()
}

// findMixedLocals finds the plain accesses of local variables that goroutines use
// atomically, while those run.
func (a *analyzer) findMixedLocals() {
	for _, fn := range a.m.IR.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				if alloc, ok := instr.(*ssa.Alloc); ok && alloc.Heap && !a.inTest(fn) {
					a.mixedLocal(fn, alloc)
				}
			}
		}
	}
}

func (a *analyzer) mixedLocal(fn *ssa.Function, alloc *ssa.Alloc) {
	atomic := a.atomicUse(alloc)
	if !atomic.IsValid() {
		return
	}
	for _, ref := range *alloc.Referrers() {
		write := false
		switch ref := ref.(type) {
		case *ssa.UnOp:
			if ref.Op != token.MUL {
				continue
			}
		case *ssa.Store:
			if write = ref.Addr == ssa.Value(alloc); !write {
				continue
			}
		default:
			continue
		}
		if a.own.Of(alloc, ref) != ownership.Started || !write && a.counted(alloc, ref) {
			continue
		}
		m := &Mixed{Expr: alloc.Comment, Write: write, Atomic: atomic}
		m.Pos, m.End = a.span(a.near(ref))
		if id := a.identAt(fn, alloc, ref); id != nil {
			m.Pos, m.End = id.Pos(), id.End()
		}
		a.result.Mixed = append(a.result.Mixed, m)
		return
	}
}

// atomicUse returns where a literal uses the variable atomically.
func (a *analyzer) atomicUse(alloc *ssa.Alloc) token.Pos {
	for _, ref := range *alloc.Referrers() {
		if mc, ok := ref.(*ssa.MakeClosure); ok {
			for _, call := range atomicCalls(mc, alloc) {
				return call.Pos()
			}
		}
	}
	return token.NoPos
}

// atomicCalls returns the atomic operations of the literal mc on the variable alloc.
func atomicCalls(mc *ssa.MakeClosure, alloc *ssa.Alloc) []ssa.CallInstruction {
	var out []ssa.CallInstruction
	for i, fv := range mc.Fn.(*ssa.Function).FreeVars {
		if mc.Bindings[i] != ssa.Value(alloc) {
			continue
		}
		for _, use := range *fv.Referrers() {
			if call, ok := use.(ssa.CallInstruction); ok && lockset.IsAtomic(locks.CalleeOf(call.Common(), call.Common().Value).Func) {
				out = append(out, call)
			}
		}
	}
	return out
}

// counted reports whether read comes after the join of the goroutines that count with the
// variable alloc, and those that still run only set it: that is the reset of a counter,
// which later counts follow.
func (a *analyzer) counted(alloc *ssa.Alloc, read ssa.Instruction) bool {
	counts := false
	for _, ref := range *alloc.Referrers() {
		mc, ok := ref.(*ssa.MakeClosure)
		if !ok {
			continue
		}
		joined := len(*mc.Referrers()) > 0 && !slices.ContainsFunc(*mc.Referrers(), func(use ssa.Instruction) bool {
			return !a.own.Joined(use, read)
		})
		for _, call := range atomicCalls(mc, alloc) {
			name := locks.CalleeOf(call.Common(), call.Common().Value).Func.Name()
			if !joined && !strings.HasPrefix(name, "Store") {
				return false
			}
			counts = counts || joined && strings.HasPrefix(name, "Add")
		}
	}
	return counts
}

// compared reports whether load reads what a compare-and-swap then expects: if it
// has read something stale, the swap fails.
func compared(load ssa.Instruction) bool {
	v, ok := load.(*ssa.UnOp)
	if !ok {
		return false
	}
	if len(*v.Referrers()) == 0 {
		return true // read and not used
	}
	for d := range derived(v) {
		for _, ref := range *d.Referrers() {
			call, ok := ref.(ssa.CallInstruction)
			if !ok {
				continue
			}
			fn := locks.CalleeOf(call.Common(), call.Common().Value).Func
			if lockset.IsAtomic(fn) && strings.HasPrefix(fn.Name(), "CompareAndSwap") {
				return true
			}
		}
	}
	return false
}

// fewPlain is how many plain accesses there may be whatever the number of atomic ones.
// If there are more, and more than atomic ones, those are for a purpose of their own.
const fewPlain = 3

// mostlyAtomic reports whether plain accesses are the exception.
func (d *datum) mostlyAtomic() bool {
	atomic, plain := 0, 0
	for _, acc := range d.accesses {
		switch {
		case acc.atomic:
			atomic++
		case !acc.exempt:
			plain++
		}
	}
	return atomic == 0 || plain <= max(fewPlain, atomic)
}

// mixed records the plain accesses of d, one for each function.
func (a *analyzer) mixed(d *datum, m Mixed) {
	reported := make(map[*ssa.Function]bool)
	for _, acc := range d.accesses {
		if acc.atomic || acc.exempt || acc.calls || reported[acc.fn] || a.ignored(acc.fn, acc.pos) || a.inTest(acc.fn) || a.permitted(acc.fn, acc.pos, d.v) || acc.write && a.setsUp(acc) {
			continue
		}
		if !acc.write && (d.writtenOnlyIn(ir.Outermost(acc.fn)) || a.ownWriter(d, acc) || a.serialWriter(d, acc, func(acc *access) bool { return acc.atomic }) || a.joinedWriters(d, acc) || a.excludedByKind(d, acc, nil)) {
			continue // nobody else changes it, or not now
		}
		if a.excluded(d, acc) || a.vars[d.v] != nil && !acc.write {
			continue
		}
		reported[acc.fn] = true
		n := m
		n.Write = acc.write
		n.Pos, n.End = a.span(acc.pos)
		n.Expr, _ = a.expr(acc, acc.views[0].visit)
		a.result.Mixed = append(a.result.Mixed, &n)
	}
}

// writtenOnlyIn reports whether fn, with its literals, is the only function that
// writes d after construction.
func (d *datum) writtenOnlyIn(fn *ssa.Function) bool {
	found := false
	for _, acc := range d.accesses {
		if acc.write && !acc.exempt {
			if ir.Outermost(acc.fn) != fn {
				return false
			}
			found = true
		}
	}
	return found
}

// excluded reports whether a lock keeps the plain access from running beside
// atomic ones that write or, if it writes itself, beside all of them.
func (a *analyzer) excluded(d *datum, plain *access) bool {
	for _, l := range d.names {
		if k := a.grip(plain, l); k != exclusive && (k != shared || plain.write) {
			continue
		}
		all := true
		for _, acc := range d.accesses {
			if acc == plain || acc.exempt || !acc.write && !plain.write {
				continue
			}
			k := a.grip(acc, l)
			all = all && (k == exclusive || k == shared && plain.write)
		}
		if all {
			return true
		}
	}
	return false
}

// identAt returns the identifier by which instr, in fn, uses the variable alloc:
// loads have no position of their own.
func (a *analyzer) identAt(fn *ssa.Function, alloc *ssa.Alloc, instr ssa.Instruction) *ast.Ident {
	pos := a.near(instr)
	syntax := fn.Syntax()
	if syntax == nil {
		return nil
	}
	line := a.pass.Fset.Position(pos).Line
	var found *ast.Ident
	ast.Inspect(syntax, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok || found != nil || a.pass.Fset.Position(id.Pos()).Line != line {
			return true
		}
		if obj := a.pass.TypesInfo.Uses[id]; obj != nil && obj.Pos() == alloc.Pos() {
			found = id
		}
		return true
	})
	return found
}

// sorted returns data in the order of their declarations.
func sorted[K comparable](a *analyzer, data map[K]*datum) []*datum {
	var all []*datum
	for _, d := range data {
		all = append(all, d)
	}
	slices.SortFunc(all, func(d, e *datum) int {
		return cmp.Or(a.m.IR.Compare(d.v.Pos(), e.v.Pos()), a.m.IR.Compare(d.accesses[0].pos, e.accesses[0].pos))
	})
	return all
}
