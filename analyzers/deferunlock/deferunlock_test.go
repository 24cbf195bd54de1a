package deferunlock_test

import (
	"testing"

	"github.com/concurlint/concurlint/analyzers/deferunlock"
	"github.com/concurlint/concurlint/analyzers/internal/checktest"
)

func Test(t *testing.T) { checktest.Run(t, deferunlock.Analyzer) }
