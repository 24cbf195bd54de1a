package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"text/tabwriter"
	"time"
)

const benchUsage = `usage: .ci/bench [flags] [BINARY]

Compares what go vet costs with a vet tool that does nothing (the floor), with
BINARY, by default a build of cmd/concurlint, and with gVisor's checklocks. Each
run is cold, since the tool has an identity of its own, but finds in the build
cache whatever it imports compiled. The tools take turns, and each round's
processor time is divided by that of the round's floor. Figures are least /
median / greatest of all rounds.

  user+sys s  the go command and all that it starts
  peak MB     the largest of those processes
  tool MB     the largest process of the tool, from a run before the first round

`

// The peer is built from a module of the corpus.
const (
	peerModule  = "gvisor.dev/gvisor"
	peerPackage = "./tools/checklocks/cmd/checklocks"
)

// A contender is a tool on the bench.
type contender struct {
	name string
	tool tool

	costs  []cost
	peak   int64 // of the tool's own processes
	result *vetting
}

func benchMain(ctx context.Context, root string, args []string) error {
	fs := flag.NewFlagSet("bench", flag.ContinueOnError)
	modules := fs.String("modules", `nats-server|paulmach/orb`, "modules of corpus.tsv whose path matches this `regexp`")
	rounds := fs.Int("n", 5, "number of rounds")
	peer := fs.Bool("peer", true, "run the peer too")
	fs.Usage = func() { fmt.Fprint(fs.Output(), benchUsage); fs.PrintDefaults() }
	if err := fs.Parse(args); err != nil {
		return err
	}
	if fs.NArg() > 1 || *rounds < 1 {
		fs.Usage()
		return fmt.Errorf("one binary at most, and one round at least")
	}
	re, err := regexp.Compile(*modules)
	if err != nil {
		return err
	}
	w, err := openWorkspace(root)
	if err != nil {
		return err
	}
	list := filepath.Join(root, ".ci", "corpus.tsv")
	mods, err := readModules(list, re)
	if err != nil {
		return err
	}
	tools, err := w.contenders(list, fs.Arg(0), *peer)
	if err != nil {
		return err
	}
	for _, m := range mods {
		if err := w.bench(ctx, m, tools, *rounds); err != nil {
			return err
		}
	}
	return nil
}

// contenders returns the tools to compare, the floor first.
func (w *workspace) contenders(list, binary string, peer bool) ([]contender, error) {
	floor, err := w.floor()
	if err != nil {
		return nil, err
	}
	own, err := w.tool(binary)
	if err != nil {
		return nil, err
	}
	tools := []contender{{name: "floor", tool: floor}, {name: "concurlint", tool: own}}
	if !peer {
		return tools, nil
	}
	mods, err := readModules(list, regexp.MustCompile("^"+regexp.QuoteMeta(peerModule)+"$"))
	if err != nil {
		return nil, err
	}
	dir, err := w.tree(mods[0])
	if err != nil {
		return nil, err
	}
	path := w.path("tools", "checklocks")
	if err := w.build(path, dir, peerPackage); err != nil {
		return nil, err
	}
	t, err := w.tool(path)
	return append(tools, contender{name: "checklocks", tool: t}), err
}

// bench compares the tools on m and prints the figures.
func (w *workspace) bench(ctx context.Context, m module, tools []contender, rounds int) error {
	dir, err := w.tree(m)
	if err != nil {
		return err
	}
	if err := w.warm(ctx, m, dir); err != nil {
		return err
	}
	tools = slices.Clone(tools)
	for i := range tools {
		if err := w.weigh(ctx, m, dir, &tools[i]); err != nil {
			return err
		}
	}
	for round := range rounds {
		for i := range tools {
			// Each tool starts some of the rounds.
			if err := w.time(ctx, m, dir, &tools[(i+round)%len(tools)]); err != nil {
				return err
			}
		}
		fmt.Fprintf(os.Stderr, "%s: round %d of %d\n", m.path, round+1, rounds)
	}
	s, err := w.measure(m, dir)
	if err != nil {
		return err
	}
	fmt.Printf("%s %s: %d packages, %d KLOC, %d rounds\n", m.path, m.version, s.Packages, s.Lines/1000, rounds)
	printBench(tools)
	fmt.Println()
	return nil
}

// weigh runs a tool once to see its peak memory.
func (w *workspace) weigh(ctx context.Context, m module, dir string, c *contender) error {
	tmp, err := os.MkdirTemp(w.dir, "meter")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	t, err := salted(c.tool, tmp)
	if err != nil {
		return err
	}
	peaks := filepath.Join(tmp, "peaks")
	if err := os.Mkdir(peaks, 0o777); err != nil {
		return err
	}
	if t, err = metered(t, peaks); err != nil {
		return err
	}
	if c.result, err = w.vet(ctx, m, dir, t); err != nil {
		return err
	}
	c.peak, err = largest(peaks)
	return err
}

// time runs a tool once and adds its cost.
func (w *workspace) time(ctx context.Context, m module, dir string, c *contender) error {
	v, err := w.vetCold(ctx, m, dir, c.tool)
	if err != nil {
		return err
	}
	c.costs = append(c.costs, v.cost)
	return nil
}

func printBench(tools []contender) {
	tw := tabwriter.NewWriter(os.Stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintln(tw, "tool\tuser+sys s\tof the floor\twall s\tpeak MB\ttool MB\tfindings\tfailures")
	for _, c := range tools {
		var cpu, wall, rss, ratio []float64
		for i, x := range c.costs {
			cpu = append(cpu, x.CPU.Seconds())
			wall = append(wall, x.Wall.Seconds())
			rss = append(rss, megabytes(x.MaxRSS))
			ratio = append(ratio, x.CPU.Seconds()/max(tools[0].costs[i].CPU, time.Millisecond).Seconds())
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%.0f\t%d\t%d\n", c.name, spread("%.1f", cpu), spread("%.2f", ratio),
			spread("%.1f", wall), spread("%.0f", rss), megabytes(c.peak), len(c.result.Findings), len(c.result.Broken)+len(c.result.Crashes))
	}
	tw.Flush()
}

func megabytes(n int64) float64 { return float64(n) / (1 << 20) }

// spread formats the least, the median and the greatest of xs.
func spread(format string, xs []float64) string {
	xs = slices.Sorted(slices.Values(xs))
	n := len(xs)
	return fmt.Sprintf(format+" / "+format+" / "+format, xs[0], (xs[(n-1)/2]+xs[n/2])/2, xs[n-1])
}
