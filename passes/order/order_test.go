package order_test

import (
	"bytes"
	"encoding/gob"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/types/objectpath"

	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/order"
)

// analyze runs the pass on the fixtures, compares its facts with what they want,
// and returns its actions, by package path.
func analyze(t *testing.T) map[string]*checker.Action {
	t.Helper()
	dir, err := filepath.Abs("../../testdata/src/order")
	if err != nil {
		t.Fatal(err)
	}
	m := make(map[string]*checker.Action)
	for _, r := range analysistest.Run(t, dir, order.Analyzer, "./...") {
		m[r.Action.Package.PkgPath] = r.Action
	}
	return m
}

func Test(t *testing.T) {
	acts := analyze(t)
	if acts["order"] == nil || acts["order/below"] == nil {
		t.Fatalf("%d packages", len(acts))
	}
	t.Run("Cycles", func(t *testing.T) { testCycles(t, acts["order"].Result.(*order.Result)) })
	t.Run("AcquireFact", func(t *testing.T) { testAcquireFact(t, acts["order/below"]) })
	t.Run("OrderFact", func(t *testing.T) { testOrderFact(t, acts["order"]) })
	t.Run("Encode", func(t *testing.T) {
		again := analyze(t)
		testEncode(t, acts["order"], again["order"])
		testEncode(t, acts["order/below"], again["order/below"])
	})
}

// testCycles tests that package order has these cycles and no others.
func testCycles(t *testing.T, result *order.Result) {
	want := []string{
		"order.c.mu < order.a.mu < order.b.mu < order.c.mu",
		"order.nearOther < order.nearMu < order.nearOther",
		"below.Down.Mu < below.Up.Mu < below.Down.Mu, below.go:20",
	}
	var got []string
	for _, c := range result.Cycles {
		s := c.Edges[0].From.String()
		for _, e := range c.Edges {
			s += " < " + e.To.String()
		}
		for _, e := range c.Edges {
			if !e.Pos.IsValid() {
				s += ", " + e.Where
			}
		}
		got = append(got, s)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got:\n\t%s\nwant:\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// position is what facts say of places.
var position = regexp.MustCompile(`^(order|below)\.go:\d+$`)

// testAcquireFact tests what [order.AcquireFact.String] does not show.
func testAcquireFact(t *testing.T, act *checker.Action) {
	got := make(map[string]*order.AcquireFact)
	for _, f := range act.AllObjectFacts() {
		if fact, ok := f.Fact.(*order.AcquireFact); ok {
			got[f.Object.Name()] = fact
		}
	}
	class := func(name string) order.Class { return order.Class{Pkg: "order/below", Name: name} }
	for _, test := range []struct {
		name string
		want []order.Acquisition
	}{
		{"Nest", []order.Acquisition{{Class: class("Down.Mu")}, {Class: class("Up.Mu")}}},
		{"Read", []order.Acquisition{{Class: class("Down.Mu"), Mode: locks.Read}}},
		{"ReadWrite", []order.Acquisition{{Class: class("Down.Mu")}}},
		{"Called", []order.Acquisition{
			{Class: class("Down.Mu"), Mode: locks.Read, Chain: []string{"called", "d.Read"}},
			{Class: class("mu"), Chain: []string{"called"}},
		}},
	} {
		f := got[test.name]
		if f == nil {
			t.Errorf("%s has no fact", test.name)
			continue
		}
		locks := slices.Clone(f.Locks)
		for i := range locks {
			if !position.MatchString(locks[i].At) {
				t.Errorf("%s: %q is no position", test.name, locks[i].At)
			}
			locks[i].At = ""
		}
		if !reflect.DeepEqual(locks, test.want) {
			t.Errorf("%s:\ngot  %+v\nwant %+v", test.name, locks, test.want)
		}
	}
	for name, f := range got {
		if len(f.Locks) > 16 {
			t.Errorf("%s: %d locks", name, len(f.Locks))
		}
	}
}

// testOrderFact tests what [order.OrderFact.String] does not show: some edges of
// the package.
func testOrderFact(t *testing.T, act *checker.Action) {
	var fact order.OrderFact
	if !act.PackageFact(act.Package.Types, &fact) {
		t.Fatal("no fact")
	}
	class := func(name string) order.Class { return order.Class{Pkg: "order", Name: name} }
	for _, test := range []struct {
		from, to string
		want     []order.Edge
	}{
		{"b.mu", "c.mu", []order.Edge{{FromExpr: "x.mu", ToExpr: "y.mu", Holder: "bcIsNested", Call: "y.lock"}}},
		{"nearMu", "nearOther", []order.Edge{{FromExpr: "nearMu", ToExpr: "nearOther", Holder: "nearby", Call: "one", Chain: []string{"two", "three"}}}},
		{"inner.mu", "core.mu", []order.Edge{{
			ToMode:   locks.Read,
			FromExpr: "x.mu",
			ToExpr:   "y.mu",
			Holder:   "outer.below",
			Call:     "y.read",
			Gates:    []order.Gate{{Class: class("outer.mu"), Mode: locks.Read}},
		}}},
		{"first.mu", "second.mu", []order.Edge{ // of three places two are kept
			{FromExpr: "x.mu", ToExpr: "y.mu", Holder: "oneWay"},
			{FromExpr: "x.mu", ToExpr: "y.mu", Holder: "twice"},
		}},
		{"second.mu", "first.mu", nil},
	} {
		var got []order.Edge
		for _, e := range fact.Edges {
			if e.From != class(test.from) || e.To != class(test.to) {
				continue
			}
			for _, at := range []string{e.Where, e.HeldAt} {
				if !position.MatchString(at) {
					t.Errorf("%q is no position", at)
				}
			}
			if (e.Call == "") != (e.At == "") || e.Pos.IsValid() || e.End.IsValid() || e.HeldPos.IsValid() {
				t.Errorf("%+v", e)
			}
			e.From, e.To, e.Where, e.HeldAt, e.At = order.Class{}, order.Class{}, "", "", ""
			got = append(got, e)
		}
		if !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s < %s:\ngot  %+v\nwant %+v", test.from, test.to, got, test.want)
		}
	}
	for name, want := range map[string]bool{"core.mu": false, "inner.mu": true} {
		if got := slices.Contains(fact.Writes, class(name)); got != want {
			t.Errorf("%s is written: got %t, want %t", name, got, want)
		}
	}
}

// facts are those of a package as drivers store them.
type facts struct {
	Objects []object
	Package *order.OrderFact
}

type object struct {
	Path objectpath.Path
	Fact analysis.Fact
}

func factsOf(t *testing.T, act *checker.Action) facts {
	t.Helper()
	fs := facts{Package: new(order.OrderFact)}
	if !act.PackageFact(act.Package.Types, fs.Package) {
		t.Errorf("%s has no fact", act.Package)
	}
	for _, f := range act.AllObjectFacts() {
		if f.Object.Pkg() != act.Package.Types {
			continue
		}
		path, err := objectpath.For(f.Object)
		if err != nil {
			t.Error(err)
		}
		fs.Objects = append(fs.Objects, object{path, f.Fact})
	}
	slices.SortFunc(fs.Objects, func(a, b object) int { return strings.Compare(string(a.Path), string(b.Path)) })
	return fs
}

func encode(t *testing.T, fs facts) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(fs); err != nil {
		t.Fatal(err)
	}
	data := bytes.Clone(b.Bytes())
	var decoded facts
	if err := gob.NewDecoder(&b).Decode(&decoded); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(fs, decoded) {
		t.Error("facts are not what was encoded")
	}
	return data
}

// maxFacts bounds the bytes of the facts of a package with as many edges as are
// kept, and many gates. Drivers copy the facts of all dependencies to each package.
const maxFacts = 100 << 10

func testEncode(t *testing.T, first, second *checker.Action) {
	for _, f := range order.Analyzer.FactTypes {
		gob.Register(f)
	}
	a, b := encode(t, factsOf(t, first)), encode(t, factsOf(t, second))
	if !bytes.Equal(a, b) {
		t.Errorf("%s: two runs have different facts", first.Package)
	}
	if len(a) > maxFacts {
		t.Errorf("%s: %d bytes", first.Package, len(a))
	}
}
