package main

import "testing"

func TestPercentFor(t *testing.T) {
	for _, test := range []struct {
		live uint64
		want int
	}{
		{0, maxPercent},
		{100 << 20, maxPercent},
		{1 << 30, 200},
		{8 << 30, minPercent},
	} {
		if got := percentFor(test.live); got != test.want {
			t.Errorf("percentFor(%d) = %d, want %d", test.live, got, test.want)
		}
	}
}
