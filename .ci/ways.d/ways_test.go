// Package ways tests each way in to concurlint that is more than its command
// line: golangci-lint, pre-commit, editors and the nogo of Bazel, with the
// real programs on the other side. The scripts in testdata do what README.md
// tells newcomers to do, in empty folders, with its own text.
//
// A published concurlint is what the scripts need and what the code under test
// is not yet. A module proxy made of files and a git repository stand in for
// it; see [publish].
package ways

import (
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var root = flag.String("root", "../..", "the `folder` of the concurlint to test")

// Test runs the scripts. They share a module cache of their own, in which the
// stand-in for concurlint may lie, and the build cache of the user: to build
// golangci-lint anew takes minutes.
func Test(t *testing.T) {
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	tree, err := filepath.Abs(*root)
	if err != nil {
		t.Fatal(err)
	}
	site := publish(t, tree, filepath.Join(cache, "concurlint-ways"))
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup:               func(e *testscript.Env) error { return setup(e, site) },
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"follow":    follow,
			"snippet":   snippet,
			"lines":     lines,
			"mirror":    mirror,
			"vscode":    vscode,
			"buildnogo": buildnogo,
			"nogo":      nogo,
		},
	})
}

// setup makes the environment of a script: that of a new user, whose home is
// empty, but who need not wait for what has been downloaded or built before.
func setup(e *testscript.Env, site *site) error {
	home := filepath.Join(e.WorkDir, "home")
	if err := os.Mkdir(home, 0o777); err != nil {
		return err
	}
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		if upper := strings.ToUpper(name); strings.HasSuffix(upper, "_PROXY") || strings.HasPrefix(upper, "SSL_CERT_") {
			e.Vars = append(e.Vars, v)
		}
	}
	for _, name := range []string{"GOCACHE", "GOSUMDB", "GOTOOLCHAIN"} {
		out, err := exec.Command("go", "env", name).Output()
		if err != nil {
			return err
		}
		e.Setenv(name, strings.TrimSpace(string(out)))
	}
	bin := filepath.Join(home, "go", "bin")
	for name, value := range map[string]string{
		"HOME":           home,
		"XDG_CACHE_HOME": filepath.Join(home, ".cache"),
		"PATH":           bin + string(filepath.ListSeparator) + e.Getenv("PATH"),
		// The index of a module in the cache never changes, but our stand-in does.
		"GODEBUG":    "goindex=0",
		"GOFLAGS":    "-modcacherw",
		"GOMODCACHE": site.modules,
		"GOPROXY":    site.proxy,
		"GONOSUMDB":  module + "," + module + "/*",
		"ROOT":       site.tree,
		"NEXT":       site.next,
	} {
		e.Setenv(name, value)
	}
	rewriteURLs(site.repos, e.Setenv)
	return nil
}

// run runs a command of a script and ends the script if it fails.
func run(ts *testscript.TestScript, name string, args ...string) {
	if err := ts.Exec(name, args...); err != nil {
		ts.Fatalf("%s: %v", name, err)
	}
}

// download returns the folder of a module in the module cache.
func download(ts *testscript.TestScript, path string) string {
	run(ts, "go", "mod", "download", "-json", path)
	var module struct{ Dir string }
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &module))
	return module.Dir
}
