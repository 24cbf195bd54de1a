package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/concurlint/concurlint/analyzers"
)

// TestLecture checks that each wrong program of the lecture is reported, and
// none of the right ones.
func TestLecture(t *testing.T) {
	t.Chdir("../../testdata/lecture")
	o := &options{checks: analyzers.All, patterns: []string{"./..."}}
	r, err := o.analyze(nil)
	if err != nil || len(r.problems) > 0 {
		t.Fatalf("analyze failed: %v, %q", err, r.problems)
	}
	reported := make(map[string]bool)
	for _, f := range r.findings {
		folder := strings.TrimPrefix(f.pkg.PkgPath, "lecture/")
		reported[folder] = true
		if filepath.Base(folder) != "wrong" {
			t.Errorf("%s: %s (%s)", f.posn, f.Message, f.check)
		}
	}
	wrong, err := filepath.Glob("row*/wrong")
	if err != nil || len(wrong) == 0 {
		t.Fatalf("no wrong programs: %v", err)
	}
	for _, folder := range wrong {
		if !reported[filepath.ToSlash(folder)] {
			t.Errorf("nothing is reported about %s", folder)
		}
	}
}
