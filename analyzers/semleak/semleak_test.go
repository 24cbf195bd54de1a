package semleak_test

import (
	"testing"

	"github.com/concurlint/concurlint/analyzers/internal/checktest"
	"github.com/concurlint/concurlint/analyzers/semleak"
)

func Test(t *testing.T) { checktest.Run(t, semleak.Analyzer) }
