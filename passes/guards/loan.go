package guards

import (
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/internal/known"
	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/lockset"
)

// findLoans finds the goroutines that may run under the locks of those who start
// them, because these wait for them:
//
//	m.mu.Lock()
//	for _, p := range m.pools {
//		wg.Go(func() { p.reload(m.config) })
//	}
//	wg.Wait()
//	m.mu.Unlock()
//
// Such a lock keeps everybody away but the other goroutines of the same kind.
func (a *analyzer) findLoans() {
	a.loans = make(map[*ssa.Function][]site)
	for _, s := range a.started {
		a.loans[s.visit.Callee] = append(a.loans[s.visit.Callee], s)
	}
	for _, fn := range a.m.IR.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				call, ok := instr.(*ssa.Call)
				if !ok {
					continue
				}
				for _, arg := range call.Call.Args {
					mc, ok := arg.(*ssa.MakeClosure)
					if ok && known.UseOf(locks.CalleeOf(&call.Call, call.Call.Value).Func) == known.Spawns {
						body := mc.Fn.(*ssa.Function)
						a.loans[body] = append(a.loans[body], site{fn, &lockset.Visit{Instr: call, Callee: body}})
					}
				}
			}
		}
	}
}

// borrowed returns the kinds of locks that all who start fn hold until it has ended. A
// literal that is called, too, or used otherwise, is lent nothing.
func (a *analyzer) borrowed(fn *ssa.Function) []class {
	if fn.Parent() == nil || len(a.sites[fn]) > 0 || a.uses[fn] > startedUse {
		return nil
	}
	var out []class
	for i, s := range a.loans[fn] {
		loan := a.loan(s)
		if i == 0 {
			out = loan
			continue
		}
		out = meetClasses(out, loan, new(bool))
	}
	return out
}

// loan returns the kinds of locks that are held from the start at s until the
// goroutine has ended.
func (a *analyzer) loan(s site) []class {
	start := s.visit.Instr
	var ends []ssa.Instruction // where the locks of callers may be released
	for _, b := range s.caller.Blocks {
		if ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return); ok && a.own.Reaches(start, ret) {
			ends = append(ends, ret)
		}
	}
	joined := func(at ssa.Instruction) bool { return a.own.Joined(start, at) }
	whole := !slices.ContainsFunc(ends, func(end ssa.Instruction) bool { return !joined(end) })
	var out []class
	ops := a.opsOf(s.caller)
	for i, o := range ops {
		if o.Action != locks.Acquire || !ir.Precedes(o.call, start) || slices.ContainsFunc(ops[:i], func(p op) bool { return p.Action == locks.Acquire && p.class == o.class }) {
			continue
		}
		released := false
		kept := !slices.ContainsFunc(ops, func(r op) bool {
			if r.Action != locks.Release || r.class != o.class || !a.own.Reaches(r.call, start) && !a.own.Reaches(start, r.call) {
				return false
			}
			released = true
			return a.own.Reaches(r.call, start) || !joined(r.call)
		})
		if kept && (released || whole) { // else it is released by a defer
			out = append(out, class{o.class, o.Mode, true})
		}
	}
	if !whole {
		return out
	}
	e := a.entries[s.caller]
	add := func(c any, mode locks.Mode) {
		if c != nil && !slices.ContainsFunc(ops, func(o op) bool { return o.class == c }) {
			addClass(&out, class{c, mode, true})
		}
	}
	for _, h := range e.all() {
		add(h.term.Class(), h.mode)
	}
	for _, c := range e.classes {
		add(c.class, c.mode)
	}
	return out
}
