package suppress

import (
	"fmt"
	"go/ast"
	"go/token"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/concurlint/concurlint/internal/spell"
)

// linter is the name of us all in the comments of other tools.
const linter = "concurlint"

// A silence is a range of lines of a file where checks must not report.
type silence struct {
	form
	file        *token.File
	first, last int
}

// A form is what a comment asks for, whatever its place.
type form struct {
	names     []string // of the checks, or [linter]; nil for all checks
	extent    extent
	directive *Directive // nil if the comment is another tool's
}

// An extent says how much a comment speaks of, beyond a line.
type extent int

const (
	declaration extent = iota // that begins on the line
	construct                 // declaration, statement or expression that begins on the line
	wholeFile
)

// silences reports whether f speaks of check name.
func (f form) silences(name string) bool {
	return f.names == nil || slices.Contains(f.names, name) || slices.Contains(f.names, linter)
}

// collect returns the silencing comments of files.
func collect(fset *token.FileSet, files []*ast.File) *Comments {
	comments := &Comments{generated: make(map[*token.File]bool)}
	for _, f := range files {
		file := fset.File(f.FileStart)
		if isGenerated(f) {
			comments.generated[file] = true
			continue
		}
		var code *layout // of f, computed for the first comment that needs it
		for _, group := range f.Comments {
			for _, c := range group.List {
				form, ok := parse(c)
				if !ok {
					continue
				}
				if form.directive != nil {
					comments.Directives = append(comments.Directives, form.directive)
				}
				s := silence{form, file, 0, math.MaxInt}
				if form.extent != wholeFile {
					if code == nil {
						code = newLayout(file, f)
					}
					s.first, s.last = code.scope(group, c, form.extent)
				}
				comments.silences = append(comments.silences, s)
			}
		}
	}
	return comments
}

// generatedBy matches the marks of https://go.dev/s/generatedcode.
var generatedBy = regexp.MustCompile(`^// Code generated (.*) DO NOT EDIT\.$`)

// isGenerated is like [ast.IsGenerated], but cgo's copy of a file that people
// wrote does not count.
func isGenerated(f *ast.File) bool {
	for _, group := range f.Comments {
		for _, c := range group.List {
			if c.Pos() > f.Package {
				return false
			}
			if m := generatedBy.FindStringSubmatch(c.Text); m != nil && m[1] != "by cmd/cgo;" {
				return true
			}
		}
	}
	return false
}

// parse returns what comment c asks for, and whether it asks for anything.
func parse(c *ast.Comment) (form, bool) {
	text, _, _ := strings.Cut(c.Text, " //") // a comment may follow the directive
	if rest, ok := strings.CutPrefix(text, "//concurlint:"); ok {
		if slices.Contains(statements, verb(rest)) {
			return form{}, false
		}
		return ours(parseDirective(c, rest)), true
	}
	if rest, ok := strings.CutPrefix(text, "// concurlint:"); ok && (verb(rest) == "ignore" || slices.Contains(statements, verb(rest))) {
		return ours(&Directive{Pos: c.Pos(), End: c.End(), Problem: "a directive has no space after the slashes"}), true
	}
	if rest, ok := strings.CutPrefix(text, "//lint:ignore "); ok {
		return parseLint(rest, declaration)
	}
	if rest, ok := strings.CutPrefix(text, "//lint:file-ignore "); ok {
		return parseLint(rest, wholeFile)
	}
	return parseNolint(strings.TrimLeft(text, "/ "))
}

// ours returns what d asks for.
func ours(d *Directive) form {
	names := []string{} // not nil: a malformed directive silences nothing
	for _, name := range d.Names {
		names = append(names, name.Text)
	}
	return form{names, declaration, d}
}

// statements are the words other than ignore that may follow "//concurlint:".
// They state what the code means; the passes that use them read the rest.
var statements = []string{"acquires", "daemon", "excludes", "guardedby", "holds", "order", "releases", "unguarded"}

// verb returns the word that text, what follows "//concurlint:", begins with.
func verb(text string) string {
	verb, _, _ := strings.Cut(text, " ")
	return verb
}

// parseDirective returns the directive that c, "//concurlint:" and rest, holds.
func parseDirective(c *ast.Comment, rest string) *Directive {
	d := &Directive{Pos: c.Pos(), End: c.End()}
	verb, args, _ := strings.Cut(rest, " ")
	if verb == "" {
		d.Problem = "a directive has no space after the colon"
		return d
	}
	if verb != "ignore" {
		d.Problem = fmt.Sprintf("there is no directive //concurlint:%s: want //concurlint:%s", verb, meant(verb))
		return d
	}
	args = strings.TrimLeft(args, " ")
	list, reason, _ := strings.Cut(args, " ")
	var names []Name
	pos := c.Pos() + token.Pos(len("//concurlint:")+len(rest)-len(args))
	for name := range strings.SplitSeq(list, ",") {
		if !token.IsIdentifier(name) {
			d.Problem = "want //concurlint:ignore name[,name] reason, with the names of checks"
			return d
		}
		names = append(names, Name{pos, name})
		pos += token.Pos(len(name) + len(","))
	}
	if strings.TrimSpace(reason) == "" {
		d.Problem = "a reason is missing: want //concurlint:ignore name[,name] reason"
		return d
	}
	d.Names = names
	return d
}

// meant returns the verb that somebody who wrote word meant, or all verbs.
func meant(word string) string {
	verbs := append([]string{"ignore"}, statements...)
	if near := spell.Nearest(word, verbs); near != "" {
		return near
	}
	return strings.Join(verbs, ", //concurlint:")
}

// parseLint returns what staticcheck's directive with these arguments asks
// of our checks. Without a reason it has no effect, as there.
func parseLint(args string, extent extent) (form, bool) {
	list, reason, _ := strings.Cut(strings.TrimSpace(args), " ")
	f := form{extent: extent}
	for name := range strings.SplitSeq(list, ",") {
		if name, ok := strings.CutPrefix(name, linter+"/"); ok {
			f.names = append(f.names, name)
		}
	}
	return f, f.names != nil && reason != ""
}

// parseNolint returns what golangci-lint's directive text asks of our checks.
func parseNolint(text string) (form, bool) {
	rest, ok := strings.CutPrefix(text, "nolint")
	f := form{extent: construct}
	switch {
	case !ok:
		return f, false
	case rest == "" || rest[0] == ' ' || strings.HasPrefix(rest, ":all"):
		return f, true
	case rest[0] != ':':
		return f, false
	}
	for name := range strings.SplitSeq(rest[1:], ",") {
		f.names = append(f.names, strings.ToLower(strings.TrimSpace(name)))
	}
	return f, true
}
