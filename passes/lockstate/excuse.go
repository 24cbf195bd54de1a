package lockstate

import (
	"go/types"
	"slices"

	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/lockset"
	"github.com/concurlint/concurlint/passes/summary"
)

// excuse drops from fn, which is or is in the declared function obj, what
// annotations say must not be reported: places lose the paths that are wrong.
func (fn *Func) excuse(x *summary.Excused, obj *types.Func) {
	all := x.Func(obj)
	excused := func(op *Op) bool { return all || x.Line(op.Pos) || x.Line(op.End) }
	for _, a := range fn.Acquires {
		if excused(&a.Op) {
			a.Conflicts = nil
		}
	}
	released := x.Released(obj)
	for _, r := range fn.Releases {
		if excused(&r.Op) || goesThrough(r.Lock, released) {
			r.Free, r.Wrong = nil, nil
		}
	}
	acquired := x.Acquired(obj)
	for _, e := range fn.Exits {
		quiet := all || x.Line(e.Pos)
		for i := range e.Paths {
			p := &e.Paths[i]
			p.Held = slices.DeleteFunc(p.Held, func(h Held) bool { return quiet || goesThrough(h.Lock, acquired) })
		}
	}
	fn.Waits = slices.DeleteFunc(fn.Waits, func(w *Wait) bool { return excused(&w.Op) })
	fn.Laps = slices.DeleteFunc(fn.Laps, func(l *Lap) bool { return excused(l.Op) })
}

// goesThrough reports whether the path of a lock leads through one of the
// fields.
func goesThrough(lock *locks.Term, fields []*types.Var) bool {
	for t := lock; t != nil && len(fields) > 0; t = t.X {
		if t.Kind == locks.Field && slices.Contains(fields, t.Var) {
			return true
		}
	}
	return false
}

// declaredIn returns the declared function that f is or is in.
func declaredIn(f *lockset.Function) *types.Func {
	fn := f.Fn
	for fn.Parent() != nil {
		fn = fn.Parent()
	}
	obj, _ := fn.Object().(*types.Func)
	return obj
}
