package doc_test

import (
	"strings"
	"testing"

	"github.com/concurlint/concurlint/analyzers/internal/doc"
)

const src = `// Package late defines an Analyzer of lateness.
//
// # Analyzer late
//
// late: report what comes late
//
// More words:
//
//	wait()
//
// # Other things
//
// Not part of it.
package late
`

func TestExtract(t *testing.T) {
	got, err := doc.Extract(src, "late")
	if want := "report what comes late\n\nMore words:\n\n\twait()"; got != want || err != nil {
		t.Errorf("Extract(late) = %q, %v; want %q", got, err, want)
	}
}

func TestExtractErrors(t *testing.T) {
	for _, test := range []struct{ src, name, want string }{
		{src, "later", `no heading "# Analyzer later"`},
		{src, "lat", `no heading "# Analyzer lat"`},
		{strings.Replace(src, "late: report", "report", 1), "late", `not followed by "late: summary"`},
		{"package late", "late", "no heading"},
		{"func", "late", "expected 'package'"},
	} {
		if got, err := doc.Extract(test.src, test.name); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("Extract(%q, %q) = %q, %v; want an error with %q", test.src, test.name, got, err, test.want)
		}
	}
}

func TestURL(t *testing.T) {
	if got, want := doc.URL("late"), "https://pkg.go.dev/github.com/concurlint/concurlint/analyzers/late"; got != want {
		t.Errorf("URL(late) = %q, want %q", got, want)
	}
}
