package conds

import (
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/internal/known"
	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/lockset"
)

// A change is an instruction that changes a field or variable.
type change struct {
	instr ssa.Instruction
	fn    *ssa.Function
	cell  any
	hows  []how
	value constant.Value // that is assigned
	base  ssa.Value      // the struct whose field it is, or nil
	name  string
	// atomic reports whether a function of sync/atomic makes it.
	atomic bool
}

// satisfies reports whether ch may end a wait for w.
func (ch change) satisfies(w want) bool {
	if ch.cell != w.cell {
		return false
	}
	if ch.value != nil && w.value != nil {
		equal := constant.Compare(ch.value, token.EQL, w.value)
		return equal != (w.how == other)
	}
	for _, h := range ch.hows {
		if h == w.how {
			return true
		}
	}
	return ch.atomic && w.how == other
}

// findChanges finds the changes of what somebody waits for.
func (r *Result) findChanges() {
	r.wanted = make(map[any]bool)
	for _, c := range r.conds {
		for _, w := range c.waits {
			for _, want := range w.wants {
				r.wanted[want.cell] = true
			}
		}
	}
	for _, fn := range r.m.IR.Funcs {
		if fn.Synthetic != "" && fn.Syntax() == nil {
			continue // the initialiser
		}
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				if ch, ok := r.changeOf(fn, instr); ok {
					r.changed = append(r.changed, ch)
				}
			}
		}
	}
}

// changeOf returns the change that instr makes of what somebody waits for, if its
// direction is known.
func (r *Result) changeOf(fn *ssa.Function, instr ssa.Instruction) (change, bool) {
	ch := change{instr: instr, fn: fn}
	switch instr := instr.(type) {
	case *ssa.Store:
		if ch.cell = r.cell(instr.Addr); !r.wanted[ch.cell] {
			return ch, false
		}
		ch.address(r.m, instr.Addr)
		ch.assigned(r, instr.Val)
	case *ssa.MapUpdate:
		if ch.cell = r.content(instr.Map); !r.wanted[ch.cell] {
			return ch, false
		}
		ch.load(r.m, instr.Map)
		ch.hows = []how{grow}
		if c, ok := instr.Value.(*ssa.Const); ok && c.Value != nil && c.Value.Kind() == constant.Bool {
			ch.hows = append(ch.hows, boolHow(constant.BoolVal(c.Value)))
		}
	case ssa.CallInstruction:
		r.called(&ch, instr.Common())
	}
	return ch, ch.cell != nil && (len(ch.hows) > 0 || ch.value != nil)
}

// address notes the name and the struct of the variable at addr.
func (ch *change) address(m *lockset.Machine, addr ssa.Value) {
	switch v := addr.(type) {
	case *ssa.FieldAddr:
		ch.base = v.X
		ch.name = m.Eval(v).String()
	case *ssa.Global:
		ch.name = v.Name()
	case *ssa.Alloc:
		ch.name = v.Comment
	case *ssa.FreeVar:
		ch.name = v.Name()
	}
}

// load notes the name and the struct of the variable that v is loaded from.
func (ch *change) load(m *lockset.Machine, v ssa.Value) {
	if u, ok := v.(*ssa.UnOp); ok && u.Op == token.MUL {
		ch.address(m, u.X)
	}
}

// assigned notes what it means to assign v.
func (ch *change) assigned(r *Result, v ssa.Value) {
	switch v := v.(type) {
	case *ssa.Const:
		switch {
		case v.Value == nil && isNillable(v.Type()):
			ch.hows = []how{toNil, shrink}
		case v.Value != nil && v.Value.Kind() == constant.Bool:
			ch.hows = []how{boolHow(constant.BoolVal(v.Value))}
		case v.Value != nil && v.Value.Kind() == constant.Int:
			ch.value = v.Value
			if constant.Sign(v.Value) == 0 {
				ch.hows = []how{shrink}
			}
		}
	case *ssa.BinOp:
		if n, ok := ir.Int(v.Y); ok && n > 0 && r.content(v.X) == ch.cell {
			switch v.Op {
			case token.ADD:
				ch.hows = []how{grow}
			case token.SUB:
				ch.hows = []how{shrink}
			}
		}
	case *ssa.Call:
		if b, ok := v.Call.Value.(*ssa.Builtin); ok && b.Name() == "append" && r.content(v.Call.Args[0]) == ch.cell {
			ch.hows = []how{grow, toSome}
		}
	case *ssa.Slice:
		if r.content(v.X) == ch.cell {
			ch.hows = []how{shrink}
		}
	case *ssa.Alloc, *ssa.MakeInterface, *ssa.MakeMap, *ssa.MakeClosure, *ssa.MakeChan:
		ch.hows = []how{toSome}
	}
}

// called notes what a call of a builtin or an atomic function changes.
func (r *Result) called(ch *change, common *ssa.CallCommon) {
	if b, ok := common.Value.(*ssa.Builtin); ok {
		if b.Name() == "delete" || b.Name() == "clear" {
			ch.cell = r.content(common.Args[0])
			ch.load(r.m, common.Args[0])
			ch.hows = []how{shrink}
			if b.Name() == "delete" {
				ch.hows = append(ch.hows, toFalse)
			}
		}
		return
	}
	callee := locks.CalleeOf(common, common.Value)
	name := known.NameOf(callee.Func)
	if !isAtomic(name.Pkg) || len(callee.Args) < 2 {
		return
	}
	ch.atomic = true
	ch.cell = r.cell(callee.Args[0])
	ch.address(r.m, callee.Args[0])
	last := callee.Args[len(callee.Args)-1]
	switch {
	case strings.HasPrefix(name.Func, "Store"), strings.HasPrefix(name.Func, "Swap"), strings.HasPrefix(name.Func, "CompareAndSwap"):
		ch.assigned(r, last)
		if len(ch.hows) == 0 && ch.value == nil {
			ch.hows = []how{other}
		}
		if ch.value != nil {
			ch.hows = append(ch.hows, choose(constant.Sign(ch.value) != 0, grow, shrink))
		}
	case strings.HasPrefix(name.Func, "Add"):
		if n, ok := ir.Int(last); ok {
			ch.hows = []how{choose(n > 0, grow, shrink)}
		}
	}
}

// unlocked finds the changes that somebody makes, and signals, without the lock: a
// waiter that has tested the condition and does not sleep yet misses both.
func (r *Result) unlocked(c *cond, places []place) {
	if c.lock == nil {
		return
	}
	seen := make(map[*ssa.Function]bool)
	for _, s := range c.signals {
		fn := s.fn
		if s.value || seen[fn] || r.m.IR.InTest(s.instr.Pos()) {
			continue
		}
		for _, p := range places {
			at := r.changeIn(fn, p)
			if at == nil || r.fresh(p.change) || r.held(c, fn, at, nil) {
				continue
			}
			seen[fn] = true
			r.add(&Finding{Fault: Unlocked, What: p.name, Lock: c.lockName, Wait: p.wait.instr.Pos(), Signal: s.instr.Pos()}, c, at)
			break
		}
	}
}

// changeIn returns where fn makes the change p, itself or in a function that it calls
// and that takes no lock; nil if it does not.
func (r *Result) changeIn(fn *ssa.Function, p place) ssa.Instruction {
	if p.fn == fn {
		return p.instr
	}
	for _, call := range r.spawns.Callers(p.fn) {
		if _, now := call.(*ssa.Call); now && call.Parent() == fn && r.acquires(p.fn) == nil {
			return call
		}
	}
	return nil
}

// acquires returns the events of fn that acquire locks.
func (r *Result) acquires(fn *ssa.Function) []lockset.Event {
	f := r.runs[fn]
	if f == nil {
		return nil
	}
	var out []lockset.Event
	for _, e := range f.Events {
		if e.Kind == lockset.Acquired || e.Kind == lockset.Tried {
			out = append(out, e)
		}
	}
	return out
}

// A grip is what is known about a lock at some place.
type grip uint8

const (
	unknown grip = iota // it is held if the caller holds it
	free
	mayHold
)

// gripAt returns what fn itself knows of the lock of c at instruction at, or anywhere in
// fn if at is nil.
func (r *Result) gripAt(c *cond, fn *ssa.Function, at ssa.Instruction) grip {
	visits := r.visitsOf(fn)[at]
	for _, v := range visits {
		if v.Joined {
			return mayHold
		}
		for _, l := range v.Locks {
			if r.another(c, l.Term) {
				continue
			}
			if l.Status != lockset.Free || l.Doubt {
				return mayHold
			}
			return free
		}
	}
	if len(visits) > 0 {
		return unknown
	}
	for _, e := range r.acquires(fn) {
		if !r.another(c, e.Lock) {
			return mayHold
		}
	}
	return unknown
}

// another reports whether the lock t is certainly not the one of c.
func (r *Result) another(c *cond, t *locks.Term) bool {
	if _, local := c.lock.(*locks.Term); local {
		return r.m.Outer(t) != c.lock
	}
	class := t.Class()
	return class != nil && class != c.lock
}

// visitsOf returns the states in which the accesses and calls of fn are reached.
func (r *Result) visitsOf(fn *ssa.Function) map[ssa.Instruction][]lockset.Visit {
	m, ok := r.visits[fn]
	if !ok {
		m = make(map[ssa.Instruction][]lockset.Visit)
		for _, v := range r.sum.Visits(fn) {
			m[v.Instr] = append(m[v.Instr], v)
		}
		r.visits[fn] = m
	}
	return m
}

// held reports whether the lock of c may be held at instruction at of fn, or anywhere
// in it if at is nil, by fn or its callers. above are the functions that are looked at
// already.
func (r *Result) held(c *cond, fn *ssa.Function, at ssa.Instruction, above []*ssa.Function) bool {
	if slices.Contains(above, fn) {
		return false
	}
	if obj, ok := fn.Object().(*types.Func); ok && r.locked[obj] || len(above) == maxHolders {
		return true
	}
	switch r.gripAt(c, fn, at) {
	case free:
		return false
	case mayHold:
		return true
	}
	above = append(slices.Clip(above), fn)
	started := len(r.spawns.Of(fn)) > 0
	if fn.Parent() != nil && !started && r.held(c, fn.Parent(), nil, above) {
		return true
	}
	if r.spawns.IsValue(fn) && !started {
		return true
	}
	for _, call := range r.spawns.Callers(fn) {
		if _, isGo := call.(*ssa.Go); !isGo && r.held(c, call.Parent(), call, above) {
			return true
		}
	}
	return false
}

// maxHolders bounds the callers among which one may hold a lock. Past it, one is
// taken to.
const maxHolders = 12
