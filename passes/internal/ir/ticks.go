package ir

import (
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"
)

// Ticks reports whether cond tells if a value came from the channel of a time.Ticker or
// time.Timer: one always did, nobody closes these.
func Ticks(cond ssa.Value) bool {
	ok, isExtract := cond.(*ssa.Extract)
	if !isExtract || ok.Index != 1 {
		return false
	}
	recv, isRecv := ok.Tuple.(*ssa.UnOp)
	if !isRecv || recv.Op != token.ARROW {
		return false
	}
	load, isLoad := recv.X.(*ssa.UnOp)
	if !isLoad {
		return false
	}
	f, isField := load.X.(*ssa.FieldAddr)
	if !isField {
		return false
	}
	n, named := types.Unalias(f.X.Type().Underlying().(*types.Pointer).Elem()).(*types.Named)
	return named && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == "time"
}
