package missingunlock_test

import (
	"testing"

	"github.com/concurlint/concurlint/analyzers/internal/checktest"
	"github.com/concurlint/concurlint/analyzers/missingunlock"
)

func Test(t *testing.T) { checktest.Run(t, missingunlock.Analyzer) }
