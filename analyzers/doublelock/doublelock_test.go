package doublelock_test

import (
	"testing"

	"github.com/concurlint/concurlint/analyzers/doublelock"
	"github.com/concurlint/concurlint/analyzers/internal/checktest"
)

func Test(t *testing.T) { checktest.Run(t, doublelock.Analyzer) }
