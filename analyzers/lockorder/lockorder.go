package lockorder

import (
	_ "embed"
	"fmt"
	"go/token"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/concurlint/concurlint/analyzers/internal/doc"
	"github.com/concurlint/concurlint/passes/order"
	"github.com/concurlint/concurlint/passes/suppress"
)

//go:embed doc.go
var src string

// Analyzer is described in the package comment.
var Analyzer = suppress.Wrap(&analysis.Analyzer{
	Name:     "lockorder",
	Doc:      doc.Must(src, "lockorder"),
	URL:      doc.URL("lockorder"),
	Requires: []*analysis.Analyzer{order.Analyzer},
	Run:      run,
})

func run(pass *analysis.Pass) (any, error) {
	result := pass.ResultOf[order.Analyzer].(*order.Result).Ready()
	for _, p := range result.Problems {
		pass.Report(analysis.Diagnostic{Pos: p.Pos, End: p.End, Message: p.Message})
	}
	for _, c := range result.Cycles {
		reportCycle(pass, c)
	}
	for _, x := range result.Against {
		if x.Order.From != "" {
			report(pass, x.Edge, fmt.Sprintf(", against the declared order %s (%s)", x.Order.Text, x.Order.From))
			continue
		}
		report(pass, x.Edge, fmt.Sprintf(", against the declared order %s (line %d)", x.Order.Text, line(pass, x.Order.Pos)),
			analysis.RelatedInformation{Pos: x.Order.Pos, Message: "declared here"})
	}
	for _, p := range result.Pairs {
		if p.Foreign {
			pass.Reportf(p.Edge.Pos, "%s acquires %s while it holds %s (%s): two goroutines that call %s with the arguments exchanged wait for each other",
				p.Edge.Call, p.Edge.ToExpr, p.Edge.FromExpr, p.Edge.At, p.Func)
			continue
		}
		report(pass, p.Edge, fmt.Sprintf(": two goroutines that call %s with the arguments exchanged wait for each other", p.Func),
			analysis.RelatedInformation{Pos: p.Edge.HeldPos, Message: p.Edge.FromExpr + " locked here"})
	}
	for _, r := range result.Rings {
		more := []analysis.RelatedInformation{{Pos: r.Edge.HeldPos, Message: r.Edge.FromExpr + " locked here"}}
		made := ""
		if r.Made.IsValid() {
			more = append(more, analysis.RelatedInformation{Pos: r.Made, Message: "the two are neighbours"})
			made = fmt.Sprintf(" (see line %d)", line(pass, r.Made))
		}
		report(pass, r.Edge, fmt.Sprintf(": in a ring%s each has one and waits for the next", made), more...)
	}
	return nil, nil
}

func line(pass *analysis.Pass, pos token.Pos) int { return pass.Fset.Position(pos).Line }

// reportCycle reports a cycle at its first edge.
func reportCycle(pass *analysis.Pass, c *order.Cycle) {
	first := c.Edges[0]
	if len(c.Edges) == 2 {
		other := c.Edges[1]
		end := fmt.Sprintf(", but %s (%s) acquires them in the other order", other.Holder, other.Where)
		report(pass, first, end, slices.Concat(related(other), through(other), through(first))...)
		return
	}
	var steps []string
	var more []analysis.RelatedInformation
	for _, e := range c.Edges[1:] {
		steps = append(steps, fmt.Sprintf("%s → %s (%s)", e.From, e.To, e.Where))
		more = append(more, related(e)...)
	}
	report(pass, first, ", which closes a cycle: "+strings.Join(steps, ", "), more[:min(len(more), 2)]...)
}

// related returns where the other side of a cycle does its part.
func related(e *order.Edge) []analysis.RelatedInformation {
	if !e.Pos.IsValid() {
		return nil
	}
	return []analysis.RelatedInformation{{Pos: e.Pos, End: e.End, Message: fmt.Sprintf("%s acquires %s here while it holds %s", e.Holder, e.ToExpr, e.FromExpr)}}
}

// through returns where the way to the acquisition of e leaves the code that knows of the
// lock which is held: that is often the place for the repair.
func through(e *order.Edge) []analysis.RelatedInformation {
	if !e.Value.IsValid() {
		return nil
	}
	return []analysis.RelatedInformation{{Pos: e.Value, Message: fmt.Sprintf("%s is called here with %s held", e.ValueCall, e.FromExpr)}}
}

// report reports an edge.
func report(pass *analysis.Pass, e *order.Edge, end string, more ...analysis.RelatedInformation) {
	msg := fmt.Sprintf("%s is acquired", e.ToExpr)
	if e.Call != "" {
		msg = fmt.Sprintf("%s acquires %s (%s)", e.Call, e.ToExpr, strings.Join(append([]string{way(e)}, e.At), ", "))
	}
	msg += fmt.Sprintf(" while %s is held (locked on line %d)", e.FromExpr, line(pass, e.HeldPos))
	pass.Report(analysis.Diagnostic{Pos: e.Pos, End: e.End, Message: msg + end, Related: more})
}

// way returns the functions on the way to the acquisition.
func way(e *order.Edge) string {
	steps := e.Chain
	if len(steps) == 0 || steps[0] != e.Call {
		steps = append([]string{e.Call}, steps...)
	}
	return strings.Join(steps, " → ")
}
