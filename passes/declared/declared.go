// Package declared reads what comments and names say about locks: which data
// they guard, which ones a function needs, takes or gives back, and where nothing
// is to be reported.
package declared

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// A Path names a lock from something that is at hand: pointers on the way are
// followed silently.
type Path struct {
	Root   Root
	Outer  int             // of a Surrounding struct: 1 is the one that has the struct at hand as a field
	Param  int             // of a Parameter, the receiver (if any) first, or of a Returned result
	Global types.Object    // the package variable that a path of a Variable begins at
	Owner  *types.TypeName // the type that a path of Some object begins at
	// Fields lead from the root to the lock, embedded ones included. There
	// are none if the root itself is the lock.
	Fields []*types.Var
}

// A Root says where a [Path] begins.
type Root uint8

const (
	Sibling     Root = iota // at the struct that has the guarded field
	Surrounding             // at a struct around that one
	Parameter               // at a parameter of the function
	Returned                // at a result of the function
	Variable                // at a package variable
	Some                    // at some object of a type: "TaskSet.mu"
)

// Equal reports whether p and q are the same.
func (p Path) Equal(q Path) bool {
	return p.Root == q.Root && p.Outer == q.Outer && p.Param == q.Param && p.Global == q.Global && p.Owner == q.Owner &&
		slices.Equal(p.Fields, q.Fields)
}

// String returns p as a path in which "^" goes to a struct around the one at
// hand, and a number stands for a parameter or, after "=", for a result.
func (p Path) String() string {
	var parts []string
	switch p.Root {
	case Surrounding:
		parts = append(parts, strings.Repeat("^", p.Outer))
	case Parameter:
		parts = append(parts, strconv.Itoa(p.Param))
	case Returned:
		parts = append(parts, "="+strconv.Itoa(p.Param))
	case Variable:
		parts = append(parts, p.Global.Pkg().Name(), p.Global.Name())
	case Some:
		parts = append(parts, p.Owner.Name())
	}
	for _, f := range p.Fields {
		parts = append(parts, f.Name())
	}
	return strings.Join(parts, ".")
}

// A Kind is what a [Declaration] says of its variable.
type Kind uint8

const (
	Guarded       Kind = iota // a lock must be held to use it
	GuardedWrites             // a lock must be held to write it; reads may do without
	Unguarded                 // no lock guards it, whatever the code looks like
	Atomic                    // it is used with atomic operations only
)

// A Form is how somebody said something about locks.
type Form uint8

const (
	Prose      Form = iota // words of a comment
	Directive              // a //concurlint: comment
	Annotation             // a +checklocks comment of gVisor's analyzer
	Suffix                 // the name of the function
)

// A Declaration is what comments say about a field or a package variable.
type Declaration struct {
	Var  *types.Var
	Kind Kind
	// Locks are the guards, if the variable is Guarded. Of several, those who
	// write must hold all, and those who read any one.
	Locks []Path
	// Either reports whether one of the Locks is enough for writing too.
	Either bool
	Form   Form
	// Wide reports whether the comment speaks of several fields without naming
	// them: "mu guards the fields below".
	Wide bool
	Pos  token.Pos // of the comment
}

// A FuncDecl is what the name of a function and its comments say about locks.
type FuncDecl struct {
	Func     *types.Func
	Requires []Requirement // held by the caller, at entry and at exit
	Acquires []Requirement // held at exit, not at entry
	Releases []Requirement // held at entry, not at exit
	Excludes []Requirement // not held at entry; in read mode: held for reading at most
	// Locked reports whether the caller must hold a lock that is not named:
	// of the receiver, in most cases, or one that guards what the function
	// uses.
	Locked bool
	Ignore bool // +checklocksignore: nothing in it is to be reported
	Force  bool // +checklocksforce: what it says is true, whatever its body looks like
	// Aliases are pairs of names for one lock, from +checklocksalias.
	Aliases [][2]Path
	Form    Form
	Pos     token.Pos // of the first comment that counts, or of the name
}

// A Requirement is a lock that must be held, in a mode.
type Requirement struct {
	Path
	Read bool // for reading is enough
}

// An Alias says that in each object of a type two paths lead to one lock.
type Alias struct {
	Type  *types.TypeName
	Paths [2]Path
	Pos   token.Pos
}

// An Exemption is a +checklocksignore or +checklocksforce comment on a line:
// nothing is to be reported there.
type Exemption struct {
	Pos   token.Pos
	Force bool
}

// A Problem is a mistake in a directive or an annotation.
type Problem struct {
	Pos, End token.Pos
	Message  string
}

// A Declared is all that the comments of a package say about its locks, each
// list in the order of the source.
type Declared struct {
	Vars       []*Declaration // at most one for each variable and kind
	Funcs      []*FuncDecl    // at most one for each function
	Aliases    []*Alias
	Exemptions []Exemption
	Problems   []Problem
}

// Declarations reads the comments of a package, and the names of its functions.
//
// Directives and annotations must name locks; words that do not are not about
// locks. It takes only wordings that leave no doubt: what is denied, or true
// under a condition only, counts for nothing.
func Declarations(pass *analysis.Pass) *Declared {
	r := &reader{
		pass:  pass,
		out:   new(Declared),
		marks: make(map[*ast.CommentGroup][]*mark),
		ranks: make(map[*types.Var]rank),
	}
	for _, f := range pass.Files {
		r.readFile(f)
	}
	r.out.Vars = slices.DeleteFunc(r.out.Vars, func(d *Declaration) bool { return d.Var == nil || d.Kind == denied })
	slices.SortStableFunc(r.out.Vars, func(a, b *Declaration) int { return cmp.Compare(a.Var.Pos(), b.Var.Pos()) })
	slices.SortStableFunc(r.out.Problems, func(a, b Problem) int { return cmp.Compare(a.Pos, b.Pos) })
	return r.out
}

// A reader reads the comments of a package.
type reader struct {
	pass      *analysis.Pass
	out       *Declared
	file      *ast.File
	marks     map[*ast.CommentGroup][]*mark // of file
	relevant  bool                          // a comment of file may speak of locks
	ranks     map[*types.Var]rank
	receivers map[*types.TypeName][]string // see isReceiver
}

// A rank tells how close a statement is to the variable it speaks of. The
// closest one counts.
type rank struct {
	level int
	index []int // in reader.out.Vars
}

const (
	ofType   = iota + 1 // all fields are guarded by mu
	ofScope             // mu protects the fields below
	ofLock              // mu protects n
	ofVar               // n is guarded by mu
	ofDenial            // n is not guarded by mu
)

// readFile reads the comments of f.
func (r *reader) readFile(f *ast.File) {
	r.file, r.relevant = f, false
	clear(r.marks)
	var all []*mark
	for _, g := range f.Comments {
		for _, c := range g.List {
			r.relevant = r.relevant || mayConcern(c.Text)
			if m := r.markOf(c); m != nil {
				r.marks[g] = append(r.marks[g], m)
				all = append(all, m)
			}
		}
	}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if r.relevant || hasSuffix(d.Name.Name) {
				r.readFunc(d.Name, d.Doc)
			}
		case *ast.GenDecl:
			if r.relevant && d.Tok == token.VAR {
				r.readVars(d)
			}
		}
	}
	if r.relevant {
		ast.Inspect(f, r.readType)
	}
	for _, m := range all {
		r.misplaced(m)
	}
}

// mayConcern reports whether a comment may speak of locks. It must be fast:
// most comments of most packages do not.
func mayConcern(text string) bool {
	for _, stem := range [...]string{"uard", "rotect", "held", "hold", "ocked", "ynchronized by", "equires", "EQUIRES", "aller must", "allers must", "the caller to", "called under", "+check", "concurlint:"} {
		if strings.Contains(text, stem) {
			return true
		}
	}
	return false
}

// readType reads the comments of the types that n declares, if it does.
func (r *reader) readType(n ast.Node) bool {
	d, ok := n.(*ast.GenDecl)
	if !ok || d.Tok != token.TYPE {
		return true
	}
	for _, s := range d.Specs {
		spec := s.(*ast.TypeSpec)
		doc := spec.Doc
		if doc == nil && !d.Lparen.IsValid() {
			doc = d.Doc
		}
		switch t := spec.Type.(type) {
		case *ast.StructType:
			owner, _ := r.pass.TypesInfo.Defs[spec.Name].(*types.TypeName)
			r.readStruct(t, &frame{r: r, owner: owner}, doc, spec.Comment)
		case *ast.InterfaceType:
			for _, m := range t.Methods.List {
				for _, name := range m.Names {
					r.readFunc(name, m.Doc)
				}
			}
		}
	}
	return true
}

// problem records a mistake in m.
func (r *reader) problem(m *mark, message string) {
	r.out.Problems = append(r.out.Problems, Problem{m.pos, m.end, message})
}

// declare records d, unless something closer to the variable speaks of it.
func (r *reader) declare(d Declaration, level int) {
	d.Wide = level <= ofScope
	old := r.ranks[d.Var]
	if old.level > level {
		return
	}
	if old.level < level {
		for _, i := range old.index {
			r.out.Vars[i].Var = nil // dropped at the end
		}
		old = rank{level: level}
	}
	for _, i := range old.index {
		if prior := r.out.Vars[i]; prior.Kind == d.Kind && level >= ofVar {
			prior.add(d.Locks) // two comments on one field
			return
		}
	}
	if len(old.index) == 0 || level >= ofVar {
		old.index = append(old.index, len(r.out.Vars))
		r.out.Vars = append(r.out.Vars, &d)
	}
	r.ranks[d.Var] = old
}

// deny records that v is not guarded by what further away seems to guard it.
func (r *reader) deny(v *types.Var) { r.declare(Declaration{Var: v, Kind: denied}, ofDenial) }

// denied is the kind of a declaration that only outranks others.
const denied Kind = 255

// add adds to d the locks that it does not have.
func (d *Declaration) add(locks []Path) {
	for _, p := range locks {
		if !slices.ContainsFunc(d.Locks, p.Equal) {
			d.Locks = append(d.Locks, p)
		}
	}
}

// WithoutComments returns what d says but for comments: what the names of
// functions say.
func (d *Declared) WithoutComments() *Declared {
	out := new(Declared)
	for _, f := range d.Funcs {
		if isLocked(f.Func) {
			out.Funcs = append(out.Funcs, &FuncDecl{Func: f.Func, Locked: true, Form: Suffix, Pos: f.Func.Pos()})
		}
	}
	return out
}

// Name returns p as people write it where its root needs no mention.
func (p Path) Name() string {
	var parts []string
	switch p.Root {
	case Variable:
		parts = append(parts, p.Global.Name())
	case Some:
		parts = append(parts, p.Owner.Name())
	}
	for _, f := range p.Fields {
		parts = append(parts, f.Name())
	}
	return strings.Join(parts, ".")
}
