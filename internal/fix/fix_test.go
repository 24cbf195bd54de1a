package fix_test

import (
	"go/token"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"

	"github.com/concurlint/concurlint/internal/fix"
)

const src = `package p

func f() {
	a()
	b()
	c()
}
`

// Each fix is a list of edits "old->new", "^here->text" to insert before
// here, all of which are found in src by the text.
func TestSet(t *testing.T) {
	for _, test := range []struct {
		name  string
		fixes [][]string
		added []bool
		want  string // statements of f
	}{
		{"none", nil, nil, "a() b() c()"},
		{"replace", [][]string{{"a()->x()"}}, []bool{true}, "x() b() c()"},
		{"unordered", [][]string{{"c()->z()", "a()->x()"}}, []bool{true}, "x() b() z()"},
		{"two fixes", [][]string{{"c()->z()"}, {"a()->x()"}}, []bool{true, true}, "x() b() z()"},
		{"equal", [][]string{{"a()->x()"}, {"a()->x()", "b()->y()"}}, []bool{true, true}, "x() y() c()"},
		{"insertions at one place", [][]string{{"^b()->x();"}, {"^b()->y();"}}, []bool{true, true}, "a() x() y() b() c()"},
		{"equal insertions", [][]string{{"^b()->x();"}, {"^b()->x();"}}, []bool{true, true}, "a() x() b() c()"},
		{"insertion before a change", [][]string{{"b()->y()"}, {"^b()->x();"}}, []bool{true, true}, "a() x() y() c()"},
		{"insertion after a change", [][]string{{"a()->y()"}, {"^\n\tb()->;x()"}}, []bool{true, true}, "y() x() b() c()"},
		{"insertion within a change", [][]string{{"a()\n\tb()->x()"}, {"^b()->y();"}}, []bool{true, false}, "x() c()"},
		{"change around an insertion", [][]string{{"^b()->y();"}, {"a()\n\tb()->x()"}}, []bool{true, false}, "a() y() b() c()"},
		{"all or nothing", [][]string{{"b()->y()"}, {"a()->x()", "b()->z()"}}, []bool{true, false}, "a() y() c()"},
		{"conflict leaves the set as it was", [][]string{{"c()->z()"}, {"b()->y()"}, {"^package->\n"}, {"a()->x()", "b()->v()"}}, []bool{true, true, true, false}, "a() y() z()"},
		{"third after a conflict", [][]string{{"b()->y()"}, {"b()->z()"}, {"c()->z()"}}, []bool{true, false, true}, "a() y() z()"},
	} {
		t.Run(test.name, func(t *testing.T) {
			fset := token.NewFileSet()
			file := fset.AddFile("p.go", -1, len(src))
			var set fix.Set
			var added []bool
			for _, edits := range test.fixes {
				var f analysis.SuggestedFix
				for _, e := range edits {
					old, text, _ := strings.Cut(e, "->")
					old, insertion := strings.CutPrefix(old, "^")
					pos := file.Pos(strings.Index(src, old))
					edit := analysis.TextEdit{Pos: pos, NewText: []byte(text)}
					if !insertion {
						edit.End = pos + token.Pos(len(old))
					}
					f.TextEdits = append(f.TextEdits, edit)
				}
				added = append(added, set.Add(fset, f))
			}
			if !slices.Equal(added, test.added) {
				t.Errorf("Add returned %v, want %v", added, test.added)
			}
			got, err := set.Apply("p.go", []byte(src))
			if err != nil {
				t.Fatal(err)
			}
			want := "package p\n\nfunc f() {\n\t" + strings.ReplaceAll(test.want, " ", "\n\t") + "\n}\n"
			if string(got) != want {
				t.Errorf("Apply returned\n%swant\n%s", got, want)
			}
		})
	}
}

func TestFiles(t *testing.T) {
	fset := token.NewFileSet()
	b, a := fset.AddFile("b.go", -1, 10), fset.AddFile("a.go", -1, 10)
	var set fix.Set
	set.Add(fset, analysis.SuggestedFix{TextEdits: []analysis.TextEdit{{Pos: b.Pos(1)}, {Pos: a.Pos(1)}}})
	if got, want := set.Files(), []string{"a.go", "b.go"}; !slices.Equal(got, want) {
		t.Errorf("Files returned %v, want %v", got, want)
	}
}

func TestNotGo(t *testing.T) {
	fset := token.NewFileSet()
	file := fset.AddFile("p.go", -1, len(src))
	var set fix.Set
	set.Add(fset, analysis.SuggestedFix{TextEdits: []analysis.TextEdit{{Pos: file.Pos(0), NewText: []byte("}")}}})
	if got, err := set.Apply("p.go", []byte(src)); err == nil {
		t.Errorf("Apply returned\n%swant an error", got)
	}
}
