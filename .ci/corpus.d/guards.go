package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

const guardsUsage = `usage: .ci/guards [flags] [BINARY]

Compares the guards that concurlint, by default a build of cmd/concurlint,
infers when it sees no comments with those that comments declare, in the
packages of .ci/corpus.tsv that have such comments: how many of the declared
ones it finds, of data that is written outside of construction (recall), and
how many of those it finds in types with comments say something else
(contradictions). Annotations are those of gVisor's checklocks, prose is
anything else.

The exit status is 1 if recall is less than 60 %, if more than 2 % are
contradictions, or if a package could not be analysed.

`

// The bars.
const (
	minRecall         = 0.60
	maxContradictions = 0.02
)

// guardBatch is the number of packages that are analysed together, so that they
// fit into memory and into the time that a process may take.
const guardBatch = 8

func guardsMain(ctx context.Context, root string, args []string) error {
	fs := flag.NewFlagSet("guards", flag.ContinueOnError)
	modules := fs.String("modules", `^(gvisor\.dev/gvisor|google\.golang\.org/grpc|std|k8s\.io/kubernetes|github\.com/docker/docker)$`, "only modules whose path matches this `regexp`")
	verbose := fs.Bool("v", false, "list what is missed and what contradicts")
	fs.Usage = func() { fmt.Fprint(fs.Output(), guardsUsage); fs.PrintDefaults() }
	if err := fs.Parse(args); err != nil {
		return err
	}
	if fs.NArg() > 1 {
		fs.Usage()
		return fmt.Errorf("one binary at most")
	}
	re, err := regexp.Compile(*modules)
	if err != nil {
		return err
	}
	w, err := openWorkspace(root)
	if err != nil {
		return err
	}
	mods, err := readModules(filepath.Join(root, ".ci", "corpus.tsv"), re)
	if err != nil {
		return err
	}
	t, err := w.tool(fs.Arg(0))
	if err != nil {
		return err
	}
	var all []*comparison
	for _, m := range mods {
		start := time.Now()
		list, err := w.compareGuards(ctx, m, t)
		if err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "%s %s: %v\n", m.path, m.version, time.Since(start).Round(time.Second))
		for _, c := range list {
			if *verbose {
				c.printLists(os.Stdout)
			}
			all = append(all, c)
		}
	}
	return printComparisons(os.Stdout, all)
}

// A guard is what concurlint guards -json prints of a field or variable.
type guard struct {
	Package, Type, Field string
	Lock                 string
	Also                 []string
	Class                string
	Kind                 string
	Form                 string
	Held, Total          int
	Score                float64
	Functions, Unclear   int
	Changes              int
	Atomic               bool
	Posn                 string
}

// owner names the type that g is in, or, for variables, the package.
func (g *guard) owner() string {
	outer, _, _ := strings.Cut(g.Type, ".")
	return g.Package + "." + outer
}

func (g *guard) String() string {
	return fmt.Sprintf("%s: %s", g.Posn, strings.TrimPrefix(g.Type+"."+g.Field, "."))
}

// evidence says how g's lock is held.
func (g *guard) evidence() string {
	return fmt.Sprintf("%s held at %d of %d accesses, score %.2f, in %d functions, %d unclear", g.Lock, g.Held, g.Total, g.Score, g.Functions, g.Unclear)
}

// agrees reports whether g, which is inferred, is what d declares.
func (g *guard) agrees(d *guard) bool {
	if slices.Contains(d.Also, g.Lock) {
		return true
	}
	if g.Class != d.Class && g.Class != "" && d.Class != "" {
		return false
	}
	// One of them may be known as a lock of some object only.
	return g.Lock == d.Lock || g.Class == d.Class && (g.Lock == g.Class || d.Lock == d.Class)
}

// A comparison is the outcome for a module and one way to declare guards.
type comparison struct {
	module, form             string
	declared, changed, found int
	inferred                 int
	missed, against          []string
	failures                 []string // packages that could not be analysed
}

func (c *comparison) recall() float64 { return share(c.found, c.changed) }

func (c *comparison) contradictions() float64 { return share(len(c.against), c.inferred) }

func share(n, of int) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) / float64(of)
}

// compareGuards compares the guards of module m.
func (w *workspace) compareGuards(ctx context.Context, m module, t tool) ([]*comparison, error) {
	dir, err := w.tree(m)
	if err != nil {
		return nil, err
	}
	pkgs, err := w.commented(m, dir)
	if err != nil {
		return nil, err
	}
	var declared, inferred []*guard
	var failures []string
	for len(pkgs) > 0 {
		batch := pkgs[:min(guardBatch, len(pkgs))]
		d, i, err := w.guardsOf(ctx, m, dir, t, batch)
		if ctx.Err() != nil {
			return nil, errInterrupted
		}
		if err != nil && len(batch) > 1 { // find out which one it is
			for _, pkg := range batch {
				d1, i1, err := w.guardsOf(ctx, m, dir, t, []string{pkg})
				if err != nil {
					failures = append(failures, fmt.Sprintf("%s: %v", pkg, err))
				}
				d, i = append(d, d1...), append(i, i1...)
			}
		} else if err != nil {
			failures = append(failures, fmt.Sprintf("%s: %v", batch[0], err))
		}
		declared, inferred = append(declared, d...), append(inferred, i...)
		pkgs = pkgs[len(batch):]
	}
	var list []*comparison
	for _, form := range []string{"annotation", "prose"} {
		c := &comparison{module: m.path, form: form, failures: failures}
		c.compare(slices.DeleteFunc(slices.Clone(declared), func(g *guard) bool {
			return (g.Form == "annotation") != (form == "annotation")
		}), inferred)
		if c.declared > 0 {
			list = append(list, c)
		}
	}
	return list, nil
}

// guardsOf returns the guards of packages that comments declare, and those
// inferred without comments.
func (w *workspace) guardsOf(ctx context.Context, m module, dir string, t tool, pkgs []string) (declared, inferred []*guard, err error) {
	declared, err = w.guards(ctx, m, dir, t, append([]string{"-declared"}, pkgs...))
	if err == nil {
		inferred, err = w.guards(ctx, m, dir, t, append([]string{"-infer", "-all"}, pkgs...))
	}
	return declared, inferred, err
}

// guarding matches comments that may declare a guard.
var guarding = regexp.MustCompile(`(?i)\+checklocks:|\b(guarded|protected|synchronized) by\b|\b(protects|guards)\b`)

// commented returns the packages of m with files that may declare guards.
func (w *workspace) commented(m module, dir string) ([]string, error) {
	const format = `{{.ImportPath}}|{{.Dir}}{{range .GoFiles}}|{{.}}{{end}}`
	out, err := w.command(m, dir, slices.Concat([]string{"list", "-e", "-f", format}, m.patterns)...).Output()
	if err != nil {
		return nil, fmt.Errorf("%s: go list: %v%s", m.path, err, stderrOf(err))
	}
	var pkgs []string
	for line := range strings.Lines(string(out)) {
		parts := strings.Split(strings.TrimSpace(line), "|")
		for _, name := range parts[2:] {
			data, err := os.ReadFile(filepath.Join(parts[1], name))
			if err != nil {
				return nil, err
			}
			if guarding.Match(data) {
				pkgs = append(pkgs, parts[0])
				break
			}
		}
	}
	return pkgs, nil
}

// guards returns what the tool prints of guards.
func (w *workspace) guards(ctx context.Context, m module, dir string, t tool, args []string) ([]*guard, error) {
	cmd := exec.CommandContext(ctx, t.path, append([]string{"guards", "-json"}, args...)...)
	cmd.Dir = dir
	cmd.Env = w.env(m)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	failure := cmd.Run() // a package that does not compile fails it too
	var list []*guard
	if err := json.Unmarshal(stdout.Bytes(), &list); err != nil {
		return nil, fmt.Errorf("%v: %v: %.2000s", failure, err, stderr.Bytes())
	}
	return list, nil
}

// compare fills in c.
func (c *comparison) compare(declared, inferred []*guard) {
	at := make(map[string][]*guard)
	types := make(map[string]bool)
	for _, d := range declared {
		at[d.Posn] = append(at[d.Posn], d)
		types[d.owner()] = true
	}
	blind := make(map[string]*guard)
	for _, g := range inferred {
		blind[g.Posn] = g
		if g.Kind != "guarded" || !types[g.owner()] {
			continue
		}
		c.inferred++
		if ds := at[g.Posn]; len(ds) > 0 && !slices.ContainsFunc(ds, func(d *guard) bool { return d.Lock != "" && g.agrees(d) }) {
			c.against = append(c.against, fmt.Sprintf("%v: declared %s; inferred %s", g, cmp.Or(ds[0].Lock, ds[0].Kind), g.evidence()))
		}
	}
	for _, d := range declared {
		if d.Lock == "" {
			continue
		}
		c.declared++
		if d.Changes == 0 {
			continue
		}
		c.changed++
		if g := blind[d.Posn]; g != nil && g.Kind == "guarded" && g.agrees(d) {
			c.found++
		} else {
			c.missed = append(c.missed, fmt.Sprintf("%v guarded by %s: %s", d, d.Lock, whyMissed(d, g)))
		}
	}
}

// whyMissed says why g is not d; it is nil if nothing is known of the data.
func whyMissed(d, g *guard) string {
	switch {
	case g == nil:
		return "no access is seen"
	case g.Kind == "guarded":
		return "inferred " + g.evidence()
	case g.Atomic:
		return "used atomically"
	case g.Lock == "":
		return fmt.Sprintf("no lock is held at any access (declared: %s)", d.evidence())
	case !g.agrees(d):
		return "another lock is likelier, " + g.evidence()
	}
	return "too little evidence, " + g.evidence()
}

func (c *comparison) printLists(w io.Writer) {
	fmt.Fprintf(w, "# %s, %s\n", c.module, c.form)
	printList(w, "missed: ", c.missed)
	printList(w, "contradiction: ", c.against)
	printList(w, "FAILED: ", c.failures)
	fmt.Fprintln(w)
}

// printComparisons prints the table of all and returns an error if the bars are
// not met.
func printComparisons(w io.Writer, all []*comparison) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "module\tform\tdeclared\twritten\tfound\trecall\tinferred\tcontradictions\tshare")
	low := false
	for _, c := range all {
		fmt.Fprintf(table, "%s\t%s\t%d\t%d\t%d\t%.0f %%\t%d\t%d\t%.1f %%\n", c.module, c.form,
			c.declared, c.changed, c.found, 100*c.recall(), c.inferred, len(c.against), 100*c.contradictions())
		low = low || len(c.failures) > 0 || c.recall() < minRecall || c.contradictions() > maxContradictions
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if low {
		return errFindings
	}
	return nil
}
