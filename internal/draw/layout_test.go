package draw

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// graphs calls f for graphs of many sizes.
func graphs(t *testing.T, f func(t *testing.T, g *Graph)) {
	t.Run("bank", func(t *testing.T) { f(t, bank()) })
	t.Run("hostile", func(t *testing.T) { f(t, hostile()) })
	for n := range 40 {
		t.Run(fmt.Sprint(n), func(t *testing.T) { f(t, random(n, uint64(n))) })
	}
	t.Run("150", func(t *testing.T) { f(t, random(150, 150)) })
	t.Run("300", func(t *testing.T) { f(t, random(300, 300)) })
}

// TestApart checks that the boxes are in the picture and apart from each other.
func TestApart(t *testing.T) {
	graphs(t, func(t *testing.T, g *Graph) {
		p := layout(g)
		for _, e := range g.Edges {
			if e.From == e.To {
				p.boxes[e.From].width += loopWidth
			}
		}
		for i, a := range p.boxes {
			if a.left < 0 || a.top < 0 || a.left+a.width > p.width || a.top+a.height > p.height {
				t.Errorf("box %d %v is not in the picture, which is %d by %d", i, a, p.width, p.height)
			}
			if a.width < textWidth(g.Nodes[i]) {
				t.Errorf("box %d %v is too narrow for %s", i, a, g.Nodes[i])
			}
			for j, b := range p.boxes[:i] {
				if meet(a, b) {
					t.Errorf("boxes %d %v and %d %v meet", i, a, j, b)
				}
			}
		}
	})
}

// TestMargin checks that the picture is just large enough.
func TestMargin(t *testing.T) {
	graphs(t, func(t *testing.T, g *Graph) {
		if len(g.Nodes) == 0 {
			return
		}
		p := layout(g)
		all := append([]box(nil), p.boxes...)
		for i, e := range g.Edges {
			if e.From == e.To {
				all[e.From].width = p.boxes[e.From].width + loopWidth
			}
			for _, pt := range p.paths[i] {
				if !p.implied[i] {
					all = append(all, box{pt.x, pt.y, 0, 0})
				}
			}
		}
		left, top, right, bottom := p.width, p.height, 0, 0
		for _, b := range all {
			left, right = min(left, b.left), max(right, b.left+b.width)
			top, bottom = min(top, b.top), max(bottom, b.top+b.height)
		}
		got := [4]int{left, top, p.width - right, p.height - bottom}
		if want := [4]int{margin, margin, margin, margin}; got != want {
			t.Errorf("the margins are %v, want %v", got, want)
		}
	})
}

// TestPorts checks that edges that meet the same side of a box do so apart from
// each other, and without crossing before they come to the next row.
func TestPorts(t *testing.T) {
	graphs(t, func(t *testing.T, g *Graph) {
		p := layout(g)
		ports := make(map[point][]path) // by the middle of the side
		add := func(b box, y int, line path) {
			side := point{b.left + b.width/2, y}
			ports[side] = append(ports[side], line)
		}
		for i, e := range g.Edges {
			if e.From == e.To || p.implied[i] {
				continue
			}
			line := p.paths[i]
			add(p.boxes[e.From], line[0].y, line)
			line = slices.Clone(line)
			slices.Reverse(line)
			add(p.boxes[e.To], line[0].y, line)
		}
		for side, lines := range ports {
			slices.SortFunc(lines, func(a, b path) int { return a[0].x - b[0].x })
			for i := 1; i < len(lines); i++ {
				a, b := lines[i-1], lines[i]
				if b[0].x-a[0].x < headWidth-1 {
					t.Errorf("at %v, edges are at %d and %d", side, a[0].x, b[0].x)
				}
				if a[1].x > b[1].x {
					t.Errorf("at %v, the edges at %d and %d cross", side, a[0].x, b[0].x)
				}
			}
		}
	})
}

// meet reports whether a and b have a place in common.
func meet(a, b box) bool {
	return a.left <= b.left+b.width && b.left <= a.left+a.width && a.top <= b.top+b.height && b.top <= a.top+a.height
}

// TestPaths checks that edges begin and end at their nodes, that all but few go
// down from row to row, and that they pass no box on their way.
func TestPaths(t *testing.T) {
	graphs(t, func(t *testing.T, g *Graph) {
		p := layout(g)
		for i, e := range g.Edges {
			line := p.paths[i]
			if e.From == e.To {
				if line != nil {
					t.Errorf("the edge %d from a node to itself has the path %v", i, line)
				}
				continue
			}
			first, last := line[0], line[len(line)-1]
			from, to := p.boxes[e.From], p.boxes[e.To]
			down := first.y < last.y
			if !down {
				from, to = to, from
				first, last = last, first
				line = slices.Clone(line)
				slices.Reverse(line)
			}
			if !onEdge(first.x, from) || first.y != from.top+from.height {
				t.Errorf("edge %d begins at %v, but the box is %v", i, first, from)
			}
			if !onEdge(last.x, to) || last.y != to.top {
				t.Errorf("edge %d ends at %v, but the box is %v", i, last, to)
			}
			for j := 1; j < len(line); j++ {
				if line[j].y <= line[j-1].y {
					t.Errorf("edge %d goes back: %v", i, line)
				}
			}
			if p.implied[i] {
				continue // it is drawn across
			}
			for j := 2; j < len(line); j += 2 {
				pass := box{line[j].x, line[j-1].y, 0, line[j].y - line[j-1].y}
				if line[j].x != line[j-1].x || slices.ContainsFunc(p.boxes, func(b box) bool { return meet(b, pass) }) {
					t.Errorf("edge %d runs into a box: %v", i, line)
				}
			}
		}
	})
}

func onEdge(x int, b box) bool { return b.left <= x && x <= b.left+b.width }

// TestAcyclic checks that all arcs lead forward, and that only the arcs that it
// takes are reversed.
func TestAcyclic(t *testing.T) {
	for _, test := range []struct {
		name     string
		edges    [][2]int
		reversed []int
	}{
		{"chain", [][2]int{{2, 1}, {1, 0}}, nil},
		{"diamond", [][2]int{{0, 1}, {0, 2}, {1, 3}, {2, 3}}, nil},
		{"pair", [][2]int{{0, 1}, {1, 0}}, []int{1}},
		{"cycle below", [][2]int{{0, 1}, {1, 2}, {2, 3}, {3, 1}}, []int{3}},
		{"cycle above", [][2]int{{0, 1}, {1, 2}, {2, 0}, {2, 3}}, []int{2}},
		{"two ways to one", [][2]int{{0, 1}, {1, 2}, {0, 3}, {3, 2}, {2, 0}}, []int{4}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var arcs []arc
			n := 0
			for i, e := range test.edges {
				arcs = append(arcs, arc{e[0], e[1], i, false})
				n = max(n, e[0]+1, e[1]+1)
			}
			var nodes []int
			for i := range n {
				nodes = append(nodes, i)
			}
			order, arcs := acyclic(nodes, arcs)
			var reversed []int
			for _, a := range arcs {
				if a.reversed {
					reversed = append(reversed, a.edge)
				}
				if slices.Index(order, a.from) > slices.Index(order, a.to) {
					t.Errorf("arc %v leads back", a)
				}
			}
			if !slices.Equal(reversed, test.reversed) {
				t.Errorf("reversed %v, want %v", reversed, test.reversed)
			}
		})
	}
}

// TestRank checks rows, and that nodes move to where their arcs are short.
func TestRank(t *testing.T) {
	chain := []arc{{from: 0, to: 1}, {from: 1, to: 2}, {from: 2, to: 3}}
	star := []arc{{from: 0, to: 1}, {from: 0, to: 2}, {from: 0, to: 3}, {from: 0, to: 4}, {from: 0, to: 5}, {from: 0, to: 6}, {from: 0, to: 7}}
	// Nodes 0 to 5 fill the first row and 6 to 11 the second, so that 12 is in the
	// third. When the latter have gone to 14, which is far down, so do the former.
	full := []arc{{from: 12, to: 13}, {from: 13, to: 14}}
	var all []int
	for i := range 15 {
		all = append(all, i)
		if i < 6 {
			full = append(full, arc{from: i, to: 12}, arc{from: i + 6, to: 14})
		}
	}
	for _, test := range []struct {
		name  string
		order []int
		arcs  []arc
		want  []int
	}{
		{"chain", []int{0, 1, 2, 3}, chain, []int{0, 1, 2, 3}},
		{"source of the end", []int{4, 0, 1, 2, 3}, append(slices.Clip(chain), arc{from: 4, to: 3}), []int{0, 1, 2, 3, 2}},
		{"sink of the start", []int{0, 1, 2, 3, 4}, append(slices.Clip(chain), arc{from: 0, to: 4}), []int{0, 1, 2, 3, 1}},
		{"too wide", []int{0, 1, 2, 3, 4, 5, 6, 7}, star, []int{0, 1, 1, 1, 1, 1, 1, 2}},
		{"empty row", all, full, []int{0, 0, 0, 0, 0, 0, 1, 2, 2, 2, 2, 2, 1, 2, 3}},
	} {
		rows := rank(test.order, test.arcs)
		for n, want := range test.want {
			if rows[n] != want {
				t.Errorf("%s: node %d is in row %d, want %d", test.name, n, rows[n], want)
			}
		}
	}
}

// TestReduceCrossings checks that graphs that can be drawn without a crossing
// are, and the count.
func TestReduceCrossings(t *testing.T) {
	g := &Graph{Nodes: make([]Node, 6)}
	for _, e := range [][2]int{{0, 5}, {1, 4}, {2, 3}, {0, 4}, {1, 3}} {
		g.Edges = append(g.Edges, Edge{From: e[0], To: e[1]})
	}
	p := newPart(g, []int{0, 1, 2, 3, 4, 5})
	if n := p.crossings(); n != 0 {
		t.Errorf("a zigzag has %d crossings", n)
	}
	upper := p.rows[0]
	upper[0], upper[2] = upper[2], upper[0]
	if n := p.crossings(); n != 6 {
		t.Errorf("with the ends exchanged there are %d crossings, want 6", n)
	}
}

// TestSwaps checks that no exchange of neighbours saves a crossing.
func TestSwaps(t *testing.T) {
	graphs(t, func(t *testing.T, g *Graph) {
		if len(g.Nodes) > 50 {
			return // it takes long
		}
		for _, nodes := range components(g) {
			p := newPart(g, nodes)
			for _, row := range p.rows {
				for i := range len(row) - 1 {
					n := p.crossings()
					swap := func() {
						row[i], row[i+1] = row[i+1], row[i]
						renumber(row)
					}
					swap()
					if m := p.crossings(); m < n {
						t.Errorf("an exchange saves %d of %d crossings", n-m, n)
					}
					swap()
				}
			}
		}
	})
}

// TestGrid checks that the order of a shuffled grid is found.
func TestGrid(t *testing.T) {
	const rows, columns = 4, 5
	for seed := range uint64(20) {
		place := rand.New(rand.NewPCG(seed, 0)).Perm(rows * columns)
		g := &Graph{Nodes: make([]Node, rows*columns)}
		for i := range (rows - 1) * columns {
			g.Edges = append(g.Edges, Edge{From: place[i], To: place[i+columns]})
			if i%columns > 0 {
				g.Edges = append(g.Edges, Edge{From: place[i], To: place[i+columns-1]})
			}
		}
		p := newPart(g, components(g)[0])
		if n := p.crossings(); n != 0 {
			t.Errorf("seed %d: %d crossings", seed, n)
		}
	}
}

// TestStraight checks that vertices stand below each other where nothing is in
// the way, and in the middle of those that they lead to.
func TestStraight(t *testing.T) {
	g := &Graph{Nodes: make([]Node, 5), Edges: []Edge{{From: 0, To: 1}, {From: 1, To: 2}, {From: 2, To: 3}, {From: 2, To: 4}}}
	p := layout(g)
	middle := func(n int) int { return p.boxes[n].left + p.boxes[n].width/2 }
	if middle(0) != middle(1) || middle(1) != middle(2) {
		t.Errorf("a chain stands at %d, %d, %d", middle(0), middle(1), middle(2))
	}
	if d := 2*middle(2) - middle(3) - middle(4); d < -2 || d > 2 {
		t.Errorf("%d is not in the middle of %d and %d", middle(2), middle(3), middle(4))
	}
}

// TestPlaceRow checks vertices that want to be at the same place, and one that
// has room.
func TestPlaceRow(t *testing.T) {
	target := &vertex{node: 0, x: 100 * fraction}
	far := &vertex{node: 1, x: 1000 * fraction}
	row := []*vertex{{node: 2, width: 10}, {node: 3, width: 10}, {node: 4, width: 10}}
	for i, v := range row {
		to := target
		if i == 2 {
			to = far
		}
		v.up = []*link{{upper: to, lower: v}}
	}
	placeRow(row)
	gap := distance(row[0], row[1])
	for i, want := range []int{100*fraction - gap*fraction/2, 100*fraction + gap*fraction/2, 1000 * fraction} {
		if row[i].x != want {
			t.Errorf("vertex %d is at %d, want %d", i, row[i].x, want)
		}
	}
}

// TestWish checks that what counts is where the edge meets the vertices.
func TestWish(t *testing.T) {
	v := &vertex{node: 0}
	v.up = []*link{{upper: &vertex{node: 1, x: 100 * fraction}, lower: v, upperPort: 5, lowerPort: -3}}
	v.down = []*link{{lower: &vertex{node: -1, x: 200 * fraction}, upper: v, upperPort: 5, lowerPort: -3}}
	sum, weight := wish(v)
	if want := (108 + 2*192) * fraction; sum != want || weight != 3 {
		t.Errorf("got %d with weight %d, want %d with weight 3", sum, weight, want)
	}
}

// TestPack checks that unconnected parts stand side by side, those with cycles
// first.
func TestPack(t *testing.T) {
	g := &Graph{Nodes: make([]Node, 12)}
	for i := 0; i < 12; i += 2 {
		g.Edges = append(g.Edges, Edge{From: i, To: i + 1})
	}
	g.Edges = append(g.Edges, Edge{From: 11, To: 10})
	g.Cycles = []Cycle{{Edges: []int{5, 6}}}
	p := layout(g)
	if b := p.boxes[10]; b.left != margin || b.top != margin {
		t.Errorf("the part with a cycle is at %v", b)
	}
	if p.width < p.height || p.width > 3*p.height {
		t.Errorf("the picture is %d by %d", p.width, p.height)
	}
}

func TestTextWidth(t *testing.T) {
	for _, test := range []struct {
		node Node
		want int
	}{
		{Node{"", "mu"}, nodeWidth},
		{Node{"bank", "registry.mu"}, 11*charWidth + 24},
		{Node{"server/internal", "mu"}, 15*scopeWidth + 24},
		{Node{"", "é.registry.mu"}, 13*charWidth + 24},
		{Node{"", "日本.registry"}, 13*charWidth + 24},
	} {
		if got := textWidth(test.node); got != test.want {
			t.Errorf("%s: got %d, want %d", test.node, got, test.want)
		}
	}
}

func TestSqrt(t *testing.T) {
	for n, want := range []int{0, 1, 1, 1, 2, 2, 2, 2, 2, 3} {
		if got := sqrt(n); got != want {
			t.Errorf("sqrt(%d) = %d, want %d", n, got, want)
		}
	}
}

func BenchmarkLayout(b *testing.B) {
	g := random(150, 1)
	for b.Loop() {
		layout(g)
	}
}
