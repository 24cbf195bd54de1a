// Package wait defines an Analyzer that finds goroutines that wait while they
// hold a lock which those who would let them go on need.
//
// For a channel operation the partners are the operations of the package on the
// other end of the same channel; for a WaitGroup the goroutines that it counts;
// for a condition variable those who signal it. A partner needs the lock if it
// holds it at its operation, must have acquired it before, or acquires it between
// two operations of a loop. Channels that other code may use are left alone.
//
// It reports nothing.
package wait

import (
	"go/constant"
	"go/token"
	"go/types"
	"reflect"
	"slices"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/internal/known"
	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/lockset"
	"github.com/concurlint/concurlint/passes/order"
	"github.com/concurlint/concurlint/passes/ownership"
	"github.com/concurlint/concurlint/passes/summary"
)

// Analyzer finds waits that cannot end.
var Analyzer = &analysis.Analyzer{
	Name:       "wait",
	Doc:        "find waits under a lock that the partner needs",
	URL:        "https://pkg.go.dev/github.com/concurlint/concurlint/passes/wait",
	Requires:   []*analysis.Analyzer{summary.Analyzer, ownership.Analyzer, order.Analyzer},
	Run:        run,
	ResultType: reflect.TypeFor[*Result](),
}

// A Result holds the waits of a package that cannot end.
type Result struct{ Waits []*Wait }

// A Kind says how a goroutine waits.
type Kind uint8

const (
	Send    Kind = iota // for a receiver
	Receive             // for a sender, or for the channel to be closed
	Select              // for one of several
	Join                // for goroutines to end
	Cond                // for a signal
)

// A Wait is a place that waits while it holds a lock which its partner needs.
type Wait struct {
	Kind Kind
	// Expr is the channel, WaitGroup or condition variable, and Lock the lock,
	// as the source writes them.
	Expr, Lock string
	Pos, End   token.Pos
	// HeldPos is where the lock was acquired.
	HeldPos token.Pos
	// Partner is the function that would end the wait, At where it needs the
	// lock: file:line.
	Partner, At string
	// Closer reports whether the partner would close the channel.
	Closer bool
	// Call is the called function, as the source writes it, if the wait is below
	// a call, and WaitAt its position then: file:line.
	Call, WaitAt string

	partner ssa.Instruction
	instr   ssa.Instruction
}

// An op is an operation on a channel, WaitGroup or condition variable.
type op struct {
	role     role
	fn       *ssa.Function
	instr    ssa.Instruction
	deferred bool
}

type role uint8

const (
	sends role = iota
	receives
	closes
	done
	signals
)

type analyzer struct {
	pass   *analysis.Pass
	sum    *summary.Result
	m      *lockset.Machine
	order  *order.Result
	own    *ownership.Result
	ops    map[any][]op
	makes  map[any][]*ssa.MakeChan
	opaque map[any]uint8 // ends of channels that other code may have
	held   map[ssa.Instruction][]lockset.Lock
	steps  map[*ssa.Function][]step // see stepsOf
	result *Result
}

// Ends of a channel that other code may use.
const (
	sendEnd = 1 << iota
	receiveEnd
)

func run(pass *analysis.Pass) (any, error) {
	sum := pass.ResultOf[summary.Analyzer].(*summary.Result)
	a := &analyzer{
		pass:   pass,
		sum:    sum,
		order:  pass.ResultOf[order.Analyzer].(*order.Result),
		own:    pass.ResultOf[ownership.Analyzer].(*ownership.Result),
		ops:    make(map[any][]op),
		makes:  make(map[any][]*ssa.MakeChan),
		opaque: make(map[any]uint8),
		held:   make(map[ssa.Instruction][]lockset.Lock),
		steps:  make(map[*ssa.Function][]step),
		result: new(Result),
	}
	a.order.Ready()
	defer sum.Exclusive()()
	sum.Functions()
	if sum.Machine == nil {
		return a.result, nil
	}
	a.m = sum.Machine
	var waits, calls []*lockset.Visit
	for _, fn := range a.m.IR.Funcs {
		f := a.sum.Run(fn)
		if f == nil {
			continue // nothing is held there
		}
		test := a.m.IR.InTest(fn.Pos())
		for i := range f.Visits {
			v := &f.Visits[i]
			if v.Joined || v.Access != nil {
				continue
			}
			if v.Wait {
				a.held[v.Instr] = v.Locks
			}
			switch {
			case test:
			case v.Wait:
				waits = append(waits, v)
			case holds(v.Locks):
				calls = append(calls, v)
			}
		}
	}
	any := func(fn *ssa.Function) bool {
		return slices.ContainsFunc(fn.Blocks, func(b *ssa.BasicBlock) bool { return slices.ContainsFunc(b.Instrs, lockset.Waits) })
	}
	if len(waits)+len(calls) == 0 || !slices.ContainsFunc(a.m.IR.Funcs, any) {
		return a.result, nil
	}
	a.collect()
	seen := make(map[ssa.Instruction]bool)
	for _, v := range waits {
		if !seen[v.Instr] {
			seen[v.Instr] = a.check(v)
		}
	}
	for _, v := range calls {
		if !seen[v.Instr] {
			seen[v.Instr] = a.checkCall(v)
		}
	}
	a.result.Waits = slices.DeleteFunc(a.result.Waits, a.mirrored)
	slices.SortStableFunc(a.result.Waits, func(x, y *Wait) int { return a.m.IR.Compare(x.Pos, y.Pos) })
	return a.result, nil
}

// mirrored reports whether w is the partner of another wait, which tells the same
// story and stands later in the source.
func (a *analyzer) mirrored(w *Wait) bool {
	return slices.ContainsFunc(a.result.Waits, func(o *Wait) bool {
		return o.partner != nil && o.partner == w.instr && w.partner == o.instr && a.m.IR.Compare(o.Pos, w.Pos) > 0
	})
}

func holds(ls []lockset.Lock) bool {
	return slices.ContainsFunc(ls, func(l lockset.Lock) bool { return l.Status == lockset.Held && !l.Doubt && l.Site != nil })
}

// key identifies a channel, WaitGroup or condition variable across functions: by
// the field or package variable that holds it, or, for a local one, by where it is
// made. It is nil if v is something else.
func (a *analyzer) key(v ssa.Value) any {
	for range 16 {
		switch u := v.(type) {
		case *ssa.UnOp:
			if u.Op != token.MUL {
				return nil
			}
			v = u.X
			continue
		case *ssa.FieldAddr:
			if f := ir.FieldVar(u); f != nil {
				return f
			}
			return nil
		case *ssa.Global:
			return u
		case *ssa.ChangeType:
			v = u.X
			continue
		case *ssa.FreeVar:
			if v = a.m.IR.Binding(u); v == nil {
				return nil
			}
			continue
		case *ssa.Alloc:
			if s := a.m.IR.Init(u); s != nil {
				v = s.Val
				continue
			}
			if c := a.m.IR.Cell(u); c != nil && len(c.Stores) > 0 {
				return nil // assigned again
			}
			return u
		case *ssa.MakeChan:
			return u
		case *ssa.Call: // sync.NewCond
			return u
		}
		return nil
	}
	return nil
}

// collect gathers the operations of the package, and who else may have an end of
// its channels.
func (a *analyzer) collect() {
	for _, fn := range a.m.IR.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				a.collectFrom(fn, instr)
			}
		}
	}
}

func (a *analyzer) add(v ssa.Value, o op) {
	if k := a.key(v); k != nil {
		a.ops[k] = append(a.ops[k], o)
	}
}

func (a *analyzer) collectFrom(fn *ssa.Function, instr ssa.Instruction) {
	o := op{fn: fn, instr: instr}
	switch instr := instr.(type) {
	case *ssa.Send:
		o.role = sends
		a.add(instr.Chan, o)
		a.leak(instr.X)
	case *ssa.UnOp:
		if instr.Op == token.ARROW {
			o.role = receives
			a.add(instr.X, o)
		}
	case *ssa.Select:
		for _, s := range instr.States {
			o.role = receives
			if s.Dir == types.SendOnly {
				o.role = sends
			}
			a.add(s.Chan, o)
		}
	case *ssa.Store:
		if mk, ok := instr.Val.(*ssa.MakeChan); ok {
			if k := a.key(instr.Addr); k != nil {
				a.makes[k] = append(a.makes[k], mk)
			}
			return
		}
		if _, ok := instr.Val.Type().Underlying().(*types.Chan); ok {
			if alloc, ok := instr.Addr.(*ssa.Alloc); ok && a.m.IR.Init(alloc) == instr {
				return
			}
			if _, isNil := instr.Val.(*ssa.Const); isNil {
				return
			}
			a.leak(instr.Val)
			if k := a.key(instr.Addr); k != nil { // some other channel
				a.opaque[k] |= sendEnd | receiveEnd
			}
		}
	case *ssa.Return:
		for _, r := range instr.Results {
			a.leak(r)
		}
	case *ssa.MakeInterface:
		a.leak(instr.X)
	case *ssa.MapUpdate:
		a.leak(instr.Value)
	case ssa.CallInstruction:
		a.collectCall(o, instr)
	}
}

func (a *analyzer) collectCall(o op, call ssa.CallInstruction) {
	common := call.Common()
	_, o.deferred = call.(*ssa.Defer)
	if b, ok := common.Value.(*ssa.Builtin); ok {
		if b.Name() == "close" {
			o.role = closes
			a.add(common.Args[0], o)
		}
		return
	}
	callee := locks.CalleeOf(common, common.Value)
	switch name := known.NameOf(callee.Func); {
	case name == known.Name{Pkg: "sync", Recv: "WaitGroup", Func: "Done"}:
		o.role = done
		a.add(callee.Args[0], o)
		return
	case name == known.Name{Pkg: "sync", Recv: "Cond", Func: "Signal"}, name == known.Name{Pkg: "sync", Recv: "Cond", Func: "Broadcast"}:
		o.role = signals
		a.add(callee.Args[0], o)
		return
	case known.UseOf(callee.Func) == known.Spawns && known.Counts(callee.Func):
		for _, arg := range callee.Args[1:] {
			if body := function(arg); body != nil {
				a.add(callee.Args[0], op{role: done, fn: body, instr: body.Blocks[0].Instrs[0], deferred: true})
			}
		}
		return
	}
	for _, arg := range common.Args {
		a.leak(arg)
	}
}

// function returns the code of the function value v, if it is plain to see.
func function(v ssa.Value) *ssa.Function {
	return locks.CalleeOf(&ssa.CallCommon{Value: v}, v).Body
}

// leak notes that other code gets v, if it is a channel.
func (a *analyzer) leak(v ssa.Value) {
	t, ok := v.Type().Underlying().(*types.Chan)
	if !ok {
		return
	}
	if k := a.key(v); k != nil {
		if t.Dir() != types.RecvOnly {
			a.opaque[k] |= sendEnd
		}
		if t.Dir() != types.SendOnly {
			a.opaque[k] |= receiveEnd
		}
	}
}

// closed reports whether all operations on the given ends of the channel k are
// known.
func (a *analyzer) closed(k any, ends uint8) bool {
	if v, ok := k.(*types.Var); ok && v.Exported() && v.Pkg() == a.pass.Pkg && reachable(v) || ok && v.Pkg() != a.pass.Pkg {
		return false
	}
	if g, ok := k.(*ssa.Global); ok && token.IsExported(g.Name()) {
		return false
	}
	return a.opaque[k]&ends == 0
}

// reachable reports whether other packages can use field v.
func reachable(v *types.Var) bool { return v.Exported() }

// hasRoom reports whether channel k has room for values.
func (a *analyzer) hasRoom(k any) bool {
	makes := a.makes[k]
	if mk, ok := k.(*ssa.MakeChan); ok {
		makes = []*ssa.MakeChan{mk}
	}
	return slices.ContainsFunc(makes, func(mk *ssa.MakeChan) bool {
		c, ok := mk.Size.(*ssa.Const)
		return !ok || c.Value == nil || c.Int64() != 0
	})
}

// maxRoom is the room of a channel that is soon full.
const maxRoom = 1

// fills reports whether a send to channel k at instruction at may have to wait: it
// has no room or hardly any, and the function has not made room before, nor the channel.
func (a *analyzer) fills(k any, at ssa.Instruction) bool {
	makes := a.makes[k]
	if mk, ok := k.(*ssa.MakeChan); ok {
		makes = []*ssa.MakeChan{mk}
	}
	room := int64(0)
	for _, mk := range makes {
		c, ok := mk.Size.(*ssa.Const)
		if !ok || c.Value == nil {
			return false
		}
		room = max(room, c.Int64())
	}
	if len(makes) == 0 || room > maxRoom {
		return false
	}
	if room == 0 {
		return true
	}
	if _, local := k.(*ssa.MakeChan); local {
		return false // filled once, mostly
	}
	if setsFlag(at.Parent()) {
		return false // it notes that it has sent
	}
	for _, o := range a.ops[k] {
		if o.fn == at.Parent() && (o.role == receives || o.role == sends && o.instr != at) {
			return false
		}
	}
	// It has just been made.
	return !slices.ContainsFunc(makes, func(mk *ssa.MakeChan) bool { return mk.Parent() == at.Parent() && ir.Precedes(mk, at) })
}

// setsFlag reports whether fn stores true in a field.
func setsFlag(fn *ssa.Function) bool {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			s, ok := instr.(*ssa.Store)
			if !ok {
				continue
			}
			_, field := s.Addr.(*ssa.FieldAddr)
			c, isConst := s.Val.(*ssa.Const)
			if field && isConst && c.Value != nil && c.Value.Kind() == constant.Bool && constant.BoolVal(c.Value) {
				return true
			}
		}
	}
	return false
}
