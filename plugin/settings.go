package plugin

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/golangci/plugin-module-register/register"
	"golang.org/x/tools/go/analysis"

	"github.com/concurlint/concurlint/analyzers"
	"github.com/concurlint/concurlint/internal/spell"
)

// The keys of the settings.
const (
	enable  = "enable"
	disable = "disable"
	flags   = "flags"
)

// settings are those of linters.settings.custom.concurlint.settings in the
// configuration of golangci-lint. They say what the flags of the command line
// say, and set the same flags of the checks.
type settings struct {
	Enable  []string                  `json:"enable"`  // run these checks only
	Disable []string                  `json:"disable"` // do not run these
	Flags   map[string]map[string]any `json:"flags"`   // by check and name
}

// decode returns the settings in conf. Golangci-lint takes any key, so we have
// to tell what is none of ours.
func decode(conf any) (settings, error) {
	keys, err := register.DecodeSettings[map[string]any](conf)
	if err != nil {
		return settings{}, err
	}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if err := among("setting", key, []string{enable, disable, flags}); err != nil {
			return settings{}, err
		}
	}
	return register.DecodeSettings[settings](conf)
}

// checks sets the flags of the checks and returns those to run.
func (s settings) checks() ([]*analysis.Analyzer, error) {
	for _, name := range slices.Concat(s.Enable, s.Disable, slices.Sorted(maps.Keys(s.Flags))) {
		if err := among("check", name, names()); err != nil {
			return nil, err
		}
		if slices.Contains(s.Enable, name) && slices.Contains(s.Disable, name) {
			return nil, fmt.Errorf("check %s is both in enable and in disable", name)
		}
	}
	var list []*analysis.Analyzer
	for _, a := range analyzers.All {
		if err := setFlags(a, s.Flags[a.Name]); err != nil {
			return nil, err
		}
		if len(s.Enable) > 0 && !slices.Contains(s.Enable, a.Name) || slices.Contains(s.Disable, a.Name) {
			continue
		}
		list = append(list, a)
	}
	if len(list) == 0 {
		return nil, errors.New("all checks are disabled")
	}
	return list, nil
}

// setFlags sets the flags of a that values names, and the others to their
// defaults.
func setFlags(a *analysis.Analyzer, values map[string]any) error {
	var known []string
	a.Flags.VisitAll(func(f *flag.Flag) {
		known = append(known, f.Name)
		f.Value.Set(f.DefValue)
	})
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if err := among("flag", name, known); err != nil {
			return fmt.Errorf("check %s: %w", a.Name, err)
		}
		if err := a.Flags.Set(name, fmt.Sprint(values[name])); err != nil {
			return fmt.Errorf("check %s: flag %s: %w", a.Name, name, err)
		}
	}
	return nil
}

// names returns the names of all checks.
func names() []string {
	var list []string
	for _, a := range analyzers.All {
		list = append(list, a.Name)
	}
	return list
}

// among returns an error unless name is one of known, which are of the given
// kind.
func among(kind, name string, known []string) error {
	if slices.Contains(known, name) {
		return nil
	}
	if near := spell.Nearest(name, known); near != "" {
		return fmt.Errorf("there is no %s %s; did you mean %s?", kind, name, near)
	}
	if len(known) == 0 {
		return fmt.Errorf("there is no %s %s", kind, name)
	}
	return fmt.Errorf("there is no %s %s, but %s", kind, name, strings.Join(known, ", "))
}
