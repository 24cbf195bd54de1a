package atomicmix_test

import (
	"testing"

	"github.com/concurlint/concurlint/analyzers/atomicmix"
	"github.com/concurlint/concurlint/analyzers/internal/checktest"
)

func Test(t *testing.T) { checktest.Run(t, atomicmix.Analyzer) }
