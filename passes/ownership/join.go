package ownership

import (
	"fmt"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/internal/known"
	"github.com/concurlint/concurlint/passes/locks"
)

// Joined reports whether the goroutines that start starts have ended when at
// runs, in the same function, as far as one can tell.
func (r *Result) Joined(start, at ssa.Instruction) bool { return r.joined(start, at) }

// joined reports whether the goroutine that start starts has ended when at runs,
// as far as one can tell: between them the function waits for something that it
// has given to the goroutine, a WaitGroup or a channel.
func (r *Result) joined(start, at ssa.Instruction) bool {
	if at.Parent() != start.Parent() {
		return false
	}
	var shared map[ssa.Value]bool
	for _, w := range r.waitsIn(start.Parent()) {
		if !ir.Precedes(w.instr, at) {
			continue
		}
		if shared == nil {
			shared = r.given(start)
		}
		if shared[r.variable(w.what)] && r.reaches(start, w.instr, nil) {
			return true
		}
	}
	return false
}

// A wait is an instruction that waits for something.
type wait struct {
	instr ssa.Instruction
	what  ssa.Value
}

// waitsIn returns the waits in fn.
func (r *Result) waitsIn(fn *ssa.Function) []wait {
	waits, ok := r.waits[fn]
	if !ok {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				for _, v := range r.awaited(instr) {
					waits = append(waits, wait{instr, v})
				}
			}
		}
		r.waits[fn] = waits
	}
	return waits
}

// awaited returns what instr waits for: channels, WaitGroups, or objects that know them.
func (r *Result) awaited(instr ssa.Instruction) []ssa.Value {
	switch instr := instr.(type) {
	case *ssa.UnOp:
		if instr.Op == token.ARROW {
			return []ssa.Value{instr.X}
		}
	case *ssa.Call:
		callee := locks.CalleeOf(&instr.Call, instr.Call.Value)
		if known.Joins(callee.Func) && len(callee.Args) > 0 {
			return callee.Args[:1]
		}
		var out []ssa.Value
		for _, i := range r.joins(callee) {
			if i < len(callee.Args) {
				out = append(out, callee.Args[i])
			}
		}
		return out
	}
	return nil
}

// A JoinFact says that a function waits for the goroutines that some of its parameters
// know: it calls Wait on a WaitGroup in them before it returns.
type JoinFact struct{ Params []int }

// AFact marks JoinFact as a fact.
func (*JoinFact) AFact() {}

func (f *JoinFact) String() string { return fmt.Sprintf("joins %v", f.Params) }

// joins returns the parameters for whose goroutines the callee waits.
func (r *Result) joins(callee locks.Callee) []int {
	switch {
	case callee.Body != nil:
		return r.joinsOf(callee.Body)
	case callee.Func == nil || callee.Func.Pkg() == nil || callee.Func.Pkg() == r.pass.Pkg:
		return nil
	}
	var f JoinFact
	if !r.pass.ImportObjectFact(callee.Func, &f) {
		return nil
	}
	return f.Params
}

// joinsOf is joins for a function of the package.
func (r *Result) joinsOf(fn *ssa.Function) []int {
	if params, ok := r.joining[fn]; ok {
		return params
	}
	r.joining[fn] = nil // for recursion
	var out []int
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			call, ok := instr.(*ssa.Call)
			if !ok {
				continue
			}
			for _, v := range r.awaited(call) {
				if i := paramOf(fn, v); i >= 0 && !slices.Contains(out, i) && beforeReturns(call) {
					out = append(out, i)
				}
			}
		}
	}
	slices.Sort(out)
	r.joining[fn] = out
	return out
}

// paramOf returns the parameter of fn that v is a part of, or is found in; -1 if there
// is none.
func paramOf(fn *ssa.Function, v ssa.Value) int {
	for {
		switch u := v.(type) {
		case *ssa.FieldAddr:
			v = u.X
			continue
		case *ssa.UnOp:
			if u.Op == token.MUL {
				v = u.X
				continue
			}
		case *ssa.Parameter:
			return slices.Index(fn.Params, u)
		}
		return -1
	}
}

// beforeReturns reports whether instr has been run whenever its function returns.
func beforeReturns(instr ssa.Instruction) bool {
	fn := instr.Parent()
	return !slices.ContainsFunc(fn.Blocks, func(b *ssa.BasicBlock) bool {
		ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
		return ok && b != fn.Recover && !ir.Precedes(instr, ret)
	})
}

// usesJoins reports whether the package's code mentions a function that waits for
// goroutines. Of others it has nothing to say.
func (r *Result) usesJoins() bool {
	for _, obj := range r.pass.TypesInfo.Uses {
		fn, ok := obj.(*types.Func)
		if !ok {
			continue
		}
		fn = fn.Origin()
		if known.Joins(fn) || fn.Pkg() != nil && fn.Pkg() != r.pass.Pkg && r.pass.ImportObjectFact(fn, new(JoinFact)) {
			return true
		}
	}
	return false
}

// exportJoins exports the facts of the package's functions.
func (r *Result) exportJoins(pkg *ir.Package) {
	for _, fn := range pkg.Funcs {
		if obj, ok := fn.Object().(*types.Func); ok && obj.Exported() {
			if params := r.joinsOf(fn); len(params) > 0 {
				r.pass.ExportObjectFact(obj, &JoinFact{params})
			}
		}
	}
}

// variable returns the variable that v is loaded from or the address of, or else
// v itself.
func (r *Result) variable(v ssa.Value) ssa.Value {
	for {
		switch u := v.(type) {
		case *ssa.UnOp:
			if u.Op != token.MUL {
				return v
			}
			v = u.X
			continue
		case *ssa.ChangeType:
			v = u.X
			continue
		case *ssa.FreeVar:
			if outer := r.pkg.Binding(u); outer != nil {
				v = outer
				continue
			}
		case *ssa.Alloc:
			if s := r.pkg.Init(u); s != nil {
				v = s.Val
				continue
			}
		}
		return v
	}
}

// given returns the variables and values that a goroutine gets when it is
// started, and the package variables that its function uses, or literals in it.
func (r *Result) given(start ssa.Instruction) map[ssa.Value]bool {
	given := make(map[ssa.Value]bool)
	add := func(v ssa.Value) {
		given[r.variable(v)] = true
		if mc, ok := v.(*ssa.MakeClosure); ok {
			for _, b := range mc.Bindings {
				given[r.variable(b)] = true
			}
		}
	}
	call, ok := start.(ssa.CallInstruction)
	if !ok {
		return given
	}
	add(call.Common().Value)
	if fn := locks.CalleeOf(call.Common(), call.Common().Value).Body; fn != nil {
		addGlobals(fn, given)
	}
	for _, a := range call.Common().Args {
		add(a)
	}
	return given
}

// addGlobals adds the package variables that fn and its literals use.
func addGlobals(fn *ssa.Function, given map[ssa.Value]bool) {
	var buf [8]*ssa.Value
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			for _, op := range instr.Operands(buf[:0]) {
				if g, ok := (*op).(*ssa.Global); ok {
					given[g] = true
				}
			}
		}
	}
	for _, f := range fn.AnonFuncs {
		addGlobals(f, given)
	}
}

// Reaches reports whether to can run after from, in the same function.
func (r *Result) Reaches(from, to ssa.Instruction) bool { return r.reaches(from, to, nil) }

// Gets reports whether the goroutine that start starts is given the object at
// address v.
func (r *Result) Gets(start ssa.Instruction, v ssa.Value) bool {
	for {
		switch u := v.(type) {
		case *ssa.FieldAddr:
			v = u.X
			continue
		case *ssa.IndexAddr:
			v = u.X
			continue
		}
		return r.given(start)[r.variable(v)]
	}
}
