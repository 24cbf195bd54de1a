package semrelease_test

import (
	"testing"

	"github.com/concurlint/concurlint/analyzers/internal/checktest"
	"github.com/concurlint/concurlint/analyzers/semrelease"
)

func Test(t *testing.T) { checktest.Run(t, semrelease.Analyzer) }
