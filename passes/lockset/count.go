package lockset

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"strconv"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/known"
	"github.com/concurlint/concurlint/passes/locks"
)

// Counted resources are held like read locks: many goroutines hold a unit, one
// goroutine may hold several. They differ from locks in three ways. A unit
// belongs to nobody, so that what another goroutine releases is handed over, even
// if the one that starts it has not acquired it. An operation has a weight. And
// the operations on a channel of tokens are no calls.

// Tokens says which operation on a channel acquires a unit of a semaphore.
type Tokens uint8

const (
	NoTokens  Tokens = iota
	BySend           // a send acquires, a receive releases
	ByReceive        // the channel was filled: a receive acquires, a send releases
)

// counting reports whether m follows counted resources.
func (m *Machine) counting() bool { return m.Tokens != nil }

// maxSelect bounds the cases of a select statement with an operation on tokens:
// each makes a state of its own.
const maxSelect = 8

// A channelOp is an operation on a channel of tokens.
type channelOp struct {
	ch     ssa.Value
	action locks.Action
	pos    token.Pos
	index  int // of the case of a select statement
}

// channelOps returns the operations of instr on channels of tokens.
func (m *Machine) channelOps(instr ssa.Instruction) []channelOp {
	if !m.counting() {
		return nil
	}
	var out []channelOp
	add := func(ch ssa.Value, dir types.ChanDir, pos token.Pos, index int) {
		tokens := m.Tokens(ch)
		if tokens == NoTokens {
			return
		}
		action := locks.Release
		if (tokens == BySend) == (dir == types.SendOnly) {
			action = locks.Acquire
		}
		out = append(out, channelOp{ch, action, pos, index})
	}
	switch instr := instr.(type) {
	case *ssa.Send:
		add(instr.Chan, types.SendOnly, instr.Pos(), 0)
	case *ssa.UnOp:
		if instr.Op == token.ARROW {
			add(instr.X, types.RecvOnly, instr.Pos(), 0)
		}
	case *ssa.Select:
		if len(instr.States) > maxSelect {
			return nil
		}
		for i, s := range instr.States {
			add(s.Chan, s.Dir, s.Pos, i)
		}
	}
	return out
}

// Counts reports whether instr is an operation on a channel of tokens.
func (m *Machine) Counts(instr ssa.Instruction) bool { return len(m.channelOps(instr)) > 0 }

// channel runs an operation on channels. A select statement with operations on
// tokens makes a state for each of its cases.
func (x *run) channel(st *State, instr ssa.Instruction) []*State {
	ops := x.m.channelOps(instr)
	if len(ops) == 0 {
		return []*State{st}
	}
	sel, ok := instr.(*ssa.Select)
	if !ok {
		return []*State{x.channelOp(st, instr, ops[0])}
	}
	var out []*State
	cases := len(sel.States)
	first := 0
	if !sel.Blocking {
		first = -1 // default
	}
	for i := first; i < cases; i++ {
		s := x.choose(st, sel, i)
		for _, op := range ops {
			if op.index == i {
				s = x.channelOp(s, instr, op)
			} else if op.action == locks.Acquire {
				s = x.missed(s, instr, op)
			}
		}
		out = append(out, s)
	}
	return out
}

// choose returns st with the knowledge that sel has chosen case i.
func (x *run) choose(st *State, sel *ssa.Select, i int) *State {
	for _, ref := range *sel.Referrers() {
		if e, ok := ref.(*ssa.Extract); ok && e.Index == 0 {
			return x.define(st, e).bindFlag(x.m.root(e), x.m.Names.Const(strconv.Itoa(i)))
		}
	}
	return st
}

func (x *run) channelOp(st *State, instr ssa.Instruction, op channelOp) *State {
	term := x.m.eval(st, op.ch)
	site := x.channelSite(instr, term, op)
	if op.action == locks.Acquire {
		return x.take(st, site, term, x.one())
	}
	return x.give(st, site, term, x.one())
}

// missed returns st after a select statement that has chosen another case than the
// acquisition op.
func (x *run) missed(st *State, instr ssa.Instruction, op channelOp) *State {
	term := x.m.eval(st, op.ch)
	if x.find(st, term) != nil {
		return st
	}
	op.action = locks.Try
	return st.with(Lock{Term: term, Status: Free, Mode: locks.Read, Site: x.channelSite(instr, term, op), Sync: true})
}

func (x *run) one() *locks.Term { return x.m.Names.Const("1") }

// channelSite returns the site of an operation on a channel.
func (x *run) channelSite(instr ssa.Instruction, term *locks.Term, op channelOp) *Site {
	key := siteKey{instr: instr, term: term, op: locks.Op{Action: op.action, Resource: locks.Tokens, Weight: op.index}}
	if s := x.m.sites[key]; s != nil {
		return s
	}
	s := &Site{At: instr, Pos: op.pos, Fn: instr.Parent(), Expr: term.String(), num: len(x.m.sites) + 1}
	s.Op = locks.Op{Action: op.action, Mode: locks.Read, Sync: true, Resource: locks.Tokens}
	if e := channelExpr(instr.Parent(), op.pos); e != nil {
		s.Expr = types.ExprString(e)
	}
	x.m.sites[key] = s
	return s
}

// channelExpr returns the channel of the operation of fn whose operator is at
// pos.
func channelExpr(fn *ssa.Function, pos token.Pos) ast.Expr {
	var found ast.Expr
	if syntax := fn.Syntax(); syntax != nil {
		ast.Inspect(syntax, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SendStmt:
				if n.Arrow == pos {
					found = n.Chan
				}
			case *ast.UnaryExpr:
				if n.OpPos == pos {
					found = n.X
				}
			}
			return found == nil
		})
	}
	return found
}

// count runs a call of a method of a counted resource.
func (x *run) count(st *State, instr ssa.CallInstruction, c call, op locks.Op) []*State {
	term, weight := c.args[0], x.one()
	if op.Weight > 0 && op.Weight < len(c.args) {
		weight = c.args[op.Weight]
	}
	if n, ok := Number(weight); ok && n <= 0 {
		if n == 0 || op.Resource != locks.Group || op.Action != locks.Acquire {
			return []*State{st}
		}
		op.Action = locks.Release // wg.Add(-1)
		weight = x.m.Names.Const(strconv.FormatInt(-n, 10))
	}
	site := x.site(instr, term, op, nil)
	switch op.Action {
	case locks.Acquire:
		return []*State{x.take(st, site, term, weight)}
	case locks.Release:
		return []*State{x.give(st, site, term, weight)}
	}
	call, ok := instr.(*ssa.Call)
	if !ok || len(*call.Referrers()) == 0 {
		return []*State{x.take(st, site, term, weight)} // who discards the result relies on it
	}
	prior := x.find(st, term)
	result := x.m.root(call)
	if op.Errs {
		result = x.m.binary(token.EQL, result, x.m.Names.Nil())
	}
	failed := x.m.assume(st, result, false)
	if prior == nil {
		failed = failed.with(Lock{Term: term, Status: Free, Mode: op.Mode, Site: site, Sync: op.Sync})
	}
	return []*State{x.m.assume(x.take(st, site, term, weight), result, true), failed}
}

// whyEnded reports whether t is the reason why a context has ended: who returns it
// after a wait has found that it has.
func whyEnded(t *locks.Term) bool {
	call, ok := t.Val.(*ssa.Call)
	if !ok || t.Kind != locks.Root {
		return false
	}
	name := known.NameOf(locks.CalleeOf(&call.Call, call.Call.Value).Func)
	return name.Pkg == "context" && (name.Func == "Err" || name.Func == "Cause")
}

// Number returns the value of t, if it is an integer constant.
func Number(t *locks.Term) (int64, bool) {
	if t == nil || t.Kind != locks.Const {
		return 0, false
	}
	text, ok := t.Val.(string)
	if !ok {
		return 0, false
	}
	v := constant.MakeFromLiteral(text, token.INT, 0)
	if len(text) > 1 && text[0] == '-' {
		v = constant.UnaryOp(token.SUB, constant.MakeFromLiteral(text[1:], token.INT, 0), 0)
	}
	if v.Kind() != constant.Int {
		return 0, false
	}
	return constant.Int64Val(v)
}

// take acquires units of the resource named term.
func (x *run) take(st *State, site *Site, term, weight *locks.Term) *State {
	prior := x.find(st, term)
	x.emit(Event{Kind: Acquired, Instr: site.At, Site: site, Lock: term, Mode: locks.Read, Prior: prior, State: st})
	l := Lock{Term: term, Status: Held, Mode: locks.Read, Count: 1, Site: site, Sync: true, Weight: weight}
	switch {
	case prior == nil:
	case prior.Status == Held:
		l.Need, l.Count = prior.Need, min(prior.Count+1, 3)
		l.Weight = nil
		l.Doubt = prior.Doubt || prior.Site == site // how many a loop takes is anybody's guess
	default:
		l.Need = prior.Need
		l.Doubt = prior.Doubt && prior.Status == Gone
	}
	return st.with(l)
}

// give releases units of the resource named term.
func (x *run) give(st *State, site *Site, term, weight *locks.Term) *State {
	prior := x.find(st, term)
	if prior == nil {
		if other := x.alias(st, term); other != nil {
			return st.without(other)
		}
	}
	x.emit(Event{Kind: Released, Instr: site.At, Site: site, Lock: term, Mode: locks.Read, Prior: prior, State: st, Weight: weight})
	l := Lock{Term: term, Status: Free, Mode: locks.Read, Site: site, Sync: true}
	switch {
	case prior == nil:
		l.Need, l.Weight = NeedRead, weight
	case prior.Status == Held && prior.Count > 1:
		l = *prior
		l.Count--
	case prior.Status == Held:
		l.Need, l.Doubt = prior.Need, prior.Doubt
		if rest, ok := x.rest(prior.Weight, weight); !ok {
			return x.doubt(st, term) // part of it, perhaps
		} else if rest > 0 {
			l = *prior
			l.Weight = x.m.Names.Const(strconv.FormatInt(rest, 10))
		}
	default:
		l.Need, l.Doubt = prior.Need, prior.Doubt
		l.Weight = prior.Weight
	}
	return st.with(l)
}

// rest returns how many units are left of those held after some are released;
// ok is false if that is not known.
func (x *run) rest(held, released *locks.Term) (n int64, ok bool) {
	if held == nil || released == nil || held == released {
		return 0, true
	}
	a, aKnown := Number(held)
	b, bKnown := Number(released)
	return a - b, aKnown && bKnown
}

// changeCount applies to st what a callee did to a counted resource.
func (x *run) changeCount(st *State, instr ssa.CallInstruction, via *Via, ch Change) *State {
	op := locks.Op{Mode: locks.Read, Sync: true, Resource: ch.Resource}
	if ch.Need != NeedNothing {
		op.Action = locks.Release
		st = x.give(st, x.site(instr, ch.Term, op, via), ch.Term, ch.Weight)
	}
	if ch.Status == Held {
		op.Action = locks.Acquire
		st = x.take(st, x.site(instr, ch.Term, op, via), ch.Term, ch.Weight)
	} else if ch.Need == NeedNothing && x.find(st, ch.Term) == nil {
		op.Action = locks.Try // it could not be acquired, or was released again
		st = st.with(Lock{Term: ch.Term, Status: Free, Mode: locks.Read, Site: x.site(instr, ch.Term, op, via), Sync: true})
	}
	return st
}

// entrust notes that unknown code gets the arguments of c: it may release what
// they refer to.
func (x *run) entrust(st *State, c call) *State {
	for _, l := range st.locks {
		if l.Status != Held {
			continue
		}
		for t := l.Term; t != nil; t = t.X {
			for _, a := range c.args {
				if t == a && (t == l.Term || x.m.reaches(c)) {
					st = x.doubt(st, l.Term)
				}
			}
		}
	}
	return st
}

// entrusted records that other code gets what l holds.
func (x *run) entrusted(st *State, l *Lock) *State {
	if l != nil && l.Site != nil && x.m.counting() {
		x.emit(Event{Kind: Entrusted, Instr: l.Site.At, Site: l.Site, Lock: l.Term, Mode: l.Mode, Prior: l, State: st})
	}
	return st
}

// reaches reports whether the callee of c may use the fields of its arguments:
// it is code of this package or called dynamically.
func (m *Machine) reaches(c call) bool { return c.callee.Func == nil || c.common.IsInvoke() }
