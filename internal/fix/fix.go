// Package fix merges suggested fixes and applies them to source text.
//
// It differs from what the x/tools drivers do in that a fix which cannot be
// merged is named to the caller, who can try again on the fixed text.
package fix

import (
	"bytes"
	"cmp"
	"go/format"
	"go/token"
	"maps"
	"slices"

	"golang.org/x/tools/go/analysis"
)

// A Set is a set of fixes that can be applied together.
// The zero value is empty.
type Set struct {
	edits map[string][]edit // by file name; in order, without overlap
}

// An edit replaces the text from start to end.
type edit struct {
	start, end int
	text       string
}

// Add adds fix and reports whether it could: a fix with an edit that overlaps
// an edit of the set is not added, not even in part. Equal edits count as one,
// and different insertions at one place stand in the order they were added.
func (s *Set) Add(fset *token.FileSet, fix analysis.SuggestedFix) bool {
	merged := make(map[string][]edit)
	for _, e := range fix.TextEdits {
		file := fset.File(e.Pos)
		name := file.Name()
		edits, ok := merged[name]
		if !ok {
			edits = s.edits[name]
		}
		end := cmp.Or(e.End, e.Pos)
		edits, ok = insert(edits, edit{file.Offset(e.Pos), file.Offset(end), string(e.NewText)})
		if !ok {
			return false
		}
		merged[name] = edits
	}
	if s.edits == nil {
		s.edits = make(map[string][]edit)
	}
	maps.Copy(s.edits, merged)
	return true
}

// overlaps reports whether e and other change the same text, or one inserts
// within what the other changes.
func (e edit) overlaps(other edit) bool { return e.start < other.end && other.start < e.end }

// insert returns edits with e in its place, and whether there is one.
func insert(edits []edit, e edit) ([]edit, bool) {
	if slices.Contains(edits, e) {
		return edits, true
	}
	if slices.ContainsFunc(edits, e.overlaps) {
		return nil, false
	}
	edits = append(slices.Clone(edits), e)
	slices.SortStableFunc(edits, func(a, b edit) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.end, b.end))
	})
	return edits, true
}

// Files returns the names of the files that the fixes change, sorted.
func (s *Set) Files() []string { return slices.Sorted(maps.Keys(s.edits)) }

// Apply returns src, the contents of the named file, with the fixes and in
// the format of gofmt, but for the ends of lines: they stay those of Windows if
// all of src has these. It fails if the result is not Go.
func (s *Set) Apply(name string, src []byte) ([]byte, error) {
	var out []byte
	last := 0
	for _, e := range s.edits[name] {
		out = append(out, src[last:e.start]...)
		out = append(out, e.text...)
		last = e.end
	}
	out, err := format.Source(append(out, src[last:]...))
	if n := bytes.Count(src, []byte("\r\n")); err == nil && n > 0 && n == bytes.Count(src, []byte("\n")) {
		out = bytes.ReplaceAll(out, []byte("\n"), []byte("\r\n"))
	}
	return out, err
}
