package lockblocking

import (
	_ "embed"
	"fmt"
	"path/filepath"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/concurlint/concurlint/analyzers/internal/doc"
	"github.com/concurlint/concurlint/passes/suppress"
	"github.com/concurlint/concurlint/passes/wait"
)

//go:embed doc.go
var src string

// Analyzer is described in the package comment.
var Analyzer = suppress.Wrap(&analysis.Analyzer{
	Name:     "lockblocking",
	Doc:      doc.Must(src, "lockblocking"),
	URL:      doc.URL("lockblocking"),
	Requires: []*analysis.Analyzer{wait.Analyzer},
	Run:      run,
})

func run(pass *analysis.Pass) (any, error) {
	result := pass.ResultOf[wait.Analyzer].(*wait.Result)
	for _, w := range result.Waits {
		report(pass, w)
	}
	return nil, nil
}

func report(pass *analysis.Pass, w *wait.Wait) {
	line := pass.Fset.Position(w.HeldPos).Line
	at := w.At
	if file, n, ok := strings.Cut(at, ":"); ok && file == filepath.Base(pass.Fset.Position(w.Pos).Filename) {
		at = "line " + n
	}
	var what, who string
	switch w.Kind {
	case wait.Send:
		what, who = "sending on "+w.Expr, "the receiver, "+w.Partner+","
	case wait.Receive:
		what, who = "receiving from "+w.Expr, "the sender, "+w.Partner+","
		if w.Closer {
			who = "the closer, " + w.Partner + ","
		}
	case wait.Select:
		what, who = "select", w.Partner+", which would end it,"
	case wait.Join:
		what, who = w.Expr, w.Partner+", which it waits for,"
	case wait.Cond:
		what, who = w.Expr, w.Partner+", which would wake it,"
	}
	if w.Call != "" {
		what = fmt.Sprintf("%s, which waits (%s, %s), is called", w.Call, what, w.WaitAt)
	}
	pass.Report(analysis.Diagnostic{
		Pos:     w.Pos,
		End:     w.End,
		Message: fmt.Sprintf("%s while %s is held (locked on line %d), but %s needs %s (%s)", what, w.Lock, line, who, w.Lock, at),
		Related: []analysis.RelatedInformation{{Pos: w.HeldPos, Message: w.Lock + " locked here"}},
	})
}
