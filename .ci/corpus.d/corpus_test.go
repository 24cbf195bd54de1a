package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// output is what go vet -json prints for a module: a package with findings in
// its test variant too, one without, one that does not compile, one on which
// an analyzer fails and one on which the tool crashes.
const output = `# example.com/m/a
# [example.com/m/a]
{
	"example.com/m/a": {
		"doublelock": [
			{
				"posn": "/src/m/a/a.go:9:2",
				"end": "/src/m/a/a.go:9:8",
				"message": "s.mu is locked\n\tagain (line 7)"
			}
		],
		"missingunlock": [
			{
				"posn": "/src/m/a/a.go:7:2",
				"message": "first"
			},
			{
				"posn": "/src/other/x.go:1:2",
				"message": "elsewhere"
			}
		]
	}
}
# example.com/m/a [example.com/m/a.test]
{
	"example.com/m/a [example.com/m/a.test]": {
		"missingunlock": [
			{
				"posn": "/src/m/a/a.go:7:2",
				"message": "first"
			}
		]
	}
}
{}
go: downloading example.com/n v1.0.0
# [example.com/m/broken]
/src/m/broken/b.go:3:1: syntax error
/src/m/broken/b.go:4:1: and another
# example.com/m/c
{
	"example.com/m/c": {
		"lockstate": {
			"error": "no\nidea"
		}
	}
}
# example.com/m/d
panic: runtime error: index out of range [1] with length 1

goroutine 1 [running]:
main.main()
`

func parsed(t *testing.T) *vetting {
	t.Helper()
	v := new(vetting)
	v.parse(output, "/src/m")
	v.settle("/src/m")
	return v
}

func TestParse(t *testing.T) {
	v := parsed(t)
	var got []string
	for _, f := range v.Findings {
		got = append(got, f.String())
		if f.Package != "example.com/m/a" {
			t.Errorf("package %q of %s", f.Package, f)
		}
	}
	want := []string{
		"/src/other/x.go:1:2: [missingunlock] elsewhere",
		"a/a.go:7:2: [missingunlock] first",
		"a/a.go:9:2: [doublelock] s.mu is locked again (line 7)",
	}
	if !slices.Equal(got, want) {
		t.Errorf("findings:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if want := []string{"example.com/m/broken: broken/b.go:3:1: syntax error"}; !slices.Equal(v.Broken, want) {
		t.Errorf("broken: %q, want %q", v.Broken, want)
	}
	want = []string{
		`example.com/m/c: lockstate: { "error": "no\nidea" }`,
		"example.com/m/d: panic: runtime error: index out of range [1] with length 1",
	}
	if !slices.Equal(v.Crashes, want) {
		t.Errorf("crashes: %q, want %q", v.Crashes, want)
	}
}

func TestNameFuncs(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.go"), `package a

var v = 1

func f() {
}

func (s *set[K, V]) m() {
	_ = func() {
	}
}

func (s one[K]) m() {}
`)
	fs := []finding{{File: "a.go", Line: 3}, {File: "a.go", Line: 6}, {File: "a.go", Line: 9}, {File: "a.go", Line: 13}, {File: "gone.go", Line: 1}}
	nameFuncs(fs, dir)
	var got []string
	for _, f := range fs {
		got = append(got, f.Func)
	}
	if want := []string{"", "f", "set.m", "one.m", ""}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestKeys(t *testing.T) {
	r := &record{Module: "m", vetting: vetting{Findings: []finding{
		{File: "p/a.go", Line: 4, Check: "c", Package: "m/p", Func: "f", Message: "mu1 (locked on line 3, at b.go:12)"},
		{File: "p/a.go", Line: 9, Check: "c", Package: "m/p", Func: "f", Message: "mu1 (locked on line 8, at b.go:40)"},
		{File: "p/a.go", Line: 9, Check: "c", Package: "m/p", Func: "g", Message: "mu1 (locked on line 8, at b.go:40)"},
	}}}
	k := key{"m", "c", "m/p", "a.go", "f", "mu1 (locked on line N, at b.go:N)", 1}
	second, other := k, k
	second.nth, other.fn = 2, "g"
	if got, want := r.keys(), []key{k, second, other}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestVerdicts checks that a row that is printed for a finding is the row that
// is read back for it, and that mistakes in the file are found.
func TestVerdicts(t *testing.T) {
	k := key{"m", "c", "m/p", "a.go", "", "a message", 2}
	v := verdict{"true", "the early return"}
	file := filepath.Join(t.TempDir(), "verdicts.tsv")
	write(t, file, "# module\n\n"+k.row(v)+"\n")
	verdicts, err := readVerdicts(file)
	if err != nil || len(verdicts) != 1 || verdicts[k] != v {
		t.Errorf("got %v, %v", verdicts, err)
	}
	for _, bad := range []string{
		k.row(v) + "\n" + k.row(v),
		k.row(verdict{"true", ""}),
		k.row(verdict{"yes", "reason"}),
		k.row(verdict{"", ""}),
		"m\tc",
		strings.Replace(k.row(v), "\t2\t", "\tsecond\t", 1),
	} {
		write(t, file, bad)
		if _, err := readVerdicts(file); err == nil {
			t.Errorf("no error for %q", bad)
		}
	}
}

// TestReport checks that each finding is printed with its verdict, and that
// findings without one, stale verdicts and changes are.
func TestReport(t *testing.T) {
	one := finding{File: "p/a.go", Line: 4, Check: "c", Package: "m/p", Func: "f", Message: "one"}
	two := finding{File: "p/a_test.go", Line: 5, Check: "c", Package: "m/p", Func: "f", Message: "two"}
	three := finding{File: "p/a.go", Line: 6, Check: "d", Package: "m/p", Func: "f", Message: "three"}
	old := &record{Module: "m", vetting: vetting{Findings: []finding{one, three}}}
	now := &record{Module: "m", vetting: vetting{Findings: []finding{one, two}}}
	verdicts := map[key]verdict{
		now.keys()[0]:                           {"true", "why"},
		old.keys()[1]:                           {"false", "gone"},
		{module: "not run", check: "c", nth: 1}: {"true", "not here"},
	}
	for _, test := range []struct {
		checks  []string
		bad     bool
		want    []string
		pending string
	}{
		{nil, true, []string{
			"true\tp/a.go:4:0: [c] one", "new\tp/a_test.go:5:0: [c] two",
			"lost\tp/a.go:6:0: [d] three", "gained\tp/a_test.go:5:0: [c] two",
			"stale verdict: m\td\tm/p\ta.go\tf\tthree\t1\tfalse\tgone",
		}, "m\tc\tm/p\ta_test.go\tf\ttwo\t1\t-\tp/a_test.go:5\n"},
		{[]string{"e"}, false, nil, ""},
	} {
		var out, costs bytes.Buffer
		pending := filepath.Join(t.TempDir(), "pending")
		p := report{verdicts: verdicts, checks: test.checks}
		a, b := *now, *old
		a.Findings, b.Findings = slices.Clone(a.Findings), slices.Clone(b.Findings)
		p.add(&a, &b)
		if err := p.print(&out, &costs, pending); (err != nil) != test.bad {
			t.Errorf("%v: error %v", test.checks, err)
		}
		var got []string
		for line := range strings.Lines(out.String()) {
			if strings.Contains(line, "p/a") || strings.HasPrefix(line, "stale") {
				got = append(got, strings.TrimSuffix(line, "\n"))
			}
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%v: got\n%s\nwant\n%s", test.checks, strings.Join(got, "\n"), strings.Join(test.want, "\n"))
		}
		if data, err := os.ReadFile(pending); err != nil || string(data) != test.pending {
			t.Errorf("%v: pending %q, %v", test.checks, data, err)
		}
	}
}

func TestPinned(t *testing.T) {
	pins := []string{"k8s.io/...=v0.37.2", "example.com/m=v1.0.0"}
	for mod, want := range map[string]string{
		"k8s.io/api": "v0.37.2", "k8s.ioapi": "", "example.com/m": "v1.0.0", "example.com/m/n": "",
	} {
		if got := pinned(pins, mod); got != want {
			t.Errorf("pinned(%s) = %q, want %q", mod, got, want)
		}
	}
}

func TestUnserved(t *testing.T) {
	const text = `go: example.com/a@v1.2.0 requires
	example.com/b@v0.3.0: reading https://proxy/b.mod: 403 Forbidden
go: example.com/c@v1.0.0: invalid version: unknown revision
go: example.com/d@v1.0.0 requires example.com/e@v0.1.0: verifying go.mod: checksum mismatch
`
	var got []string
	for _, m := range unserved.FindAllStringSubmatch(text, -1) {
		got = append(got, m[1]+"@"+m[2])
	}
	want := []string{"example.com/b@v0.3.0", "example.com/c@v1.0.0", "example.com/e@v0.1.0"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestModules checks that the list itself can be read.
func TestModules(t *testing.T) {
	mods, err := readModules(filepath.Join("..", "corpus.tsv"), regexp.MustCompile(""))
	if err != nil {
		t.Fatal(err)
	}
	seen := make(map[string]bool)
	for _, m := range mods {
		if seen[m.path] || m.version == "" || len(m.patterns) == 0 {
			t.Errorf("bad row: %v", m)
		}
		seen[m.path] = true
	}
	if _, err := readVerdicts(filepath.Join("..", "corpus-verdicts.tsv")); err != nil {
		t.Error(err)
	}
}

func TestParseKernels(t *testing.T) {
	const readme = `# GoKer
## Cockroach/10214

| Bug ID |  Ref | Patch | Type | Sub-type |
| ---- | ---- | ---- | ---- | ---- |
|[cockroach#10214]|[pull request]|[patch]| Resource | AB-BA leak |

### Description
## Etcd/5509

| Bug ID |  Ref | Patch | Type | Sub-type |
| ---- | ---- | ---- | ---- | ---- |
|[etcd#5509]|[pull request]|[patch]| Resource | Missing unlock |
`
	got := parseKernels(readme)
	if len(got) != 2 || got["cockroach10214"].class != "Resource, ab-ba leak" || got["etcd5509"].class != "Resource, missing unlock" {
		t.Errorf("got %v", got)
	}
}

func TestSpread(t *testing.T) {
	for _, test := range []struct {
		xs   []float64
		want string
	}{
		{[]float64{3, 1, 9}, "1 / 3 / 9"},
		{[]float64{4, 2}, "2 / 3 / 4"},
		{[]float64{5}, "5 / 5 / 5"},
	} {
		if got := spread("%.0f", test.xs); got != test.want {
			t.Errorf("spread(%v) = %s, want %s", test.xs, got, test.want)
		}
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}
