package condsignal_test

import (
	"testing"

	"github.com/concurlint/concurlint/analyzers/internal/checktest"
	"github.com/concurlint/concurlint/analyzers/condsignal"
)

func Test(t *testing.T) { checktest.Run(t, condsignal.Analyzer) }
