package draw

import (
	"bytes"
	_ "embed"
	"fmt"
	"html"
	"io"
	"strings"
)

//go:embed svg.css
var svgStyle string

// WriteSVG writes g as a picture. The cycles are told below the drawing, and
// the notes of edges appear when the pointer rests on them. If there are many
// edges, those that follow from others are left out.
func WriteSVG(w io.Writer, g *Graph) error {
	var b bytes.Buffer
	p := layout(g)
	words := g.words(p.left(impliedLeftOut))
	wide := p.width
	for _, line := range words {
		wide = max(wide, columns(line)*charWidth+2*margin)
	}
	high := p.height + len(words)*lineHeight + margin
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img">`+"\n", wide, high, wide, high)
	fmt.Fprintf(&b, "<title>%s</title>\n<style>\n%s</style>\n", escape(g.Title), svgStyle)
	fmt.Fprintf(&b, `<rect class="paper" width="%d" height="%d"/>`+"\n", wide, high)
	p.write(&b, g, false)
	for i, line := range words {
		fmt.Fprintf(&b, `<text class="words" x="%d" y="%d" xml:space="preserve">%s</text>`+"\n",
			margin, p.height+(i+1)*lineHeight, escape(line))
	}
	fmt.Fprintln(&b, "</svg>")
	_, err := b.WriteTo(w)
	return err
}

// WriteInline writes g as a picture that is part of an HTML page, which has to
// tell the cycles itself. If there are many edges, those that follow from
// others are left out; left says so.
func WriteInline(w io.Writer, g *Graph) (left []string, err error) {
	var b bytes.Buffer
	p := layout(g)
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="%s">`+"\n",
		p.width, p.height, p.width, p.height, escape(g.Title))
	fmt.Fprintf(&b, "<style>\n%s</style>\n", svgStyle)
	p.write(&b, g, false)
	fmt.Fprintln(&b, "</svg>")
	_, err = b.WriteTo(w)
	return p.left(impliedLeftOut), err
}

const lineHeight = 18 // of the text below a picture

// impliedLeftOut says which edges are left out of a picture.
const impliedLeftOut = "%s left out: an arrow from a to b and one from b to c imply one from a to c."

// left returns what the format says about the edges that are left out, if any.
func (p *picture) left(format string) []string {
	n := 0
	for _, implied := range p.implied {
		if implied {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	return []string{fmt.Sprintf(format, plural(n, "arrow"))}
}

// plural returns the number n of things.
func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// write writes the nodes and edges of g, with or without those that follow from
// others.
func (p *picture) write(b *bytes.Buffer, g *Graph, all bool) {
	nodes, edges := g.warned()
	// What comes later is drawn above: first the edges that matter least.
	for _, warn := range []bool{false, true} {
		for i, e := range g.Edges {
			if edges[i] == warn && (all || !p.implied[i]) {
				p.writeEdge(b, g, i, e, warn)
			}
		}
	}
	for i, n := range g.Nodes {
		p.writeNode(b, i, n, nodes[i])
	}
}

// writeEdge writes the edge e, which has index i.
func (p *picture) writeEdge(b *bytes.Buffer, g *Graph, i int, e Edge, warn bool) {
	class := "edge"
	if warn {
		class += " warn"
	}
	if e.Dashed {
		class += " dashed"
	}
	if p.implied[i] {
		class += " implied"
	}
	var line, head string
	if e.From == e.To {
		line, head = loop(p.boxes[e.From])
	} else {
		line, head = curve(p.paths[i])
	}
	title := strings.Join(append([]string{g.edgeName(e)}, e.Notes...), "\n")
	fmt.Fprintf(b, `<g class="%s" id="e%d" data-from="%d" data-to="%d"><title>%s</title>`, class, i, e.From, e.To, escape(title))
	// A wide invisible line is easier to hit.
	fmt.Fprintf(b, `<path class="target" d="%s"/><path class="line" d="%s"/><path class="head" d="%s"/></g>`+"\n", line, line, head)
}

const (
	headLength = 11
	headWidth  = 9
)

// curve returns the line and the head of an arrow along p.
func curve(p path) (line, head string) {
	var b strings.Builder
	first, last := p[0], p[len(p)-1]
	up := 1
	if last.y > first.y {
		up = -1
	}
	fmt.Fprintf(&b, "M%d %d", first.x, first.y)
	for i, to := range p[1:] {
		from, end := p[i], to
		if to == last {
			end.y += up * (headLength - 1) // the line is wider than the tip
		}
		if i%2 == 1 || from.x == to.x {
			fmt.Fprintf(&b, "L%d %d", end.x, end.y)
		} else {
			middle := (from.y + end.y) / 2
			fmt.Fprintf(&b, "C%d %d %d %d %d %d", from.x, middle, end.x, middle, end.x, end.y)
		}
	}
	return b.String(), fmt.Sprintf("M%d %dl%d %dh%dz", last.x, last.y, -headWidth/2, up*headLength, headWidth/2*2)
}

// loop returns the line and the head of an arrow from b to itself.
func loop(b box) (line, head string) {
	x, y := b.left+b.width, b.top+b.height/2
	line = fmt.Sprintf("M%d %dC%d %d %d %d %d %d", x, y-10, x+loopWidth, y-20, x+loopWidth, y+20, x+headLength-1, y+10)
	return line, fmt.Sprintf("M%d %dl%d %dv%dz", x, y+10, headLength, -headWidth/2, headWidth/2*2)
}

// writeNode writes the node n, which has index i.
func (p *picture) writeNode(b *bytes.Buffer, i int, n Node, warn bool) {
	class := "node"
	if warn {
		class += " warn"
	}
	r := p.boxes[i]
	x, y := r.left+r.width/2, r.top+r.height/2+5
	fmt.Fprintf(b, `<g class="%s" id="n%d"><title>%s</title><rect x="%d" y="%d" width="%d" height="%d" rx="6"/>`,
		class, i, escape(n.String()), r.left, r.top, r.width, r.height)
	if n.Scope != "" {
		fmt.Fprintf(b, `<text class="scope" x="%d" y="%d">%s</text>`, x, y-11, escape(n.Scope))
		y += 8
	}
	fmt.Fprintf(b, `<text x="%d" y="%d">%s</text></g>`+"\n", x, y, escape(n.Name))
}

// escape returns s as text of XML.
func escape(s string) string { return html.EscapeString(printable(s)) }

// printable returns s without the characters that XML does not know.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0xFFFE || r == 0xFFFF {
			return '�'
		}
		return r
	}, s)
}
