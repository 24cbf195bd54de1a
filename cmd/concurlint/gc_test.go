package main

import (
	"math"
	"testing"
)

func TestPercentFor(t *testing.T) {
	const mb = 1 << 20
	for _, test := range []struct {
		live, growth uint64
		want         int
	}{
		{0, 1024 * mb, math.MaxInt32},
		{1 * mb, 1024 * mb, 102400},
		{512 * mb, 1024 * mb, 200},
		{4096 * mb, 1024 * mb, minPercent},
	} {
		if got := percentFor(test.live, test.growth); got != test.want {
			t.Errorf("percentFor(%d, %d) = %d, want %d", test.live, test.growth, got, test.want)
		}
	}
}

func TestGrowthFor(t *testing.T) {
	const gb = 1 << 30
	for _, test := range []struct {
		available  uint64
		processors int
		want       uint64
	}{
		{0, 8, anyGrowth},
		{1 * gb, 8, minGrowth},
		{16 * gb, 8, 1 * gb},
		{64 * gb, 2, maxGrowth},
	} {
		if got := growthFor(test.available, test.processors); got != test.want {
			t.Errorf("growthFor(%d, %d) = %d, want %d", test.available, test.processors, got, test.want)
		}
	}
}

func TestMemAvailable(t *testing.T) {
	for text, want := range map[string]uint64{
		"":                 0,
		"MemTotal: 8 kB\n": 0,
		"MemTotal:       16309848 kB\nMemFree:         1223032 kB\nMemAvailable:    8192000 kB\nBuffers: 4 kB\n": 8192000 << 10,
	} {
		if got := memAvailable([]byte(text)); got != want {
			t.Errorf("memAvailable(%q) = %d, want %d", text, got, want)
		}
	}
}
