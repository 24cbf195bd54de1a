package chanclose_test

import (
	"testing"

	"github.com/concurlint/concurlint/analyzers/chanclose"
	"github.com/concurlint/concurlint/analyzers/internal/checktest"
)

func Test(t *testing.T) { checktest.Run(t, chanclose.Analyzer) }
