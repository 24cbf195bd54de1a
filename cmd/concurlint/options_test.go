package main

import (
	"flag"
	"testing"

	"github.com/concurlint/concurlint/analyzers"
)

// Every check can be named, and its flags set, on the command line.
func TestFlags(t *testing.T) {
	var o options
	fs, _ := o.flags()
	for _, a := range analyzers.All {
		if fs.Lookup(a.Name) == nil {
			t.Errorf("there is no flag -%s", a.Name)
		}
		a.Flags.VisitAll(func(f *flag.Flag) {
			if g := fs.Lookup(a.Name + "." + f.Name); g == nil || g.Value != f.Value {
				t.Errorf("there is no flag -%s.%s", a.Name, f.Name)
			}
		})
	}
}
