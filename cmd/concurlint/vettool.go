package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"go/version"
	"io"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/unitchecker"

	"github.com/concurlint/concurlint/analyzers"
)

// A unit is a package that go vet asks us to check: the part of
// [unitchecker.Config] that matters before unitchecker takes over.
type unit struct {
	GoVersion   string
	PackageVetx map[string]string
	VetxOnly    bool
	VetxOutput  string
}

// fromGoCommand reports whether args are those of go vet or go fix, which ask
// for our version, for our flags or for the check of a unit.
func fromGoCommand(args []string) bool {
	return slices.Contains(args, "-V=full") || slices.Contains(args, "-flags") ||
		len(args) > 0 && strings.HasSuffix(args[len(args)-1], ".cfg")
}

// vettool does what the go command asks for and exits.
func vettool(args []string) {
	checks := analyzers.All
	if u, ok := readUnit(args[len(args)-1]); ok {
		if err := u.tooNew(); err != nil {
			os.Exit(u.refuse(err))
		}
		if u.VetxOnly {
			checks = factsOnly(checks)
		}
	}
	unitchecker.Main(checks...)
}

// readUnit returns the unit in the named file, if there is one: unitchecker
// explains what is wrong with it otherwise.
func readUnit(name string) (u unit, ok bool) {
	data, err := os.ReadFile(name)
	return u, err == nil && json.Unmarshal(data, &u) == nil
}

// refusal begins the facts of a unit that is refused.
const refusal = "refused: "

// tooNew returns an error if u, or a unit that it imports, is written in a
// newer Go than ours. All of std is, if the go command is newer than we are.
func (u unit) tooNew() error {
	if err := tooOld(runtime.Version(), u.GoVersion); err != nil {
		return err
	}
	for _, path := range slices.Sorted(maps.Keys(u.PackageVetx)) {
		if err := refused(u.PackageVetx[path]); err != nil {
			return err
		}
	}
	return nil
}

// refused returns the reason that the named file of facts gives, or nil if it
// does hold facts.
func refused(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return nil
	}
	defer f.Close()
	start := make([]byte, len(refusal))
	if _, err := io.ReadFull(f, start); err != nil || string(start) != refusal {
		return nil
	}
	reason, err := io.ReadAll(f)
	return cmp.Or(err, errors.New(string(reason)))
}

// refuse tells the go command why u is not checked and returns the exit code.
// A dependency passes the reason on, so that the user reads it only for the
// packages that were named, and not for all of std.
func (u unit) refuse(reason error) int {
	if !u.VetxOnly {
		fail(os.Stderr, reason)
		return 1
	}
	if err := os.WriteFile(u.VetxOutput, []byte(refusal+reason.Error()), 0o666); err != nil {
		fail(os.Stderr, err)
		return 1
	}
	return 0
}

// tooOld returns an error if a program built with Go version built cannot
// read code for Go version need.
func tooOld(built, need string) error {
	built, _, _ = strings.Cut(built, " ") // without the experiments
	if !version.IsValid(built) || version.Compare(version.Lang(need), version.Lang(built)) <= 0 {
		return nil
	}
	toolchain := need
	if version.Lang(need) == need {
		toolchain += ".0" // its first release
	}
	return fmt.Errorf("this concurlint was built with %s and cannot read code for %s: install it again with that Go, as GOTOOLCHAIN=%s go install does", built, need, toolchain)
}

// factsOnly returns stand-ins for checks that make unitchecker run the passes
// which have facts, and nothing else.
//
// A unit with VetxOnly is a dependency, analysed for its facts alone. There
// unitchecker leaves out what has nothing to do with facts; but our checks
// ask about facts, so it would run them all over the dependencies, all of
// std included, and throw their reports away.
func factsOnly(checks []*analysis.Analyzer) []*analysis.Analyzer {
	var standIns []*analysis.Analyzer
	for _, check := range checks {
		standIn := *check // with its name and flags, which go vet may set
		standIn.Requires = nil
		for _, a := range reachable(check.Requires) {
			if len(a.FactTypes) > 0 {
				standIn.Requires = append(standIn.Requires, a)
			}
		}
		standIn.Run = func(*analysis.Pass) (any, error) { return nil, nil }
		standIns = append(standIns, &standIn)
	}
	return standIns
}

// reachable returns roots and all that they require, each once.
func reachable(roots []*analysis.Analyzer) []*analysis.Analyzer {
	var list []*analysis.Analyzer
	for _, a := range roots {
		list = append(list, a)
		list = append(list, reachable(a.Requires)...)
	}
	seen := make(map[*analysis.Analyzer]bool)
	return slices.DeleteFunc(list, func(a *analysis.Analyzer) bool {
		defer func() { seen[a] = true }()
		return seen[a]
	})
}
