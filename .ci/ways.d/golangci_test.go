package ways

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// mirror is a command: mirror makes git clone golangci-lint, of the version
// that is built in, from the module cache, as many networks have a proxy for
// modules but no way to its repository.
func mirror(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: mirror")
	}
	version := required(ts, parseMod(ts, filepath.Join(ts.Getenv("ROOT"), "plugin", "golangci-lint", "go.mod")), host)
	repo := ts.MkAbs("golangci-lint.git")
	copyTree(ts, download(ts, host+"@"+version), repo)
	rewriteURLs(map[string]string{"https://github.com/golangci/golangci-lint.git": commit(ts, repo, version)}, ts.Setenv)
}

// lines is a command: lines WANT GOT checks that two files have the same
// findings, but for the order and for the place of a check's name, which
// golangci-lint prints before the message.
func lines(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: lines WANT GOT")
	}
	want, got := findings(ts.ReadFile(args[0])), findings(ts.ReadFile(args[1]))
	if want != got {
		ts.Fatalf("want:\n%s\ngot:\n%s", want, got)
	}
	if want == "" {
		ts.Fatalf("there are no findings in %s", args[0])
	}
}

// byLinter matches a finding in the words of golangci-lint.
var byLinter = regexp.MustCompile(`^(\S+:\d+:\d+): (\w+): (.*) \(concurlint\)$`)

// findings returns the findings in text, in the words of concurlint and in the
// order of the alphabet.
func findings(text string) string {
	var list []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSuffix(line, "\n"); !strings.HasPrefix(line, "\t") {
			list = append(list, byLinter.ReplaceAllString(line, "$1: $3 ($2)"))
		}
	}
	slices.Sort(list)
	return strings.Join(list, "\n")
}
