package lockstate_test

import (
	"bytes"
	"flag"
	"fmt"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/diff"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/lockset"
	"github.com/concurlint/concurlint/passes/lockstate"
)

var update = flag.Bool("update", false, "write the golden file")

func Test(t *testing.T) {
	dir, err := filepath.Abs("../../testdata/src/lockstate")
	if err != nil {
		t.Fatal(err)
	}
	results := analysistest.Run(t, dir, probe, "./...")
	if len(results) != 1 {
		t.Fatalf("%d packages", len(results))
	}
	t.Run("WriteFunctions", func(t *testing.T) {
		var b bytes.Buffer
		results[0].Action.Result.(*lockstate.Result).WriteFunctions(&b, regexp.MustCompile(`\.correlated$`))
		compare(t, filepath.Join(dir, "correlated.golden"), b.Bytes())
	})
}

// compare compares got with the named file, or writes it there.
func compare(t *testing.T, name string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, got, 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if d := diff.Diff(name, want, "got", got); d != nil {
		t.Errorf("%s", d)
	}
}

// probe reports what the pass knows, in diagnostics.
var probe = &analysis.Analyzer{
	Name:       "probe",
	Doc:        "report lock states",
	Requires:   []*analysis.Analyzer{lockstate.Analyzer},
	ResultType: reflect.TypeFor[*lockstate.Result](),
	Run: func(pass *analysis.Pass) (any, error) {
		result := pass.ResultOf[lockstate.Analyzer].(*lockstate.Result)
		p := prober{pass, result, make(map[string]bool)}
		for _, fn := range result.Funcs {
			p.function(fn)
		}
		return result, nil
	},
}

// A prober words what the pass knows.
type prober struct {
	pass   *analysis.Pass
	result *lockstate.Result
	said   map[string]bool
}

// report says something about a place, once.
func (p prober) report(pos token.Pos, words ...string) {
	text := strings.Join(words, " ")
	if key := fmt.Sprint(pos, text); !p.said[key] {
		p.said[key] = true
		p.pass.Reportf(pos, "%s", text)
	}
}

func (p prober) function(fn *lockstate.Func) {
	for _, a := range fn.Acquires {
		p.report(a.Pos, "acquire "+op(&a.Op)+share(a.Paths, "conflicts", len(a.Conflicts)))
	}
	for _, r := range fn.Releases {
		p.report(r.Pos, "release "+op(&r.Op)+share(r.Paths, "held", len(r.Held), "free", len(r.Free), "wrong", len(r.Wrong)))
	}
	for _, w := range fn.Waits {
		recheck := [...]string{"not rechecked", "rechecked", "forwarded"}[w.Recheck]
		p.report(w.Pos, "wait for "+w.Expr+" with "+w.Lock.String()+share(w.Paths, "free", w.Free, "unknown", w.Unknown)+", "+recheck)
	}
	for _, l := range fn.Laps {
		if l.Varies {
			p.report(l.Op.Pos, "lap", l.Op.Expr, "varies")
		} else {
			p.report(l.Op.Pos, "lap", l.Op.Expr)
		}
	}
	for _, x := range fn.Exits {
		p.exit(x)
	}
	for _, s := range p.result.Sections(fn) {
		p.report(s.Acquire.Pos, fmt.Sprintf("section released %d open %d", len(s.Releases), len(s.Open)))
		if p.result.Panicking(s) != nil {
			p.report(s.Acquire.Pos, "panics in section")
		}
	}
	for lock := range p.result.Unused(fn) {
		p.report(fn.Decl.Pos(), "unused release of", lock.String())
	}
}

// exit says how a function ends, if there is more to say than that it returns.
func (p prober) exit(x *lockstate.Exit) {
	silent := x.Kind == lockset.Return
	for _, path := range x.Paths {
		silent = silent && path.Success == 0 && len(path.Held)+len(path.Returned)+len(path.Handed) == 0
	}
	if silent {
		return
	}
	kinds := [...]string{lockset.Return: "return", lockset.Goexit: "goexit", lockset.Recovered: "recovered", lockset.Panic: "panic"}
	for _, path := range x.Paths {
		words := []string{kinds[x.Kind]}
		if path.Success != 0 {
			words = append(words, fmt.Sprint(path.Success))
		}
		for _, h := range path.Held {
			words = append(words, "held", h.Op.Expr)
			if h.Must {
				words = append(words, "always")
			}
		}
		words = append(words, terms("released", path.Released)...)
		words = append(words, terms("returned", path.Returned)...)
		words = append(words, terms("handed", path.Handed)...)
		p.report(x.Pos, words...)
	}
}

func terms(what string, ts []*locks.Term) []string {
	var words []string
	for _, t := range ts {
		words = append(words, what, t.String())
	}
	return words
}

func op(op *lockstate.Op) string {
	s := op.Expr
	if op.Mode == locks.Read {
		s += " read"
	}
	if op.Deferred {
		s += " deferred"
	}
	if op.Via != nil {
		s += " via " + op.Via.Callee
	}
	return s
}

// share says on how many of all paths something happens; kinds are pairs of
// a word and a number.
func share(all int, kinds ...any) string {
	s := ""
	for i := 0; i < len(kinds); i += 2 {
		word, n := kinds[i].(string), kinds[i+1].(int)
		switch {
		case n == all:
			s += " " + word
		case n > 0:
			s += fmt.Sprintf(" %s %d of %d", word, n, all)
		}
	}
	return s
}
