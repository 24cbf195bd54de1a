package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// A record is what is kept of a module's run with a tool.
type record struct {
	Module, Version string
	Patterns        []string
	Tags            string
	size
	vetting
}

// lines returns the findings, one a line.
func (r *record) lines() []string {
	var lines []string
	for _, f := range r.Findings {
		lines = append(lines, f.String())
	}
	return lines
}

// only drops the findings of checks that are not named. No names keep all.
func (r *record) only(checks []string) {
	if len(checks) > 0 {
		r.Findings = slices.DeleteFunc(r.Findings, func(f finding) bool {
			return !slices.Contains(checks, f.Check)
		})
	}
}

const corpusUsage = `usage: .ci/corpus [flags] [BINARY]

Runs a vet tool, by default a build of cmd/concurlint, on the modules of
.ci/corpus.tsv and prints its findings with their verdicts, what changed since
the run of another binary, and tables by module and by check. The same binary
prints the same bytes; times are on standard error. What no verdict is known of
is also in unverdicted.tsv of the work folder, in the form of
.ci/corpus-verdicts.tsv.

The exit status is 1 if the tool crashed or ran too long, if two runs of it
differ, if a finding has no verdict, or if a verdict has no finding.

`

func corpusMain(ctx context.Context, root string, args []string) error {
	fs := flag.NewFlagSet("corpus", flag.ContinueOnError)
	modules := fs.String("modules", "", "only modules whose path matches this `regexp`")
	checks := fs.String("checks", "", "only findings of these checks, separated by commas")
	fresh := fs.Bool("fresh", false, "run even what has been run with this binary, and compare")
	baseTool := fs.String("base", "", "compare with this `binary`, run where needed, instead of the last one run")
	brief := fs.Bool("brief", false, "list no findings that have a verdict")
	timeout := fs.Duration("timeout", time.Hour, "for one module")
	fs.Usage = func() { fmt.Fprint(fs.Output(), corpusUsage); fs.PrintDefaults() }
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
	verdicts, err := readVerdicts(filepath.Join(root, ".ci", "corpus-verdicts.tsv"))
	if err != nil {
		return err
	}
	t, err := w.tool(fs.Arg(0))
	if err != nil {
		return err
	}
	var old tool
	if *baseTool != "" {
		if old, err = w.tool(*baseTool); err != nil {
			return err
		}
	}

	run := runner{w: w, fresh: *fresh, timeout: *timeout}
	rep := report{verdicts: verdicts, brief: *brief}
	if *checks != "" {
		rep.checks = strings.Split(*checks, ",")
	}
	for _, m := range mods {
		if ctx.Err() != nil {
			return errInterrupted
		}
		var last *record
		if *baseTool != "" {
			if last, err = run.record(ctx, m, old); err != nil {
				rep.fail(m, err)
			}
		} else {
			last = w.lastRecord(m, t)
		}
		r, err := run.record(ctx, m, t)
		if err != nil {
			rep.fail(m, err)
			continue
		}
		rep.add(r, last)
	}
	return rep.print(os.Stdout, os.Stderr, w.path("unverdicted.tsv"))
}

// A runner runs tools on modules, once each.
type runner struct {
	w       *workspace
	fresh   bool
	timeout time.Duration
}

// record returns what t finds in m: as it was recorded before, unless r.fresh,
// or else by running it.
func (r runner) record(ctx context.Context, m module, t tool) (*record, error) {
	file := r.w.path("runs", t.digest, fileName(m)+".json")
	known, err := readRecord(file)
	if err != nil {
		return nil, err
	}
	if known != nil && (known.Tags != m.tags || !slices.Equal(known.Patterns, m.patterns)) {
		known = nil
	}
	if known != nil && !r.fresh {
		return known, nil
	}
	fmt.Fprintf(os.Stderr, "%s %s\n", m.path, m.version)
	rec, err := r.run(ctx, m, t, file+".running")
	if err != nil {
		return nil, err
	}
	if known != nil && !slices.Equal(known.lines(), rec.lines()) {
		return nil, fmt.Errorf("two runs of the same binary differ:\n%s", strings.Join(changes(known, rec), "\n"))
	}
	data, err := json.MarshalIndent(rec, "", "\t")
	if err != nil {
		return nil, err
	}
	return rec, os.WriteFile(file, data, 0o666)
}

// run runs t on m. The file mark stands while it does: the go command's cache
// may have lost diagnostics of a run that was cut short.
func (r runner) run(ctx context.Context, m module, t tool, mark string) (*record, error) {
	dir, err := r.w.tree(m)
	if err != nil {
		return nil, err
	}
	if err := r.w.warm(ctx, m, dir); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(mark), 0o777); err != nil {
		return nil, err
	}
	vet := r.w.vet
	if _, err := os.Stat(mark); err == nil || r.fresh {
		vet = r.w.vetCold
	}
	if err := os.WriteFile(mark, nil, 0o666); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	v, err := vet(ctx, m, dir, t)
	if err != nil {
		return nil, err
	}
	s, err := r.w.measure(m, dir)
	if err != nil {
		return nil, err
	}
	return &record{m.path, m.version, m.patterns, m.tags, s, *v}, os.Remove(mark)
}

// warm runs the tool that does nothing on m once, so that later runs find
// what they import compiled and their times can be compared.
func (w *workspace) warm(ctx context.Context, m module, dir string) error {
	mark := w.path("warm", fileName(m))
	if _, err := os.Stat(mark); err == nil {
		return nil
	}
	floor, err := w.floor()
	if err != nil {
		return err
	}
	if _, err := w.vet(ctx, m, dir, floor); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(mark), 0o777); err != nil {
		return err
	}
	return os.WriteFile(mark, nil, 0o666)
}

// floor returns the vet tool that does nothing.
func (w *workspace) floor() (tool, error) {
	path := w.path("tools", "floor")
	if err := w.build(path, w.root, "./.ci/bench.d/floor"); err != nil {
		return tool{}, err
	}
	return w.tool(path)
}

// readRecord reads a record. It returns nil if there is none.
func readRecord(file string) (*record, error) {
	data, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	r := new(record)
	return r, json.Unmarshal(data, r)
}

// lastRecord returns the newest record of m by another tool than t, or nil.
func (w *workspace) lastRecord(m module, t tool) *record {
	files, _ := filepath.Glob(w.path("runs", "*", fileName(m)+".json"))
	var newest string
	var when time.Time
	for _, file := range files {
		info, err := os.Stat(file)
		if err == nil && filepath.Base(filepath.Dir(file)) != t.digest && info.ModTime().After(when) {
			newest, when = file, info.ModTime()
		}
	}
	if newest == "" {
		return nil
	}
	r, err := readRecord(newest)
	if err != nil {
		return nil
	}
	return r
}
