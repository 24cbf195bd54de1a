package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"regexp"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/checker"

	"github.com/concurlint/concurlint/passes/lockstate"
)

// dump prints what a pass knows, for people who debug concurlint.
func dump(args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 || args[0] != "lockstate" {
		return fail(stderr, errors.New("usage: concurlint dump lockstate [-func RE] [packages]"))
	}
	flags := flag.NewFlagSet("dump", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	pattern := flags.String("func", ".", "print the functions whose names match this regular expression")
	if err := flags.Parse(args[1:]); err != nil {
		return fail(stderr, err)
	}
	re, err := regexp.Compile(*pattern)
	if err != nil {
		return fail(stderr, err)
	}
	patterns := flags.Args()
	if len(patterns) == 0 {
		patterns = []string{"."}
	}
	pkgs, problems, err := load(patterns, false, nil, nil)
	if err != nil {
		return fail(stderr, err)
	}
	for _, p := range problems {
		fmt.Fprintln(stderr, p)
	}
	graph, err := checker.Analyze([]*analysis.Analyzer{lockstate.Analyzer}, pkgs, nil)
	if err != nil {
		return fail(stderr, err)
	}
	for _, act := range graph.Roots {
		if act.Err != nil {
			return fail(stderr, act.Err)
		}
		act.Result.(*lockstate.Result).WriteFunctions(stdout, re)
	}
	return exitClean
}
