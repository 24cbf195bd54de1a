// Package ir builds the SSA form of one package and ties it to its syntax.
//
// It takes the place of golang.org/x/tools/go/analysis/passes/buildssa, which
// requires ctrlflow and so makes every driver analyse all dependencies, even
// of packages that need no SSA at all. Nothing is built before [Build].
package ir

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"iter"
	"slices"
	"strings"
	"sync"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"
)

// A Package is the SSA form of the package under analysis.
type Package struct {
	SSA   *ssa.Package
	Fset  *token.FileSet
	Info  *types.Info
	Funcs []*ssa.Function // all source functions in source order, each before its literals

	// Assigned holds the package variables that functions other than the
	// initialiser assign, or whose address they take.
	Assigned map[*ssa.Global]bool

	// Concrete returns the types of the package scope that may be what is in an
	// interface, by name, those of tests too.
	Concrete func() []*types.Named

	closures map[*ssa.Function]*ssa.MakeClosure // nil entry: made at several places
	cells    map[*ssa.Alloc]*Cell
	calls    map[token.Pos]*ast.CallExpr // by position of "("
	assigned map[token.Pos][]ast.Expr    // what a call, by position of "(", is assigned to
}

// A Cell is a local variable that lives in memory because a function literal
// captures it or its address is taken.
type Cell struct {
	Stores []*ssa.Store
	Leaks  bool // its address is used for more than loads, stores and captures

	first  *ssa.Store // see Init
	sought bool       // first is known
}

// Build returns the SSA form of pass's package. noReturn reports whether
// a call of the function never returns.
func Build(pass *analysis.Pass, noReturn func(*types.Func) bool) *Package {
	prog := ssa.NewProgram(pass.Fset, 0)
	prog.SetNoReturn(noReturn)
	for _, p := range pass.Pkg.Imports() {
		prog.CreatePackage(p, nil, nil, true)
	}
	pkg := &Package{
		SSA:      prog.CreatePackage(pass.Pkg, pass.Files, pass.TypesInfo, false),
		Fset:     pass.Fset,
		Info:     pass.TypesInfo,
		Assigned: make(map[*ssa.Global]bool),
		Concrete: sync.OnceValue(func() []*types.Named { return concrete(pass.Pkg.Scope()) }),
		closures: make(map[*ssa.Function]*ssa.MakeClosure),
		cells:    make(map[*ssa.Alloc]*Cell),
		calls:    make(map[token.Pos]*ast.CallExpr),
		assigned: make(map[token.Pos][]ast.Expr),
	}
	pkg.SSA.Build()
	for _, file := range pass.Files {
		for _, decl := range file.Decls {
			if decl, ok := decl.(*ast.FuncDecl); ok {
				if obj, ok := pass.TypesInfo.Defs[decl.Name].(*types.Func); ok {
					pkg.add(prog.FuncValue(obj))
				}
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				pkg.calls[n.Lparen] = n
			case *ast.AssignStmt:
				for i, rhs := range n.Rhs {
					if call, ok := ast.Unparen(rhs).(*ast.CallExpr); ok {
						pkg.assigned[call.Lparen] = n.Lhs
						if len(n.Rhs) > 1 {
							pkg.assigned[call.Lparen] = n.Lhs[i : i+1]
						}
					}
				}
			}
			return true
		})
	}
	pkg.add(pkg.SSA.Func("init")) // literals in initialisers of package variables
	for _, fn := range pkg.Funcs {
		pkg.index(fn)
	}
	return pkg
}

// concrete returns the types of scope that are neither interfaces nor generic, by name.
func concrete(scope *types.Scope) []*types.Named {
	var out []*types.Named
	for _, name := range scope.Names() {
		tn, ok := scope.Lookup(name).(*types.TypeName)
		if !ok || tn.IsAlias() || types.IsInterface(tn.Type()) {
			continue
		}
		if named, ok := tn.Type().(*types.Named); ok && named.TypeParams() == nil {
			out = append(out, named)
		}
	}
	return out
}

func (p *Package) add(fn *ssa.Function) {
	if fn == nil {
		return
	}
	p.Funcs = append(p.Funcs, fn)
	for _, anon := range fn.AnonFuncs {
		p.add(anon)
	}
}

// index records where fn makes closures and what it does to local variables.
func (p *Package) index(fn *ssa.Function) {
	var operands []*ssa.Value
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			if fn.Synthetic == "" { // not the package initialiser
				operands = instr.Operands(operands[:0])
				p.findAssigned(instr, operands)
			}
			switch instr := instr.(type) {
			case *ssa.MakeClosure:
				body := instr.Fn.(*ssa.Function)
				if _, again := p.closures[body]; again {
					p.closures[body] = nil
				} else {
					p.closures[body] = instr
				}
			case *ssa.Alloc:
				p.use(instr, instr)
			}
		}
	}
	for _, fv := range fn.FreeVars {
		if alloc, ok := p.Binding(fv).(*ssa.Alloc); ok {
			p.use(alloc, fv)
		}
	}
}

// findAssigned records the package variables that instr, which has the given operands,
// does more with than load them.
func (p *Package) findAssigned(instr ssa.Instruction, operands []*ssa.Value) {
	if u, ok := instr.(*ssa.UnOp); ok && u.Op == token.MUL {
		return
	}
	for _, op := range operands {
		if g, ok := (*op).(*ssa.Global); ok {
			p.Assigned[g] = true
		}
	}
}

// use records the uses of v, which is the address of alloc.
func (p *Package) use(alloc *ssa.Alloc, v ssa.Value) {
	c := p.cells[alloc]
	if c == nil {
		c = new(Cell)
		p.cells[alloc] = c
	}
	for _, ref := range *v.Referrers() {
		switch ref := ref.(type) {
		case *ssa.Store:
			if ref.Addr == v {
				c.Stores = append(c.Stores, ref)
			} else {
				c.Leaks = true
			}
		case *ssa.UnOp, *ssa.MakeClosure, *ssa.DebugRef:
		default:
			c.Leaks = true
		}
	}
}

// Instructions returns those of all functions of the package, in source order.
func (p *Package) Instructions() iter.Seq[ssa.Instruction] {
	return func(yield func(ssa.Instruction) bool) {
		for _, fn := range p.Funcs {
			for _, b := range fn.Blocks {
				for _, instr := range b.Instrs {
					if !yield(instr) {
						return
					}
				}
			}
		}
	}
}

// Cell returns what is known about a local variable.
func (p *Package) Cell(alloc *ssa.Alloc) *Cell { return p.cells[alloc] }

// Init returns the only assignment to a local variable, if it is the one at
// its declaration and the variable's address is not used otherwise.
func (p *Package) Init(alloc *ssa.Alloc) *ssa.Store {
	c := p.cells[alloc]
	if c == nil || c.Leaks || len(c.Stores) != 1 {
		return nil
	}
	if !c.sought {
		c.sought = true
		c.first = firstUse(alloc, c.Stores[0])
	}
	return c.first
}

// firstUse returns store if it is in the block of alloc and nothing there uses the
// variable before it, when it is zero; otherwise nil.
func firstUse(alloc *ssa.Alloc, store *ssa.Store) *ssa.Store {
	b := alloc.Block()
	if store.Block() != b {
		return nil
	}
	at := Index(store)
	for _, ref := range *alloc.Referrers() {
		if ref.Block() == b && Index(ref) < at {
			return nil
		}
	}
	return store
}

// Index returns the place of instr among the instructions of its block.
func Index(instr ssa.Instruction) int { return slices.Index(instr.Block().Instrs, instr) }

// Precedes reports whether a has been run whenever b is, in the same function.
func Precedes(a, b ssa.Instruction) bool {
	if a.Parent() != b.Parent() {
		return false
	}
	if a.Block() == b.Block() {
		return Index(a) < Index(b)
	}
	return a.Block().Dominates(b.Block())
}

// Reaches reports whether to can run after from, by at least one edge.
func Reaches(from, to *ssa.BasicBlock) bool {
	seen := make(map[*ssa.BasicBlock]bool)
	var visit func(b *ssa.BasicBlock) bool
	visit = func(b *ssa.BasicBlock) bool {
		for _, s := range b.Succs {
			if s == to {
				return true
			}
			if !seen[s] {
				seen[s] = true
				if visit(s) {
					return true
				}
			}
		}
		return false
	}
	return visit(from)
}

// LoopOf returns the header of the innermost loop around b, or nil.
func LoopOf(b *ssa.BasicBlock) *ssa.BasicBlock {
	for d := b; d != nil; d = d.Idom() {
		if InLoop(d, b) {
			return d
		}
	}
	return nil
}

// InLoop reports whether b is in the loop with the given header: it leads back to
// the header without passing through it.
func InLoop(header, b *ssa.BasicBlock) bool {
	if b.Parent() != header.Parent() || !header.Dominates(b) {
		return false
	}
	seen := make(map[*ssa.BasicBlock]bool)
	var visit func(*ssa.BasicBlock) bool
	visit = func(b *ssa.BasicBlock) bool {
		for _, s := range b.Succs {
			if s == header {
				return true
			}
			if !seen[s] && header.Dominates(s) {
				seen[s] = true
				if visit(s) {
					return true
				}
			}
		}
		return false
	}
	return visit(b)
}

// Closure returns the place where the function literal fn becomes a value, if
// it is one place and fn captures variables.
func (p *Package) Closure(fn *ssa.Function) *ssa.MakeClosure { return p.closures[fn] }

// Binding returns the value that a captured variable has outside of the
// outermost literal that captures it, or nil if it is not known.
func (p *Package) Binding(fv *ssa.FreeVar) ssa.Value {
	for {
		fn := fv.Parent()
		mc := p.closures[fn]
		if mc == nil {
			return nil
		}
		for i, v := range fn.FreeVars {
			if v != fv {
				continue
			}
			outer, ok := mc.Bindings[i].(*ssa.FreeVar)
			if !ok {
				return mc.Bindings[i]
			}
			fv = outer
			break
		}
	}
}

// Label returns the source of the variable that the result of a call is
// assigned to, or "".
func (p *Package) Label(v ssa.Value) string {
	i := 0
	if e, ok := v.(*ssa.Extract); ok {
		v, i = e.Tuple, e.Index
	}
	call, ok := v.(*ssa.Call)
	if !ok {
		return ""
	}
	lhs := p.assigned[call.Call.Pos()]
	if i >= len(lhs) {
		return ""
	}
	if name := types.ExprString(lhs[i]); name != "_" {
		return name
	}
	return ""
}

// Call returns the syntax of a call, given the position of its parenthesis,
// or nil.
func (p *Package) Call(lparen token.Pos) *ast.CallExpr { return p.calls[lparen] }

// InTest reports whether pos is in a test file.
func (p *Package) InTest(pos token.Pos) bool {
	f := p.Fset.File(pos)
	return f != nil && strings.HasSuffix(f.Name(), "_test.go")
}

// Compare orders positions by file and place in it: drivers do not always read the
// files of a package in the same order.
func (p *Package) Compare(x, y token.Pos) int {
	a, b := p.Fset.Position(x), p.Fset.Position(y)
	return cmp.Or(cmp.Compare(a.Filename, b.Filename), cmp.Compare(a.Offset, b.Offset))
}

// Outermost returns the declared function around the literal fn, or fn itself.
func Outermost(fn *ssa.Function) *ssa.Function {
	for fn.Parent() != nil {
		fn = fn.Parent()
	}
	return fn
}
