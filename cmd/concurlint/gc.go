package main

import (
	"bytes"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
)

// How much the heap may grow, in percent of what is live, before it is collected:
// a run is short, and what it finds out about a package lives as long as itself.
const (
	// firstPercent holds for the first collection. It lets most packages, one at a
	// time under go vet, get by without any: Go begins at 4 MiB for 100.
	firstPercent = 3200
	minPercent   = 100
)

// How much the heap may grow by, in bytes, within these bounds.
const (
	minGrowth = 256 << 20
	maxGrowth = 4 << 30 // enough for what the largest packages need in all
	// anyGrowth is for systems that do not tell how much memory there is.
	anyGrowth = 1 << 30
)

// relaxGC makes garbage collections rarer than by default, unless the user has set
// GOGC or GOMEMLIMIT. Like the Go compiler, it adjusts the pace at each of them.
func relaxGC() {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	debug.SetGCPercent(firstPercent)
	type sentinel [32]byte // not so small that others would share its place
	var adjust func(*sentinel)
	adjust = func(s *sentinel) {
		sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(sample)
		debug.SetGCPercent(percentFor(sample[0].Value.Uint64(), growthFor(available(), runtime.NumCPU())))
		runtime.SetFinalizer(s, adjust) // for the next time
	}
	runtime.SetFinalizer(new(sentinel), adjust)
}

// percentFor returns the value of GOGC for a heap with the given number of live
// bytes, which may grow by growth bytes.
func percentFor(live, growth uint64) int {
	return int(min(max(100*growth/max(live, 1), minPercent), math.MaxInt32))
}

// growthFor returns by how many bytes the heap may grow, where so many are available
// (0: nobody knows): go vet runs as many of us at a time as there are processors, and
// others need memory too.
func growthFor(available uint64, processors int) uint64 {
	if available == 0 {
		return anyGrowth
	}
	return min(max(available/uint64(2*processors), minGrowth), maxGrowth)
}

// available returns how many bytes of memory can still be had, 0 if the system does
// not tell: on Linux, what the kernel estimates and what a container may have in all.
func available() uint64 {
	info, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0
	}
	free := memAvailable(info)
	if limit, err := os.ReadFile("/sys/fs/cgroup/memory.max"); err == nil {
		if n, err := strconv.ParseUint(string(bytes.TrimSpace(limit)), 10, 64); err == nil { // else "max"
			free = min(free, n)
		}
	}
	return free
}

// memAvailable returns the bytes that MemAvailable in /proc/meminfo gives, 0 if it is
// not there. See proc_meminfo(5).
func memAvailable(info []byte) uint64 {
	for line := range bytes.Lines(info) {
		if f := bytes.Fields(line); len(f) == 3 && string(f[0]) == "MemAvailable:" {
			n, _ := strconv.ParseUint(string(f[1]), 10, 64)
			return n << 10 // it is in KiB
		}
	}
	return 0
}
