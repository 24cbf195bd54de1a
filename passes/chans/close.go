package chans

import (
	"go/constant"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/internal/known"
	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/spawn"
)

// A CloseKind says why closing a channel panics, or makes a send panic.
type CloseKind uint8

const (
	// Twice: it has been closed before in the same function.
	Twice CloseKind = iota
	// Deferred: a deferred call closes it again.
	Deferred
	// Again: the loop goes round and closes it again.
	Again
	// EachCall: the method that closes it may be called twice.
	EachCall
	// EachRequest: the handler that closes it is called for each request.
	EachRequest
	// EachGoroutine: several goroutines run the code that closes it.
	EachGoroutine
	// SendAfter: the function sends on it after it has closed it.
	SendAfter
	// Live: goroutines that send on it may not have ended.
	Live
	// Nil: nobody makes it.
	Nil
)

// A BadClose is a close that panics, or makes another operation panic.
type BadClose struct {
	Kind CloseKind
	// Pos is the close, or the send that follows it; Expr its channel as the
	// source writes it.
	Pos, End token.Pos
	Expr     string
	// Other is the other operation: the first close, or a send.
	Other token.Pos
	// Start is where the goroutines are started.
	Start token.Pos
	// Func is the function that is called twice, as messages call it.
	Func string
}

// BadCloses returns the closes that may panic, or make another operation panic, in
// source order.
func (r *Result) BadCloses() []*BadClose {
	if r.ir == nil {
		return nil
	}
	var out []*BadClose
	add := func(c *BadClose) {
		if c != nil && !slices.ContainsFunc(out, func(o *BadClose) bool { return o.Pos == c.Pos }) {
			out = append(out, c)
		}
	}
	for _, op := range r.all {
		if op.Role != Close || r.ir.InTest(op.Instr.Pos()) {
			continue
		}
		add(r.twice(op))
		add(r.each(op))
		add(r.ofNil(op))
		add(r.live(op))
	}
	slices.SortStableFunc(out, func(a, b *BadClose) int { return r.ir.Compare(a.Pos, b.Pos) })
	return out
}

func (r *Result) badClose(kind CloseKind, op *Op) *BadClose {
	c := &BadClose{Kind: kind}
	c.Expr, c.Pos, c.End = r.Expr(op)
	return c
}

// A place is where the value of a channel is kept, as far as one function can tell.
type place struct {
	base  any // the ssa.Value itself, an *ssa.Alloc, an *ssa.Global or the address of a struct
	field int // of the struct, or -1
}

// placeOf returns where v is kept.
func (r *Result) placeOf(v ssa.Value) place {
	switch v := v.(type) {
	case *ssa.ChangeType:
		return r.placeOf(v.X)
	case *ssa.UnOp:
		if v.Op == token.MUL {
			return r.addressOf(v.X)
		}
	}
	return place{v, -1}
}

// addressOf returns the place at address v.
func (r *Result) addressOf(v ssa.Value) place {
	switch v := v.(type) {
	case *ssa.FieldAddr:
		base := r.placeOf(v.X)
		if base.field < 0 {
			return place{base.base, v.Field}
		}
		return place{v.X, v.Field}
	case *ssa.FreeVar:
		if outer := r.ir.Binding(v); outer != nil {
			return r.addressOf(outer)
		}
	}
	return place{v, -1}
}

// twice returns what is wrong with the operations that may follow the close op in its
// own function: another close of the channel, or a send on it.
func (r *Result) twice(op *Op) *BadClose {
	at := r.placeOf(op.Chan)
	if r.stale(op, at) {
		return nil
	}
	if op.Deferred {
		// It runs when the function returns, after all others.
		for _, other := range r.all {
			if other.Role == Close && other.Fn == op.Fn && other != op && r.placeOf(other.Chan) == at && other.Instr.Pos() != op.Instr.Pos() &&
				(ir.Precedes(op.Instr, other.Instr) || other.Deferred && ir.Precedes(other.Instr, op.Instr)) && !r.assigned(op.Fn, at) {
				c := r.badClose(Deferred, other)
				c.Other = op.Instr.Pos()
				return c
			}
		}
		return nil
	}
	next := r.next(op, at)
	if next == nil {
		return nil
	}
	switch {
	case next == op:
		return r.badClose(Again, op)
	case next.Role == Close:
		c := r.badClose(Twice, next)
		c.Other = op.Instr.Pos()
		return c
	}
	c := r.badClose(SendAfter, next)
	c.Other = op.Instr.Pos()
	return c
}

// stale reports whether op uses what was at the place before another channel was
// stored there.
func (r *Result) stale(op *Op, at place) bool {
	load, ok := op.Chan.(*ssa.UnOp)
	if !ok {
		return false
	}
	for _, b := range op.Fn.Blocks {
		for i, instr := range b.Instrs {
			s, ok := instr.(*ssa.Store)
			if !ok || r.addressOf(s.Addr) != at {
				continue
			}
			after := b == load.Block() && i > ir.Index(load) || ir.Reaches(load.Block(), b)
			before := b == op.Instr.Block() && i < ir.Index(op.Instr) || ir.Reaches(b, op.Instr.Block())
			if after && before {
				return true
			}
		}
	}
	return false
}

// assigned reports whether fn assigns to the place.
func (r *Result) assigned(fn *ssa.Function, at place) bool {
	n := 0
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			if s, ok := instr.(*ssa.Store); ok && r.addressOf(s.Addr) == at {
				n++
			}
		}
	}
	return n > 1 || n == 1 && at.field >= 0
}

// next returns the close or send on the channel that is kept at the place which may
// follow op, or nil. It knows of flags that are set on the way.
func (r *Result) next(op *Op, at place) *Op {
	type state struct {
		block *ssa.BasicBlock
		flags string
	}
	seen := make(map[state]bool)
	steps := 0
	var visit func(b *ssa.BasicBlock, from int, flags *flag) *Op
	visit = func(b *ssa.BasicBlock, from int, flags *flag) *Op {
		if steps++; steps > maxSteps {
			return nil
		}
		for _, instr := range b.Instrs[from:] {
			if instr == at.base {
				return nil // made again, or another element of a range
			}
			switch instr := instr.(type) {
			case *ssa.Store:
				if r.addressOf(instr.Addr) == at {
					return nil
				}
				if c, ok := instr.Val.(*ssa.Const); ok {
					flags = &flag{r.addressOf(instr.Addr), c, flags}
				}
			case *ssa.Call:
				if b, ok := instr.Call.Value.(*ssa.Builtin); ok && b.Name() == "delete" {
					return nil // taken out of what is looked through
				}
			}
			for _, next := range r.of[instr] {
				if (next.Role == Close && !next.Deferred || next.Role == Send) && r.placeOf(next.Chan) == at && !r.stale(next, at) {
					return next
				}
			}
		}
		branch, _ := b.Instrs[len(b.Instrs)-1].(*ssa.If)
		for i, s := range b.Succs {
			if s.Dominates(b) && !always(op.Instr.Block(), s) {
				continue // what the next turn does may depend on this one
			}
			if branch != nil {
				if is, ok := r.decided(branch.Cond, flags); ok && is != (i == 0) {
					continue
				}
			}
			after := flags
			for _, instr := range s.Instrs {
				phi, ok := instr.(*ssa.Phi)
				if !ok {
					break
				}
				switch e := phi.Edges[slices.Index(s.Preds, b)].(type) {
				case *ssa.Const:
					after = &flag{place{phi, -1}, e, after}
				default:
					if c := flags.lookup(place{e, -1}); c != nil {
						after = &flag{place{phi, -1}, c, after}
					}
				}
			}
			if k := (state{s, after.key()}); !seen[k] {
				seen[k] = true
				if found := visit(s, 0, after); found != nil {
					return found
				}
			}
		}
		return nil
	}
	var before *flag // set just before the close
	for _, instr := range op.Instr.Block().Instrs[:ir.Index(op.Instr)] {
		if s, ok := instr.(*ssa.Store); ok {
			if c, ok := s.Val.(*ssa.Const); ok {
				before = &flag{r.addressOf(s.Addr), c, before}
			}
		}
	}
	found := visit(op.Instr.Block(), ir.Index(op.Instr)+1, before)
	if steps > maxSteps {
		return nil
	}
	return found
}

// always reports whether all turns of the loop with this header run b.
func always(b, head *ssa.BasicBlock) bool {
	return !slices.ContainsFunc(head.Preds, func(p *ssa.BasicBlock) bool { return head.Dominates(p) && !b.Dominates(p) })
}

// A flag is a constant that is stored at a place on the way.
type flag struct {
	at   place
	is   *ssa.Const
	next *flag
}

// lookup returns the latest constant at the place, or nil.
func (f *flag) lookup(at place) *ssa.Const {
	for ; f != nil; f = f.next {
		if f.at == at {
			return f.is
		}
	}
	return nil
}

// maxFlags bounds the flags that are told apart in one state.
const maxFlags = 8

func (f *flag) key() string {
	s := ""
	for n := 0; f != nil && n < maxFlags; f, n = f.next, n+1 {
		if v, ok := f.at.base.(ssa.Value); ok {
			s += v.Name() + "=" + f.is.String() + ";"
		}
	}
	return s
}

// decided returns the value of a condition that tests a flag.
func (r *Result) decided(cond ssa.Value, flags *flag) (is, ok bool) {
	if not, isNot := cond.(*ssa.UnOp); isNot && not.Op == token.NOT {
		is, ok = r.decided(not.X, flags)
		return !is, ok
	}
	isNil := false
	negate := false
	if cmp, isCmp := cond.(*ssa.BinOp); isCmp {
		c, isConst := cmp.Y.(*ssa.Const)
		if !isConst || c.Value != nil || cmp.Op != token.EQL && cmp.Op != token.NEQ {
			return false, false
		}
		cond, isNil, negate = cmp.X, true, cmp.Op == token.NEQ
	}
	c := flags.lookup(r.placeOf(cond))
	switch {
	case c == nil:
		return false, false
	case isNil:
		return (c.Value == nil) != negate, true
	case c.Value != nil && c.Value.Kind() == constant.Bool:
		return constant.BoolVal(c.Value), true
	}
	return false, false
}

// closers are the names of methods that users call to end an object, often in a
// deferred call and once more to see the error.
var closers = []string{"Close", "Stop", "Shutdown", "Cancel", "Quit", "Kill", "Terminate"}

// each returns what is wrong with op if the function around it may run more than once
// for one channel and nothing keeps it from closing again.
func (r *Result) each(op *Op) *BadClose {
	objects := r.Spawns.Objects(op.Chan)
	if len(objects) == 0 {
		return nil
	}
	made := make(map[*ssa.Function]bool)
	for _, o := range objects {
		if o.Make() == nil {
			return nil
		}
		made[o.Make().Parent()] = true
	}
	instr, fn := op.Instr, op.Fn
	for range maxDepth {
		if r.guarded(instr) {
			return nil
		}
		if made[fn] && !r.inLoopOf(fn, objects, instr) || r.makes(fn, made) {
			return nil // each call has its own
		}
		if c := r.repeated(op, fn); c != nil {
			return c
		}
		instr, fn = r.onlyCaller(fn)
		if fn == nil {
			return nil
		}
	}
	return nil
}

// makes reports whether fn calls a function that makes one of the channels.
func (r *Result) makes(fn *ssa.Function, made map[*ssa.Function]bool) bool {
	return slices.ContainsFunc(r.Spawns.Runs(fn), func(g *ssa.Function) bool { return g != fn && made[g] })
}

// inLoopOf reports whether instr starts code in a loop of fn in which none of the
// channels is made.
func (r *Result) inLoopOf(fn *ssa.Function, objects []*spawn.Object, instr ssa.Instruction) bool {
	for _, o := range objects {
		if o.Make().Parent() == fn && turns(instr.Block(), o.Make()) > 1 {
			return true
		}
	}
	return false
}

// repeated returns the report that fn, which closes the channel of op, runs more than
// once, or nil if that is not known.
func (r *Result) repeated(op *Op, fn *ssa.Function) *BadClose {
	for _, s := range r.Spawns.Of(fn) {
		switch {
		case s.Kind == spawn.Handler:
			return r.badClose(EachRequest, op)
		case s.Loop && s.Kind != spawn.Timer:
			for _, o := range r.Spawns.Objects(op.Chan) {
				if o.Make().Parent() != s.In || turns(s.Instr.Block(), o.Make()) == 1 {
					return nil // each has its own, perhaps
				}
			}
			c := r.badClose(EachGoroutine, op)
			c.Start = s.Instr.Pos()
			return c
		}
	}
	obj, ok := fn.Object().(*types.Func)
	if !ok || obj.Signature().Recv() == nil || !slices.Contains(closers, obj.Name()) || fn.Signature.Params().Len() > 1 || !r.ofReceiver(op, fn) {
		return nil
	}
	again := r.calledTwice(fn)
	if !again.IsValid() && !r.sharedByContract(obj) {
		return nil
	}
	c := r.badClose(EachCall, op)
	c.Func = known.NameOf(obj).Recv + "." + obj.Name()
	c.Other = again
	return c
}

// calledTwice returns a call of the method fn that may follow another on the same
// object, in one function, or nothing.
func (r *Result) calledTwice(fn *ssa.Function) token.Pos {
	callers := r.Spawns.Callers(fn)
	for _, first := range callers {
		for _, second := range callers {
			if first == second || first.Parent() != second.Parent() || r.ir.InTest(first.Pos()) || r.receiver(first) != r.receiver(second) {
				continue
			}
			_, deferred := first.(*ssa.Defer)
			_, both := second.(*ssa.Defer)
			a, b := first.Block(), second.Block()
			if deferred && !both && a.Dominates(b) && r.after(first, second) || !deferred && !both && (a == b && r.after(first, second) || a != b && a.Dominates(b)) {
				return second.Pos()
			}
		}
	}
	return token.NoPos
}

// after reports whether second comes after first, if they are in one block.
func (r *Result) after(first, second ssa.Instruction) bool {
	return first.Block() != second.Block() || ir.Index(first) < ir.Index(second)
}

// receiver returns where the receiver of a call is kept.
func (r *Result) receiver(call ssa.CallInstruction) place {
	for _, c := range r.Spawns.Callees(call) {
		if len(c.Args) > 0 {
			return r.placeOf(c.Args[0])
		}
	}
	return place{}
}

// sharedByContract reports whether the method belongs to a type that others must be
// able to close at any time, several of them: a net.Conn or net.Listener.
func (r *Result) sharedByContract(obj *types.Func) bool {
	recv := obj.Signature().Recv().Type()
	for _, p := range r.pass.Pkg.Imports() {
		if p.Path() != "net" {
			continue
		}
		for _, name := range [...]string{"Conn", "Listener", "PacketConn"} {
			if tn, ok := p.Scope().Lookup(name).(*types.TypeName); ok {
				if iface, ok := tn.Type().Underlying().(*types.Interface); ok && types.Implements(recv, iface) {
					return true
				}
			}
		}
	}
	return false
}

// ofReceiver reports whether op closes a channel in a field of fn's receiver, if it
// is in fn itself.
func (r *Result) ofReceiver(op *Op, fn *ssa.Function) bool {
	if op.Fn != fn {
		return true // of its callee's
	}
	at := r.placeOf(op.Chan)
	return at.field >= 0 && at.base == any(fn.Params[0])
}

// onlyCaller returns the only place that runs fn, and the function that it is in, or
// nil.
func (r *Result) onlyCaller(fn *ssa.Function) (ssa.Instruction, *ssa.Function) {
	var sites []ssa.Instruction
	for _, call := range r.Spawns.Callers(fn) {
		if !r.ir.InTest(call.Pos()) {
			sites = append(sites, call)
		}
	}
	for _, s := range r.Spawns.Of(fn) {
		if s.Kind != spawn.Go && s.Instr != nil {
			sites = append(sites, s.Instr)
		}
	}
	if len(sites) != 1 {
		return nil, nil
	}
	if r.Spawns.Callable(fn) && len(r.Spawns.Of(fn)) == 0 {
		return nil, nil
	}
	return sites[0], sites[0].Parent()
}

// guarded reports whether instr only runs if some condition holds, or under a lock:
// the code has thought of a second call.
func (r *Result) guarded(instr ssa.Instruction) bool {
	b := instr.Block()
	for _, d := range b.Parent().Blocks {
		if !d.Dominates(b) {
			continue
		}
		for i, other := range d.Instrs {
			if d == b && i >= ir.Index(instr) {
				break
			}
			switch other := other.(type) {
			case *ssa.If:
				if d != b && !bothReach(d, b) {
					return true
				}
			case *ssa.Call:
				c := locks.CalleeOf(&other.Call, other.Call.Value)
				if op, ok := locks.OpOf(c.Func); ok && op.Action != locks.None {
					return true
				}
			}
		}
	}
	return false
}

// bothReach reports whether b can be reached from both successors of d, so that the
// branch at d does not decide on it.
func bothReach(d, b *ssa.BasicBlock) bool {
	for _, s := range d.Succs {
		if s != b && !ir.Reaches(s, b) {
			// A way that returns early decides, one that panics does not.
			return !reachesReturn(s)
		}
	}
	return true
}

// ofNil returns the report that op closes a channel that nobody makes, or nil.
func (r *Result) ofNil(op *Op) *BadClose {
	if len(r.Spawns.Objects(op.Chan)) > 0 || r.guarded(op.Instr) {
		return nil
	}
	if mc := r.ir.Closure(op.Fn); mc != nil && r.guarded(mc) {
		return nil
	}
	load, ok := op.Chan.(*ssa.UnOp)
	if _, isConst := op.Chan.(*ssa.Const); !isConst && (!ok || load.Op != token.MUL) {
		return nil
	}
	if ok {
		switch addr := load.X.(type) {
		case *ssa.FieldAddr, *ssa.Global:
		case *ssa.Alloc:
			if c := r.ir.Cell(addr); c == nil || len(c.Stores) > 0 {
				return nil
			}
		default:
			return nil
		}
	}
	return r.badClose(Nil, op)
}

// live returns the report that goroutines may send on the channel of op after it has
// closed it, or nil. It knows of local channels only.
func (r *Result) live(op *Op) *BadClose {
	o := r.only(op.Chan)
	if o == nil || !o.Local() || o.Escapes != 0 || o.Make().Parent() != op.Fn {
		return nil
	}
	f := &flow{fn: op.Fn, from: o.Make(), sends: make(map[ssa.Instruction]int), all: make(map[ssa.Instruction]bool)}
	t := r.tallyOf(o)
	t.all = true
	var send *Op
	for _, s := range r.Spawns.Spawns {
		n := t.by(s)
		if n == 0 || s.In != op.Fn || s.Kind == spawn.Timer {
			continue
		}
		f.senders = append(f.senders, s)
		f.start(r, s.Instr, n, o)
	}
	if len(f.senders) == 0 {
		return nil
	}
	for _, other := range r.with(o, Receive) {
		if other.Fn != op.Fn {
			return nil
		}
	}
	for _, other := range r.with(o, Send) {
		if other.Fn == op.Fn {
			return nil
		}
		if send == nil {
			send = other
		}
	}
	w := &walk{r: r, o: o, fn: op.Fn, sends: f.sends, all: f.all, loops: r.receivingLoops(op.Fn, o), senders: f.senders, close: op}
	if x := w.run(o.Make()); x == nil {
		return nil
	}
	c := r.badClose(Live, op)
	c.Start = f.senders[0].Instr.Pos()
	_, c.Other, _ = r.Expr(send)
	return c
}
