package chans

import (
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/spawn"
)

// Many stands for any number of values, and for more than anybody counts: channels
// whose room is a constant rarely have room for more.
const many = 64

// times returns n for each of m turns.
func times(n, m int) int { return min(n*m, many) }

// A walk follows the ways through a function from where a channel is made, counting
// the values that goroutines which are started on the way send on it and those that
// the function receives.
type walk struct {
	r    *Result
	o    *spawn.Object
	fn   *ssa.Function
	room int
	// sends is how many values those send whom an instruction starts.
	sends map[ssa.Instruction]int
	// all are those of which that number is for all turns of the loops around them.
	all map[ssa.Instruction]bool
	// loops are the blocks of the loops that receive, by the block whose branch
	// ends the loop.
	loops map[*ssa.BasicBlock]map[*ssa.BasicBlock]bool
	// signals are the goroutines that send, as the places that start them.
	senders []*spawn.Spawn
	// close, if it is not nil, is what is looked for instead of an exit: it must not
	// come before all has been sent.
	close *Op

	seen  map[walkKey]bool
	queue []walkState // the shortest ways first
	found *exit
}

// An exit is a way out of a function that leaves values behind.
type exit struct {
	at ssa.Instruction // the return, or where the channel is made again
	// arm is the case of a select statement on the way that is chosen instead of
	// the receive, if any.
	arm             *ssa.SelectState
	sends, received int
}

type walkState struct {
	block           *ssa.BasicBlock
	from            int // first instruction
	sends, received int
	started         []ssa.Instruction // of walk.all, in order
	closes          bool              // a deferred call will close the channel
	arm             *ssa.SelectState
	decided         *decision
}

// A walkKey is what matters of a state for where it leads.
type walkKey struct {
	block           *ssa.BasicBlock
	from            int
	sends, received int
	started         int
	closes          bool
	decided         string
}

// A decision is the value of a boolean on the way.
type decision struct {
	of   ssa.Value
	is   bool
	next *decision
}

func (d *decision) lookup(v ssa.Value) (is, ok bool) {
	for ; d != nil; d = d.next {
		if d.of == v {
			return d.is, true
		}
	}
	return false, false
}

func (d *decision) key() string {
	var b strings.Builder
	for ; d != nil; d = d.next {
		b.WriteString(d.of.Name())
		if d.is {
			b.WriteByte('+')
		} else {
			b.WriteByte('-')
		}
	}
	return b.String()
}

// maxSteps bounds the states of a walk. Functions with more ways than that are too
// intricate to be sure of anything.
const maxSteps = 4000

// run looks for an exit that leaves values behind, starting after instruction from,
// or at the entry of the function if it is nil.
func (w *walk) run(from ssa.Instruction) *exit {
	w.seen = make(map[walkKey]bool)
	start := walkState{block: w.fn.Blocks[0]}
	if from != nil {
		start.block, start.from = from.Block(), ir.Index(from)+1
	}
	w.add(start)
	for i := 0; i < len(w.queue) && w.found == nil; i++ {
		if i > maxSteps {
			return nil
		}
		w.visit(w.queue[i])
	}
	return w.found
}

// add has state s followed, if none like it has been.
func (w *walk) add(s walkState) {
	k := walkKey{s.block, s.from, s.sends, s.received, len(s.started), s.closes, s.decided.key()}
	if !w.seen[k] {
		w.seen[k] = true
		w.queue = append(w.queue, s)
	}
}

func (w *walk) visit(s walkState) {
	for _, instr := range s.block.Instrs[s.from:] {
		if ssa.Instruction(w.o.Make()) == instr {
			if w.close == nil {
				w.check(s, instr)
			}
			return
		}
		if n := w.sends[instr]; n > 0 && !slices.Contains(s.started, instr) {
			s.sends = min(s.sends+n, many)
			if w.all[instr] {
				s.started = append(slices.Clip(s.started), instr)
			}
		}
		if w.close != nil {
			if w.joined(instr) {
				s.received = many
			}
			if instr == w.close.Instr && !w.close.Deferred {
				w.check(s, instr)
				return
			}
			if instr == w.close.Instr {
				s.closes = true
			}
		}
		for _, op := range w.r.of[instr] {
			if op.Role != Receive || !w.about(op) {
				continue
			}
			if op.Select != nil {
				w.choose(s, op)
				return
			}
			s.received = min(s.received+1, many)
		}
		if _, ok := instr.(*ssa.Return); ok {
			if s.block != w.fn.Recover && (w.close == nil || s.closes) {
				w.check(s, instr)
			}
			return
		}
	}
	w.leave(s)
}

// joined reports whether instr waits for a goroutine that sends to end.
func (w *walk) joined(instr ssa.Instruction) bool {
	for _, s := range w.senders {
		for _, j := range s.Joins {
			if j.Instr == instr && j.Object != w.o {
				return true
			}
		}
	}
	return false
}

// about reports whether op is one on the channel.
func (w *walk) about(op *Op) bool {
	for _, o := range w.r.Spawns.Objects(op.Chan) {
		if o == w.o {
			return true
		}
	}
	return false
}

// check records the exit at instr if it leaves values behind.
func (w *walk) check(s walkState, instr ssa.Instruction) {
	if s.received < many && s.sends > w.room+s.received {
		w.found = &exit{at: instr, arm: s.arm, sends: s.sends, received: s.received}
	}
}

// leave follows the edges out of the block of s.
func (w *walk) leave(s walkState) {
	cond, _ := s.block.Instrs[len(s.block.Instrs)-1].(*ssa.If)
	for i, next := range s.block.Succs {
		t := s
		if cond != nil {
			yes := i == 0
			v := cond.Cond
			if not, ok := v.(*ssa.UnOp); ok && not.Op == token.NOT {
				v, yes = not.X, !yes
			}
			if is, ok := s.decided.lookup(v); ok && is != yes {
				continue
			}
			if !inLoop(s.block) {
				t.decided = &decision{v, yes, t.decided}
			}
			if body := w.loops[s.block]; body != nil && !body[next] && (ends(s.block, next) || counts(cond.Cond) && !w.elsewhere(s.block)) {
				t.received = many // as many as the loop has turns
			}
			if s.block.Succs[1-i].Comment == "rangeint.body" && next.Comment == "rangeint.done" && w.loops[last(s.block.Succs[1-i])] != nil {
				t.received = many
			}
		}
		w.enter(t, next)
	}
}

// enter goes to block next.
func (w *walk) enter(s walkState, next *ssa.BasicBlock) {
	pred := 0
	for i, p := range next.Preds {
		if p == s.block {
			pred = i
		}
	}
	for _, instr := range next.Instrs {
		phi, ok := instr.(*ssa.Phi)
		if !ok {
			break
		}
		if c, ok := phi.Edges[pred].(*ssa.Const); ok && c.Value != nil && c.Value.Kind() == constant.Bool {
			s.decided = &decision{phi, constant.BoolVal(c.Value), s.decided}
		} else if is, ok := s.decided.lookup(phi.Edges[pred]); ok {
			s.decided = &decision{phi, is, s.decided}
		}
	}
	s.block, s.from = next, 0
	w.add(s)
}

// choose follows the cases of the select statement of op.
func (w *walk) choose(s walkState, op *Op) {
	sel := op.Select
	for i, st := range sel.States {
		t := s
		switch {
		case st.Dir == types.RecvOnly && w.mayBe(st.Chan):
			t.received = min(t.received+1, many)
		case w.after(st.Chan):
			continue // when it can be chosen, all has been sent
		default:
			t.arm = st
		}
		w.caseOf(t, sel, i)
	}
	if !sel.Blocking {
		w.caseOf(s, sel, -1)
	}
}

func (w *walk) mayBe(ch ssa.Value) bool {
	for _, o := range w.r.Spawns.Objects(ch) {
		if o == w.o {
			return true
		}
	}
	return false
}

// caseOf follows the case of sel with index i, -1 for default.
func (w *walk) caseOf(s walkState, sel *ssa.Select, i int) {
	var last *ssa.BasicBlock
	for _, branch := range tests(sel) {
		last = branch.Block()
		if c := branch.Cond.(*ssa.BinOp).Y.(*ssa.Const); int(c.Int64()) == i {
			s.block = last
			w.enter(s, last.Succs[0])
			return
		}
	}
	if i < 0 && last != nil {
		s.block = last
		w.enter(s, last.Succs[1])
		return
	}
	// One case and a default: both tests may have been folded into jumps.
	w.leave(s)
}

// after reports whether the channel ch only becomes ready when the goroutine that
// sends has sent all it ever will: because it is the one that makes it ready, later,
// or because those who do wait for it.
func (w *walk) after(ch ssa.Value) bool {
	objects := w.r.Spawns.Objects(ch)
	if len(objects) == 0 {
		return true // nil: never ready
	}
	for _, o := range objects {
		if o.Unknown || o.Make() == nil || o.Escapes&spawn.SendEnd != 0 {
			return false
		}
		for _, op := range w.r.ops[o] {
			if (op.Role == Send || op.Role == Close) && !w.later(op) {
				return false
			}
		}
	}
	return true
}

// later reports whether op happens only after all has been sent.
func (w *walk) later(op *Op) bool {
	for _, s := range w.senders {
		if w.waitsFor(op, s) {
			continue
		}
		if s.Loop || len(w.senders) > 1 {
			return false
		}
		found := false
		for _, body := range s.Bodies {
			for _, fn := range w.r.Spawns.Runs(body) {
				if fn != op.Fn {
					continue
				}
				found = true
				for _, send := range w.r.with(w.o, Send) {
					if send.Fn == fn && !op.Deferred && (send.Instr.Block() == op.Instr.Block() && ir.Index(send.Instr) > ir.Index(op.Instr) || ir.Reaches(op.Instr.Block(), send.Instr.Block())) {
						return false
					}
				}
			}
		}
		if !found {
			return false
		}
	}
	return true
}

// waitsFor reports whether the function of op has waited for the goroutine that s
// starts.
func (w *walk) waitsFor(op *Op, s *spawn.Spawn) bool {
	for _, j := range s.Joins {
		if _, isCall := j.Instr.(ssa.CallInstruction); isCall && j.In == op.Fn && (op.Deferred || ir.Precedes(j.Instr, op.Instr)) {
			return true
		}
	}
	return false
}

// inLoop reports whether b is part of a loop.
func inLoop(b *ssa.BasicBlock) bool { return ir.Reaches(b, b) }

// elsewhere reports whether b belongs to a case of a select statement that receives
// something else, while another of its cases receives from the channel: what is
// counted there are not its values.
func (w *walk) elsewhere(b *ssa.BasicBlock) bool {
	for _, op := range w.r.with(w.o, Receive) {
		if op.Select == nil || op.Fn != w.fn {
			continue
		}
		for i, st := range op.Select.States {
			if st.Dir == types.RecvOnly && w.mayBe(st.Chan) {
				continue
			}
			if arm := caseBlock(op.Select, i); arm != nil && arm.Dominates(b) {
				return true
			}
		}
	}
	return false
}

// caseBlock returns the first block of the case of sel with index i, or nil.
func caseBlock(sel *ssa.Select, i int) *ssa.BasicBlock {
	for _, branch := range tests(sel) {
		if c := branch.Cond.(*ssa.BinOp).Y.(*ssa.Const); int(c.Int64()) == i {
			return branch.Block().Succs[0]
		}
	}
	return nil
}

// tests returns the branches that test which case of sel has been chosen, in the
// order of the cases.
func tests(sel *ssa.Select) []*ssa.If {
	var out []*ssa.If
	for _, ref := range *sel.Referrers() {
		index, ok := ref.(*ssa.Extract)
		if !ok || index.Index != 0 {
			continue
		}
		for _, use := range *index.Referrers() {
			cmp, ok := use.(*ssa.BinOp)
			if !ok || cmp.Op != token.EQL {
				continue
			}
			if _, ok := cmp.Y.(*ssa.Const); !ok {
				continue
			}
			for _, user := range *cmp.Referrers() {
				if branch, ok := user.(*ssa.If); ok {
					out = append(out, branch)
				}
			}
		}
	}
	return out
}

// ends reports whether the edge from a loop's block to next is the one that is
// taken when the loop's condition fails or the range is over.
func ends(b, next *ssa.BasicBlock) bool {
	if b.Succs[1] != next {
		return false
	}
	// The test of a range over a number stands at the end of the body.
	return strings.HasSuffix(b.Comment, ".loop") || next.Comment == "rangeint.done" && b.Succs[0].Comment == "rangeint.body"
}

// counts reports whether a condition compares a number that the function keeps, such
// as how many values are still to come.
func counts(v ssa.Value) bool {
	cmp, ok := v.(*ssa.BinOp)
	if !ok {
		return false
	}
	t, ok := cmp.X.Type().Underlying().(*types.Basic)
	if !ok || t.Info()&types.IsInteger == 0 {
		return false
	}
	switch x := cmp.X.(type) {
	case *ssa.Phi, *ssa.BinOp:
		return true
	case *ssa.UnOp:
		return x.Op == token.MUL
	case *ssa.Call:
		b, ok := x.Call.Value.(*ssa.Builtin)
		return ok && b.Name() == "len"
	}
	return false
}

// last returns the block that tests whether the loop with this first block goes
// round again.
func last(body *ssa.BasicBlock) *ssa.BasicBlock {
	for _, p := range body.Preds {
		if len(p.Succs) == 2 && p.Succs[0] == body && p.Succs[1].Comment == "rangeint.done" && body.Dominates(p) {
			return p
		}
	}
	return nil
}

// receivingLoops returns the blocks of the innermost loops that receive from o, by
// each block with a branch out of the loop.
func (r *Result) receivingLoops(fn *ssa.Function, o *spawn.Object) map[*ssa.BasicBlock]map[*ssa.BasicBlock]bool {
	out := make(map[*ssa.BasicBlock]map[*ssa.BasicBlock]bool)
	receives := make(map[*ssa.BasicBlock]bool)
	for _, op := range r.with(o, Receive) {
		if op.Fn == fn {
			receives[op.Instr.Block()] = true
		}
	}
	for _, head := range fn.Blocks {
		body := naturalLoop(head)
		any := false
		for b := range receives {
			any = any || body[b]
		}
		if !any {
			continue
		}
		for b := range body {
			if old := out[b]; old == nil || len(old) > len(body) {
				out[b] = body
			}
		}
	}
	return out
}

// naturalLoop returns the blocks of the loop with this header; none if it is not
// one.
func naturalLoop(head *ssa.BasicBlock) map[*ssa.BasicBlock]bool {
	if !slices.ContainsFunc(head.Preds, head.Dominates) {
		return nil
	}
	body := make(map[*ssa.BasicBlock]bool)
	var visit func(b *ssa.BasicBlock)
	visit = func(b *ssa.BasicBlock) {
		if body[b] {
			return
		}
		body[b] = true
		for _, p := range b.Preds {
			visit(p)
		}
	}
	for _, p := range head.Preds {
		if head.Dominates(p) {
			body[head] = true
			visit(p)
		}
	}
	return body
}

// passes returns how often the instruction at runs, all turns of the loops around it
// together. If one of them receives from o as well, the walk follows its turns: then
// it is once for each pass, and all is false.
func (r *Result) passes(at ssa.Instruction, o *spawn.Object, from ssa.Instruction) (n int, all bool) {
	b := at.Block()
	for _, head := range b.Parent().Blocks {
		body := naturalLoop(head)
		if !body[b] || from != nil && body[from.Block()] {
			continue
		}
		for _, op := range r.with(o, Receive) {
			if body[op.Instr.Block()] {
				return 1, false
			}
		}
	}
	return turns(b, from), true
}

// turns returns how often the innermost loop around b goes round, if it is a
// constant number of times, 1 if there is none, many if it is not known. The loop
// must not contain the instruction without, which begins all anew.
func turns(b *ssa.BasicBlock, without ssa.Instruction) int {
	n := 1
	for _, head := range b.Parent().Blocks {
		body := naturalLoop(head)
		if !body[b] || without != nil && body[without.Block()] {
			continue
		}
		n = times(n, turnsOf(head))
	}
	return n
}

// turnsOf returns how often the loop with this header goes round, or many.
func turnsOf(head *ssa.BasicBlock) int {
	for b := range naturalLoop(head) {
		branch, ok := b.Instrs[len(b.Instrs)-1].(*ssa.If)
		if !ok || !ends(b, b.Succs[1]) {
			continue
		}
		cmp, ok := branch.Cond.(*ssa.BinOp)
		if !ok || cmp.Op != token.LSS {
			continue
		}
		limit, ok := length(cmp.Y)
		if !ok {
			continue
		}
		if limit >= 0 && limit < many && countsFromZero(cmp.X) {
			return int(limit)
		}
	}
	return many
}

// length returns the value of v, a constant or the length of an array.
func length(v ssa.Value) (int64, bool) {
	switch v := v.(type) {
	case *ssa.Const:
		return ir.Int(v)
	case *ssa.Call:
		if b, ok := v.Call.Value.(*ssa.Builtin); ok && b.Name() == "len" {
			if s, ok := v.Call.Args[0].(*ssa.Slice); ok && s.Low == nil && s.High == nil {
				if p, ok := s.X.Type().Underlying().(*types.Pointer); ok {
					if a, ok := p.Elem().Underlying().(*types.Array); ok {
						return a.Len(), true
					}
				}
			}
		}
	}
	return 0, false
}

// countsFromZero reports whether v counts up from zero by one: i, or i+1 where i
// begins at -1.
func countsFromZero(v ssa.Value) bool {
	start := int64(0)
	if add, ok := v.(*ssa.BinOp); ok && add.Op == token.ADD {
		v = add.X
		start = -1
	}
	phi, ok := v.(*ssa.Phi)
	if !ok {
		return false
	}
	for _, e := range phi.Edges {
		if n, ok := ir.Int(e); ok && (n == start || n == 0) {
			return true
		}
	}
	return false
}
