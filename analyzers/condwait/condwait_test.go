package condwait_test

import (
	"testing"

	"github.com/concurlint/concurlint/analyzers/condwait"
	"github.com/concurlint/concurlint/analyzers/internal/checktest"
)

func Test(t *testing.T) { checktest.Run(t, condwait.Analyzer) }
