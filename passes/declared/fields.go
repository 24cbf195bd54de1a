package declared

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// An item is the declaration of fields or package variables that stand
// together, with its comments.
type item struct {
	vars         []*types.Var
	doc, comment *ast.CommentGroup
	first, last  int   // lines, with the comments
	lock         *Path // if it is one lock
	ends         bool  // it is a lock, or several: what another guards ends here
	inner        *list // if it is an anonymous struct
}

// A list is a struct or a block of variables.
type list struct {
	*frame
	items  []*item
	byName map[string]*types.Var
}

// readStruct reads the comments in and of a struct type in a frame.
func (r *reader) readStruct(s *ast.StructType, around *frame, doc, comment *ast.CommentGroup) *list {
	t, ok := r.pass.TypesInfo.TypeOf(s).(*types.Struct)
	if !ok {
		return nil
	}
	l := &list{frame: around.inside(t), byName: make(map[string]*types.Var)}
	n := 0
	for _, f := range s.Fields.List {
		it := &item{doc: f.Doc, comment: f.Comment}
		for range max(1, len(f.Names)) {
			it.vars = append(it.vars, t.Field(n))
			n++
		}
		if inner := structIn(f.Type); inner != nil {
			it.inner = r.readStruct(inner, l.frame, nil, nil)
		}
		l.add(it, f)
	}
	r.readList(l, s)
	r.readTypeDoc(l, doc, comment)
	return l
}

// structIn returns the anonymous struct of a field's type, or nil.
func structIn(t ast.Expr) *ast.StructType {
	for {
		switch u := t.(type) {
		case *ast.StructType:
			return u
		case *ast.StarExpr:
			t = u.X
		case *ast.ArrayType:
			t = u.Elt
		case *ast.MapType:
			t = u.Value
		default:
			return nil
		}
	}
}

// readVars reads the comments on package variables.
func (r *reader) readVars(d *ast.GenDecl) {
	l := &list{frame: &frame{r: r}, byName: make(map[string]*types.Var)}
	for _, s := range d.Specs {
		spec := s.(*ast.ValueSpec)
		it := &item{doc: spec.Doc, comment: spec.Comment}
		if !d.Lparen.IsValid() {
			it.doc = d.Doc
		}
		for _, name := range spec.Names {
			if v, ok := r.pass.TypesInfo.Defs[name].(*types.Var); ok {
				it.vars = append(it.vars, v)
			}
		}
		if spec.Type != nil {
			if inner := structIn(spec.Type); inner != nil {
				it.inner = r.readStruct(inner, l.frame, nil, nil)
			}
		}
		l.add(it, spec)
	}
	r.readList(l, d)
}

// add adds an item, declared by n.
func (l *list) add(it *item, n ast.Node) {
	line := func(p token.Pos) int { return l.r.pass.Fset.PositionFor(p, false).Line }
	it.first, it.last = line(n.Pos()), line(n.End())
	if it.doc != nil {
		it.first = line(it.doc.Pos())
	}
	if it.comment != nil {
		it.last = line(it.comment.End())
	}
	for _, v := range it.vars {
		l.byName[v.Name()] = v
	}
	it.ends = len(it.vars) > 0 && isLock(it.vars[0].Type())
	if len(it.vars) == 1 {
		v := it.vars[0]
		p := Path{Root: Sibling, Fields: []*types.Var{v}}
		if len(l.structs) == 0 {
			p = Path{Root: Variable, Global: v}
		}
		if p.toLock(v.Type()) {
			it.lock = &p
		}
	}
	l.items = append(l.items, it)
}

// readList reads the comments in a list, which n declares.
func (r *reader) readList(l *list, n ast.Node) {
	attached := make(map[*ast.CommentGroup]bool)
	for i, it := range l.items {
		attached[it.doc], attached[it.comment] = true, true
		if !r.markVars(r.take(it.doc, it.comment), it.vars, l.frame, ofVar) {
			r.readWords(l, i, it.doc)
			r.readWords(l, i, it.comment)
		}
	}
	for _, g := range r.file.Comments {
		if g.Pos() < n.Pos() || g.End() > n.End() || attached[g] {
			continue
		}
		// What stands alone may speak of the fields below it.
		i := slices.IndexFunc(l.items, func(it *item) bool { return it.vars != nil && it.vars[0].Pos() > g.End() })
		if i >= 0 && !l.within(g) {
			r.readLoose(l, i, g)
		}
	}
}

// within reports whether comment g is inside an item of l.
func (l *list) within(g *ast.CommentGroup) bool {
	line := l.r.pass.Fset.PositionFor(g.Pos(), false).Line
	return slices.ContainsFunc(l.items, func(it *item) bool { return it.first <= line && line <= it.last })
}

// readTypeDoc reads the comments on the type that a struct is of.
func (r *reader) readTypeDoc(l *list, groups ...*ast.CommentGroup) {
	var all []*types.Var
	for _, it := range l.items {
		for _, v := range it.vars {
			if !guardsItself(v.Type()) {
				all = append(all, v)
			}
		}
	}
	marks := r.take(groups...)
	for _, m := range marks {
		if m.verb != "checklocksalias" {
			continue
		}
		m.used = true
		if paths, ok := r.alias(m, l.frame); ok {
			r.out.Aliases = append(r.out.Aliases, &Alias{l.owner, paths, m.pos})
		}
	}
	if r.markVars(marks, all, l.frame, ofType) {
		return
	}
	for _, g := range groups {
		for _, words := range claims(g) {
			p := &phrase{frame: l.frame, words: words}
			if st, ok := p.passive(); ok {
				if st.denied || st.self {
					continue
				}
				if st.all {
					r.declareAll(all, st, g, ofType)
				} else {
					r.declareAll(p.subjects(st.at, l.byName), st, g, ofLock)
				}
				continue
			}
			if st, ok := p.active(nil, l.byName); ok {
				if st.all {
					r.declareAll(all, st, g, ofType)
				} else if !st.below {
					r.declareAll(st.vars, st, g, ofLock)
				}
			}
		}
	}
}

// declareAll records what a sentence says of variables.
func (r *reader) declareAll(vars []*types.Var, st statement, g *ast.CommentGroup, level int) {
	if len(st.locks) == 0 {
		return
	}
	for _, v := range vars {
		if slices.Contains(st.except, v) || guardsItself(v.Type()) {
			continue
		}
		kind := Guarded
		if st.writes {
			kind = GuardedWrites
		}
		r.declare(Declaration{Var: v, Kind: kind, Locks: st.locks, Either: st.either, Pos: g.Pos()}, level)
	}
}

// readWords reads the words of a comment on item i.
func (r *reader) readWords(l *list, i int, g *ast.CommentGroup) {
	it := l.items[i]
	for _, words := range claims(g) {
		p := &phrase{frame: l.frame, words: words, vars: it.vars}
		if st, ok := p.passive(); ok {
			r.declarePassive(l, i, p, st, g)
			continue
		}
		if st, ok := p.active(it.lock, l.byName); ok {
			r.declareActive(l, i, st, g)
		}
	}
}

// declarePassive records what a sentence of a comment on item i says of data.
func (r *reader) declarePassive(l *list, i int, p *phrase, st statement, g *ast.CommentGroup) {
	it := l.items[i]
	if st.self {
		st.locks = nil
		if it.lock != nil {
			st.locks = []Path{*it.lock}
		}
	}
	switch named := p.subjects(st.at, l.byName); {
	case st.denied:
		if !st.many && it.lock == nil && p.speaksOfItem(st.at) {
			for _, v := range it.vars {
				r.deny(v)
			}
		}
	case st.many && it.lock != nil:
		r.declareBelow(l, i+1, st, g)
	case st.many:
		r.declareBelow(l, i, st, g)
	case it.lock == nil && p.speaksOfItem(st.at):
		if mood := moodOf(sentences(g)); !mood.atomic {
			st.writes = st.writes || mood.lax
			r.declareAll(it.vars, st, g, ofVar)
		}
	default:
		r.declareAll(named, st, g, ofLock)
	}
}

// readLoose reads the words of a comment that stands alone, before item i.
func (r *reader) readLoose(l *list, i int, g *ast.CommentGroup) {
	for _, words := range claims(g) {
		p := &phrase{frame: l.frame, words: words}
		if st, ok := p.passive(); ok {
			if st.many && !st.denied && !st.self {
				r.declareBelow(l, i, st, g)
			}
		} else if st, ok := p.active(nil, l.byName); ok {
			if len(st.vars) > 0 || !st.below {
				r.declareActive(l, i, st, g)
			} else {
				r.declareBelow(l, i, st, g)
			}
		}
	}
}

// declareActive records what a comment on item i says that a lock guards.
func (r *reader) declareActive(l *list, i int, st statement, g *ast.CommentGroup) {
	switch {
	case len(st.vars) > 0:
		r.declareAll(st.vars, st, g, ofLock)
	case st.all && !st.below:
		for _, it := range l.items {
			r.declareAll(it.open(), st, g, ofType)
		}
	case i >= 0 && l.items[i].lock != nil && l.items[i].inner != nil && st.self:
		for _, it := range l.items[i].inner.items { // mu struct{ sync.Mutex; n int }
			out := st
			p := Path{Root: Sibling}
			if p.toLock(l.items[i].vars[0].Type()) {
				out.locks = []Path{p}
				r.declareAll(it.open(), out, g, ofScope)
			}
		}
	case i >= 0 && l.items[i].lock == nil:
		r.declareBelow(l, i, st, g)
	default:
		r.declareBelow(l, i+1, st, g)
	}
}

// open returns the variables of an item that a statement on many of them means.
func (it *item) open() []*types.Var {
	if exempt(it.doc) || exempt(it.comment) {
		return nil
	}
	return it.vars
}

// declareBelow records what a sentence says of "the fields below", from item i
// on. These end with the next lock. If they begin in the paragraph of the
// comment, they also end with it, unless it says "all" of them.
func (r *reader) declareBelow(l *list, i int, st statement, g *ast.CommentGroup) {
	line := func(p token.Pos) int { return r.pass.Fset.PositionFor(p, false).Line }
	last := line(g.End())
	if i > 0 && l.items[i-1].lock != nil {
		last = max(last, l.items[i-1].last)
	}
	paragraph := i < len(l.items) && l.items[i].first <= last+1 && !st.all && st.count == 0
	count := 0
	for n, it := range l.items[min(i, len(l.items)):] {
		if it.ends || n > 0 && paragraph && it.first > last+1 {
			return
		}
		if n > 0 && it.first > last+1 && exemptAll(it.doc) {
			return
		}
		last = it.last
		r.declareAll(it.open(), st, g, ofScope)
		if count += len(it.vars); st.count > 0 && count >= st.count {
			return
		}
	}
}
