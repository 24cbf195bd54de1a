package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"go/token"
	"io"
	"slices"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"
)

// A finding is a diagnostic of a check about a package.
type finding struct {
	analysis.Diagnostic
	check string
	pkg   *packages.Package
	posn  token.Position // of Pos
	note  string         // why its fix is not applied, if it should have been
}

// newFinding returns the finding d of the named check.
func newFinding(d analysis.Diagnostic, check string, pkg *packages.Package) finding {
	return finding{Diagnostic: d, check: check, pkg: pkg, posn: pkg.Fset.Position(d.Pos)}
}

// findings returns what the roots of graph report, in the order of positions,
// and a line for each of them that failed.
func findings(graph *checker.Graph) (list []finding, problems []string) {
	for _, act := range graph.Roots {
		if act.Err != nil {
			problems = append(problems, fmt.Sprintf("%s: %s failed: %v", act.Package.PkgPath, act.Analyzer.Name, act.Err))
		}
		for _, d := range act.Diagnostics {
			list = append(list, newFinding(d, act.Analyzer.Name, act.Package))
		}
	}
	slices.Sort(problems)
	slices.SortStableFunc(list, func(f, g finding) int {
		return cmp.Or(
			cmp.Compare(f.posn.Filename, g.posn.Filename),
			cmp.Compare(f.posn.Line, g.posn.Line),
			cmp.Compare(f.posn.Column, g.posn.Column),
			cmp.Compare(f.check, g.check),
			cmp.Compare(f.Message, g.Message),
			cmp.Compare(f.pkg.ID, g.pkg.ID),
		)
	})
	// A file may belong to several packages, such as variants for tests.
	list = slices.CompactFunc(list, func(f, g finding) bool {
		return f.posn == g.posn && f.check == g.check && f.Message == g.Message
	})
	return list, problems
}

// position returns pos as file:line:column.
func (f finding) position(pos token.Pos) string {
	return relative(f.pkg.Fset.Position(pos).String())
}

// writeText prints f for people and editors: VS Code adds the lines that
// start with a tab to the message.
func (f finding) writeText(w io.Writer) {
	fmt.Fprintf(w, "%s: %s (%s)\n", f.position(f.Pos), f.Message, f.check)
	for _, r := range f.Related {
		fmt.Fprintf(w, "\t%s: %s\n", f.position(r.Pos), r.Message)
	}
	if f.note != "" {
		fmt.Fprintf(w, "\t%s: %s\n", f.position(f.Pos), f.note)
	}
}

// These types are the JSON form that the x/tools drivers print, with URLs.
type (
	jsonFinding struct {
		Category       string        `json:"category,omitempty"`
		Posn           string        `json:"posn"`
		End            string        `json:"end"`
		Message        string        `json:"message"`
		URL            string        `json:"url,omitempty"`
		SuggestedFixes []jsonFix     `json:"suggested_fixes,omitempty"`
		Related        []jsonRelated `json:"related,omitempty"`
	}
	jsonFix struct {
		Message string     `json:"message"`
		Edits   []jsonEdit `json:"edits"`
	}
	jsonEdit struct {
		Filename string `json:"filename"`
		Start    int    `json:"start"`
		End      int    `json:"end"`
		New      string `json:"new"`
	}
	jsonRelated struct {
		Posn    string `json:"posn"`
		End     string `json:"end"`
		Message string `json:"message"`
	}
)

// writeJSON prints list, which is in order, as one object.
func writeJSON(w io.Writer, list []finding) error {
	tree := make(map[string]map[string][]jsonFinding)
	for _, f := range list {
		byCheck := tree[f.pkg.ID]
		if byCheck == nil {
			byCheck = make(map[string][]jsonFinding)
			tree[f.pkg.ID] = byCheck
		}
		byCheck[f.check] = append(byCheck[f.check], f.json())
	}
	return encodeJSON(w, tree)
}

// encodeJSON prints v as people can read it.
func encodeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "\t")
	return e.Encode(v)
}

// json returns f in its JSON form.
func (f finding) json() jsonFinding {
	j := jsonFinding{
		Category: f.Category,
		Posn:     f.position(f.Pos),
		End:      f.position(cmp.Or(f.End, f.Pos)),
		Message:  f.Message,
		URL:      f.URL,
	}
	for _, fix := range f.SuggestedFixes {
		edits := []jsonEdit{}
		for _, e := range fix.TextEdits {
			start, end := f.pkg.Fset.Position(e.Pos), f.pkg.Fset.Position(cmp.Or(e.End, e.Pos))
			edits = append(edits, jsonEdit{relative(start.Filename), start.Offset, end.Offset, string(e.NewText)})
		}
		j.SuggestedFixes = append(j.SuggestedFixes, jsonFix{fix.Message, edits})
	}
	for _, r := range f.Related {
		j.Related = append(j.Related, jsonRelated{f.position(r.Pos), f.position(cmp.Or(r.End, r.Pos)), r.Message})
	}
	return j
}
