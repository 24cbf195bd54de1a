package spawn

import (
	"go/token"
	"go/types"
	"testing"
)

func TestQuickFunc(t *testing.T) {
	pkg := types.NewPackage("runtime", "runtime")
	method := func(recv, name string) *types.Func {
		typ := types.NewNamed(types.NewTypeName(token.NoPos, pkg, recv, nil), types.NewStruct(nil, nil), nil)
		v := types.NewVar(token.NoPos, pkg, "", types.NewPointer(typ))
		return types.NewFunc(token.NoPos, pkg, name, types.NewSignatureType(v, nil, nil, nil, nil, false))
	}
	for _, test := range []struct {
		fn   *types.Func
		want bool
	}{
		{types.NewFunc(token.NoPos, pkg, "NumGoroutine", types.NewSignatureType(nil, nil, nil, nil, nil, false)), true},
		{method("Frames", "Next"), true},
		{method("ProfBuf", "Read"), false}, // waits; exported to the tests of the package
	} {
		if got := quickFunc(test.fn); got != test.want {
			t.Errorf("quickFunc(%v) = %v, want %v", test.fn, got, test.want)
		}
	}
}
