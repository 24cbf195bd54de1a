package main

import (
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"golang.org/x/tools/go/analysis"

	"github.com/concurlint/concurlint/analyzers"
)

const helpHead = `Concurlint reports concurrency mistakes in Go code.

Usage:

	concurlint [flags] [packages]
	go vet -vettool=$(which concurlint) [flags] [packages]

Packages are named as for go build; without any, they are ./... . The first
form checks them at once, the second keeps results for the next time. In the
second, only flags of checks mean us: output, baselines and fixes are then those
of go vet. GOFLAGS=-tags=... sets build tags.
`

const helpTail = `
Output

Findings go to standard output, one per line, with related lines indented by a
tab. File names are relative to the current directory if they are below it.

	file:line:column: message (check)
		file:line:column: message

On a terminal, each line comes with the source that it is about, in color unless
NO_COLOR is set, and a summary comes last; -color=always does the same in a pipe.
Standard error shows the progress on a terminal, and else stays empty unless
something fails. Generated files are not reported. "concurlint help ignore"
tells how to silence a finding.

With -json, the output is one object: for each package with findings, by its
ID, and each check, by its name, the list of findings in the order of their
positions. Keys are sorted. A finding has these fields; suggested_fixes and
related may be absent, and offsets count bytes:

	{
		"package/path": {
			"check": [{
				"category": "check or check/kind",
				"posn": "file:line:column",
				"end": "file:line:column",
				"message": "what is wrong",
				"url": "page that explains the check",
				"suggested_fixes": [{
					"message": "what it does",
					"edits": [{"filename": "file", "start": 1, "end": 2, "new": "text"}]
				}],
				"related": [{"posn": "...", "end": "...", "message": "..."}]
			}]
		}
	}

With -format=sarif, the output is a log of SARIF 2.1.0, with the rules, related
locations, fixes and fingerprints that do not depend on lines. With
-format=github, it is workflow commands, which GitHub's actions show in a pull
request. Both name files relative to $GITHUB_WORKSPACE, if we run in there.
` + baselineHelp + changedHelp + `
Exit status

	0  no findings
	1  findings, lines of a baseline that are out of date among them; with -fix,
	   findings that are left; with -fix -diff, changes
	2  wrong usage, or packages that could not be loaded or analysed; findings
	   in the others are printed all the same
`

// help prints the help for the named checks or commands, or for concurlint.
func help(names []string, stdout, stderr io.Writer) int {
	if len(names) == 0 {
		printHelp(stdout)
		return exitClean
	}
	words := checkNames()
	for _, c := range commands() {
		words = append(words, c.name)
	}
	for i, name := range names {
		if i > 0 {
			fmt.Fprintln(stdout)
		}
		if !explain(name, stdout) {
			return fail(stderr, fmt.Errorf("there is no check or command %s%s", name, didYouMean(name, words)))
		}
	}
	return exitClean
}

// explain prints the help for the named check or command and reports whether
// there is one.
func explain(name string, stdout io.Writer) bool {
	for _, a := range analyzers.All {
		if a.Name == name {
			fmt.Fprintf(stdout, "%s: %s\n", a.Name, a.Doc)
			if flags := checkFlags(a); flags != "" {
				fmt.Fprintf(stdout, "\nFlags\n\n%s", flags)
			}
			fmt.Fprintf(stdout, "\n%s\n", a.URL)
			return true
		}
	}
	for _, c := range commands() {
		if c.name == name {
			args, purpose, _ := strings.Cut(c.usage, "\t")
			fmt.Fprintf(stdout, "usage: %s\n\n%s\n", strings.TrimSpace("concurlint "+c.name+" "+args), purpose)
			io.WriteString(stdout, c.help)
			return true
		}
	}
	return false
}

// printHelp prints the help for concurlint.
func printHelp(w io.Writer) {
	fmt.Fprint(w, helpHead)
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	row := func(format string, args ...any) { fmt.Fprintf(table, "\t"+format+"\n", args...) }
	fmt.Fprint(table, "\nCommands\n\n")
	for _, c := range commands() {
		row("concurlint %s %s", c.name, c.usage)
	}
	fmt.Fprint(table, "\nChecks, all of them on by default\n\n")
	for _, a := range analyzers.All {
		summary, _, _ := strings.Cut(a.Doc, "\n\n")
		row("%s\t%s", a.Name, summary)
	}
	fmt.Fprint(table, "\nFlags\n\n")
	var o options
	driver, _ := o.flags()
	driver.VisitAll(func(f *flag.Flag) {
		if !slices.Contains(checkNames(), f.Name) && !strings.Contains(f.Name, ".") {
			row("-%s\t%s", withValue(f), unquoted(f))
		}
	})
	row("-NAME\trun only the checks that are named so")
	row("-NAME=false\trun all checks but these")
	for _, a := range analyzers.All {
		a.Flags.VisitAll(func(f *flag.Flag) {
			row("-%s.%s\t%s (default %s)", a.Name, f.Name, f.Usage, f.DefValue)
		})
	}
	table.Flush()
	fmt.Fprint(w, helpTail)
}

// withValue returns the name of f with that of its value, if it takes one.
func withValue(f *flag.Flag) string {
	if value, _ := flag.UnquoteUsage(f); value != "" {
		return f.Name + "=" + value
	}
	return f.Name
}

// unquoted returns the usage of f.
func unquoted(f *flag.Flag) string {
	_, usage := flag.UnquoteUsage(f)
	return usage
}

// checkFlags returns the description of the flags of a, a line for each.
func checkFlags(a *analysis.Analyzer) string {
	var b strings.Builder
	a.Flags.VisitAll(func(f *flag.Flag) {
		fmt.Fprintf(&b, "\t-%s.%s  %s (default %s)\n", a.Name, f.Name, f.Usage, f.DefValue)
	})
	return b.String()
}
