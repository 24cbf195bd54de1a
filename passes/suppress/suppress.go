// Package suppress defines an Analyzer that collects the comments by which
// source code silences checks, and [Wrap], which makes a check obey them in
// every driver.
//
// These are the forms; only the first is ours, so only its mistakes are
// reported:
//
//	//concurlint:ignore name[,name] reason
//	//nolint
//	//nolint:concurlint,name
//	//lint:ignore concurlint/name reason
//	//lint:file-ignore concurlint/name reason
//
// A comment after code speaks of its line. A comment on a line of its own
// speaks of the next line, and of the whole declaration if one begins there;
// //nolint speaks of any construct that begins there, as in golangci-lint.
//
// Nothing at all is reported in generated files.
//
// A directive without effect is reported by the check that it names, at the
// end of that check's run: only then is it known that the check ran and had
// nothing to say, and no check needs to run for the sake of another.
//
// The Analyzer reports nothing.
package suppress

import (
	"cmp"
	"fmt"
	"go/token"
	"reflect"
	"slices"

	"golang.org/x/tools/go/analysis"
)

// Analyzer collects the silencing comments of a package.
var Analyzer = &analysis.Analyzer{
	Name:       "suppress",
	Doc:        "collect the comments that silence checks\n\nThe result is a *Comments. It reports nothing.",
	ResultType: reflect.TypeFor[*Comments](),
	Run:        func(pass *analysis.Pass) (any, error) { return collect(pass.Fset, pass.Files), nil },
}

// Comments is the result of [Analyzer].
type Comments struct {
	// Directives are the //concurlint:ignore comments and those that say
	// nothing we know, in the order of the source, but for those in generated
	// files.
	Directives []*Directive

	silences  []silence
	generated map[*token.File]bool
}

// A Directive is a //concurlint:ignore comment or a failed attempt at one.
type Directive struct {
	Pos, End token.Pos
	Names    []Name // of the checks it silences
	Problem  string // what is wrong with its form; "" if nothing is
}

// A Name is the name of a check in a [Directive].
type Name struct {
	Pos  token.Pos
	Text string
}

// End returns the position after the name.
func (n Name) End() token.Pos { return n.Pos + token.Pos(len(n.Text)) }

// Wrap makes a obey the silencing comments and returns a itself. It also names
// the check in the Category of each diagnostic and its page in the URL.
//
// Wrap changes a in place, because drivers tell analyzers apart by address:
//
//	var Analyzer = suppress.Wrap(&analysis.Analyzer{ ... })
func Wrap(a *analysis.Analyzer) *analysis.Analyzer {
	run := a.Run
	a.Requires = append(slices.Clip(a.Requires), Analyzer)
	a.Run = func(pass *analysis.Pass) (any, error) {
		comments := pass.ResultOf[Analyzer].(*Comments)
		used := make(map[*Directive]bool)
		filtered := *pass
		filtered.Report = func(d analysis.Diagnostic) {
			if comments.silence(a.Name, pass.Fset.File(d.Pos), d.Pos, used) {
				return
			}
			d.Category = cmp.Or(d.Category, a.Name)
			d.URL = cmp.Or(d.URL, a.URL)
			if preprocessed(pass.Fset, d.Pos) {
				d.SuggestedFixes = nil
			}
			pass.Report(d)
		}
		result, err := run(&filtered)
		if err == nil {
			comments.reportUnused(pass, used)
		}
		return result, err
	}
	return a
}

// preprocessed reports whether the file at pos stands for another file, as
// the output of cgo does: it lies in the build cache and must not be edited.
func preprocessed(fset *token.FileSet, pos token.Pos) bool {
	return fset.Position(pos).Filename != fset.File(pos).Name()
}

// silence reports whether check name has to be silent about pos, a position in
// file. It adds the directives that say so to used: all of them, because each
// has an effect of its own.
func (c *Comments) silence(name string, file *token.File, pos token.Pos, used map[*Directive]bool) bool {
	if c.generated[file] {
		return true
	}
	silent := false
	line := file.PositionFor(pos, false).Line
	for _, s := range c.silences {
		if s.file == file && s.first <= line && line <= s.last && s.silences(name) {
			silent = true
			if s.directive != nil {
				used[s.directive] = true
			}
		}
	}
	return silent
}

// reportUnused reports the directives that name the check of pass and are not
// among the used.
func (c *Comments) reportUnused(pass *analysis.Pass, used map[*Directive]bool) {
	for _, d := range c.Directives {
		if used[d] {
			continue
		}
		for _, name := range d.Names {
			if name.Text == pass.Analyzer.Name {
				pass.Report(analysis.Diagnostic{
					Pos:      name.Pos,
					End:      name.End(),
					Category: name.Text + "/ignore",
					URL:      pass.Analyzer.URL,
					Message:  fmt.Sprintf("%s has nothing to report here: remove it from the directive", name.Text),
				})
			}
		}
	}
}
