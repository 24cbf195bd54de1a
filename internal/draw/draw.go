// Package draw draws directed graphs: as DOT, for Graphviz; as SVG; and as an
// HTML page to explore a large graph. Drawings need no other program, file or
// network, and the same graph always gives the same bytes.
//
// Nodes are laid out in rows so that edges point downwards where they can, as
// described by Sugiyama, Tagawa and Toda in "Methods for Visual Understanding
// of Hierarchical System Structures" (1981).
package draw

import "strings"

// A Graph is a directed graph and the words that go with it.
type Graph struct {
	Title   string
	Caption []string // paragraphs that explain what is drawn
	Nodes   []Node
	Edges   []Edge
	Cycles  []Cycle // those that are to stand out
}

// A Node is a node of a graph. It is known by its name as a whole, which must
// be unique.
type Node struct {
	Scope, Name string // the first is less important and may be empty
}

// String returns the whole name of n, such as "scope.name".
func (n Node) String() string {
	if n.Scope == "" {
		return n.Name
	}
	return n.Scope + "." + n.Name
}

// An Edge is an edge of a graph, from a node to another one or to itself.
type Edge struct {
	From, To int // indices of Graph.Nodes
	Notes    []string
	Dashed   bool
}

// A Cycle is a closed walk on the edges of a graph.
type Cycle struct {
	Edges []int // indices of Graph.Edges
	Story []string
}

// edgeName returns the names of the nodes of e.
func (g *Graph) edgeName(e Edge) string {
	return g.Nodes[e.From].String() + " → " + g.Nodes[e.To].String()
}

// CycleName returns the names of the nodes of c.
func (g *Graph) CycleName(c Cycle) string {
	var names []string
	for _, e := range c.Edges {
		names = append(names, g.Nodes[g.Edges[e].From].String())
	}
	return strings.Join(append(names, names[0]), " → ")
}

// warned reports which nodes and edges are part of a cycle.
func (g *Graph) warned() (nodes, edges []bool) {
	nodes, edges = make([]bool, len(g.Nodes)), make([]bool, len(g.Edges))
	for _, c := range g.Cycles {
		for _, e := range c.Edges {
			edges[e] = true
			nodes[g.Edges[e].From] = true
		}
	}
	return nodes, edges
}
