package draw

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files")

var writers = []struct {
	ext   string
	write func(io.Writer, *Graph) error
}{
	{"dot", WriteDOT},
	{"svg", WriteSVG},
	{"html", WriteHTML},
}

// drawn returns what write writes.
func drawn(t *testing.T, write func(io.Writer, *Graph) error, g *Graph) string {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b, g); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// bank returns a small graph with a cycle, an edge from a node to itself, one
// that passes a row and one that is dashed.
func bank() *Graph {
	return &Graph{
		Title:   "Lock order",
		Caption: []string{"5 locks. An arrow leads from a lock to one that is acquired while it is held."},
		Nodes: []Node{
			{"bank", "account.mu"},
			{"bank", "audit.mu"},
			{"bank", "ledger.mu"},
			{"bank", "registry.mu"},
			{"log", "writer.mu"},
		},
		Edges: []Edge{
			{0, 2, []string{"account.post holds a.mu (bank.go:40) and acquires l.mu (bank.go:42)"}, false},
			{2, 0, []string{"ledger.close holds l.mu (ledger.go:17) and calls a.balance (ledger.go:19), which acquires a.mu (bank.go:31)"}, false},
			{3, 0, []string{"registry.each holds r.mu (registry.go:12) and calls a.balance (registry.go:14), which acquires a.mu (bank.go:31)"}, true},
			{2, 4, []string{"ledger.close holds l.mu (ledger.go:17) and calls log.Print (ledger.go:22), which acquires w.mu (log.go:9)"}, false},
			{0, 4, []string{"account.post holds a.mu (bank.go:40) and calls log.Print (bank.go:45), which acquires w.mu (log.go:9)"}, false},
			{3, 1, []string{"registry.each holds r.mu (registry.go:12) and acquires a.mu (registry.go:15)"}, false},
			{0, 0, []string{"transfer holds from.mu (bank.go:55) and acquires to.mu (bank.go:56)"}, false},
		},
		Cycles: []Cycle{{[]int{0, 1}, []string{
			"account.post holds a.mu (bank.go:40) and waits for l.mu (bank.go:42)",
			"ledger.close holds l.mu (ledger.go:17) and calls a.balance (ledger.go:19), which waits for a.mu (bank.go:31)",
		}}},
	}
}

// random returns a graph with n nodes, few of which have many edges, and with
// some cycles.
func random(n int, seed uint64) *Graph {
	r := rand.New(rand.NewPCG(seed, 0))
	pick := func(words ...string) string { return words[r.IntN(len(words))] }
	g := &Graph{Title: "Lock order", Caption: []string{fmt.Sprintf("%d locks.", n)}}
	for i := range n {
		g.Nodes = append(g.Nodes, Node{
			pick("server", "client", "store", "raft", "jetstream"),
			fmt.Sprintf("%s%d.%s", pick("conn", "peer", "stream", "account", "gateway"), i, pick("mu", "lock", "stateMu", "listenersMu")),
		})
	}
	seen := make(map[[2]int]bool)
	add := func(from, to int) {
		if !seen[[2]int{from, to}] {
			seen[[2]int{from, to}] = true
			note := fmt.Sprintf("work%d holds the one (file.go:%d) and acquires the other (file.go:%d)", from, to, to+3)
			g.Edges = append(g.Edges, Edge{from, to, []string{note}, r.IntN(8) == 0})
		}
	}
	for range n {
		hub := int(float64(n) / 3 * r.Float64() * r.Float64() * r.Float64())
		add(hub, r.IntN(n))
	}
	for range n / 4 {
		a, b := r.IntN(n), r.IntN(n)
		add(min(a, b), max(a, b))
	}
	for range n / 50 {
		i := r.IntN(len(g.Edges))
		from, to := g.Edges[i].From, g.Edges[i].To
		if from != to && !seen[[2]int{to, from}] {
			add(to, from)
			g.Cycles = append(g.Cycles, Cycle{[]int{i, len(g.Edges) - 1}, []string{"one holds it and waits for the other", "and the reverse"}})
		}
	}
	return g
}

// hostile returns a graph of names that mean something to each of the formats.
func hostile() *Graph {
	words := []string{"", `<b title="x">`, `"\n`, `\`, "a&amp;b", "]]>", "</script><script>", "%s%d", "\x00\x1b", "\xff", "日本", "line\nline", "'", "<!--"}
	g := &Graph{Title: strings.Join(words, " "), Caption: words}
	for i, w := range words {
		g.Nodes = append(g.Nodes, Node{w, fmt.Sprint(w, i)})
		g.Edges = append(g.Edges, Edge{0, i, words, false})
	}
	g.Cycles = []Cycle{{[]int{0}, words}}
	return g
}

func TestGolden(t *testing.T) {
	for _, w := range writers {
		if w.ext == "html" {
			continue // mostly a script
		}
		name := filepath.Join("testdata", "bank."+w.ext)
		got := drawn(t, w.write, bank())
		if *update {
			if err := os.WriteFile(name, []byte(got), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s is out of date: look at the new one after go test -update\n%s", name, got)
		}
	}
}

// TestSame checks that the same graph gives the same bytes.
func TestSame(t *testing.T) {
	for _, w := range writers {
		if drawn(t, w.write, random(120, 1)) != drawn(t, w.write, random(120, 1)) {
			t.Errorf("%s differs from one time to the next", w.ext)
		}
	}
}

// TestWellFormed checks that pictures and pages are well-formed XML, which pages
// need not be but are, and that no text becomes markup.
func TestWellFormed(t *testing.T) {
	script := regexp.MustCompile(`(?s)(<(script|style)>\n).*?(</(script|style)>)`)
	for _, w := range writers[1:] {
		for name, g := range map[string]*Graph{"bank": bank(), "random": random(200, 2), "hostile": hostile(), "empty": {}} {
			text := drawn(t, w.write, g)
			tags, err := elements(script.ReplaceAllString(text, "$1$3"))
			if err != nil {
				t.Errorf("%s of %s: %v\n%s", w.ext, name, err, text)
			}
			if tags["b"] > 0 || w.ext == "html" && tags["script"] != 1 {
				t.Errorf("%s of %s has elements %v", w.ext, name, tags)
			}
			if tags["rect"] < len(g.Nodes) {
				t.Errorf("%s of %s has %d boxes, want %d", w.ext, name, tags["rect"], len(g.Nodes))
			}
		}
	}
}

// elements returns how often each element occurs in an XML document.
func elements(text string) (map[string]int, error) {
	tags := make(map[string]int)
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return tags, nil
		}
		if err != nil {
			return tags, err
		}
		if e, ok := token.(xml.StartElement); ok {
			tags[e.Name.Local]++
		}
	}
}

// TestAlone checks that drawings refer to nothing outside of them.
func TestAlone(t *testing.T) {
	for _, w := range writers {
		text := strings.ReplaceAll(drawn(t, w.write, bank()), `xmlns="http://www.w3.org/2000/svg"`, "")
		if m := regexp.MustCompile(`\w+:/|src=|href=|url\(|@import|fetch\(`).FindString(text); m != "" {
			t.Errorf("%s contains %s", w.ext, m)
		}
	}
}

// TestDOTQuotes checks the quoting of DOT: identifiers know only \", texts know
// backslashes too.
func TestDOTQuotes(t *testing.T) {
	for _, test := range []struct{ got, want string }{
		{dotID(`a"b\c`), `"a\"b\c"`},
		{dotText([]string{`a"b`, `c\n`}), `"a\"b\lc\\n\l"`},
	} {
		if test.got != test.want {
			t.Errorf("got %s, want %s", test.got, test.want)
		}
	}
}

// TestImplied checks that a crowded picture leaves out an edge, a page hides it
// and DOT has it.
func TestImplied(t *testing.T) {
	g := new(Graph)
	for i := range crowded {
		g.Nodes = append(g.Nodes, Node{"", fmt.Sprint("n", i)})
		if i > 0 {
			g.Edges = append(g.Edges, Edge{From: i - 1, To: i})
		}
	}
	g.Edges = append(g.Edges, Edge{From: 3, To: 7}, Edge{From: 8, To: 2})
	const left = "1 arrow"
	svg, html, dot := drawn(t, WriteSVG, g), drawn(t, WriteHTML, g), drawn(t, WriteDOT, g)
	const ends = `data-from="3" data-to="7"`
	if strings.Contains(svg, ends) || !strings.Contains(svg, left) {
		t.Errorf("the picture does not leave out the edge:\n%s", svg)
	}
	if !strings.Contains(html, `<g class="edge implied" id="e59" data-from="3" data-to="7">`) || !strings.Contains(html, left) {
		t.Errorf("the page does not hide the edge:\n%s", html)
	}
	if !strings.Contains(dot, "\"n3\" -> \"n7\"") {
		t.Errorf("the edge is not in\n%s", dot)
	}
	if !strings.Contains(svg, `data-from="8" data-to="2"`) {
		t.Errorf("the edge upwards is not in\n%s", svg)
	}
	// A cycle must be seen.
	g.Cycles = []Cycle{{[]int{59, 7, 60, 2}, nil}}
	if svg := drawn(t, WriteSVG, g); !strings.Contains(svg, ends) {
		t.Errorf("the edge of a cycle is not in\n%s", svg)
	}
	g.Edges = g.Edges[:crowded]
	g.Cycles = nil
	if svg := drawn(t, WriteSVG, g); !strings.Contains(svg, ends) {
		t.Errorf("without a crowd, the edge is not in\n%s", svg)
	}
}
