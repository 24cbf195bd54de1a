package declared

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/concurlint/concurlint/internal/spell"
)

// A mark is a directive, as in //concurlint:guardedby mu, or an annotation, as
// in // +checklocks:mu.
type mark struct {
	pos, end token.Pos
	form     Form
	verb     string // guardedby, checklocks
	arg      string // what follows the verb and the space or colon
	colon    bool   // an annotation has an argument
	used     bool   // something of the code has taken it
}

// String returns the beginning of m, as in the source.
func (m *mark) String() string {
	if m.form == Directive {
		return "//concurlint:" + m.verb
	}
	return "+" + m.verb
}

// The verbs of annotations. Those of other analyzers of gVisor are known in
// order not to take them for misspelt ones.
var (
	annotations = []string{
		"checklocks", "checklocksread", "checklocksacquire", "checklocksacquireread", "checklocksrelease", "checklocksreleaseread",
		"checklocksexclude", "checklocksexcludewrite", "checklocksignore", "checklocksforce", "checklocksfail", "checklocksalias",
		"checkatomic",
	}
	foreign = []string{"checkescape", "checkalignedignore", "checkoffset", "checkconst", "checkunsafe"}
)

// markOf returns the mark that c is, or nil. It reports misspelt annotations;
// misspelt directives are reported by those who read //concurlint:ignore.
func (r *reader) markOf(c *ast.Comment) *mark {
	text, _, _ := strings.Cut(c.Text, " //") // a comment may follow
	if rest, ok := strings.CutPrefix(text, "//concurlint:"); ok {
		verb, arg, _ := strings.Cut(rest, " ")
		if !slices.Contains([]string{"guardedby", "unguarded", "holds", "acquires", "releases", "excludes"}, verb) {
			return nil
		}
		return &mark{pos: c.Pos(), end: c.End(), form: Directive, verb: verb, arg: arg}
	}
	rest, ok := strings.CutPrefix(text, "//")
	if !ok {
		return nil
	}
	rest, ok = strings.CutPrefix(strings.TrimLeft(rest, " \t"), "+check")
	if !ok {
		return nil
	}
	rest = "check" + strings.TrimRight(rest, " \t")
	letters := strings.IndexFunc(rest, func(c rune) bool { return c < 'a' || c > 'z' })
	if letters < 0 {
		letters = len(rest)
	}
	m := &mark{pos: c.Pos(), end: c.End(), form: Annotation, verb: rest[:letters]}
	m.arg, m.colon = strings.CutPrefix(rest[letters:], ":")
	switch {
	case slices.Contains(annotations, m.verb):
		return m
	case !slices.Contains(foreign, m.verb):
		if near := spell.Nearest(m.verb, annotations); near != "" {
			r.problem(m, fmt.Sprintf("there is no annotation %s: did you mean +%s?", m, near))
		}
	}
	return nil
}

// take returns the marks of the comment groups, and takes note that they have
// a place.
func (r *reader) take(groups ...*ast.CommentGroup) []*mark {
	var marks []*mark
	for _, g := range groups {
		if g != nil {
			marks = append(marks, r.marks[g]...)
		}
	}
	return marks
}

// misplaced records what it means that m is at a place where nothing takes it.
func (r *reader) misplaced(m *mark) {
	if m.used {
		return
	}
	switch m.verb {
	case "checklocksignore", "checklocksforce":
		r.out.Exemptions = append(r.out.Exemptions, Exemption{m.pos, m.verb == "checklocksforce"})
	case "checklocksfail":
	case "guardedby", "unguarded", "checkatomic":
		r.problem(m, fmt.Sprintf("%s says nothing here: it belongs to a field, a package variable or a type", m))
	case "checklocks":
		r.problem(m, fmt.Sprintf("%s says nothing here: it belongs to a field, a package variable, a type or a function", m))
	case "checklocksalias":
		r.problem(m, fmt.Sprintf("%s says nothing here: it belongs to a type or a function", m))
	default:
		r.problem(m, fmt.Sprintf("%s says nothing here: it belongs to a function", m))
	}
}

// paths returns the locks that m names, and whether they are all there.
func (r *reader) paths(m *mark, f *frame) ([]Path, bool) {
	var paths []Path
	for _, name := range strings.FieldsFunc(m.arg, func(c rune) bool { return c == ' ' || c == ',' || c == '\t' }) {
		p, ok := f.lock(name)
		if !ok {
			r.problem(m, fmt.Sprintf("%s: %s", m, f.noLock(name)))
			return nil, false
		}
		paths = append(paths, p)
	}
	if len(paths) == 0 {
		r.problem(m, fmt.Sprintf("%s names no lock", m))
	}
	return paths, len(paths) > 0
}

// markVars reads the marks on the declaration of variables. It reports whether
// there are any: then words do not count.
func (r *reader) markVars(marks []*mark, vars []*types.Var, f *frame, level int) bool {
	atomic := slices.ContainsFunc(marks, func(m *mark) bool { return m.verb == "checkatomic" })
	found := false
	for _, m := range marks {
		d := Declaration{Form: m.form, Pos: m.pos}
		switch m.verb {
		case "guardedby", "checklocks":
			m.used = true
			paths, ok := r.paths(m, f)
			if !ok {
				continue
			}
			d.Locks = paths
			if atomic {
				d.Kind = GuardedWrites
			}
		case "unguarded", "checklocksignore":
			d.Kind = Unguarded
		case "checkatomic":
			d.Kind = Atomic
		default:
			continue
		}
		m.used, found = true, true
		for _, v := range vars {
			d.Var = v
			r.declare(d, level)
		}
	}
	return found
}

// markFunc reads the marks on a function.
func (r *reader) markFunc(marks []*mark, d *FuncDecl, f *frame) {
	for _, m := range marks {
		list, read := &d.Requires, false
		switch m.verb {
		case "checklocks", "holds":
		case "checklocksread":
			read = true
		case "checklocksacquire", "acquires":
			list = &d.Acquires
		case "checklocksacquireread":
			list, read = &d.Acquires, true
		case "checklocksrelease", "releases":
			list = &d.Releases
		case "checklocksreleaseread":
			list, read = &d.Releases, true
		case "checklocksexclude", "excludes":
			list = &d.Excludes
		case "checklocksexcludewrite":
			list, read = &d.Excludes, true
		case "checklocksignore":
			d.Ignore = true
			d.note(m)
			continue
		case "checklocksforce":
			d.Force = true
			d.note(m)
			continue
		case "checklocksalias":
			m.used = true
			if paths, ok := r.alias(m, f); ok {
				d.Aliases = append(d.Aliases, paths)
				d.note(m)
			}
			continue
		default:
			continue
		}
		m.used = true
		paths, ok := r.paths(m, f)
		if !ok {
			continue
		}
		d.note(m)
		for _, p := range paths {
			*list = append(*list, Requirement{p, read})
		}
	}
}

// note records that m counts.
func (d *FuncDecl) note(m *mark) {
	m.used = true
	if !d.Pos.IsValid() {
		d.Form, d.Pos = m.form, m.pos
	}
}

// alias returns the two locks of an annotation.
func (r *reader) alias(m *mark, f *frame) (paths [2]Path, ok bool) {
	x, y, ok := strings.Cut(m.arg, "=")
	if !ok {
		r.problem(m, fmt.Sprintf("%s wants two locks: %s:a.mu=b.mu", m, m))
		return paths, false
	}
	for i, name := range [...]string{x, y} {
		if paths[i], ok = f.lock(strings.TrimSpace(name)); !ok {
			r.problem(m, fmt.Sprintf("%s: %s", m, f.noLock(name)))
			return paths, false
		}
	}
	return paths, true
}
