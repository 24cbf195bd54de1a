package summary

import (
	"go/token"
	"go/types"
	"strconv"
	"strings"

	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/lockset"
)

// A decoder turns facts into effects.
type decoder struct {
	names *locks.Names
	pkgs  map[string]*types.Package
	// hidden are stand-ins for fields of variables whose type the importing
	// package cannot see.
	hidden map[string]*types.Var
}

func newDecoder(names *locks.Names, pkg *types.Package) *decoder {
	d := &decoder{names: names, pkgs: make(map[string]*types.Package), hidden: make(map[string]*types.Var)}
	var add func(*types.Package)
	add = func(p *types.Package) {
		if d.pkgs[p.Path()] == nil {
			d.pkgs[p.Path()] = p
			for _, imp := range p.Imports() {
				add(imp)
			}
		}
	}
	add(pkg)
	return d
}

func (d *decoder) effects(fn *types.Func, f *Fact) *lockset.Effects {
	sig := fn.Signature()
	eff := &lockset.Effects{Name: f.Name, End: f.End}
	var params []types.Type
	if recv := sig.Recv(); recv != nil {
		params = append(params, recv.Type())
	}
	for i := range sig.Params().Len() {
		params = append(params, sig.Params().At(i).Type())
	}
	for i := range params {
		eff.Params = append(eff.Params, d.names.Root(locks.Param{Fn: fn, Index: i}))
	}
	d.fill(eff, f, pathScope{d, eff.Params, params, sig.Results()})
	return eff
}

func (d *decoder) fill(eff *lockset.Effects, f *Fact, s pathScope) {
	for _, o := range f.Outcomes {
		eff.Outcomes = append(eff.Outcomes, lockset.Outcome{Changes: s.changes(o.Changes), When: s.guards(o.When), Then: s.guards(o.Then)})
	}
	for _, x := range f.Excludes {
		e := lockset.Exclude{Term: s.term(x.Path), Mode: x.Mode, Sync: x.Sync, At: x.At, Chain: x.Chain, Modal: x.Modal}
		for _, alt := range x.When {
			e.When = append(e.When, s.guards(alt))
		}
		eff.Excludes = append(eff.Excludes, e)
	}
	for _, c := range f.Calls {
		eff.Calls = append(eff.Calls, lockset.ParamCall{Func: s.term(c.Path), Held: s.changes(c.Held), At: c.At})
	}
	for _, v := range f.Values {
		eff.Values = append(eff.Values, s.term(v))
	}
	for _, w := range f.Waits {
		eff.Waits = append(eff.Waits, s.term(w))
	}
	for _, b := range f.Binds {
		if at, v := s.term(b[0]), s.term(b[1]); at != nil && v != nil {
			eff.Binds = append(eff.Binds, lockset.Guard{T: at, V: v})
		}
	}
	for _, fn := range f.Funcs {
		var sub *lockset.Effects
		if fn.locks() {
			sub = &lockset.Effects{Name: fn.Name}
			d.fill(sub, fn, s)
		}
		eff.Funcs = append(eff.Funcs, sub)
	}
}

// A pathScope resolves the paths of one function's fact.
type pathScope struct {
	d       *decoder
	roots   []*locks.Term
	params  []types.Type
	results *types.Tuple
}

func (s pathScope) changes(cs []Change) []lockset.Change {
	var out []lockset.Change
	for _, c := range cs {
		out = append(out, lockset.Change{Term: s.term(c.Path), Need: c.Need, Status: c.Status, Mode: c.Mode, Doubt: c.Doubt, Sync: c.Sync, At: c.At, Resource: c.Resource})
	}
	return out
}

func (s pathScope) guards(gs []Guard) []lockset.Guard {
	var out []lockset.Guard
	for _, g := range gs {
		t := s.term(g.Path)
		if g.Nil {
			t = s.d.names.Binary(token.EQL, t, s.d.names.Const("nil"))
		}
		out = append(out, lockset.Guard{T: t, V: s.d.names.Bool(g.Value)})
	}
	return out
}

// term returns the term that a path names; nil for the empty path.
func (s pathScope) term(path string) *locks.Term {
	if path == "" {
		return nil
	}
	n := s.d.names
	var t *locks.Term
	var typ types.Type // of the value that t names; nil if unknown
	kind, rest := path[0], path[1:]
	switch kind {
	case 'g':
		quoted, err := strconv.QuotedPrefix(rest)
		if err != nil {
			return nil
		}
		rest = rest[len(quoted)+1:]
		pkg, _ := strconv.Unquote(quoted)
		var name string
		name, rest = ident(rest)
		t = n.Root(locks.Global{Pkg: pkg, Name: name})
		if p := s.d.pkgs[pkg]; p != nil {
			if obj := p.Scope().Lookup(name); obj != nil {
				typ = types.NewPointer(obj.Type())
			}
		}
	default:
		var digits string
		digits, rest = ident(rest)
		i, err := strconv.Atoi(digits)
		switch {
		case err != nil:
			return nil
		case kind == 'p' && i < len(s.roots):
			t, typ = s.roots[i], s.params[i]
		case kind == 'r' && i < s.results.Len():
			t, typ = n.Root(locks.Result{Index: i}), s.results.At(i).Type()
		default:
			return nil
		}
	}
	for rest != "" {
		step := rest[0]
		rest = rest[1:]
		switch step {
		case '.':
			var name string
			name, rest = ident(rest)
			v := field(typ, name)
			if v == nil {
				v = s.d.hiddenField(t, name)
				typ = nil
			} else {
				typ = types.NewPointer(v.Type())
			}
			t = n.Field(t, v)
		case '*':
			t = n.Deref(t)
			typ = elem(typ)
		case '[':
			var key *locks.Term
			if quoted, err := strconv.QuotedPrefix(rest); err == nil {
				c, _ := strconv.Unquote(quoted)
				key, rest = n.Const(c), rest[len(quoted)+1:]
			} else {
				i := strings.IndexByte(rest, ']')
				key, rest = s.term(rest[:i]), rest[i+1:]
			}
			if key == nil {
				return nil
			}
			t = n.Elem(t, key)
			typ = elemPointer(typ)
		default:
			return nil
		}
	}
	return t
}

// ident splits s after its leading identifier or number.
func ident(s string) (id, rest string) {
	i := strings.IndexAny(s, ".*[]")
	if i < 0 {
		return s, ""
	}
	return s[:i], s[i:]
}

// field returns the named field of the struct that t is or points to.
func field(t types.Type, name string) *types.Var {
	if t == nil {
		return nil
	}
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	s, ok := t.Underlying().(*types.Struct)
	if !ok {
		return nil
	}
	for i := range s.NumFields() {
		if f := s.Field(i); f.Name() == name {
			return f.Origin()
		}
	}
	return nil
}

func elem(t types.Type) types.Type {
	if t != nil {
		if p, ok := t.Underlying().(*types.Pointer); ok {
			return p.Elem()
		}
	}
	return nil
}

// elemPointer returns the type of the address of an element of t.
func elemPointer(t types.Type) types.Type {
	if t == nil {
		return nil
	}
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	switch t := t.Underlying().(type) {
	case *types.Slice:
		return types.NewPointer(t.Elem())
	case *types.Array:
		return types.NewPointer(t.Elem())
	case *types.Map:
		return types.NewPointer(t.Elem())
	}
	return nil
}

// hiddenField returns the stand-in for a field of t.
func (d *decoder) hiddenField(t *locks.Term, name string) *types.Var {
	key := strconv.Itoa(t.ID()) + "." + name
	v := d.hidden[key]
	if v == nil {
		v = types.NewField(token.NoPos, nil, name, types.Typ[types.Invalid], false)
		d.hidden[key] = v
	}
	return v
}
