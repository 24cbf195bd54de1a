package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"golang.org/x/term"
	"golang.org/x/tools/go/analysis"

	"github.com/concurlint/concurlint/analyzers"
)

// A style is a way to show findings to people.
type style struct {
	rich  bool // with the source, and a summary
	color bool
	width int // columns of the terminal, or 0 if there is no limit
}

// These are the colors of a terminal, as parameters of ECMA-48's SGR.
const (
	bold   = "1"
	dim    = "2"
	red    = "1;31"
	green  = "1;32"
	purple = "35"
)

// newStyle returns the style for w. Mode is the value of flag -color: auto,
// always or never.
func newStyle(mode string, w io.Writer) style {
	s := style{rich: mode == "always", color: mode == "always"}
	if !isTerminal(w) {
		return s
	}
	s.rich = true
	if mode == "auto" {
		// See https://no-color.org.
		s.color = os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	}
	if width, _, err := term.GetSize(int(w.(*os.File).Fd())); err == nil {
		s.width = width
	}
	return s
}

// isTerminal reports whether w is a terminal.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// paint returns text in the given color.
func (s style) paint(color, text string) string {
	if !s.color || text == "" {
		return text
	}
	return "\x1b[" + color + "m" + text + "\x1b[0m"
}

// write prints r: its findings with the source that they are about, and how
// many there are of each check.
func (s style) write(w io.Writer, r *report) {
	var files sources
	for _, f := range r.findings {
		s.writeFinding(w, &files, f)
	}
	s.writeSummary(w, r)
}

// writeFinding prints f.
func (s style) writeFinding(w io.Writer, files *sources, f finding) {
	fmt.Fprintf(w, "%s: %s %s\n", s.paint(bold, f.position(f.Pos)), printable(f.Message), s.paint(purple, "("+f.check+")"))
	s.writeSource(w, red, files.excerpt(f.pkg.Fset, f.Pos, f.End, 0))
	for _, r := range f.Related {
		fmt.Fprintf(w, "    %s: %s\n", f.position(r.Pos), printable(r.Message))
		s.writeSource(w, green, files.excerpt(f.pkg.Fset, r.Pos, r.End, 0))
	}
	if f.note != "" {
		fmt.Fprintf(w, "    %s\n", f.note)
	}
	fmt.Fprintln(w)
}

// minSource is the number of columns that a line of source has at least, on
// however narrow a terminal.
const minSource = 20

// writeSource prints the lines of e with a line of carets below each marked
// part.
func (s style) writeSource(w io.Writer, color string, e excerpt) {
	for _, line := range e {
		number := fmt.Sprintf("%7d | ", line.number)
		margin := strings.Repeat(" ", len(number)-2) + "| "
		before, marked, after := expandTabs(line.before), expandTabs(line.marked), expandTabs(line.after)
		if s.width > 0 {
			before, marked, after = window(before, marked, after, max(s.width-len(number)-1, minSource))
		}
		fmt.Fprintf(w, "%s%s%s%s\n", s.paint(dim, number), before, s.paint(color, marked), after)
		carets := "^" + strings.Repeat("~", max(0, columns(marked)-1))
		fmt.Fprintf(w, "%s%s%s\n", s.paint(dim, margin), strings.Repeat(" ", columns(before)), s.paint(color, carets))
	}
}

// expandTabs returns text with spaces for tabs and without what could change
// the terminal.
func expandTabs(text string) string {
	return printable(strings.ReplaceAll(text, "\t", "    "))
}

// columns returns the number of columns that text takes: one a character.
func columns(text string) int { return len([]rune(text)) }

// window cuts a line of three parts to width columns, so that the beginning of
// the marked part can be seen.
func window(before, marked, after string, width int) (b, m, a string) {
	if columns(before)+columns(marked) > width {
		// The code before shows where we are, if there is room for it.
		keep := max(width-columns(marked)-1, width/4)
		if runes := []rune(before); len(runes) > keep {
			before = "…" + string(runes[len(runes)-keep:])
		}
	}
	marked = cut(marked, width-columns(before))
	return before, marked, cut(after, width-columns(before)-columns(marked))
}

// cut returns text cut to width columns.
func cut(text string, width int) string {
	runes := []rune(text)
	switch {
	case len(runes) <= width:
		return text
	case width < 1:
		return ""
	}
	return string(runes[:width-1]) + "…"
}

// writeSummary prints how many findings each check has.
func (s style) writeSummary(w io.Writer, r *report) {
	if len(r.findings) == 0 {
		fmt.Fprintf(w, "%s in %s.\n", s.paint(green, "No findings"), plural(len(r.pkgs), "package"))
		return
	}
	fmt.Fprintf(w, "%s in %s\n", s.paint(red, plural(len(r.findings), "finding")), plural(len(r.pkgs), "package"))
	width := 0
	tallies := tally(r.findings)
	for _, t := range tallies {
		width = max(width, len(t.check))
	}
	for _, t := range tallies {
		fmt.Fprintf(w, "%7d %s  %s\n", t.count, s.paint(purple, fmt.Sprintf("%-*s", width, t.check)), s.paint(dim, reports(t.check)))
	}
	fmt.Fprintf(w, "concurlint help NAME explains a check.\n")
}

// A count is the number of findings of a check.
type count struct {
	check string
	count int
}

// tally returns how many findings of list each check has, the most frequent
// first.
func tally(list []finding) []count {
	var counts []count
	for _, f := range list {
		i := slices.IndexFunc(counts, func(c count) bool { return c.check == f.check })
		if i < 0 {
			i = len(counts)
			counts = append(counts, count{check: f.check})
		}
		counts[i].count++
	}
	slices.SortFunc(counts, func(c, d count) int {
		return cmp.Or(cmp.Compare(d.count, c.count), cmp.Compare(c.check, d.check))
	})
	return counts
}

// reports returns what the named check reports, in a few words.
func reports(check string) string {
	for _, a := range slices.Concat(analyzers.All, []*analysis.Analyzer{baselineRule}) {
		if a.Name == check {
			first, _, _ := strings.Cut(a.Doc, "\n\n")
			return strings.TrimPrefix(first, "report ")
		}
	}
	return ""
}

// plural returns the number n of things.
func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
