package balance_test

import (
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/concurlint/concurlint/passes/balance"
)

func Test(t *testing.T) {
	analysistest.Run(t, "../../testdata/src/balance", balance.Analyzer, "./...")
}
