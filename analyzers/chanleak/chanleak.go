package chanleak

import (
	_ "embed"
	"fmt"
	"go/token"

	"golang.org/x/tools/go/analysis"

	"github.com/concurlint/concurlint/analyzers/internal/doc"
	"github.com/concurlint/concurlint/passes/chans"
	"github.com/concurlint/concurlint/passes/suppress"
)

//go:embed doc.go
var src string

// Analyzer is described in the package comment.
var Analyzer = suppress.Wrap(&analysis.Analyzer{
	Name:     "chanleak",
	Doc:      doc.Must(src, "chanleak"),
	URL:      doc.URL("chanleak"),
	Requires: []*analysis.Analyzer{chans.Analyzer},
	Run:      run,
})

func run(pass *analysis.Pass) (any, error) {
	for _, l := range pass.ResultOf[chans.Analyzer].(*chans.Result).Ready().Leaks() {
		report(pass, l)
	}
	return nil, nil
}

func report(pass *analysis.Pass, l *chans.Leak) {
	d := analysis.Diagnostic{Pos: l.Pos, End: l.End, Message: message(pass, l)}
	switch {
	case l.Wait.IsValid():
		d.Related = []analysis.RelatedInformation{{Pos: l.Wait, Message: "waits here"}}
	case l.Make.IsValid():
		d.Related = []analysis.RelatedInformation{{Pos: l.Make, Message: l.Expr + " is made here"}}
	}
	if l.Room > 0 {
		d.SuggestedFixes = []analysis.SuggestedFix{{
			Message:   fmt.Sprintf("Make room for %s", values(l.Room)),
			TextEdits: []analysis.TextEdit{{Pos: l.Size, End: l.Size, NewText: fmt.Appendf(nil, ", %d", l.Room)}},
		}}
	}
	pass.Report(d)
}

func message(pass *analysis.Pass, l *chans.Leak) string {
	line := func(pos token.Pos) int { return pass.Fset.Position(pos).Line }
	switch l.Kind {
	case chans.Abandoned:
		return fmt.Sprintf("nobody receives from %s if %s: the goroutine started on line %d blocks for ever", l.Expr, leaving(l, line), line(l.Start))
	case chans.Fewer:
		return fmt.Sprintf("only %s received from %s if %s, but %s sent: a goroutine started on line %d blocks for ever",
			are(l.Received), l.Expr, leaving(l, line), are(l.Sent), line(l.Start))
	case chans.Drained:
		return fmt.Sprintf("%s waits for this goroutine (line %d), but nobody receives from %s before: both block for ever", l.WaitExpr, line(l.Wait), l.Expr)
	case chans.NoReceiver:
		return fmt.Sprintf("nobody receives from %s (made on line %d): the send blocks for ever", l.Expr, line(l.Make))
	case chans.NoSender:
		return fmt.Sprintf("nobody sends on %s (made on line %d) or closes it: the receive blocks for ever", l.Expr, line(l.Make))
	case chans.NotClosed:
		return fmt.Sprintf("nobody closes %s (made on line %d): the loop blocks for ever after the last value", l.Expr, line(l.Make))
	case chans.Stopped:
		return fmt.Sprintf("nobody receives from %s after <-%s (line %d) has ended %s: the send blocks for ever", l.Expr, l.ArmExpr, line(l.Arm), l.Receiver)
	case chans.EarlySend:
		return fmt.Sprintf("nobody can receive from %s (made on line %d) yet: the send blocks for ever", l.Expr, line(l.Make))
	case chans.EarlyReceive:
		return fmt.Sprintf("nobody can have sent on %s (made on line %d) yet: the receive blocks for ever", l.Expr, line(l.Make))
	}
	return fmt.Sprintf("this goroutine never ends: nothing in its loop can be stopped by %s.%s", l.Type, l.Stop)
}

// leaving says on what way the receiver leaves.
func leaving(l *chans.Leak, line func(token.Pos) int) string {
	switch {
	case l.Arm.IsValid() && l.ArmExpr != "":
		return fmt.Sprintf("<-%s comes first (line %d)", l.ArmExpr, line(l.Arm))
	case l.Exit.IsValid():
		return fmt.Sprintf("the function returns on line %d", line(l.Exit))
	}
	return "the loop goes round"
}

// values returns a number of values in words.
func values(n int) string {
	if n == 1 {
		return "one value"
	}
	return fmt.Sprintf("%d values", n)
}

// are is values with a verb.
func are(n int) string {
	switch {
	case n == 1:
		return "one value is"
	case n >= chans.Many:
		return "more are"
	}
	return fmt.Sprintf("%d values are", n)
}
