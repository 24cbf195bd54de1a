package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/concurlint/concurlint/analyzers"
)

// options are what the command line asks for when it asks for a check.
type options struct {
	json, fix, diff, test bool
	format, color         string
	baseline, changedFrom string
	writeBaseline         bool
	checks                []*analysis.Analyzer
	patterns              []string

	known    *baseline // findings not to be reported, if any
	style    style
	progress *progress
}

// These are the values of flags that have a choice, the default first.
var (
	outputs = []string{"text", "json", "sarif", "github"}
	colors  = []string{"auto", "always", "never"}
)

// flags returns the flags of the command line, which set o, and a function
// that returns the checks that they choose.
func (o *options) flags() (*flag.FlagSet, func() []*analysis.Analyzer) {
	fs := flag.NewFlagSet("concurlint", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.StringVar(&o.format, "format", outputs[0], "print findings as `FORMAT`: "+alternatives(outputs))
	fs.BoolVar(&o.json, "json", false, "print findings as JSON, as -format=json does")
	fs.StringVar(&o.color, "color", colors[0], "show findings as on a terminal `WHEN`: "+alternatives(colors))
	fs.BoolVar(&o.fix, "fix", false, "apply the suggested fixes and print what is left")
	fs.BoolVar(&o.diff, "diff", false, "with -fix, print the changes and make none")
	fs.BoolVar(&o.test, "test", true, "check test files too (default true)")
	fs.StringVar(&o.baseline, "baseline", "", "do not report the findings in `FILE`")
	fs.BoolVar(&o.writeBaseline, "write-baseline", false, "write the findings to the file of -baseline and report none")
	fs.StringVar(&o.changedFrom, "changed-from", "", "check only packages changed since the branch left `REV`, by git")
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
	return o, o.parse(fs, checks, args)
}

// parse sets o to what args ask for. The flags are those of o, or more.
func (o *options) parse(fs *flag.FlagSet, checks func() []*analysis.Analyzer, args []string) error {
	if err := fs.Parse(args); err != nil {
		if name, ok := strings.CutPrefix(err.Error(), "flag provided but not defined: -"); ok {
			var names []string
			fs.VisitAll(func(f *flag.Flag) { names = append(names, "-"+f.Name) })
			return fmt.Errorf("there is no flag or check -%s%s", name, didYouMean("-"+name, names))
		}
		return err
	}
	o.checks = checks()
	o.patterns = fs.Args()
	for _, p := range o.patterns {
		if strings.HasPrefix(p, "-") {
			return fmt.Errorf("the flag %s must stand before the packages", p)
		}
	}
	if len(o.patterns) == 0 {
		o.patterns = []string{"./..."}
	}
	if o.json && o.format == outputs[0] {
		o.format = "json"
	}
	return o.validate()
}

// validate returns an error if the flags contradict each other.
func (o *options) validate() error {
	switch {
	case o.diff && !o.fix:
		return errors.New("-diff needs -fix")
	case !slices.Contains(outputs, o.format):
		return fmt.Errorf("there is no format %s: it is %s", o.format, alternatives(outputs))
	case !slices.Contains(colors, o.color):
		return fmt.Errorf("there is no color %s: it is %s", o.color, alternatives(colors))
	case o.diff && o.json:
		return errors.New("-diff and -json exclude each other")
	case o.json && o.format != "json":
		return fmt.Errorf("-json and -format=%s exclude each other", o.format)
	case o.diff && o.format != outputs[0]:
		return fmt.Errorf("-diff and -format=%s exclude each other", o.format)
	case o.writeBaseline && o.baseline == "":
		return errors.New("-write-baseline needs -baseline")
	case o.writeBaseline && o.changedFrom != "":
		return errors.New("-write-baseline and -changed-from exclude each other")
	case o.writeBaseline && o.fix:
		return errors.New("-write-baseline and -fix exclude each other")
	case len(o.checks) == 0:
		return errors.New("all checks are switched off")
	}
	return nil
}

// alternatives returns words as they are listed in a sentence.
func alternatives(words []string) string {
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}
