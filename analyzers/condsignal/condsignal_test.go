package condsignal_test

import (
	"testing"

	"github.com/concurlint/concurlint/analyzers/condsignal"
	"github.com/concurlint/concurlint/analyzers/internal/checktest"
)

func Test(t *testing.T) { checktest.Run(t, condsignal.Analyzer) }
