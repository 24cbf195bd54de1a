package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/concurlint/concurlint/internal/fix"
)

// maxRounds limits how often fixed code is checked and fixed again. More than
// two rounds happen only where fixes overlap, and each applies at least one.
const maxRounds = 10

// changes are the new contents of files by their names.
type changes map[string][]byte

// fixAll applies the fixes of r, and then those of what it finds in the fixed
// code: two fixes may overlap, and one may repair what another needs. It
// returns the changes and the findings that are left, and changes no file.
func (o *options) fixAll(r *report) (changes, *report, error) {
	all := make(changes)
	for range maxRounds {
		changed, err := all.apply(r.findings)
		if err != nil {
			return nil, nil, err
		}
		if !changed {
			break
		}
		fixed, err := o.analyze(all)
		if err != nil {
			return nil, nil, err
		}
		// Nothing is written that does not compile, whatever a check proposes.
		if len(fixed.problems) > len(r.problems) {
			return nil, nil, fmt.Errorf("the fixes are wrong, so no file is changed:\n%s", strings.Join(fixed.problems, "\n"))
		}
		r = fixed
	}
	for i, f := range r.findings {
		if len(f.SuggestedFixes) > 0 {
			r.findings[i].note = "the fix is not applied, because " + f.whyNotFixed()
		}
	}
	return all, r, nil
}

// apply adds to c the first fixes of those findings that have one, as far as
// they do not overlap, and reports whether there are any.
func (c changes) apply(list []finding) (bool, error) {
	var set fix.Set
	sizes := make(map[string]int)
	for _, f := range list {
		if len(f.SuggestedFixes) == 0 || f.fixesGenerated() {
			continue
		}
		set.Add(f.pkg.Fset, f.SuggestedFixes[0])
		for _, e := range f.SuggestedFixes[0].TextEdits {
			file := f.pkg.Fset.File(e.Pos)
			sizes[file.Name()] = file.Size()
		}
	}
	return len(set.Files()) > 0, c.merge(&set, sizes)
}

// merge adds the edits in set to c. The files had the given sizes when they
// were checked.
func (c changes) merge(set *fix.Set, sizes map[string]int) error {
	for _, name := range set.Files() {
		src, ok := c[name]
		if !ok {
			var err error
			if src, err = os.ReadFile(name); err != nil {
				return err
			}
			if len(src) != sizes[name] {
				return fmt.Errorf("%s has changed while it was checked", relative(name))
			}
		}
		fixed, err := set.Apply(name, src)
		if err != nil {
			return fmt.Errorf("a fix of %s is wrong, so no file is changed: %w", relative(name), err)
		}
		c[name] = fixed
	}
	return nil
}

// fixesGenerated reports whether the fix of f changes a generated file, in
// which it would not last.
func (f finding) fixesGenerated() bool {
	for _, e := range f.SuggestedFixes[0].TextEdits {
		for _, file := range f.pkg.Syntax {
			if file.FileStart <= e.Pos && e.Pos <= file.FileEnd && ast.IsGenerated(file) {
				return true
			}
		}
	}
	return false
}

// whyNotFixed says why the fix of f is not applied.
func (f finding) whyNotFixed() string {
	if f.fixesGenerated() {
		return "it changes a generated file"
	}
	return "it overlaps other fixes: run concurlint -fix again"
}

// commit writes the changes to the files, or to w if only the difference is
// wanted.
func (c changes) commit(onlyDiff bool, w io.Writer) error {
	for _, name := range slices.Sorted(maps.Keys(c)) {
		old, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if bytes.Equal(old, c[name]) {
			continue
		}
		if onlyDiff {
			rel := relative(name)
			_, err = w.Write(diff.Diff(rel+".orig", old, rel, c[name]))
		} else {
			err = os.WriteFile(name, c[name], 0o666)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
