package declared_test

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"

	"github.com/concurlint/concurlint/passes/declared"
)

// declarations returns what the comments of a file say.
func declarations(t *testing.T, src string) *declared.Declared {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "p.go", src, parser.ParseComments)
	if err != nil {
		t.Fatalf("%v\n%s", err, src)
	}
	info := &types.Info{
		Defs:      make(map[*ast.Ident]types.Object),
		Implicits: make(map[ast.Node]types.Object),
		Types:     make(map[ast.Expr]types.TypeAndValue),
	}
	conf := types.Config{Importer: importer.Default()}
	pkg, err := conf.Check("example.com/p", fset, []*ast.File{file}, info)
	if err != nil {
		t.Fatalf("%v\n%s", err, src)
	}
	return declared.Declarations(&analysis.Pass{Fset: fset, Files: []*ast.File{file}, Pkg: pkg, TypesInfo: info})
}

// vars returns declarations as "n=mu".
func vars(d *declared.Declared) string {
	var all []string
	for _, v := range d.Vars {
		text := v.Var.Name() + "="
		for i, p := range v.Locks {
			if i > 0 {
				text += map[bool]string{false: "&", true: "|"}[v.Either]
			}
			text += p.String()
		}
		text += [...]string{"", "(writes)", "unguarded", "atomic"}[v.Kind]
		all = append(all, text)
	}
	return strings.Join(all, " ")
}

// funcs returns what is said of functions, as "+" for locks that they require,
// "!" for those they exclude, "<" and ">" for those they acquire and release.
func funcs(d *declared.Declared) string {
	var all []string
	for _, f := range d.Funcs {
		for _, list := range [...]struct {
			sign string
			reqs []declared.Requirement
		}{{"+", f.Requires}, {"<", f.Acquires}, {">", f.Releases}, {"!", f.Excludes}} {
			for _, r := range list.reqs {
				text := list.sign + r.String()
				if r.Read {
					text += "(read)"
				}
				all = append(all, text)
			}
		}
		for _, flag := range [...]struct {
			name string
			set  bool
		}{{"locked", f.Locked}, {"ignore", f.Ignore}, {"force", f.Force}} {
			if flag.set {
				all = append(all, flag.name)
			}
		}
		for _, a := range f.Aliases {
			all = append(all, a[0].String()+"~"+a[1].String())
		}
	}
	return strings.Join(all, " ")
}

// Each comment is on field n of a struct that has the locks mu and other.
func TestFieldComment(t *testing.T) {
	const frame = `package p

import "sync"

type store struct{ mu sync.RWMutex }

type box struct {
	mu    sync.Mutex
	other sync.RWMutex
	up    *store
	store store
	first int

	%s
	n    int // %s
	next int
}

func (b *box) method() {}

type shared struct {
	sync.Mutex
}

var global sync.Mutex
`
	for _, test := range []struct{ comment, want string }{
		{"guarded by mu", "n=mu"},
		{"Guarded by mu.", "n=mu"},
		{"protected by mu; nil at first", "n=mu"},
		{"the counter, protected by b.mu", "n=mu"},
		{"number of calls. Protected by `mu`.", "n=mu"},
		{"Protected by 'mu'.", "n=mu"},
		{"protected by the mu mutex", "n=mu"},
		{"n is protected by mu.", "n=mu"},
		{"n must be protected by mu", "n=mu"},
		{"Access to n is guarded by mu.", "n=mu"},
		{"Access to it is guarded by mu.", "n=mu"},
		{"cached data protected by mu", "n=mu"},
		{"It is protected by box.mu.", "n=mu"},
		{"synchronized by mu", "n=mu"},
		{"protected by the mutex", "n=mu"}, // the other one has a name of its own
		{"guarded by up.mu", "n=up.mu"},
		{"protected by store.mu", "n=store.mu"},
		{"protected by shared", "n="},
		{"protected by shared.Mutex", "n=shared.Mutex"},
		{"guarded by global", "n=p.global"},
		{"guarded by mu and other", "n=mu&other"},
		{"protected by both mu and other (i.e. both must be held to write)", "n=mu&other"},
		{"guarded by either mu or other", "n=mu|other"},
		{"protected by mu, and is not nil", "n=mu"},
		{"protected by mu, and is owned by the caller. It can be read without holding mu.", "n=mu(writes)"},
		{"guarded by mu for writes", "n=mu(writes)"},
		{"guarded by other for writing", "n=other(writes)"},
		{"guarded by mu (see the package)", "n=mu"},

		{"guarded by mu for reads", ""},
		{"not protected by mu", ""},
		{"isn't guarded by mu", ""},
		{"no longer guarded by mu", ""},
		{"need not be guarded by mu", ""},
		{"n doesn't need to be protected by mu", ""},
		{"protected by the TLS layer", ""},
		{"protected by a mutex", ""},
		{"protected by closing mu", ""},
		{"guarded by first", ""},
		{"guarded by nothing", ""},
		{"used by mu", ""},
		{"guarded mu", ""},
		{"its elements protected by mu", ""},
		{"a map, with keys guarded by mu", ""},
		{"Access to the data is guarded by mu.", ""},
		{"protected by mu unless closed", ""},
		{"protected by mu, except in tests", ""},
		{"protected by mu while running", ""},
		{"Its elements are protected by mu.", ""},
		{"an index, with access to the data guarded by mu", ""},
		{"accessed with atomic operations; writes are protected by mu", ""},
		{"first is protected by mu", "first=mu"},
		{"Access to first is protected by mu.", "first=mu"},
	} {
		want := test.want
		if strings.HasSuffix(want, "=") {
			want = ""
		}
		if got := vars(declarations(t, fmt.Sprintf(frame, "", test.comment))); got != want {
			t.Errorf("after the field, %q means %q, want %q", test.comment, got, want)
		}
		if got := vars(declarations(t, fmt.Sprintf(frame, "// "+test.comment, ""))); got != want {
			t.Errorf("above the field, %q means %q, want %q", test.comment, got, want)
		}
	}
}

// Each comment is on the lock of a struct.
func TestLockComment(t *testing.T) {
	const frame = `package p

import (
	"sync"
	"sync/atomic"
)

type box struct {
	before int

	%s
	mu sync.Mutex // %s
	a  int
	b  map[string]int
	c  chan int
	d  atomic.Int32

	// e is immutable.
	e int
	f int

	other sync.Mutex
	g     int
}

func (x *box) method() {}
`
	for _, test := range []struct{ comment, want string }{
		{"protects a", "a=mu"},
		{"mu protects a.", "a=mu"},
		{"guards a and f", "a=mu f=mu"},
		{"guards a, b and g", "a=mu b=mu g=mu"},
		{"protects a, its contents, and g", "a=mu g=mu"},
		{"Protects the b map", "b=mu"},
		{"mu *only* protects the b map.", "b=mu"},
		{"mu protects `a` and `g` below.", "a=mu g=mu"},
		{"protects fields that can change (a, b, g)", "a=mu b=mu g=mu"},
		{"This mutex protects a", "a=mu"},
		{"Lock which guards a", "a=mu"},
		{"It protects access to a", "a=mu"},
		{"a lock used to protect a", "a=mu"},
		{"mu guards access to a.", "a=mu"},
		{"mu protects writes to a", "a=mu(writes)"},
		{"mu protects changes to a and f", "a=mu(writes) f=mu(writes)"},
		{"guards read/write access to a", "a=mu"},
		{"protects a against concurrent writes", "a=mu(writes)"},
		{"protects a from readers while it writes", "a=mu"},
		{"protects the map b", "b=mu"},
		{"mu protects x.a and g", "a=mu g=mu"},
		{"The lock protects a", "a=mu"},
		{"other guards g", "g=other"},
		{"Access to a is protected by mu.", "a=mu"},

		{"protects following", "a=mu b=mu"},
		{"guards the fields below", "a=mu b=mu"},
		{"mu protects the following fields.", "a=mu b=mu"},
		{"mu protects below.", "a=mu b=mu"},
		{"Guards access to below fields.", "a=mu b=mu"},
		{"The following fields are protected by mu.", "a=mu b=mu"},
		{"Access to the below fields is guarded by this mutex.", "a=mu b=mu"},
		{"The following field is protected by mu.", "a=mu"},
		{"protects 2 next fields", "a=mu b=mu"},
		{"guards writes to the following fields", "a=mu(writes) b=mu(writes)"},
		{"protects all fields below", "a=mu b=mu f=mu"},
		{"guards everything following", "a=mu b=mu f=mu"},
		{"The mutex protects all remaining fields.", "a=mu b=mu f=mu"},
		{"protects everything below", "a=mu b=mu f=mu"},
		{"guards all the fields below, except b", "a=mu f=mu"},
		{"guards all fields", "before=mu a=mu b=mu f=mu g=mu"},
		{"mu protects all members.", "before=mu a=mu b=mu f=mu g=mu"},

		{"mu protects annotated fields below", ""},
		{"mu protects some of the following fields", ""},
		{"mu protects all fields unless they say otherwise", ""},
		{"guards all fields except those of the parent", ""},
		{"does not protect a", ""},
		{"guards against races on a", ""},
		{"protects the connection", ""},
		{"the reader protects a", ""},
	} {
		if got := vars(declarations(t, fmt.Sprintf(frame, "", test.comment))); got != test.want {
			t.Errorf("after the lock, %q means %q, want %q", test.comment, got, test.want)
		}
		if got := vars(declarations(t, fmt.Sprintf(frame, "// "+test.comment, ""))); got != test.want {
			t.Errorf("above the lock, %q means %q, want %q", test.comment, got, test.want)
		}
	}
}

// Each comment is on the type.
func TestTypeComment(t *testing.T) {
	const frame = `package p

import "sync"

// %s
type box struct {
	mu sync.Mutex
	a  int
	b  *int
	// c is not guarded by mu.
	c    int
	done chan bool
}

func (b *box) method() {}
`
	for _, test := range []struct{ comment, want string }{
		{"All fields are guarded by mu.", "a=mu b=mu"},
		{"A box is a box. Every field is guarded by mu.", "a=mu b=mu"},
		{"All field access is guarded by box.mu.", "a=mu b=mu"},
		{"mu protects all fields.", "a=mu b=mu"},
		{"mu guards a.", "a=mu"},
		{"+checklocks:mu", "a=mu b=mu"},
		{"All fields are guarded by the owner.", ""},
		{"Not all fields are guarded by mu.", ""},
		{"A box protects a.", ""},
		{"A box has two fields. Access to a is guarded by mu.", "a=mu"},
		{"All fields are guarded by this lock.", ""},
	} {
		if got := vars(declarations(t, fmt.Sprintf(frame, test.comment))); got != test.want {
			t.Errorf("%q means %q, want %q", test.comment, got, test.want)
		}
	}
}

// Structs in structs, blocks of variables, generic types, loose comments.
func TestPlaces(t *testing.T) {
	for _, test := range []struct{ code, want string }{
		{"type b struct { mu struct { sync.Mutex\nn int // guarded by mu\n} }", "n=^.mu.Mutex"},
		{"type b struct {\n// mu protects the fields below.\nmu struct { sync.Mutex\nn int }\nm int }", "n=Mutex"},
		{"type b struct { mu sync.Mutex; in struct { n int // guarded by mu\n} }", "n=^.mu"},
		{"type b struct { mu sync.Mutex; in struct { n int // guarded by b.mu\n} }", "n=^.mu"},
		{"type b struct { mu sync.Mutex; in map[string]*struct { n int // guarded by mu\n} }", "n=^.mu"},
		{"type b struct { sync.Mutex // guards the fields below\nn int }", "n=Mutex"},
		{"type b struct { *sync.RWMutex\nn int // guarded by RWMutex\n}", "n=RWMutex"},
		{"type b struct { mu *sync.RWMutex\nn int // guarded by mu\n}", "n=mu"},
		{"type b struct { l sync.Locker\nn int // guarded by l\n}", "n=l"},
		{"type b[T any] struct { mu sync.Mutex\nn T // guarded by mu\n}", "n=mu"},
		{"type c struct { mu sync.Mutex }\ntype b struct { c\nn int // guarded by mu\n}", "n=c.mu"},
		{"type b struct { mu sync.Mutex\n\n// The following fields are guarded by mu.\n\nn int\n\nm int }", "n=mu m=mu"},
		{"type b struct { mu sync.Mutex\n// mu protects following resources\nn int\nm int\n\nk int }", "n=mu m=mu"},
		{"type b struct { mu sync.Mutex\n\n// everything below is guarded by mu\nn int\n\nm int }", "n=mu m=mu"},
		{"type b struct { mu sync.Mutex // guards the following\nn int\n\n// These fields are set at the start and do not change.\nm, k int }", "n=mu"},
		{"type b struct {\n// mu protects the fields below.\nmu sync.Mutex\n\nn int\n\n// These fields never change.\nm, k int }", "n=mu"},
		{"type b struct {\n// mu protects all fields below.\nmu sync.Mutex\nn int\n\nm, k int }", "n=mu m=mu k=mu"},
		{"type b struct { mu sync.Mutex\nn, m int // guarded by mu\n}", "n=mu m=mu"},
		{"var ( mu sync.Mutex // protects n\nn int; m int )", "n=p.mu"},
		{"var ( mu sync.Mutex // protects the following\nn int\n\nm int )", "n=p.mu"},
		{"var mu sync.Mutex // guards n and m\nvar n, m, k int", "n=p.mu m=p.mu"},
		{"var mu sync.Mutex\n// n counts. It is guarded by mu.\nvar n int", "n=p.mu"},
		{"var b struct { mu sync.Mutex\nn int // guarded by mu\n}", "n=mu"},
		{"func f() { type b struct { mu sync.Mutex\nn int // guarded by mu\n} }", "n=mu"},
		{"type b struct { mu sync.Mutex // guards all fields below\nn int\no, p sync.Mutex\nm int }", "n=mu"},
		{"type b struct { mu sync.Mutex\nin struct {\n// The following fields are guarded by mu.\n\nn int\n}\nm int }", "n=^.mu"},
		{"type b struct { mu sync.Mutex\nn int\n\n// The following fields are guarded by mu.\n}", ""},
		{"// All fields are guarded by mu.\ntype ( b struct { mu sync.Mutex\nn int } )", ""},
		{"type (\n// All fields are guarded by mu.\nb struct { mu sync.Mutex\nn int } )", "n=mu"},
		{"type b struct { mu, o sync.Mutex\n// n is guarded by mu.\nn int // guarded by o\n}", "n=mu&o"},
		{"type b struct { mu, o sync.Mutex\n// n is guarded by mu.\nn int // guarded by mu\n}", "n=mu"},
		{"type b struct { mu sync.Mutex // guards n\no sync.Mutex // guards n\nn int }", "n=mu"},
		{"type b struct { aMu sync.Mutex // The fields below are guarded by this mutex.\nn int\nbMu sync.Mutex }", "n=aMu"},
		{"type b struct { aMu sync.Mutex // The lock guards the fields below.\nn int\nmu sync.Mutex }", "n=aMu"},
		{"type b struct {\n// mu protects the fields below.\nmu sync.Mutex\n\nn int\n\n// These fields count.\nm, k int }", "n=mu m=mu k=mu"},
		// The closest statement counts.
		{"type b struct { mu, o sync.Mutex\n// l guards the fields below\nl sync.Mutex\nn int // guarded by o\nm int // not guarded by l\nk int }", "n=o k=l"},
	} {
		if got := vars(declarations(t, "package p\nimport \"sync\"\nvar _ sync.Mutex\n"+test.code)); got != test.want {
			t.Errorf("%q, want %q, in\n%s", got, test.want, test.code)
		}
	}
}

// Each comment is on a method with parameters.
func TestFuncComment(t *testing.T) {
	const frame = `package p

import "sync"

type Store struct {
	mu      sync.RWMutex
	statsMu sync.Mutex
	n       int
	in      *sub
}

type sub struct{ a, b sync.Mutex }

type single struct{ lock sync.Mutex }

var global sync.Mutex

// %s
func (s *Store) update(t *sub, one *single, n int) {}
`
	for _, test := range []struct{ comment, want string }{
		{"s.mu must be held.", "+0.mu"},
		{"s.mu must be held", "+0.mu"},
		{"mu must be held by the caller.", "+0.mu"},
		{"s.mu must be held when calling this, but it may be dropped.", "+0.mu"},
		{"s.mu must be locked before calling update.", "+0.mu"},
		{"update updates. The caller must hold s.mu.", "+0.mu"},
		{"Callers must hold mu.", "+0.mu"},
		{"s.mu needs to be held.", "+0.mu"},
		{"s.mu has to be locked by callers.", "+0.mu"},
		{"Caller must hold `s.mu`.", "+0.mu"},
		{"Caller must already hold s.mu.", "+0.mu"},
		{"Caller needs to hold s.mu.", "+0.mu"},
		{"Caller must hold s.mu lock.", "+0.mu"},
		{"Callers should be holding s.mu.", "+0.mu"},
		{"The caller is responsible for holding s.mu.", "+0.mu"},
		{"the caller holds s.mu", "+0.mu"},
		{"You need to hold the lock to call this method.", "+0.mu"},
		{"Must hold s.mu.", "+0.mu"},
		{"The caller must lock s.mu.", "+0.mu"},
		{"Assumes callers hold s.mu.", "+0.mu"},
		{"REQUIRES: s.mu is held.", "+0.mu"},
		{"REQUIRES s.mu is held.", "+0.mu"},
		{"Requires: s.mu held.", "+0.mu"},
		{"It requires s.mu.", "+0.mu"},
		{"update requires s.mu to be held.", "+0.mu"},
		{"Precondition: s.mu must be locked.", "+0.mu"},
		{"Preconditions:\n//   - s.mu must be locked.\n//   - t.a must be locked.", "+0.mu +1.a"},
		{"Preconditions: s.mu is locked.", "+0.mu"},
		{"This assumes s.mu is held.", "+0.mu"},
		{"Note, this method assumes the store lock is held!", "+0.mu"},
		{"It must be called with mu locked.", "+0.mu"},
		{"This must be called with s.mu held.", "+0.mu"},
		{"Must be called while holding s.mu.", "+0.mu"},
		{"update must only be called with s.mu held.", "+0.mu"},
		{"Called with s.mu held.", "+0.mu"},
		{"Should be called under s.mu.", "+0.mu"},
		{"s.mu assumed to be held.", "+0.mu"},
		{"s.mu is assumed held on entry.", "+0.mu"},
		{"s.mu is assumed to be held by caller", "+0.mu"},
		{"both s.mu and s.statsMu must be held", "+0.mu +0.statsMu"},
		{"s.mu and t.b must be held", "+0.mu +1.b"},
		{"Store.mu must be held", "+0.mu"},
		{"sub.a must be held", "+1.a"},
		{"s.in.a must be held", "+0.in.a"},
		{"global must be held", "+p.global"},
		{"one.lock must be held", "+2.lock"},
		{"t.a lock must be held", "+1.a"},
		{"single lock must be held", "+2.lock"},
		{"No lock for t is required, however, `one` lock must be held on entry.", "+2.lock"},
		{"Store lock is held on entry.", "+0.mu"},

		{"Lock should be held.", "+0.mu"},
		{"lock held on entry", "+0.mu"},
		{"Lock is held on entry.", "+0.mu"},
		{"Assume lock is held.", "+0.mu"},
		{"The lock must be held.", "+0.mu"},
		{"The mutex must be locked for writing.", "+0.mu"},
		{"Write lock should be held.", "+0.mu"},
		{"(write) Lock held on entry.", "+0.mu"},
		{"Must be called with the lock held.", "+0.mu"},
		{"Not thread safe, a lock must be held when calling this.", "+0.mu"},
		{"sub lock must be held", "locked"}, // which one?
		{"either s.mu or s.statsMu must be held", "locked"},
		{"This function expects the caller to acquire needed locks.", "locked"},
		{"Callers must hold all necessary locks.", "locked"},
		{"The caller need not hold any locks.", ""},
		{"The caller must release all locks.", ""},

		{"Read lock should be held.", "+0.mu(read)"},
		{"s.mu must be held for reading.", "+0.mu(read)"},
		{"s.mu must be locked for at least reading.", "+0.mu(read)"},
		{"s.mu must be at least read locked.", "+0.mu(read)"},
		{"s.mu must be locked (for reading or writing).", "+0.mu(read)"},
		{"At least a read lock must be held.", "+0.mu(read)"},
		{"s.mu read lock (at least) should be held", "+0.mu(read)"},
		{"The method assumes (at least) RLock is held.", "+0.mu(read)"},
		{"Must be called while the RLock is held.", "+0.mu(read)"},
		{"Must be called holding s.mu for reading.", "+0.mu(read)"},
		{"Must only be called with s.mu locked for reading.", "+0.mu(read)"},

		{"s.mu must be read-locked.", "+0.mu(read)"},

		{"s.mu must not be held.", "!0.mu"},
		{"s.mu must not be locked by the calling goroutine when calling this.", "!0.mu"},
		{"The caller must not hold s.mu.", "!0.mu"},
		{"Must not be called with s.mu held.", "!0.mu"},
		{"Must be called without s.mu held.", "!0.mu"},
		{"s.mu must be unlocked.", "!0.mu"},
		{"s.mu must not be locked for writing.", "!0.mu(read)"},
		{"s.mu must not be locked for reading.", "!0.mu"},

		{"The caller needn't hold s.mu.", ""},
		{"s.mu does not need to be held.", ""},
		{"s.mu need not be held.", ""},
		{"The caller does not have to hold s.mu.", ""},
		{"Can be called without s.mu held.", ""},
		{"No lock held on entry.", ""},
		{"Caller must hold a reference.", ""},
		{"The caller must hold no locks.", ""},
		{"s.mu must be held if n is 0.", ""},
		{"If n is 0, s.mu must be held.", ""},
		{"s.mu must be held unless closing.", ""},
		{"s.n must be held", ""},
		{"nothing.mu must be held", ""},
		{"The account must be locked.", ""},
		{"Lock should be held on the owning account.", ""},
		{"Must be called holding the lock on the account.", ""},
		{"Server lock must be held.", ""},
		{"It calls f with s.mu held.", ""},
		{"f is called with s.mu held.", ""},
		{"The lock is held until unlock is called.", ""},
		{"It waits while s.mu is held.", ""},
		{"update reports whether the lock is held.", ""},
		{"It is blocked.", ""},
		{"s.mu is held on return.", ""},
		{"s.mu must be held on return.", ""},
		{"It fails because the caller holds s.mu.", ""},
		{"The caller may hold s.mu.", ""},
		{"Callers lock s.mu.", ""},
		{"Holds s.mu.", ""},
		{"Lock should be held for the block.", ""},
		{"s.mu must be held before calling Close.", ""},
		{"s.mu must be locked, or the caller must have the only reference to s.", ""},
		{"Precondition: if n > 0, s.mu must be locked.", ""},
		{"NOTE: s.mu is held for the duration of the call of f.", ""},
		{"The caller must not hold locks that come after it.", ""},
	} {
		if got := funcs(declarations(t, fmt.Sprintf(frame, test.comment))); got != test.want {
			t.Errorf("%q means %q, want %q", test.comment, got, test.want)
		}
	}
}

func TestSuffix(t *testing.T) {
	for _, test := range []struct {
		code string
		want bool
	}{
		{"func (b *box) resetLocked() {}", true},
		{"func (b *box) sync_locked() {}", true},
		{"func (b *box) resetLockHeld() {}", true},
		{"func resetLocked() {}", true},
		{"type i interface {\n// resetLocked resets.\nresetLocked()\n}", true},
		{"func (b *box) isClosedLocked() bool { return false }", true},
		{"func (b *box) isLocked() bool { return false }", false},
		{"func (b *box) IsLocked() bool { return false }", false},
		{"func (b *box) tryLocked() bool { return false }", false},
		{"func (b *box) Locked() bool { return false }", false},
		{"func (b *box) resetUnlocked() {}", false},
		{"func (b *box) blocked() {}", false},
		{"func (b *box) reset() {}", false},
		{"func TestResetLocked() {}", false},
	} {
		d := declarations(t, "package p\ntype box struct{}\n"+test.code)
		if got := len(d.Funcs) == 1 && d.Funcs[0].Locked && d.Funcs[0].Form == declared.Suffix; got != test.want || !test.want && len(d.Funcs) > 0 {
			t.Errorf("%s: a lock is held = %v, want %v", test.code, got, test.want)
		}
	}
}

// Words tell more than a name.
func TestSuffixAndComment(t *testing.T) {
	const src = `package p

import "sync"

type box struct{ mu, other sync.Mutex }

// b.other must be held.
func (b *box) resetLocked() {}
`
	if got := funcs(declarations(t, src)); got != "+0.other" {
		t.Errorf("got %q", got)
	}
}

// The name of a parameter tells more than that of a type.
func TestParameterBeforeType(t *testing.T) {
	const src = `package p

import "sync"

type client struct{ mu sync.Mutex }

// The client lock must be held.
func (c *client) join(client *client) {}
`
	if got := funcs(declarations(t, src)); got != "+1.mu" {
		t.Errorf("got %q", got)
	}
}

func TestMarks(t *testing.T) {
	const frame = `package p

import "sync"

type box struct {
	mu sync.RWMutex
	up *box
	n  int %s
}

%s
func (b *box) method(x *box) (y *box) { return x }
`
	for _, test := range []struct{ field, fn, want string }{
		{field: "//concurlint:guardedby mu", want: "n=mu"},
		{field: "//concurlint:guardedby mu // a comment", want: "n=mu"},
		{field: "//concurlint:guardedby mu, up.mu", want: "n=mu&up.mu"},
		{field: "//concurlint:unguarded", want: "n=unguarded"},
		{field: "// +checklocks:mu", want: "n=mu"},
		{field: "// +checklocks:mu\n// +checklocks:up.mu", want: "n=mu"}, // the second is on nothing
		{field: "// +checkatomic", want: "n=atomic"},
		{field: "// +checklocksignore", want: "n=unguarded"},
		{fn: "//concurlint:holds b.mu", want: "+0.mu"},
		{fn: "//concurlint:acquires b.mu", want: "<0.mu"},
		{fn: "//concurlint:releases b.mu", want: ">0.mu"},
		{fn: "//concurlint:excludes b.mu", want: "!0.mu"},
		{fn: "// +checklocks:b.mu", want: "+0.mu"},
		{fn: "// method says b.mu must not be held.\n//\n// +checklocks:x.up.mu", want: "+1.up.mu"},
		{fn: "// +checklocksread:b.mu", want: "+0.mu(read)"},
		{fn: "// +checklocksacquire:b.mu", want: "<0.mu"},
		{fn: "// +checklocksacquire:y.mu", want: "<=0.mu"},
		{fn: "// +checklocksacquireread:b.mu", want: "<0.mu(read)"},
		{fn: "// +checklocksrelease:b.mu", want: ">0.mu"},
		{fn: "// +checklocksreleaseread:b.mu", want: ">0.mu(read)"},
		{fn: "// +checklocksexclude:b.mu", want: "!0.mu"},
		{fn: "// +checklocksexcludewrite:b.mu", want: "!0.mu(read)"},
		{fn: "// +checklocksignore", want: "ignore"},
		{fn: "// +checklocksforce: it is held", want: "force"},
		{fn: "// +checklocksalias:b.up.mu=x.mu", want: "0.up.mu~1.mu"},
		{fn: "// +checklocks:b.mu\n// +checklocks:x.mu", want: "+0.mu +1.mu"},
	} {
		d := declarations(t, fmt.Sprintf(frame, test.field, test.fn))
		got := vars(d) + funcs(d)
		if got != test.want {
			t.Errorf("%s%s means %q, want %q", test.field, test.fn, got, test.want)
		}
	}
}

// An atomic word with a lock is read without the lock and written with it.
func TestAtomic(t *testing.T) {
	const src = `package p

import "sync"

type box struct {
	mu sync.Mutex

	// +checkatomic
	// +checklocks:mu
	n int64
}
`
	if got := vars(declarations(t, src)); got != "n=atomic n=mu(writes)" {
		t.Errorf("got %q", got)
	}
}

func TestAlias(t *testing.T) {
	const src = `package p

import "sync"

// +checklocksalias:up.mu=mu
type box struct {
	mu sync.Mutex
	up *box
}
`
	d := declarations(t, src)
	if len(d.Aliases) != 1 || d.Aliases[0].Type.Name() != "box" || fmt.Sprint(d.Aliases[0].Paths) != "[up.mu mu]" {
		t.Errorf("got %v", d.Aliases)
	}
}

func TestExemptions(t *testing.T) {
	const src = `package p

func f() {
	_ = 0 // +checklocksignore: a reason
	_ = 1
	_ = 2 // +checklocksforce
}
`
	d := declarations(t, src)
	if len(d.Exemptions) != 2 || d.Exemptions[0].Force || !d.Exemptions[1].Force {
		t.Errorf("got %v", d.Exemptions)
	}
}

func TestProblems(t *testing.T) {
	const frame = `package p

import "sync"

type box struct {
	mu sync.Mutex
	n  int %s
}

%s
func (b *box) method() {
	%s
}
`
	for _, test := range []struct{ field, fn, body, want string }{
		{field: "//concurlint:guardedby mux", want: "//concurlint:guardedby: there is no lock mux here: did you mean mu?"},
		{field: "//concurlint:guardedby nothing", want: "//concurlint:guardedby: there is no lock nothing here"},
		{field: "//concurlint:guardedby n", want: "//concurlint:guardedby: n is not a lock"},
		{field: "//concurlint:guardedby", want: "//concurlint:guardedby names no lock"},
		{field: "//concurlint:holds mu", want: "//concurlint:holds says nothing here: it belongs to a function"},
		{field: "// +checklocks", want: "+checklocks names no lock"},
		{field: "// +checklocks:m", want: "+checklocks: there is no lock m here"},
		{field: "// +checkloks:mu", want: "there is no annotation +checkloks: did you mean +checklocks?"},
		{field: "// +checklock:mu", want: "there is no annotation +checklock: did you mean +checklocks?"},
		{field: "// +checklocksread:mu", want: "+checklocksread says nothing here: it belongs to a function"},
		{fn: "//concurlint:holds b.nu", want: "//concurlint:holds: there is no lock b.nu here: did you mean b.mu?"},
		{fn: "//concurlint:guardedby mu", want: "//concurlint:guardedby says nothing here: it belongs to a field, a package variable or a type"},
		{fn: "// +checklocksexlude:b.mu", want: "there is no annotation +checklocksexlude: did you mean +checklocksexclude?"},
		{fn: "// +checklocksalias:b.mu", want: "+checklocksalias wants two locks: +checklocksalias:a.mu=b.mu"},
		{body: "// +checklocks:b.mu", want: "+checklocks says nothing here: it belongs to a field, a package variable, a type or a function"},
		{body: "//concurlint:unguarded", want: "//concurlint:unguarded says nothing here: it belongs to a field, a package variable or a type"},
		{fn: "// +checkescape:all"},
		{fn: "// +checksum"},
		{body: "// +checklocksfail"},
		{body: "//concurlint:ignore doublelock not ours"},
		{body: "//concurlint:gaurdedby not ours"},
		{field: "// guarded by mux"},
	} {
		d := declarations(t, fmt.Sprintf(frame, test.field, test.fn, test.body))
		var got []string
		for _, p := range d.Problems {
			got = append(got, p.Message)
		}
		if strings.Join(got, "\n") != test.want {
			t.Errorf("%s%s%s: got %q, want %q", test.field, test.fn, test.body, got, test.want)
		}
	}
}

func TestEqual(t *testing.T) {
	const src = `package p

import "sync"

type box struct {
	mu, other sync.Mutex
	a         int // guarded by mu
	b         int // protected by box.mu
	c         int // guarded by other
}
`
	d := declarations(t, src)
	var paths []declared.Path
	for _, v := range d.Vars {
		paths = append(paths, v.Locks...)
	}
	if len(paths) != 3 || !paths[0].Equal(paths[1]) || slices.ContainsFunc(paths[:2], paths[2].Equal) {
		t.Errorf("got %v", paths)
	}
}
