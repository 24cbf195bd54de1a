package main

import (
	"bytes"
	"errors"
	"fmt"
	"go/version"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// check checks the packages of m, prints what it finds and returns the exit
// code.
func check(concurlint string, flags []string, m module) int {
	packages, err := m.buildable()
	if err != nil {
		fail(err)
	}
	if len(packages) == 0 {
		return 0
	}
	// With -json, go vet fails only if it could not check, but concurlint also
	// if it found something.
	program, args, mayExit := "go", []string{"vet", "-vettool=" + concurlint}, 0
	if m.forgetful() {
		program, args, mayExit = concurlint, nil, 1
	}
	var out bytes.Buffer
	code := m.run(&out, program, slices.Concat(args, []string{"-json"}, flags, packages)...)
	found, err := findings(&out, m.dir)
	fmt.Print(strings.Join(found, ""))
	switch {
	case code > mayExit:
		return code
	case err != nil:
		fail(err)
	}
	return min(1, len(found))
}

// buildable returns the packages of m that have files to check on this
// system.
func (m module) buildable() ([]string, error) {
	args := append([]string{"list", "-e", "-f", "{{if or .GoFiles .CgoFiles .TestGoFiles .XTestGoFiles}}{{.Dir}}{{end}}", "--"}, m.packages...)
	out, err := m.output("go", args...)
	notEmpty := slices.DeleteFunc(strings.Split(out, "\n"), func(line string) bool { return line == "" })
	return notEmpty, err
}

// output runs a command in the folder of m and returns its output.
func (m module) output(name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir = m.dir
	out, err := cmd.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		err = fmt.Errorf("%s %s: %s", name, args[0], exit.Stderr)
	}
	return string(out), err
}

// run runs a command in the folder of m and returns its exit code.
func (m module) run(stdout io.Writer, name string, args ...string) int {
	cmd := exec.Command(name, args...)
	cmd.Dir = m.dir
	cmd.Stdout = stdout
	cmd.Stderr = os.Stderr
	err := cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.Exited() {
		return exit.ExitCode()
	}
	if err != nil {
		fail(err)
	}
	return 0
}

// forgetful reports whether the go vet for m forgets findings of packages that
// it has met as dependencies before.
func (m module) forgetful() bool {
	out, err := m.output("go", "env", "GOVERSION")
	return err == nil && forgetful(strings.TrimSpace(out))
}

// forgetful reports whether the go vet of the given Go does: some versions
// keep the results of a dependency for those of a package that is named.
func forgetful(goVersion string) bool {
	between := func(from, to string) bool {
		return version.Compare(from, goVersion) <= 0 && version.Compare(goVersion, to) < 0
	}
	return between("go1.26rc1", "go1.26.9") || between("go1.27rc1", "go1.27.2")
}
