package guards

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/lockset"
	"github.com/concurlint/concurlint/passes/ownership"
)

// A datum is a field or package variable, with its accesses.
type datum struct {
	v        *types.Var
	accesses []*access
	byPlace  map[place]*access
	atomic   bool   // some access is by sync/atomic
	names    []lock // of all locks held at accesses, in the order of discovery
	guard    *Guard // nil if there is none, or another package knows
}

type place struct {
	fn  *ssa.Function
	pos token.Pos
	n   int // tells apart accesses without position
}

// An access is a place that reads or writes a datum: c.n++ is one access.
type access struct {
	fn     *ssa.Function
	pos    token.Pos
	write  bool
	calls  bool   // a method that may write
	exempt bool   // nobody else can reach the data: it needs no lock
	part   string // of the datum, see lockset.Access.Part
	still  bool   // what it reads never changes
	atomic bool
	views  []view
}

// A view is an access as one path reaches it.
type view struct {
	fn    *ssa.Function
	visit *lockset.Visit
	holds []hold
	// open says that unknown callers may hold more.
	open bool
}

// collect gathers the accesses of the package.
func (a *analyzer) collect() {
	a.findAtomic()
	for _, fn := range a.m.IR.Funcs {
		if a.isInit(fn) || a.inOnce(fn) {
			continue
		}
		visits := a.visits(fn)
		for i := range visits {
			v := &visits[i]
			if v.Access == nil || a.inTest(fn) && !a.m.IR.InTest(v.Access.Var.Pos()) {
				continue
			}
			if v.Access.Write && (a.builds(v.Access) || a.initialises(v.Access)) {
				a.setUp[v.Access.Var] = true
				continue
			}
			exempt := a.exempt(v.Access) || a.building(fn, v.Access) || a.early(fn, v.Instr) && (v.Access.Base == nil || !a.isMain(fn))
			if a.atomic[v.Access.Var] {
				add(a, a.words, word{v.Access.Var, v.Access.Part, outer(v.At)}, fn, v).exempt = exempt || compared(v.Instr)
			}
			if !v.Access.Elem {
				add(a, a.data, v.Access.Var, fn, v).exempt = exempt
			}
		}
	}
}

// A word is a part of a datum, in objects that are themselves in one field of
// others: what a type is used for may differ from field to field.
type word struct {
	v     *types.Var
	part  string
	outer *types.Var
}

// outer returns the field that holds the struct whose field at is, or a pointer to
// it; nil if that is not known.
func outer(at *locks.Term) *types.Var {
	if at.Kind != locks.Field {
		return nil
	}
	t := at.X
	if t.Kind == locks.Deref {
		t = t.X
	}
	if t.Kind != locks.Field {
		return nil
	}
	return t.Var
}

// Words that speak of several fields at once are believed unless it is certain
// that the code thinks otherwise: that takes wordAgainst accesses of which less
// than wordScore hold the lock.
const (
	wordAgainst = 4
	wordScore   = 0.75
)

// credible reports whether the words of a comment are to be taken as they stand:
// a reference that never changes needs no lock, whatever they say.
func (a *analyzer) credible(d *datum, g *declaredGuard) bool {
	if d.reference() && !d.changes() {
		return false
	}
	if !g.Wide || len(g.locks) != 1 {
		return true
	}
	t := a.tally(d, g.locks[0])
	return t.reads+t.writes < wordAgainst || t.score() >= wordScore
}

// changes reports whether anything is written after construction.
func (d *datum) changes() bool {
	return slices.ContainsFunc(d.accesses, func(acc *access) bool { return (acc.write || acc.calls) && !acc.exempt })
}

// builds reports whether acc writes an object that its function has made and
// nobody else can reach yet. That it may hold a lock then says nothing.
func (a *analyzer) builds(acc *lockset.Access) bool {
	v := acc.Base
	for {
		switch u := v.(type) {
		case *ssa.FieldAddr:
			v = u.X
			continue
		case *ssa.IndexAddr:
			v = u.X
			continue
		case *ssa.Parameter, *ssa.FreeVar, nil:
			return false
		}
		break
	}
	st := a.own.Of(v, acc.Instr)
	return st == ownership.Private || st == ownership.Stored
}

// initialises reports whether acc is in code that runs once for each object: it
// comes after a test of another field of the object, which the function sets, and
// which made it return if somebody had been there before.
func (a *analyzer) initialises(acc *lockset.Access) bool {
	if acc.Base == nil {
		return false
	}
	fn := acc.Instr.Parent()
	for b := acc.Instr.Block().Idom(); b != nil; b = b.Idom() {
		branch, ok := b.Instrs[len(b.Instrs)-1].(*ssa.If)
		if !ok {
			continue
		}
		cmp, ok := branch.Cond.(*ssa.BinOp)
		if !ok || cmp.Op != token.EQL && cmp.Op != token.NEQ {
			continue
		}
		load, ok := cmp.X.(*ssa.UnOp)
		if !ok || load.Op != token.MUL {
			continue
		}
		flag, ok := load.X.(*ssa.FieldAddr)
		if !ok || a.m.Eval(flag.X) != a.m.Eval(acc.Base) || ir.FieldVar(flag) == acc.Var || !leaves(b, acc.Instr.Block()) {
			continue
		}
		for _, w := range a.m.Accesses(fn) {
			if w.Write && w.Var == ir.FieldVar(flag) && w.Base != nil && a.m.Eval(w.Base) == a.m.Eval(acc.Base) {
				return true
			}
		}
	}
	return false
}

// leaves reports whether the branch at the end of b goes to block to or else to
// a return, without a loop.
func leaves(b, to *ssa.BasicBlock) bool {
	for _, s := range b.Succs {
		if s == to || s.Dominates(to) {
			continue
		}
		for range 4 {
			if len(s.Succs) == 0 {
				return true
			}
			if len(s.Succs) > 1 {
				return false
			}
			s = s.Succs[0]
		}
	}
	return false
}

// exempt reports whether nobody else can reach the accessed object.
func (a *analyzer) exempt(acc *lockset.Access) bool {
	if acc.Base == nil {
		return false
	}
	switch a.own.Of(acc.Base, acc.Instr) {
	case ownership.Private, ownership.Received, ownership.Stored:
		return true
	}
	return a.makesLock(acc) || a.beforeStart(acc)
}

// makesLock reports whether the function of acc makes a lock of the accessed object:
// it is one of those that build it.
func (a *analyzer) makesLock(acc *lockset.Access) bool {
	is, ok := a.makeLocks[acc.Base]
	if !ok {
		is = makesLockOf(acc.Base)
		a.makeLocks[acc.Base] = is
	}
	return is
}

// makesLockOf reports whether the function of object makes a lock of it.
func makesLockOf(object ssa.Value) bool {
	if object.Referrers() == nil {
		return false
	}
	for _, ref := range *object.Referrers() {
		f, ok := ref.(*ssa.FieldAddr)
		if !ok {
			continue
		}
		v := ir.FieldVar(f)
		if v == nil || !locks.IsLock(v.Type()) {
			continue
		}
		for _, use := range *f.Referrers() {
			if s, ok := use.(*ssa.Store); ok && s.Addr == ssa.Value(f) {
				return true
			}
		}
	}
	return false
}

// add adds an access of fn to its datum.
func add[K comparable](a *analyzer, data map[K]*datum, key K, fn *ssa.Function, v *lockset.Visit) *access {
	d := data[key]
	if d == nil {
		d = &datum{v: v.Access.Var, byPlace: make(map[place]*access)}
		data[key] = d
	}
	at := place{fn, v.Access.Pos, 0}
	if !at.pos.IsValid() {
		at.pos = a.near(v.Instr)
	}
	acc := d.byPlace[at]
	if acc == nil {
		acc = &access{fn: fn, pos: at.pos, part: v.Access.Part}
		d.byPlace[at] = acc
		d.accesses = append(d.accesses, acc)
	}
	acc.write = acc.write || v.Access.Write
	acc.calls = acc.calls || v.Access.Calls
	acc.atomic = acc.atomic || v.Access.Atomic
	d.atomic = d.atomic || v.Access.Atomic
	w := a.view(fn, v)
	acc.views = append(acc.views, w)
	for _, h := range w.holds {
		if !slices.Contains(d.names, h.lock) {
			d.names = append(d.names, h.lock)
		}
	}
	for _, h := range a.entries[fn].some {
		for _, l := range a.names(v.At, h.term) {
			if !slices.Contains(d.names, l) {
				d.names = append(d.names, l)
			}
		}
	}
	return acc
}

// near returns the position of an access of a package variable, which has none
// of its own: that of something that uses it.
func (a *analyzer) near(instr ssa.Instruction) token.Pos {
	if p := instr.Pos(); p.IsValid() {
		return p
	}
	if v, ok := instr.(ssa.Value); ok && v.Referrers() != nil {
		for _, ref := range *v.Referrers() {
			if p := ref.Pos(); p.IsValid() {
				return p
			}
		}
	}
	return token.NoPos
}

// view returns the locks that are held at v, by the function or its callers.
func (a *analyzer) view(fn *ssa.Function, v *lockset.Visit) view {
	w := view{fn: fn, visit: v}
	add := func(t *locks.Term, mode locks.Mode) {
		for _, n := range a.names(v.At, t) {
			i := slices.IndexFunc(w.holds, func(h hold) bool { return h.lock == n })
			if i < 0 {
				w.holds = append(w.holds, hold{n, mode, t, false})
			} else if mode == locks.Write {
				w.holds[i].mode = mode
			}
		}
	}
	for _, l := range v.Locks {
		if l.Status == lockset.Held && !l.Doubt {
			add(l.Term, l.Mode)
			for _, t := range a.aliases(fn, l.Term) {
				add(t, l.Mode)
			}
		}
	}
	e := a.entries[fn]
	w.open = e.open || e.helper
	for _, h := range e.all() {
		if !slices.ContainsFunc(v.Locks, func(l lockset.Lock) bool { return l.Term == h.term }) {
			add(h.term, h.mode)
			for _, t := range a.aliases(fn, h.term) {
				add(t, h.mode)
			}
		}
	}
	for _, c := range e.classes {
		free := slices.ContainsFunc(v.Locks, func(l lockset.Lock) bool { return l.Term.Class() == c.class && l.Status != lockset.Held })
		n := lock{class: c.class}
		if !free && !slices.ContainsFunc(w.holds, func(h hold) bool { return h.lock == n }) {
			w.holds = append(w.holds, hold{n, c.mode, nil, c.lent})
		}
	}
	return w
}

// A grip says how an access holds a lock.
type grip uint8

const (
	unknown   grip = iota // paths differ, or callers are not known
	free                  // some path does not hold it
	mixed                 // some callers hold it, others do not
	shared                // held for reading
	exclusive             // held for writing
)

// held reports whether k says that the lock is held.
func (k grip) held() bool { return k == shared || k == exclusive }

// grip returns how acc holds l. Accesses that need no lock count if they hold it
// nevertheless.
func (a *analyzer) grip(acc *access, l lock) grip {
	g := a.gripOfAll(acc, l)
	if acc.still {
		return unknown
	}
	if acc.exempt && (g != exclusive && g != shared || g == shared && acc.write) {
		return unknown
	}
	return g
}

func (a *analyzer) gripOfAll(acc *access, l lock) grip {
	g := exclusive
	some, none, doubt, mix := false, false, false, false
	for _, w := range acc.views {
		switch k := a.gripOf(w, l, acc.write); k {
		case unknown:
			doubt = true
		case free:
			none = true
		case mixed:
			mix = true
		default:
			some = true
			if k == shared {
				g = shared
			}
		}
	}
	switch {
	case mix && !doubt:
		return mixed
	case none && !some && !doubt:
		return free
	case some && !none && !doubt:
		return g
	case none && some && a.letGo(acc, l):
		return free
	}
	return unknown
}

// letGo reports whether some path has certainly released l before acc.
func (a *analyzer) letGo(acc *access, l lock) bool {
	for _, w := range acc.views {
		t := a.at(l, w.visit.At)
		if t == nil || w.visit.Joined {
			continue
		}
		for _, k := range w.visit.Locks {
			if k.Term == t && k.Status == lockset.Free && !k.Doubt && k.Site != nil {
				return true
			}
		}
	}
	return false
}

// gripOf returns how w holds l; write is set if it is one of the views of a write.
func (a *analyzer) gripOf(w view, l lock, write bool) grip {
	for _, h := range w.holds {
		if h.lock != l || h.lent && write {
			continue
		}
		if h.mode == locks.Write || l.class != nil {
			return exclusive // of a lock that is only known by its kind, the mode says little
		}
		if w.visit.Access.Write && slices.ContainsFunc(a.entries[w.fn].some, func(s held) bool { return s.term == h.held && s.mode == locks.Write }) {
			return mixed
		}
		return shared
	}
	if w.visit.Joined || w.open && a.carries(classOf(l)) {
		return unknown
	}
	if l.class != nil && a.owner(l, w.visit.At) == nil {
		return unknown
	}
	if l.class == nil {
		// Another lock of the kind may be this one under another name.
		c := l.term.Class()
		for _, h := range w.holds {
			if h.class != nil && h.class == c && !(h.lent && write) && (h.held == nil || !a.another(h.held, l, w.visit.At)) {
				return unknown
			}
		}
	}
	t := a.at(l, w.visit.At)
	if t == nil {
		return free
	}
	if t.Kind == locks.Deref && len(w.visit.Locks)+len(a.entries[w.fn].all()) > 0 && a.lent(t) {
		return unknown // it may be one of those that are held
	}
	for _, k := range w.visit.Locks {
		if k.Term == t {
			if k.Doubt || k.Status == lockset.Gone {
				return unknown
			}
			return free
		}
	}
	if slices.ContainsFunc(a.entries[w.fn].some, func(h held) bool { return h.term == t }) {
		return mixed
	}
	return free
}

// lent reports whether the lock that t, the content of a field, names may be that of
// another object: the package stores in the field what it has from somewhere else.
func (a *analyzer) lent(t *locks.Term) bool {
	if t.X.Kind != locks.Field {
		return false
	}
	if a.lends == nil {
		a.lends = make(map[*types.Var]bool)
		for _, fn := range a.m.IR.Funcs {
			for _, b := range fn.Blocks {
				for _, instr := range b.Instrs {
					s, ok := instr.(*ssa.Store)
					if !ok {
						continue
					}
					f, ok := s.Addr.(*ssa.FieldAddr)
					if ok && !madeHere(s.Val) && ir.FieldVar(f) != nil {
						a.lends[ir.FieldVar(f)] = true
					}
				}
			}
		}
	}
	return a.lends[t.X.Var]
}

// carries reports whether a lock of the given class may be held when a function of the
// package is called: some function calls another with it. Otherwise nobody who calls
// a function can hold it, known or not.
func (a *analyzer) carries(class any) bool {
	if class == nil {
		return true
	}
	if a.carried == nil {
		a.carried = make(map[any]bool)
		for _, fn := range a.m.IR.Funcs {
			for _, v := range a.visits(fn) {
				call, ok := v.Instr.(ssa.CallInstruction)
				if !ok {
					continue
				}
				callee := locks.CalleeOf(call.Common(), call.Common().Value).Func
				if v.Callee == nil && v.Foreign != nil && callee == v.Foreign && !takesFunc(call) {
					continue
				}
				if _, lock := locks.OpOf(callee); lock {
					continue
				}
				for _, k := range v.Locks {
					if k.Status != lockset.Free || k.Doubt {
						a.carried[k.Term.Class()] = true
					}
				}
			}
		}
	}
	return a.carried[class]
}

// takesFunc reports whether call passes a function or an interface, through which its
// callee may call back.
func takesFunc(call ssa.CallInstruction) bool {
	return slices.ContainsFunc(call.Common().Args, func(v ssa.Value) bool {
		switch v.Type().Underlying().(type) {
		case *types.Signature, *types.Interface:
			return true
		}
		return false
	})
}

// madeHere reports whether v is something that was made for the one who stores it: an
// object, or the result of a constructor, which is given nothing that it might be.
func madeHere(v ssa.Value) bool {
	switch v := v.(type) {
	case *ssa.Alloc:
		return true
	case *ssa.MakeInterface:
		return madeHere(v.X)
	case *ssa.Call:
		fn := locks.CalleeOf(&v.Call, v.Call.Value).Func
		return fn != nil && len(v.Call.Args) == 0 && !v.Call.IsInvoke()
	}
	return false
}

// another reports whether the lock at term t, which is held, is certainly not
// the lock l of the data at location at: they belong to two parameters.
func (a *analyzer) another(t *locks.Term, l lock, at *locks.Term) bool {
	u := a.at(l, at)
	return u != nil && u != t && u.Direct() && t.Direct()
}

// A tally counts how the accesses of a datum hold a lock.
type tally struct {
	lock                         lock
	reads, writes                int // without the unknown ones
	heldReads, heldWrites        int
	sharedWrites                 int // writes under a read lock
	functions, lockers, freeFunc int
	unclear                      int // accesses of which nothing is known
	witness                      *access
}

// score is the share of the accesses that hold the lock. A write counts double:
// there are fewer of them, and they are what needs the lock.
func (t *tally) score() float64 {
	all := t.reads + 2*t.writes
	if all == 0 {
		return 0
	}
	return float64(t.heldReads+2*t.heldWrites) / float64(all)
}

func (a *analyzer) tally(d *datum, l lock) *tally {
	t := &tally{lock: l}
	fns := make(map[*ssa.Function]bool)
	free2 := make(map[*ssa.Function]bool)
	for _, acc := range d.accesses {
		g := a.grip(acc, l)
		if g == unknown {
			if !acc.exempt {
				t.unclear++
			}
			continue
		}
		if g == mixed { // once with the lock, once without
			g = exclusive
			if acc.write {
				t.writes++
			} else {
				t.reads++
			}
			free2[ir.Outermost(acc.fn)] = true
		}
		write := acc.write || acc.calls && g == exclusive
		if write {
			t.writes++
		} else {
			t.reads++
		}
		switch {
		case g == free:
			free2[ir.Outermost(acc.fn)] = true
			continue
		case write && g == shared:
			t.sharedWrites++
			continue
		case write:
			t.heldWrites++
		default:
			t.heldReads++
		}
		fns[ir.Outermost(acc.fn)] = true
		if t.witness == nil || acc.write && !t.witness.write {
			t.witness = acc
		}
	}
	t.lockers, t.freeFunc = len(fns), len(free2)
	return t
}

// infer finds the guard of each datum of the package.
func (a *analyzer) infer() {
	all := sorted(a, a.data)
	for _, d := range all {
		d.findStill()
		slices.SortStableFunc(d.accesses, func(x, y *access) int { return a.m.IR.Compare(x.pos, y.pos) })
	}
	for _, d := range all {
		if d.v.Pkg() != a.pass.Pkg {
			continue
		}
		if d.guard = a.guardOf(d); d.guard != nil {
			a.result.Guards = append(a.result.Guards, d.guard)
		}
	}
}

// guardOf returns the guard of d, declared or inferred, or nil.
func (a *analyzer) guardOf(d *datum) *Guard {
	if g := a.vars[d.v]; g != nil && (g.Form != Prose || a.credible(d, g)) {
		return a.declaredGuard(d, g)
	} else if g != nil && !g.Wide {
		return nil
	}
	if d.atomic || a.atomics[d.v] != nil {
		return nil // a matter of check atomicmix
	}
	if t := a.guard(d); t != nil {
		return a.newGuard(d, t)
	}
	return nil
}

// findBreaches finds what does not keep to the guards.
func (a *analyzer) findBreaches() {
	for _, d := range sorted(a, a.data) {
		switch {
		case d.v.Pkg() != a.pass.Pkg:
			if g := a.imported(d); g != nil {
				a.checkImported(d, g)
			}
		case d.guard == nil:
		case d.guard.Declared.IsValid():
			a.checkDeclared(d, a.vars[d.v])
		default:
			a.checkInferred(d)
		}
	}
}

// findStill marks the reads of what nobody writes after construction: of parts, alone
// or with what contains them, and of maps whose elements alone are written. They need
// no lock, though their neighbours or the elements may.
func (d *datum) findStill() {
	for _, r := range d.accesses {
		if r.write || r.part == "" && !r.copies() {
			continue
		}
		r.still = !slices.ContainsFunc(d.accesses, func(w *access) bool {
			return (w.write || w.calls) && !w.exempt && overlap(w.part, r.part) && (r.part != "" || !w.updates())
		})
	}
}

// copies reports whether read only copies a reference to a map.
func (read *access) copies() bool {
	return !slices.ContainsFunc(read.views, func(w view) bool {
		load, ok := w.visit.Instr.(*ssa.UnOp)
		return !ok || !isMap(load.Type()) || slices.ContainsFunc(*load.Referrers(), func(ref ssa.Instruction) bool {
			switch ref.(type) {
			case *ssa.Store, *ssa.BinOp, *ssa.DebugRef:
				return false
			}
			return true
		})
	})
}

// updates reports whether write changes the elements of a map, not the reference.
func (write *access) updates() bool {
	return !slices.ContainsFunc(write.views, func(w view) bool {
		load, ok := w.visit.Instr.(*ssa.UnOp)
		return !ok || !isMap(load.Type())
	})
}

func isMap(t types.Type) bool {
	_, ok := t.Underlying().(*types.Map)
	return ok
}

// guard returns the lock that guards d, or nil.
func (a *analyzer) guard(d *datum) *tally {
	var best *tally
	for _, l := range d.names {
		t := a.tally(d, l)
		if t.heldWrites == 0 {
			t = a.misused(d, t)
		}
		if t == nil || t.heldWrites == 0 || !a.convinces(d, t) {
			continue
		}
		if best == nil || closer(t, best) {
			best = t
		}
	}
	return best
}

// misused returns t with the writes under the read lock as held, if the lock stands
// before d and is a read lock whenever d is written: whoever took it meant to exclude
// the others. nil if another lock excludes the writers, or some access holds none.
func (a *analyzer) misused(d *datum, t *tally) *tally {
	if t.sharedWrites == 0 || t.sharedWrites < t.writes || t.heldReads < t.reads || t.lock.class != nil || !a.nearby(d.v, t.lock) || !a.hat(d.v, t.lock) && !a.sole(d.v, t.lock) {
		return nil
	}
	for _, acc := range d.accesses {
		if acc.write && slices.ContainsFunc(a.kinds(acc), func(c class) bool { return !c.lent && (c.class != classOf(t.lock) || c.mode == locks.Write) }) {
			return nil
		}
	}
	u := *t
	u.heldWrites += u.sharedWrites
	if u.witness == nil {
		u.witness = d.accesses[slices.IndexFunc(d.accesses, func(acc *access) bool { return a.grip(acc, t.lock).held() })]
	}
	return &u
}

// closer reports whether t is a better explanation than u: the lock is nearer
// to the data, or held more often.
func closer(t, u *tally) bool {
	if c, d := t.lock.class != nil, u.lock.class != nil; c != d {
		return d
	}
	if t.score() != u.score() {
		return t.score() > u.score()
	}
	return t.lock.up < u.lock.up
}

// Evidence that it takes to infer a guard: the share of the accesses that hold
// the lock, as [tally.score] counts it, and their number.
const (
	// nearScore suffices for a lock that stands before the data in the same
	// paragraph of the source.
	nearScore = 0.5
	// readScore is for data that is only read without the lock, at manyReads
	// accesses or more: it may be set up once and for all.
	readScore = 0.66
	manyReads = 4
	// manyScore is what many accesses take: a lock that is held at half of them
	// guards something else.
	many      = 16
	manyScore = 0.6
	// farScore is for other locks of the struct.
	farScore = 0.7
	some     = 8
	farMany  = 0.8
	// minHeld is the number of accesses that hold a lock which does not stand
	// before the data; minSole is for the only lock of the struct.
	minHeld = 3
	minSole = 2
	// Many references are set once, before anybody uses them: of them one place
	// without the lock is an exception, or one in eight.
	minReference = 6
	eighth       = 8
)

// convinces reports whether the evidence for a guard suffices.
func (a *analyzer) convinces(d *datum, t *tally) bool {
	total, held, score := t.reads+t.writes, t.heldReads+t.heldWrites, t.score()
	exceptional := total-held <= 1+total/eighth
	if t.lock.class != nil {
		// A lock of the same struct would have a name.
		return a.ownerName(d.v) != "" && !a.sibling(d.v, t.lock.class) && t.lockers >= 2 && t.unclear <= total && (held >= minHeld && score >= farMany || held >= minSole && total-held <= 1 && total > minSole)
	}
	if !a.nearby(d.v, t.lock) { // held by chance, perhaps
		_, global := t.lock.term.Base().Val.(locks.Global)
		return t.lockers >= 2 && held >= minHeld && score >= farMany && t.unclear <= total || held >= minSole && t.lockers >= 2 && total-held <= 1 && !global && a.sole(d.v, t.lock)
	}
	if a.dedicated(d, t.lock) && total-held <= 2*held {
		return true
	}
	near := a.hat(d.v, t.lock) || a.wide(d.v, t.lock)
	switch {
	case d.reference() && near:
		return exceptional && score >= nearScore
	case d.reference():
		return exceptional && held >= minReference || held == total && held >= minHeld && t.lockers >= 2
	case near && t.writes == t.heldWrites && total >= manyReads:
		return score >= readScore
	case near && total >= many:
		return score >= manyScore
	case near:
		return score >= nearScore
	case total > some:
		return score >= farMany
	case a.sole(d.v, t.lock):
		return score >= farScore && held >= minSole
	}
	return score >= farScore && held >= minHeld && t.lockers >= 2
}

// wide reports whether a comment on the lock, or on the type, says that it guards
// the fields around v.
func (a *analyzer) wide(v *types.Var, l lock) bool {
	g := a.vars[v]
	return g != nil && g.Wide && slices.Contains(g.locks, l)
}

// nearby reports whether l is a lock of the struct that has the field v, or of one
// around it, or, for package variables, a package variable.
func (a *analyzer) nearby(v *types.Var, l lock) bool {
	_, global := l.term.Base().Val.(locks.Global)
	if global && v.IsField() {
		return hasField(a.typeOf(l.term.Base()), v) // a variable that is a struct with its lock
	}
	if !v.IsField() {
		return global
	}
	t := l.term
	for t.Kind == locks.Field {
		t = t.X
	}
	if t.Kind == locks.Deref && t.X.Kind == locks.Field { // a pointer to a lock, or to a struct that is one
		if x := t.X.Var.Type(); locks.IsLock(x) || locks.IsLock(types.NewPointer(x)) {
			return true
		}
	}
	return t == a.m.Owner()
}

// hasField reports whether typ is a struct with field v.
func hasField(typ types.Type, v *types.Var) bool {
	if typ == nil {
		return false
	}
	s, ok := typ.Underlying().(*types.Struct)
	if !ok {
		return false
	}
	for i := range s.NumFields() {
		if s.Field(i) == v {
			return true
		}
	}
	return false
}

// sole reports whether no other lock than l is a field of the struct that has
// field v.
func (a *analyzer) sole(v *types.Var, l lock) bool {
	if a.lockFields == nil {
		a.countLocks()
	}
	n, found := a.lockFields[v]
	return found && n <= 1 && l.up == 0
}

// countLocks counts the locks beside each field of the struct types that the package
// declares.
func (a *analyzer) countLocks() {
	a.lockFields = make(map[*types.Var]int)
	scope := a.pass.Pkg.Scope()
	for _, name := range scope.Names() {
		s, ok := scope.Lookup(name).Type().Underlying().(*types.Struct)
		if !ok {
			continue
		}
		n := 0
		for f := range s.Fields() {
			if locks.IsLock(types.NewPointer(f.Type())) || locks.IsLock(f.Type()) {
				n++
			}
		}
		for f := range s.Fields() {
			a.lockFields[f] = n
		}
	}
}

// reference reports whether d is a pointer, an interface or a function.
func (d *datum) reference() bool {
	switch d.v.Type().Underlying().(type) {
	case *types.Pointer, *types.Interface, *types.Signature:
		return true
	}
	return false
}

// dedicated reports whether l is held for d and nothing else: no other data is
// written under it.
func (a *analyzer) dedicated(d *datum, l lock) bool {
	if l.class != nil {
		return false
	}
	if a.guarded == nil {
		a.guarded = make(map[lockKey]int)
		for _, d := range a.data {
			for _, l := range d.names {
				if l.class != nil {
					continue
				}
				for _, acc := range d.accesses {
					if a.grip(acc, l).held() {
						a.guarded[lockKey{l.term.Class(), a.ownerName(d.v)}]++
						break
					}
				}
			}
		}
	}
	return a.guarded[lockKey{l.term.Class(), a.ownerName(d.v)}] == 1
}

// A lockKey is a kind of lock, and the type whose fields it may guard.
type lockKey struct {
	class any
	owner string
}

// sibling reports whether the lock of the given class is a field of the struct
// that has field v.
func (a *analyzer) sibling(v *types.Var, class any) bool {
	mu, ok := class.(*types.Var)
	return ok && a.ownerName(mu) == a.ownerName(v)
}

// checkInferred records the breaches of an inferred guard.
func (a *analyzer) checkInferred(d *datum) {
	g := d.guard
	reported := make(map[*ssa.Function]bool)
	for _, acc := range d.accesses {
		k := a.grip(acc, g.lock)
		if k != free && k != mixed && !(k == shared && acc.write) || reported[acc.fn] {
			continue
		}
		if a.ordered(d, acc, g.lock) || !acc.write && k == free && a.serialUnder(d, acc, g.lock) {
			continue
		}
		if a.inTest(acc.fn) || a.permitted(acc.fn, acc.pos, d.v) || acc.write && k == free && a.setsUp(acc) {
			continue
		}
		reported[acc.fn] = true
		a.breach(g, acc, k)
	}
}

// newGuard returns the guard of d that t speaks of.
func (a *analyzer) newGuard(d *datum, t *tally) *Guard {
	g := &Guard{
		Var:     d.v,
		Owner:   a.ownerName(d.v),
		Lock:    a.path(t.lock),
		Held:    t.heldReads + t.heldWrites,
		Total:   t.reads + t.writes,
		Writers: t.heldWrites,
		Writes:  t.writes,
		lock:    t.lock,
	}
	if t.witness != nil {
		g.Witness = t.witness.pos
	}
	return g
}

// otherwise reports whether a read holds another lock that all writes of d hold
// too: either lock suffices for reading.
func (a *analyzer) otherwise(d *datum, read *access, guard lock) bool {
	for _, l := range d.names {
		if l.class != nil {
			continue
		}
		if !a.grip(read, l).held() {
			continue
		}
		all := true
		for _, acc := range d.accesses {
			all = all && (!acc.write || a.grip(acc, l) == exclusive)
		}
		if all {
			return true
		}
	}
	return a.excludedByKind(d, read, classOf(guard)) || a.excludedByBaton(d, read)
}

// excludedByBaton reports whether read has a baton in hand that all writes of d have,
// too.
func (a *analyzer) excludedByBaton(d *datum, read *access) bool {
	in := a.batonsOf(read)
	writes := 0
	for _, acc := range d.accesses {
		if len(in) == 0 {
			return false
		}
		if acc.write && !acc.exempt {
			writes++
			in = common(in, a.batonsOf(acc))
		}
	}
	return len(in) > 0 && writes > 0
}

// batonsOf returns the batons that are in hand at acc, in its function or in all that
// call it.
func (a *analyzer) batonsOf(acc *access) []any {
	return a.batonsAt(acc.fn, acc.views[0].visit.Instr, make(map[*ssa.Function]bool))
}

func (a *analyzer) batonsAt(fn *ssa.Function, instr ssa.Instruction, seen map[*ssa.Function]bool) []any {
	out := a.own.BatonsAt(instr)
	if seen[fn] || a.root(fn) || a.uses[fn] != called || a.goes[fn] > 0 || a.entries[fn].open {
		return out
	}
	seen[fn] = true
	var carried []any
	for i, s := range a.telling(fn) {
		in := a.batonsAt(s.caller, s.visit.Instr, seen)
		if i == 0 {
			carried = in
		} else {
			carried = common(carried, in)
		}
	}
	return append(out, carried...)
}

// common returns the elements of x that are also in y.
func common(x, y []any) []any {
	return slices.DeleteFunc(slices.Clone(x), func(e any) bool { return !slices.Contains(y, e) })
}

// always reports whether write holds a lock of some kind that all who use d hold, but
// not the guard's: one of them guards d, too, and keeps everybody from it.
func (a *analyzer) always(d *datum, write *access, guard any) bool {
	return slices.ContainsFunc(a.kinds(write), func(c class) bool {
		return c.class != guard && !c.lent && c.mode == locks.Write && !slices.ContainsFunc(d.accesses, func(acc *access) bool {
			return !acc.exempt && !slices.ContainsFunc(a.kinds(acc), func(k class) bool {
				return k.class == c.class && (k.mode == locks.Write || !acc.write) && !k.lent
			})
		})
	})
}

// excludedByKind reports whether read holds a lock of some kind, perhaps that of
// an owner, which all writes of d hold too: one of the two for writing. Of the
// guard's own kind it would be another lock. If nothing is written but by methods, these
// are the writes.
func (a *analyzer) excludedByKind(d *datum, read *access, guard any) bool {
	written := slices.ContainsFunc(d.accesses, func(acc *access) bool { return acc.write && !acc.exempt })
	for _, c := range a.kinds(read) {
		if c.class == guard {
			continue
		}
		writes, all := 0, true
		for _, acc := range d.accesses {
			if !acc.write && (written || !acc.calls || a.isSerial(acc.fn)) || acc.exempt {
				continue
			}
			writes++
			all = all && slices.ContainsFunc(a.kinds(acc), func(k class) bool {
				return k.class == c.class && (k.mode == locks.Write || c.mode == locks.Write)
			})
		}
		if all && writes > 0 {
			return true
		}
	}
	return false
}

// kinds returns the kinds of locks that are held at acc on all paths, by the function
// or its callers.
func (a *analyzer) kinds(acc *access) []class {
	var out []class
	for i, w := range acc.views {
		var held []class
		for _, l := range w.visit.Locks {
			if c := l.Term.Class(); c != nil && l.Status == lockset.Held && !l.Doubt {
				addClass(&held, class{class: c, mode: l.Mode})
			}
		}
		e := a.entries[w.fn]
		for _, h := range e.all() {
			if c := h.term.Class(); c != nil && !slices.ContainsFunc(w.visit.Locks, func(l lockset.Lock) bool { return l.Term == h.term }) {
				addClass(&held, class{class: c, mode: h.mode})
			}
		}
		for _, c := range e.classes {
			if !slices.ContainsFunc(w.visit.Locks, func(l lockset.Lock) bool { return l.Term.Class() == c.class }) {
				addClass(&held, c)
			}
		}
		for _, c := range a.carriedTo(w.fn) {
			if !slices.ContainsFunc(w.visit.Locks, func(l lockset.Lock) bool { return l.Term.Class() == c.class && l.Status != lockset.Held }) {
				addClass(&held, c)
			}
		}
		if i == 0 {
			out = held
			continue
		}
		out = meetClasses(out, held, new(bool))
	}
	return out
}
