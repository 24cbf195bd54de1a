package deferunlock_test

import (
	"testing"

	"github.com/concurlint/concurlint/analyzers/deferunlock"
	"github.com/concurlint/concurlint/analyzers/internal/checktest"
)

func Test(t *testing.T) { checktest.Run(t, deferunlock.Analyzer, ".", "./web") }

func TestAll(t *testing.T) {
	flags := &deferunlock.Analyzer.Flags
	if err := flags.Set("all", "true"); err != nil {
		t.Fatal(err)
	}
	defer flags.Set("all", "false")
	checktest.Run(t, deferunlock.Analyzer, "./all")
}
