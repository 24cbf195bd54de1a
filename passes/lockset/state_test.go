package lockset

import (
	"fmt"
	"slices"
	"testing"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/locks"
)

// A world has the names that the states of a test are made of.
type world struct{ *locks.Names }

func newWorld() world { return world{locks.NewNames("p")} }

func (w world) global(name string) *locks.Term {
	return w.Root(locks.Global{Pkg: "p", Name: name})
}

// state returns a state that holds the named locks.
func (w world) state(held ...string) *State {
	st := new(State)
	for _, name := range held {
		st = st.with(w.lock(name, Held))
	}
	return st
}

func (w world) lock(name string, status Status) Lock {
	return Lock{Term: w.global(name), Status: status, Count: 1}
}

// set returns the states that one block has after it was reached in all of in.
func set(x *run, in ...*State) []*State {
	var out []*State
	for _, s := range in {
		out, _, _ = x.insert(out, s)
	}
	return out
}

func TestInsert(t *testing.T) {
	w := newWorld()
	x := &run{budget: 1}
	a, b, one, two := w.global("a"), w.global("b"), w.Const("1"), w.Const("2")
	held := w.state("mu")
	for _, test := range []struct {
		name string
		in   []*State
		want []string
	}{
		{"again", []*State{held, w.state("mu")}, []string{"held mu"}},
		{"another lockset", []*State{held, w.state()}, []string{"held mu", "nothing held"}},
		{"known more", []*State{held, held.bind(a, one)}, []string{"held mu"}},
		{"known otherwise", []*State{held.bind(a, one), held.bind(a, two)}, []string{"held mu, a is 1", "held mu, a is 2"}},
		{"known less", []*State{held.bind(a, one), held}, []string{"held mu, a is 1", "held mu"}},
		{"a lock known to be free", []*State{w.state().with(w.lock("mu", Free)), w.state()}, []string{"free mu", "nothing held"}},
		{"covered, but for a free lock", []*State{w.state().with(w.lock("mu", Free)), w.state().bind(a, one)}, []string{"free mu", "a is 1"}},
		{"past maxVariants", []*State{
			held.bind(a, one).bind(b, one), held.bind(a, two).bind(b, one), held.bind(a, w.Const("3")).bind(b, one), held.bind(a, w.Const("4")).bind(b, one),
		}, []string{"held mu, b is 1"}},
		{"past maxVariants, beside another lockset", []*State{
			w.state(), held.bind(a, one), held.bind(a, two), held.bind(a, w.Const("3")), held.bind(a, w.Const("4")),
		}, []string{"nothing held", "held mu"}},
	} {
		var got []string
		for _, s := range set(x, test.in...) {
			got = append(got, s.String())
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

// locksets returns n states that hold different locks.
func (w world) locksets(n int) []*State {
	var out []*State
	for i := range n {
		out = append(out, w.state(fmt.Sprintf("mu%d", i), "all"))
	}
	return out
}

func TestInsertJoins(t *testing.T) {
	for _, test := range []struct {
		budget, max int
	}{
		{1, maxLocksets},
		{-1, fewLocksets},
	} {
		w := newWorld()
		x := &run{budget: test.budget}
		if got := set(x, w.locksets(test.max)...); len(got) != test.max || got[0].Joined() {
			t.Errorf("budget %d: %d states of %d", test.budget, len(got), test.max)
		}
		got := set(x, w.locksets(test.max+1)...)
		if len(got) != 1 || !got[0].Joined() {
			t.Fatalf("budget %d: %d states past the cap", test.budget, len(got))
		}
		if l := got[0].Find(w.global("all")); l == nil || l.Doubt {
			t.Errorf("budget %d: the common lock is %v", test.budget, l)
		}
		for i := range test.max + 1 {
			if l := got[0].Find(w.global(fmt.Sprintf("mu%d", i))); l == nil || !l.Doubt {
				t.Errorf("budget %d: mu%d is %v", test.budget, i, l)
			}
		}
		// What comes later joins, and comes to an end.
		more, joined, changed := x.insert(got, w.state("late"))
		if len(more) != 1 || !changed || !joined.Find(w.global("late")).Doubt || !joined.Find(w.global("all")).Doubt {
			t.Errorf("budget %d: %v after late", test.budget, joined)
		}
		if _, _, changed := x.insert(more, w.state("late")); changed {
			t.Errorf("budget %d: late changes it twice", test.budget)
		}
	}
}

func TestJoin(t *testing.T) {
	w := newWorld()
	read := Lock{Term: w.global("mu"), Status: Held, Mode: locks.Read, Count: 1}
	twice := read
	twice.Count = 2
	needed := w.lock("mu", Held)
	needed.Need = NeedWrite
	for _, test := range []struct {
		a, b *State
		want string
	}{
		{w.state("mu"), w.state("mu"), "held mu, joined"},
		{w.state("mu"), w.state(), "held mu (in doubt), joined"},
		{w.state("mu"), w.state().with(w.lock("mu", Free)), "held mu (in doubt), joined"},
		{w.state("mu"), w.state().with(read), "held mu (in doubt), joined"},
		{w.state().with(read), w.state().with(twice), "read-held mu (in doubt), joined"},
		{w.state("mu"), w.state().with(needed), "held mu (in doubt), joined"},
		{w.state().bind(w.global("a"), w.Nil()), w.state().bind(w.global("a"), w.Nil()).bind(w.global("b"), w.Nil()), "a is nil, joined"},
		{w.state().push(&deferred{instr: new(ssa.Defer)}), w.state(), "joined"},
	} {
		if got := join(test.a, test.b).String(); got != test.want {
			t.Errorf("%s with %s: %s, want %s", test.a, test.b, got, test.want)
		}
		// The other way round the first status wins, but as much is in doubt.
		ab, ba := join(test.a, test.b), join(test.b, test.a)
		if len(ab.locks) != len(ba.locks) || len(ab.env) != len(ba.env) || len(ab.defers) != len(ba.defers) {
			t.Errorf("%s with %s is not what the opposite is", test.a, test.b)
		}
		for i := range ab.locks {
			if ab.locks[i].Doubt != ba.locks[i].Doubt {
				t.Errorf("%s with %s doubts %s one way only", test.a, test.b, ab.locks[i].Term)
			}
		}
	}
}

func TestRename(t *testing.T) {
	w := newWorld()
	a, b, c := w.global("a"), w.global("b"), w.global("c")
	to := func(from, to *locks.Term) func(*locks.Term) *locks.Term {
		return func(t *locks.Term) *locks.Term {
			if t == from {
				return to
			}
			return t
		}
	}
	for _, test := range []struct {
		name string
		st   *State
		f    func(*locks.Term) *locks.Term
		want string
	}{
		{"a lock", w.state("a", "b"), to(a, c), "held b, held c"},
		{"two locks to one", w.state("a", "b"), to(a, b), "held b (in doubt)"},
		{"a held lock to something old", w.state("a"), to(a, w.Old(a)), "held a"},
		{"a free lock to something old", w.state().with(w.lock("a", Free)), to(a, w.Old(a)), "nothing held"},
		{"a value", w.state().bind(a, b), to(b, c), "a is c"},
		{"a key", w.state().bind(a, b), to(a, c), "c is b"},
		{"a key to something old", w.state().bind(a, b), to(a, w.Old(a)), "nothing held"},
	} {
		if got := test.st.rename(test.f).String(); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
	if st := w.state("a"); st.rename(to(b, c)) != st {
		t.Error("a state without b is renamed")
	}
}

func TestTaken(t *testing.T) {
	w := newWorld()
	here, there := &Site{num: 1}, &Site{num: 2}
	lock := func(status Status, mode locks.Mode, count int, site *Site) Lock {
		return Lock{Term: w.global("mu"), Status: status, Mode: mode, Count: count, Site: site}
	}
	write, read := lock(Held, locks.Write, 1, here), lock(Held, locks.Read, 1, here)
	needed := lock(Free, locks.Write, 0, there)
	needed.Need = NeedWrite
	with := func(l Lock, f func(*Lock)) Lock {
		f(&l)
		return l
	}
	doubt := func(l *Lock) { l.Doubt = true }
	for _, test := range []struct {
		name  string
		prior *Lock
		l     Lock
		want  Lock
	}{
		{"unknown", nil, write, write},
		{"free", ptr(lock(Free, locks.Write, 0, there)), write, write},
		{"gone", ptr(lock(Gone, locks.Write, 0, there)), write, with(write, doubt)},
		{"released for the caller", &needed, write, with(write, func(l *Lock) { l.Need = NeedWrite })},
		{"held", ptr(lock(Held, locks.Write, 1, there)), write, lock(Held, locks.Write, 1, there)},
		{"read-held", ptr(lock(Held, locks.Read, 1, there)), read, lock(Held, locks.Read, 2, there)},
		{"read-held often", ptr(lock(Held, locks.Read, 3, there)), read, lock(Held, locks.Read, 3, there)},
		{"read-held in a loop", ptr(lock(Held, locks.Read, 1, here)), read, with(lock(Held, locks.Read, 2, here), doubt)},
		{"held in the other mode", ptr(lock(Held, locks.Write, 1, there)), read, with(lock(Held, locks.Write, 1, there), doubt)},
	} {
		if got := taken(test.prior, test.l); got != test.want {
			t.Errorf("%s: %+v, want %+v", test.name, got, test.want)
		}
	}
}

func ptr[T any](v T) *T { return &v }
