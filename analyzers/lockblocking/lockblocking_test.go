package lockblocking_test

import (
	"testing"

	"github.com/concurlint/concurlint/analyzers/internal/checktest"
	"github.com/concurlint/concurlint/analyzers/lockblocking"
)

func Test(t *testing.T) { checktest.Run(t, lockblocking.Analyzer) }
