package declared

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"github.com/concurlint/concurlint/internal/spell"
	"github.com/concurlint/concurlint/passes/locks"
)

// A frame is where a comment stands: it tells what names mean there.
type frame struct {
	r       *reader
	structs []types.Type    // the struct of the comment and those around it, from the inside
	owner   *types.TypeName // the type that the outermost struct is, if it has a name
	fn      *types.Func     // the function of the comment
}

// inside returns the frame of a struct type that is in that of f.
func (f *frame) inside(t types.Type) *frame {
	g := *f
	g.structs = append([]types.Type{t}, f.structs...)
	return &g
}

// lock returns the lock that a name, with dots, stands for.
func (f *frame) lock(name string) (Path, bool) {
	p, t, ok := f.find(strings.Split(name, "."))
	if !ok {
		return Path{}, false
	}
	return p, p.toLock(t)
}

// find returns the variable that a name stands for, and its type.
func (f *frame) find(name []string) (Path, types.Type, bool) {
	if slices.Contains(name, "") {
		return Path{}, nil, false
	}
	for _, look := range [...]func([]string) (Path, types.Type, bool){f.inParams, f.inStructs, f.inOwner, f.inPackage, f.inImports} {
		if p, t, ok := look(name); ok {
			return p, t, true
		}
	}
	return Path{}, nil, false
}

// inParams finds names that begin with a parameter, the receiver or a result of
// the function, or with a field of the receiver.
func (f *frame) inParams(name []string) (Path, types.Type, bool) {
	if f.fn == nil {
		return Path{}, nil, false
	}
	params := parameters(f.fn)
	for i, v := range params {
		if v.Name() == name[0] {
			return f.walk(Path{Root: Parameter, Param: i}, v.Type(), name[1:])
		}
	}
	results := f.fn.Signature().Results()
	for i := range results.Len() {
		if v := results.At(i); v.Name() == name[0] {
			return f.walk(Path{Root: Returned, Param: i}, v.Type(), name[1:])
		}
	}
	if f.fn.Signature().Recv() != nil {
		return f.walk(Path{Root: Parameter}, params[0].Type(), name)
	}
	return Path{}, nil, false
}

// parameters returns the receiver and the parameters of fn.
func parameters(fn *types.Func) []*types.Var {
	var params []*types.Var
	sig := fn.Signature()
	if sig.Recv() != nil {
		params = append(params, sig.Recv())
	}
	for v := range sig.Params().Variables() {
		params = append(params, v)
	}
	return params
}

// inStructs finds names that begin with a field of the struct at hand or of one
// around it.
func (f *frame) inStructs(name []string) (Path, types.Type, bool) {
	for i, s := range f.structs {
		if p, t, ok := f.walk(inner(i), s, name); ok {
			return p, t, true
		}
	}
	return Path{}, nil, false
}

// inner returns the path that begins outer structs further out.
func inner(outer int) Path {
	if outer == 0 {
		return Path{Root: Sibling}
	}
	return Path{Root: Surrounding, Outer: outer}
}

// inOwner finds names that begin with a type or with what the methods of the
// type at hand call their receiver.
func (f *frame) inOwner(name []string) (Path, types.Type, bool) {
	if len(name) < 2 {
		return Path{}, nil, false
	}
	if n := len(f.structs); n > 0 && f.owner != nil && (strings.EqualFold(name[0], f.owner.Name()) || f.r.isReceiver(f.owner, name[0])) {
		return f.walk(inner(n-1), f.structs[n-1], name[1:])
	}
	owner, ok := f.r.pass.Pkg.Scope().Lookup(name[0]).(*types.TypeName)
	if !ok {
		return Path{}, nil, false
	}
	if f.fn != nil {
		if i := f.only(owner); i >= 0 {
			return f.walk(Path{Root: Parameter, Param: i}, owner.Type(), name[1:])
		}
	}
	return f.walk(Path{Root: Some, Owner: owner}, owner.Type(), name[1:])
}

// only returns the index of the only parameter of a type or of pointers to it,
// or -1.
func (f *frame) only(owner *types.TypeName) int {
	index := -1
	for i, v := range parameters(f.fn) {
		if namedOf(v.Type()) != owner {
			continue
		}
		if index >= 0 {
			return -1
		}
		index = i
	}
	return index
}

// namedOf returns the name of type t, or of what it points to, or nil.
func namedOf(t types.Type) *types.TypeName {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	if n, ok := types.Unalias(t).(*types.Named); ok {
		return n.Obj()
	}
	return nil
}

// isReceiver reports whether a method of the type calls its receiver name.
func (r *reader) isReceiver(owner *types.TypeName, name string) bool {
	if r.receivers == nil {
		r.receivers = make(map[*types.TypeName][]string)
		for _, f := range r.pass.Files {
			for _, d := range f.Decls {
				d, ok := d.(*ast.FuncDecl)
				if !ok || d.Recv == nil || len(d.Recv.List) != 1 || len(d.Recv.List[0].Names) != 1 {
					continue
				}
				if fn, ok := r.pass.TypesInfo.Defs[d.Name].(*types.Func); ok {
					owner := namedOf(fn.Signature().Recv().Type())
					r.receivers[owner] = append(r.receivers[owner], d.Recv.List[0].Names[0].Name)
				}
			}
		}
	}
	return slices.Contains(r.receivers[owner], name)
}

// inPackage finds names that begin with a package variable.
func (f *frame) inPackage(name []string) (Path, types.Type, bool) {
	if v, ok := f.r.pass.Pkg.Scope().Lookup(name[0]).(*types.Var); ok {
		return f.walk(Path{Root: Variable, Global: v}, v.Type(), name[1:])
	}
	return Path{}, nil, false
}

// inImports finds names that begin with an imported package.
func (f *frame) inImports(name []string) (Path, types.Type, bool) {
	if len(name) < 2 {
		return Path{}, nil, false
	}
	for _, spec := range f.r.file.Imports {
		imported := f.r.pass.TypesInfo.PkgNameOf(spec)
		if imported == nil || imported.Name() != name[0] {
			continue
		}
		switch obj := imported.Imported().Scope().Lookup(name[1]).(type) {
		case *types.Var:
			return f.walk(Path{Root: Variable, Global: obj}, obj.Type(), name[2:])
		case *types.TypeName:
			return f.walk(Path{Root: Some, Owner: obj}, obj.Type(), name[2:])
		}
	}
	return Path{}, nil, false
}

// walk follows fields with the given names from p, a path to something of type t.
func (f *frame) walk(p Path, t types.Type, names []string) (Path, types.Type, bool) {
	for _, name := range names {
		obj, index, _ := types.LookupFieldOrMethod(t, true, f.r.pass.Pkg, name)
		if s := structOf(t); obj == nil && s != nil {
			// A field that is not exported may be in another package.
			for e := range s.Fields() {
				if n := namedOf(e.Type()); obj == nil && e.Embedded() && n != nil && !isLock(e.Type()) {
					obj, index, _ = types.LookupFieldOrMethod(t, true, n.Pkg(), name)
				}
			}
			if n := namedOf(t); obj == nil && n != nil {
				obj, index, _ = types.LookupFieldOrMethod(t, true, n.Pkg(), name)
			}
		}
		v, ok := obj.(*types.Var)
		if !ok {
			return Path{}, nil, false
		}
		p.follow(t, index)
		t = v.Type()
	}
	return p, t, true
}

// follow extends p, a path to something of type t, by the fields at index.
func (p *Path) follow(t types.Type, index []int) {
	p.Fields = slices.Clip(p.Fields)
	for _, i := range index {
		v := structOf(t).Field(i)
		p.Fields = append(p.Fields, v.Origin())
		t = v.Type()
	}
}

// structOf returns the struct that t is or points to, or nil.
func structOf(t types.Type) *types.Struct {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	s, _ := t.Underlying().(*types.Struct)
	return s
}

// isLock reports whether t is a lock, an interface of one, or a pointer to one.
func isLock(t types.Type) bool {
	return locks.IsLock(t) || !types.IsInterface(t) && locks.IsLock(types.NewPointer(t))
}

// toLock extends p, a path to something of type t, to the lock that t is or
// embeds, if it does.
func (p *Path) toLock(t types.Type) bool {
	if !isLock(t) {
		return false
	}
	_, index, _ := types.LookupFieldOrMethod(t, true, nil, "Lock")
	p.follow(t, index[:len(index)-1])
	return true
}

// mainLock returns the lock that "the lock" of something of type t is, p being
// the path to it: its only one, or the one that has no name of its own.
func (f *frame) mainLock(p Path, t types.Type) (Path, bool) {
	if isLock(t) {
		return p, p.toLock(t)
	}
	s := structOf(t)
	if s == nil {
		return Path{}, false
	}
	var all, plain []int
	for i := range s.NumFields() {
		if v := s.Field(i); isLock(v.Type()) {
			all = append(all, i)
			switch v.Name() {
			case "mu", "lock", "mutex", "mtx", "Mutex", "RWMutex":
				plain = append(plain, i)
			}
		}
	}
	if len(all) != 1 {
		all = plain
	}
	if len(all) != 1 {
		return Path{}, false
	}
	p.follow(t, all)
	return p, p.toLock(s.Field(all[0]).Type())
}

// own returns the main lock of the receiver, or of the struct at hand.
func (f *frame) own() (Path, bool) {
	switch {
	case f.fn != nil && f.fn.Signature().Recv() != nil:
		return f.mainLock(Path{Root: Parameter}, f.fn.Signature().Recv().Type())
	case len(f.structs) > 0:
		return f.mainLock(Path{Root: Sibling}, f.structs[0])
	}
	return Path{}, false
}

// of returns the main lock of what word names before "lock": a parameter or its
// type. It reports whether there is such a thing, and whether it has a main lock.
func (f *frame) of(word string) (p Path, named, ok bool) {
	if f.fn == nil {
		return Path{}, false, false
	}
	params := parameters(f.fn)
	i := slices.IndexFunc(params, func(v *types.Var) bool { return v.Name() == word })
	if i < 0 {
		i = slices.IndexFunc(params, func(v *types.Var) bool {
			owner := namedOf(v.Type())
			return owner != nil && strings.EqualFold(word, owner.Name())
		})
	}
	if i < 0 || structOf(params[i].Type()) == nil {
		return Path{}, false, false
	}
	p, ok = f.mainLock(Path{Root: Parameter, Param: i}, params[i].Type())
	return p, true, ok
}

// noLock returns what is wrong with a name that stands for no lock.
func (f *frame) noLock(name string) string {
	if _, _, ok := f.find(strings.Split(name, ".")); ok {
		return name + " is not a lock"
	}
	message := "there is no lock " + name + " here"
	if near := spell.Nearest(name, f.known()); near != "" {
		message += ": did you mean " + near + "?"
	}
	return message
}

// known returns names of locks that a comment in f may use.
func (f *frame) known() []string {
	var names []string
	add := func(prefix string, t types.Type) {
		if s := structOf(t); s != nil {
			for v := range s.Fields() {
				if isLock(v.Type()) {
					names = append(names, prefix+v.Name())
				}
			}
		}
	}
	for _, s := range f.structs {
		add("", s)
	}
	if f.fn != nil {
		for _, v := range parameters(f.fn) {
			add(v.Name()+".", v.Type())
		}
	}
	scope := f.r.pass.Pkg.Scope()
	for _, name := range scope.Names() {
		if v, ok := scope.Lookup(name).(*types.Var); ok && isLock(v.Type()) {
			names = append(names, name)
		}
	}
	return names
}

// guardsItself reports whether values of type t need no lock: locks, atomics,
// channels and the other types of package sync.
func guardsItself(t types.Type) bool {
	if isLock(t) {
		return true
	}
	if _, ok := t.Underlying().(*types.Chan); ok {
		return true
	}
	name := namedOf(t)
	if name == nil || name.Pkg() == nil {
		return false
	}
	switch path := name.Pkg().Path(); path {
	case "sync", "sync/atomic":
		return true
	default:
		return path[strings.LastIndex(path, "/")+1:] == "atomicbitops" || path == "go.uber.org/atomic"
	}
}
