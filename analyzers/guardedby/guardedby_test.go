package guardedby_test

import (
	"testing"

	"github.com/concurlint/concurlint/analyzers/guardedby"
	"github.com/concurlint/concurlint/analyzers/internal/checktest"
)

func Test(t *testing.T) { checktest.Run(t, guardedby.Analyzer) }
