package draw

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"testing"
)

// bank returns a small graph with a cycle.
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
			{0, 2, []string{"account.post holds bank.account.mu (bank.go:40) and acquires bank.ledger.mu (bank.go:42)"}, false},
			{2, 0, []string{"ledger.close holds bank.ledger.mu (ledger.go:17) and acquires bank.account.mu (bank.go:31) through account.balance"}, false},
			{3, 0, []string{"registry.each holds bank.registry.mu (registry.go:12) and acquires bank.account.mu (bank.go:31) through account.balance"}, true},
			{2, 4, []string{"ledger.close holds bank.ledger.mu (ledger.go:17) and acquires log.writer.mu (log.go:9) through log.Printf"}, false},
			{0, 4, []string{"account.post holds bank.account.mu (bank.go:40) and acquires log.writer.mu (log.go:9) through log.Printf"}, false},
			{3, 1, []string{"registry.each holds bank.registry.mu (registry.go:12) and acquires bank.audit.mu (audit.go:8)"}, false},
			{0, 0, []string{"transfer holds bank.account.mu (bank.go:55) and acquires bank.account.mu of another account (bank.go:56)"}, false},
		},
		Cycles: []Cycle{{[]int{0, 1}, []string{
			"account.post holds bank.account.mu (bank.go:40) and waits for bank.ledger.mu (bank.go:42)",
			"ledger.close holds bank.ledger.mu (ledger.go:17) and waits for bank.account.mu (bank.go:31) through account.balance",
		}}},
	}
}

// random returns a graph with n nodes, in which few nodes have many edges, as
// it is in real programs.
func random(n int, seed uint64) *Graph {
	r := rand.New(rand.NewPCG(seed, 0))
	words := []string{"server", "client", "store", "raft", "conn", "peer", "stream", "cache", "account", "gateway", "jetstream"}
	fields := []string{"mu", "lock", "stateMu", "writeLock", "indexMu", "listenersMu"}
	g := &Graph{Title: "Lock order"}
	for i := range n {
		g.Nodes = append(g.Nodes, Node{words[r.IntN(len(words))], fmt.Sprintf("%s%d.%s", words[r.IntN(len(words))], i, fields[r.IntN(len(fields))])})
	}
	g.Caption = []string{fmt.Sprintf("%d locks. An arrow leads from a lock to one that is acquired while it is held.", n)}
	seen := make(map[[2]int]bool)
	add := func(from, to int) {
		if !seen[[2]int{from, to}] {
			seen[[2]int{from, to}] = true
			g.Edges = append(g.Edges, Edge{from, to, []string{fmt.Sprintf("work%d holds it (file.go:%d) and acquires the other (file.go:%d)", from, to, to+3)}, r.IntN(8) == 0})
		}
	}
	for i := range n * 5 / 4 {
		if i%5 == 0 || i >= n {
			a, b := r.IntN(n), r.IntN(n)
			add(min(a, b), max(a, b))
			continue
		}
		hub := int(float64(n/3) * r.Float64() * r.Float64() * r.Float64())
		if to := r.IntN(n); hub < to {
			add(hub, to)
		}
	}
	for range n / 50 {
		e := r.IntN(len(g.Edges))
		from, to := g.Edges[e].From, g.Edges[e].To
		if from == to || seen[[2]int{to, from}] {
			continue
		}
		add(to, from)
		g.Cycles = append(g.Cycles, Cycle{[]int{e, len(g.Edges) - 1}, []string{"work holds the one (file.go:1) and waits for the other (file.go:4)", "more holds the other (file.go:10) and waits for the one (file.go:14)"}})
	}
	return g
}

func TestSamples(t *testing.T) {
	for name, g := range map[string]*Graph{"5": bank(), "150": random(150, 1), "40": random(40, 2), "500": random(500, 3)} {
		for ext, write := range map[string]func(io.Writer, *Graph) error{"dot": WriteDOT, "svg": WriteSVG, "html": WriteHTML} {
			f, _ := os.Create("/tmp/graph/" + name + "." + ext)
			write(f, g)
			f.Close()
		}
	}
}
