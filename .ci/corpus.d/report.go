package main

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"text/tabwriter"
	"time"
)

// A report compares records with verdicts and with older records.
type report struct {
	verdicts map[key]verdict
	checks   []string // empty means all
	brief    bool

	records  []*record
	old      []*record // nil where there is none
	failures []string  // modules that could not be run
}

// fail notes that m has no record.
func (p *report) fail(m module, err error) {
	p.failures = append(p.failures, fmt.Sprintf("%s %s: %v", m.path, m.version, err))
}

// add adds a module's record and the one to compare it with, if any.
func (p *report) add(r, old *record) {
	r.only(p.checks)
	if old != nil {
		old.only(p.checks)
	}
	p.records = append(p.records, r)
	p.old = append(p.old, old)
}

// print writes everything but times to stdout, and the findings without a
// verdict to the file pending.
func (p *report) print(stdout, stderr io.Writer, pending string) error {
	known := make(map[key]bool)
	var unjudged bytes.Buffer
	for i, r := range p.records {
		fmt.Fprintf(stdout, "# %s %s\n", r.Module, r.Version)
		for j, k := range r.keys() {
			known[k] = true
			v, judged := p.verdicts[k]
			if !judged {
				v.word = "new"
				fmt.Fprintln(&unjudged, k.row(verdict{"", fmt.Sprintf("%s:%d", r.Findings[j].File, r.Findings[j].Line)}))
			}
			if !judged || !p.brief {
				fmt.Fprintf(stdout, "%s\t%s\n", v.word, r.Findings[j])
			}
		}
		if p.old[i] != nil {
			printList(stdout, "", changes(p.old[i], r))
		}
		printList(stdout, "not analyzed: ", r.Broken)
		printList(stdout, "CRASH: ", r.Crashes)
	}
	stale := p.stale(known)
	printList(stdout, "stale verdict: ", stale)
	printList(stdout, "FAILED: ", p.failures)
	fmt.Fprintln(stdout)
	p.printModules(stdout)
	fmt.Fprintln(stdout)
	p.printChecks(stdout)
	p.printCosts(stderr)
	if err := os.WriteFile(pending, unjudged.Bytes(), 0o666); err != nil {
		return err
	}
	bad := len(p.failures) + len(stale) + unjudged.Len()
	for _, r := range p.records {
		bad += len(r.Crashes)
	}
	if bad > 0 {
		return errFindings
	}
	return nil
}

func printList(w io.Writer, title string, list []string) {
	for _, s := range list {
		fmt.Fprintf(w, "%s%s\n", title, s)
	}
}

// changes returns the findings of old that are lost in r and those gained.
func changes(old, r *record) []string {
	var list []string
	before, now := old.lines(), r.lines()
	for _, line := range before {
		if !slices.Contains(now, line) {
			list = append(list, "lost\t"+line)
		}
	}
	for _, line := range now {
		if !slices.Contains(before, line) {
			list = append(list, "gained\t"+line)
		}
	}
	return list
}

// stale returns the verdicts on the modules and checks of this run whose
// finding is not known to it.
func (p *report) stale(known map[key]bool) []string {
	ran := make(map[string]bool)
	for _, r := range p.records {
		ran[r.Module] = true
	}
	var rows []string
	for k, v := range p.verdicts {
		if ran[k.module] && !known[k] && (len(p.checks) == 0 || slices.Contains(p.checks, k.check)) {
			rows = append(rows, k.row(v))
		}
	}
	slices.Sort(rows)
	return rows
}

// printModules prints a line for each module.
func (p *report) printModules(w io.Writer) {
	tw := tabwriter.NewWriter(w, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(tw, "packages\tnot analyzed\tKLOC\tfindings\tin tests\tper KLOC\t  module")
	var sum size
	var found, tests, broken int
	for _, r := range p.records {
		n := 0
		for _, f := range r.Findings {
			if f.inTest() {
				n++
			}
		}
		printModule(tw, r.size, len(r.Broken), len(r.Findings), n, r.Module+" "+r.Version)
		sum.Packages += r.Packages
		sum.Lines += r.Lines
		found += len(r.Findings)
		tests += n
		broken += len(r.Broken)
	}
	printModule(tw, sum, broken, found, tests, "all")
	tw.Flush()
}

func printModule(w io.Writer, s size, broken, findings, tests int, name string) {
	kloc := float64(s.Lines) / 1000
	fmt.Fprintf(w, "%d\t%d\t%.0f\t%d\t%d\t%.4f\t  %s\n", s.Packages, broken, kloc, findings, tests, float64(findings)/max(kloc, 0.001), name)
}

// printChecks prints how the findings of each check were judged. The share of
// true ones is of those that were found true or false.
func (p *report) printChecks(w io.Writer) {
	count := make(map[string]map[string]int) // check and verdict
	for _, r := range p.records {
		for i, k := range r.keys() {
			word := p.verdicts[k].word
			for _, name := range []string{k.check, "all"} {
				if count[name] == nil {
					count[name] = make(map[string]int)
				}
				count[name][word]++
				if r.Findings[i].inTest() {
					count[name]["in tests"]++
				}
			}
		}
	}
	tw := tabwriter.NewWriter(w, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(tw, "findings\tin tests\ttrue\tfalse\tunsure\tnew\ttrue share\t  check")
	names := slices.Sorted(maps.Keys(count))
	names = append(slices.DeleteFunc(names, func(s string) bool { return s == "all" }), "all")
	for _, name := range names {
		c := count[name]
		share := "-"
		if n := c["true"] + c["false"]; n > 0 {
			share = fmt.Sprintf("%.0f%%", 100*float64(c["true"])/float64(n))
		}
		fmt.Fprintf(tw, "%d\t%d\t%d\t%d\t%d\t%d\t%s\t  %s\n",
			c["true"]+c["false"]+c["unsure"]+c[""], c["in tests"], c["true"], c["false"], c["unsure"], c[""], share, name)
	}
	tw.Flush()
}

// printCosts prints what the recorded runs took, and how their processor time
// compares with that of the older runs.
func (p *report) printCosts(w io.Writer) {
	tw := tabwriter.NewWriter(w, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(tw, "wall s\tuser+sys s\tof old\tpeak MB\t  module")
	var wall, cpu time.Duration
	for i, r := range p.records {
		ratio := "-"
		if old := p.old[i]; old != nil && old.CPU > 0 {
			ratio = fmt.Sprintf("%.2f", r.CPU.Seconds()/old.CPU.Seconds())
		}
		fmt.Fprintf(tw, "%.1f\t%.1f\t%s\t%d\t  %s\n", r.Wall.Seconds(), r.CPU.Seconds(), ratio, r.MaxRSS>>20, r.Module)
		wall += r.Wall
		cpu += r.CPU
	}
	fmt.Fprintf(tw, "%.1f\t%.1f\t\t\t  %s\n", wall.Seconds(), cpu.Seconds(), "all")
	tw.Flush()
}
