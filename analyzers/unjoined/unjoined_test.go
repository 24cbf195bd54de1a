package unjoined_test

import (
	"testing"

	"github.com/concurlint/concurlint/analyzers/internal/checktest"
	"github.com/concurlint/concurlint/analyzers/unjoined"
)

func Test(t *testing.T) { checktest.Run(t, unjoined.Analyzer) }
