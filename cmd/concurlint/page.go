package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"go/doc/comment"
	"html/template"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
	"golang.org/x/tools/go/analysis"

	"github.com/concurlint/concurlint/internal/draw"
	"github.com/concurlint/concurlint/internal/fix"
)

//go:embed page.css
var pageStyle string

//go:embed page.html
var pageText string

// pageTemplate makes HTML of a page.
var pageTemplate = template.Must(template.New("page").Parse(pageText))

// A page is what a report shows.
type page struct {
	Title    string
	Build    string
	Style    template.CSS
	Packages int
	Findings int
	Problems []string
	Units    []pageUnit
	Checks   []*pageCheck
	Order    pageOrder
	Guards   []pageGuards
	Guarded  int
}

// A pageUnit is a package with findings in the overview.
type pageUnit struct {
	Path   string
	Counts []pageCount
}

// A pageCount is the number of findings of a check, with that of the first.
type pageCount struct {
	Check    string
	N, First int
}

// A pageCheck is a check that has findings.
type pageCheck struct {
	Name, Summary, URL string
	Doc                template.HTML
	N                  int
	Packages           []*pagePackage
}

// A pagePackage is a package in which a check has findings.
type pagePackage struct {
	Path     string
	Findings []pageFinding
}

// A pageFinding is a finding. Its places are where it is, and what is related.
type pageFinding struct {
	Number            int
	Message, Function string
	Places            []pagePlace
	Fix               string
	Diff              []pageDiffLine
}

// A pagePlace is a part of the source.
type pagePlace struct {
	Related  bool
	Position string
	Text     string // what is there, if it is related
	Lines    []pageLine
}

// A pageLine is a line of the source. Its parts make the whole.
type pageLine struct {
	Number                int
	Hit                   bool
	Before, Marked, After string
}

// A pageDiffLine is a line that a fix adds, removes or leaves.
type pageDiffLine struct {
	Kind, Text string
}

// A pageOrder is the lock-order graph.
type pageOrder struct {
	Caption, Left []string
	Locks, Arrows int
	Picture       template.HTML
	Page          string // for a frame
	Cycles        []pageCycle
}

// A pageCycle is a cycle of locks.
type pageCycle struct {
	Name  string
	Story []string
}

// A pageGuards tells what is guarded in a package.
type pageGuards struct {
	Path string
	List []pageGuard
}

// A pageGuard tells what guards a field or variable.
type pageGuard struct {
	Text, Position string
	Breached       bool
}

// newPage returns the page for r, what rules have found, with the guards and
// the lock-order graph.
func newPage(r *report, guarded []*guard, nested *draw.Graph, rules []*analysis.Analyzer) (*page, error) {
	p := &page{
		Title:    title("Concurrency report", r.pkgs),
		Build:    thisBuild().String(),
		Style:    template.CSS(pageStyle),
		Packages: len(r.pkgs),
		Findings: len(r.findings),
		Problems: r.problems,
		Guards:   newPageGuards(guarded),
		Guarded:  len(guarded),
	}
	p.addFindings(r.findings, rules)
	p.addUnits()
	return p, p.Order.draw(nested)
}

// addFindings adds list by check and package.
func (p *page) addFindings(list []finding, rules []*analysis.Analyzer) {
	var files sources
	for _, a := range rules {
		var check *pageCheck
		for i, f := range list {
			if f.check != a.Name {
				continue
			}
			if check == nil {
				check = newPageCheck(a)
				p.Checks = append(p.Checks, check)
			}
			check.add(f.pkg.PkgPath, newPageFinding(i+1, f, &files))
		}
	}
}

// newPageCheck returns a without findings.
func newPageCheck(a *analysis.Analyzer) *pageCheck {
	first, rest, _ := strings.Cut(a.Doc, "\n\n")
	var parser comment.Parser
	printer := comment.Printer{HeadingLevel: 4, DocLinkBaseURL: "https://pkg.go.dev"}
	return &pageCheck{
		Name: a.Name, Summary: strings.TrimPrefix(first, "report "), URL: a.URL,
		Doc: template.HTML(printer.HTML(parser.Parse(rest))),
	}
}

// add adds f, which is in the package with the given path.
func (c *pageCheck) add(path string, f pageFinding) {
	c.N++
	i := slices.IndexFunc(c.Packages, func(p *pagePackage) bool { return p.Path == path })
	if i < 0 {
		i = len(c.Packages)
		c.Packages = append(c.Packages, &pagePackage{Path: path})
	}
	c.Packages[i].Findings = append(c.Packages[i].Findings, f)
}

// addUnits makes the overview of the findings.
func (p *page) addUnits() {
	for _, c := range p.Checks {
		for _, pkg := range c.Packages {
			i := slices.IndexFunc(p.Units, func(u pageUnit) bool { return u.Path == pkg.Path })
			if i < 0 {
				i = len(p.Units)
				p.Units = append(p.Units, pageUnit{Path: pkg.Path})
			}
			p.Units[i].Counts = append(p.Units[i].Counts, pageCount{c.Name, len(pkg.Findings), pkg.Findings[0].Number})
		}
	}
	slices.SortFunc(p.Units, func(t, u pageUnit) int { return strings.Compare(t.Path, u.Path) })
}

// pageContext is the number of lines that are shown around those of a place.
const pageContext = 3

// newPageFinding returns f as the finding with the given number.
func newPageFinding(number int, f finding, files *sources) pageFinding {
	lines := func(e excerpt) (list []pageLine) {
		for _, l := range e {
			list = append(list, pageLine{l.number, l.isMarked, printable(l.before), printable(l.marked), printable(l.after)})
		}
		return list
	}
	place := pagePlace{Position: f.position(f.Pos), Lines: lines(files.excerpt(f.pkg.Fset, f.Pos, f.End, pageContext))}
	shown := pageFinding{Number: number, Message: printable(f.Message), Function: f.function(), Places: []pagePlace{place}}
	for _, r := range f.Related {
		shown.Places = append(shown.Places, pagePlace{
			Related: true, Position: f.position(r.Pos), Text: printable(r.Message),
			Lines: lines(files.excerpt(f.pkg.Fset, r.Pos, r.End, pageContext)),
		})
	}
	if len(f.SuggestedFixes) > 0 {
		shown.Fix, shown.Diff = f.SuggestedFixes[0].Message, f.diff()
	}
	return shown
}

// diff returns what the first fix of f changes, or nothing if it cannot be
// applied.
func (f finding) diff() (lines []pageDiffLine) {
	var set fix.Set
	set.Add(f.pkg.Fset, f.SuggestedFixes[0])
	for _, name := range set.Files() {
		old, err := os.ReadFile(name)
		if err != nil {
			return nil
		}
		fixed, err := set.Apply(name, old)
		if err != nil {
			return nil
		}
		lines = append(lines, diffLines(string(diff.Diff("old", old, "new", fixed)))...)
	}
	return lines
}

// diffLines returns the lines of a unified diff of two files.
func diffLines(text string) (lines []pageDiffLine) {
	kinds := map[byte]string{'+': "added", '-': "removed", ' ': "same"}
	first := true
	for line := range strings.Lines(text) {
		switch {
		case strings.HasPrefix(line, "@@"):
			if !first {
				lines = append(lines, pageDiffLine{"gap", "⋮"})
			}
			first = false
		case !first && kinds[line[0]] != "":
			lines = append(lines, pageDiffLine{kinds[line[0]], printable(strings.TrimRight(line, "\r\n"))})
		}
	}
	return lines
}

// draw makes o the graph g.
func (o *pageOrder) draw(g *draw.Graph) error {
	*o = pageOrder{Caption: g.Caption, Locks: len(g.Nodes), Arrows: len(g.Edges)}
	for _, c := range g.Cycles {
		o.Cycles = append(o.Cycles, pageCycle{g.CycleName(c), c.Story})
	}
	if len(g.Edges) == 0 {
		return nil
	}
	var picture, whole bytes.Buffer
	var err error
	if o.Left, err = draw.WriteInline(&picture, g); err != nil {
		return err
	}
	o.Picture = template.HTML(picture.String())
	err = draw.WriteHTML(&whole, g)
	o.Page = whole.String()
	return err
}

// newPageGuards returns list, which is in order, by package.
func newPageGuards(list []*guard) (pkgs []pageGuards) {
	for _, g := range list {
		text := g.text()
		if text == "" {
			continue
		}
		if last := len(pkgs) - 1; last < 0 || pkgs[last].Path != g.pkg.PkgPath {
			pkgs = append(pkgs, pageGuards{Path: g.pkg.PkgPath})
		}
		last := &pkgs[len(pkgs)-1]
		place := fmt.Sprintf("%s:%d", relative(g.posn.Filename), g.posn.Line)
		last.List = append(last.List, pageGuard{text, place, g.breached})
	}
	return pkgs
}

// write prints p.
func (p *page) write(w io.Writer) error { return pageTemplate.Execute(w, p) }
