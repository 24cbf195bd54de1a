package condsignal

import (
	_ "embed"
	"fmt"
	"go/token"

	"golang.org/x/tools/go/analysis"

	"github.com/concurlint/concurlint/analyzers/internal/doc"
	"github.com/concurlint/concurlint/passes/conds"
	"github.com/concurlint/concurlint/passes/suppress"
)

//go:embed doc.go
var src string

// Analyzer is described in the package comment.
var Analyzer = suppress.Wrap(&analysis.Analyzer{
	Name:     "condsignal",
	Doc:      doc.Must(src, "condsignal"),
	URL:      doc.URL("condsignal"),
	Requires: []*analysis.Analyzer{conds.Analyzer},
	Run:      run,
})

func run(pass *analysis.Pass) (any, error) {
	for _, f := range pass.ResultOf[conds.Analyzer].(*conds.Result).Findings() {
		d := analysis.Diagnostic{Pos: f.Pos, End: f.End, Message: message(pass, f)}
		if f.Fault != conds.Never {
			d.Related = []analysis.RelatedInformation{{Pos: f.Wait, Message: "somebody waits here"}}
		}
		if f.Fault == conds.Single {
			end := f.End - token.Pos(len("()"))
			d.SuggestedFixes = []analysis.SuggestedFix{{
				Message:   "Wake all waiters",
				TextEdits: []analysis.TextEdit{{Pos: end - token.Pos(len("Signal")), End: end, NewText: []byte("Broadcast")}},
			}}
		}
		pass.Report(d)
	}
	return nil, nil
}

func message(pass *analysis.Pass, f *conds.Finding) string {
	line := func(pos token.Pos) int { return pass.Fset.Position(pos).Line }
	switch f.Fault {
	case conds.Never:
		return fmt.Sprintf("nothing wakes %s.Wait: nobody calls Signal or Broadcast", f.Cond)
	case conds.Silent:
		return fmt.Sprintf("%s changes, but nobody wakes the waiters on %s, who wait for that (line %d)", f.What, f.Cond, line(f.Wait))
	case conds.Unlocked:
		return fmt.Sprintf("%s changes without %s held: a waiter on %s that has just tested it (line %d) misses the signal on line %d", f.What, f.Lock, f.Cond, line(f.Wait), line(f.Signal))
	}
	if f.Other.IsValid() {
		return fmt.Sprintf("%s.Signal wakes one waiter, perhaps the wrong one: they wait for different things (lines %d and %d); use Broadcast", f.Cond, line(f.Wait), line(f.Other))
	}
	return fmt.Sprintf("%s.Signal wakes one waiter, perhaps the wrong one: each waits for something of its own (line %d); use Broadcast", f.Cond, line(f.Wait))
}
