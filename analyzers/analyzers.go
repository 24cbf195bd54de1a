// Package analyzers lists the checks of concurlint.
package analyzers

import (
	"golang.org/x/tools/go/analysis"

	"github.com/concurlint/concurlint/analyzers/atomicmix"
	"github.com/concurlint/concurlint/analyzers/busywait"
	"github.com/concurlint/concurlint/analyzers/chanclose"
	"github.com/concurlint/concurlint/analyzers/chanleak"
	"github.com/concurlint/concurlint/analyzers/chanlen"
	"github.com/concurlint/concurlint/analyzers/condsignal"
	"github.com/concurlint/concurlint/analyzers/condwait"
	"github.com/concurlint/concurlint/analyzers/deferunlock"
	"github.com/concurlint/concurlint/analyzers/doublelock"
	"github.com/concurlint/concurlint/analyzers/guardedby"
	"github.com/concurlint/concurlint/analyzers/ignore"
	"github.com/concurlint/concurlint/analyzers/lockblocking"
	"github.com/concurlint/concurlint/analyzers/lockgap"
	"github.com/concurlint/concurlint/analyzers/lockorder"
	"github.com/concurlint/concurlint/analyzers/missingunlock"
	"github.com/concurlint/concurlint/analyzers/semleak"
	"github.com/concurlint/concurlint/analyzers/semrelease"
	"github.com/concurlint/concurlint/analyzers/unjoined"
	"github.com/concurlint/concurlint/analyzers/unlockunheld"
	"github.com/concurlint/concurlint/analyzers/wgmisuse"
)

//go:generate go test -run=README|Names|Nogo -update .

// All is the list of checks in the order of their names. Every driver runs
// all of it by default; a check that is not ready is not here.
var All = []*analysis.Analyzer{
	atomicmix.Analyzer,
	busywait.Analyzer,
	chanclose.Analyzer,
	chanleak.Analyzer,
	chanlen.Analyzer,
	condsignal.Analyzer,
	condwait.Analyzer,
	deferunlock.Analyzer,
	doublelock.Analyzer,
	guardedby.Analyzer,
	ignore.Analyzer,
	lockblocking.Analyzer,
	lockgap.Analyzer,
	lockorder.Analyzer,
	missingunlock.Analyzer,
	semleak.Analyzer,
	semrelease.Analyzer,
	unjoined.Analyzer,
	unlockunheld.Analyzer,
	wgmisuse.Analyzer,
}
