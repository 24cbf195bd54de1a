package lockorder_test

import (
	"testing"

	"github.com/concurlint/concurlint/analyzers/internal/checktest"
	"github.com/concurlint/concurlint/analyzers/lockorder"
)

func Test(t *testing.T) { checktest.Run(t, lockorder.Analyzer) }
