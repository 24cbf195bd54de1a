package ways

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// problem matches what the Go extension of VS Code takes for a problem in the
// output of a linter.
var problem = regexp.MustCompile(`^([^:]*: )?((.:)?[^:]*):(\d+)(:(\d+)?)?:(?:\w+:)? (.*)$`)

// vscode is a command: vscode FILE does what the Go extension of VS Code does
// when FILE is saved, with the settings in .vscode/settings.json, and writes
// the problems that it would show to standard output of the script.
func vscode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: vscode FILE")
	}
	var settings struct {
		Tool   string   `json:"go.lintTool"`
		Flags  []string `json:"go.lintFlags"`
		OnSave string   `json:"go.lintOnSave"`
	}
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(".vscode/settings.json")), &settings))
	// The tests know these two; with "workspace", ./... would be an argument.
	if settings.OnSave != "" && settings.OnSave != "package" {
		ts.Fatalf("go.lintOnSave is %q", settings.OnSave)
	}
	flags := settings.Flags
	if settings.Tool == "golangci-lint" {
		if !slices.Contains(flags, "run") {
			flags = append([]string{"run"}, flags...)
		}
		flags = append(flags, "--issues-exit-code=0", "--output.text.print-issued-lines=false",
			"--show-stats=false", "--output.text.path=stdout", "--path-mode=abs")
	}
	dir := filepath.Dir(ts.MkAbs(args[0]))
	fmt.Fprint(ts.Stdout(), problems(ts, dir, settings.Tool, flags))
}

// problems returns the problems that the extension reads from the output of a
// tool, in the form FILE:LINE:COLUMN MESSAGE.
func problems(ts *testscript.TestScript, dir, tool string, args []string) string {
	back := ts.MkAbs(".")
	ts.Check(ts.Chdir(dir))
	// The extension looks for tools where the go command installs them.
	err := ts.Exec(filepath.Join(ts.Getenv("HOME"), "go", "bin", tool), args...)
	stdout, stderr := ts.ReadFile("stdout"), ts.ReadFile("stderr")
	ts.Check(ts.Chdir(back))
	if err != nil && stderr != "" {
		ts.Logf("a linter that fails and writes to standard error is ignored")
		return ""
	}
	list := ""
	for line := range strings.Lines(stdout) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "\t") && list != "" {
			list += line + "\n"
		} else if m := problem.FindStringSubmatch(line); m != nil {
			file := m[2]
			if !filepath.IsAbs(file) {
				file = filepath.Join(dir, file)
			}
			list += fmt.Sprintf("%s:%s:%s %s\n", file, m[4], m[6], m[7])
		}
	}
	return list
}
