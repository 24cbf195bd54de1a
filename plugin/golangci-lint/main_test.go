package main

import (
	"runtime/debug"
	"strings"
	"testing"
)

// TestVersion checks that the version tells builds apart, because golangci-lint
// keeps the findings of one for the other if it does not.
func TestVersion(t *testing.T) {
	host := &debug.Module{Path: "github.com/golangci/golangci-lint/v2", Version: "v2.15.0", Sum: "h1:host"}
	build := func(goVersion string, deps ...*debug.Module) string {
		return version(&debug.BuildInfo{GoVersion: goVersion, Deps: append(deps, host)})
	}
	ours := func(sum string) *debug.Module {
		return &debug.Module{Path: "github.com/concurlint/concurlint", Version: "v0.1.0", Sum: sum}
	}
	first := build("go1.26.8", ours("h1:a"))
	if !strings.HasPrefix(first, "2.15.0-concurlint-") {
		t.Errorf("the version is %s", first)
	}
	if again := build("go1.26.8", ours("h1:a")); again != first {
		t.Errorf("the version of the same program is %s and %s", first, again)
	}
	for change, got := range map[string]string{
		"concurlint": build("go1.26.8", ours("h1:b")),
		"Go":         build("go1.26.9", ours("h1:a")),
	} {
		if got == first {
			t.Errorf("a change of %s does not change the version", change)
		}
	}
	replaced := ours("")
	replaced.Replace = &debug.Module{Path: "../.."}
	for what, got := range map[string]string{
		"a workspace":                build("go1.26.8", ours("")),
		"a replaced module":          build("go1.26.8", replaced),
		"a program without its host": version(&debug.BuildInfo{Deps: []*debug.Module{ours("h1:a")}}),
	} {
		if got != unknown {
			t.Errorf("the version of %s is %s", what, got)
		}
	}
}
