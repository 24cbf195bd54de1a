package ir

import (
	"go/constant"

	"golang.org/x/tools/go/ssa"
)

// Int returns the value of v if it is a constant integer that fits.
func Int(v ssa.Value) (n int64, ok bool) {
	c, ok := v.(*ssa.Const)
	if !ok || c.Value == nil || c.Value.Kind() != constant.Int {
		return 0, false
	}
	return constant.Int64Val(c.Value)
}
