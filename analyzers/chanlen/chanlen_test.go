package chanlen_test

import (
	"testing"

	"github.com/concurlint/concurlint/analyzers/chanlen"
	"github.com/concurlint/concurlint/analyzers/internal/checktest"
)

func Test(t *testing.T) { checktest.Run(t, chanlen.Analyzer) }
