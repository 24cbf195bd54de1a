package plugin

import (
	"go/token"
	"slices"
	"strings"
	"testing"

	"github.com/golangci/plugin-module-register/register"
	"golang.org/x/tools/go/analysis"

	"github.com/concurlint/concurlint/analyzers"
)

// TestRegistered checks that golangci-lint finds the plugin by its name, and
// that all checks run without settings.
func TestRegistered(t *testing.T) {
	newPlugin, err := register.GetPlugin("concurlint")
	if err != nil {
		t.Fatal(err)
	}
	if got := build(t, newPlugin, nil); !slices.Equal(got, names()) {
		t.Errorf("the checks are %v, want all", got)
	}
}

// build returns the names of the checks that the plugin runs with conf.
func build(t *testing.T, newPlugin register.NewPlugin, conf any) []string {
	p, err := newPlugin(conf)
	if err != nil {
		t.Fatal(err)
	}
	if p.GetLoadMode() != register.LoadModeTypesInfo {
		t.Errorf("the load mode is %s", p.GetLoadMode())
	}
	checks, err := p.BuildAnalyzers()
	if err != nil {
		t.Fatal(err)
	}
	if err := analysis.Validate(checks); err != nil {
		t.Error(err)
	}
	var list []string
	for _, a := range checks {
		list = append(list, a.Name)
	}
	return list
}

// These shorten the tables, whose values are those of decoded YAML.
type (
	object = map[string]any
	list   = []any
)

func TestChecks(t *testing.T) {
	others := slices.DeleteFunc(names(), func(name string) bool { return name == "lockgap" || name == "lockorder" })
	for _, test := range []struct {
		conf object
		want []string
	}{
		{object{}, names()},
		{object{"enable": list{}, "disable": nil, "flags": nil}, names()},
		{object{"enable": list{"lockorder", "condwait"}}, []string{"condwait", "lockorder"}},
		{object{"disable": list{"lockorder", "lockgap"}}, others},
		{object{"enable": list{"lockorder", "condwait"}, "disable": list{"lockgap"}}, []string{"condwait", "lockorder"}},
		{object{"flags": object{"deferunlock": object{"all": true}}}, names()},
	} {
		if got := build(t, New, test.conf); !slices.Equal(got, test.want) {
			t.Errorf("with %v, the checks are %v, want %v", test.conf, got, test.want)
		}
	}
}

// TestFlags checks that settings reach the flags of the checks, and do not
// outlive the plugin they were for.
func TestFlags(t *testing.T) {
	i := slices.IndexFunc(analyzers.All, func(a *analysis.Analyzer) bool { return a.Name == "deferunlock" })
	all := analyzers.All[i].Flags.Lookup("all").Value
	for _, test := range []struct {
		conf object
		want string
	}{
		{object{"flags": object{"deferunlock": object{"all": true}}}, "true"},
		{object{}, "false"},
		{object{"flags": object{"deferunlock": object{"all": "true"}}}, "true"},
		{object{"flags": object{"deferunlock": object{"all": false}}}, "false"},
	} {
		build(t, New, test.conf)
		if got := all.String(); got != test.want {
			t.Errorf("with %v, deferunlock.all is %s, want %s", test.conf, got, test.want)
		}
	}
}

func TestErrors(t *testing.T) {
	for _, test := range []struct {
		conf any
		want string
	}{
		{object{"disabel": list{"lockgap"}}, "there is no setting disabel; did you mean disable?"},
		{object{"checks": list{}}, "there is no setting checks, but enable, disable, flags"},
		{object{"disable": list{"lockgab"}}, "there is no check lockgab; did you mean lockgap?"},
		{object{"enable": list{"deadlock"}}, "there is no check deadlock, but " + strings.Join(names(), ", ")},
		{object{"enable": list{"lockgap"}, "disable": list{"lockgap"}}, "check lockgap is both in enable and in disable"},
		{object{"disable": anys(names())}, "all checks are disabled"},
		{object{"flags": object{"deferunlok": object{"all": true}}}, "there is no check deferunlok; did you mean deferunlock?"},
		{object{"flags": object{"deferunlock": object{"everything": true}}}, "check deferunlock: there is no flag everything, but all"},
		{object{"flags": object{"deferunlock": object{"all": "maybe"}}}, "check deferunlock: flag all: parse error"},
		{object{"flags": object{"lockgap": object{"all": true}}}, "check lockgap: there is no flag all"},
		{object{"disable": "lockgap"}, "decoding settings: json: cannot unmarshal string into Go struct field settings.disable of type []string"},
		{list{"lockgap"}, "decoding settings: json: cannot unmarshal array into Go value of type map[string]interface {}"},
	} {
		if _, err := New(test.conf); err == nil || err.Error() != test.want {
			t.Errorf("with %v, the error is %v, want %s", test.conf, err, test.want)
		}
	}
}

// anys returns words as decoded YAML has them.
func anys(words []string) list {
	var l list
	for _, w := range words {
		l = append(l, w)
	}
	return l
}

// TestPresent checks that findings are stripped of what golangci-lint cannot
// show, and that the check itself is left alone.
func TestPresent(t *testing.T) {
	check := &analysis.Analyzer{Name: "check", Run: func(pass *analysis.Pass) (any, error) {
		for fixes := range 3 {
			pass.Report(analysis.Diagnostic{
				Pos:            token.Pos(fixes + 1),
				Related:        make([]analysis.RelatedInformation, 2),
				SuggestedFixes: make([]analysis.SuggestedFix, fixes),
			})
		}
		return nil, nil
	}}
	reported := func(a *analysis.Analyzer) (list []analysis.Diagnostic) {
		if _, err := a.Run(&analysis.Pass{Report: func(d analysis.Diagnostic) { list = append(list, d) }}); err != nil {
			t.Fatal(err)
		}
		return list
	}
	for i, d := range reported(present(check)) {
		if int(d.Pos) != i+1 || len(d.Related) != 0 || len(d.SuggestedFixes) != min(i, 1) {
			t.Errorf("finding %d has position %d, %d related and %d fixes", i, d.Pos, len(d.Related), len(d.SuggestedFixes))
		}
	}
	if d := reported(check)[2]; len(d.Related) != 2 || len(d.SuggestedFixes) != 2 {
		t.Error("the check itself was changed")
	}
}
