package lockstate

import (
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/internal/known"
	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/lockset"
)

// Wanted reports whether other code may still acquire the lock that fn holds
// when its goroutine ends at exit, other than by returning.
//
// A lock that fn got from elsewhere is wanted there. One in an object that fn
// has made, or had made, dies with fn, unless
//
//   - a pending deferred call or a cleanup of the test acquires it;
//   - a goroutine that fn has started acquires it, and fn has not waited for
//     what comes after that;
//   - fn has given the object to code outside of the package.
//
// Nor is it wanted if fn gets to exit only after a goroutine that acquires the
// lock, and was started with the lock held, is through:
//
//	mu.Lock()
//	go func() { use(&mu); close(done) }()
//	select {
//	case <-done:
//		t.Fatal("use does not lock") // then nobody waits for mu
//	…
func (r *Result) Wanted(fn *Func, exit *Exit, held Held) bool {
	defer r.sum.Exclusive()()
	made := r.madeBy(fn.fn, held.Lock)
	if made == nil {
		return true
	}
	w := wish{r, fn.fn, held.Lock, made, exit.instr}
	wanted := slices.ContainsFunc(exit.deferred, w.same) || w.published()
	for _, s := range w.starts() {
		for _, x := range s.excludes {
			switch {
			case !w.same(x.Term):
			case !w.over(s, x.Term):
				wanted = true
			case ir.Precedes(held.Op.site.Instr, s.instr):
				return false // it has done without the lock
			}
		}
	}
	return wanted
}

// HasWriter reports whether another goroutine may lock for writing what fn
// read-locks twice, the second time at a, so that it comes between the two. None
// does if fn has made the object, or had it made, and given it neither to such
// a goroutine nor to code outside of the package.
func (r *Result) HasWriter(fn *Func, a *Acquire) bool {
	defer r.sum.Exclusive()()
	made := r.madeBy(fn.fn, a.Lock)
	if made == nil {
		return true
	}
	w := wish{r, fn.fn, a.Lock, made, a.site.Instr}
	return w.published() || slices.ContainsFunc(w.starts(), func(s start) bool {
		return slices.ContainsFunc(s.excludes, func(x lockset.Exclude) bool {
			return x.Mode == locks.Write && w.same(x.Term) && !w.over(s, x.Term)
		})
	})
}

// A wish is the question who else wants the lock of an object that fn has made
// when fn is at some instruction.
type wish struct {
	r    *Result
	fn   *ssa.Function
	lock *locks.Term
	made ssa.Value // the object
	at   ssa.Instruction
}

// madeBy returns the object that contains lock, if fn has made it or had it
// made by a function of the package.
func (r *Result) madeBy(fn *ssa.Function, lock *locks.Term) ssa.Value {
	for lock.Kind == locks.Field {
		lock = lock.X
	}
	v, ok := lock.Val.(ssa.Value)
	if !ok || lock.Kind != locks.Root || v.Parent() != fn || !makes(r.machine.IR, v, maxMakers) {
		return nil
	}
	return v
}

// maxMakers bounds the functions that hand a new object up to who wants it.
const maxMakers = 5

// makes reports whether v is a new object, or the result of a function of the
// package that returns a new object or nil.
func makes(pkg *ir.Package, v ssa.Value, depth int) bool {
	index := 0
	if e, ok := v.(*ssa.Extract); ok {
		v, index = e.Tuple, e.Index
	}
	switch v := v.(type) {
	case *ssa.Alloc:
		return true
	case *ssa.Const:
		return v.IsNil()
	case *ssa.UnOp: // a named result that a literal captures
		alloc, ok := v.X.(*ssa.Alloc)
		if !ok || depth == 0 || pkg.Cell(alloc) == nil || pkg.Cell(alloc).Leaks {
			return false
		}
		return !slices.ContainsFunc(pkg.Cell(alloc).Stores, func(s *ssa.Store) bool {
			self, ok := s.Val.(*ssa.UnOp) // return fs, nil
			return !(ok && self.X == alloc) && !makes(pkg, s.Val, depth-1)
		})
	case *ssa.Call:
		callee := locks.CalleeOf(&v.Call, v.Call.Value)
		if callee.Body == nil || depth == 0 {
			return false
		}
		found := false
		for _, b := range callee.Body.Blocks {
			ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
			if !ok {
				continue
			}
			if !makes(pkg, ret.Results[index], depth-1) {
				return false
			}
			c, ok := ret.Results[index].(*ssa.Const)
			found = found || !ok || !c.IsNil()
		}
		return found
	}
	return false
}

// same reports whether lock may be the lock of w under another name.
func (w *wish) same(lock *locks.Term) bool {
	if lock == w.lock {
		return true
	}
	other := w.r.madeBy(w.fn, lock)
	return lock.Class() != nil && lock.Class() == w.lock.Class() && (other == nil || other == w.made)
}

// A start is an instruction that makes code run later or on another goroutine.
type start struct {
	instr    ssa.CallInstruction
	body     *ssa.Function     // that runs, if it is a goroutine and known
	excludes []lockset.Exclude // locks that it acquires
}

// starts returns the goroutines and cleanups that fn and the literals in it
// start.
func (w *wish) starts() []start {
	var out []start
	m := w.r.machine
	w.each(func(instr ssa.Instruction) {
		call, ok := instr.(ssa.CallInstruction)
		if !ok || instr.Parent() == w.at.Parent() && !reaches(instr, w.at) {
			return
		}
		common := call.Common()
		callee := locks.CalleeOf(common, common.Value)
		if _, ok := call.(*ssa.Go); ok {
			out = append(out, start{call, callee.Body, excludes(m.CallEffects(common))})
			return
		}
		use := known.UseOf(callee.Func)
		if use != known.Spawns && use != known.Keeps {
			return
		}
		for _, arg := range callee.Args {
			s := start{call, nil, excludes(m.FuncEffects(arg))}
			if use == known.Spawns {
				s.body = target(arg)
			}
			out = append(out, s)
		}
	})
	return out
}

func excludes(eff *lockset.Effects) []lockset.Exclude {
	if eff == nil {
		return nil
	}
	return eff.Excludes
}

// each calls visit for the instructions of fn and of the literals in it.
func (w *wish) each(visit func(ssa.Instruction)) {
	var walk func(*ssa.Function)
	walk = func(fn *ssa.Function) {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				visit(instr)
			}
		}
		for _, anon := range fn.AnonFuncs {
			walk(anon)
		}
	}
	walk(w.fn)
}

// published reports whether code of other packages, which may do anything, or
// a structure that outlives fn has the object when fn is at w.at.
func (w *wish) published() bool {
	found := false
	object := func(v ssa.Value) bool {
		if mi, ok := v.(*ssa.MakeInterface); ok {
			v = mi.X
		}
		return v == w.made || w.r.machine.Eval(v) == w.r.machine.Eval(w.made)
	}
	w.each(func(instr ssa.Instruction) {
		if found || instr.Parent() == w.at.Parent() && !reaches(instr, w.at) {
			return
		}
		switch instr := instr.(type) {
		case *ssa.Store:
			_, element := instr.Addr.(*ssa.IndexAddr) // mostly the arguments of a variadic function
			_, local := instr.Addr.(*ssa.Alloc)
			found = !element && !local && object(instr.Val)
		case *ssa.MapUpdate:
			found = object(instr.Value)
		case *ssa.Send:
			found = object(instr.X)
		case ssa.CallInstruction:
			c := locks.CalleeOf(instr.Common(), instr.Common().Value)
			if _, builtin := instr.Common().Value.(*ssa.Builtin); !builtin && c.Body == nil {
				if _, op := locks.OpOf(c.Func); !op {
					found = slices.ContainsFunc(c.Args, object)
				}
			}
		}
	})
	return found
}

// over reports whether the goroutine s is through with all acquisitions of lock
// when w.fn gets to w.at: it does something after them that fn has waited
// for.
func (w *wish) over(s start, lock *locks.Term) bool {
	if s.body == nil {
		return false
	}
	waited := waitedFor(w.r.machine, w.at)
	var signals []ssa.Instruction
	for _, b := range s.body.Blocks {
		for _, instr := range b.Instrs {
			if slices.Contains(waited, signaled(w.r.machine, instr)) {
				signals = append(signals, instr)
			}
		}
	}
	for _, f := range w.r.runs {
		if f.Fn != s.body {
			continue
		}
		for _, e := range f.Events {
			if e.Kind == lockset.Acquired && e.Lock == lock && !slices.ContainsFunc(signals, func(signal ssa.Instruction) bool {
				_, deferred := signal.(*ssa.Defer)
				return deferred || ir.Precedes(e.Site.Instr, signal)
			}) {
				return false
			}
		}
	}
	return len(signals) > 0
}

// fresh reports whether lock is in an object that the function it is named in
// has made, or had made by a function of the package.
func (b *builder) fresh(lock *locks.Term) bool {
	v, ok := lock.Base().Val.(ssa.Value)
	return ok && makes(b.machine.IR, v, maxMakers)
}
