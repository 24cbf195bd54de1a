package flow_test

import (
	"math/bits"
	"slices"
	"testing"

	"github.com/concurlint/concurlint/passes/internal/flow"
)

// A path is the set of nodes that a state has gone through, one bit each.
type path uint

// nodes returns the path through the given nodes.
func nodes(ns ...int) path {
	var p path
	for _, n := range ns {
		p |= 1 << n
	}
	return p
}

// A graph lists the successors of each node.
type graph [][]int

var (
	diamond = graph{{1, 2}, {3}, {3}, {4}, {}}
	skewed  = graph{{3, 1}, {2}, {3}, {}}
	loop    = graph{{1}, {2, 3}, {1}, {}}
	fan     = graph{{1, 2, 3, 4, 5}, {6}, {6}, {6}, {6}, {6}, {}}
	exits   = graph{{1, 2}, {}, {3}, {}, {3}} // 1 leaves early, nothing leads to 4
)

// solve solves the problem of the paths through g, with states in their sets
// as insert has it. It returns them, and what step was asked in turn.
func (g graph) solve(insert func([]path, path) ([]path, path, bool)) (in [][]path, steps []flow.Edge[path]) {
	rank := flow.PostorderRank(len(g), func(i int) []int { return g[i] })
	step := func(node int, p path) []flow.Edge[path] {
		steps = append(steps, flow.Edge[path]{To: node, State: p})
		var out []flow.Edge[path]
		for _, s := range g[node] {
			out = append(out, flow.Edge[path]{To: s, State: p | nodes(node)})
		}
		return out
	}
	return flow.Solve(rank, 0, step, insert), steps
}

// keep keeps all states apart.
func keep(set []path, p path) ([]path, path, bool) {
	if slices.Contains(set, p) {
		return set, 0, false
	}
	return append(set, p), p, true
}

// merge keeps one state, the union of all.
func merge(set []path, p path) ([]path, path, bool) {
	if len(set) == 0 {
		return []path{p}, p, true
	}
	p |= set[0]
	return []path{p}, p, p != set[0]
}

// shortest keeps the first of the shortest paths.
func shortest(set []path, p path) ([]path, path, bool) {
	if len(set) > 0 && bits.OnesCount(uint(set[0])) <= bits.OnesCount(uint(p)) {
		return set, 0, false
	}
	return []path{p}, p, true
}

func TestSolve(t *testing.T) {
	for _, test := range []struct {
		name   string
		graph  graph
		insert func([]path, path) ([]path, path, bool)
		want   [][]path
	}{
		{"both sides of a join", diamond, keep, [][]path{{0}, {nodes(0)}, {nodes(0)}, {nodes(0, 2), nodes(0, 1)}, {nodes(0, 2, 3), nodes(0, 1, 3)}}},
		{"merged", diamond, merge, [][]path{{0}, {nodes(0)}, {nodes(0)}, {nodes(0, 1, 2)}, {nodes(0, 1, 2, 3)}}},
		{"back edge", loop, keep, [][]path{{0}, {nodes(0), nodes(0, 1, 2)}, {nodes(0, 1), nodes(0, 1, 2)}, {nodes(0, 1), nodes(0, 1, 2)}}},
		{"merged back edge", loop, merge, [][]path{{0}, {nodes(0, 1, 2)}, {nodes(0, 1, 2)}, {nodes(0, 1, 2)}}},
		{"early exit", exits, keep, [][]path{{0}, {nodes(0)}, {nodes(0)}, {nodes(0, 2)}, nil}},
		{"not followed", skewed, shortest, [][]path{{0}, {nodes(0)}, {nodes(0, 1)}, {nodes(0)}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			in, _ := test.graph.solve(test.insert)
			if !slices.EqualFunc(in, test.want, slices.Equal) {
				t.Errorf("got  %b\nwant %b", in, test.want)
			}
		})
	}
}

// A step may leave by some edges only, or by none.
func TestInfeasible(t *testing.T) {
	in := flow.Solve([]int{0, 1, 2}, path(0), func(node int, p path) []flow.Edge[path] {
		if node == 0 {
			return []flow.Edge[path]{{To: 2, State: p}}
		}
		return nil
	}, keep)
	if want := [][]path{{0}, nil, {0}}; !slices.EqualFunc(in, want, slices.Equal) {
		t.Errorf("got %b, want %b", in, want)
	}
}

func TestOrder(t *testing.T) {
	for _, test := range []struct {
		name   string
		graph  graph
		insert func([]path, path) ([]path, path, bool)
		want   []flow.Edge[path]
	}{
		// The long arm comes first although the short one arrives first; then
		// states are followed in the order in which they came.
		{"rank", skewed, keep, []flow.Edge[path]{{0, 0}, {1, nodes(0)}, {2, nodes(0, 1)}, {3, nodes(0)}, {3, nodes(0, 1, 2)}}},
		// What is followed is what insert returned, not what arrived.
		{"merged", skewed, merge, []flow.Edge[path]{{0, 0}, {1, nodes(0)}, {2, nodes(0, 1)}, {3, nodes(0)}, {3, nodes(0, 1, 2)}}},
		{"merged diamond", graph{{1, 2}, {3}, {3}, {}}, merge, []flow.Edge[path]{{0, 0}, {2, nodes(0)}, {1, nodes(0)}, {3, nodes(0, 2)}, {3, nodes(0, 1, 2)}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, steps := test.graph.solve(test.insert); !slices.Equal(steps, test.want) {
				t.Errorf("got  %b\nwant %b", steps, test.want)
			}
		})
	}
}

// States at one node are followed first in, first out.
func TestFIFO(t *testing.T) {
	in, steps := fan.solve(keep)
	var got []path
	for _, e := range steps {
		if e.To == 6 {
			got = append(got, e.State)
		}
	}
	if len(got) != 5 || !slices.Equal(got, in[6]) {
		t.Errorf("followed %b, came %b", got, in[6])
	}
}

func TestPostorderRank(t *testing.T) {
	for _, test := range []struct {
		name  string
		graph graph
		want  []int
	}{
		{"empty", graph{}, []int{}},
		{"chain", graph{{2}, {}, {1}}, []int{0, 2, 1}},
		{"diamond", diamond, []int{0, 2, 1, 3, 4}},
		{"long arm", skewed, []int{0, 1, 2, 3}},
		{"loop", loop, []int{0, 1, 3, 2}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := flow.PostorderRank(len(test.graph), func(i int) []int { return test.graph[i] })
			if !slices.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}
