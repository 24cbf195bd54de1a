package guardedby

import (
	_ "embed"
	"fmt"

	"golang.org/x/tools/go/analysis"

	"github.com/concurlint/concurlint/analyzers/internal/doc"
	"github.com/concurlint/concurlint/analyzers/internal/place"
	"github.com/concurlint/concurlint/passes/guards"
	"github.com/concurlint/concurlint/passes/suppress"
)

//go:embed doc.go
var src string

// Analyzer is described in the package comment.
var Analyzer = suppress.Wrap(&analysis.Analyzer{
	Name:     "guardedby",
	Doc:      doc.Must(src, "guardedby"),
	URL:      doc.URL("guardedby"),
	Requires: []*analysis.Analyzer{guards.Analyzer},
	Run:      run,
})

func run(pass *analysis.Pass) (any, error) {
	result := pass.ResultOf[guards.Analyzer].(*guards.Result).Ready()
	for _, b := range result.Breaches {
		report(pass, b)
	}
	for _, p := range result.Problems {
		pass.Report(analysis.Diagnostic{Pos: p.Pos, End: p.End, Message: p.Message})
	}
	return nil, nil
}

func report(pass *analysis.Pass, b *guards.Breach) {
	verb := "read"
	if b.Write {
		verb = "written"
	}
	var msg string
	switch {
	case b.Guard == nil:
		reportCall(pass, b)
		return
	case b.Call != "":
		msg = fmt.Sprintf("%s is called without %s, but it %s %s, which %s guards (%s; %s)",
			b.Call, b.Lock, map[bool]string{false: "reads", true: "writes"}[b.Write], b.Expr, b.Lock, place.Line(pass.Fset, b.Pos, b.At), evidence(pass, b))
	case b.Read:
		msg = fmt.Sprintf("%s is written while %s is only read-locked, and it guards %s (%s)", b.Expr, b.Lock, b.Expr, evidence(pass, b))
	default:
		msg = fmt.Sprintf("%s is %s without %s, which guards it (%s)", b.Expr, verb, b.Lock, evidence(pass, b))
	}
	d := analysis.Diagnostic{Pos: b.Pos, End: b.End, Message: msg}
	g := b.Guard
	switch {
	case g.Declared.IsValid():
		d.Related = []analysis.RelatedInformation{{Pos: g.Declared, Message: fmt.Sprintf("declared to be guarded by %s here", g.Lock)}}
	case g.Witness.IsValid():
		d.Related = []analysis.RelatedInformation{{Pos: g.Witness, Message: fmt.Sprintf("used with %s held here", g.Lock)}}
	}
	pass.Report(d)
}

// reportCall reports a call of a function whose callers must hold a lock.
func reportCall(pass *analysis.Pass, b *guards.Breach) {
	d := analysis.Diagnostic{Pos: b.Pos, End: b.End}
	var where string
	switch {
	case b.From != "":
		where = "declared at " + b.From
	case b.Suffix:
		where = "by its name, see " + place.Line(pass.Fset, b.Pos, b.Requires)
	default:
		where = "declared " + place.On(pass.Fset, b.Pos, b.Requires)
	}
	d.Message = fmt.Sprintf("%s is called without %s, which its callers must hold (%s)", b.Call, b.Lock, where)
	if b.Requires.IsValid() {
		d.Related = []analysis.RelatedInformation{{Pos: b.Requires, Message: b.Call + " needs " + b.Lock}}
	}
	pass.Report(d)
}

// evidence says why the guard is one.
func evidence(pass *analysis.Pass, b *guards.Breach) string {
	g := b.Guard
	switch {
	case g.FromDeclared:
		return "declared at " + g.From
	case g.From != "":
		return fmt.Sprintf("held at %d of %d accesses, e.g. %s", g.Held, g.Total, g.From)
	case g.Declared.IsValid():
		return "declared " + place.On(pass.Fset, b.Pos, g.Declared)
	}
	return fmt.Sprintf("held at %d of %d accesses, e.g. %s", g.Held, g.Total, place.Line(pass.Fset, b.Pos, g.Witness))
}
