package main

import (
	"flag"
	"testing"

	"golang.org/x/tools/go/analysis"

	"github.com/concurlint/concurlint/analyzers"
)

// A stand-in has the name and the flags of its check, and all that it makes
// run has to do with facts.
func TestFactsOnly(t *testing.T) {
	standIns := factsOnly(analyzers.All)
	if err := analysis.Validate(standIns); err != nil {
		t.Fatal(err)
	}
	for i, check := range analyzers.All {
		standIn := standIns[i]
		if standIn == check || standIn.Name != check.Name {
			t.Errorf("the stand-in for %s is %s", check, standIn)
		}
		check.Flags.VisitAll(func(f *flag.Flag) {
			if g := standIn.Flags.Lookup(f.Name); g == nil || g.Value != f.Value {
				t.Errorf("the stand-in for %s lacks the flag %s", check, f.Name)
			}
		})
		for _, a := range standIn.Requires {
			if len(a.FactTypes) == 0 {
				t.Errorf("the stand-in for %s requires %s, which has no facts", check, a)
			}
		}
		result, err := standIn.Run(nil)
		if result != nil || err != nil {
			t.Errorf("the stand-in for %s returns %v, %v", check, result, err)
		}
	}

	// No fact may be lost, nor any check that is not ours be changed.
	want, got := factPasses(analyzers.All), factPasses(standIns)
	if len(want) == 0 {
		t.Fatal("no check asks for facts")
	}
	for a := range want {
		if !got[a] {
			t.Errorf("the facts of %s are lost", a)
		}
	}
}

// factPasses returns the analyzers with facts that checks require.
func factPasses(checks []*analysis.Analyzer) map[*analysis.Analyzer]bool {
	passes := make(map[*analysis.Analyzer]bool)
	for _, a := range reachable(checks) {
		if len(a.FactTypes) > 0 {
			passes[a] = true
		}
	}
	return passes
}

func TestTooOld(t *testing.T) {
	for _, test := range []struct {
		built, need string
		want        bool
	}{
		{"go1.26.8", "go1.26.10", false}, // one language, one std
		{"go1.26.8", "go1.21", false},
		{"go1.26.8", "go1.27", true},
		{"go1.26.8", "go1.27.1", true},
		{"go1.26.8", "go1.27rc1", true},
		{"go1.26.8", "", false},
		{"go1.26.8 X:nodwarf5", "go1.26", false},
		{"go1.26.8 X:nodwarf5", "go1.27", true},
		{"devel go1.27-0123456789", "go1.28", false}, // who knows
	} {
		if err := tooOld(test.built, test.need); (err != nil) != test.want {
			t.Errorf("tooOld(%q, %q) = %v, want an error: %v", test.built, test.need, err, test.want)
		}
	}
}

func TestFromGoCommand(t *testing.T) {
	for _, test := range []struct {
		args []string
		want bool
	}{
		{nil, false},
		{[]string{"./..."}, false},
		{[]string{"-json", "./..."}, false},
		{[]string{"-V=full"}, true},
		{[]string{"-flags"}, true},
		{[]string{"-json", "/tmp/vet.cfg"}, true},
		{[]string{"vet.cfg", "./..."}, false},
	} {
		if got := fromGoCommand(test.args); got != test.want {
			t.Errorf("fromGoCommand(%q) = %v, want %v", test.args, got, test.want)
		}
	}
}
