package main

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"golang.org/x/mod/module"
)

// A build is what is known about how we were built.
type build struct {
	module   string // our version, "(devel)" outside of a module proxy
	commit   string // or ""
	modified bool   // after the commit
}

// thisBuild returns how we were built.
func thisBuild() build {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return build{module: "(devel)"}
	}
	return newBuild(info)
}

// newBuild returns what info tells.
func newBuild(info *debug.BuildInfo) build {
	b := build{module: info.Main.Version}
	if b.module == "" {
		b.module = "(devel)"
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.commit = s.Value
		case "vcs.modified":
			b.modified = s.Value == "true"
		}
	}
	// What comes from a proxy without a tag has the commit in its version.
	if b.commit == "" && module.IsPseudoVersion(b.module) {
		b.commit, _ = module.PseudoVersionRev(b.module)
	}
	return b
}

// String returns b as a sentence of the command version.
func (b build) String() string {
	text := fmt.Sprintf("concurlint %s %s", b.module, runtime.Version())
	if b.commit != "" {
		text += " commit " + b.commit
	}
	if b.modified {
		text += " (modified)"
	}
	return text
}

// printVersion prints the version of concurlint.
func printVersion(args []string, stdout, stderr io.Writer) int {
	if len(args) > 0 {
		return fail(stderr, errors.New("version takes no arguments"))
	}
	fmt.Fprintln(stdout, thisBuild())
	return exitClean
}
