package conds

import (
	"go/constant"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/internal/known"
	"github.com/concurlint/concurlint/passes/locks"
)

// A wait is a call of Wait.
type wait struct {
	instr ssa.CallInstruction
	fn    *ssa.Function
	wants []want
	// vague reports whether the loop tests something else, too.
	vague bool
	// own reports whether what is waited for depends on a parameter: each caller
	// waits for something of its own.
	own bool
}

// A how says in which way a field or variable must change to end a wait.
type how uint8

const (
	toTrue how = iota
	toFalse
	grow   // a number, or what a container holds
	shrink // likewise
	toNil
	toSome // not nil
	other  // to any other value than value
)

// A want is a change that ends a wait.
type want struct {
	cell any // a *types.Var for fields, *ssa.Global or *ssa.Alloc
	how  how
	// value is the constant that a number must, or for other must not, be.
	value constant.Value
}

// read finds out what w waits for.
func (r *Result) read(w *wait) {
	header := w.header()
	if header == nil {
		w.vague = true
		return
	}
	at := w.instr.Block()
	for _, b := range w.fn.Blocks {
		branch, ok := b.Instrs[len(b.Instrs)-1].(*ssa.If)
		if !ok || b == at || !b.Dominates(at) || !ir.InLoop(header, b) {
			continue
		}
		if ir.LoopOf(b) != header {
			w.vague = true // a loop in the loop computes something
			continue
		}
		yes, no := leads(b.Succs[0], at), leads(b.Succs[1], at)
		if yes == no {
			yes, no = b.Succs[0].Dominates(at) && len(b.Succs[0].Preds) == 1, b.Succs[1].Dominates(at) && len(b.Succs[1].Preds) == 1
		}
		if yes == no {
			w.vague = true
			continue
		}
		r.test(w, branch.Cond, yes, 0)
	}
	if len(w.wants) == 0 {
		w.vague = true
	}
}

// leads reports whether b goes to the block at without another test.
func leads(b, at *ssa.BasicBlock) bool {
	for range len(at.Parent().Blocks) {
		if b == at {
			return true
		}
		if len(b.Succs) != 1 {
			return false
		}
		b = b.Succs[0]
	}
	return false
}

// maxPredicates bounds the functions between a loop and the fields that it tests.
const maxPredicates = 3

// test adds to w what ends the wait, which goes on while v is pol.
func (r *Result) test(w *wait, v ssa.Value, pol bool, depth int) {
	switch v := v.(type) {
	case *ssa.UnOp:
		if v.Op == token.NOT {
			r.test(w, v.X, !pol, depth)
			return
		}
		if cell := r.cell(v.X); v.Op == token.MUL && cell != nil {
			w.want(cell, boolHow(!pol), nil)
			return
		}
	case *ssa.BinOp:
		if r.compare(w, v, pol) {
			return
		}
	case *ssa.Phi: // && or ||
		for _, e := range v.Edges {
			if _, ok := e.(*ssa.Const); !ok {
				r.test(w, e, pol, depth)
			}
		}
		for _, p := range v.Block().Preds {
			if branch, ok := p.Instrs[len(p.Instrs)-1].(*ssa.If); ok && depth <= maxPredicates {
				r.test(w, branch.Cond, pol, depth+1)
			}
		}
		return
	case *ssa.Extract:
		if l, ok := v.Tuple.(*ssa.Lookup); ok && v.Index == 1 {
			if cell := r.content(l.X); cell != nil {
				w.want(cell, choose(pol, shrink, grow), nil)
				w.own = w.own || r.depends(w.fn, l.Index, depth)
				return
			}
		}
	case *ssa.Lookup:
		if cell := r.content(v.X); cell != nil {
			w.want(cell, boolHow(!pol), nil)
			w.own = w.own || r.depends(w.fn, v.Index, depth)
			return
		}
	case *ssa.Call:
		if cell := r.atomicLoad(v); cell != nil {
			w.want(cell, boolHow(!pol), nil)
			return
		}
		callee := locks.CalleeOf(&v.Call, v.Call.Value)
		if callee.Body != nil && depth < maxPredicates {
			r.predicate(w, callee.Body, pol, depth+1)
			return
		}
	}
	w.vague = true
}

func boolHow(b bool) how { return choose(b, toTrue, toFalse) }

func choose(b bool, yes, no how) how {
	if b {
		return yes
	}
	return no
}

// predicate adds what ends a wait that goes on while fn returns pol.
func (r *Result) predicate(w *wait, fn *ssa.Function, pol bool, depth int) {
	for _, b := range fn.Blocks {
		ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
		if !ok {
			continue
		}
		if len(ret.Results) != 1 {
			w.vague = true
			return
		}
		if _, ok := ret.Results[0].(*ssa.Const); ok {
			w.vague = true
			continue
		}
		r.test(w, ret.Results[0], pol, depth)
	}
}

func (w *wait) want(cell any, how how, value constant.Value) {
	n := want{cell, how, value}
	if !slices.ContainsFunc(w.wants, func(o want) bool { return o.cell == cell && o.how == how }) {
		w.wants = append(w.wants, n)
	}
}

// compare adds what ends a wait that goes on while the comparison v is pol. It reports
// whether it understands v.
func (r *Result) compare(w *wait, v *ssa.BinOp, pol bool) bool {
	op, x, y := v.Op, v.X, v.Y
	cell := r.number(x)
	if cell == nil {
		if cell = r.number(y); cell == nil {
			return false
		}
		x, y = y, x
		op = mirrored(op)
	}
	if !pol {
		op = negated(op)
	}
	c, isConst := y.(*ssa.Const)
	if !isConst {
		w.own = w.own || r.depends(w.fn, y, 0)
	}
	switch {
	case isConst && c.Value == nil && isNillable(x.Type()):
		w.want(cell, choose(op == token.EQL, toSome, toNil), nil)
		return true
	case isConst && c.Value != nil && c.Value.Kind() == constant.Bool:
		w.want(cell, boolHow((op == token.EQL) != constant.BoolVal(c.Value)), nil)
		return true
	}
	var value constant.Value
	if isConst {
		value = c.Value
	}
	zero := value != nil && value.Kind() == constant.Int && constant.Sign(value) == 0
	switch op {
	case token.EQL:
		switch {
		case zero && countable(x):
			w.want(cell, grow, nil)
		case isConst:
			w.want(cell, other, value)
		default:
			w.want(cell, shrink, nil)
		}
	case token.NEQ:
		if zero && countable(x) {
			w.want(cell, shrink, value)
		} else {
			w.want(cell, other, nil)
			if isConst {
				w.wants[len(w.wants)-1].value = nil
				w.vague = true
			}
		}
	case token.LSS, token.LEQ:
		w.want(cell, grow, nil)
	case token.GTR, token.GEQ:
		w.want(cell, shrink, nil)
	default:
		return false
	}
	return true
}

// countable reports whether v is a length or a number that code counts.
func countable(v ssa.Value) bool {
	if call, ok := v.(*ssa.Call); ok {
		if _, builtin := call.Call.Value.(*ssa.Builtin); builtin {
			return true
		}
	}
	b, ok := v.Type().(*types.Basic) // a named type is an enumeration, mostly
	return ok && b.Info()&types.IsInteger != 0
}

func isNillable(t types.Type) bool {
	switch t.Underlying().(type) {
	case *types.Pointer, *types.Slice, *types.Map, *types.Chan, *types.Signature, *types.Interface:
		return true
	}
	return false
}

func mirrored(op token.Token) token.Token {
	switch op {
	case token.LSS:
		return token.GTR
	case token.LEQ:
		return token.GEQ
	case token.GTR:
		return token.LSS
	case token.GEQ:
		return token.LEQ
	}
	return op
}

func negated(op token.Token) token.Token {
	switch op {
	case token.EQL:
		return token.NEQ
	case token.NEQ:
		return token.EQL
	case token.LSS:
		return token.GEQ
	case token.LEQ:
		return token.GTR
	case token.GTR:
		return token.LEQ
	case token.GEQ:
		return token.LSS
	}
	return op
}

// number returns the field or variable whose value, or the length of whose value, v is.
func (r *Result) number(v ssa.Value) any {
	for {
		switch u := v.(type) {
		case *ssa.Convert:
			v = u.X
			continue
		case *ssa.ChangeType:
			v = u.X
			continue
		case *ssa.UnOp:
			if u.Op == token.MUL {
				return r.cell(u.X)
			}
		case *ssa.Call:
			if b, ok := u.Call.Value.(*ssa.Builtin); ok && b.Name() == "len" {
				return r.content(u.Call.Args[0])
			}
			if cell := r.atomicLoad(u); cell != nil {
				return cell
			}
			callee := locks.CalleeOf(&u.Call, u.Call.Value)
			if callee.Body == nil || len(callee.Body.Blocks) != 1 {
				return nil
			}
			ret, ok := callee.Body.Blocks[0].Instrs[len(callee.Body.Blocks[0].Instrs)-1].(*ssa.Return)
			if !ok || len(ret.Results) != 1 || callee.Body == u.Parent() {
				return nil
			}
			if _, again := ret.Results[0].(*ssa.Call); again {
				if c, ok := ret.Results[0].(*ssa.Call); !ok || r.atomicLoad(c) == nil {
					return nil
				}
			}
			v = ret.Results[0]
			continue
		}
		return nil
	}
}

// content returns the field or variable that v is loaded from.
func (r *Result) content(v ssa.Value) any {
	if u, ok := v.(*ssa.UnOp); ok && u.Op == token.MUL {
		return r.cell(u.X)
	}
	return nil
}

// cell returns what identifies the variable at address v: the field, the package
// variable, or a local one that literals share.
func (r *Result) cell(v ssa.Value) any {
	switch v := v.(type) {
	case *ssa.FieldAddr:
		if f := ir.FieldVar(v); f != nil {
			return f
		}
	case *ssa.Global:
		return v
	case *ssa.FreeVar:
		if outer := r.m.IR.Binding(v); outer != nil {
			return r.cell(outer)
		}
	case *ssa.Alloc:
		if v.Heap {
			return v
		}
	}
	return nil
}

// atomicLoad returns the variable that call loads atomically, or nil.
func (r *Result) atomicLoad(call *ssa.Call) any {
	callee := locks.CalleeOf(&call.Call, call.Call.Value)
	if name := known.NameOf(callee.Func); isAtomic(name.Pkg) && len(callee.Args) > 0 && len(name.Func) >= 4 && name.Func[:4] == "Load" {
		return r.cell(callee.Args[0])
	}
	return nil
}

// isAtomic reports whether pkg has atomic operations: that of the standard library, or
// the one that was used before that had types.
func isAtomic(pkg string) bool { return pkg == "sync/atomic" || pkg == "go.uber.org/atomic" }

// depends reports whether v is or comes from a parameter of fn, other than the receiver.
// In a predicate, at a depth of its own, parameters stand for what the loop passes.
func (r *Result) depends(fn *ssa.Function, v ssa.Value, depth int) bool {
	for range maxSteps {
		switch u := v.(type) {
		case *ssa.Convert:
			v = u.X
			continue
		case *ssa.ChangeType:
			v = u.X
			continue
		case *ssa.MakeInterface:
			v = u.X
			continue
		case *ssa.Parameter:
			f := u.Parent()
			if f.Signature.Recv() != nil && len(f.Params) > 0 && f.Params[0] == u {
				return false
			}
			return f == fn || depth > 0
		case *ssa.UnOp:
			if alloc, ok := u.X.(*ssa.Alloc); ok && u.Op == token.MUL {
				if s := r.m.IR.Init(alloc); s != nil {
					v = s.Val
					continue
				}
			}
		}
		return false
	}
	return false
}

// maxSteps bounds the conversions between a parameter and its use.
const maxSteps = 8
