package main

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestModulesOf(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{"a/go.mod", "a/b/c/go.mod", "testdata/m/go.mod"} {
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	got := modulesOf([]string{
		"a/x.go", "a/b/x.go", "a/b/c/x.go", "a/b/c/d/x.go", "a/b/y.go", "a/./y.go",
		"outside.go", "other/x.go", "a/testdata/x.go", "a/vendor/v/x.go", "a/_x/x.go", "a/.x/x.go", "testdata/m/x.go",
	})
	want := []module{
		{"a", []string{"./.", "./b"}},
		{filepath.FromSlash("a/b/c"), []string{"./.", "./d"}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("modulesOf = %q, want %q", got, want)
	}
}

func TestSplit(t *testing.T) {
	for _, test := range []struct{ args, flags, files string }{
		{"", "", ""},
		{"a.go b.go", "", "a.go b.go"},
		{"-deferunlock.all", "-deferunlock.all", ""},
		{"-deferunlock.all -lockgap=false a.go", "-deferunlock.all -lockgap=false", "a.go"},
	} {
		flags, files := split(strings.Fields(test.args))
		if got := strings.Join(flags, " "); got != test.flags {
			t.Errorf("split(%s): the flags are %s", test.args, got)
		}
		if got := strings.Join(files, " "); got != test.files {
			t.Errorf("split(%s): the files are %s", test.args, got)
		}
	}
}

func TestForgetful(t *testing.T) {
	for version, want := range map[string]bool{
		"go1.25.9": false, "go1.26.0": true, "go1.26.8": true, "go1.26.9": false,
		"go1.27rc1": true, "go1.27.1": true, "go1.27.2": false, "go1.28.0": false, "devel": false,
	} {
		if got := forgetful(version); got != want {
			t.Errorf("forgetful(%s) = %v", version, got)
		}
	}
}

// TestFindings checks what is read from go vet: several objects, headers in
// between, the same finding of two variants of a package, paths of any kind.
func TestFindings(t *testing.T) {
	t.Chdir(t.TempDir())
	cwd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	out := strings.ReplaceAll(`# m/b
{"m/b": {"lockgap": [{"posn": "b.go:10:2", "message": "later"}, {"posn": "CWD/m/b.go:9:20", "message": "second"}]}}
{
	"m/a": {
		"lockgap": [{"posn": "b.go:9:3", "message": "first", "related": [{"posn": "/elsewhere/c.go:1:1", "message": "why"}]}]
	}
}
{}
# m/b [m/b.test]
{"m/b [m/b.test]": {"lockgap": [{"posn": "b.go:10:2", "message": "later"}]}}
`, "CWD", filepath.ToSlash(cwd))
	got, err := findings(bytes.NewBufferString(out), "m")
	want := `m/b.go:9:3: first (lockgap)
	/elsewhere/c.go:1:1: why
m/b.go:9:20: second (lockgap)
m/b.go:10:2: later (lockgap)
`
	if err != nil || filepath.ToSlash(strings.Join(got, "")) != want {
		t.Errorf("findings = %v and\n%s\nwant\n%s", err, strings.Join(got, ""), want)
	}
	if _, err := findings(bytes.NewBufferString(`{"m": {"lockgap": {"error": "broken"}}}`), ""); err == nil || !strings.Contains(err.Error(), `lockgap of m: {"error": "broken"}`) {
		t.Errorf("the error of a check becomes %v", err)
	}
	if _, err := findings(bytes.NewBufferString("{"), ""); err == nil {
		t.Error("there is no error for half an object")
	}
}
