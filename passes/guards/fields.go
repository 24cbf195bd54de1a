package guards

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/internal/known"
	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/lockset"
)

// fieldSites are the calls of declared functions through fields:
//
//	c.handshake = c.clientHandshake
//	…
//	c.handshake()
type fieldSites struct {
	sites map[*ssa.Function][]site
	// lost are the functions that are used otherwise, so that they may have other
	// callers.
	lost map[*ssa.Function]bool
	// carried caches carriedTo.
	carried map[*ssa.Function][]class
}

// reachedByFields reports whether all callers of fn are known though some call it through
// fields, or are themselves called so.
func (a *analyzer) reachedByFields(fn *ssa.Function) bool {
	if a.inFields == nil {
		a.findFieldSites()
	}
	obj, ok := fn.Object().(*types.Func)
	return ok && !a.inFields.lost[fn] && !a.dispatched(fn) && !known.Sorts(obj)
}

// carriedTo returns the kinds of locks that are held at all calls of fn, through fields,
// too: more than its entry knows, which takes functions in fields for callbacks. It
// does not count the calls of those who need no lock because their type is not to be
// used by several goroutines.
func (a *analyzer) carriedTo(fn *ssa.Function) []class {
	if a.inFields == nil {
		a.findFieldSites()
	}
	out, ok := a.inFields.carried[fn]
	if !ok {
		out, _ = a.carry(fn, make(map[*ssa.Function]*carrying))
		a.inFields.carried[fn] = out
	}
	return out
}

// carrying is what is known of a function while carriedTo looks at its callers.
type carrying struct {
	kinds []class
	done  bool
}

// carry does the work of carriedTo. Again says that fn is being looked at already: the
// call adds nothing.
func (a *analyzer) carry(fn *ssa.Function, seen map[*ssa.Function]*carrying) (out []class, again bool) {
	if c := seen[fn]; c != nil {
		return c.kinds, !c.done
	}
	if fn.Parent() != nil || a.root(fn) || a.goes[fn] > 0 || a.inFields.lost[fn] || a.dispatched(fn) {
		return nil, false
	}
	c := new(carrying)
	seen[fn] = c
	first := true
	for _, s := range a.carriers(fn) {
		held, again := a.carriedBy(s, seen)
		if again {
			continue
		}
		if first {
			c.kinds, first = held, false
			continue
		}
		c.kinds = meetClasses(c.kinds, held, new(bool))
	}
	c.done = true
	return c.kinds, false
}

// carriers returns the calls of fn that say what is held: those that are telling or, if
// only serial ones are, all.
func (a *analyzer) carriers(fn *ssa.Function) []site {
	for _, sites := range [...][]site{a.telling(fn), a.sites[fn]} {
		sites = slices.Concat(sites, a.inFields.sites[fn])
		sites = slices.DeleteFunc(sites, func(s site) bool { return a.isSerial(s.caller) || a.inTest(s.caller) })
		if len(sites) > 0 {
			return sites
		}
	}
	return nil
}

// carriedBy returns the kinds of locks that the call at s holds.
func (a *analyzer) carriedBy(s site, seen map[*ssa.Function]*carrying) (kinds []class, again bool) {
	outer, again := a.carry(s.caller, seen)
	if again {
		return nil, true
	}
	var held []class
	for _, l := range s.visit.Locks {
		if c := l.Term.Class(); c != nil && l.Status == lockset.Held && !l.Doubt {
			addClass(&held, class{class: c, mode: l.Mode})
		}
	}
	for _, c := range outer {
		free := false
		for _, l := range s.visit.Locks {
			free = free || l.Term.Class() == c.class && l.Status != lockset.Held
		}
		if !free {
			addClass(&held, c)
		}
	}
	return held, false
}

// findFieldSites finds the calls through fields that may hold no functions but those
// that the package shows.
func (a *analyzer) findFieldSites() {
	a.inFields = &fieldSites{make(map[*ssa.Function][]site), make(map[*ssa.Function]bool), make(map[*ssa.Function][]class)}
	leaks := a.leakingFields()
	var operands []*ssa.Value
	for _, fn := range a.m.IR.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				operands = instr.Operands(operands[:0])
				a.loseFuncs(instr, operands, leaks)
				call, ok := instr.(ssa.CallInstruction)
				if !ok {
					continue
				}
				f := ir.LoadedFrom(call.Common().Value)
				if f == nil || leaks[f] {
					continue
				}
				for _, s := range a.m.Stored(f) {
					if v, ok := s.Func.Val.(ssa.Value); ok {
						if body := locks.CalleeOf(&ssa.CallCommon{Value: v}, v).Body; body != nil {
							a.addFieldSites(fn, call, body)
						}
					}
				}
			}
		}
	}
}

// addFieldSites adds call, in fn, which calls body through a field.
func (a *analyzer) addFieldSites(fn *ssa.Function, call ssa.CallInstruction, body *ssa.Function) {
	sites := a.inFields.sites[body]
	n := len(sites)
	visits := a.visits(fn)
	for i := range visits {
		if v := &visits[i]; v.Instr == call && v.Access == nil && !v.Wait {
			sites = append(sites, site{fn, v})
		}
	}
	if n == len(sites) { // it is visited only where locks are held
		sites = append(sites, site{fn, &lockset.Visit{Instr: call}})
	}
	a.inFields.sites[body] = sites
}

// loseFuncs notes the functions that instr, which has the given operands, uses otherwise
// than to call them or to store them in a field.
func (a *analyzer) loseFuncs(instr ssa.Instruction, operands []*ssa.Value, leaks map[*types.Var]bool) {
	if _, ok := instr.(*ssa.DebugRef); ok {
		return
	}
	for _, op := range operands {
		switch v := (*op).(type) {
		case *ssa.Function, *ssa.MakeClosure:
			body := locks.CalleeOf(&ssa.CallCommon{Value: v}, v).Body
			if body == nil || a.inTest(instr.Parent()) && !a.inTest(body) {
				continue
			}
			switch instr := instr.(type) {
			case *ssa.MakeClosure: // a bound method: see what becomes of that
				continue
			case ssa.CallInstruction:
				if instr.Common().Value == *op {
					continue
				}
			case *ssa.Store:
				if f, ok := instr.Addr.(*ssa.FieldAddr); ok && ir.FieldVar(f) != nil && !leaks[ir.FieldVar(f)] && len(a.m.Stored(ir.FieldVar(f))) > 0 {
					continue
				}
			}
			a.inFields.lost[body] = true
		}
	}
}

// leakingFields returns the function-valued fields whose content is used otherwise than
// by calling it.
func (a *analyzer) leakingFields() map[*types.Var]bool {
	leaks := make(map[*types.Var]bool)
	for instr := range a.m.IR.Instructions() {
		if addr, ok := instr.(*ssa.FieldAddr); ok {
			if f := ir.FieldVar(addr); f != nil && ir.IsFunc(f.Type()) && !onlyCalled(addr) {
				leaks[f] = true
			}
		}
	}
	return leaks
}

// onlyCalled reports whether the function at addr is only stored, called in place and
// compared.
func onlyCalled(addr *ssa.FieldAddr) bool {
	for _, ref := range *addr.Referrers() {
		switch ref := ref.(type) {
		case *ssa.DebugRef:
		case *ssa.Store:
			if ref.Addr != ssa.Value(addr) {
				return false
			}
		case *ssa.UnOp:
			for _, use := range *ref.Referrers() {
				switch use := use.(type) {
				case *ssa.DebugRef, *ssa.BinOp:
					continue
				case ssa.CallInstruction:
					if _, spawned := use.(*ssa.Go); !spawned && use.Common().Value == ssa.Value(ref) {
						continue
					}
				}
				return false
			}
		default:
			return false
		}
	}
	return true
}
