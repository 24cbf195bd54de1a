package ways

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/tools/go/gcexportdata"
)

// rulesGo is where the sources of nogo come from. Bazel itself is not needed
// to run it: one call for each package is all that Bazel adds.
const rulesGo = "github.com/bazelbuild/rules_go@v0.65.0"

// nogoFiles are its sources.
var nogoFiles = []string{
	"constants.go", "env.go", "flags.go", "nogo_fix.go", "nogo_goversions_go118.go", "nogo_goversions_go121.go",
	"nogo_goversions_go122.go", "nogo_main.go", "nogo_version.go", "nolint.go",
}

// buildnogo is a command: buildnogo CONFIG CHECKS builds nogo with the checks
// of a Starlark list, as the rules of rules_go do: a generated file that names
// the analyzers and their configuration, beside the sources of nogo. Those use
// an internal package of x/tools, so they are put into a copy of it.
func buildnogo(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: buildnogo CONFIG CHECKS")
	}
	rules := download(ts, rulesGo)
	builders := filepath.Join(rules, "go", "tools", "builders")
	tools := ts.MkAbs("nogo.d")
	main := filepath.Join(tools, "cmd", "nogo")
	copyTree(ts, download(ts, "golang.org/x/tools@"+toolsVersion(ts)), tools)
	for _, name := range nogoFiles {
		write(ts, filepath.Join(main, name), []byte(ts.ReadFile(filepath.Join(builders, name))))
	}
	generator := ts.MkAbs("generator.d")
	for _, name := range []string{"generate_nogo_main.go", "flags.go"} {
		write(ts, filepath.Join(generator, name), []byte(ts.ReadFile(filepath.Join(builders, name))))
	}
	write(ts, filepath.Join(generator, "main.go"), []byte(generatorMain))
	write(ts, filepath.Join(generator, "go.mod"), []byte("module generator\n\ngo 1.26\n"))
	generate := []string{"run", "-C", generator, ".", "-output", filepath.Join(main, "main.go"), "-config", ts.MkAbs(args[0])}
	for _, path := range importPaths(ts, args[1]) {
		generate = append(generate, "-analyzer_importpath", path)
	}
	run(ts, "go", generate...)
	udiff := regexp.MustCompile(`github\.com/aymanbagabas/go-udiff (v\S+)`).FindStringSubmatch(ts.ReadFile(filepath.Join(rules, "go.mod")))
	run(ts, "go", "get", "-C", tools, "github.com/aymanbagabas/go-udiff@"+udiff[1], module+"@latest")
	run(ts, "go", "build", "-C", tools, "-o", ts.MkAbs("."), "./cmd/nogo")
}

// generatorMain stands for the large program that the generator is part of.
const generatorMain = `package main

import (
	"log"
	"os"
)

func main() {
	if err := genNogoMain(os.Args[1:]); err != nil {
		log.Fatal(err)
	}
}
`

// importPaths returns the import paths of the targets in a Starlark file.
func importPaths(ts *testscript.TestScript, name string) (list []string) {
	label := regexp.MustCompile(`"@com_github_concurlint_concurlint//(\S+)"`)
	for _, m := range label.FindAllStringSubmatch(ts.ReadFile(name), -1) {
		list = append(list, module+"/"+m[1])
	}
	return list
}

// toolsVersion returns the version of x/tools that the code under test uses.
func toolsVersion(ts *testscript.TestScript) string {
	run(ts, "go", "list", "-C", ts.Getenv("ROOT"), "-m", "-f", "{{.Version}}", "golang.org/x/tools")
	return strings.TrimSpace(ts.ReadFile("stdout"))
}

// A library is what Bazel knows about a package before it runs nogo on it.
type library struct {
	ImportPath, Dir, Export string
	GoFiles, Imports        []string
	Standard, DepOnly       bool
}

// nogo is a command: nogo PATTERN... runs ./nogo on packages and on those that
// they import, in order, one at a time, as Bazel would on many machines: with
// the facts of the packages that it imports as its inputs, none for the
// standard library, and only if its inputs have changed since the last time.
// It prints what nogo prints, and which packages it had to run on.
func nogo(ts *testscript.TestScript, neg bool, args []string) {
	run(ts, "go", append([]string{"list", "-export", "-deps", "-json=ImportPath,Dir,Export,GoFiles,Imports,Standard,DepOnly", "--"}, args...)...)
	var libraries []library
	for d := json.NewDecoder(strings.NewReader(ts.ReadFile("stdout"))); ; {
		var l library
		if err := d.Decode(&l); err == io.EOF {
			break
		} else {
			ts.Check(err)
		}
		libraries = append(libraries, l)
	}
	b := &build{ts: ts, out: ts.MkAbs("bazel-out"), exports: make(map[string]string)}
	ts.Check(os.MkdirAll(b.out, 0o777))
	for _, l := range libraries {
		b.exports[l.ImportPath] = l.Export
	}
	for _, l := range libraries {
		if !l.Standard {
			b.check(l)
		}
	}
	fmt.Fprintf(ts.Stdout(), "%sran on:%s\n", b.found, b.ran)
	if found := b.found != ""; found != neg {
		ts.Fatalf("nogo finds something: %v", found)
	}
}

// A build is one call of Bazel.
type build struct {
	ts      *testscript.TestScript
	out     string            // the folder of outputs
	exports map[string]string // the files of export data by import path
	found   string            // what nogo prints
	ran     string            // the packages it ran on
}

// check checks a library, unless that has been done with the same inputs.
func (b *build) check(l library) {
	file := func(path, suffix string) string {
		return filepath.Join(b.out, strings.ReplaceAll(path, "/", "_")+suffix)
	}
	inputs := sha256.New()
	config := ""
	for _, path := range slices.Sorted(maps.Keys(b.exports)) {
		if path != l.ImportPath && b.exports[path] != "" {
			config += "packagefile " + path + "=" + b.exports[path] + "\n"
		}
	}
	write(b.ts, file(l.ImportPath, ".importcfg"), []byte(config))
	args := []string{"-p", l.ImportPath, "-importcfg", file(l.ImportPath, ".importcfg"), "-go_version", strings.TrimPrefix(runtime.Version(), "go"),
		"-x", file(l.ImportPath, ".facts"), "-fix_dir", file(l.ImportPath, ".fixes")}
	b.ts.Check(os.MkdirAll(file(l.ImportPath, ".fixes"), 0o777))
	if l.DepOnly {
		args = append(args, "-facts_only")
	}
	for _, path := range l.Imports {
		fmt.Fprintf(inputs, "%s %x\n", path, sha256.Sum256(b.exportData(path)))
		if facts, err := os.ReadFile(file(path, ".facts")); err == nil {
			args = append(args, "-fact", path+"="+file(path, ".facts"))
			inputs.Write(facts)
		}
	}
	fmt.Fprintln(inputs, args)
	for _, name := range l.GoFiles {
		src, err := filepath.Rel(b.ts.MkAbs("."), filepath.Join(l.Dir, name))
		b.ts.Check(err)
		args = append(args, src)
		fmt.Fprintln(inputs, src, b.ts.ReadFile(src))
	}

	key := fmt.Sprintf("%x", inputs.Sum(nil))
	if last, err := os.ReadFile(file(l.ImportPath, ".key")); err != nil || string(last) != key {
		b.ran += " " + l.ImportPath
		err := b.ts.Exec(b.ts.MkAbs("nogo"), args...)
		if exit, ok := errors.AsType[*exec.ExitError](err); err != nil && !(ok && exit.ExitCode() == nogoFinds) {
			b.ts.Fatalf("nogo on %s: %v", l.ImportPath, err)
		}
		_, found, _ := strings.Cut(b.ts.ReadFile("stderr"), "during build-time code analysis:\n")
		write(b.ts, file(l.ImportPath, ".found"), []byte(found))
		write(b.ts, file(l.ImportPath, ".key"), []byte(key))
	}
	b.found += b.ts.ReadFile(file(l.ImportPath, ".found"))
}

// nogoFinds is the exit code of nogo if it has something to report.
const nogoFinds = 3

// exportData returns what the compiler tells importers about a package. It
// does not change if the change of a package is nothing to them.
func (b *build) exportData(path string) []byte {
	if b.exports[path] == "" {
		return nil // unsafe
	}
	f, err := os.Open(b.exports[path])
	b.ts.Check(err)
	defer f.Close()
	r, err := gcexportdata.NewReader(f)
	b.ts.Check(err)
	data, err := io.ReadAll(r)
	b.ts.Check(err)
	return data
}
