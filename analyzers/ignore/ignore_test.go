package ignore_test

import (
	"testing"

	"github.com/concurlint/concurlint/analyzers/ignore"
	"github.com/concurlint/concurlint/analyzers/internal/checktest"
)

func Test(t *testing.T) { checktest.Run(t, ignore.Analyzer) }
