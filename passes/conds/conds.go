// Package conds defines an Analyzer that finds condition variables whose waiters are
// not woken as they should be.
//
// What a waiter waits for is read off the loop around Wait: the fields and variables
// that the loop tests, and in which direction they must change to end it, such as a
// flag that must become true, or a slice that must grow. What other code does to them
// is compared with that. A condition that is more complicated is left alone.
//
// It reports nothing.
package conds

import (
	"go/token"
	"go/types"
	"reflect"
	"slices"
	"sync"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/internal/known"
	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/lockset"
	"github.com/concurlint/concurlint/passes/ownership"
	"github.com/concurlint/concurlint/passes/spawn"
	"github.com/concurlint/concurlint/passes/summary"
)

// Analyzer finds waiters that are not woken.
var Analyzer = &analysis.Analyzer{
	Name:       "conds",
	Doc:        "find waiters on condition variables that are not woken",
	URL:        "https://pkg.go.dev/github.com/concurlint/concurlint/passes/conds",
	Requires:   []*analysis.Analyzer{summary.Analyzer, spawn.Analyzer, ownership.Analyzer},
	Run:        run,
	ResultType: reflect.TypeFor[*Result](),
}

// A Fault says what is wrong.
type Fault uint8

const (
	Never    Fault = iota // nothing signals the condition variable
	Silent                // the condition changes and nobody is woken
	Unlocked              // the condition changes without the lock
	Single                // Signal wakes one waiter, perhaps another than the change is for
)

// A Finding is a place where waiters are not woken as they should be.
type Finding struct {
	Fault Fault
	// Cond is the condition variable as the source writes it, Lock its lock, if it is
	// known.
	Cond, Lock string
	// What is the field or variable that changes, for Silent and Unlocked.
	What     string
	Pos, End token.Pos
	// Wait is where somebody waits; Other, for Single, where somebody waits for
	// something else, if it is another place.
	Wait, Other token.Pos
	// Signal is the call of Signal, for Unlocked the signal that follows.
	Signal token.Pos
}

// A Result holds what is wrong with the condition variables of a package.
type Result struct {
	pass     *analysis.Pass
	sum      *summary.Result
	spawns   *spawn.Result
	own      *ownership.Result
	once     sync.Once
	m        *lockset.Machine
	conds    []*cond
	byObject map[*spawn.Object]*cond
	locked   map[*types.Func]bool // functions that say that a lock is held
	runs     map[*ssa.Function]*lockset.Function
	visits   map[*ssa.Function]map[ssa.Instruction][]lockset.Visit
	wanted   map[any]bool // cells that somebody waits for
	changed  []change     // of these, in source order
	findings []*Finding
}

// A cond is a condition variable: all that one field holds.
type cond struct {
	objects []*spawn.Object
	waits   []*wait
	signals []*signal
	open    bool // other code may have it
	lock    any  // class of its lock or, if that is a local variable, its term
	// name and lockName are how the source writes both where somebody waits.
	name, lockName string
}

// A signal is a call of Signal or Broadcast, or a place that makes a function of one
// of them.
type signal struct {
	instr ssa.Instruction
	fn    *ssa.Function
	one   bool // it is Signal
	value bool // it is a method value
}

func run(pass *analysis.Pass) (any, error) {
	return &Result{
		pass:   pass,
		sum:    pass.ResultOf[summary.Analyzer].(*summary.Result),
		spawns: pass.ResultOf[spawn.Analyzer].(*spawn.Result),
		own:    pass.ResultOf[ownership.Analyzer].(*ownership.Result),
	}, nil
}

// Findings returns what is wrong, in source order.
func (r *Result) Findings() []*Finding {
	r.once.Do(func() {
		if r.concerned() {
			r.spawns.Ready()
			defer r.sum.Exclusive()()
			r.compute()
		}
	})
	return r.findings
}

// concerned reports whether the package waits on a condition variable.
func (r *Result) concerned() bool {
	for _, obj := range r.pass.TypesInfo.Uses {
		if fn, ok := obj.(*types.Func); ok && isWait(fn) {
			return true
		}
	}
	return false
}

func isWait(fn *types.Func) bool {
	return known.NameOf(fn) == known.Name{Pkg: "sync", Recv: "Cond", Func: "Wait"}
}

func (r *Result) compute() {
	r.sum.Functions()
	if r.sum.Machine == nil {
		return
	}
	r.m = r.sum.Machine
	r.own.Ready()
	r.byObject = make(map[*spawn.Object]*cond)
	r.runs = make(map[*ssa.Function]*lockset.Function)
	for _, f := range r.sum.Functions() {
		r.runs[f.Fn] = f
	}
	r.collect()
	if len(r.conds) == 0 {
		return
	}
	r.visits = make(map[*ssa.Function]map[ssa.Instruction][]lockset.Visit)
	r.locked = make(map[*types.Func]bool)
	for _, d := range r.sum.Declared().Funcs {
		r.locked[d.Func] = d.Locked || len(d.Requires) > 0
	}
	r.findChanges()
	for _, c := range r.conds {
		if len(c.waits) > 0 {
			r.check(c)
		}
	}
	slices.SortStableFunc(r.findings, func(a, b *Finding) int { return r.m.IR.Compare(a.Pos, b.Pos) })
}

// collect finds the condition variables, who waits for them and who signals them.
func (r *Result) collect() {
	for _, fn := range r.m.IR.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				switch instr := instr.(type) {
				case ssa.CallInstruction:
					callee := locks.CalleeOf(instr.Common(), instr.Common().Value)
					if name := known.NameOf(callee.Func); name.Pkg == "sync" && name.Recv == "Cond" && len(callee.Args) > 0 {
						r.collectCall(fn, instr, name.Func, callee.Args[0])
					}
				case *ssa.MakeClosure:
					callee := locks.CalleeOf(&ssa.CallCommon{Value: instr}, instr)
					if name := known.NameOf(callee.Func); name.Pkg == "sync" && name.Recv == "Cond" && name.Func != "Wait" {
						if c := r.condOf(instr.Bindings[0]); c != nil {
							c.signals = append(c.signals, &signal{instr, fn, name.Func == "Signal", true})
						}
					}
				}
			}
		}
	}
}

func (r *Result) collectCall(fn *ssa.Function, call ssa.CallInstruction, method string, recv ssa.Value) {
	c := r.condOf(recv)
	if c == nil {
		return
	}
	switch method {
	case "Wait":
		w := &wait{instr: call, fn: fn}
		r.read(w)
		c.waits = append(c.waits, w)
		if e := r.m.Receiver(call); e != nil && c.name == "" {
			c.name = types.ExprString(e)
		}
		if lock := r.m.CondLock(recv); lock != nil {
			c.lock, c.lockName = lock.Class(), r.m.Outer(lock).String()
			if outer := r.m.Outer(lock); c.lock == nil && outer.Kind == locks.Root {
				c.lock = outer
			}
		}
	case "Signal", "Broadcast":
		c.signals = append(c.signals, &signal{call, fn, method == "Signal", false})
	}
}

// condOf returns the condition variable that v, an address, may be, or nil if it is
// not one.
func (r *Result) condOf(v ssa.Value) *cond {
	objects := r.spawns.Objects(v)
	var c *cond
	for _, o := range objects {
		if c = r.byObject[o]; c != nil {
			break
		}
	}
	if c == nil {
		if len(objects) == 0 {
			return nil
		}
		c = new(cond)
		r.conds = append(r.conds, c)
	}
	for _, o := range objects {
		if r.byObject[o] == nil {
			r.byObject[o] = c
			c.objects = append(c.objects, o)
			c.open = c.open || o.Unknown || o.Escapes != 0
		} else if r.byObject[o] != c {
			c.open = true // two kinds of them meet here
			r.byObject[o].open = true
		}
	}
	return c
}

// check finds what is wrong with one condition variable.
func (r *Result) check(c *cond) {
	if len(c.signals) == 0 {
		if !c.open {
			w := c.waits[0]
			r.add(&Finding{Fault: Never, Wait: w.instr.Pos()}, c, w.instr)
		}
		return
	}
	r.single(c)
	r.changes(c)
}

// add appends f, which is about c at instr.
func (r *Result) add(f *Finding, c *cond, instr ssa.Instruction) {
	f.Cond = c.name
	f.Pos = instr.Pos()
	f.End = f.Pos
	if call, ok := instr.(ssa.CallInstruction); ok {
		if syntax := r.m.IR.Call(call.Common().Pos()); syntax != nil {
			f.Pos, f.End = syntax.Pos(), syntax.End()
		}
		if e := r.m.Receiver(call); e != nil && f.What == "" {
			f.Cond = types.ExprString(e)
		}
	}
	r.findings = append(r.findings, f)
}

// single finds the calls of Signal although waiters wait for different things.
func (r *Result) single(c *cond) {
	first, other := r.differ(c)
	if first == nil {
		return
	}
	for _, s := range c.signals {
		if s.one && !s.value {
			f := &Finding{Fault: Single, Wait: first.instr.Pos(), Signal: s.instr.Pos()}
			if other != first {
				f.Other = other.instr.Pos()
			}
			r.add(f, c, s.instr)
		}
	}
}

// differ returns two places that wait for different things, or twice a place where each
// caller waits for something of its own.
func (r *Result) differ(c *cond) (*wait, *wait) {
	for _, w := range c.waits {
		if w.own {
			return w, w
		}
	}
	for i, w := range c.waits {
		for _, o := range c.waits[:i] {
			if len(w.wants) == 0 || len(o.wants) == 0 || w.vague || o.vague {
				continue
			}
			if !slices.ContainsFunc(w.wants, func(a want) bool {
				return slices.ContainsFunc(o.wants, func(b want) bool { return a.cell == b.cell && a.how == b.how })
			}) {
				return o, w
			}
		}
	}
	return nil, nil
}

// A place is a change of what somebody waits for.
type place struct {
	change
	wait *wait
}

// changes finds the changes of the condition that wake nobody, or that happen without
// the lock.
func (r *Result) changes(c *cond) {
	var places []place
	for _, ch := range r.changed {
		for _, w := range c.waits {
			if w.fn == ch.fn && w.header() != nil && w.header().Dominates(ch.instr.Block()) {
				continue // it has come true already
			}
			if slices.ContainsFunc(w.wants, ch.satisfies) {
				places = append(places, place{ch, w})
				break
			}
		}
	}
	writes := make(map[*ssa.Function]bool)
	for _, p := range places {
		for fn := p.fn; fn != nil; fn = fn.Parent() {
			writes[fn] = true
		}
	}
	polled := r.polled(c, writes)
	waker := &waker{r, r.signalling(c), writes}
	for _, p := range places {
		if method, ok := p.fn.Object().(*types.Func); ok && known.Sorts(method) {
			continue // whoever lets std call it wakes them
		}
		if r.fresh(p.change) || r.m.IR.InTest(p.instr.Pos()) && !r.m.IR.InTest(p.wait.instr.Pos()) {
			continue
		}
		if !polled && !c.open && !waker.wakes(p.fn) {
			r.add(&Finding{Fault: Silent, What: p.name, Wait: p.wait.instr.Pos()}, c, p.instr)
		}
	}
	r.unlocked(c, places)
}

// fresh reports whether nobody else has the object that ch changes yet.
func (r *Result) fresh(ch change) bool {
	if ch.base == nil {
		return false
	}
	status := r.own.Of(ch.base, ch.instr)
	return status != ownership.Shared && status != ownership.Started
}

// signalling returns the functions that signal c, or make something that does.
func (r *Result) signalling(c *cond) map[*ssa.Function]bool {
	m := make(map[*ssa.Function]bool)
	for _, s := range c.signals {
		for fn := s.fn; fn != nil; fn = fn.Parent() { // literals count for the function around them
			m[fn] = true
		}
	}
	return m
}

// maxCallers bounds the callers above a change among whom somebody signals.
const maxCallers = 4

// A waker tells who wakes the waiters on one condition variable.
type waker struct {
	r          *Result
	signalling map[*ssa.Function]bool
	writes     map[*ssa.Function]bool // functions that change the condition
}

// wakes reports whether fn, or a function that it calls, signals, or all of its
// callers do.
func (w *waker) wakes(fn *ssa.Function) bool {
	if slices.ContainsFunc(w.r.spawns.Runs(fn), func(f *ssa.Function) bool { return w.signalling[f] }) {
		return true
	}
	return w.above(fn, 0)
}

// above reports whether all callers of fn signal.
func (w *waker) above(fn *ssa.Function, depth int) bool {
	if depth == maxCallers {
		return true // prefer silence
	}
	if fn.Parent() != nil && w.signals(fn.Parent(), depth+1) {
		return true
	}
	callers := w.r.spawns.Callers(fn)
	if len(callers) == 0 || w.r.spawns.IsValue(fn) {
		return w.r.spawns.IsValue(fn) // who knows what its callers do
	}
	for _, call := range callers {
		if !w.signals(call.Parent(), depth+1) && !w.r.onFresh(call) {
			return false
		}
	}
	return true
}

// signals reports whether fn, which calls a function that changes the condition,
// signals for it: itself, or by a function that does nothing else, or its callers do.
func (w *waker) signals(fn *ssa.Function, depth int) bool {
	if w.signalling[fn] {
		return true
	}
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			call, ok := instr.(ssa.CallInstruction)
			if !ok {
				continue
			}
			for _, c := range w.r.spawns.Callees(call) {
				if c.Body != nil && w.signalling[c.Body] && !w.writes[c.Body] {
					return true
				}
			}
		}
	}
	return w.above(fn, depth)
}

// onFresh reports whether call is of a method, on an object that nobody else has yet.
func (r *Result) onFresh(call ssa.CallInstruction) bool {
	callee := locks.CalleeOf(call.Common(), call.Common().Value)
	if callee.Func == nil || callee.Func.Signature().Recv() == nil {
		return false
	}
	status := r.own.Of(callee.Args[0], call)
	return status != ownership.Shared && status != ownership.Started
}

// polled reports whether somebody signals who has not changed anything: a timer, or
// whoever wants all waiters to look again.
func (r *Result) polled(c *cond, writes map[*ssa.Function]bool) bool {
	for _, s := range c.signals {
		if s.value || !r.changesAround(s.fn, writes, 0) {
			return true
		}
	}
	return false
}

// changesAround reports whether fn, a function that it calls or one of its callers
// changes the condition.
func (r *Result) changesAround(fn *ssa.Function, writes map[*ssa.Function]bool, depth int) bool {
	if slices.ContainsFunc(r.spawns.Runs(fn), func(f *ssa.Function) bool { return writes[f] }) {
		return true
	}
	if depth == maxCallers {
		return false
	}
	if fn.Parent() != nil && r.changesAround(fn.Parent(), writes, depth+1) {
		return true
	}
	return slices.ContainsFunc(r.spawns.Callers(fn), func(call ssa.CallInstruction) bool {
		return r.changesAround(call.Parent(), writes, depth+1)
	})
}

// inLoop returns the header of the loop that w waits in, or nil.
func (w *wait) header() *ssa.BasicBlock { return ir.LoopOf(w.instr.Block()) }
