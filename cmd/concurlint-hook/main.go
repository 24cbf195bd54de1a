// The concurlint-hook command checks the packages of the files that it is
// given, which may belong to several modules:
//
//	concurlint-hook [flags] file...
//
// It is what .pre-commit-hooks.yaml runs before a commit. The flags are those
// that choose and set checks. The checks run under go vet, which keeps their
// results for the next commit.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

func main() {
	flags, files := split(os.Args[1:])
	concurlint, err := findConcurlint()
	if err != nil {
		fail(err)
	}
	code := 0
	for _, m := range modulesOf(files) {
		code = max(code, check(concurlint, flags, m))
	}
	os.Exit(code)
}

// fail ends the program because it cannot do its work.
func fail(err error) {
	fmt.Fprintln(os.Stderr, "concurlint-hook:", err)
	os.Exit(2)
}

// split returns the flags, which stand first, and the files.
func split(args []string) (flags, files []string) {
	for i, arg := range args {
		if !strings.HasPrefix(arg, "-") {
			return args[:i], args[i:]
		}
	}
	return args, nil
}

// findConcurlint returns the concurlint that was installed with this program,
// or else any.
func findConcurlint() (string, error) {
	if self, err := os.Executable(); err == nil {
		name := filepath.Join(filepath.Dir(self), "concurlint"+filepath.Ext(self))
		if _, err := os.Stat(name); err == nil {
			return name, nil
		}
	}
	return exec.LookPath("concurlint")
}
