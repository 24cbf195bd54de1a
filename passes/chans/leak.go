package chans

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/internal/known"
	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/spawn"
)

// A LeakKind says why a goroutine blocks for ever.
type LeakKind uint8

const (
	// Abandoned: it sends, and who receives may have left.
	Abandoned LeakKind = iota
	// Fewer: it sends, and fewer values are received than sent.
	Fewer
	// Drained: it sends, and the receiver waits for it to end before it receives.
	Drained
	// NoReceiver: it sends, and nobody receives.
	NoReceiver
	// NoSender: it receives, and nobody sends or closes.
	NoSender
	// NotClosed: it ranges over a channel that nobody closes.
	NotClosed
	// Endless: it has a loop without end, and belongs to an object that can be
	// closed.
	Endless
	// Stopped: it sends, and who receives may have been told to stop.
	Stopped
	// EarlySend: it sends before it has started anybody who receives.
	EarlySend
	// EarlyReceive: it receives before anybody has been started who sends.
	EarlyReceive
)

// A Leak is a place where a goroutine may block for ever.
type Leak struct {
	Kind LeakKind
	// Pos is the operation that blocks, Expr its channel as the source writes it.
	Pos, End token.Pos
	Expr     string
	// Make is where the channel is made.
	Make token.Pos
	// Start is where the goroutine is started, if it is one that is.
	Start token.Pos
	// Exit is the return after which nobody receives; Arm is the case of a select
	// statement that leads there, if any, and ArmExpr what it waits for.
	Exit    token.Pos
	Arm     token.Pos
	ArmExpr string
	// Sent and Received are how many values are, on the way to Exit; [Many] stands
	// for any number.
	Sent, Received int
	// Wait is the call that waits for the goroutine, WaitExpr its function.
	Wait     token.Pos
	WaitExpr string
	// Receiver is the function that receives until it is told to stop.
	Receiver string
	// Type and Stop are the type and its method that should end the goroutine.
	Type, Stop string
	// Room is the capacity that is provably enough, and Size where to write it: the
	// end of the arguments of make. Room is 0 if there is none.
	Room int
	Size token.Pos
}

// Many is the number of values that are too many to count.
const Many = many

// Leaks returns the places where a goroutine may block for ever, in source order.
func (r *Result) Leaks() []*Leak {
	if r.ir == nil {
		return nil
	}
	var out []*Leak
	add := func(l *Leak) {
		if l != nil && !slices.ContainsFunc(out, func(o *Leak) bool { return o.Pos == l.Pos }) {
			out = append(out, l)
		}
	}
	for _, o := range r.list {
		if o.Unknown || o.Make() == nil || r.ir.InTest(o.Make().Pos()) {
			continue
		}
		add(r.early(o))
		add(r.drained(o))
		add(r.abandoned(o))
		for _, l := range append(r.never(o), r.stopped(o)...) {
			add(l)
		}
	}
	for _, s := range r.Spawns.Spawns {
		add(r.endless(s))
	}
	slices.SortStableFunc(out, func(a, b *Leak) int { return r.ir.Compare(a.Pos, b.Pos) })
	return out
}

// A flow is what is known of a channel whose values are sent by goroutines and
// received by one function that starts them.
type flow struct {
	fn      *ssa.Function // receives
	sends   map[ssa.Instruction]int
	all     map[ssa.Instruction]bool // see walk
	senders []*spawn.Spawn
	from    ssa.Instruction // where the channel is made or comes from, or nil
	send    *Op             // one that may block
}

// start notes that the instruction at starts a goroutine that sends n values on o.
func (f *flow) start(r *Result, at ssa.Instruction, n int, o *spawn.Object) {
	m, all := r.passes(at, o, f.from)
	f.sends[at] = min(f.sends[at]+times(n, m), many)
	f.all[at] = all
}

// flowOf returns the flow of o, or nil if it is not of that simple kind.
func (r *Result) flowOf(o *spawn.Object, room int64) *flow {
	if !o.Local() || o.Escapes != 0 {
		return nil
	}
	var fn *ssa.Function
	for _, op := range r.with(o, Receive) {
		if fn != nil && op.Fn != fn {
			return nil
		}
		fn = op.Fn
	}
	if fn == nil || r.endsProcess(fn) {
		return nil
	}
	f := &flow{fn: fn, sends: make(map[ssa.Instruction]int), all: make(map[ssa.Instruction]bool)}
	if o.Make().Parent() == fn {
		f.from = o.Make()
	}
	started := make(map[*ssa.Function]bool) // runs on one of the goroutines
	var others []*spawn.Spawn
	t := r.tallyOf(o)
	t.certain = room > 0 // one value too many must be certain
	for _, s := range r.Spawns.Spawns {
		n := t.by(s)
		if n == 0 {
			continue
		}
		all := make(map[*ssa.Function]bool)
		if r.markStarted(s, all); all[fn] {
			continue // it receives, or starts who does
		}
		if s.Kind == spawn.Handler || s.Kind == spawn.Test {
			return nil
		}
		at := s.Instr.(ssa.Instruction)
		if s.In != fn {
			if at = r.callOf(fn, s.In, o); at == nil {
				others = append(others, s)
				continue
			}
			n = times(n, turns(s.Instr.Block(), nil))
		}
		r.markStarted(s, started)
		f.senders = append(f.senders, s)
		f.start(r, at, n, o)
	}
	if len(f.senders) == 0 || started[fn] {
		return nil
	}
	for _, s := range others {
		if !started[s.In] {
			return nil // started by somebody else, we know not how often
		}
	}
	for _, op := range r.with(o, Send) {
		if op.Fn == fn || !started[op.Fn] && !t.certain {
			return nil // sent by the function itself, or who knows by whom
		}
		if f.send == nil && op.Blocking() {
			f.send = op
		}
	}
	if f.send == nil {
		return nil
	}
	return f
}

// markStarted adds to started the functions that run on the goroutine that s starts
// and on those that it starts in turn.
func (r *Result) markStarted(s *spawn.Spawn, started map[*ssa.Function]bool) {
	for _, body := range s.Bodies {
		for _, fn := range r.Spawns.Runs(body) {
			if started[fn] {
				continue
			}
			started[fn] = true
			for _, t := range r.Spawns.In(fn) {
				r.markStarted(t, started)
			}
		}
	}
}

// callOf returns the only call in fn that runs the function below, and gives it o or
// gets o from it, or nil.
func (r *Result) callOf(fn, below *ssa.Function, o *spawn.Object) ssa.Instruction {
	var found ssa.Instruction
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			call, ok := instr.(*ssa.Call)
			if !ok {
				continue
			}
			runs := false
			for _, c := range r.Spawns.Callees(call) {
				runs = runs || c.Body != nil && slices.Contains(r.Spawns.Runs(c.Body), below)
			}
			if !runs {
				continue
			}
			if found != nil || !r.carries(call, o) {
				return nil
			}
			found = call
		}
	}
	return found
}

// carries reports whether o is an argument or a result of call, or captured by the
// function that it calls.
func (r *Result) carries(call *ssa.Call, o *spawn.Object) bool {
	values := append([]ssa.Value{call}, call.Call.Args...)
	for _, ref := range *call.Referrers() {
		if e, ok := ref.(*ssa.Extract); ok {
			values = append(values, e)
		}
	}
	for _, v := range values {
		if slices.Contains(r.Spawns.Objects(v), o) {
			return true
		}
	}
	for _, c := range r.Spawns.Callees(call) {
		if c.Body != nil && c.Body.Parent() != nil {
			return true
		}
	}
	return false
}

// A tally counts the values that goroutines may have to send on one channel, one
// after the other.
type tally struct {
	r *Result
	o *spawn.Object
	// reach are the functions that send, and those that call or start them, up to
	// the one that makes the channel: each call of that makes another.
	reach map[*ssa.Function]bool
	sent  map[*ssa.Function]int
	// all counts the sends in select statements too, certain only those that are
	// done on all ways.
	all, certain bool
}

func (r *Result) tallyOf(o *spawn.Object) *tally {
	t := &tally{r: r, o: o, reach: make(map[*ssa.Function]bool), sent: make(map[*ssa.Function]int)}
	var add func(fn *ssa.Function)
	add = func(fn *ssa.Function) {
		if t.reach[fn] {
			return
		}
		t.reach[fn] = true
		if fn == o.Make().Parent() {
			return
		}
		for _, call := range r.Spawns.Callers(fn) {
			add(call.Parent())
		}
		for _, s := range r.Spawns.Of(fn) {
			if s.In != nil {
				add(s.In)
			}
		}
	}
	for _, op := range r.with(o, Send) {
		add(op.Fn)
	}
	return t
}

// by returns how many values a goroutine that s starts may have to send.
func (t *tally) by(s *spawn.Spawn) int {
	n := 0
	for _, body := range s.Bodies {
		if t.reach[body] && body != t.o.Make().Parent() {
			n = max(n, t.in(body, body, s.Args))
		}
	}
	return n
}

// in returns how many values a call of fn may have to send. It is called, directly
// or not, by top with these arguments.
func (t *tally) in(fn, top *ssa.Function, args []ssa.Value) int {
	if !t.reach[fn] {
		return 0
	}
	if n, ok := t.sent[fn]; ok && fn != top {
		return n
	}
	t.sent[fn] = 0 // for recursion
	weight := make(map[*ssa.BasicBlock]int)
	deferred := 0
	for _, b := range fn.Blocks {
		n := 0
		for _, instr := range b.Instrs {
			for _, op := range t.r.of[instr] {
				if op.Role == Send && (t.all || op.Blocking()) && slices.Contains(t.r.Spawns.Passed(op.Chan, top, args), t.o) {
					n++
				}
			}
			call, ok := instr.(ssa.CallInstruction)
			if !ok {
				continue
			}
			m := 0
			for _, c := range t.r.Spawns.Callees(call) {
				if c.Body != nil && c.Body != top {
					m += t.in(c.Body, top, args)
				}
			}
			if _, ok := call.(*ssa.Defer); ok {
				deferred += m
			} else {
				n += m
			}
		}
		if n > 0 && !(t.certain && avoidable(b)) {
			weight[b] = times(n, turns(b, nil))
		}
	}
	n := min(deferred, many)
	if len(weight) > 0 {
		n = min(heaviest(fn, weight)+deferred, many)
	}
	t.sent[fn] = n
	return n
}

// avoidable reports whether its function can return without running b.
func avoidable(b *ssa.BasicBlock) bool {
	seen := map[*ssa.BasicBlock]bool{b: true}
	var visit func(from *ssa.BasicBlock) bool
	visit = func(from *ssa.BasicBlock) bool {
		if seen[from] {
			return false
		}
		seen[from] = true
		if _, ok := from.Instrs[len(from.Instrs)-1].(*ssa.Return); ok {
			return true
		}
		return slices.ContainsFunc(from.Succs, visit)
	}
	return visit(b.Parent().Blocks[0])
}

// heaviest returns the largest sum of weights on a way through fn that takes no edge
// back.
func heaviest(fn *ssa.Function, weight map[*ssa.BasicBlock]int) int {
	done := make(map[*ssa.BasicBlock]int)
	active := make(map[*ssa.BasicBlock]bool)
	var visit func(b *ssa.BasicBlock) int
	visit = func(b *ssa.BasicBlock) int {
		if n, ok := done[b]; ok || active[b] {
			return n
		}
		active[b] = true
		n := 0
		for _, s := range b.Succs {
			n = max(n, visit(s))
		}
		active[b] = false
		done[b] = min(n+weight[b], many)
		return done[b]
	}
	return visit(fn.Blocks[0])
}

// abandoned returns the leak of goroutines that send on o if the receiver may leave
// before they have, or nil.
func (r *Result) abandoned(o *spawn.Object) *Leak {
	room, ok := r.Capacity(o)
	if !ok || room >= many {
		return nil
	}
	f := r.flowOf(o, room)
	if f == nil {
		return nil
	}
	w := &walk{r: r, o: o, fn: f.fn, room: int(room), sends: f.sends, all: f.all, loops: r.receivingLoops(f.fn, o), senders: f.senders}
	x := w.run(f.from)
	if x == nil || room > 0 && x.sends >= many {
		return nil
	}
	l := r.leak(Abandoned, f.send)
	l.Make = o.Make().Pos()
	l.Start = f.senders[0].Instr.Pos()
	l.Sent, l.Received = x.sends, x.received
	if x.received > 0 {
		l.Kind = Fewer
	}
	if ret, ok := x.at.(*ssa.Return); ok {
		l.Exit = r.returnPos(ret)
	}
	if x.arm != nil {
		l.Arm = x.arm.Pos
		l.ArmExpr = r.armExpr(f.fn, x.arm)
	}
	total := 0
	for _, n := range f.sends {
		total += n
	}
	if _, isConst := o.Make().Size.(*ssa.Const); total < many && isConst && room == 0 {
		l.Room = total
		if call := r.ir.Call(o.Make().Pos()); call != nil && len(call.Args) == 1 {
			l.Size = call.Args[0].End()
		} else {
			l.Room = 0
		}
	}
	return l
}

// leak returns a leak at op.
func (r *Result) leak(kind LeakKind, op *Op) *Leak {
	l := &Leak{Kind: kind}
	l.Expr, l.Pos, l.End = r.Expr(op)
	return l
}

// drained returns the leak of goroutines that send on o while the receiver waits for
// them to end, or nil.
func (r *Result) drained(o *spawn.Object) *Leak {
	room, ok := r.Capacity(o)
	if !ok || o.Unknown || o.Escapes != 0 || !o.Local() {
		return nil
	}
	receives := r.with(o, Receive)
	if len(receives) == 0 {
		return nil
	}
	t := r.tallyOf(o)
	for _, s := range r.Spawns.Spawns {
		n := t.by(s)
		if n == 0 || s.Instr == nil || int64(times(n, turns(s.Instr.Block(), o.Make()))) <= room {
			continue
		}
		if room > 0 && turns(s.Instr.Block(), o.Make()) >= many {
			continue // as many as there is room for, perhaps
		}
		for _, j := range s.Joins {
			call, ok := j.Instr.(*ssa.Call)
			if !ok || j.In != s.In || !r.endsFirst(s, o, j.Object) {
				continue
			}
			c := locks.CalleeOf(&call.Call, call.Call.Value)
			if !known.Joins(c.Func) {
				continue
			}
			if !slices.ContainsFunc(receives, func(op *Op) bool { return !ir.Precedes(call, op.Instr) }) && ir.Precedes(s.Instr.(ssa.Instruction), call) || r.allAfter(receives, call, s) {
				for _, op := range r.with(o, Send) {
					if !op.Blocking() {
						continue
					}
					l := r.leak(Drained, op)
					l.Make = o.Make().Pos()
					l.Start = s.Instr.Pos()
					l.Wait = call.Pos()
					l.WaitExpr = "Wait"
					if syntax := r.ir.Call(call.Call.Pos()); syntax != nil {
						l.Wait, l.WaitExpr = syntax.Pos(), types.ExprString(syntax.Fun)
					}
					return l
				}
			}
		}
	}
	return nil
}

// allAfter reports whether all receives are in the function of call, each on ways
// that have passed it.
func (r *Result) allAfter(receives []*Op, call *ssa.Call, s *spawn.Spawn) bool {
	for _, op := range receives {
		if op.Fn != call.Parent() || !ir.Precedes(call, op.Instr) {
			return false
		}
	}
	return ir.Reaches(s.Instr.Block(), call.Block()) || s.Instr.Block() == call.Block()
}

// endsFirst reports whether a goroutine of s signals that it has ended, on wg, only
// after it has sent on o.
func (r *Result) endsFirst(s *spawn.Spawn, o, wg *spawn.Object) bool {
	if s.Kind == spawn.Counted {
		return true
	}
	for _, body := range s.Bodies {
		for _, fn := range r.Spawns.Runs(body) {
			for _, b := range fn.Blocks {
				for _, instr := range b.Instrs {
					call, ok := instr.(ssa.CallInstruction)
					if !ok {
						continue
					}
					c := locks.CalleeOf(call.Common(), call.Common().Value)
					if known.NameOf(c.Func) != (known.Name{Pkg: "sync", Recv: "WaitGroup", Func: "Done"}) || !slices.Contains(r.Spawns.Objects(c.Args[0]), wg) {
						continue
					}
					if _, deferred := call.(*ssa.Defer); deferred {
						continue
					}
					for _, op := range r.with(o, Send) {
						if op.Fn == fn && !ir.Precedes(op.Instr, instr) {
							return false
						}
					}
				}
			}
		}
	}
	return true
}

// endsProcess reports whether the program ends when fn does: it is main, or the last
// thing that main calls; or a test.
func (r *Result) endsProcess(fn *ssa.Function) bool {
	if r.ir.InTest(fn.Pos()) {
		return true
	}
	if r.pass.Pkg.Name() != "main" || fn.Parent() != nil {
		return false
	}
	if fn.Name() == "main" && fn.Signature.Recv() == nil {
		return true
	}
	callers := r.Spawns.Callers(fn)
	if len(callers) == 0 || r.Spawns.IsValue(fn) {
		return false
	}
	for _, call := range callers {
		c, ok := call.(*ssa.Call)
		if !ok || inLoop(c.Block()) || c.Parent() == fn || !r.lastCall(c) || !r.endsProcess(c.Parent()) {
			return false
		}
	}
	return true
}

// lastCall reports whether after call its function only calls other packages.
func (r *Result) lastCall(call *ssa.Call) bool {
	for _, b := range call.Parent().Blocks {
		for i, instr := range b.Instrs {
			later := b == call.Block() && i > ir.Index(call) || b != call.Block() && ir.Reaches(call.Block(), b)
			if !later {
				continue
			}
			if len(r.of[instr]) > 0 {
				return false
			}
			if c, ok := instr.(*ssa.Call); ok {
				for _, callee := range r.Spawns.Callees(c) {
					name := known.NameOf(callee.Func)
					if callee.Body != nil || name.Pkg == "time" && name.Func == "Sleep" || known.Joins(callee.Func) {
						return false
					}
				}
			}
		}
	}
	return true
}

// never returns the leaks at operations on o that have no partner at all.
func (r *Result) never(o *spawn.Object) []*Leak {
	var out []*Leak
	sends, receives, closes := r.with(o, Send), r.with(o, Receive), r.with(o, Close)
	if room, ok := r.Capacity(o); ok && room == 0 && len(receives) == 0 && o.Escapes&spawn.ReceiveEnd == 0 {
		for _, op := range sends {
			if op.Blocking() && r.only(op.Chan) == o && !r.ir.InTest(op.Instr.Pos()) && !r.unreached(o, Receive) {
				l := r.leak(NoReceiver, op)
				l.Make = o.Make().Pos()
				out = append(out, l)
			}
		}
	}
	if o.Escapes&spawn.SendEnd != 0 || len(closes) > 0 {
		return out
	}
	for _, op := range receives {
		if !op.Blocking() || r.only(op.Chan) != o || r.ir.InTest(op.Instr.Pos()) {
			continue
		}
		switch {
		case len(sends) == 0 && !r.forever(o, op) && !r.unreached(o, Send, Close):
			l := r.leak(NoSender, op)
			l.Make = o.Make().Pos()
			out = append(out, l)
		case len(sends) > 0 && op.Range && r.waitsForClose(o, op) && !r.unreached(o, Close):
			l := r.leak(NotClosed, op)
			l.Make = o.Make().Pos()
			out = append(out, l)
		}
	}
	return out
}

// forever reports whether op receives from a channel that the function makes for no
// other purpose: it means to wait for ever.
func (r *Result) forever(o *spawn.Object, op *Op) bool {
	return o.Local() && o.Make().Parent() == op.Fn && len(r.ops[o]) == 1 && len(*o.Make().Referrers()) == 1
}

// waitsForClose reports whether the loop of op, a range over o, can only end when o
// is closed, and somebody waits for its end.
func (r *Result) waitsForClose(o *spawn.Object, op *Op) bool {
	head := op.Instr.Block()
	body := naturalLoop(head)
	for b := range body {
		for _, s := range b.Succs {
			if !body[s] && b != head {
				return false // a break or return
			}
		}
	}
	if !o.Local() {
		return false // belongs to an object: see endless
	}
	// The senders must come to an end, or the loop need not.
	for _, send := range r.with(o, Send) {
		if !r.finite(send) {
			return false
		}
	}
	if op.Fn == o.Make().Parent() {
		return true
	}
	for _, s := range r.Spawns.Of(op.Fn) {
		if s.In == nil || s.Kind == spawn.Handler {
			return false
		}
		if r.mainOnly(s.In) && len(s.Joins) == 0 {
			return false
		}
	}
	return true
}

// finite reports whether the function of a send comes to an end by itself, as far as
// one can tell.
func (r *Result) finite(send *Op) bool {
	if !reachesReturn(send.Instr.Block()) {
		return false
	}
	spawns := r.Spawns.Of(send.Fn)
	for _, s := range spawns {
		if s.Kind == spawn.Handler || s.Loop && !reachesReturn(s.Instr.Block()) {
			return false
		}
	}
	for _, o := range r.Spawns.Objects(send.Chan) {
		if o.Make() != nil && o.Make().Parent() == send.Fn {
			return true
		}
	}
	return len(spawns) > 0
}

// returns reports whether fn may return.
func returns(fn *ssa.Function) bool {
	return len(fn.Blocks) > 0 && reachesReturn(fn.Blocks[0])
}

// reachesReturn reports whether a return can be reached from b.
func reachesReturn(b *ssa.BasicBlock) bool {
	for _, ret := range b.Parent().Blocks {
		if _, ok := ret.Instrs[len(ret.Instrs)-1].(*ssa.Return); ok && ret != b.Parent().Recover && (ret == b || ir.Reaches(b, ret)) {
			return true
		}
	}
	return false
}

// mainOnly reports whether fn is the main function or a package initialiser.
func (r *Result) mainOnly(fn *ssa.Function) bool {
	return fn.Parent() == nil && fn.Signature.Recv() == nil && (fn.Name() == "main" && r.pass.Pkg.Name() == "main" || fn.Name() == "init" || fn.Object() == nil)
}

// returnPos returns the position of ret, or that of the end of its function.
func (r *Result) returnPos(ret *ssa.Return) token.Pos {
	if ret.Pos().IsValid() {
		return ret.Pos()
	}
	if syntax := ret.Parent().Syntax(); syntax != nil {
		return syntax.End() - 1
	}
	return ret.Parent().Pos()
}

// Expr returns the channel of op as the source writes it, and where op is.
func (r *Result) Expr(op *Op) (expr string, pos, end token.Pos) {
	at := op.Instr.Pos()
	if op.Select != nil {
		at = op.Select.States[op.State].Pos
	}
	return r.exprAt(op.Fn, op.Chan, at)
}

// armExpr returns what the case st of a select statement in fn waits for.
func (r *Result) armExpr(fn *ssa.Function, st *ssa.SelectState) string {
	expr, _, _ := r.exprAt(fn, st.Chan, st.Pos)
	return expr
}

// exprAt returns the channel ch as the source writes it in the operation at a
// position in fn, and the extent of the operation.
func (r *Result) exprAt(fn *ssa.Function, ch ssa.Value, at token.Pos) (expr string, pos, end token.Pos) {
	var found ast.Expr
	pos, end = at, at
	if syntax := fn.Syntax(); syntax != nil {
		ast.Inspect(syntax, func(n ast.Node) bool {
			if found != nil {
				return false
			}
			switch n := n.(type) {
			case *ast.SendStmt:
				if n.Arrow == at {
					found, pos, end = n.Chan, n.Pos(), n.End()
				}
			case *ast.UnaryExpr:
				if n.OpPos == at && n.Op == token.ARROW {
					found, pos, end = n.X, n.Pos(), n.End()
				}
			case *ast.RangeStmt:
				if n.For == at {
					found, pos, end = n.X, n.Pos(), n.X.End()
				}
			case *ast.CallExpr:
				if n.Lparen == at && len(n.Args) == 1 {
					found, pos, end = n.Args[0], n.Pos(), n.End()
				}
			case *ast.DeferStmt:
				if n.Defer == at && len(n.Call.Args) == 1 {
					found, pos, end = n.Call.Args[0], n.Pos(), n.End()
				}
			}
			return found == nil
		})
	}
	if found != nil {
		return types.ExprString(found), pos, end
	}
	return "the channel", pos, end
}
