package guards_test

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"go/types"
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

	"github.com/concurlint/concurlint/passes/guards"
	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/summary"
)

func fixtures(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../../testdata/src/guards")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// analyze runs the pass on the fixtures, compares its facts with what they want,
// and returns its actions, by package path.
func analyze(t *testing.T) map[string]*checker.Action {
	t.Helper()
	m := make(map[string]*checker.Action)
	for _, r := range analysistest.Run(t, fixtures(t), guards.Analyzer, ".", "./store") {
		m[r.Action.Package.PkgPath] = r.Action
	}
	return m
}

func Test(t *testing.T) {
	acts := analyze(t)
	if acts["guards"] == nil || acts["guards/store"] == nil {
		t.Fatalf("%d packages", len(acts))
	}
	result := acts["guards"].Result.(*guards.Result).Ready()
	t.Run("Guards", func(t *testing.T) { testGuards(t, result) })
	t.Run("Breaches", func(t *testing.T) { testBreaches(t, result) })
	t.Run("Fact", func(t *testing.T) { testFact(t, acts["guards/store"]) })
	t.Run("Encode", func(t *testing.T) { testEncode(t, acts["guards/store"], analyze(t)["guards/store"]) })
}

// testGuards tests that the data of package guards has these guards and no
// others.
func testGuards(t *testing.T, result *guards.Result) {
	want := []string{
		"hat.n by mu, held at 2 of 3, writes 1 of 1, score 0.75",
		"hat.label by mu, held at 2 of 3, writes 1 of 2, score 0.60",
		"only.n by mu, held at 2 of 3, writes 1 of 1, score 0.75",
		"pair.a by mu, held at 3 of 3, writes 2 of 2, score 1.00",
		"dedicated.n by mu, held at 1 of 3, writes 1 of 1, score 0.50",
		"item.hits by table.mu, held at 3 of 3, writes 2 of 2, score 1.00",
		"tree.node by mu, held at 2 of 2, writes 2 of 2, score 1.00",
		".list by listMu, held at 4 of 4, writes 2 of 2, score 1.00",
		"fields.n by mu, held at 0 of 1, writes 0 of 1, score 0.00, declared",
	}
	var got []string
	for _, g := range result.Guards {
		s := fmt.Sprintf("%s.%s by %s, held at %d of %d, writes %d of %d, score %.2f", g.Owner, g.Var.Name(), g.Lock, g.Held, g.Total, g.Writers, g.Writes, g.Score())
		if g.Declared.IsValid() {
			s += ", declared"
		}
		got = append(got, s)
	}
	compare(t, got, want)
}

// testBreaches tests how the data and functions of package store are used
// without their locks.
func testBreaches(t *testing.T, result *guards.Result) {
	want := []string{
		"use s.N without s.Mu",
		"call s.Flush without s.Mu",
		"use store.Count without store.Mu",
		"call store.CountLocked without store.Mu",
	}
	var got []string
	for _, b := range result.Breaches {
		switch {
		case b.From != "":
			got = append(got, fmt.Sprintf("call %s without %s", b.Call, b.Lock))
		case b.Guard.From != "":
			got = append(got, fmt.Sprintf("use %s without %s", b.Expr, b.Lock))
		}
	}
	compare(t, got, want)
}

func compare(t *testing.T, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got:\n\t%s\nwant:\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// testFact tests what the facts' String methods do not show.
func testFact(t *testing.T, act *checker.Action) {
	got := make(map[string]analysis.Fact)
	for _, f := range act.AllObjectFacts() {
		got[f.Object.Name()] = f.Fact
	}
	mu := []string{"Mu"}
	for _, test := range []struct {
		name string
		want analysis.Fact
	}{
		{"N", &guards.GuardFact{Path: mu, Held: 4, Total: 4}},
		{"Name", &guards.GuardFact{Path: []string{"mu"}, Declared: true, Held: 1, Total: 1}},
		{"Size", &guards.GuardFact{Path: mu, Declared: true, Writes: true}},
		{"Depth", &guards.GuardFact{Path: mu, Declared: true, Writes: true, Held: 1, Total: 1}},
		{"Unused", &guards.GuardFact{Path: mu, Declared: true}},
		{"Count", &guards.GuardFact{Path: mu, Global: true, Held: 3, Total: 3}},
		{"Flush", &guards.RequireFact{Locks: []guards.RequiredLock{{Path: mu}}}},
		{"Sum", &guards.RequireFact{Locks: []guards.RequiredLock{{Path: mu, Read: true}}}},
		{"Move", &guards.RequireFact{Locks: []guards.RequiredLock{{Path: mu}, {Param: 1, Path: mu}}}},
		{"CountLocked", &guards.RequireFact{Locks: []guards.RequiredLock{{Param: -1, Path: mu}}}},
		{"Hits", &guards.AtomicFact{}},
	} {
		f := got[test.name]
		if f == nil {
			t.Errorf("%s has no fact", test.name)
			continue
		}
		where := reflect.ValueOf(f).Elem().FieldByName("Where").String()
		if !position.MatchString(where) {
			t.Errorf("%s: %q is no position", test.name, where)
		}
		reflect.ValueOf(test.want).Elem().FieldByName("Where").SetString(where)
		if !reflect.DeepEqual(f, test.want) {
			t.Errorf("%s:\ngot  %+v\nwant %+v", test.name, f, test.want)
		}
	}
}

var position = regexp.MustCompile(`^store\.go:\d+$`)

func TestHeldByCallers(t *testing.T) {
	analysistest.Run(t, fixtures(t), probe, "./held")
}

// probe reports, at each function, which locks its callers hold.
var probe = &analysis.Analyzer{
	Name:     "probe",
	Doc:      "report the locks that callers hold",
	Requires: []*analysis.Analyzer{summary.Analyzer, guards.Analyzer},
	Run: func(pass *analysis.Pass) (any, error) {
		result := pass.ResultOf[guards.Analyzer].(*guards.Result).Ready()
		for _, fn := range pass.ResultOf[summary.Analyzer].(*summary.Result).Machine.IR.Funcs {
			var words []string
			for _, h := range result.HeldByCallers(fn) {
				words = append(words, word(h))
			}
			if slices.Sort(words); len(words) > 0 {
				pass.Reportf(fn.Pos(), "%s", strings.Join(words, ", "))
			}
		}
		return nil, nil
	},
}

func word(h guards.HeldClass) string {
	name := ""
	switch c := h.Class.(type) {
	case *types.Var:
		name = c.Name()
	case locks.Global:
		name = c.Name
	}
	if h.Mode == locks.Read {
		name += " read"
	}
	return name
}

// An object is an object of a package, with a fact, as drivers store it.
type object struct {
	Path objectpath.Path
	Fact analysis.Fact
}

// objects returns the facts on objects of the package itself, by object path.
func objects(t *testing.T, act *checker.Action) []object {
	t.Helper()
	var all []object
	for _, f := range act.AllObjectFacts() {
		if f.Object.Pkg() != act.Package.Types {
			continue
		}
		path, err := objectpath.For(f.Object)
		if err != nil {
			t.Error(err)
		}
		all = append(all, object{path, f.Fact})
	}
	slices.SortFunc(all, func(a, b object) int { return strings.Compare(string(a.Path), string(b.Path)) })
	return all
}

// encode returns the facts as drivers store them.
func encode(t *testing.T, all []object) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(all); err != nil {
		t.Fatal(err)
	}
	data := bytes.Clone(b.Bytes())
	var decoded []object
	if err := gob.NewDecoder(&b).Decode(&decoded); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(all, decoded) {
		t.Error("facts are not what was encoded")
	}
	return data
}

// maxFact bounds the bytes of a fact of the fixtures, on average. Drivers copy
// the facts of all dependencies to each package.
const maxFact = 150

func testEncode(t *testing.T, first, second *checker.Action) {
	for _, f := range guards.Analyzer.FactTypes {
		gob.Register(f)
	}
	all := objects(t, first)
	a, b := encode(t, all), encode(t, objects(t, second))
	if !bytes.Equal(a, b) {
		t.Error("two runs have different facts")
	}
	if len(all) == 0 || len(a) > len(all)*maxFact {
		t.Errorf("%d bytes for %d facts", len(a), len(all))
	}
}
