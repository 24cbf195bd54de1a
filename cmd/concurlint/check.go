package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"
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
	o.style = newStyle(o.color, stdout)
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
	if err := o.prepare(); err != nil {
		return exitFailed, err
	}
	o.progress = startProgress(stderr)
	defer o.progress.end()
	r, err := o.analyze(nil)
	if err != nil {
		return exitFailed, err
	}
	problems := r.problems
	var changes changes
	if o.fix {
		changes, r, err = o.fixAll(r)
	}
	o.progress.end()
	for _, problem := range problems {
		fmt.Fprintln(stderr, problem)
	}
	if o.writeBaseline && problems == nil {
		return exitClean, writeBaseline(o.baseline, r.findings)
	} else if o.writeBaseline {
		return exitFailed, errors.New("the baseline is not written, since not all packages could be analysed")
	}
	if err == nil {
		err = changes.commit(o.diff, stdout)
	}
	if err == nil && !o.diff {
		err = o.write(stdout, r)
	}
	switch {
	case err != nil, problems != nil:
		return exitFailed, err
	case o.diff && len(changes) > 0, !o.diff && len(r.findings) > 0:
		return exitFindings, nil
	default:
		return exitClean, nil
	}
}

// prepare finds out what to check and what is known.
func (o *options) prepare() (err error) {
	if o.baseline != "" && !o.writeBaseline {
		if o.known, err = readBaseline(o.baseline); err != nil {
			return err
		}
	}
	if o.changedFrom != "" {
		o.patterns, err = changedPackages(o.patterns, o.changedFrom)
	}
	return err
}

// write prints r in the format that o asks for, or as text in its style.
func (o *options) write(w io.Writer, r *report) error {
	switch {
	case o.format == "json":
		return writeJSON(w, r.findings)
	case o.format == "sarif":
		return writeSARIF(w, r, o.rules())
	case o.format == "github":
		writeAnnotations(w, r.findings)
	case o.style.rich:
		o.style.write(w, r)
	default:
		for _, f := range r.findings {
			f.writeText(w)
		}
	}
	return nil
}

// rules returns all that a finding may be about.
func (o *options) rules() []*analysis.Analyzer {
	if o.known != nil {
		return slices.Concat(o.checks, []*analysis.Analyzer{baselineRule})
	}
	return o.checks
}

// A report is the result of one analysis.
type report struct {
	pkgs     []*packages.Package // that were analysed
	findings []finding
	problems []string // why packages could not be analysed
}

// analyze runs the checks on the packages, with overlay in place of files.
func (o *options) analyze(overlay map[string][]byte) (*report, error) {
	if len(o.patterns) == 0 {
		return new(report), nil // nothing has changed
	}
	pkgs, problems, err := load(o.patterns, o.test, overlay, o.progress)
	if err != nil {
		return nil, err
	}
	graph, err := analyze(o.checks, pkgs, o.progress)
	if err != nil {
		return nil, err
	}
	list, failures := findings(graph)
	if o.known != nil {
		list = o.known.apply(list, pkgs, o.checks, o.test)
	}
	return &report{pkgs, list, append(problems, failures...)}, nil
}

// analyze runs the checks on the packages and shows the progress of that.
func analyze(checks []*analysis.Analyzer, pkgs []*packages.Package, p *progress) (*checker.Graph, error) {
	counters := p.analyzers(pkgs, checks)
	graph, err := checker.Analyze(slices.Concat(checks, counters), pkgs, nil)
	if err != nil {
		return nil, err
	}
	graph.Roots = slices.DeleteFunc(graph.Roots, func(act *checker.Action) bool {
		return slices.Contains(counters, act.Analyzer)
	})
	return graph, nil
}
