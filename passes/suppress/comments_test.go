package suppress

import (
	"go/ast"
	"testing"
)

func TestParse(t *testing.T) {
	const (
		nothing = "nothing"
		space   = "a directive has no space after the slashes"
	)
	for _, test := range []struct{ comment, want string }{
		{"//concurlint:ignore condwait it is tested below", ""},
		{"//concurlint:ignore condwait", "a reason is missing: want //concurlint:ignore name[,name] reason"},
		{"//concurlint:guardedby mu", nothing},
		{"//concurlint:unguarded", nothing},
		{"//concurlint:holds s.mu", nothing},
		{"//concurlint:acquires s.mu", nothing},
		{"//concurlint:releases s.mu", nothing},
		{"//concurlint:excludes s.mu", nothing},
		{"//concurlint:order a.mu < b.mu", nothing},
		{"//concurlint:daemon it serves until the end", nothing},
		{"//concurlint:gaurdedby mu", "there is no directive //concurlint:gaurdedby: want //concurlint:guardedby"},
		{"//concurlint:hold s.mu", "there is no directive //concurlint:hold: want //concurlint:holds"},
		{"//concurlint:nonsense", "there is no directive //concurlint:nonsense: want //concurlint:ignore, //concurlint:acquires, " +
			"//concurlint:daemon, //concurlint:excludes, //concurlint:guardedby, //concurlint:holds, //concurlint:order, " +
			"//concurlint:releases, //concurlint:unguarded"},
		{"//concurlint: guardedby mu", "a directive has no space after the colon"},
		{"// concurlint:ignore condwait why", space},
		{"// concurlint:guardedby mu", space},
		{"// concurlint:guardedbymu is no directive", nothing},
		{"// concurlint: our linter", nothing},
	} {
		got := nothing
		if form, ok := parse(&ast.Comment{Text: test.comment}); ok {
			got = form.directive.Problem
		}
		if got != test.want {
			t.Errorf("parse(%s) finds %q, want %q", test.comment, got, test.want)
		}
	}
}
