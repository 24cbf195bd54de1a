package draw

import (
	"cmp"
	"slices"
	"unicode/utf8"
)

// A part is a connected part of a graph, which is laid out by itself.
type part struct {
	nodes         []int
	rows          [][]*vertex // from the top, each from the left
	tops          []int       // where the rows begin
	chains        []*chain    // the edges, but for those from a node to itself
	implied       []arc       // and for those that are left out
	width, height int
}

// A vertex is a place in a row: that of a node or, on the way of an edge
// between rows that are not neighbours, that where the edge passes.
type vertex struct {
	node     int // index of the node, or -1
	row, pos int // row and place in it
	x        int // of the centre
	width    int
	loop     int     // width of an edge from the node to itself
	up, down []*link // to the row above and below

	above, below []*vertex // where they lead, with repetitions, in any order
}

// A chain is an edge that is cut into links between neighbouring rows.
type chain struct {
	edge     int
	reversed bool    // the edge points upwards
	links    []*link // from the top
}

// A link connects vertices in neighbouring rows. It meets them at ports, whose
// places are relative to the centres of the vertices.
type link struct {
	edge                 int
	upper, lower         *vertex
	upperPort, lowerPort int
}

// newPart lays out the part of g that consists of nodes.
func newPart(g *Graph, nodes []int) *part {
	p := &part{nodes: nodes}
	order, arcs := acyclic(nodes, edgesOf(g, nodes))
	if len(g.Edges) > crowded {
		_, warned := g.warned()
		arcs, p.implied = reduce(order, arcs, warned)
	}
	p.addVertices(g, rank(order, arcs), arcs)
	p.reduceCrossings()
	p.assignPorts()
	p.assignX()
	p.assignY()
	return p
}

// edgesOf returns the edges of the part of g that consists of nodes.
func edgesOf(g *Graph, nodes []int) []arc {
	in := make([]bool, len(g.Nodes))
	for _, n := range nodes {
		in[n] = true
	}
	var arcs []arc
	for i, e := range g.Edges {
		if in[e.From] && e.From != e.To {
			arcs = append(arcs, arc{e.From, e.To, i, false})
		}
	}
	return arcs
}

// addVertices makes the rows. Vertices are in the order in which a search from
// the nodes on top finds them, which keeps together what is connected.
func (p *part) addVertices(g *Graph, rows map[int]int, arcs []arc) {
	vertices := make(map[int]*vertex)
	for _, n := range p.nodes {
		vertices[n] = &vertex{node: n, row: rows[n], width: textWidth(g.Nodes[n])}
	}
	for _, e := range g.Edges {
		if v := vertices[e.From]; v != nil && e.From == e.To {
			v.loop = loopWidth
		}
	}
	for _, a := range arcs {
		p.addChain(a, vertices[a.from], vertices[a.to])
	}
	seen := make(map[*vertex]bool)
	var visit func(v *vertex)
	visit = func(v *vertex) {
		if seen[v] {
			return
		}
		seen[v] = true
		for len(p.rows) <= v.row {
			p.rows = append(p.rows, nil)
		}
		v.pos = len(p.rows[v.row])
		p.rows[v.row] = append(p.rows[v.row], v)
		for _, l := range v.down {
			visit(l.lower)
		}
	}
	for _, n := range p.nodes {
		if len(vertices[n].up) == 0 {
			visit(vertices[n])
		}
	}
}

// addChain adds the edge of a, which leads from one vertex down to another.
func (p *part) addChain(a arc, from, to *vertex) {
	c := &chain{edge: a.edge, reversed: a.reversed}
	for upper := from; upper != to; {
		lower := to
		if upper.row+1 < to.row {
			lower = &vertex{node: -1, row: upper.row + 1}
		}
		l := &link{edge: a.edge, upper: upper, lower: lower}
		upper.down = append(upper.down, l)
		lower.up = append(lower.up, l)
		upper.below = append(upper.below, lower)
		lower.above = append(lower.above, upper)
		c.links = append(c.links, l)
		upper = lower
	}
	p.chains = append(p.chains, c)
}

// assignPorts spreads the links of each vertex over its width, so that they
// neither meet before they must nor cross where they begin. It makes nodes
// with many links wider.
func (p *part) assignPorts() {
	const (
		near = 9  // distance of ports that is enough to tell them apart
		far  = 22 // distance of ports that still looks like one bundle
		rim  = 12 // between a port and the corner
	)
	for _, row := range p.rows {
		for _, v := range row {
			if v.node < 0 {
				continue
			}
			v.width = max(v.width, 2*rim+near*(max(len(v.up), len(v.down))-1))
			spread := func(links []*link, port func(l *link) *int, far int) {
				step := min(far, (v.width-2*rim)/max(1, len(links)-1))
				for i, l := range links {
					*port(l) = step * (2*i - len(links) + 1) / 2
				}
			}
			slices.SortFunc(v.down, func(a, b *link) int { return cmp.Or(a.lower.pos-b.lower.pos, a.edge-b.edge) })
			slices.SortFunc(v.up, func(a, b *link) int { return cmp.Or(a.upper.pos-b.upper.pos, a.edge-b.edge) })
			spread(v.down, func(l *link) *int { return &l.upperPort }, far)
			spread(v.up, func(l *link) *int { return &l.lowerPort }, far)
		}
	}
}

// textWidth returns the width of a box for n.
func textWidth(n Node) int {
	w := max(columns(n.Name)*charWidth, columns(n.Scope)*scopeWidth) + 24
	return max(nodeWidth, w)
}

// columns returns how many columns s takes in a monospaced font.
func columns(s string) int {
	n := utf8.RuneCountInString(s)
	for _, r := range s {
		if r >= 0x1100 { // the scripts with wide letters come after this
			n++
		}
	}
	return n
}
