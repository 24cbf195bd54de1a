package main

import (
	"cmp"
	"go/doc/comment"
	"go/token"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf16"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/packages"
)

// These types are the parts of SARIF 2.1.0 that we use.
// See https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool        sarifTool            `json:"tool"`
		Invocations []sarifInvocation    `json:"invocations"`
		Bases       map[string]sarifBase `json:"originalUriBaseIds"`
		ColumnKind  string               `json:"columnKind"`
		Results     []sarifResult        `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		Version        string      `json:"version"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID               string     `json:"id"`
		ShortDescription sarifText  `json:"shortDescription"`
		FullDescription  sarifText  `json:"fullDescription"`
		HelpURI          string     `json:"helpUri"`
		Help             sarifText  `json:"help"`
		Configuration    sarifLevel `json:"defaultConfiguration"`
		Properties       sarifTags  `json:"properties"`
	}
	sarifText struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown,omitempty"`
	}
	sarifLevel struct {
		Level string `json:"level"`
	}
	sarifTags struct {
		Tags []string `json:"tags"`
	}
	sarifInvocation struct {
		Successful    bool                `json:"executionSuccessful"`
		Notifications []sarifNotification `json:"toolExecutionNotifications,omitempty"`
	}
	sarifNotification struct {
		Level   string    `json:"level"`
		Message sarifText `json:"message"`
	}
	sarifBase struct {
		Description sarifText `json:"description"`
	}
	sarifResult struct {
		RuleID       string            `json:"ruleId"`
		RuleIndex    int               `json:"ruleIndex"`
		Level        string            `json:"level"`
		Message      sarifText         `json:"message"`
		Locations    []sarifLocation   `json:"locations"`
		Related      []sarifLocation   `json:"relatedLocations,omitempty"`
		Fixes        []sarifFix        `json:"fixes,omitempty"`
		Fingerprints map[string]string `json:"partialFingerprints"`
	}
	sarifLocation struct {
		ID       int            `json:"id,omitempty"`
		Physical sarifPlace     `json:"physicalLocation"`
		Logical  []sarifLogical `json:"logicalLocations,omitempty"`
		Message  *sarifText     `json:"message,omitempty"`
	}
	sarifPlace struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   sarifRegion   `json:"region"`
	}
	sarifArtifact struct {
		URI    string `json:"uri"`
		BaseID string `json:"uriBaseId,omitempty"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn"`
		EndLine     int `json:"endLine"`
		EndColumn   int `json:"endColumn"`
	}
	sarifLogical struct {
		Name string `json:"fullyQualifiedName"`
	}
	sarifFix struct {
		Description sarifText     `json:"description"`
		Changes     []sarifChange `json:"artifactChanges"`
	}
	sarifChange struct {
		Artifact     sarifArtifact      `json:"artifactLocation"`
		Replacements []sarifReplacement `json:"replacements"`
	}
	sarifReplacement struct {
		Deleted  sarifRegion `json:"deletedRegion"`
		Inserted sarifText   `json:"insertedContent"`
	}
)

const (
	home = "https://pkg.go.dev/github.com/concurlint/concurlint"
	// sarifRoot stands for the folder that names of files are relative to.
	sarifRoot = "%SRCROOT%"
	// sarifSeverity is that of all findings: go/analysis has none, since it
	// is for the users of a check to say what matters to them.
	sarifSeverity = "warning"
)

// writeSARIF prints r, what checks have found, as SARIF.
func writeSARIF(w io.Writer, r *report, checks []*analysis.Analyzer) error {
	run := sarifRun{
		Tool: sarifTool{sarifDriver{
			Name: "concurlint", Version: thisBuild().module, InformationURI: home, Rules: []sarifRule{},
		}},
		Invocations: []sarifInvocation{{Successful: len(r.problems) == 0}},
		Bases:       map[string]sarifBase{sarifRoot: {sarifText{Text: "The root of the source, or the folder in which concurlint ran."}}},
		ColumnKind:  "utf16CodeUnits",
		Results:     []sarifResult{},
	}
	for _, p := range r.problems {
		run.Invocations[0].Notifications = append(run.Invocations[0].Notifications, sarifNotification{"error", sarifText{Text: p}})
	}
	for _, a := range checks {
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, newSarifRule(a))
	}
	var s sarifWriter
	names := fingerprints(r.findings)
	for i, f := range r.findings {
		result := s.result(f)
		result.RuleIndex = slices.IndexFunc(checks, func(a *analysis.Analyzer) bool { return a.Name == f.check })
		result.Fingerprints = map[string]string{"concurlint/v1": names[i]}
		run.Results = append(run.Results, result)
	}
	return encodeJSON(w, sarifLog{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []sarifRun{run}})
}

// newSarifRule returns the rule for a, with its documentation.
func newSarifRule(a *analysis.Analyzer) sarifRule {
	short, full, _ := strings.Cut(a.Doc, "\n\n")
	var parser comment.Parser
	var printer comment.Printer
	return sarifRule{
		ID:               a.Name,
		ShortDescription: sarifText{Text: short},
		FullDescription:  sarifText{Text: oneLine(firstParagraph(cmp.Or(full, short)))},
		HelpURI:          a.URL,
		Help:             sarifText{Text: a.Doc, Markdown: string(printer.Markdown(parser.Parse(a.Doc)))},
		Configuration:    sarifLevel{sarifSeverity},
		Properties:       sarifTags{[]string{"concurrency"}},
	}
}

// firstParagraph returns the first paragraph of text.
func firstParagraph(text string) string {
	first, _, _ := strings.Cut(text, "\n\n")
	return first
}

// A sarifWriter makes the parts of a log that have places in the source.
type sarifWriter struct {
	files sources
}

// result returns f as a result without its rule's index and its fingerprint.
func (s *sarifWriter) result(f finding) sarifResult {
	place := sarifLocation{Physical: s.mark(f.pkg, f.Pos, f.End)}
	if name := f.function(); name != "" {
		place.Logical = []sarifLogical{{f.pkg.PkgPath + "." + name}}
	}
	result := sarifResult{
		RuleID: f.check, Level: sarifSeverity, Message: sarifText{Text: f.Message}, Locations: []sarifLocation{place},
	}
	for i, r := range f.Related {
		result.Related = append(result.Related, sarifLocation{
			ID: i + 1, Physical: s.mark(f.pkg, r.Pos, r.End), Message: &sarifText{Text: r.Message},
		})
	}
	for _, fix := range f.SuggestedFixes {
		result.Fixes = append(result.Fixes, s.fix(f.pkg, fix))
	}
	return result
}

// fix returns fix with its edits by file.
func (s *sarifWriter) fix(pkg *packages.Package, fix analysis.SuggestedFix) sarifFix {
	changes := []sarifChange{}
	for _, e := range fix.TextEdits {
		place := s.place(pkg, e.Pos, e.End)
		i := slices.IndexFunc(changes, func(c sarifChange) bool { return c.Artifact == place.Artifact })
		if i < 0 {
			i = len(changes)
			changes = append(changes, sarifChange{Artifact: place.Artifact})
		}
		changes[i].Replacements = append(changes[i].Replacements, sarifReplacement{place.Region, sarifText{Text: string(e.NewText)}})
	}
	return sarifFix{sarifText{Text: fix.Message}, changes}
}

// place returns the place from pos to end.
func (s *sarifWriter) place(pkg *packages.Package, pos, end token.Pos) sarifPlace {
	start, stop := pkg.Fset.Position(pos), pkg.Fset.Position(cmp.Or(end, pos))
	artifact := sarifArtifact{URI: fileURI(start.Filename)}
	if name, ok := belowRoot(start.Filename); ok {
		artifact = sarifArtifact{relativeURI(name), sarifRoot}
	}
	return sarifPlace{artifact, sarifRegion{start.Line, s.files.column(start), stop.Line, s.files.column(stop)}}
}

// mark returns the place from pos to end, and that of a name or character if
// there is nothing between.
func (s *sarifWriter) mark(pkg *packages.Package, pos, end token.Pos) sarifPlace {
	place := s.place(pkg, pos, end)
	if e := s.files.excerpt(pkg.Fset, pos, end, 0); e != nil && !(pos < end) {
		place.Region.EndColumn += len(utf16.Encode([]rune(e[0].marked)))
	}
	return place
}

// column returns the column of posn, which counts bytes, in UTF-16.
func (s *sources) column(posn token.Position) int {
	lines := s.file(posn.Filename)
	if posn.Line < 1 || posn.Line > len(lines) || posn.Column-1 > len(lines[posn.Line-1]) {
		return max(posn.Column, 1)
	}
	return 1 + len(utf16.Encode([]rune(lines[posn.Line-1][:posn.Column-1])))
}

// belowRoot returns name relative to the root of the source, and whether it is
// below that. The root is what GitHub's actions say it is, if we run in there,
// or else the current directory.
func belowRoot(name string) (string, bool) {
	dir, err := os.Getwd()
	if err != nil {
		return name, false
	}
	if root := os.Getenv("GITHUB_WORKSPACE"); filepath.IsAbs(root) && isBelow(dir, root) {
		dir = root
	}
	rel, err := filepath.Rel(dir, name)
	if err != nil || !filepath.IsLocal(rel) {
		return name, false
	}
	return filepath.ToSlash(rel), true
}

// relativeURI returns the URI of a file with a relative name.
func relativeURI(name string) string { return (&url.URL{Path: name}).String() }

// fileURI returns the URI of a file with an absolute name.
func fileURI(name string) string {
	name = filepath.ToSlash(name)
	if !strings.HasPrefix(name, "/") {
		name = "/" + name // a drive's letter
	}
	return (&url.URL{Scheme: "file", Path: name}).String()
}
