package lockstate

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/known"
	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/lockset"
)

// A Section is what a function does between an acquisition and the releases by
// hand that undo it.
type Section struct {
	Acquire *Acquire
	// Releases undo Acquire and nothing else on all paths that reach them; in
	// source order.
	Releases []*Release
	// Open are the exits, other than by a panic that leaves the function, that
	// leave the lock held on some path.
	Open []*Exit
}

// Sections returns the sections of fn in source order. An acquisition that is
// undone by a deferred call, a callee or other code makes no section.
func (r *Result) Sections(fn *Func) []*Section {
	var out []*Section
	for _, a := range fn.Acquires {
		own := a.site.Instr.Parent() == fn.fn // not a literal's
		if own && a.Via == nil && !a.Deferred && !a.Callback && a.Call != nil {
			if s := fn.section(a); s != nil && s.ends() {
				out = append(out, s)
			}
		}
	}
	slices.SortFunc(out, func(a, b *Section) int { return cmp.Compare(a.Acquire.Pos, b.Acquire.Pos) })
	return out
}

// ends reports whether all code of s leads to a release or an open exit, and
// not back to its beginning. This includes code that no state reaches, of which
// it is not known what it does to the lock.
func (s *Section) ends() bool {
	ends := true
	s.walk(func(instr ssa.Instruction) {
		ends = ends && instr != s.Acquire.site.Instr
		if _, ok := instr.(*ssa.Return); ok {
			ends = ends && slices.ContainsFunc(s.Open, func(x *Exit) bool { return x.instr == instr })
		}
	})
	return ends
}

// section returns the section that a begins, or nil.
func (fn *Func) section(a *Acquire) *Section {
	began := func(op *Op) bool { return op != nil && op.Pos == a.Pos }
	s := &Section{Acquire: a}
	for _, other := range fn.Acquires {
		again := func(h Held) bool { return began(h.Op) }
		if other != a && other.Pos == a.Pos || slices.ContainsFunc(other.Conflicts, again) {
			return nil // it has other names, or is not over when the lock is taken again
		}
	}
	for _, rel := range fn.Releases {
		undone := 0
		for _, op := range rel.Held {
			if began(op) {
				undone++
			}
		}
		if undone == 0 && !slices.ContainsFunc(rel.Wrong, began) && (rel.Lock != a.Lock || len(rel.Held) > 0) {
			continue
		}
		if rel.Lock != a.Lock || undone < rel.Paths || rel.Via != nil || rel.Deferred || rel.Exit.IsValid() || rel.Call == nil {
			return nil
		}
		s.Releases = append(s.Releases, rel)
	}
	slices.SortFunc(s.Releases, func(a, b *Release) int { return cmp.Compare(a.Pos, b.Pos) })
	for _, exit := range fn.Exits {
		open := false
		for _, p := range exit.Paths {
			if slices.Contains(p.Handed, a.Lock) || slices.Contains(p.Returned, a.Lock) {
				return nil
			}
			open = open || slices.ContainsFunc(p.Held, func(h Held) bool { return began(h.Op) })
		}
		if open && exit.Kind != lockset.Panic {
			s.Open = append(s.Open, exit)
		}
	}
	if len(s.Releases) == 0 {
		return nil
	}
	return s
}

// Panicking returns the first call in s, in the order of the source, that may
// panic although somebody recovers, so that the lock would stay held; nil if
// there is none. Such calls are
//
//   - panic, and calls of functions that call it;
//   - calls of functions that come from outside the package: parameters, and
//     fields unless all that the package stores in them is known;
//   - calls of methods of an interface that is a parameter.
//
// Those who recover are a deferred call of the function or of a function of the
// package that calls it on the same goroutine, and the server that calls an
// HTTP handler, be it the function or its caller. Tests do not count: they
// recover what they provoke.
func (r *Result) Panicking(s *Section) *ast.CallExpr {
	defer r.sum.Exclusive()()
	var ends []ssa.Instruction
	for _, rel := range s.Releases {
		ends = append(ends, rel.site.At)
	}
	return r.PanickingBetween(s.Acquire.site.At, ends)
}

// PanickingBetween is Panicking for what the function does after start until it comes
// to one of ends. The caller has the machine for itself.
func (r *Result) PanickingBetween(start ssa.Instruction, ends []ssa.Instruction) *ast.CallExpr {
	if !r.protection().protects(start) {
		return nil
	}
	var first *ast.CallExpr
	walk(start, ends, func(instr ssa.Instruction) {
		call := r.machine.IR.Call(panicsAt(r.machine, instr))
		if call != nil && (first == nil || call.Pos() < first.Pos()) {
			first = call
		}
	})
	return first
}

// walk calls visit for the instructions of s, in so far as they are in the
// function itself.
func (s *Section) walk(visit func(ssa.Instruction)) {
	var ends []ssa.Instruction
	for _, rel := range s.Releases {
		ends = append(ends, rel.site.At)
	}
	walk(s.Acquire.site.At, ends, visit)
}

// walk calls visit for the instructions of a function after start, until it comes to
// one of ends.
func walk(start ssa.Instruction, ends []ssa.Instruction, visit func(ssa.Instruction)) {
	seen := make(map[*ssa.BasicBlock]bool)
	var run func(instrs []ssa.Instruction)
	run = func(instrs []ssa.Instruction) {
		for _, instr := range instrs {
			if slices.Contains(ends, instr) {
				return
			}
			visit(instr)
		}
		for _, b := range instrs[len(instrs)-1].Block().Succs {
			if !seen[b] {
				seen[b] = true
				run(b.Instrs)
			}
		}
	}
	b := start.Block()
	run(b.Instrs[slices.Index(b.Instrs, start)+1:])
}

// panicsAt returns the position of the call that instr makes, if it may panic.
func panicsAt(m *lockset.Machine, instr ssa.Instruction) token.Pos {
	switch instr := instr.(type) {
	case *ssa.Panic:
		if explicit(instr) {
			return instr.Pos()
		}
	case *ssa.Call:
		if mayPanic(m, &instr.Call) {
			return instr.Pos()
		}
	}
	return token.NoPos
}

// explicit reports whether p is a call of panic, and not what SSA puts behind
// a call that never returns.
func explicit(p *ssa.Panic) bool {
	return !slices.ContainsFunc(p.Block().Instrs, func(instr ssa.Instruction) bool {
		call, ok := instr.(*ssa.Call)
		return ok && call.Pos() == p.Pos()
	})
}

func mayPanic(m *lockset.Machine, c *ssa.CallCommon) bool {
	callee := locks.CalleeOf(c, c.Value)
	if _, ok := locks.OpOf(callee.Func); ok {
		return false
	}
	switch {
	case c.IsInvoke():
		return parameter(m, c.Value) && !tame(c.Value.Type()) && !implemented(m, c.Value.Type())
	case callee.Body != nil:
		return panics(callee.Body)
	case callee.Func != nil:
		return known.EndOf(callee.Func) == known.Panics
	}
	_, builtin := c.Value.(*ssa.Builtin)
	return !builtin && !tame(c.Value.Type()) && (parameter(m, c.Value) || openField(m, c.Value))
}

// panics reports whether the code of fn itself calls panic and does not defer
// a call that recovers.
func panics(fn *ssa.Function) bool {
	found := false
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.Panic:
				found = found || explicit(instr)
			case *ssa.Defer:
				if recovers(instr) {
					return false
				}
			}
		}
	}
	return found
}

// parameter reports whether v is a parameter of the function that uses it or of
// one around it.
func parameter(m *lockset.Machine, v ssa.Value) bool {
	if load, ok := v.(*ssa.UnOp); ok && load.Op == token.MUL {
		alloc, _ := load.X.(*ssa.Alloc)
		if fv, ok := load.X.(*ssa.FreeVar); ok {
			alloc, _ = m.IR.Binding(fv).(*ssa.Alloc)
		}
		if alloc == nil {
			return false
		}
		init := m.IR.Init(alloc)
		if init == nil {
			return false
		}
		v = init.Val
	}
	_, ok := v.(*ssa.Parameter)
	return ok
}

// openField reports whether v is loaded from a field in which other packages
// may store a function.
func openField(m *lockset.Machine, v ssa.Value) bool {
	load, ok := v.(*ssa.UnOp)
	if !ok || load.Op != token.MUL {
		return false
	}
	addr, ok := load.X.(*ssa.FieldAddr)
	if !ok {
		return false
	}
	owner := types.Unalias(addr.X.Type().Underlying().(*types.Pointer).Elem()).Underlying()
	if s, ok := owner.(*types.Struct); ok {
		return len(m.Stored(s.Field(addr.Field).Origin())) == 0
	}
	return false
}

// tame reports whether calls through a value of type t do not panic by all
// convention: contexts and their cancel functions, errors, and clocks.
func tame(t types.Type) bool {
	if sig, ok := t.Underlying().(*types.Signature); ok && sig.Params().Len() == 0 && sig.Results().Len() == 1 {
		return isNamed(sig.Results().At(0).Type(), "time", "Time")
	}
	return isNamed(t, "context", "Context") || isNamed(t, "context", "CancelFunc") || isNamed(t, "context", "CancelCauseFunc") ||
		types.Identical(t, types.Universe.Lookup("error").Type())
}

// implemented reports whether t is an interface of the package's own that some
// type of the package implements, so that its methods are not the caller's.
func implemented(m *lockset.Machine, t types.Type) bool {
	named, ok := types.Unalias(t).(*types.Named)
	pkg := m.IR.SSA.Pkg
	if !ok || named.Obj().Pkg() != pkg || named.Obj().Exported() {
		return false
	}
	iface, ok := named.Underlying().(*types.Interface)
	if !ok {
		return false
	}
	for _, name := range pkg.Scope().Names() {
		tn, ok := pkg.Scope().Lookup(name).(*types.TypeName)
		if ok && !types.IsInterface(tn.Type()) && types.Implements(types.NewPointer(tn.Type()), iface) {
			return true
		}
	}
	return false
}

func isNamed(t types.Type, path, name string) bool {
	n, ok := types.Unalias(t).(*types.Named)
	return ok && n.Obj().Name() == name && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == path
}

// A protection knows whose panics somebody recovers, to go on after them.
type protection struct {
	called map[*ssa.Function]bool         // functions whose callers recover
	defers map[*ssa.Function][]*ssa.Defer // deferred calls that recover
}

// protection returns the protection of the package's functions.
func (r *Result) protection() *protection {
	r.once.Do(func() { r.recovery = newProtection(r.machine) })
	return r.recovery
}

// newProtection looks at direct callers only: who recovers far above seldom
// thinks of going on after this panic.
func newProtection(m *lockset.Machine) *protection {
	p := &protection{make(map[*ssa.Function]bool), make(map[*ssa.Function][]*ssa.Defer)}
	var calls []*ssa.Call
	for _, fn := range m.IR.Funcs {
		if strings.HasSuffix(m.IR.Fset.Position(fn.Pos()).Filename, "_test.go") {
			continue
		}
		p.called[fn] = isHandler(fn.Signature)
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				if d, ok := instr.(*ssa.Defer); ok && recovers(d) {
					p.defers[fn] = append(p.defers[fn], d)
				}
				if call, ok := instr.(*ssa.Call); ok {
					calls = append(calls, call)
				}
			}
		}
	}
	direct := make(map[*ssa.Function]bool)
	for _, call := range calls {
		if p.protects(call) {
			for _, callee := range runs(call) {
				direct[callee] = true
			}
		}
	}
	maps.Copy(p.called, direct)
	return p
}

// runs returns the code of the package that call runs on the same goroutine:
// its static callee or, if that is known to call them, literals it is given.
func runs(call *ssa.Call) []*ssa.Function {
	callee := locks.CalleeOf(&call.Call, call.Call.Value)
	if callee.Body != nil {
		return []*ssa.Function{callee.Body}
	}
	var out []*ssa.Function
	if known.UseOf(callee.Func) == known.Calls {
		for _, arg := range call.Call.Args {
			if mc, ok := arg.(*ssa.MakeClosure); ok {
				out = append(out, mc.Fn.(*ssa.Function))
			}
		}
	}
	return out
}

// protects reports whether a panic at instr is recovered.
func (p *protection) protects(instr ssa.Instruction) bool {
	b := instr.Block()
	return p.called[instr.Parent()] || slices.ContainsFunc(p.defers[instr.Parent()], func(d *ssa.Defer) bool {
		if d.Block() == b {
			return slices.Index(b.Instrs, ssa.Instruction(d)) < slices.Index(b.Instrs, instr)
		}
		return d.Block().Dominates(b)
	})
}

// recovers reports whether d calls recover and goes on: it does not panic again
// or end the process, nor does it release locks that the panic has left held.
func recovers(d *ssa.Defer) bool {
	fn := locks.CalleeOf(&d.Call, d.Call.Value).Body
	if fn == nil {
		return false
	}
	found := false
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.Panic:
				return false // also after calls that never return
			case ssa.CallInstruction:
				c := instr.Common()
				if op, ok := locks.OpOf(locks.CalleeOf(c, c.Value).Func); ok && op.Action == locks.Release {
					return false
				}
				builtin, ok := c.Value.(*ssa.Builtin)
				found = found || ok && builtin.Name() == "recover"
			}
		}
	}
	return found
}

// isHandler reports whether sig is that of http.HandlerFunc.
func isHandler(sig *types.Signature) bool {
	if sig.Params().Len() != 2 || sig.Results().Len() != 0 || !isNamed(sig.Params().At(0).Type(), "net/http", "ResponseWriter") {
		return false
	}
	p, ok := types.Unalias(sig.Params().At(1).Type()).(*types.Pointer)
	return ok && isNamed(p.Elem(), "net/http", "Request")
}
