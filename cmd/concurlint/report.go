package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/checker"

	"github.com/concurlint/concurlint/internal/draw"
	"github.com/concurlint/concurlint/passes/guards"
	"github.com/concurlint/concurlint/passes/order"
)

// reportUsage is the usage of the command report.
const reportUsage = "[-o FILE] [flags] [packages]\twrite a page with the findings, the lock order and the guards"

const reportHelp = `
Flags

	-o FILE    write to FILE rather than to standard output

and all that choose checks and findings: -NAME, -NAME=false, -test, -baseline,
-changed-from and those of the checks.

The page is for a class or a team to read. It has the findings of each check by
package, with the source of all places that belong to a finding and with its
fix; what the check is about; the lock-order graph; and which lock guards which
data. It is one file that needs neither a network nor scripts to be read.

The exit status is 2 if packages could not be loaded or analysed, otherwise 0:
findings are no failure of a report.
`

// writeReport writes a page about the packages.
func writeReport(args []string, stdout, stderr io.Writer) int {
	o := new(options)
	fs, checks := o.flags()
	file := fs.String("o", "", "")
	err := o.parse(fs, checks, args)
	if errors.Is(err, flag.ErrHelp) {
		return help([]string{"report"}, stdout, stderr)
	}
	if err == nil {
		err = o.onlyReports()
	}
	if err != nil {
		return fail(stderr, fmt.Errorf("%w\nRun concurlint help report for usage.", err))
	}
	p, err := o.page(stderr)
	var b bytes.Buffer
	if err == nil {
		err = p.write(&b)
	}
	if err == nil && *file != "" {
		err = os.WriteFile(*file, b.Bytes(), 0o666)
	} else if err == nil {
		_, err = b.WriteTo(stdout)
	}
	if err != nil {
		return fail(stderr, err)
	}
	for _, problem := range p.Problems {
		fmt.Fprintln(stderr, problem)
	}
	if p.Problems != nil {
		return exitFailed
	}
	return exitClean
}

// onlyReports returns an error if o asks for what a report does not do.
func (o *options) onlyReports() error {
	switch {
	case o.fix:
		return errors.New("a report changes nothing: -fix is for the check")
	case o.writeBaseline:
		return errors.New("a report changes nothing: -write-baseline is for the check")
	case o.format != outputs[0]:
		return errors.New("a report is a page: -format and -json are for the check")
	}
	return nil
}

// page returns the page that o asks for.
func (o *options) page(stderr io.Writer) (*page, error) {
	if err := o.prepare(); err != nil {
		return nil, err
	}
	o.progress = startProgress(stderr)
	defer o.progress.end()
	if len(o.patterns) == 0 {
		return newPage(new(report), nil, new(draw.Graph), o.rules())
	}
	pkgs, problems, err := load(o.patterns, o.test, nil, o.progress)
	if err != nil {
		return nil, err
	}
	if err := guards.Analyzer.Flags.Set("review", "true"); err != nil {
		return nil, err
	}
	passes := []*analysis.Analyzer{order.Analyzer, guards.Analyzer}
	graph, err := analyze(slices.Concat(o.checks, passes), pkgs, o.progress)
	if err != nil {
		return nil, err
	}
	acts := make(map[*analysis.Analyzer][]*checker.Action)
	var ofChecks checker.Graph
	for _, act := range graph.Roots {
		acts[act.Analyzer] = append(acts[act.Analyzer], act)
		if !slices.Contains(passes, act.Analyzer) {
			ofChecks.Roots = append(ofChecks.Roots, act)
		}
	}
	list, failures := findings(&ofChecks)
	if o.known != nil {
		list = o.known.apply(list, pkgs, o.checks, o.test)
	}
	nested, more := drawOrder(pkgs, acts[order.Analyzer])
	failures = append(failures, more...)
	guarded, more := new(guardOptions).collect(acts[guards.Analyzer])
	failures = append(failures, more...)
	guarded = slices.DeleteFunc(guarded, func(g *guard) bool { return strings.HasSuffix(g.posn.Filename, "_test.go") })
	return newPage(&report{pkgs, list, append(problems, failures...)}, guarded, nested, o.rules())
}
