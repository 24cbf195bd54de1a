// Command floor is a vet tool that does nothing: one analyzer, one fact type.
// Having a fact type makes the go command run it on every dependency, as it
// does any tool with facts, so its cost is what loading and type-checking cost.
package main

import (
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/unitchecker"
)

type fact struct{}

func (*fact) AFact() {}

var floor = &analysis.Analyzer{
	Name:      "floor",
	Doc:       "floor: do nothing",
	FactTypes: []analysis.Fact{new(fact)},
	Run:       func(*analysis.Pass) (any, error) { return nil, nil },
}

func main() { unitchecker.Main(floor) }
