package guards

import (
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/lockset"
)

// permits matches words that permit an access without the lock, or say that it
// cannot meet another: in the documentation of a function or field, or in a comment
// on the access.
var permits = regexp.MustCompile(`(?i)\b(` + strings.Join([]string{
	`(it is|it's|is|are|can be|can|be) safe(ly)?`,
	`safe to (access|call|modify|read|touch|update|use|write)`,
	`no locking|(needs? to|must|should) be (protected|guarded) by (the |a )?(mutex|lock)`,
	`no need|not need|needn't|need not|not needed|doesn't need|don't need|without needing`,
	`(not|n't) (need|require) (a |an |any |further |additional |the )*(synchroni[sz]ation|lock(ing)?|mutex)`,
	`no (further |additional )?(synchroni[sz]ation|lock(ing)?|mutex) (is )?(needed|required|necessary)`,
	`without (any |further |additional |using )*synchroni[sz]ation`,
	`must not be (called|used)`,
	`(do not|don't|must not|mustn't|cannot|can't) (take |acquire |hold )?(the |a )?lock( here| at this|ing)?`,
	`must( only)? be called (within|from|in|on|by|before|after)`,
	`(not|never) (be )?(called|used|accessed) (concurrently|in parallel)|not safe for concurrent`,
	`(single|same|one) goroutine`,
	`only (be )?(accessed|changed|modified|read|run|set|touched|updated|used|written)( to)? (by|from|in|inside|on|within|during|before|once)`,
	`(set|written|assigned|initiali[sz]ed) (only |exactly )?once`,
	`never (changed|changes|modified|written|updated)|immutable|read-only`,
	`(for|in|by) test(s|ing)( purposes)? only|only (be )?(for|in|by|used (for|in|by)|called (for|in|by)) (unit )?test(s|ing)`,
	`assumed (to not|not to|to never) be (accessed|used|shared)|(nobody|no one|no other goroutine) else|(by|to) (anyone|anybody) (but|else)`,
	`world (is )?stopped|serial(ly|i[sz]\w*)|external(ly)? synchroni[sz]\w*`,
}, "|") + `)\b`)

// permit reports whether the words of a comment permit an access without a lock.
func (a *analyzer) permit(g *ast.CommentGroup) bool {
	if g == nil {
		return false
	}
	is, ok := a.permitting[g]
	if !ok {
		is = permits.MatchString(strings.Join(strings.Fields(g.Text()), " "))
		a.permitting[g] = is
	}
	return is
}

// serially matches documentation of a type which says that its users see to it that
// its methods do not run at the same time.
var serially = regexp.MustCompile(`(?i)\b(not (be )?(safe|called|used)( for| in)? (concurrent|parallel)|(not|never) (thread|goroutine)[- ]?safe|external(ly)? synchroni[sz])`)

// serialType reports whether the documentation of the type that decl is a method of says
// that its methods do not run at the same time.
func (a *analyzer) serialType(decl *ast.FuncDecl) bool {
	fn, ok := a.pass.TypesInfo.Defs[decl.Name].(*types.Func)
	if !ok || fn.Signature().Recv() == nil {
		return false
	}
	typ := namedOf(fn.Signature().Recv().Type())
	if typ == nil {
		return false
	}
	if a.serialTypes == nil {
		a.serialTypes = make(map[types.Object]bool)
		for _, f := range a.pass.Files {
			for _, d := range f.Decls {
				gen, ok := d.(*ast.GenDecl)
				if !ok || gen.Tok != token.TYPE {
					continue
				}
				for _, s := range gen.Specs {
					doc := s.(*ast.TypeSpec).Doc
					if doc == nil {
						doc = gen.Doc
					}
					if doc != nil && serially.MatchString(strings.Join(strings.Fields(doc.Text()), " ")) {
						a.serialTypes[a.pass.TypesInfo.Defs[s.(*ast.TypeSpec).Name]] = true
					}
				}
			}
		}
	}
	return a.serialTypes[typ]
}

// isSerial reports whether fn, or the function around it, is a method of such a type.
func (a *analyzer) isSerial(fn *ssa.Function) bool {
	decl, ok := ir.Outermost(fn).Syntax().(*ast.FuncDecl)
	return ok && a.serialType(decl)
}

// above is how many lines a comment may stand above the access it speaks of.
const above = 6

// permitted reports whether a comment permits the access of v, or a call that leads to
// one, at pos in fn: in the documentation of the function, just above the access
// or above where the function takes a lock or lets it go, or if it names v.
func (a *analyzer) permitted(fn *ssa.Function, pos token.Pos, v *types.Var) bool {
	if v != nil && a.unsynchronized(v) {
		return true
	}
	f := a.fileAt(pos)
	if f == nil {
		return false
	}
	start := pos
	for _, d := range f.Decls {
		if decl, ok := d.(*ast.FuncDecl); ok && decl.Pos() <= pos && pos < decl.End() {
			if a.permit(decl.Doc) || a.serialType(decl) {
				return true
			}
			start = decl.Pos()
		}
	}
	line := func(p token.Pos) int { return a.pass.Fset.PositionFor(p, false).Line }
	near := []int{line(pos)}
	for _, o := range a.opsOf(fn) {
		if n := line(o.call.Pos()); o.call.Pos() >= pos {
			continue
		} else if o.Action == locks.Release {
			near = append(near, n)
		} else { // it may stand below, too
			near = append(near, n+above)
		}
	}
	for _, g := range f.Comments {
		if g.Pos() < start || g.Pos() > pos || !a.permit(g) {
			continue
		}
		if v != nil && names(g, v.Name()) {
			return true
		}
		end := line(g.End())
		if slices.ContainsFunc(near, func(n int) bool { return end <= n && end >= n-above }) {
			return true
		}
	}
	return false
}

// fileAt returns the file that pos is in, or nil.
func (a *analyzer) fileAt(pos token.Pos) *ast.File {
	for _, f := range a.pass.Files {
		if f.FileStart <= pos && pos <= f.FileEnd {
			return f
		}
	}
	return nil
}

// names reports whether name is a word of comment g.
func names(g *ast.CommentGroup, name string) bool {
	return slices.Contains(strings.FieldsFunc(g.Text(), func(r rune) bool {
		return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}), name)
}

// several matches a comment that speaks of the fields that follow.
var several = regexp.MustCompile(`(?i)\b(these|following|below|next) (\w+ )?(fields|members|variables)|(fields|members|variables) below\b`)

// unsynchronized reports whether a comment says that field v needs no lock: its own, or
// one above it that speaks of several fields, up to an empty line.
func (a *analyzer) unsynchronized(v *types.Var) bool {
	s := a.structAt(v.Pos())
	if s == nil || !v.IsField() {
		return false
	}
	unsynced, ok := a.unsynced[s]
	if !ok {
		unsynced = a.unsynchronizedIn(s)
		a.unsynced[s] = unsynced
	}
	return unsynced[v]
}

// structAt returns the syntax of the innermost struct around pos, or nil.
func (a *analyzer) structAt(pos token.Pos) *ast.StructType {
	for _, n := range a.enclosing(pos) {
		if s, ok := n.(*ast.StructType); ok {
			return s
		}
	}
	return nil
}

// unsynchronizedIn returns the fields of s for which unsynchronized holds.
func (a *analyzer) unsynchronizedIn(s *ast.StructType) map[*types.Var]bool {
	unsynced := make(map[*types.Var]bool)
	line := func(p token.Pos) int { return a.pass.Fset.PositionFor(p, false).Line }
	all, last := false, 0
	for _, field := range s.Fields.List {
		first := field.Pos()
		if field.Doc != nil {
			first = field.Doc.Pos()
		}
		all = all && line(first) <= last+1
		last = line(field.End())
		own := a.permit(field.Doc) || a.permit(field.Comment)
		all = all || a.permit(field.Doc) && several.MatchString(field.Doc.Text())
		for _, id := range field.Names {
			if v, ok := a.pass.TypesInfo.Defs[id].(*types.Var); ok && (own || all) {
				unsynced[v] = true
			}
		}
	}
	return unsynced
}

// manyFields is the number of guarded fields of an object that a function which
// sets it up writes without the lock.
const manyFields = 3

// initialises matches the documentation of a function that sets its object up.
var initialises = regexp.MustCompile(`^\w+ (initiali[sz]es|sets up)\b`)

// setsUp reports whether acc belongs to setting an object up: it stores something
// that was just made, or its function writes many fields of the object like this,
// or is documented to be there for that.
func (a *analyzer) setsUp(acc *access) bool {
	if acc.views[0].visit.Access.Base == nil {
		return false
	}
	if decl, ok := ir.Outermost(acc.fn).Syntax().(*ast.FuncDecl); ok && decl.Doc != nil && initialises.MatchString(decl.Doc.Text()) {
		return true
	}
	for _, w := range acc.views {
		if s, ok := w.visit.Instr.(*ssa.Store); ok && made(s.Val) {
			return true
		}
	}
	return a.manyWritten(acc) >= manyFields
}

// passedIn reports whether lock, which g asks for, is a part of an argument that an
// exported function writes to without ever taking the lock, and that only other packages
// pass: it sets up an object which is still theirs alone. A receiver is not such an
// argument, and an annotation or a directive leaves no room for it.
func (a *analyzer) passedIn(g *Guard, lock *locks.Term) bool {
	p, ok := lock.Base().Val.(*ssa.Parameter)
	if d := a.vars[g.Var]; !ok || !lock.Direct() || d != nil && d.Form != Prose {
		return false
	}
	fn := p.Parent()
	obj, ok := fn.Object().(*types.Func)
	if !ok || !obj.Exported() || obj.Signature().Recv() != nil || slices.ContainsFunc(a.sites[fn], func(s site) bool { return !a.inTest(s.caller) }) {
		return false
	}
	writes := false
	for _, v := range a.visits(fn) {
		if slices.ContainsFunc(v.Locks, func(l lockset.Lock) bool { return l.Term == lock && l.Status == lockset.Held }) {
			return false
		}
		writes = writes || v.Access != nil && v.Access.Write && v.Access.Base == ssa.Value(p)
	}
	return writes
}

// minTaken is the number of fields that a method takes from another object.
const minTaken = 2

// takesOver reports whether fn is a method that takes the state of another object of
// its type, as one that replaces it does before it is used:
//
//	func (g *group) copyState(from *group) { g.evaluated, g.took = from.evaluated, from.took }
func (a *analyzer) takesOver(fn *ssa.Function) bool {
	if fn.Signature.Recv() == nil {
		return false
	}
	taken := 0
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			s, ok := instr.(*ssa.Store)
			if !ok {
				continue
			}
			to, ok := s.Addr.(*ssa.FieldAddr)
			if !ok || to.X != ssa.Value(fn.Params[0]) {
				continue
			}
			load, ok := s.Val.(*ssa.UnOp)
			if !ok {
				continue
			}
			from, ok := load.X.(*ssa.FieldAddr)
			if !ok || from.Field != to.Field || from.X == to.X {
				continue
			}
			if p, ok := from.X.(*ssa.Parameter); ok && types.Identical(p.Type(), to.X.Type()) {
				taken++
			}
		}
	}
	return taken >= minTaken && len(a.opsOf(fn)) == 0
}

// made reports whether v was just made: a map, a slice, a channel, an object.
func made(v ssa.Value) bool {
	switch v := v.(type) {
	case *ssa.MakeMap, *ssa.MakeChan, *ssa.MakeSlice, *ssa.Alloc:
		return true
	case *ssa.MakeInterface:
		return made(v.X)
	case *ssa.Call:
		_, builtin := v.Call.Value.(*ssa.Builtin)
		return !builtin && refers(v.Type())
	case *ssa.Extract:
		_, call := v.Tuple.(*ssa.Call)
		return call && refers(v.Type())
	}
	return false
}

// refers reports whether values of type t refer to something else.
func refers(t types.Type) bool {
	switch t.Underlying().(type) {
	case *types.Pointer, *types.Map, *types.Chan, *types.Interface, *types.Signature:
		return true
	}
	return false
}

// manyWritten returns the number of fields of the object of acc that its function
// stores to where it holds no lock.
func (a *analyzer) manyWritten(acc *access) int {
	seen := make(map[*types.Var]bool)
	at := acc.views[0].visit.At
	for _, v := range a.visits(acc.fn) {
		if v.Access == nil || !v.Access.Write || v.Access.Base == nil || v.At.X != at.X || len(v.Locks) > 0 {
			continue
		}
		if s, ok := v.Instr.(*ssa.Store); ok && !reads(s.Val, v.Access.Var, 0) {
			seen[v.Access.Var] = true
		}
	}
	return len(seen)
}

// reads reports whether v is computed from field f.
func reads(v ssa.Value, f *types.Var, depth int) bool {
	if depth > 4 {
		return false
	}
	switch v := v.(type) {
	case *ssa.UnOp:
		if addr, ok := v.X.(*ssa.FieldAddr); ok && v.Op == token.MUL {
			return ir.FieldVar(addr) == f
		}
		return reads(v.X, f, depth+1)
	case *ssa.BinOp:
		return reads(v.X, f, depth+1) || reads(v.Y, f, depth+1)
	case *ssa.Call:
		for _, arg := range v.Call.Args {
			if reads(arg, f, depth+1) {
				return true
			}
		}
	}
	return false
}
