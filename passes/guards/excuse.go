package guards

import (
	"go/ast"
	"go/token"
	"go/types"
	"regexp"

	"golang.org/x/tools/go/ssa"
)

// permits matches words that permit an access without the lock, or say that it
// cannot meet another: in the documentation of a function, or in a comment just
// above the access.
var permits = regexp.MustCompile(`(?i)\b((it is|it's|is|are|can be|can|be) safe(ly)?|no need|not need|needn't|need not|not needed|doesn't need|don't need|must not be (called|used)|` +
	`(not|never) (be )?(called|used|accessed) (concurrently|in parallel)|not safe for concurrent|(single|same|one) goroutine|assumed (to not|not to|to never) be (accessed|used|shared)|(nobody|no one|no other goroutine) else|(by|to) (anyone|anybody) (but|else)|serial(ly|i[sz]\w*)|external(ly)? synchroni[sz]\w*)\b`)

// above is how many lines a comment may stand above the access it speaks of.
const above = 6

// permitted reports whether a comment permits the access at pos, in fn.
func (a *analyzer) permitted(fn *ssa.Function, pos token.Pos) bool {
	at := a.pass.Fset.Position(pos)
	for _, f := range a.pass.Files {
		if f.FileStart > pos || pos > f.FileEnd {
			continue
		}
		start := pos
		for _, d := range f.Decls {
			decl, ok := d.(*ast.FuncDecl)
			if !ok || pos < decl.Pos() || decl.End() <= pos {
				continue
			}
			if decl.Doc != nil && permits.MatchString(decl.Doc.Text()) {
				return true
			}
			start = decl.Pos()
		}
		for _, g := range f.Comments {
			if g.Pos() < start || g.Pos() > pos {
				continue
			}
			end := a.pass.Fset.Position(g.End())
			if end.Line <= at.Line && end.Line >= at.Line-above && permits.MatchString(g.Text()) {
				return true
			}
		}
	}
	return false
}

// manyFields is the number of guarded fields of an object that a function which
// sets it up writes without the lock.
const manyFields = 3

// setsUp reports whether acc belongs to setting an object up: it stores something
// that was just made, or its function writes many fields of the object like this.
func (a *analyzer) setsUp(acc *access) bool {
	if acc.views[0].visit.Access.Base == nil {
		return false
	}
	for _, w := range acc.views {
		if s, ok := w.visit.Instr.(*ssa.Store); ok && made(s.Val) {
			return true
		}
	}
	return a.manyWritten(acc) >= manyFields
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
			return fieldVar(addr) == f
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
