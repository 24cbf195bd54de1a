package lockgap_test

import (
	"testing"

	"github.com/concurlint/concurlint/analyzers/internal/checktest"
	"github.com/concurlint/concurlint/analyzers/lockgap"
)

func Test(t *testing.T) { checktest.Run(t, lockgap.Analyzer) }
