package draw

import (
	"cmp"
	"slices"
)

// All sizes are in pixels.
const (
	margin     = 24
	nodeHeight = 44
	nodeWidth  = 64 // at least
	loopWidth  = 34 // of an edge from a node to itself, at the node's right
	charWidth  = 8  // of Node.Name, in a monospaced font
	scopeWidth = 7  // of Node.Scope, which is written smaller
	partGap    = 40 // between unconnected parts
)

// A picture is a graph that is laid out.
type picture struct {
	width, height int
	boxes         []box  // of the nodes
	paths         []path // of the edges
	implied       []bool // which edges follow from others and are not routed
}

// crowded is the number of edges above which a picture leaves out those that
// follow from others: where there are edges from a to b and from b to c, one
// from a to c tells nothing new about the order.
const crowded = 60

// A box is a rectangle.
type box struct{ left, top, width, height int }

// A path is the line of an edge: curves from each point with an even index to
// the next, and straight lines between those. Both begin and end vertically.
// The path of an edge from a node to itself is empty.
type path []point

type point struct{ x, y int }

// layout lays out g.
func layout(g *Graph) *picture {
	p := &picture{boxes: make([]box, len(g.Nodes)), paths: make([]path, len(g.Edges)), implied: make([]bool, len(g.Edges))}
	warned, _ := g.warned()
	var parts []*part
	for _, nodes := range components(g) {
		parts = append(parts, newPart(g, nodes))
	}
	// First what readers must see, then in the order that packs well.
	calm := func(pt *part) int {
		if slices.ContainsFunc(pt.nodes, func(n int) bool { return warned[n] }) {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(parts, func(a, b *part) int {
		return cmp.Or(calm(a)-calm(b), b.height-a.height, b.width-a.width)
	})
	p.pack(parts)
	return p
}

// components returns the nodes of each connected part of g, in order.
func components(g *Graph) [][]int {
	next := make([][]int, len(g.Nodes))
	for _, e := range g.Edges {
		next[e.From] = append(next[e.From], e.To)
		next[e.To] = append(next[e.To], e.From)
	}
	var all [][]int
	seen := make([]bool, len(g.Nodes))
	for n := range g.Nodes {
		if seen[n] {
			continue
		}
		seen[n] = true
		part := []int{n}
		for i := 0; i < len(part); i++ {
			for _, m := range next[part[i]] {
				if !seen[m] {
					seen[m] = true
					part = append(part, m)
				}
			}
		}
		slices.Sort(part)
		all = append(all, part)
	}
	return all
}

// pack places the parts in lines, as words are on a page that is somewhat
// wider than high.
func (p *picture) pack(parts []*part) {
	area, page := 0, 0
	for _, pt := range parts {
		area += (pt.width + partGap) * (pt.height + partGap)
		page = max(page, pt.width)
	}
	page = max(page, sqrt(area*3/2))
	x, y, lineHeight := 0, 0, 0
	for _, pt := range parts {
		if x > 0 && x+pt.width > page {
			x, y, lineHeight = 0, y+lineHeight+partGap, 0
		}
		p.add(pt, margin+x, margin+y)
		p.width = max(p.width, x+pt.width)
		lineHeight = max(lineHeight, pt.height)
		x += pt.width + partGap
		p.height = y + lineHeight
	}
	p.width += 2 * margin
	p.height += 2 * margin
}

// add places pt with its left upper corner at x and y.
func (p *picture) add(pt *part, x, y int) {
	for r, row := range pt.rows {
		for _, v := range row {
			if v.node >= 0 {
				p.boxes[v.node] = box{x + v.x - v.width/2, y + pt.tops[r], v.width, nodeHeight}
			}
		}
	}
	for _, c := range pt.chains {
		var line path
		for _, l := range c.links {
			line = append(line,
				point{x + l.upper.x + l.upperPort, y + pt.tops[l.upper.row] + nodeHeight},
				point{x + l.lower.x + l.lowerPort, y + pt.tops[l.lower.row]})
		}
		if c.reversed {
			slices.Reverse(line)
		}
		p.paths[c.edge] = line
	}
	for _, a := range pt.implied {
		from, to := p.boxes[a.from], p.boxes[a.to]
		p.implied[a.edge] = true
		p.paths[a.edge] = path{
			{from.left + from.width/2, from.top + from.height},
			{to.left + to.width/2, to.top},
		}
	}
}

// sqrt returns the root of n, rounded down.
func sqrt(n int) int {
	r := 0
	for step := 1 << 20; step > 0; step /= 2 {
		if (r+step)*(r+step) <= n {
			r += step
		}
	}
	return r
}
