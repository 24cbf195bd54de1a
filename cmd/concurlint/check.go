package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"

	"golang.org/x/tools/go/analysis/checker"
)

// check checks the packages that args name and prints what it finds.
func check(args []string, stdout, stderr io.Writer) int {
	o, err := parseOptions(args)
	if errors.Is(err, flag.ErrHelp) {
		return help(nil, stdout, stderr)
	}
	if err != nil {
		return fail(stderr, fmt.Errorf("%w\nRun concurlint help for usage.", err))
	}
	out := bufio.NewWriter(stdout)
	code, err := o.check(out, stderr)
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		return fail(stderr, err)
	}
	return code
}

// check does what o asks for and returns the exit code.
func (o *options) check(stdout, stderr io.Writer) (int, error) {
	r, err := o.analyze(nil)
	if err != nil {
		return exitFailed, err
	}
	for _, problem := range r.problems {
		fmt.Fprintln(stderr, problem)
	}
	failed := r.problems != nil
	changed := false
	if o.fix {
		changes, left, err := o.fixAll(r)
		if err != nil {
			return exitFailed, err
		}
		r, changed = left, len(changes) > 0
		if err := changes.commit(o.diff, stdout); err != nil {
			return exitFailed, err
		}
	}
	if o.json {
		if err := writeJSON(stdout, r.findings); err != nil {
			return exitFailed, err
		}
	} else if !o.diff {
		for _, f := range r.findings {
			f.writeText(stdout)
			if o.fix && len(f.SuggestedFixes) > 0 {
				fmt.Fprintf(stdout, "\t%s: the fix is not applied, because %s\n", f.position(f.Pos), f.whyNotFixed())
			}
		}
	}
	switch {
	case failed:
		return exitFailed, nil
	case o.diff && changed, !o.diff && len(r.findings) > 0:
		return exitFindings, nil
	default:
		return exitClean, nil
	}
}

// A report is the result of one analysis.
type report struct {
	findings []finding
	problems []string // why packages could not be analysed
}

// analyze runs the checks on the packages, with overlay in place of files.
func (o *options) analyze(overlay map[string][]byte) (*report, error) {
	pkgs, problems, err := load(o.patterns, o.test, overlay)
	if err != nil {
		return nil, err
	}
	graph, err := checker.Analyze(o.checks, pkgs, nil)
	if err != nil {
		return nil, err
	}
	list, failures := findings(graph)
	return &report{list, append(problems, failures...)}, nil
}
