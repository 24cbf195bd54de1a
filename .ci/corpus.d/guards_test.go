package main

import (
	"slices"
	"testing"
)

func TestCompareGuards(t *testing.T) {
	declared := []*guard{
		{Type: "T", Field: "found", Lock: "mu", Class: "T.mu", Changes: 1, Posn: "t.go:1"},
		{Type: "T", Field: "either", Lock: "mu", Also: []string{"nu"}, Changes: 1, Posn: "t.go:2"},
		{Type: "T", Field: "class", Lock: "P.mu", Class: "P.mu", Changes: 1, Posn: "t.go:3"},
		{Type: "T", Field: "other", Lock: "mu", Class: "T.mu", Changes: 1, Posn: "t.go:4"},
		{Type: "T", Field: "up", Lock: "mu", Class: "Outer.mu", Changes: 1, Posn: "t.go:5"},
		{Type: "T", Field: "few", Lock: "mu", Class: "T.mu", Changes: 1, Posn: "t.go:6"},
		{Type: "T", Field: "unseen", Lock: "mu", Changes: 1, Posn: "t.go:7"},
		{Type: "T", Field: "constant", Lock: "mu", Posn: "t.go:8"},
		{Type: "T", Field: "atomic", Kind: "atomic", Changes: 1, Posn: "t.go:9"},
	}
	inferred := []*guard{
		{Type: "T", Field: "found", Lock: "mu", Class: "T.mu", Kind: "guarded", Posn: "t.go:1"},
		{Type: "T", Field: "either", Lock: "nu", Class: "T.nu", Kind: "guarded", Posn: "t.go:2"},
		{Type: "T", Field: "class", Lock: "parent.mu", Class: "P.mu", Kind: "guarded", Posn: "t.go:3"},
		{Type: "T", Field: "other", Lock: "nu", Class: "T.nu", Kind: "guarded", Posn: "t.go:4"},
		{Type: "T", Field: "up", Lock: "mu", Class: "T.mu", Kind: "guarded", Posn: "t.go:5"},
		{Type: "T", Field: "few", Lock: "mu", Class: "T.mu", Kind: "undecided", Posn: "t.go:6"},
		{Type: "T", Field: "atomic", Lock: "mu", Class: "T.mu", Kind: "guarded", Posn: "t.go:9"},
		{Type: "T", Field: "silent", Lock: "mu", Class: "T.mu", Kind: "guarded", Posn: "t.go:10"},
		{Type: "U", Field: "elsewhere", Lock: "mu", Class: "U.mu", Kind: "guarded", Posn: "t.go:11"},
	}
	var c comparison
	c.compare(declared, inferred)
	if c.declared != 8 || c.changed != 7 || c.found != 3 || c.inferred != 7 {
		t.Errorf("declared %d, changed %d, found %d, inferred %d; want 8, 7, 3, 7", c.declared, c.changed, c.found, c.inferred)
	}
	missed := []string{
		"t.go:4: T.other guarded by mu: inferred nu held at 0 of 0 accesses, score 0.00, in 0 functions, 0 unclear",
		"t.go:5: T.up guarded by mu: inferred mu held at 0 of 0 accesses, score 0.00, in 0 functions, 0 unclear",
		"t.go:6: T.few guarded by mu: too little evidence, mu held at 0 of 0 accesses, score 0.00, in 0 functions, 0 unclear",
		"t.go:7: T.unseen guarded by mu: no access is seen",
	}
	if !slices.Equal(c.missed, missed) {
		t.Errorf("missed %q, want %q", c.missed, missed)
	}
	if len(c.against) != 3 {
		t.Errorf("contradictions %q, want three", c.against)
	}
}
