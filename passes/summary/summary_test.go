package summary_test

import (
	"bytes"
	"encoding/gob"
	"go/types"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"
	"golang.org/x/tools/go/types/objectpath"

	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/lockset"
	"github.com/concurlint/concurlint/passes/summary"
)

// results are those of the pass on the fixtures, by package path.
type results map[string]*analysistest.Result

// analyze runs the pass on the fixtures and compares its facts with what they
// want.
func analyze(t *testing.T) results {
	t.Helper()
	dir, err := filepath.Abs("../../testdata/src/summary")
	if err != nil {
		t.Fatal(err)
	}
	m := make(results)
	for _, r := range analysistest.Run(t, dir, summary.Analyzer, "./...") {
		m[r.Action.Package.PkgPath] = r
	}
	return m
}

// facts returns the facts on objects of the package itself, by object path.
func facts(t *testing.T, r *analysistest.Result) map[objectpath.Path]analysis.Fact {
	t.Helper()
	m := make(map[objectpath.Path]analysis.Fact)
	for _, f := range r.Action.AllObjectFacts() {
		if f.Object.Pkg() != r.Action.Package.Types {
			continue
		}
		path, err := objectpath.For(f.Object)
		if err != nil {
			t.Error(err)
		}
		m[path] = f.Fact
	}
	return m
}

func Test(t *testing.T) {
	rs := analyze(t)
	t.Run("Std", func(t *testing.T) { testStd(t, rs) })
	t.Run("Functions", func(t *testing.T) { testFunctions(t, rs) })
	t.Run("Fact", func(t *testing.T) { testFact(t, rs) })
	t.Run("Encode", func(t *testing.T) { testEncode(t, rs, analyze(t)) })
}

// testStd tests that the standard library, which the fixtures import, has no
// facts.
func testStd(t *testing.T, rs results) {
	for _, f := range rs["summary"].Action.AllObjectFacts() {
		if first, _, _ := strings.Cut(f.Object.Pkg().Path(), "/"); first != "summary" {
			t.Errorf("%s: %s", f.Object, f.Fact)
		}
	}
}

func testFunctions(t *testing.T, rs results) {
	ends := rs["summary/ends"].Action.Result.(*summary.Result)
	if ends.Machine != nil || len(ends.Functions()) > 0 {
		t.Error("the machine ran on a package without locks")
	}
	var names []string
	for _, f := range rs["summary/store"].Action.Result.(*summary.Result).Functions() {
		names = append(names, f.Fn.Name())
	}
	if want := strings.Fields(functions); !slices.Equal(names, want) {
		t.Errorf("got %v, want %v", names, want)
	}
}

// functions are those of package store that have to do with locks, in source
// order.
const functions = "Len Lock Unlock TryLock Yield Open Acquire Locker Locker$1 Do Await Read Call UnlockNext Len unexported Local Spawn"

// testFact tests what [summary.Fact.String] does not show.
func testFact(t *testing.T, rs results) {
	all := make(map[string]*summary.Fact)
	for _, pkg := range []string{"summary", "summary/store"} {
		for _, f := range rs[pkg].Action.AllObjectFacts() {
			if fact, ok := f.Fact.(*summary.Fact); ok && f.Object.Pkg().Path() == pkg {
				all[f.Object.(*types.Func).FullName()] = fact
			}
		}
	}
	const (
		mu = "p0.mu"
		st = "(*summary/store.Store)."
	)
	ok, failed := summary.Guard{Path: "r0", Nil: true, Value: true}, summary.Guard{Path: "r0", Nil: true}
	excludes := []summary.Exclude{{Path: mu, Sync: true}}
	needed := summary.Change{Path: mu, Need: lockset.NeedWrite, Sync: true}
	held := summary.Change{Path: mu, Status: lockset.Held, Sync: true}
	free := summary.Change{Path: mu, Sync: true}
	maybe := held
	maybe.Doubt = true
	for _, test := range []struct {
		fn   string
		want summary.Fact
	}{
		{st + "Unlock", summary.Fact{Name: "Store.Unlock", Outcomes: []summary.Outcome{{Changes: []summary.Change{needed}}}}},
		{st + "TryLock", summary.Fact{Name: "Store.TryLock", Outcomes: []summary.Outcome{
			{Changes: []summary.Change{held}, Then: []summary.Guard{{Path: "r0", Value: true}}},
			{Changes: nil, Then: []summary.Guard{{Path: "r0"}}},
		}}},
		{st + "Open", summary.Fact{Name: "Store.Open", Excludes: excludes, Outcomes: []summary.Outcome{
			{Changes: []summary.Change{free}, Then: []summary.Guard{failed}},
			{Changes: []summary.Change{held}, Then: []summary.Guard{ok}},
		}}},
		{st + "Do", summary.Fact{Name: "Store.Do", Excludes: excludes, Calls: []summary.ParamCall{{Path: "p1", Held: []summary.Change{held}}}}},
		{st + "Await", summary.Fact{Name: "Store.Await", Waits: []string{mu}}},
		{"summary.Await", summary.Fact{Name: "Await", Waits: []string{mu}}},
		{"summary.AwaitBelow", summary.Fact{Name: "AwaitBelow", Waits: []string{mu}}},
		{"summary.Apply", summary.Fact{Name: "Apply",
			Excludes: []summary.Exclude{{Path: mu, Sync: true, Chain: []string{"s.Do"}}},
			Calls:    []summary.ParamCall{{Path: "p1", Held: []summary.Change{held}}},
		}},
		{"summary.ApplyOnce", summary.Fact{Name: "ApplyOnce", Calls: []summary.ParamCall{{Path: "p1"}}}},
		{"summary.ReadGlobal", summary.Fact{Name: "ReadGlobal", Excludes: []summary.Exclude{
			{Path: `g"summary/store".Mu`, Mode: locks.Read, Sync: true, Chain: []string{"store.Read"}},
		}}},
		{"summary.NextSize", summary.Fact{Name: "NextSize", Excludes: []summary.Exclude{
			{Path: "p0.Next*.mu", Sync: true, Chain: []string{"Size", "s.Len"}},
		}}},
		{"summary.If", summary.Fact{Name: "If", Excludes: []summary.Exclude{
			{Path: "p0", Sync: true, When: [][]summary.Guard{{{Path: "p1", Value: true}}}},
		}}},
		{"summary.IfSmall", summary.Fact{Name: "IfSmall", Excludes: []summary.Exclude{{Path: "p0", Sync: true}}}},
		{"summary.Maybe", summary.Fact{Name: "Maybe", Excludes: []summary.Exclude{{Path: mu, Sync: true, Chain: []string{"s.Lock"}}}, Outcomes: []summary.Outcome{
			{Changes: []summary.Change{maybe}},
			{Changes: []summary.Change{maybe}},
		}}},
		{"summary.ReadLocker", summary.Fact{Name: "ReadLocker",
			Excludes: []summary.Exclude{{Path: "p0", Mode: locks.Read, Sync: true}},
			Outcomes: []summary.Outcome{{Changes: []summary.Change{{Path: "p0", Status: lockset.Held, Mode: locks.Read, Sync: true}}}},
		}},
		{"summary/store.NewView", summary.Fact{Name: "NewView", Binds: [][2]string{{"r0.s*", "p0"}}}},
	} {
		got := all[test.fn]
		if got == nil {
			t.Errorf("%s has no fact", test.fn)
			continue
		}
		g := withoutPositions(t, *got)
		if !reflect.DeepEqual(g, test.want) {
			t.Errorf("%s:\ngot  %+v\nwant %+v", test.fn, g, test.want)
		}
	}
}

var position = regexp.MustCompile(`^(summary|store)\.go:\d+$`)

// withoutPositions returns f without the positions that it must have.
func withoutPositions(t *testing.T, f summary.Fact) summary.Fact {
	clear := func(at string, fn string) string {
		if !position.MatchString(at) {
			t.Errorf("%s: %q is no position", fn, at)
		}
		return ""
	}
	changes := func(cs []summary.Change) []summary.Change {
		cs = slices.Clone(cs)
		for i := range cs {
			cs[i].At = clear(cs[i].At, f.Name)
		}
		return cs
	}
	f.Outcomes = slices.Clone(f.Outcomes)
	for i := range f.Outcomes {
		f.Outcomes[i].Changes = changes(f.Outcomes[i].Changes)
	}
	f.Excludes = slices.Clone(f.Excludes)
	for i := range f.Excludes {
		f.Excludes[i].At = clear(f.Excludes[i].At, f.Name)
	}
	f.Calls = slices.Clone(f.Calls)
	for i := range f.Calls {
		f.Calls[i].At = clear(f.Calls[i].At, f.Name)
		f.Calls[i].Held = changes(f.Calls[i].Held)
	}
	return f
}

// encode returns the facts of a package as drivers store them.
func encode(t *testing.T, m map[objectpath.Path]analysis.Fact) []byte {
	t.Helper()
	type object struct {
		Path objectpath.Path
		Fact analysis.Fact
	}
	var all []object
	for path, f := range m {
		all = append(all, object{path, f})
	}
	slices.SortFunc(all, func(a, b object) int { return strings.Compare(string(a.Path), string(b.Path)) })
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(all); err != nil {
		t.Fatal(err)
	}
	var decoded []object
	if err := gob.NewDecoder(bytes.NewReader(b.Bytes())).Decode(&decoded); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(all, decoded) {
		t.Error("facts are not what was encoded")
	}
	return b.Bytes()
}

// maxFact bounds the bytes of a fact of the fixtures, on average. Drivers copy
// the facts of all dependencies to each package.
const maxFact = 150

func testEncode(t *testing.T, first, second results) {
	for _, f := range summary.Analyzer.FactTypes {
		gob.Register(f)
	}
	size, count := 0, 0
	for _, pkg := range []string{"summary", "summary/store", "summary/ends"} {
		fs := facts(t, first[pkg])
		a, b := encode(t, fs), encode(t, facts(t, second[pkg]))
		if !bytes.Equal(a, b) {
			t.Errorf("%s: two runs have different facts", pkg)
		}
		size += len(a)
		count += len(fs)
	}
	if count == 0 || size > count*maxFact {
		t.Errorf("%d bytes for %d facts", size, count)
	}
}
