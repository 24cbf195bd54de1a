package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
)

// The changelog names every check, so that a release says what it brings.
func TestChangelog(t *testing.T) {
	text, err := os.ReadFile("../../CHANGELOG.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range checkNames() {
		if !strings.Contains(string(text), "`"+name+"`") {
			t.Errorf("CHANGELOG.md does not name check %s", name)
		}
	}
}

func TestVersion(t *testing.T) {
	const commit = "0123456789abcdef0123456789abcdef01234567"
	vcs := []debug.BuildSetting{{Key: "vcs", Value: "git"}, {Key: "vcs.revision", Value: commit}, {Key: "vcs.modified", Value: "true"}}
	for _, test := range []struct {
		version  string
		settings []debug.BuildSetting
		want     string
	}{
		{"", nil, "(devel) " + runtime.Version()},
		{"(devel)", vcs, "(devel) " + runtime.Version() + " commit " + commit + " (modified)"},
		{"(devel)", vcs[:2], "(devel) " + runtime.Version() + " commit " + commit},
		{"v1.2.3", nil, "v1.2.3 " + runtime.Version()},
		{"v1.2.4-0.20261124120000-0123456789ab", nil, "v1.2.4-0.20261124120000-0123456789ab " + runtime.Version() + " commit 0123456789ab"},
	} {
		b := newBuild(&debug.BuildInfo{Main: debug.Module{Version: test.version}, Settings: test.settings})
		if got, want := b.String(), "concurlint "+test.want; got != want {
			t.Errorf("%q, %v: got %s, want %s", test.version, test.settings, got, want)
		}
	}
}
