package chanclose

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
	Name:     "chanclose",
	Doc:      doc.Must(src, "chanclose"),
	URL:      doc.URL("chanclose"),
	Requires: []*analysis.Analyzer{chans.Analyzer},
	Run:      run,
})

func run(pass *analysis.Pass) (any, error) {
	for _, c := range pass.ResultOf[chans.Analyzer].(*chans.Result).Ready().BadCloses() {
		report(pass, c)
	}
	return nil, nil
}

func report(pass *analysis.Pass, c *chans.BadClose) {
	d := analysis.Diagnostic{Pos: c.Pos, End: c.End, Message: message(pass, c)}
	if c.Other.IsValid() {
		d.Related = []analysis.RelatedInformation{{Pos: c.Other, Message: c.Expr + " is used here"}}
	}
	pass.Report(d)
}

func message(pass *analysis.Pass, c *chans.BadClose) string {
	line := func(pos token.Pos) int { return pass.Fset.Position(pos).Line }
	switch c.Kind {
	case chans.Twice:
		return fmt.Sprintf("%s is closed already (on line %d): closing it again panics", c.Expr, line(c.Other))
	case chans.Deferred:
		return fmt.Sprintf("%s is closed here and again when the function returns (line %d), which panics", c.Expr, line(c.Other))
	case chans.Again:
		return fmt.Sprintf("the loop goes round and closes %s again, which panics", c.Expr)
	case chans.EachCall:
		if c.Other.IsValid() {
			return fmt.Sprintf("%s is called twice (line %d), and the second call closes %s again, which panics", c.Func, line(c.Other), c.Expr)
		}
		return fmt.Sprintf("a second call of %s closes %s again, which panics", c.Func, c.Expr)
	case chans.EachRequest:
		return fmt.Sprintf("each request closes %s, and the second one panics", c.Expr)
	case chans.EachGoroutine:
		return fmt.Sprintf("each of the goroutines started on line %d closes %s, and the second one panics", line(c.Start), c.Expr)
	case chans.SendAfter:
		return fmt.Sprintf("%s is closed already (on line %d): sending on it panics", c.Expr, line(c.Other))
	case chans.Live:
		return fmt.Sprintf("%s is closed while the goroutine started on line %d may still send on it (line %d), which panics", c.Expr, line(c.Start), line(c.Other))
	}
	return fmt.Sprintf("nobody makes %s: closing a nil channel panics", c.Expr)
}
