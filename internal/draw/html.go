package draw

import (
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"slices"
	"strings"
)

//go:embed page.css
var pageStyle string

//go:embed page.js
var pageScript string

// WriteHTML writes g as a page with the picture, the cycles and the list of
// edges. A script lets readers zoom and pan, search, and see one node with its
// neighbours; without scripts, all is there to read.
func WriteHTML(w io.Writer, g *Graph) error {
	var b bytes.Buffer
	p := layout(g)
	title := escape(g.Title)
	fmt.Fprintf(&b, pageHead, title, pageStyle, svgStyle, title)
	hidden := p.left("%s that follow from others appear around the node that you point at or choose.")
	for _, s := range append(slices.Clip(g.Caption), hidden...) {
		fmt.Fprintf(&b, "<p>%s</p>\n", escape(s))
	}
	fmt.Fprint(&b, pageTools)
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" id="picture" viewBox="0 0 %d %d" role="img" aria-label="%s">`+"\n", p.width, p.height, title)
	p.write(&b, g, true)
	fmt.Fprint(&b, "</svg>\n</div>\n<aside>\n<section id=\"chosen\" aria-live=\"polite\"></section>\n")
	g.writeCycles(&b)
	g.writeEdges(&b)
	fmt.Fprintf(&b, "</aside>\n</main>\n<script>\n%s</script>\n</body>\n</html>\n", pageScript)
	_, err := b.WriteTo(w)
	return err
}

// writeCycles writes the cycles as text.
func (g *Graph) writeCycles(b *bytes.Buffer) {
	if len(g.Cycles) == 0 {
		fmt.Fprint(b, "<h2>No cycles</h2>\n")
		return
	}
	fmt.Fprintf(b, "<h2>%s</h2>\n<ol id=\"cycles\">\n", plural(len(g.Cycles), "cycle"))
	for _, c := range g.Cycles {
		edges := strings.Trim(fmt.Sprint(c.Edges), "[]")
		fmt.Fprintf(b, "<li><button class=\"cycle\" data-edges=\"%s\">%s</button>\n<ul>\n", edges, escape(g.CycleName(c)))
		for _, s := range c.Story {
			fmt.Fprintf(b, "<li>%s</li>\n", escape(s))
		}
		fmt.Fprint(b, "</ul></li>\n")
	}
	fmt.Fprint(b, "</ol>\n")
}

// writeEdges writes the edges as text, behind a line to open it.
func (g *Graph) writeEdges(b *bytes.Buffer) {
	fmt.Fprintf(b, "<details>\n<summary>%s</summary>\n<dl>\n", plural(len(g.Edges), "edge"))
	for _, e := range g.Edges {
		fmt.Fprintf(b, "<dt>%s</dt>\n", escape(g.edgeName(e)))
		for _, n := range e.Notes {
			fmt.Fprintf(b, "<dd>%s</dd>\n", escape(n))
		}
	}
	fmt.Fprint(b, "</dl>\n</details>\n")
}

const pageHead = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="color-scheme" content="light dark"/>
<title>%s</title>
<style>
%s%s</style>
</head>
<body>
<header>
<h1>%s</h1>
`

const pageTools = `</header>
<main>
<div id="map">
<form id="tools" role="search">
<input type="search" id="search" placeholder="Find a node" aria-label="Find a node" autocomplete="off" spellcheck="false"/>
<output id="found"></output>
<button type="button" id="out" title="Zoom out" aria-label="Zoom out">−</button>
<button type="button" id="in" title="Zoom in" aria-label="Zoom in">+</button>
<button type="button" id="fit" title="Show all">All</button>
</form>
`
