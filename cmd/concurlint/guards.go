package main

import (
	"bufio"
	"cmp"
	"errors"
	"flag"
	"fmt"
	"go/token"
	"go/types"
	"io"
	"math"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"

	"github.com/concurlint/concurlint/passes/guards"
)

const guardsHelp = `
Flags

	-declared  print only what comments say, also of data that needs no lock
	-infer     ignore what comments say; names of functions such as getLocked
	           still count
	-all       print also the data with too little evidence for a guard, and
	           the lock that is held most
	-json      print a list of objects
	-write     write comments and print what they say

A line of the output is

	file:line: Type.field guarded by mu (declared on line 7)
	file:line: Type.field guarded by mu (inferred: held at 5 of 6 accesses, score 0.90)

The accesses are places in the code, without those in tests and those where
nobody else can reach the data yet. The score is the share of them that hold
the lock, writes counting double.

With -write, a field or variable gets a comment "guarded by mu" if that is
beyond doubt: the lock is held at all accesses, at least four of them in at
least two functions, and is part of the same struct or reached from it; for
variables, a variable of the package. If fields are declared together, all of
them must have the same guard. The comment stands at the end of the line, or
above the declaration if that has a comment there already or is longer than a
line. Generated files are left alone. Checks treat the comments as
declarations: an access without the lock is then reported, however few hold it.

The exit status is 2 if packages could not be loaded or analysed, otherwise 0.
`

// guardOptions are what the command line asks for with command guards.
type guardOptions struct {
	json, write, declared, infer, all bool
	patterns                          []string
}

// printGuards prints which lock guards which data.
func printGuards(args []string, stdout, stderr io.Writer) int {
	o, err := parseGuardOptions(args)
	if errors.Is(err, flag.ErrHelp) {
		return help([]string{"guards"}, stdout, stderr)
	}
	if err != nil {
		return fail(stderr, fmt.Errorf("%w\nRun concurlint help guards for usage.", err))
	}
	progress := startProgress(stderr)
	list, problems, err := o.guards(nil, progress)
	progress.end()
	if err == nil && o.write {
		list, err = o.annotate(list, len(problems))
	}
	if err != nil {
		return fail(stderr, err)
	}
	for _, p := range problems {
		fmt.Fprintln(stderr, p)
	}
	out := bufio.NewWriter(stdout)
	err = o.print(out, list)
	if err == nil {
		err = out.Flush()
	}
	switch {
	case err != nil:
		return fail(stderr, err)
	case problems != nil:
		return exitFailed
	}
	return exitClean
}

func parseGuardOptions(args []string) (*guardOptions, error) {
	o := new(guardOptions)
	fs := flag.NewFlagSet("guards", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.BoolVar(&o.json, "json", false, "")
	fs.BoolVar(&o.write, "write", false, "")
	fs.BoolVar(&o.declared, "declared", false, "")
	fs.BoolVar(&o.infer, "infer", false, "")
	fs.BoolVar(&o.all, "all", false, "")
	if err := fs.Parse(args); err != nil {
		return nil, err
	}
	if o.write && (o.declared || o.infer || o.all) {
		return nil, errors.New("-write excludes -declared, -infer and -all")
	}
	if o.declared && (o.infer || o.all) {
		return nil, errors.New("-declared excludes -infer and -all")
	}
	for _, p := range fs.Args() {
		if strings.HasPrefix(p, "-") {
			return nil, fmt.Errorf("the flag %s must stand before the packages", p)
		}
	}
	o.patterns = fs.Args()
	if len(o.patterns) == 0 {
		o.patterns = []string{"./..."}
	}
	return o, nil
}

// A guard is what is known about the lock of a field or variable.
type guard struct {
	*guards.Guard
	decl      *guards.Declaration // nil if it is inferred
	undecided bool
	breached  bool // some access goes without the lock
	pkg       *packages.Package
	place     *place // nil if its declaration is not found
	posn      token.Position
}

// guards returns what is known about the data of the packages, with overlay in
// place of files.
func (o *guardOptions) guards(overlay map[string][]byte, p *progress) (list []*guard, problems []string, err error) {
	pkgs, problems, err := load(o.patterns, false, overlay, p)
	if err != nil {
		return nil, nil, err
	}
	for name, value := range map[string]bool{"blind": o.infer, "review": true} {
		if err := guards.Analyzer.Flags.Set(name, fmt.Sprint(value)); err != nil {
			return nil, nil, err
		}
	}
	graph, err := analyze([]*analysis.Analyzer{guards.Analyzer}, pkgs, p)
	if err != nil {
		return nil, nil, err
	}
	list, failures := o.collect(graph.Roots)
	return list, append(problems, failures...), nil
}

// collect returns what the actions of pass guards tell and o asks for, by
// package and position.
func (o *guardOptions) collect(acts []*checker.Action) (list []*guard, problems []string) {
	for _, act := range acts {
		if act.Err != nil {
			problems = append(problems, fmt.Sprintf("%s: %v", act.Package.PkgPath, act.Err))
			continue
		}
		list = append(list, o.ofPackage(act.Package, act.Result.(*guards.Result).Ready())...)
	}
	slices.SortStableFunc(list, func(g, h *guard) int {
		return cmp.Or(
			cmp.Compare(g.pkg.PkgPath, h.pkg.PkgPath),
			cmp.Compare(g.posn.Filename, h.posn.Filename),
			cmp.Compare(g.posn.Line, h.posn.Line),
			cmp.Compare(g.posn.Column, h.posn.Column),
		)
	})
	return list, problems
}

// ofPackage returns what r tells about the data of pkg and o asks for.
func (o *guardOptions) ofPackage(pkg *packages.Package, r *guards.Result) []*guard {
	var list []*guard
	places := findPlaces(pkg)
	add := func(g *guards.Guard, d *guards.Declaration, undecided bool) {
		if o.declared && d == nil {
			return
		}
		list = append(list, &guard{
			Guard: g, decl: d, undecided: undecided, pkg: pkg,
			place: places[g.Var.Pos()], posn: pkg.Fset.Position(g.Var.Pos()),
			breached: slices.ContainsFunc(r.Breaches, func(b *guards.Breach) bool { return b.Guard != nil && b.Guard.Var == g.Var }),
		})
	}
	used := make(map[*types.Var]*guards.Guard)
	for _, g := range r.Guards {
		if g.Var.Pkg() != pkg.Types {
			continue
		}
		used[g.Var] = g
		if !g.Declared.IsValid() {
			add(g, nil, false)
		}
	}
	for _, d := range r.Declared {
		g := used[d.Var]
		switch {
		case len(d.Locks) == 0 && !o.declared:
			continue
		case len(d.Locks) == 0 || g == nil: // or nobody uses it
			g = &guards.Guard{Var: d.Var}
			for i, p := range d.Locks {
				if i == 0 {
					g.Lock = p.Name()
				} else {
					g.Also = append(g.Also, p.Name())
				}
			}
		}
		add(g, d, false)
	}
	if o.all {
		for _, g := range r.Undecided {
			add(g, nil, true)
		}
	}
	return list
}

// print prints list as o wants it.
func (o *guardOptions) print(w io.Writer, list []*guard) error {
	if !o.json {
		for _, g := range list {
			if text := g.text(); text != "" {
				fmt.Fprintf(w, "%s:%d: %s\n", relative(g.posn.Filename), g.posn.Line, text)
			}
		}
		return nil
	}
	out := []jsonGuard{}
	for _, g := range list {
		out = append(out, g.json())
	}
	return encodeJSON(w, out)
}

// owner returns the type that has the field, or "" for package variables.
func (g *guard) owner() string {
	if g.place != nil {
		return g.place.owner
	}
	return g.Owner
}

// text returns g as a sentence, or "" if there is nothing to say.
func (g *guard) text() string {
	name := g.Var.Name()
	if owner := g.owner(); owner != "" {
		name = owner + "." + name
	}
	locks := strings.Join(append([]string{g.Lock}, g.Also...), " and ")
	evidence := fmt.Sprintf("held at %d of %d accesses, score %.2f", g.Held, g.Total, g.score())
	if g.decl == nil {
		switch {
		case g.undecided && g.Lock == "":
			return ""
		case g.undecided:
			return fmt.Sprintf("%s perhaps guarded by %s (%s)", name, locks, evidence)
		}
		return fmt.Sprintf("%s guarded by %s (inferred: %s)", name, locks, evidence)
	}
	declared := fmt.Sprintf("(declared on line %d)", g.pkg.Fset.Position(g.decl.Pos).Line)
	if g.decl.Either {
		locks = strings.Join(append([]string{g.Lock}, g.Also...), " or ")
	}
	switch g.decl.Kind {
	case guards.Unguarded:
		return fmt.Sprintf("%s guarded by no lock %s", name, declared)
	case guards.Atomic:
		return fmt.Sprintf("%s used with atomic operations only %s", name, declared)
	case guards.GuardedWrites:
		return fmt.Sprintf("%s guarded by %s for writes %s", name, locks, declared)
	}
	return fmt.Sprintf("%s guarded by %s %s", name, locks, declared)
}

// score is the score of g, 0 if there are no accesses.
func (g *guard) score() float64 {
	if g.Total+g.Writes == 0 {
		return 0
	}
	return g.Score()
}

// A jsonGuard is the JSON form of a guard.
type jsonGuard struct {
	Package   string   `json:"package"`
	Type      string   `json:"type"`
	Field     string   `json:"field"`
	Lock      string   `json:"lock"`
	Also      []string `json:"also,omitempty"`
	Class     string   `json:"class"`
	Kind      string   `json:"kind"`
	Declared  string   `json:"declared,omitempty"`
	Form      string   `json:"form,omitempty"`
	Held      int      `json:"held"`
	Total     int      `json:"total"`
	Writers   int      `json:"writers"`
	Writes    int      `json:"writes"`
	Score     float64  `json:"score"`
	Functions int      `json:"functions"`
	Unclear   int      `json:"unclear"`
	Changes   int      `json:"changes"`
	Atomic    bool     `json:"atomic,omitempty"`
	Posn      string   `json:"posn"`
}

// kindNames and formNames are the words of the JSON form.
var (
	kindNames = map[guards.Kind]string{
		guards.Guarded:       "guarded",
		guards.GuardedWrites: "guarded writes",
		guards.Unguarded:     "unguarded",
		guards.Atomic:        "atomic",
	}
	formNames = map[guards.Form]string{
		guards.Prose:      "prose",
		guards.Directive:  "directive",
		guards.Annotation: "annotation",
	}
)

// json returns g in its JSON form.
func (g *guard) json() jsonGuard {
	j := jsonGuard{
		Package: g.pkg.PkgPath, Type: g.owner(), Field: g.Var.Name(),
		Lock: g.Lock, Also: g.Also, Class: g.Class, Kind: "guarded",
		Held: g.Held, Total: g.Total, Writers: g.Writers, Writes: g.Writes,
		Score:     math.Round(g.score()*1000) / 1000,
		Functions: g.Functions, Unclear: g.Unclear, Changes: g.Changes, Atomic: g.Atomic,
		Posn: relative(g.posn.String()),
	}
	switch {
	case g.decl != nil:
		j.Kind = kindNames[g.decl.Kind]
		j.Declared = relative(g.pkg.Fset.Position(g.decl.Pos).String())
		j.Form = formNames[g.decl.Form]
	case g.undecided:
		j.Kind = "undecided"
	}
	return j
}
