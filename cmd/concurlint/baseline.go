package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/packages"
)

const baselineHelp = `
Baseline

A team that has findings already can keep them in a file and begin with those
that are new:

	concurlint -baseline=concurlint.baseline -write-baseline ./...
	concurlint -baseline=concurlint.baseline ./...

The first writes the file anew, with all that is found. The second does not
report what is in there. A line of the file is the name of the check, the
package, the function, the number of such findings, and the message without its
numbers, with tabs between. It has no lines of files, so that it holds when code
moves. If a function gets one more finding of a kind, all of that kind are
reported, since nobody can tell which one is new.

A line that nothing corresponds to any more is reported at its place in the
file, so that nothing can come back unseen: write the file anew. This is checked
for the packages and checks that run. Read the file with the flags with which it
was written.
`

// baselineHead begins a file.
const baselineHead = `# Known findings, which concurlint -baseline does not report. Written by
# concurlint -write-baseline; "concurlint help" explains it.
# check, package, function, number of findings, message without numbers
`

// baselineRule stands for the check of a baseline itself.
var baselineRule = &analysis.Analyzer{
	Name: "baseline",
	Doc: `report lines of a baseline that nothing corresponds to

The findings that the line stands for are repaired, or there are fewer of them.
Write the baseline anew, so that they are reported if they come back.`,
	URL: home + "/cmd/concurlint",
}

// A baseline is what is known and not to be reported.
type baseline struct {
	file  *token.File // to report lines that are out of date
	fset  *token.FileSet
	lines []baselineLine
}

// A baselineLine is a line of a baseline.
type baselineLine struct {
	key
	count int
	line  int // of the file
}

// readBaseline returns the baseline in the named file.
func readBaseline(name string) (*baseline, error) {
	src, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no baseline %s: -write-baseline makes one", name)
	}
	if err != nil {
		return nil, err
	}
	path, err := filepath.Abs(name)
	if err != nil {
		return nil, err
	}
	b := &baseline{fset: token.NewFileSet()}
	b.file = b.fset.AddFile(path, -1, len(src))
	b.file.SetLinesForContent(src)
	for i, text := range strings.Split(string(src), "\n") {
		text = strings.TrimSuffix(text, "\r")
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		line, err := parseBaselineLine(text)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, i+1, err)
		}
		line.line = i + 1
		b.lines = append(b.lines, line)
	}
	return b, nil
}

// parseBaselineLine returns what text says.
func parseBaselineLine(text string) (baselineLine, error) {
	parts := strings.Split(text, "\t")
	if len(parts) != 5 {
		return baselineLine{}, errors.New("want check, package, function, count and message with tabs between")
	}
	count, err := strconv.Atoi(parts[3])
	if err != nil || count < 1 {
		return baselineLine{}, fmt.Errorf("%q is not a number of findings", parts[3])
	}
	return baselineLine{key: key{parts[0], parts[1], parts[2], parts[4]}, count: count}, nil
}

// apply returns what is new in list, the findings of the checks in the
// packages, and then the lines of b that are out of date.
func (b *baseline) apply(list []finding, pkgs []*packages.Package, checks []*analysis.Analyzer, tests bool) []finding {
	found := make(map[key]int)
	for _, f := range list {
		found[f.key()]++
	}
	known := make(map[key]int)
	for _, line := range b.lines {
		known[line.key] += line.count
	}
	var left []finding
	for _, f := range list {
		if k := f.key(); found[k] > known[k] {
			left = append(left, f)
		}
	}
	checked := units(pkgs, tests)
	for _, line := range b.lines {
		ran := slices.ContainsFunc(checks, func(a *analysis.Analyzer) bool { return a.Name == line.check })
		if n := found[line.key]; ran && checked[line.pkg] && n < known[line.key] {
			known[line.key] = n // one report for a key
			left = append(left, b.stale(line, n))
		}
	}
	return left
}

// units returns the units that pkgs consist of, with or without the tests.
func units(pkgs []*packages.Package, tests bool) map[string]bool {
	all := make(map[string]bool)
	for _, pkg := range pkgs {
		all[pkg.PkgPath] = true
		if tests {
			all[pkg.PkgPath+testUnit] = true
		}
	}
	return all
}

// stale returns the finding that only n findings correspond to line.
func (b *baseline) stale(line baselineLine, n int) finding {
	text := fmt.Sprintf("%s has nothing to report here any more", line.check)
	if n > 0 {
		text = fmt.Sprintf("%s has %s here, not %d", line.check, plural(n, "finding"), line.count)
	}
	where := line.pkg
	if line.function != "" {
		where += ", " + line.function
	}
	start := b.file.LineStart(line.line)
	d := analysis.Diagnostic{
		Pos: start, End: start + token.Pos(len(line.check)),
		Category: baselineRule.Name,
		Message:  fmt.Sprintf("%s (%s): write the baseline anew", text, where),
		URL:      baselineRule.URL,
	}
	return newFinding(d, baselineRule.Name, &packages.Package{ID: line.pkg, PkgPath: line.pkg, Fset: b.fset})
}

// writeBaseline makes the named file a baseline with all of list.
func writeBaseline(name string, list []finding) error {
	count := make(map[key]int)
	var keys []key
	for _, f := range list {
		k := f.key()
		if count[k]++; count[k] == 1 {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b key) int {
		return cmp.Or(
			cmp.Compare(a.check, b.check), cmp.Compare(a.pkg, b.pkg),
			cmp.Compare(a.function, b.function), cmp.Compare(a.message, b.message),
		)
	})
	var b bytes.Buffer
	b.WriteString(baselineHead)
	for _, k := range keys {
		fmt.Fprintf(&b, "%s\t%s\t%s\t%d\t%s\n", k.check, k.pkg, k.function, count[k], k.message)
	}
	return os.WriteFile(name, b.Bytes(), 0o666)
}
