package ways

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"
	modpath "golang.org/x/mod/module"
	"golang.org/x/mod/zip"
)

const (
	module = "github.com/concurlint/concurlint"
	nested = module + "/plugin/golangci-lint"
	host   = "github.com/golangci/golangci-lint/v2"
)

// A site is where scripts find concurlint as if it were published.
type site struct {
	tree    string            // the code under test
	version string            // that it is published as
	modules string            // the module cache of the scripts
	proxy   string            // GOPROXY
	next    string            // GOPROXY with nextVersion
	repos   map[string]string // folders of git repositories by their URLs
}

// publish publishes the code in tree: as a module, as the nested module, and
// as the commit of a git repository with a tag. The version is the one that
// the nested module requires.
//
// A second proxy has in addition a later version, in which check missingunlock
// has another message.
func publish(t *testing.T, tree, cache string) *site {
	s := &site{tree: tree, modules: filepath.Join(cache, "mod"), repos: make(map[string]string)}
	s.version = required(t, parseMod(t, filepath.Join(tree, "plugin", "golangci-lint", "go.mod")), module)
	forget(t, s.modules)

	dir := t.TempDir()
	first, second := filepath.Join(dir, "proxy"), filepath.Join(dir, "next")
	add(t, first, tree, s.version)

	next := filepath.Join(dir, "tree")
	copyTree(t, tree, next)
	replaceIn(t, filepath.Join(next, "plugin", "golangci-lint", "go.mod"), module+" "+s.version, module+" "+nextVersion)
	replaceIn(t, filepath.Join(next, "analyzers", "missingunlock", "missingunlock.go"), `"returning with %s`, `"coming back with %s`)
	add(t, second, next, nextVersion)

	// What the user has downloaded before is a proxy, too.
	downloads := filepath.Join(goenv(t, "GOMODCACHE"), "cache", "download")
	s.proxy = "file://" + first + ",file://" + downloads + "," + goenv(t, "GOPROXY")
	s.next = "file://" + second + "," + s.proxy

	repo := filepath.Join(dir, "repo")
	copyTree(t, tree, repo)
	s.repos["https://"+module] = commit(t, repo, s.version)
	return s
}

// goenv returns a setting of the go command.
func goenv(t failer, name string) string {
	out, err := exec.Command("go", "env", name).Output()
	check(t, err)
	return strings.TrimSpace(string(out))
}

// A failer is a test or a script: what ends if something goes wrong.
type failer interface {
	Fatalf(format string, args ...any)
}

// check ends t if err is an error.
func check(t failer, err error) {
	if err != nil {
		t.Fatalf("%v", err)
	}
}

// nextVersion is higher than that of any release so far.
const nextVersion = "v0.999.0"

// forget removes what stood for concurlint in the module cache before.
func forget(t failer, modules string) {
	for _, dir := range []string{modules, filepath.Join(modules, "cache", "download")} {
		check(t, os.RemoveAll(filepath.Join(dir, filepath.Dir(filepath.FromSlash(module)))))
	}
}

// parseMod returns the named go.mod file.
func parseMod(t failer, name string) *modfile.File {
	data, err := os.ReadFile(name)
	check(t, err)
	f, err := modfile.Parse(name, data, nil)
	check(t, err)
	return f
}

// required returns the version of module path that f requires.
func required(t failer, f *modfile.File, path string) string {
	i := slices.IndexFunc(f.Require, func(r *modfile.Require) bool { return r.Mod.Path == path })
	if i < 0 {
		t.Fatalf("%s does not require %s", f.Syntax.Name, path)
	}
	return f.Require[i].Mod.Version
}

// add adds both modules in tree to the proxy in a folder.
func add(t failer, proxy, tree, version string) {
	for path, dir := range map[string]string{module: tree, nested: filepath.Join(tree, "plugin", "golangci-lint")} {
		var b bytes.Buffer
		check(t, zip.CreateFromDir(&b, modpath.Version{Path: path, Version: version}, dir))
		mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		check(t, err)
		versions := filepath.Join(proxy, filepath.FromSlash(path), "@v")
		write(t, filepath.Join(versions, version+".zip"), b.Bytes())
		write(t, filepath.Join(versions, version+".mod"), mod)
		write(t, filepath.Join(versions, version+".info"), fmt.Appendf(nil, `{"Version": %q, "Time": "2026-01-01T00:00:00Z"}`, version))
		list, _ := os.ReadFile(filepath.Join(versions, "list"))
		write(t, filepath.Join(versions, "list"), fmt.Appendln(list, version))
	}
}

// write writes a file into a folder that need not exist.
func write(t failer, name string, data []byte) {
	check(t, os.MkdirAll(filepath.Dir(name), 0o777))
	check(t, os.WriteFile(name, data, 0o666))
}

// copyTree copies a folder without its git repository.
func copyTree(t failer, from, to string) {
	err := filepath.WalkDir(from, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.Name() == ".git" {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil // of a worktree
		}
		if !d.Type().IsRegular() {
			return nil
		}
		rel, err := filepath.Rel(from, name)
		if err != nil {
			return err
		}
		data, err := os.ReadFile(name)
		if err == nil {
			write(t, filepath.Join(to, rel), data)
		}
		return err
	})
	check(t, err)
}

// replaceIn replaces text in the named file, which has to contain it.
func replaceIn(t failer, name, old, new string) {
	data, err := os.ReadFile(name)
	check(t, err)
	if !strings.Contains(string(data), old) {
		t.Fatalf("%s does not contain %s", name, old)
	}
	write(t, name, []byte(strings.ReplaceAll(string(data), old, new)))
}

// commit makes a git repository of folder dir, whose only commit has the given
// tag, and returns dir.
func commit(t failer, dir, tag string) string {
	for _, args := range [][]string{
		{"init", "-q", "-b", "main"},
		{"add", "-A", "-f"},
		{"-c", "user.name=ci", "-c", "user.email=ci@localhost", "commit", "-q", "-m", "publish"},
		{"tag", tag},
	} {
		cmd := exec.Command("git", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %s: %v\n%s", args[0], err, out)
		}
	}
	return dir
}

// rewriteURLs makes git clone from the folders in repos what lies at URLs.
func rewriteURLs(repos map[string]string, setenv func(name, value string)) {
	for i, url := range slices.Sorted(maps.Keys(repos)) {
		setenv(fmt.Sprintf("GIT_CONFIG_KEY_%d", i), "url.file://"+repos[url]+".insteadOf")
		setenv(fmt.Sprintf("GIT_CONFIG_VALUE_%d", i), url)
	}
	setenv("GIT_CONFIG_COUNT", fmt.Sprint(len(repos)))
}
