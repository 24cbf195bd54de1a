package summary

import (
	"fmt"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"github.com/concurlint/concurlint/passes/internal/known"
	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/lockset"
)

// A Fact is the portable form of a function's [lockset.Effects]. It names
// locks by parameter, result or package variable, and field names.
type Fact struct {
	Name     string
	End      known.End
	Outcomes []Outcome
	Excludes []Exclude
	Calls    []ParamCall
	Values   []string // paths, "" where unknown
	Funcs    []*Fact
	Waits    []string
	Binds    [][2]string // fields of results, and their values
}

// Outcome is the portable form of [lockset.Outcome].
type Outcome struct {
	Changes    []Change
	When, Then []Guard
}

// Change is the portable form of [lockset.Change].
type Change struct {
	Path   string
	Need   lockset.Need
	Status lockset.Status
	Mode   locks.Mode
	Doubt  bool
	Sync   bool
	At     string
	// Resource is what was acquired or released.
	Resource locks.Resource
}

// Guard is the portable form of [lockset.Guard]: the value of a boolean, or
// whether something is nil.
type Guard struct {
	Path  string
	Nil   bool
	Value bool
}

// Exclude is the portable form of [lockset.Exclude].
type Exclude struct {
	Path  string
	Mode  locks.Mode
	Sync  bool
	At    string
	Chain []string
	When  [][]Guard
	Modal bool
}

// ParamCall is the portable form of [lockset.ParamCall].
type ParamCall struct {
	Path string
	Held []Change
	At   string
}

// AFact marks Fact as a fact.
func (*Fact) AFact() {}

// locks reports whether the fact says something of locks.
func (f *Fact) locks() bool {
	return len(f.Outcomes)+len(f.Excludes)+len(f.Calls)+len(f.Funcs)+len(f.Waits) > 0
}

// String describes the fact for tests: "excludes p0.mu; holds p0.mu".
func (f *Fact) String() string {
	var parts []string
	add := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	if f.End != known.Returns {
		add("%s", f.End)
	}
	for _, e := range f.Excludes {
		add("excludes %s", e.Path)
	}
	for _, o := range f.Outcomes {
		for _, c := range o.Changes {
			if c.Need != lockset.NeedNothing {
				add("needs %s", c.Path)
			}
			if c.Status == lockset.Held {
				add("holds %s", c.Path)
			} else {
				add("releases %s", c.Path)
			}
		}
	}
	for _, c := range f.Calls {
		add("calls %s", c.Path)
	}
	for _, v := range f.Values {
		if v != "" {
			add("returns %s", v)
		}
	}
	for _, fn := range f.Funcs {
		if fn != nil {
			add("returns func(%s)", fn)
		}
	}
	return strings.Join(parts, "; ")
}

// export exports the summaries of the functions that other packages can call.
func (r *Result) export() {
	e := encoder{r.Machine.Names}
	for _, fn := range r.Machine.IR.Funcs {
		obj, ok := fn.Object().(*types.Func)
		if !ok || !obj.Exported() {
			continue
		}
		fact := &Fact{End: r.ends[obj]}
		if f := r.byFn[fn]; f != nil {
			fact = e.fact(f.Effects)
			fact.End = r.ends[obj]
		}
		if fact.locks() || len(fact.Values)+len(fact.Binds) > 0 || fact.End != known.Returns {
			r.pass.ExportObjectFact(obj, fact)
		}
	}
}

// An encoder turns effects into facts. What has no portable name is left out.
type encoder struct{ names *locks.Names }

func (e encoder) fact(eff *lockset.Effects) *Fact {
	f := &Fact{Name: eff.Name, End: eff.End}
	params := func(t *locks.Term) int {
		for i, p := range eff.Params {
			if p == t {
				return i
			}
		}
		return -1
	}
	path := func(t *locks.Term) string { return e.path(t, params) }
	changes := func(cs []lockset.Change) (out []Change) {
		for _, c := range cs {
			if p := path(c.Term); p != "" {
				out = append(out, Change{p, c.Need, c.Status, c.Mode, c.Doubt, c.Sync, c.At, c.Resource})
			}
		}
		return out
	}
	guards := func(gs []lockset.Guard) (out []Guard) {
		for _, g := range gs {
			t, isNil := g.T, false
			if t.Kind == locks.Binary {
				if t.Op != token.EQL || t.Y != e.names.Const("nil") {
					continue
				}
				t, isNil = t.X, true
			}
			if p := path(t); p != "" {
				out = append(out, Guard{p, isNil, g.V == e.names.Bool(true)})
			}
		}
		return out
	}
	matter := false
	for _, o := range eff.Outcomes {
		out := Outcome{changes(o.Changes), guards(o.When), guards(o.Then)}
		matter = matter || len(out.Changes) > 0
		f.Outcomes = append(f.Outcomes, out)
	}
	if !matter {
		f.Outcomes = nil
	}
	for _, x := range eff.Excludes {
		p := path(x.Term)
		if p == "" {
			continue
		}
		out := Exclude{Path: p, Mode: x.Mode, Sync: x.Sync, At: x.At, Chain: x.Chain, Modal: x.Modal}
		for _, alt := range x.When {
			gs := guards(alt)
			if len(gs) < len(alt) {
				out.When = nil
				break
			}
			out.When = append(out.When, gs)
		}
		f.Excludes = append(f.Excludes, out)
	}
	for _, c := range eff.Calls {
		if p := path(c.Func); p != "" {
			f.Calls = append(f.Calls, ParamCall{p, changes(c.Held), c.At})
		}
	}
	found := false
	values := make([]string, len(eff.Values))
	for i, v := range eff.Values {
		if v != nil {
			values[i] = path(v)
			found = found || values[i] != ""
		}
	}
	if found {
		f.Values = values
	}
	for _, w := range eff.Waits {
		if p := path(w); p != "" {
			f.Waits = append(f.Waits, p)
		}
	}
	for _, b := range eff.Binds {
		if at, v := path(b.T), path(b.V); at != "" && v != "" {
			f.Binds = append(f.Binds, [2]string{at, v})
		}
	}
	if len(eff.Funcs) > 0 {
		f.Funcs = make([]*Fact, len(eff.Funcs))
		for i, fn := range eff.Funcs {
			f.Funcs[i] = new(Fact) // gob has no nil in slices
			if fn != nil {
				sub := *fn
				sub.Params = eff.Params
				f.Funcs[i] = e.fact(&sub)
			}
		}
	}
	return f
}

// path returns the portable name of t: p0, r1 or g"import/path".Name, followed
// by .f for a field, * for a load and ["const"] or [pN] for an element. It is
// empty if t has none.
func (e encoder) path(t *locks.Term, param func(*locks.Term) int) string {
	if i := param(t); i >= 0 {
		return "p" + strconv.Itoa(i)
	}
	if t.Kind == locks.Root {
		switch v := t.Val.(type) {
		case locks.Global:
			return "g" + strconv.Quote(v.Pkg) + "." + v.Name
		case locks.Result:
			return "r" + strconv.Itoa(v.Index)
		}
		return ""
	}
	if t.X == nil {
		return ""
	}
	p := e.path(t.X, param)
	switch {
	case p == "":
		return ""
	case t.Kind == locks.Field:
		return p + "." + t.Var.Name()
	case t.Kind == locks.Deref:
		return p + "*"
	case t.Kind == locks.Elem && t.Y.Kind == locks.Const:
		return p + "[" + strconv.Quote(t.Y.Val.(string)) + "]"
	case t.Kind == locks.Elem:
		if i := param(t.Y); i >= 0 {
			return p + "[p" + strconv.Itoa(i) + "]"
		}
	}
	return ""
}

// Facts returns the facts about the exported functions of the package that do
// something to what r's table is about. It is for a [Result] made by Over.
func (r *Result) Facts(export func(*types.Func, *Fact)) {
	e := encoder{r.Machine.Names}
	for _, fn := range r.Machine.IR.Funcs {
		obj, ok := fn.Object().(*types.Func)
		f := r.byFn[fn]
		if !ok || !obj.Exported() || f == nil {
			continue
		}
		if fact := e.fact(f.Effects); len(fact.Outcomes) > 0 || slices.ContainsFunc(fact.Funcs, (*Fact).locks) {
			export(obj, fact)
		}
	}
}
