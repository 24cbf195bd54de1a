package draw

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// warnColor marks what is part of a cycle in DOT, on a background that may be
// light or dark.
const warnColor = "#d32f2f"

// WriteDOT writes g in the language of Graphviz. The cycles are told below the
// drawing, and the notes of edges are tooltips. All edges are there; the program
// tred of Graphviz takes out those that follow from others.
func WriteDOT(w io.Writer, g *Graph) error {
	var b bytes.Buffer
	nodes, edges := g.warned()
	fmt.Fprintf(&b, "digraph %s {\n", dotID(g.Title))
	fmt.Fprintf(&b, "\tgraph [label=%s, labelloc=b, fontname=monospace]\n", dotText(g.words(nil)))
	fmt.Fprint(&b, "\tnode [shape=box, style=rounded, fontname=monospace]\n\n")
	for i, n := range g.Nodes {
		fmt.Fprintf(&b, "\t%s", dotID(n.String()))
		if nodes[i] {
			fmt.Fprintf(&b, " [color=%q]", warnColor)
		}
		fmt.Fprintln(&b)
	}
	fmt.Fprintln(&b)
	for i, e := range g.Edges {
		attrs := "edgetooltip=" + dotText(append([]string{g.edgeName(e)}, e.Notes...))
		if e.Dashed {
			attrs = "style=dashed, " + attrs
		}
		if edges[i] {
			attrs = fmt.Sprintf("color=%q, penwidth=3, %s", warnColor, attrs)
		}
		fmt.Fprintf(&b, "\t%s -> %s [%s]\n", dotID(g.Nodes[e.From].String()), dotID(g.Nodes[e.To].String()), attrs)
	}
	fmt.Fprintln(&b, "}")
	_, err := b.WriteTo(w)
	return err
}

// words returns the lines to write below a drawing, with remark in them.
func (g *Graph) words(remark []string) []string {
	lines := append([]string{g.Title}, g.Caption...)
	lines = append(lines, remark...)
	for i, c := range g.Cycles {
		lines = append(lines, "", fmt.Sprintf("Cycle %d: %s", i+1, g.CycleName(c)))
		for _, s := range c.Story {
			lines = append(lines, "  "+s)
		}
	}
	return lines
}

// dotID returns the identifier s. Only quotes are special in it.
func dotID(s string) string {
	return `"` + strings.ReplaceAll(printable(s), `"`, `\"`) + `"`
}

// dotText returns lines as a text that is aligned to the left.
func dotText(lines []string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, l := range lines {
		b.WriteString(strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(printable(l)) + `\l`)
	}
	b.WriteByte('"')
	return b.String()
}
