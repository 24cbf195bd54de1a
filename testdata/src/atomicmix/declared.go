package atomicmix

import "sync/atomic"

// +checkatomic declares what is accessed atomically only.
type declared struct {
	// +checkatomic
	n int64

	// +checkatomic
	flag uint32
}

// Flag is plain; no atomic access is needed to tell.
func (d *declared) Flag() bool {
	return d.flag != 0 // want `d.flag is read here without sync/atomic`
}

// N is atomic.
func (d *declared) N() int64 { return atomic.LoadInt64(&d.n) }

// SetN is not.
func (d *declared) SetN(n int64) {
	d.n = n // want `d.n is written here without sync/atomic`
}

// newDeclared makes one.
func newDeclared() *declared {
	d := &declared{n: 1}
	d.flag = 1
	return d
}
