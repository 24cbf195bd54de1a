package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/concurlint/concurlint/analyzers"
)

// options are what the command line asks for when it asks for a check.
type options struct {
	json, fix, diff, test bool
	checks                []*analysis.Analyzer
	patterns              []string
}

// flags returns the flags of the command line, which set o, and a function
// that returns the checks that they choose.
func (o *options) flags() (*flag.FlagSet, func() []*analysis.Analyzer) {
	fs := flag.NewFlagSet("concurlint", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.BoolVar(&o.json, "json", false, "print findings as JSON")
	fs.BoolVar(&o.fix, "fix", false, "apply the suggested fixes and print what is left")
	fs.BoolVar(&o.diff, "diff", false, "with -fix, print the changes and make none")
	fs.BoolVar(&o.test, "test", true, "check test files too (default true)")
	named := make(map[string]*bool)
	for _, a := range analyzers.All {
		named[a.Name] = fs.Bool(a.Name, true, "run check "+a.Name)
		a.Flags.VisitAll(func(f *flag.Flag) { fs.Var(f.Value, a.Name+"."+f.Name, f.Usage) })
	}
	return fs, func() []*analysis.Analyzer {
		var only, others []*analysis.Analyzer
		set := make(map[string]bool)
		fs.Visit(func(f *flag.Flag) { set[f.Name] = true })
		for _, a := range analyzers.All {
			switch {
			case set[a.Name] && *named[a.Name]:
				only = append(only, a)
			case !set[a.Name]:
				others = append(others, a)
			}
		}
		if only != nil {
			return only
		}
		return others
	}
}

// parseOptions returns what args ask for. Its error may be [flag.ErrHelp].
func parseOptions(args []string) (*options, error) {
	o := new(options)
	fs, checks := o.flags()
	if err := fs.Parse(args); err != nil {
		if name, ok := strings.CutPrefix(err.Error(), "flag provided but not defined: -"); ok {
			var names []string
			fs.VisitAll(func(f *flag.Flag) { names = append(names, "-"+f.Name) })
			return nil, fmt.Errorf("there is no flag or check -%s%s", name, didYouMean("-"+name, names))
		}
		return nil, err
	}
	o.checks = checks()
	o.patterns = fs.Args()
	for _, p := range o.patterns {
		if strings.HasPrefix(p, "-") {
			return nil, fmt.Errorf("the flag %s must stand before the packages", p)
		}
	}
	if len(o.patterns) == 0 {
		o.patterns = []string{"./..."}
	}
	switch {
	case o.diff && !o.fix:
		return nil, errors.New("-diff needs -fix")
	case o.diff && o.json:
		return nil, errors.New("-diff and -json exclude each other")
	case len(o.checks) == 0:
		return nil, errors.New("all checks are switched off")
	}
	return o, nil
}
