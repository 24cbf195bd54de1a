package unlockunheld_test

import (
	"testing"

	"github.com/concurlint/concurlint/analyzers/internal/checktest"
	"github.com/concurlint/concurlint/analyzers/unlockunheld"
)

func Test(t *testing.T) { checktest.Run(t, unlockunheld.Analyzer) }
