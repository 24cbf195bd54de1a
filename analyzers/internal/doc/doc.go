// Package doc takes an analyzer's documentation from its doc.go file, so that
// pkg.go.dev, the help command and analyzers/README.md show the same words.
package doc

import (
	"fmt"
	"go/parser"
	"go/token"
	"strings"
)

// root is the import path under which every check has a folder of its own.
const root = "github.com/concurlint/concurlint/analyzers/"

// Must is like [Extract] but panics if the doc comment has not that form:
// a fault of the source, which every test finds.
func Must(src, name string) string {
	text, err := Extract(src, name)
	if err != nil {
		panic(err)
	}
	return text
}

// Extract returns the text of analyzer name from src, the contents of a Go
// file whose package comment has a section of this form:
//
//	# Analyzer NAME
//
//	NAME: summary
//
//	Full description...
//
// The result begins with the summary, as [analysis.Analyzer.Doc] requires.
//
// [analysis.Analyzer.Doc]: https://pkg.go.dev/golang.org/x/tools/go/analysis#Analyzer
func Extract(src, name string) (string, error) {
	f, err := parser.ParseFile(token.NewFileSet(), "doc.go", src, parser.ParseComments|parser.PackageClauseOnly)
	if err != nil {
		return "", fmt.Errorf("documentation of %s: %w", name, err)
	}
	_, section, ok := strings.Cut(f.Doc.Text(), "\n# Analyzer "+name+"\n")
	if !ok {
		return "", fmt.Errorf("documentation of %s: no heading %q", name, "# Analyzer "+name)
	}
	section, _, _ = strings.Cut(section, "\n# ")
	text, ok := strings.CutPrefix(strings.TrimSpace(section), name+": ")
	if !ok {
		return "", fmt.Errorf("documentation of %s: its heading is not followed by %q", name, name+": summary")
	}
	return strings.TrimSpace(text), nil
}

// URL returns the address of the page that documents analyzer name.
func URL(name string) string { return "https://pkg.go.dev/" + root + name }
