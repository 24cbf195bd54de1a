package spawn

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/internal/known"
	"github.com/concurlint/concurlint/passes/locks"
)

// A Spin is a loop that keeps the processor busy until another goroutine does
// something.
type Spin struct {
	// Pos is the loop's for, or the select statement.
	Pos, End token.Pos
	// Expr is the variable that the loop reads again and again, as the source writes
	// it; it is empty if the loop asks channels.
	Expr string
	// Set is where another goroutine sets the variable.
	Set token.Pos
}

// Spins returns the loops that only wait, and keep the processor busy, in source order.
func (r *Result) Spins() []*Spin {
	if r.ir == nil {
		return nil
	}
	var out []*Spin
	for _, fn := range r.ir.Funcs {
		if r.ir.InTest(fn.Pos()) {
			continue
		}
		for _, b := range fn.Blocks {
			if s := r.spinAt(b); s != nil {
				out = append(out, s)
			}
			for _, instr := range b.Instrs {
				if sel, ok := instr.(*ssa.Select); ok && !sel.Blocking && r.spinsBack(sel) {
					out = append(out, r.selectSpin(sel))
				}
			}
		}
	}
	slices.SortStableFunc(out, func(a, b *Spin) int { return r.ir.Compare(a.Pos, b.Pos) })
	return out
}

// spinAt returns the loop whose condition is tested in block b, if it does nothing but
// read a plain variable that another goroutine sets.
func (r *Result) spinAt(b *ssa.BasicBlock) *Spin {
	branch, ok := b.Instrs[len(b.Instrs)-1].(*ssa.If)
	if !ok {
		return nil
	}
	for i, s := range b.Succs {
		loop := idleLoop(b, s)
		if loop == nil || loop[b.Succs[1-i]] || advances(loop) {
			continue
		}
		for _, load := range loads(branch.Cond, 0) {
			if !loop[load.Block()] || !r.stable(load.X, loop) {
				continue
			}
			if set := r.setElsewhere(load); set.IsValid() {
				return r.spin(load, b, set)
			}
		}
	}
	return nil
}

// advances reports whether a local variable has another value in each turn of the loop:
// it gets somewhere.
func advances(loop map[*ssa.BasicBlock]bool) bool {
	for b := range loop {
		for _, instr := range b.Instrs {
			phi, ok := instr.(*ssa.Phi)
			if !ok {
				break
			}
			for i, p := range b.Preds {
				if v, ok := phi.Edges[i].(ssa.Instruction); ok && loop[p] && loop[v.Block()] && phi.Edges[i] != ssa.Value(phi) {
					return true
				}
			}
		}
	}
	return false
}

// stable reports whether the address v is the same in each turn of the loop.
func (r *Result) stable(v ssa.Value, loop map[*ssa.BasicBlock]bool) bool {
	switch v := v.(type) {
	case *ssa.FieldAddr:
		return r.stable(v.X, loop)
	case *ssa.UnOp:
		if v.Op == token.MUL && loop[v.Block()] {
			alloc, ok := r.cellAt(v.X).(*ssa.Alloc)
			return ok && r.ir.Init(alloc) != nil
		}
	}
	instr, ok := v.(ssa.Instruction)
	return !ok || !loop[instr.Block()]
}

// maxIdle bounds the blocks of a loop that does nothing.
const maxIdle = 4

// idleLoop returns the blocks of the loop from b through next back to b, if they are
// few and nothing happens in them, or nil.
func idleLoop(b, next *ssa.BasicBlock) map[*ssa.BasicBlock]bool {
	loop := map[*ssa.BasicBlock]bool{b: true}
	if !idle(b.Instrs) {
		return nil
	}
	for next != b {
		if loop[next] || len(loop) > maxIdle || len(next.Succs) != 1 || !idle(next.Instrs) {
			return nil
		}
		loop[next] = true
		next = next.Succs[0]
	}
	return loop
}

// idle reports whether the instructions do nothing but read, compare, and give up the
// processor for a moment.
func idle(instrs []ssa.Instruction) bool {
	for _, instr := range instrs {
		switch instr := instr.(type) {
		case *ssa.UnOp:
			if instr.Op == token.ARROW {
				return false
			}
		case *ssa.BinOp:
			if instr.Op == token.ADD || instr.Op == token.SUB {
				return false // it counts
			}
		case *ssa.If, *ssa.Jump, *ssa.FieldAddr, *ssa.Phi, *ssa.DebugRef, *ssa.Field, *ssa.IndexAddr:
		case *ssa.Call:
			if !pauses(locks.CalleeOf(&instr.Call, instr.Call.Value).Func) {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// maxTerms bounds the operations of a condition that are looked through for what it
// loads.
const maxTerms = 3

// loads returns the loads of variables in a condition.
func loads(v ssa.Value, depth int) []*ssa.UnOp {
	if depth > maxTerms {
		return nil
	}
	switch v := v.(type) {
	case *ssa.UnOp:
		if v.Op == token.MUL {
			return []*ssa.UnOp{v}
		}
		return loads(v.X, depth+1)
	case *ssa.BinOp:
		return append(loads(v.X, depth+1), loads(v.Y, depth+1)...)
	}
	return nil
}

// setElsewhere returns where another goroutine sets the variable that load reads, or
// nothing.
func (r *Result) setElsewhere(load *ssa.UnOp) token.Pos {
	at := r.cellAt(load.X)
	if at == nil {
		return token.NoPos
	}
	for _, fn := range r.ir.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				store, ok := instr.(*ssa.Store)
				if !ok || r.cellAt(store.Addr) != at || fn == load.Parent() {
					continue
				}
				if _, local := at.(*ssa.Alloc); local && !r.startedCode(fn) {
					continue
				}
				return store.Pos()
			}
		}
	}
	return token.NoPos
}

// startedCode reports whether fn runs on another goroutine than the function around
// it.
func (r *Result) startedCode(fn *ssa.Function) bool {
	for _, s := range r.Spawns {
		for _, body := range s.Bodies {
			if slices.Contains(r.Runs(body), fn) {
				return true
			}
		}
	}
	return false
}

// cellAt returns what the variable at address v is, across functions: the local or
// package variable or the field. Elements and what pointers point to are nil.
func (r *Result) cellAt(v ssa.Value) any {
	switch v := v.(type) {
	case *ssa.FreeVar:
		if alloc, ok := r.ir.Binding(v).(*ssa.Alloc); ok {
			return alloc
		}
	case *ssa.Alloc, *ssa.Global:
		return v
	case *ssa.FieldAddr:
		if f := fieldOf(v.X.Type(), v.Field); f != nil && f.Pkg() == r.pass.Pkg {
			return f
		}
	}
	return nil
}

// spin returns the report of a loop that reads a variable.
func (r *Result) spin(load *ssa.UnOp, b *ssa.BasicBlock, set token.Pos) *Spin {
	s := &Spin{Pos: load.Pos(), End: load.Pos(), Set: set, Expr: "the variable"}
	syntax := load.Parent().Syntax()
	if syntax == nil {
		return s
	}
	ast.Inspect(syntax, func(n ast.Node) bool {
		if n == nil || n.Pos() > load.Pos() || n.End() < load.Pos() {
			return false
		}
		switch n := n.(type) {
		case *ast.ForStmt:
			s.Pos, s.End = n.For, n.Body.Lbrace
		case *ast.SelectorExpr:
			if n.Sel.Pos() == load.Pos() || n.Pos() == load.Pos() {
				s.Expr = types.ExprString(n)
			}
		case *ast.Ident:
			if n.Pos() == load.Pos() && s.Expr == "the variable" {
				s.Expr = n.Name
			}
		}
		return true
	})
	return s
}

// spinsBack reports whether after the default case of sel nothing happens before sel
// is run again.
func (r *Result) spinsBack(sel *ssa.Select) bool {
	for _, st := range sel.States {
		if st.Dir == types.SendOnly {
			return false
		}
	}
	seen := make(map[*ssa.BasicBlock]bool)
	flags := make(map[ssa.Value]bool) // what is set on the way
	var back func(b *ssa.BasicBlock, from int) bool
	back = func(b *ssa.BasicBlock, from int) bool {
		for _, instr := range b.Instrs[from:] {
			if instr == ssa.Instruction(sel) {
				return true
			}
			if !idleAround(instr) {
				return false
			}
		}
		seen[b] = true
		for i, s := range b.Succs {
			if isCase(b, sel) && i == 0 {
				continue // a case of sel, not its default
			}
			if branch, ok := b.Instrs[len(b.Instrs)-1].(*ssa.If); ok {
				if is, ok := flagOf(branch.Cond, flags); ok && is != (i == 0) {
					continue
				}
			}
			setFlags(b, s, flags)
			if s == sel.Block() && idleBefore(sel) {
				return true
			}
			if !seen[s] && back(s, 0) {
				return true
			}
		}
		return false
	}
	return back(sel.Block(), ir.Index(sel)+1)
}

// setFlags records the booleans that are constant where b leads to next.
func setFlags(b, next *ssa.BasicBlock, flags map[ssa.Value]bool) {
	for _, instr := range next.Instrs {
		phi, ok := instr.(*ssa.Phi)
		if !ok {
			return
		}
		edge := phi.Edges[slices.Index(next.Preds, b)]
		if c, ok := edge.(*ssa.Const); ok && c.Value != nil && c.Value.Kind() == constant.Bool {
			flags[phi] = constant.BoolVal(c.Value)
		} else if is, ok := flags[edge]; ok {
			flags[phi] = is
		}
	}
}

// flagOf returns the value of a condition that is a flag, or the opposite of one.
func flagOf(cond ssa.Value, flags map[ssa.Value]bool) (is, ok bool) {
	if not, isNot := cond.(*ssa.UnOp); isNot && not.Op == token.NOT {
		is, ok = flags[not.X]
		return !is, ok
	}
	is, ok = flags[cond]
	return is, ok
}

// isCase reports whether b ends in the test for a case of sel.
func isCase(b *ssa.BasicBlock, sel *ssa.Select) bool {
	branch, ok := b.Instrs[len(b.Instrs)-1].(*ssa.If)
	if !ok {
		return false
	}
	test, ok := branch.Cond.(*ssa.BinOp)
	if !ok {
		return false
	}
	e, ok := test.X.(*ssa.Extract)
	return ok && e.Tuple == ssa.Value(sel)
}

// idleBefore reports whether nothing happens in the block of sel before it.
func idleBefore(sel *ssa.Select) bool {
	return !slices.ContainsFunc(sel.Block().Instrs[:ir.Index(sel)], func(instr ssa.Instruction) bool { return !idleAround(instr) })
}

// idleAround is idle for what surrounds a select statement: asking a context for its
// channel is part of it, sleeping is not, since that is polling.
func idleAround(instr ssa.Instruction) bool {
	switch instr := instr.(type) {
	case *ssa.Extract:
		return true
	case *ssa.Call:
		name := known.NameOf(locks.CalleeOf(&instr.Call, instr.Call.Value).Func)
		return name.Pkg == "runtime" && name.Func == "Gosched" || name.Pkg == "context" && name.Func == "Done"
	}
	return idle([]ssa.Instruction{instr})
}

// selectSpin returns the report of a select statement in a loop.
func (r *Result) selectSpin(sel *ssa.Select) *Spin {
	s := &Spin{Pos: sel.States[0].Pos, End: sel.States[0].Pos}
	if syntax := sel.Parent().Syntax(); syntax != nil {
		ast.Inspect(syntax, func(n ast.Node) bool {
			if n == nil || n.Pos() > sel.States[0].Pos || n.End() < sel.States[0].Pos {
				return false
			}
			if n, ok := n.(*ast.SelectStmt); ok {
				s.Pos, s.End = n.Select, n.Body.Lbrace
			}
			return true
		})
	}
	return s
}
