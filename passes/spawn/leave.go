package spawn

import (
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/internal/known"
	"github.com/concurlint/concurlint/passes/locks"
)

// A Loose is a goroutine that main, or a test, does not wait for.
type Loose struct {
	Spawn *Spawn
	// In is the function that returns, and Exit where it does.
	In   *ssa.Function
	Exit token.Pos
	// Sleep is the call that is meant to give the goroutine time, or nothing; What
	// is its function as the source writes it.
	Sleep token.Pos
	What  string
}

// LooseEnds returns the goroutines that main and tests start and do not wait for,
// though they have an end: nobody waits for what they signal, and after their start
// nothing is done that takes its time.
func (r *Result) LooseEnds() []*Loose {
	var out []*Loose
	for _, s := range r.Spawns {
		if s.Instr == nil || s.Daemon || len(s.Joins) > 0 || s.Kind != Go && s.Kind != Counted {
			continue // whoever starts it may wait for it
		}
		if !r.mainOrTest(s.In) || !r.finite(s) && !prints(s) {
			continue
		}
		w := departure{r: r, seen: make(map[*ssa.BasicBlock]bool), calls: make(map[*ssa.Function]bool)}
		if w.from(s.Instr.(ssa.Instruction)) && w.exit.IsValid() {
			if w.sleep.IsValid() && r.ir.InTest(s.In.Pos()) && !slices.ContainsFunc(s.Bodies, speaks) {
				continue // the pause is part of the test, and the goroutine of its load
			}
			out = append(out, &Loose{Spawn: s, In: s.In, Exit: w.exit, Sleep: w.sleep, What: w.what})
		}
	}
	return out
}

// speaks reports whether fn, which a test has started, has the test's T.
func speaks(fn *ssa.Function) bool {
	isT := func(v ssa.Value) bool {
		n, ok := types.Unalias(deref(deref(v.Type()))).(*types.Named)
		return ok && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == "testing"
	}
	return slices.ContainsFunc(fn.FreeVars, func(v *ssa.FreeVar) bool { return isT(v) }) || slices.ContainsFunc(fn.Params, func(p *ssa.Parameter) bool { return isT(p) })
}

// mainOrTest reports whether the program, or the test, ends when fn returns.
func (r *Result) mainOrTest(fn *ssa.Function) bool {
	if fn.Parent() != nil || fn.Signature.Recv() != nil {
		return false
	}
	if fn.Name() == "main" && r.pass.Pkg.Name() == "main" {
		return true
	}
	if !r.ir.InTest(fn.Pos()) || !strings.HasPrefix(fn.Name(), "Test") || fn.Signature.Params().Len() != 1 {
		return false
	}
	var name known.Name
	if n, ok := types.Unalias(deref(fn.Signature.Params().At(0).Type())).(*types.Named); ok && n.Obj().Pkg() != nil {
		name = known.Name{Pkg: n.Obj().Pkg().Path(), Func: n.Obj().Name()}
	}
	return name == known.Name{Pkg: "testing", Func: "T"} || name == known.Name{Pkg: "testing", Func: "M"}
}

func deref(t types.Type) types.Type {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		return p.Elem()
	}
	return t
}

// prints reports whether the goroutine that s starts is nothing but a call that prints.
func prints(s *Spawn) bool {
	g, ok := s.Instr.(*ssa.Go)
	if !ok || len(s.Bodies) > 0 {
		return false
	}
	if b, ok := g.Call.Value.(*ssa.Builtin); ok {
		return b.Name() == "print" || b.Name() == "println"
	}
	fn := locks.CalleeOf(&g.Call, g.Call.Value).Func
	return fn != nil && fn.Pkg() != nil && (fn.Pkg().Path() == "fmt" || fn.Pkg().Path() == "log") && quickFunc(fn)
}

// finite reports whether the goroutine that s starts comes to its end.
func (r *Result) finite(s *Spawn) bool {
	if len(s.Bodies) == 0 {
		return false
	}
	for _, body := range s.Bodies {
		for _, fn := range r.Runs(body) {
			if !returns(fn) || waits(fn) {
				return false
			}
		}
	}
	return true
}

// returns reports whether fn may return.
func returns(fn *ssa.Function) bool {
	for _, b := range fn.Blocks {
		if _, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return); ok && b != fn.Recover && (b == fn.Blocks[0] || ir.Reaches(fn.Blocks[0], b)) {
			return true
		}
	}
	return false
}

// waits reports whether fn waits in a select statement or for a signal, so that it may
// well be there only to help others as long as the program runs.
func waits(fn *ssa.Function) bool {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.Select:
				return true
			case *ssa.UnOp:
				if instr.Op == token.ARROW {
					return true
				}
			}
		}
	}
	return false
}

// A departure follows the ways from the start of a goroutine to the end of the
// function.
type departure struct {
	r     *Result
	seen  map[*ssa.BasicBlock]bool
	calls map[*ssa.Function]bool
	exit  token.Pos
	sleep token.Pos
	what  string
}

// from reports whether nothing that may take long follows instr.
func (d *departure) from(instr ssa.Instruction) bool {
	return d.rest(instr.Block(), ir.Index(instr)+1)
}

func (d *departure) rest(b *ssa.BasicBlock, i int) bool {
	for _, instr := range b.Instrs[i:] {
		if !d.quick(instr) {
			return false
		}
		if ret, ok := instr.(*ssa.Return); ok && b != b.Parent().Recover && !d.exit.IsValid() {
			d.exit = ret.Pos()
			if syntax := ret.Parent().Syntax(); !d.exit.IsValid() && syntax != nil {
				d.exit = syntax.End() - 1
			}
		}
	}
	for _, s := range b.Succs {
		if !d.seen[s] {
			d.seen[s] = true
			if !d.rest(s, 0) {
				return false
			}
		}
	}
	return true
}

// quick reports whether instr takes no time to speak of, or only sleeps.
func (d *departure) quick(instr ssa.Instruction) bool {
	switch instr := instr.(type) {
	case *ssa.UnOp:
		return instr.Op != token.ARROW
	case *ssa.Select, *ssa.Send:
		return false
	case *ssa.Go:
		return true
	case ssa.CallInstruction:
		if _, ok := instr.Common().Value.(*ssa.Builtin); ok {
			return true
		}
		for _, c := range d.r.Callees(instr) {
			switch {
			case c.Body != nil:
				if !d.quickBody(c.Body) {
					return false
				}
			case c.Func == nil:
				return false
			case pauses(c.Func):
				if !d.sleep.IsValid() {
					d.sleep = instr.Pos()
					d.what = c.Func.Pkg().Name() + "." + c.Func.Name()
				}
			case !quickFunc(c.Func):
				return false
			}
		}
	}
	return true
}

func (d *departure) quickBody(fn *ssa.Function) bool {
	if d.calls[fn] {
		return true
	}
	d.calls[fn] = true
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			if !d.quick(instr) {
				return false
			}
		}
	}
	return true
}

// pauses reports whether fn only lets time go by.
func pauses(fn *types.Func) bool {
	switch known.NameOf(fn) {
	case known.Name{Pkg: "time", Func: "Sleep"}, known.Name{Pkg: "runtime", Func: "Gosched"}:
		return true
	}
	return false
}

// quickPackages are packages of the standard library whose functions wait for nothing
// but the processor.
var quickPackages = map[string]bool{
	"bytes": true, "cmp": true, "errors": true, "fmt": true, "log": true, "maps": true, "math": true, "math/rand": true, "math/rand/v2": true,
	"slices": true, "sort": true, "strconv": true, "strings": true, "sync/atomic": true, "time": true, "unicode": true, "runtime": true,
}

// quickFunc reports whether fn waits for nothing but the processor.
func quickFunc(fn *types.Func) bool {
	name := known.NameOf(fn)
	switch {
	case name.Pkg == "fmt":
		return !strings.Contains(name.Func, "Scan")
	case name.Pkg == "sync":
		op, ok := locks.OpOf(fn)
		return ok && op.Action != locks.Wait || name.Recv == "WaitGroup" && (name.Func == "Add" || name.Func == "Done")
	case name.Pkg == "testing":
		return name.Recv == "common" || name.Recv == "TB"
	case name.Pkg == "os":
		return name.Func == "Exit" || name.Func == "Getenv"
	case name.Pkg == "":
		return name.Func == "" // error.Error
	case name.Pkg == "runtime" && name.Recv != "":
		return name.Recv == "Frames" || name.Recv == "Func" // others are there for its own tests only
	}
	return quickPackages[name.Pkg]
}
