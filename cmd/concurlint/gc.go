package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// How much the heap may grow, in percent of what is live, before it is collected:
// a run is short, and what it finds out about a package lives as long as itself.
const (
	// smallPercent lets most packages, one at a time under go vet, get by without
	// a collection: Go begins at 4 MiB for 100.
	smallPercent = 1600
	maxPercent   = 800
	minPercent   = 100
	// growth is the size in bytes that the heap may grow by, within these bounds.
	growth = 2 << 30
)

// relaxGC makes garbage collections rarer than by default, unless the user has set
// GOGC or GOMEMLIMIT. Like the Go compiler, it adjusts the pace at each of them.
func relaxGC() {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	debug.SetGCPercent(smallPercent)
	type sentinel [32]byte // not so small that others would share its place
	var adjust func(*sentinel)
	adjust = func(s *sentinel) {
		sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(sample)
		debug.SetGCPercent(percentFor(sample[0].Value.Uint64()))
		runtime.SetFinalizer(s, adjust) // for the next time
	}
	runtime.SetFinalizer(new(sentinel), adjust)
}

// percentFor returns the value of GOGC for a heap with the given number of live bytes.
func percentFor(live uint64) int {
	return int(min(max(100*growth/max(live, 1), minPercent), maxPercent))
}
