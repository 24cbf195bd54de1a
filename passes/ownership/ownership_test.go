package ownership_test

import (
	"go/types"
	"path/filepath"
	"reflect"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"
	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/ownership"
	"github.com/concurlint/concurlint/passes/summary"
)

func Test(t *testing.T) {
	dir, err := filepath.Abs("../../testdata/src/ownership")
	if err != nil {
		t.Fatal(err)
	}
	results := analysistest.Run(t, dir, probe, "./...")
	if len(results) != 1 {
		t.Fatalf("%d packages", len(results))
	}
	t.Run("Converted", func(t *testing.T) {
		testConverted(t, results[0].Action.Package.Types, results[0].Action.Result.(*ownership.Result))
	})
}

// probe reports who can reach the argument of each call of function at.
var probe = &analysis.Analyzer{
	Name:       "probe",
	Doc:        "report who can reach objects",
	Requires:   []*analysis.Analyzer{summary.Analyzer, ownership.Analyzer},
	ResultType: reflect.TypeFor[*ownership.Result](),
	Run: func(pass *analysis.Pass) (any, error) {
		own := pass.ResultOf[ownership.Analyzer].(*ownership.Result)
		words := [...]string{
			ownership.Shared:   "shared",
			ownership.Private:  "private",
			ownership.Stored:   "stored",
			ownership.Started:  "started",
			ownership.Received: "received",
		}
		for _, call := range marks(pass.ResultOf[summary.Analyzer].(*summary.Result)) {
			pass.Reportf(call.Pos(), "%s", words[own.Of(call.Call.Args[0], call)])
		}
		return own, nil
	},
}

// marks returns the calls of function at.
func marks(sum *summary.Result) []*ssa.Call {
	var calls []*ssa.Call
	for _, fn := range sum.Machine.IR.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				if call, ok := instr.(*ssa.Call); ok && call.Call.StaticCallee() != nil && call.Call.StaticCallee().Name() == "at" {
					calls = append(calls, call)
				}
			}
		}
	}
	return calls
}

func testConverted(t *testing.T, pkg *types.Package, own *ownership.Result) {
	for _, test := range []struct {
		recv, method string
		want         bool
	}{
		{"shown", "Get", true},
		{"shown", "Set", false},  // getter does not have it
		{"hidden", "Get", false}, // nobody makes a getter of it
	} {
		named := pkg.Scope().Lookup(test.recv).Type().(*types.Named)
		obj, _, _ := types.LookupFieldOrMethod(types.NewPointer(named), false, pkg, test.method)
		if got := own.Converted(named, obj.(*types.Func)); got != test.want {
			t.Errorf("%s.%s: got %t, want %t", test.recv, test.method, got, test.want)
		}
	}
}
