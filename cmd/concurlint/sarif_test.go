package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// sarifModule has names and columns that a URI or UTF-16 writes differently.
const sarifModule = `
-- go.mod --
module m
go 1.26
-- a/ä b.go --
package a

import "sync"

var mu, other sync.Mutex

func f(closed bool) {
	mu.Lock()
	if closed {
		/* é 😀 */ return
	}
	mu.Unlock()
}

//concurlint:ignore nosuch reason
func (t *T[P]) g() {}

type T[P any] struct{}

//concurlint:ignore nosuch reason
func (t *T[P]) h() {
	_ = 1 //concurlint:ignore nosuch a,b: 100%
}
-- bad/bad.go --
package bad

var _ = undefined
`

// runSARIF returns what concurlint prints with -format=sarif and args.
func runSARIF(t *testing.T, code int, args ...string) []byte {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if got := run(append([]string{"-format=sarif"}, args...), &stdout, &stderr); got != code {
		t.Errorf("concurlint -format=sarif %q: exit status %d, want %d\n%s", args, got, code, &stderr)
	}
	return stdout.Bytes()
}

func TestSARIF(t *testing.T) {
	validate := sarifValidator(t)
	want, err := os.ReadFile("testdata/sarif/want.sarif")
	if err != nil {
		t.Fatal(err)
	}
	inModule(t, sarifModule)
	got := runSARIF(t, exitFailed, "-missingunlock", "-ignore", "./...")
	if err := validate(got); err != nil {
		t.Errorf("the log is not valid: %v", err)
	}
	if d := diff.Diff("want.sarif", want, "got", withoutDocs(t, got)); d != nil {
		t.Errorf("%s", d)
	}

	// The schema is not so generous that it accepts anything.
	for old, new := range map[string]string{
		`"startLine": 10`:      `"startLine": 0`,
		`"level": "warning"`:   `"level": "bad"`,
		`"ruleIndex"`:          `"ruleNumber"`,
		`"version": "2.1.0"`:   `"version": "2.0.0"`,
		`"executionSuccessful`: `"successful`,
	} {
		if err := validate(bytes.ReplaceAll(got, []byte(old), []byte(new))); err == nil {
			t.Errorf("the schema accepts %s in place of %s", new, old)
		}
	}

	// All rules, a log without results, and one of a file elsewhere.
	all := runSARIF(t, exitFindings, "./a")
	if err := validate(all); err != nil {
		t.Errorf("the log with all rules is not valid: %v", err)
	}
	none := runSARIF(t, exitClean, "-condwait", "./a")
	if err := validate(none); err != nil || !bytes.Contains(none, []byte(`"results": []`)) {
		t.Errorf("the log without results is not valid: %v\n%s", err, none)
	}
	if err := os.WriteFile("known.txt", []byte("ignore\tm/a\tnothing\t1\tmessage\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	known := runSARIF(t, exitFindings, "-baseline=known.txt", "./a")
	if err := validate(known); err != nil || !bytes.Contains(known, []byte(`"id": "baseline"`)) || bytes.Contains(known, []byte(`"ruleIndex": -1`)) {
		t.Errorf("the log with a baseline is not valid: %v\n%s", err, known)
	}
	if err := os.Mkdir("elsewhere", 0o777); err != nil {
		t.Fatal(err)
	}
	t.Chdir("elsewhere")
	elsewhere := runSARIF(t, exitFindings, "../a")
	if err := validate(elsewhere); err != nil || !bytes.Contains(elsewhere, []byte(`"uri": "file:///`)) || bytes.Contains(elsewhere, []byte(`"uriBaseId"`)) {
		t.Errorf("the log of another folder is not valid: %v\n%s", err, elsewhere)
	}
}

// withoutDocs returns log without what depends on more than this test: our
// version, and the documentation of checks.
func withoutDocs(t *testing.T, log []byte) []byte {
	var l sarifLog
	if err := json.Unmarshal(log, &l); err != nil {
		t.Fatal(err)
	}
	driver := &l.Runs[0].Tool.Driver
	if driver.Version != thisBuild().module {
		t.Errorf("the version is %q", driver.Version)
	}
	driver.Version = "VERSION"
	for i, rule := range driver.Rules {
		if !strings.HasPrefix(rule.Help.Text, rule.ShortDescription.Text+"\n\n") || rule.FullDescription.Text == "" ||
			!strings.Contains(rule.Help.Markdown, "\n\n\t") {
			t.Errorf("rule %s has the help %+v", rule.ID, rule)
		}
		driver.Rules[i].FullDescription = sarifText{Text: "DESCRIPTION"}
		driver.Rules[i].Help = sarifText{Text: "HELP"}
	}
	var b bytes.Buffer
	if err := encodeJSON(&b, l); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// sarifValidator returns a function that checks a log against the schema.
func sarifValidator(t *testing.T) func([]byte) error {
	src, err := os.ReadFile("testdata/sarif/sarif-schema-2.1.0.json")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(src))
	if err != nil {
		t.Fatal(err)
	}
	const url = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource(url, doc); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile(url)
	if err != nil {
		t.Fatal(err)
	}
	return func(log []byte) error {
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(log))
		if err != nil {
			return err
		}
		return schema.Validate(doc)
	}
}

// Fingerprints stay when lines move, and no two findings share one.
func TestFingerprints(t *testing.T) {
	names := func() map[string]bool {
		var log sarifLog
		if err := json.Unmarshal(runSARIF(t, exitFindings, "./a"), &log); err != nil {
			t.Fatal(err)
		}
		set := make(map[string]bool)
		for _, r := range log.Runs[0].Results {
			set[r.Fingerprints["concurlint/v1"]] = true
		}
		return set
	}
	inModule(t, sarifModule)
	before := names()
	if len(before) != 4 {
		t.Errorf("4 findings have %d fingerprints", len(before))
	}
	inModule(t, strings.Replace(sarifModule, "package a\n", "package a\n\n// More lines.\n\n", 1))
	for name := range names() {
		if !before[name] {
			t.Errorf("fingerprint %s is new after lines have moved", name)
		}
	}
}

func TestAnnotations(t *testing.T) {
	inModule(t, sarifModule)
	const url = "https://pkg.go.dev/github.com/concurlint/concurlint/analyzers/"
	annotate := func(args ...string) string {
		out, err := exec.Command("concurlint", append([]string{"-format=github"}, args...)...).Output()
		if err == nil {
			t.Errorf("concurlint -format=github %q succeeds", args)
		}
		return string(out)
	}
	got := annotate("-missingunlock", "./a")
	want := "::warning file=a/ä b.go,line=10,endLine=10,col=14,endColumn=20,title=concurlint%3A missingunlock::" +
		"returning with mu locked (locked on line 8, never unlocked on this path)%0Aa/ä b.go:8: mu locked here%0A" + url + "missingunlock\n"
	if got != want {
		t.Errorf("got %swant %s", got, want)
	}

	// GitHub wants names relative to the repository, wherever we run.
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("GITHUB_WORKSPACE", dir)
	t.Chdir("a")
	if got := annotate("-missingunlock", "."); got != want {
		t.Errorf("in a folder of a repository: got %swant %s", got, want)
	}
	t.Setenv("GITHUB_WORKSPACE", dir+"/bad")
	if got, want := annotate("-missingunlock", "."), strings.ReplaceAll(want, "a/ä", "ä"); got != want {
		t.Errorf("in another repository: got %swant %s", got, want)
	}
}

func TestWorkflowEscapes(t *testing.T) {
	if got, want := property.Replace("a:b,c%d\r\n"), "a%3Ab%2Cc%25d%0D%0A"; got != want {
		t.Errorf("property: got %s, want %s", got, want)
	}
	if got, want := data.Replace("a:b,c%d\r\n"), "a:b,c%25d%0D%0A"; got != want {
		t.Errorf("data: got %s, want %s", got, want)
	}
}
