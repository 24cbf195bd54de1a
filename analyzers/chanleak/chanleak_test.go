package chanleak_test

import (
	"testing"

	"github.com/concurlint/concurlint/analyzers/chanleak"
	"github.com/concurlint/concurlint/analyzers/internal/checktest"
)

func Test(t *testing.T) { checktest.Run(t, chanleak.Analyzer) }
