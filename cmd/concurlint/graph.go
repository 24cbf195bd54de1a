package main

import (
	"bytes"
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"

	"github.com/concurlint/concurlint/internal/draw"
	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/order"
)

// A format is a way to write a drawing.
type format struct {
	name  string
	exts  []string // of files
	write func(io.Writer, *draw.Graph) error
}

var formats = []format{
	{"dot", []string{".dot", ".gv"}, draw.WriteDOT},
	{"svg", []string{".svg"}, draw.WriteSVG},
	{"html", []string{".html", ".htm"}, draw.WriteHTML},
}

// graphUsage is the usage of the command graph.
const graphUsage = "[-format dot|svg|html] [-o FILE] [packages]\tdraw which locks are acquired while which others are held"

const graphHelp = `
Flags

	-format F  how to draw: dot for Graphviz, svg for a picture, html for a page
	           with search and zoom that needs nothing else; by default what
	           the name of FILE says, or else dot
	-o FILE    write to FILE rather than to standard output

A box of the drawing stands for all locks in one field or variable. An arrow
leads from a lock to one that is acquired while it is held, and knows where.
Cycles, in which goroutines can wait for each other forever, are thick and red,
and told in words. Test files are not read.

In a picture or page with many arrows, those that follow from others are left
out: a, b, c in this order says that a comes before c. A page shows them around
the box that is chosen. DOT has them all; tred of Graphviz leaves them out.
`

// graph draws the lock-order graph.
func graph(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("graph", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	name := flags.String("format", "", "")
	file := flags.String("o", "", "")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return help([]string{"graph"}, stdout, stderr)
	} else if err != nil {
		return fail(stderr, fmt.Errorf("graph: %w", err))
	}
	f, err := chooseFormat(*name, *file)
	if err != nil {
		return fail(stderr, err)
	}
	patterns := flags.Args()
	if len(patterns) == 0 {
		patterns = []string{"./..."}
	}
	for _, p := range patterns {
		if strings.HasPrefix(p, "-") {
			return fail(stderr, fmt.Errorf("the flag %s must stand before the packages", p))
		}
	}
	progress := startProgress(stderr)
	g, problems, err := loadOrder(patterns, progress)
	progress.end()
	if err != nil {
		return fail(stderr, err)
	}
	var b bytes.Buffer
	err = f.write(&b, g)
	if err == nil && *file != "" {
		err = os.WriteFile(*file, b.Bytes(), 0o666)
	} else if err == nil {
		_, err = b.WriteTo(stdout)
	}
	if err != nil {
		return fail(stderr, err)
	}
	for _, p := range problems {
		fmt.Fprintln(stderr, p)
	}
	if problems != nil {
		return exitFailed
	}
	return exitClean
}

// chooseFormat returns the format called name or, if that is empty, the one
// that the name of the file asks for.
func chooseFormat(name, file string) (format, error) {
	if name == "" && file == "" {
		name = "dot"
	}
	ext := strings.ToLower(filepath.Ext(file))
	for _, f := range formats {
		if f.name == name || name == "" && slices.Contains(f.exts, ext) {
			return f, nil
		}
	}
	if name != "" {
		return format{}, fmt.Errorf("there is no format %s: it is dot, svg or html", name)
	}
	return format{}, fmt.Errorf("the name %s does not tell a format: let it end in .dot, .svg or .html, or use -format", file)
}

// loadOrder returns the lock-order graph of the packages that patterns match.
func loadOrder(patterns []string, p *progress) (g *draw.Graph, problems []string, err error) {
	pkgs, problems, err := load(patterns, false, nil, p)
	if err != nil {
		return nil, nil, err
	}
	analyzed, err := analyze([]*analysis.Analyzer{order.Analyzer}, pkgs, p)
	if err != nil {
		return nil, nil, err
	}
	g, failures := drawOrder(pkgs, analyzed.Roots)
	return g, append(problems, failures...), nil
}

// drawOrder returns the lock-order graph of pkgs from the actions of pass order.
func drawOrder(pkgs []*packages.Package, acts []*checker.Action) (g *draw.Graph, problems []string) {
	n := nestings{names: make(map[string]string)}
	packages.Visit(pkgs, nil, func(p *packages.Package) { n.names[p.PkgPath] = p.Name })
	for _, act := range acts {
		if act.Err != nil {
			problems = append(problems, fmt.Sprintf("concurlint: %s: %v", act.Package.PkgPath, act.Err))
			continue
		}
		n.add(act.Package, act.Result.(*order.Result).Ready())
	}
	return n.drawing(title("Lock order", pkgs)), problems
}

// title returns the title of something about pkgs.
func title(about string, pkgs []*packages.Package) string {
	var modules []string
	for _, p := range pkgs {
		if p.Module != nil && !slices.Contains(modules, p.Module.Path) {
			modules = append(modules, p.Module.Path)
		}
	}
	if len(modules) != 1 {
		return about
	}
	return about + " of " + modules[0]
}

// nestings are the edges of a lock-order graph, with the places where they are
// in the source.
type nestings struct {
	edges  []nesting
	cycles [][]nesting
	names  map[string]string // of packages, by path
}

// A nesting is an edge of a lock-order graph.
type nesting struct {
	*order.Edge
	heldAt, where string // as far as possible below the current directory
}

// add adds what pkg has, but for its tests.
func (n *nestings) add(pkg *packages.Package, result *order.Result) {
	inTest := func(e *order.Edge) bool {
		return strings.HasSuffix(pkg.Fset.Position(e.Pos).Filename, "_test.go")
	}
	place := func(e *order.Edge) nesting {
		if !e.Pos.IsValid() || !e.HeldPos.IsValid() {
			return nesting{e, e.HeldAt, e.Where}
		}
		held, at := pkg.Fset.Position(e.HeldPos), pkg.Fset.Position(e.Pos)
		return nesting{e, fmt.Sprintf("%s:%d", relative(held.Filename), held.Line), fmt.Sprintf("%s:%d", relative(at.Filename), at.Line)}
	}
	for _, e := range result.Edges {
		if !inTest(e) {
			n.edges = append(n.edges, place(e))
		}
	}
	for _, c := range result.Cycles {
		if slices.ContainsFunc(c.Edges, inTest) {
			continue
		}
		var edges []nesting
		for _, e := range c.Edges {
			edges = append(edges, place(e))
			// The edges of packages that are not drawn matter in a cycle.
			if !e.Pos.IsValid() {
				n.edges = append(n.edges, place(e))
			}
		}
		first := slices.MinFunc(edges, compareNestings)
		i := slices.Index(edges, first)
		n.cycles = append(n.cycles, slices.Concat(edges[i:], edges[:i]))
	}
	// Two locks of one class, in an order that the caller chooses, are a cycle.
	for _, p := range result.Pairs {
		if inTest(p.Edge) {
			continue
		}
		e := *p.Edge
		e.Holder = p.Func
		n.edges = append(n.edges, place(&e))
		n.cycles = append(n.cycles, []nesting{place(&e)})
	}
}

// maxNotes bounds the places that the drawing shows for an arrow.
const maxNotes = 4

// drawing returns the graph, in an order that depends on names and places only.
func (n *nestings) drawing(title string) *draw.Graph {
	slices.SortFunc(n.edges, compareNestings)
	slices.SortFunc(n.cycles, func(c, d []nesting) int { return slices.CompareFunc(c, d, compareNestings) })
	g := &draw.Graph{Title: title}
	nodes := n.nodesOf(g)
	edges := make(map[[2]order.Class]int)
	for _, e := range n.edges {
		key := [2]order.Class{e.From, e.To}
		i, ok := edges[key]
		if !ok {
			i = len(g.Edges)
			edges[key] = i
			g.Edges = append(g.Edges, draw.Edge{From: nodes[e.From], To: nodes[e.To], Dashed: true})
		}
		drawn := &g.Edges[i]
		drawn.Dashed = drawn.Dashed && e.FromMode == locks.Read && e.ToMode == locks.Read
		if note := e.tell("acquires"); !slices.Contains(drawn.Notes, note) {
			drawn.Notes = append(drawn.Notes, note)
		}
	}
	for i := range g.Edges {
		drawn := &g.Edges[i]
		if more := len(drawn.Notes) - maxNotes; more > 0 {
			drawn.Notes = append(drawn.Notes[:maxNotes], fmt.Sprintf("and in more places: %d", more))
		}
	}
	for _, c := range n.cycles {
		var cycle draw.Cycle
		for _, e := range c {
			cycle.Edges = append(cycle.Edges, edges[[2]order.Class{e.From, e.To}])
			cycle.Story = append(cycle.Story, e.tell("waits for"))
		}
		if len(c) == 1 {
			cycle.Story = append(cycle.Story, "another goroutine does the same with the arguments exchanged")
		}
		g.Cycles = append(g.Cycles, cycle)
	}
	g.Caption = caption(g)
	return g
}

// compareNestings orders by names, then by place.
func compareNestings(d, e nesting) int {
	return cmp.Or(
		cmp.Compare(d.From.Pkg, e.From.Pkg), cmp.Compare(plainName(d.From), plainName(e.From)),
		cmp.Compare(d.To.Pkg, e.To.Pkg), cmp.Compare(plainName(d.To), plainName(e.To)),
		cmp.Compare(d.where, e.where), cmp.Compare(d.heldAt, e.heldAt), cmp.Compare(d.At, e.At),
		cmp.Compare(d.tell(""), e.tell("")))
}

// plainName returns the name of c without what only tells it apart from others.
func plainName(c order.Class) string {
	name, _, _ := strings.Cut(c.Name, "·")
	return name
}

// nodesOf adds the locks of the edges to g and returns their indices.
func (n *nestings) nodesOf(g *draw.Graph) map[order.Class]int {
	nodes := make(map[order.Class]int)
	var classes []order.Class
	for _, e := range n.edges {
		for _, c := range []order.Class{e.From, e.To} {
			if _, ok := nodes[c]; !ok {
				nodes[c] = 0
				classes = append(classes, c)
			}
		}
	}
	slices.SortStableFunc(classes, func(c, d order.Class) int {
		return cmp.Or(cmp.Compare(c.Pkg, d.Pkg), cmp.Compare(plainName(c), plainName(d)))
	})
	count := make(map[draw.Node]int)
	for i, c := range classes {
		node := draw.Node{Scope: n.scope(c, classes), Name: plainName(c)}
		count[node]++
		if n := count[node]; n > 1 {
			node.Name = fmt.Sprintf("%s (%d)", node.Name, n)
		}
		g.Nodes = append(g.Nodes, node)
		nodes[c] = i
	}
	return nodes
}

// scope returns the name of the package of c or, if a class of another package
// looks the same, as much of its path as it takes to tell them apart.
func (n *nestings) scope(c order.Class, classes []order.Class) string {
	for size := 0; ; size++ {
		scope := n.pathEnd(c.Pkg, size)
		same := func(d order.Class) bool {
			return d.Pkg != c.Pkg && plainName(d) == plainName(c) && n.pathEnd(d.Pkg, size) == scope
		}
		if scope == c.Pkg || !slices.ContainsFunc(classes, same) {
			return scope
		}
	}
}

// pathEnd returns the last elements of the path of a package, or its name if
// size is 0.
func (n *nestings) pathEnd(pkg string, size int) string {
	if size == 0 {
		return cmp.Or(n.names[pkg], path.Base(pkg))
	}
	elems := strings.Split(pkg, "/")
	return strings.Join(elems[max(0, len(elems)-size):], "/")
}

// tell returns what happens at n; the verb is what becomes of the second lock.
func (n nesting) tell(verb string) string {
	if n.Call == "" {
		return fmt.Sprintf("%s holds %s (%s) and %s %s (%s)", n.Holder, n.FromExpr, n.heldAt, verb, n.ToExpr, n.where)
	}
	way := n.Chain
	if len(way) == 0 || way[0] != n.Call {
		way = append([]string{n.Call}, way...)
	}
	return fmt.Sprintf("%s holds %s (%s) and calls %s (%s), which %s %s (%s)",
		n.Holder, n.FromExpr, n.heldAt, strings.Join(way, " → "), n.where, verb, n.ToExpr, n.At)
}

// caption returns the paragraphs that explain g.
func caption(g *draw.Graph) []string {
	if len(g.Edges) == 0 {
		return []string{"No lock is acquired while one of another field or variable is held."}
	}
	text := "A box stands for all locks in one field or variable. An arrow leads from a lock to one that is acquired while it is held."
	if slices.ContainsFunc(g.Edges, func(e draw.Edge) bool { return e.Dashed }) {
		text += " It is dashed if both are only locked for reading."
	}
	if len(g.Cycles) > 0 {
		text += " Goroutines that go around a cycle can wait for each other forever."
	}
	return []string{fmt.Sprintf("%s, %s. ", plural(len(g.Nodes), "lock"), plural(len(g.Edges), "arrow")) + text}
}
