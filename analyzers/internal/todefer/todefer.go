// Package todefer rewrites sections that are released by hand to a deferred
// release, where that changes nothing but what a panic or a forgotten exit
// leaves behind.
//
//	mu.Lock()                 mu.Lock()
//	if done {                 defer mu.Unlock()
//		mu.Unlock()           if done {
//		return errDone    →       return errDone
//	}                         }
//	n++                       n++
//	mu.Unlock()               return nil
//	return nil
package todefer

import (
	"go/ast"
	"go/token"
	"go/types"
	"regexp"

	"golang.org/x/tools/go/analysis"

	"github.com/concurlint/concurlint/passes/lockstate"
)

// A Rewrite makes the release of a section a deferred one.
type Rewrite struct {
	Undo string // the release, as the source writes it

	pass     *analysis.Pass
	lock     place
	releases []place
}

// Edits returns the edits. They are none if a statement shares its line with others.
func (r *Rewrite) Edits() []analysis.TextEdit { return edits(r.pass, r.lock, r.releases, r.Undo) }

// In returns the code of the function decl, a declaration or a literal.
func In(pass *analysis.Pass, decl ast.Node) *Function {
	return &Function{pass: pass, body: bodyOf(decl)}
}

// Of returns the rewrite of section s of f, or nil if a deferred release could
// behave differently:
//
//   - a release does not directly precede its exit, or the results that are
//     returned there come from calls, which would run under the lock;
//   - the section is in a loop: releases would pile up until the function
//     returns;
//   - an exit leaves the lock held, and a comment may say why;
//   - a call that is deferred in the section would run under the lock, or one
//     that was deferred before it releases the lock itself.
func (f *Function) Of(s *lockstate.Section) *Rewrite {
	lock, ok := f.place(s.Acquire.Call)
	if !ok || lock.loop || len(s.Open) > 0 && f.excused(s.Acquire.Pos) {
		return nil
	}
	mu, undo := operand(s.Acquire.Call), types.ExprString(s.Releases[0].Call)
	if mu == "" || f.disturbed(s.Acquire.Pos, undo) {
		return nil
	}
	var releases []place
	for _, rel := range s.Releases {
		p, ok := f.place(rel.Call)
		if !ok || operand(rel.Call) != mu || types.ExprString(rel.Call) != undo || !f.exits(p) {
			return nil
		}
		releases = append(releases, p)
	}
	return &Rewrite{undo, f.pass, lock, releases}
}

// After returns the rewrite that defers undo after the statement acquire of f
// and removes the releases, or nil if that could behave differently; see
// [Function.Of]. The releases are the text of undo, or what the literal undo calls does.
func (f *Function) After(acquire ast.Stmt, releases []ast.Stmt, undo string) *Rewrite {
	lock, ok := f.place(acquire)
	if !ok || lock.loop || f.disturbed(acquire.Pos(), undo) {
		return nil
	}
	var places []place
	for _, rel := range releases {
		p, ok := f.place(rel)
		if !ok || !f.exits(p) {
			return nil
		}
		places = append(places, p)
	}
	return &Rewrite{undo, f.pass, lock, places}
}

func bodyOf(decl ast.Node) *ast.BlockStmt {
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		return decl.Body
	case *ast.FuncLit:
		return decl.Body
	}
	return nil
}

// operand returns the text of x in the call x.Lock(), or "" if it does more
// than name a variable, so that it may have another value later.
func operand(call *ast.CallExpr) string {
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok || len(call.Args) > 0 {
		return ""
	}
	named := true
	ast.Inspect(sel.X, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.CallExpr, *ast.FuncLit, *ast.CompositeLit:
			named = false
		}
		return named
	})
	if !named {
		return ""
	}
	return types.ExprString(sel.X)
}

// A Function is the code of one function, without that of its literals.
type Function struct {
	pass   *analysis.Pass
	body   *ast.BlockStmt     // nil if it has none
	places map[ast.Node]place // of statements, and of calls that are statements; see place
}

// A place is where a statement stands.
type place struct {
	stmt  ast.Stmt
	list  []ast.Stmt // the statements it is one of
	i     int        // its index there
	owner ast.Node   // whose list it is: a block or clause
	outer ast.Stmt   // the statement that contains the list; nil for the body
	loop  bool       // whether a loop contains it
}

// place returns where n, a statement or a call that is one, stands.
func (f *Function) place(n ast.Node) (p place, ok bool) {
	if f.places == nil && f.body != nil {
		f.places = make(map[ast.Node]place)
		f.list(f.body, f.body.List, nil, false)
	}
	p, ok = f.places[n]
	return p, ok
}

func (f *Function) list(owner ast.Node, list []ast.Stmt, outer ast.Stmt, loop bool) {
	for i, stmt := range list {
		p := place{stmt, list, i, owner, outer, loop}
		f.places[stmt] = p
		if labeled, ok := stmt.(*ast.LabeledStmt); ok {
			stmt = labeled.Stmt
		}
		if expr, ok := stmt.(*ast.ExprStmt); ok && stmt == p.stmt {
			f.places[ast.Unparen(expr.X)] = p
		}
		f.parts(stmt, p.stmt, loop)
	}
}

// parts indexes the lists in stmt; outer is stmt itself or its label.
func (f *Function) parts(stmt, outer ast.Stmt, loop bool) {
	switch stmt := stmt.(type) {
	case *ast.BlockStmt:
		f.list(stmt, stmt.List, outer, loop)
	case *ast.IfStmt:
		f.list(stmt.Body, stmt.Body.List, outer, loop)
		if stmt.Else != nil {
			f.parts(stmt.Else, outer, loop)
		}
	case *ast.ForStmt:
		f.list(stmt.Body, stmt.Body.List, outer, true)
	case *ast.RangeStmt:
		f.list(stmt.Body, stmt.Body.List, outer, true)
	case *ast.SwitchStmt:
		f.clauses(stmt.Body, outer, loop)
	case *ast.TypeSwitchStmt:
		f.clauses(stmt.Body, outer, loop)
	case *ast.SelectStmt:
		f.clauses(stmt.Body, outer, loop)
	}
}

func (f *Function) clauses(body *ast.BlockStmt, outer ast.Stmt, loop bool) {
	for _, clause := range body.List {
		switch clause := clause.(type) {
		case *ast.CaseClause:
			f.list(clause, clause.Body, outer, loop)
		case *ast.CommClause:
			f.list(clause, clause.Body, outer, loop)
		}
	}
}

// disturbed reports whether the function defers a call after pos, or one
// anywhere that contains the call undo.
func (f *Function) disturbed(pos token.Pos, undo string) bool {
	found := false
	ast.Inspect(f.body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.DeferStmt:
			found = found || n.Pos() > pos || contains(n, undo)
		}
		return !found
	})
	return found
}

func contains(n ast.Node, call string) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		c, ok := n.(*ast.CallExpr)
		found = found || ok && types.ExprString(c) == call
		return !found
	})
	return found
}

// excused reports whether a comment after pos silences a check.
func (f *Function) excused(pos token.Pos) bool {
	line := func(pos token.Pos) int { return f.pass.Fset.Position(pos).Line }
	for _, file := range f.pass.Files {
		if pos < file.FileStart || file.FileEnd <= pos {
			continue
		}
		for _, group := range file.Comments {
			for _, c := range group.List {
				if pos < c.Pos() && line(c.Pos()) <= line(f.body.End()) && silencing.MatchString(c.Text) {
					return true
				}
			}
		}
	}
	return false
}

// silencing matches the comments that silence checks, of whatever tool.
var silencing = regexp.MustCompile(`^//\s*(concurlint:|nolint|lint:)`)

// exits reports whether nothing runs between the statement at p and the end of
// the function: a return, panic or the closing brace follows.
func (f *Function) exits(p place) bool {
	if block, ok := p.owner.(*ast.BlockStmt); ok && len(block.List) == 1 {
		return false // an empty block would remain
	}
	for p.i+1 == len(p.list) {
		if p.loop {
			return false
		}
		if p.outer == nil {
			return true
		}
		p, _ = f.place(p.outer)
	}
	switch next := p.list[p.i+1].(type) {
	case *ast.ReturnStmt:
		return f.quick(next.Results)
	case *ast.ExprStmt:
		call, ok := ast.Unparen(next.X).(*ast.CallExpr)
		if !ok {
			return false
		}
		id, ok := ast.Unparen(call.Fun).(*ast.Ident)
		return ok && f.pass.TypesInfo.Uses[id] == types.Universe.Lookup("panic") && f.quick(call.Args)
	}
	return false
}

// quick reports whether the evaluation of exprs neither waits nor runs code that
// is unknown.
func (f *Function) quick(exprs []ast.Expr) bool {
	quick := true
	for _, e := range exprs {
		ast.Inspect(e, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncLit:
				return false
			case *ast.CallExpr:
				quick = quick && f.quickCall(n)
			case *ast.UnaryExpr:
				quick = quick && n.Op != token.ARROW
			}
			return quick
		})
	}
	return quick
}

func (f *Function) quickCall(call *ast.CallExpr) bool {
	info := f.pass.TypesInfo
	if tv := info.Types[call.Fun]; tv.IsType() || tv.IsBuiltin() {
		return true
	}
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return false
	}
	fn, ok := info.Uses[sel.Sel].(*types.Func)
	if !ok {
		return false
	}
	switch fn.FullName() {
	case "errors.New":
		return true
	case "fmt.Errorf":
		for _, arg := range call.Args {
			if f.formats(info.TypeOf(arg)) {
				return false
			}
		}
		return true
	}
	return false
}

// formats reports whether fmt may run code of the package, which may lock, to
// print a value of type t.
func (f *Function) formats(t types.Type) bool {
	if types.Identical(t, types.Universe.Lookup("error").Type()) {
		return false
	}
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	if named, ok := types.Unalias(t).(*types.Named); ok && named.Obj().Pkg() != f.pass.Pkg {
		return false
	}
	_, basic := t.Underlying().(*types.Basic)
	return !basic || types.NewMethodSet(t).Len() > 0
}
