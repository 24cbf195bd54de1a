// Package plugin makes concurlint a linter of golangci-lint, as a module
// plugin. Importing it registers the linter under the name concurlint:
//
//	import _ "github.com/concurlint/concurlint/plugin"
//
// The checks are those of [analyzers.All], unchanged; [present] only leaves
// out of a finding what golangci-lint cannot show.
package plugin

import (
	"github.com/golangci/plugin-module-register/register"
	"golang.org/x/tools/go/analysis"
)

func init() { register.Plugin("concurlint", New) }

// A linter is concurlint as its settings want it.
type linter struct{ checks []*analysis.Analyzer }

// New returns concurlint with conf, the settings in the configuration of
// golangci-lint, which may be nil.
func New(conf any) (register.LinterPlugin, error) {
	s, err := decode(conf)
	if err != nil {
		return nil, err
	}
	checks, err := s.checks()
	if err != nil {
		return nil, err
	}
	return &linter{checks}, nil
}

// BuildAnalyzers returns the checks to run.
func (l *linter) BuildAnalyzers() ([]*analysis.Analyzer, error) {
	var list []*analysis.Analyzer
	for _, a := range l.checks {
		list = append(list, present(a))
	}
	return list, nil
}

// GetLoadMode says that the checks need types: golangci-lint asks before it
// loads any package.
func (l *linter) GetLoadMode() string { return register.LoadModeTypesInfo }

// present returns check in a form whose findings golangci-lint shows well. It
// prints related information as further issues, which may then hide others
// of the same line; our messages say by themselves where the proof is. And it
// applies no fix at all, and drops the issue, if there are two to choose from.
//
// The copy is as good as the original, because nothing requires a check and a
// check has no facts.
func present(check *analysis.Analyzer) *analysis.Analyzer {
	a := *check
	a.Run = func(pass *analysis.Pass) (any, error) {
		p := *pass
		p.Report = func(d analysis.Diagnostic) {
			d.Related = nil
			d.SuggestedFixes = d.SuggestedFixes[:min(1, len(d.SuggestedFixes))]
			pass.Report(d)
		}
		return check.Run(&p)
	}
	return &a
}
