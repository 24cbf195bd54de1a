package doublelock

import (
	_ "embed"
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/concurlint/concurlint/analyzers/internal/doc"
	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/lockset"
	"github.com/concurlint/concurlint/passes/lockstate"
	"github.com/concurlint/concurlint/passes/suppress"
)

//go:embed doc.go
var src string

// Analyzer is described in the package comment.
var Analyzer = suppress.Wrap(&analysis.Analyzer{
	Name:     "doublelock",
	Doc:      doc.Must(src, "doublelock"),
	URL:      doc.URL("doublelock"),
	Requires: []*analysis.Analyzer{lockstate.Analyzer},
	Run:      run,
})

func run(pass *analysis.Pass) (any, error) {
	state := pass.ResultOf[lockstate.Analyzer].(*lockstate.Result)
	seen := make(map[token.Pos]bool) // literals are also run where they are called
	for _, fn := range state.Funcs {
		for _, a := range fn.Acquires {
			// Held means held on every path that gets here.
			if len(a.Conflicts) < a.Paths || seen[a.Pos] || deferredInLoop(a) || onlyRead(a) && !state.HasWriter(fn, a) {
				continue
			}
			seen[a.Pos] = true
			report(pass, a)
		}
	}
	return nil, nil
}

// deferredInLoop reports whether the lock is held because its deferred release
// has not run yet when a loop comes round: that is deferunlock's to report.
func deferredInLoop(a *lockstate.Acquire) bool {
	for _, c := range a.Conflicts {
		if c.Deferred != nil && c.Op.Pos == a.Pos {
			return true
		}
	}
	return false
}

// onlyRead reports whether the lock is read-locked while it is read-locked,
// which harms only if somebody locks it for writing in between.
func onlyRead(a *lockstate.Acquire) bool {
	return a.Mode == locks.Read && !slices.ContainsFunc(a.Conflicts, func(h lockstate.Held) bool { return h.Mode == locks.Write })
}

func report(pass *analysis.Pass, a *lockstate.Acquire) {
	held := a.Conflicts[0]
	d := analysis.Diagnostic{
		Pos:     a.Pos,
		End:     a.End,
		Message: message(pass, a, held),
		Related: []analysis.RelatedInformation{{Pos: held.Op.Pos, End: held.Op.End, Message: held.Op.Expr + " locked here"}},
	}
	if sel, ok := selector(a.Call); ok && a.Deferred && a.Via == nil {
		d.SuggestedFixes = []analysis.SuggestedFix{{
			Message:   "Defer " + a.Expr + "." + held.Mode.Undo(),
			TextEdits: []analysis.TextEdit{{Pos: sel.Pos(), End: sel.End(), NewText: []byte(held.Mode.Undo())}},
		}}
	}
	pass.Report(d)
}

func selector(call *ast.CallExpr) (*ast.Ident, bool) {
	if call == nil {
		return nil, false
	}
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return nil, false
	}
	return sel.Sel, true
}

func message(pass *analysis.Pass, a *lockstate.Acquire, held lockstate.Held) string {
	line := held.Op.Line(pass.Fset)
	state := fmt.Sprintf("already held (locked on line %d", line)
	if held.Mode == locks.Read {
		state = fmt.Sprintf("already read-locked (on line %d", line)
		if a.Mode == locks.Write {
			state = fmt.Sprintf("read-locked (on line %d", line)
		}
	}
	verb := "locked"
	if a.Mode == locks.Read {
		verb = "read-locked"
	}
	switch {
	case a.Via != nil:
		verb := "locks"
		if a.Mode == locks.Read {
			verb = "read-locks"
		}
		return fmt.Sprintf("%s %s %s, which is %s; %s locks it at %s)", a.Via.Callee, verb, a.Expr, state, chain(a.Via), a.Via.At)
	case a.Deferred:
		method := "Lock"
		if a.Mode == locks.Read {
			method = "RLock"
		}
		return fmt.Sprintf("deferred %s.%s runs while %s is %s); %s was meant", a.Expr, method, a.Expr, state, held.Mode.Undo())
	}
	return fmt.Sprintf("%s is %s here, but it is %s)", a.Expr, verb, state)
}

// chain names the functions through which a callee acquires the lock.
func chain(via *lockset.Via) string {
	return strings.Join(append([]string{via.Callee}, via.Chain...), " → ")
}
