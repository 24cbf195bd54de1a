package busywait_test

import (
	"testing"

	"github.com/concurlint/concurlint/analyzers/busywait"
	"github.com/concurlint/concurlint/analyzers/internal/checktest"
)

func Test(t *testing.T) { checktest.Run(t, busywait.Analyzer) }
