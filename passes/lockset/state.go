package lockset

import (
	"encoding/binary"
	"go/types"
	"slices"
	"sort"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/locks"
)

// A Status is what a state knows of a lock.
type Status uint8

const (
	Free Status = iota // released here, or never acquired since it was made
	Held               // acquired
	Gone               // handed over to other code that releases it: unknown
)

// A Need is what a function expects of a lock on entry, found from its first
// operation on it.
type Need uint8

const (
	NeedNothing Need = iota // the first operation acquires the lock
	NeedWrite               // the first operation is Unlock
	NeedRead                // the first operation is RUnlock
)

func needOf(m locks.Mode) Need {
	if m == locks.Read {
		return NeedRead
	}
	return NeedWrite
}

// A Lock is one lock in a [State].
type Lock struct {
	Term   *locks.Term
	Status Status
	Mode   locks.Mode // of a held lock
	Count  int        // number of read locks held
	Need   Need
	// Site is the operation that acquired or released the lock. It is nil for
	// a lock that is free because it is new.
	Site *Site
	// Doubt is set if paths with different locksets were joined: nothing may
	// be reported about the lock.
	Doubt bool
	// Sync reports whether the lock belongs to package sync.
	Sync bool
	// Shared reports whether the object that contains the held lock was sent or
	// stored.
	Shared bool
	// Weight is how many units of a counted resource are held, nil if that is
	// not known.
	Weight *locks.Term
}

// A State is what is known at one point of one path: an immutable disjunct.
// The locks that it does not mention are in the state in which the function
// was called.
type State struct {
	locks  []Lock    // sorted by term
	env    []binding // sorted by key
	defers []*deferred
	joined bool
	key    string
	lkey   string
}

// A binding says that Key has the value of Val on this path: a variable in
// memory, a phi, a parameter of an inlined function, or a condition.
type binding struct {
	key, val *locks.Term
	how      how
	// flag says that the binding decides on lock operations or exits: states
	// that differ in it are not merged.
	flag bool
}

// how says where a binding comes from.
type how uint8

const (
	tested  how = iota // a branch, or the definition of a value
	stored             // an assignment
	implied            // an operation that would have failed otherwise
)

// A deferred is a call that waits for the function's exit.
type deferred struct {
	instr *ssa.Defer
	frame *ssa.Function // the function at whose exit it runs
	call  call
}

// Locks returns the locks that the state knows something about, in a fixed
// order.
func (s *State) Locks() []Lock { return s.locks }

// Joined reports whether the state stands for paths whose locksets differ.
func (s *State) Joined() bool { return s.joined }

// Find returns what s knows of the lock named t, or nil.
func (s *State) Find(t *locks.Term) *Lock {
	i := sort.Search(len(s.locks), func(i int) bool { return s.locks[i].Term.ID() >= t.ID() })
	if i < len(s.locks) && s.locks[i].Term == t {
		return &s.locks[i]
	}
	return nil
}

// with returns s with one lock changed.
func (s *State) with(l Lock) *State {
	i := sort.Search(len(s.locks), func(i int) bool { return s.locks[i].Term.ID() >= l.Term.ID() })
	n := s.copy()
	if i < len(s.locks) && s.locks[i].Term == l.Term {
		n.locks = slices.Clone(s.locks)
		n.locks[i] = l
	} else {
		n.locks = slices.Insert(slices.Clip(slices.Clone(s.locks)), i, l)
	}
	return n
}

// without returns s knowing nothing of the lock named t.
func (s *State) without(t *locks.Term) *State {
	n := s.copy()
	n.locks = slices.DeleteFunc(slices.Clone(s.locks), func(l Lock) bool { return l.Term == t })
	return n
}

func (s *State) copy() *State {
	return &State{locks: s.locks, env: s.env, defers: s.defers, joined: s.joined}
}

// value returns what key is bound to, or nil.
func (s *State) value(key *locks.Term) *locks.Term {
	if i, found := s.find(key); found {
		return s.env[i].val
	}
	return nil
}

// bind returns s with key bound to val; a nil val removes the binding.
func (s *State) bind(key, val *locks.Term) *State {
	i, found := s.find(key)
	if val == nil || val == key {
		if !found {
			return s
		}
		n := s.copy()
		n.env = slices.Delete(slices.Clone(s.env), i, i+1)
		return n
	}
	if found && s.env[i].val == val {
		return s
	}
	return s.put(binding{key: key, val: val})
}

// bindHow is like bind, for a binding that does not come from a test.
func (s *State) bindHow(key, val *locks.Term, how how) *State {
	if val == nil || val == key {
		return s.bind(key, nil)
	}
	return s.put(binding{key: key, val: val, how: how})
}

// bindFlag is like bind, for the value of a variable that later branches test to
// decide on lock operations or exits.
func (s *State) bindFlag(key, val *locks.Term) *State {
	if val.Kind != locks.Const || val == key {
		return s.bind(key, val)
	}
	return s.put(binding{key: key, val: val, flag: true})
}

// find returns where the binding of key is or belongs.
func (s *State) find(key *locks.Term) (i int, found bool) {
	i = sort.Search(len(s.env), func(i int) bool { return s.env[i].key.ID() >= key.ID() })
	return i, i < len(s.env) && s.env[i].key == key
}

// put returns s with the binding b in place of the one that its key has, if any.
func (s *State) put(b binding) *State {
	i, found := s.find(b.key)
	if found && s.env[i] == b {
		return s
	}
	n := s.copy()
	rest := s.env[i:]
	if found {
		rest = rest[1:]
	}
	n.env = make([]binding, 0, i+1+len(rest)) // no more than it takes: it lives long
	n.env = append(append(append(n.env, s.env[:i]...), b), rest...)
	return n
}

// Flags returns the fields in which s has stored true.
func (s *State) Flags() []*types.Var {
	var out []*types.Var
	for _, b := range s.env {
		if b.how == stored && b.key.Kind == locks.Deref && b.key.X.Kind == locks.Field && b.val.Kind == locks.Const && b.val.Val == "true" {
			out = append(out, b.key.X.Var)
		}
	}
	return out
}

// push returns s with one more deferred call.
func (s *State) push(d *deferred) *State {
	n := s.copy()
	n.defers = append(slices.Clip(s.defers), d)
	return n
}

// rename returns s with each term t replaced by f(t). Where two locks get one
// name, nothing is certain about it any more.
func (s *State) rename(f func(*locks.Term) *locks.Term) *State {
	n := s.copy()
	changed := false
	ren := func(t *locks.Term) *locks.Term {
		if t == nil {
			return nil
		}
		r := f(t)
		changed = changed || r != t
		return r
	}
	n.locks = slices.Clone(s.locks)
	for i := range n.locks {
		n.locks[i].Term = ren(n.locks[i].Term)
		n.locks[i].Weight = ren(n.locks[i].Weight)
	}
	n.locks = slices.DeleteFunc(n.locks, func(l Lock) bool {
		return l.Status != Held && l.Need == NeedNothing && oldInside(l.Term) // nobody will ask
	})
	n.env = make([]binding, 0, len(s.env))
	for _, b := range s.env {
		k, v := ren(b.key), ren(b.val)
		if k.Kind != locks.Old && !oldInside(k) {
			n.env = append(n.env, binding{k, v, b.how, b.flag})
		}
	}
	n.defers = make([]*deferred, len(s.defers))
	for i, d := range s.defers {
		n.defers[i] = d.rename(ren)
	}
	if !changed {
		return s
	}
	sort.SliceStable(n.locks, func(i, j int) bool { return n.locks[i].Term.ID() < n.locks[j].Term.ID() })
	n.locks = slices.CompactFunc(n.locks, func(a, b Lock) bool { return a.Term == b.Term })
	for i := range n.locks {
		same := 0
		for _, l := range s.locks {
			if f(l.Term) == n.locks[i].Term {
				same++
			}
		}
		if same > 1 {
			n.locks[i].Doubt = true
		}
	}
	sort.SliceStable(n.env, func(i, j int) bool { return n.env[i].key.ID() < n.env[j].key.ID() })
	n.env = slices.CompactFunc(n.env, func(a, b binding) bool { return a.key == b.key })
	return n
}

// oldInside reports whether t depends on an overwritten value, so that no
// later evaluation can yield it again.
func oldInside(t *locks.Term) bool {
	for ; t != nil; t = t.X {
		if t.Kind == locks.Old || t.Y != nil && oldInside(t.Y) {
			return true
		}
	}
	return false
}

func (d *deferred) rename(f func(*locks.Term) *locks.Term) *deferred {
	c := d.call
	changed := false
	c.args = slices.Clone(c.args)
	for i, a := range c.args {
		c.args[i] = f(a)
		changed = changed || c.args[i] != a
	}
	if c.fn != nil {
		c.fn = f(c.fn)
		changed = changed || c.fn != d.call.fn
	}
	if !changed {
		return d
	}
	return &deferred{d.instr, d.frame, c}
}

// idle reports whether the lock is as it would be if the function had never
// touched it, but for the knowledge that it is free.
func (l Lock) idle() bool { return l.Status != Held && l.Need == NeedNothing }

// idle reports whether s is as it would be if the function had never touched a lock,
// but for locks that it knows to be free.
func (s *State) idle() bool {
	return !s.joined && len(s.defers) == 0 && !slices.ContainsFunc(s.locks, func(l Lock) bool { return !l.idle() })
}

// keys computes the state's identity: key for all of it, lkey without the
// bindings and idle locks.
func (s *State) keys() (key, lkey string) {
	if s.key == "" {
		b := make([]byte, 0, 64)
		num := func(i int) { b = binary.AppendVarint(b, int64(i)) }
		for _, l := range s.locks {
			if l.idle() {
				continue
			}
			num(l.Term.ID())
			num(int(l.Status)<<8 | int(l.Mode)<<7 | int(l.Need)<<4 | min(l.Count, 3)<<2)
			num(l.Site.id())
			if l.Doubt {
				num(-7)
			}
			if l.Shared {
				num(-8)
			}
			if l.Weight != nil {
				num(-10)
				num(l.Weight.ID())
			}
		}
		for _, e := range s.env {
			if e.flag {
				num(-9)
				num(e.key.ID())
				num(e.val.ID())
			}
		}
		num(-1)
		for _, d := range s.defers {
			num(int(d.instr.Pos()))
			for _, a := range d.call.args {
				num(a.ID())
			}
			if d.call.fn != nil {
				num(d.call.fn.ID())
			}
		}
		if s.joined {
			num(-3)
		}
		s.lkey = string(b)
		for _, l := range s.locks {
			if l.idle() {
				num(l.Term.ID())
				num(int(l.Status))
				num(l.Site.id())
			}
		}
		num(-2)
		for _, e := range s.env {
			num(e.key.ID())
			num(e.val.ID())
		}
		s.key = string(b)
	}
	return s.key, s.lkey
}

// Caps of the number of states at one block. Each state costs a walk over the
// rest of the function.
const (
	// maxVariants bounds the states of a block that have the same lockset and
	// differ in what they know of conditions. Past it they keep only what all
	// of them know.
	maxVariants = 2
	// maxLocksets bounds the locksets of a block. Real functions rarely have
	// more than eight; past the cap all are joined, and nothing is reported
	// about the locks in which they differ.
	maxLocksets = 24
	// fewVariants and fewLocksets take their place in a run that has used up
	// its budget.
	fewVariants = 1
	fewLocksets = 6
)

// insert adds s to the states of a block, for [flow.Solve].
func (x *run) insert(set []*State, s *State) ([]*State, *State, bool) {
	maxVariants, maxLocksets := maxVariants, maxLocksets
	if x.budget < 0 {
		maxVariants, maxLocksets = fewVariants, fewLocksets
	}
	if len(set) == 1 && set[0].joined {
		j := join(set[0], s)
		jk, _ := j.keys()
		ok, _ := set[0].keys()
		return []*State{j}, j, jk != ok
	}
	key, lkey := s.keys()
	var variants []*State
	var locksets []string
	for _, t := range set {
		k, lk := t.keys()
		if k == key {
			return set, nil, false
		}
		if lk == lkey {
			if subset(t.env, s.env) && idleSubset(t, s) {
				return set, nil, false // t knows less: it covers s
			}
			variants = append(variants, t)
		}
		if !slices.Contains(locksets, lk) {
			locksets = append(locksets, lk)
		}
	}
	switch {
	case len(variants) >= maxVariants:
		merged := s.copy()
		for _, t := range variants {
			merged.env = intersect(merged.env, t.env)
			merged.locks = slices.DeleteFunc(slices.Clone(merged.locks), func(l Lock) bool {
				o := t.Find(l.Term)
				return l.idle() && (o == nil || o.Status != l.Status)
			})
		}
		rest := slices.DeleteFunc(slices.Clone(set), func(t *State) bool { return slices.Contains(variants, t) })
		return append(rest, merged), merged, true
	case len(variants) == 0 && len(locksets) >= maxLocksets:
		j := s
		for _, t := range set {
			j = join(j, t)
		}
		return []*State{j}, j, true
	}
	return append(slices.Clip(set), s), s, true
}

// join returns a state that covers a and b. The locks in which they differ are
// in doubt.
func join(a, b *State) *State {
	n := &State{joined: true, env: intersect(a.env, b.env), defers: a.defers}
	if len(b.defers) < len(a.defers) {
		n.defers = b.defers
	}
	add := func(from, other *State) {
		for _, l := range from.locks {
			if n.Find(l.Term) != nil {
				continue
			}
			o := other.Find(l.Term)
			if o == nil || o.Status != l.Status || o.Mode != l.Mode || o.Need != l.Need || o.Count != l.Count || o.Weight != l.Weight {
				l.Doubt = true
			} else {
				l.Doubt = l.Doubt || o.Doubt
			}
			n.locks = append(n.locks, l)
			sort.Slice(n.locks, func(i, j int) bool { return n.locks[i].Term.ID() < n.locks[j].Term.ID() })
		}
	}
	add(a, b)
	add(b, a)
	return n
}

// idleSubset reports whether t knows at most the idle locks that s knows.
func idleSubset(t, s *State) bool {
	for _, l := range t.locks {
		if l.idle() {
			if o := s.Find(l.Term); o == nil || o.Status != l.Status {
				return false
			}
		}
	}
	return true
}

func subset(a, b []binding) bool {
	j := 0
	for _, x := range a {
		for j < len(b) && b[j].key.ID() < x.key.ID() {
			j++
		}
		if j == len(b) || b[j] != x {
			return false
		}
	}
	return true
}

// intersect returns the bindings that are in a and in b.
func intersect(a, b []binding) []binding {
	var out []binding
	same := 0 // a[:same] is the result, as long as out is nil
	j := 0
	for i, x := range a {
		for j < len(b) && b[j].key.ID() < x.key.ID() {
			j++
		}
		switch {
		case j == len(b) || b[j] != x:
			if out == nil {
				out = append(make([]binding, 0, len(a)-1), a[:same]...)
			}
		case out == nil:
			same = i + 1
		default:
			out = append(out, x)
		}
	}
	if out == nil {
		return a
	}
	return out
}

// DeferredRelease returns a pending deferred call that releases the lock named
// t, or nil.
func (s *State) DeferredRelease(t *locks.Term) *ssa.Defer {
	for i := len(s.defers) - 1; i >= 0; i-- {
		d := s.defers[i]
		op, ok := locks.OpOf(d.call.callee.Func)
		if !ok {
			op, ok = locks.CountOf(d.call.callee.Func)
		}
		if ok && op.Action == locks.Release && len(d.call.args) > 0 && d.call.args[0] == t {
			return d.instr
		}
	}
	return nil
}
