package guards

import (
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/lockset"
)

// manyReaders is the number of functions that lock just to read the data, which show
// that reading takes the lock: fewer may do so because they run elsewhere.
const manyReaders = 5

// exposed reports whether anything shows that acc, an access of d in fn or in what fn
// calls, can meet those who hold l.
// That data is shared does not mean that each access is: the goroutine that alone
// writes a field reads it without its lock, and so do those who set an object up or
// take it down. Like RacerD, which asks for a sign of concurrency in the class, we ask
// for one here:
//   - fn, or a caller, runs on a goroutine that the package starts, or is itself what
//     others call, or runs elsewhere than writers on such a goroutine;
//   - fn holds the lock elsewhere just to read the same data;
//   - many functions acquire it only to read d, and so does not this one;
//   - fn is a method of the object, and all others that use d lock on their own;
//   - fn is an exported method of the object, and the lock is there for d alone.
func (a *analyzer) exposed(d *datum, acc *access, fn *ssa.Function, l lock) bool {
	if a.usedUnder(d, acc, fn, l, true) {
		return true
	}
	homes := a.homes(fn)
	writers := a.writers(d)
	apart := len(homes) > 0
	for h := range homes {
		apart = apart && !writers[h]
	}
	for h := range a.homesOf(fn, true) {
		if a.goes[h] > 0 || a.uses[h] == startedUse {
			return true
		}
	}
	for w := range writers {
		if apart && (a.goes[w] > 0 || a.uses[w] == startedUse) {
			return true
		}
	}
	return len(homes) == 1 && a.entered(fn, homes) || a.monitor(d, fn, l) || a.soleUse(d, fn, l) || !acc.write && a.readers(d, acc, l) >= manyReaders
}

// usedUnder reports whether fn uses what acc accesses, or what contains it, elsewhere
// with l held; if reads is set, in a critical section of its own that writes nothing.
func (a *analyzer) usedUnder(d *datum, acc *access, fn *ssa.Function, l lock, reads bool) bool {
	return slices.ContainsFunc(d.accesses, func(x *access) bool {
		return x.fn == fn && overlap(x.part, acc.part) && a.grip(x, l).held() && (!reads || a.onlyReads(x))
	})
}

// overlap reports whether one of two parts of a datum contains the other.
func overlap(x, y string) bool { return strings.HasPrefix(x, y) || strings.HasPrefix(y, x) }

// entered reports whether fn, or the function around it, is what others call, or is
// called by a method of the same type that is: homes are the functions at the bottom
// of its stacks.
func (a *analyzer) entered(fn *ssa.Function, homes map[*ssa.Function]bool) bool {
	outer := ir.Outermost(fn)
	if homes[fn] || homes[outer] {
		return true
	}
	recv := outer.Signature.Recv()
	return recv != nil && slices.ContainsFunc(a.sites[outer], func(s site) bool {
		r := s.caller.Signature.Recv()
		return homes[s.caller] && r != nil && namedOf(r.Type()) == namedOf(recv.Type())
	})
}

// minMonitor is the number of methods that must lock on their own to say that all do.
const minMonitor = 3

// monitor reports whether fn is a method of the struct that has d, and all other
// functions that use d acquire l themselves: they expect nothing of their callers, and
// those nothing of them.
func (a *analyzer) monitor(d *datum, fn *ssa.Function, l lock) bool {
	recv := ir.Outermost(fn).Signature.Recv()
	if recv == nil || l.class != nil || !d.v.IsField() || len(a.entries[fn].some) > 0 {
		return false
	}
	if typ := namedOf(recv.Type()); typ == nil || !hasField(typ.Type(), d.v) {
		return false
	}
	fns := make(map[*ssa.Function]bool)
	for _, acc := range d.accesses {
		if acc.exempt || acc.fn == fn {
			continue
		}
		own := slices.ContainsFunc(acc.views, func(w view) bool {
			t := a.at(l, w.visit.At)
			return slices.ContainsFunc(w.visit.Locks, func(k lockset.Lock) bool {
				return k.Term == t && k.Status == lockset.Held && k.Site != nil
			})
		})
		if !own {
			return false
		}
		fns[acc.fn] = true
	}
	return len(fns) >= minMonitor
}

// soleUse reports whether fn is an exported method of the struct that has d, and l is
// there for nothing but d, which all writes respect: somebody made a lock because others
// call such methods.
func (a *analyzer) soleUse(d *datum, fn *ssa.Function, l lock) bool {
	obj, ok := fn.Object().(*types.Func)
	if !ok || !obj.Exported() || obj.Signature().Recv() == nil || !a.dedicated(d, l) {
		return false
	}
	typ := namedOf(fn.Signature.Recv().Type())
	return typ != nil && hasField(typ.Type(), d.v) && !slices.ContainsFunc(d.accesses, func(acc *access) bool {
		return (acc.write || acc.calls) && !acc.exempt && a.grip(acc, l) != exclusive
	})
}

// writers returns the functions at the bottom of the stacks on which d is written,
// as far as they are known.
func (a *analyzer) writers(d *datum) map[*ssa.Function]bool {
	out := make(map[*ssa.Function]bool)
	for _, acc := range d.accesses {
		if (acc.write || acc.calls) && !acc.exempt {
			for h := range a.homes(acc.fn) {
				out[h] = true
			}
		}
	}
	return out
}

// readers returns the number of functions that hold l just to read the part of d that
// read reads, or what contains it.
func (a *analyzer) readers(d *datum, read *access, l lock) int {
	fns := make(map[*ssa.Function]bool)
	for _, acc := range d.accesses {
		if !overlap(acc.part, read.part) {
			continue
		}
		if !acc.write && !acc.calls && a.grip(acc, l).held() && a.onlyReads(acc) {
			fns[acc.fn] = true
		}
	}
	return len(fns)
}

// onlyReads reports whether read holds the lock in a critical section of its own
// function that writes nothing at all: it is there for the sake of reading.
func (a *analyzer) onlyReads(read *access) bool {
	held := func(l lockset.Lock) bool { return l.Status == lockset.Held }
	return slices.ContainsFunc(read.views, func(w view) bool { return a.sectionReads(read.fn, w.visit.Locks, held) })
}
