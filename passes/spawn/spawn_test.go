package spawn_test

import (
	"cmp"
	"fmt"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"
	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/spawn"
)

func Test(t *testing.T) {
	dir, err := filepath.Abs("../../testdata/src/spawn")
	if err != nil {
		t.Fatal(err)
	}
	analysistest.Run(t, dir, probe, ".")
}

func TestFacts(t *testing.T) {
	dir, err := filepath.Abs("../../testdata/src/spawn")
	if err != nil {
		t.Fatal(err)
	}
	analysistest.Run(t, dir, spawn.Analyzer, "./below")
}

// probe reports the spawns, and what the arguments of the function look may be.
var probe = &analysis.Analyzer{
	Name:     "probe",
	Doc:      "report spawns and objects",
	Requires: []*analysis.Analyzer{spawn.Analyzer},
	Run: func(pass *analysis.Pass) (any, error) {
		r := pass.ResultOf[spawn.Analyzer].(*spawn.Result).Ready()
		if r.IR() == nil {
			return nil, nil
		}
		for _, s := range r.Spawns {
			reportSpawn(pass, s)
		}
		for _, fn := range r.IR().Funcs {
			for _, b := range fn.Blocks {
				for _, instr := range b.Instrs {
					if call, ok := instr.(*ssa.Call); ok && call.Call.StaticCallee() != nil && call.Call.StaticCallee().Name() == "look" {
						pass.Reportf(call.Pos(), "%s", objects(pass, r.Objects(call.Call.Args[0])))
					}
				}
			}
		}
		return nil, nil
	},
}

func reportSpawn(pass *analysis.Pass, s *spawn.Spawn) {
	text := s.Kind.String()
	if s.Loop {
		text += " in a loop"
	}
	var bodies, joins []string
	for _, fn := range s.Bodies {
		bodies = append(bodies, fn.Name())
	}
	if bodies == nil {
		bodies = []string{"unknown"}
	}
	slices.SortFunc(s.Joins, func(a, b spawn.Join) int { return cmp.Compare(a.Instr.Pos(), b.Instr.Pos()) })
	for _, j := range s.Joins {
		joins = append(joins, fmt.Sprint(pass.Fset.Position(position(j.Instr)).Line))
	}
	text += ": " + strings.Join(bodies, ", ") + "; "
	if joins == nil {
		text += "no join"
	} else {
		text += "joins " + strings.Join(joins, ", ")
	}
	pos := token.NoPos
	if s.Instr != nil {
		pos = s.Instr.Pos()
	} else {
		pos = s.Bodies[0].Pos()
	}
	pass.Reportf(pos, "%s", text)
}

// position returns the position of instr, of its first case if it is a select.
func position(instr ssa.Instruction) token.Pos {
	if sel, ok := instr.(*ssa.Select); ok {
		return sel.States[0].Pos
	}
	return instr.Pos()
}

func objects(pass *analysis.Pass, objects []*spawn.Object) string {
	var parts []string
	for _, o := range objects {
		var text string
		switch site := o.Site.(type) {
		case *ssa.MakeChan:
			text = fmt.Sprint(pass.Fset.Position(site.Pos()).Line)
		case interface{ Name() string }:
			if text = site.Name(); strings.HasPrefix(text, "t") && o.Unknown {
				text = "value"
			}
		}
		if o.Unknown {
			text = "unknown " + text
		}
		switch o.Escapes {
		case spawn.SendEnd | spawn.ReceiveEnd:
			text += " escapes"
		case spawn.ReceiveEnd:
			text += " receive end escapes"
		}
		parts = append(parts, text)
	}
	if parts == nil {
		return "none"
	}
	return strings.Join(parts, ", ")
}
