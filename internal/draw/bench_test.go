package draw

import "testing"

func BenchmarkLayout150(b *testing.B) {
	for b.Loop() {
		layout(random(150, 1))
	}
}
func BenchmarkLayout500(b *testing.B) {
	for b.Loop() {
		layout(random(500, 3))
	}
}
