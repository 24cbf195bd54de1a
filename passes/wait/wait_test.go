package wait_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/concurlint/concurlint/passes/wait"
)

func Test(t *testing.T) {
	dir, err := filepath.Abs("../../testdata/src/wait")
	if err != nil {
		t.Fatal(err)
	}
	analysistest.Run(t, dir, probe, "./...")
}

// probe reports the waits.
var probe = &analysis.Analyzer{
	Name:     "probe",
	Doc:      "report waits that cannot end",
	Requires: []*analysis.Analyzer{wait.Analyzer},
	Run: func(pass *analysis.Pass) (any, error) {
		kinds := [...]string{wait.Send: "send", wait.Receive: "receive", wait.Select: "select", wait.Join: "join", wait.Cond: "cond"}
		for _, w := range pass.ResultOf[wait.Analyzer].(*wait.Result).Waits {
			s := fmt.Sprintf("%s %s, lock %s, partner %s", kinds[w.Kind], w.Expr, w.Lock, w.Partner)
			if w.Closer {
				s += " closes"
			}
			if w.Call != "" {
				s += ", below " + w.Call
			}
			pass.Reportf(w.Pos, "%s", s)
		}
		return nil, nil
	},
}
