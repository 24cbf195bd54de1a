package wgmisuse_test

import (
	"testing"

	"github.com/concurlint/concurlint/analyzers/internal/checktest"
	"github.com/concurlint/concurlint/analyzers/wgmisuse"
)

func Test(t *testing.T) { checktest.Run(t, wgmisuse.Analyzer) }
