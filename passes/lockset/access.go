package lockset

import (
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/known"
	"github.com/concurlint/concurlint/passes/locks"
)

// An Access is a place where code reads or writes a field or a package variable,
// or what it contains: the elements of its array, slice or map, the fields of
// its struct.
type Access struct {
	// Instr is the instruction that reads or writes.
	Instr ssa.Instruction
	// Var is the field, or the package variable.
	Var *types.Var
	// Addr is the address of the field or variable.
	Addr ssa.Value
	// Base is the address of the struct that has the field; nil for variables.
	Base ssa.Value
	// Write reports whether the access changes what is there.
	Write bool
	// Calls reports whether the access is a call of a method that gets the
	// address, and may or may not change what is there.
	Calls bool
	// Atomic reports whether a function of sync/atomic makes the access.
	Atomic bool
	// Part is the path from the field or variable to the part that is accessed:
	// ".n", "[1]", or "[*]" for an element with a computed index. Elem reports
	// whether it is an element of the slice that is there, not of an array.
	Part string
	Elem bool
	// Pos is that of the field's or variable's name; it may be unknown for
	// variables.
	Pos token.Pos
}

// A Visit is a state in which an access, a call or another operation that a
// pass asks about is reached.
type Visit struct {
	Instr ssa.Instruction
	// Access is the access that Instr makes; nil for calls.
	Access *Access
	// At is the location that is accessed: the field's or variable's address.
	At *locks.Term
	// Callee is the called function, one of the package, and Args its
	// arguments, as far as they are known; see also [Machine.ArgsOf]. It is nil
	// for calls of functions that are not known; these are visited only where
	// locks are held.
	Callee *ssa.Function
	Args   []*locks.Term
	// Foreign is the called function if it is one of another package, outside
	// of the standard library.
	Foreign *types.Func
	// Wait is set where Instr waits while locks are held; see [Waits].
	Wait bool
	// Locks is what is known of locks there; nothing is known of others.
	Locks []Lock
	// Joined reports whether paths with different locksets were joined.
	Joined bool
	// Inner reports whether the call is in a literal that the function runs in
	// place.
	Inner bool

	argsLater bool // Args are not set, see ArgsOf
}

// accesses finds the accesses in fn, in the order of its code.
func (m *Machine) accesses(fn *ssa.Function) []*Access {
	var out []*Access
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.FieldAddr:
				f := fieldOf(instr.X.Type(), instr.Field)
				if !part(instr) && m.mayBeGuarded(f, instr.X.Type()) {
					out = addAccesses(out, Access{Var: f, Addr: instr, Base: instr.X, Pos: instr.Pos()}, instr, 0)
				}
			default:
				var buf [8]*ssa.Value
				for _, op := range instr.Operands(buf[:0]) {
					g, ok := (*op).(*ssa.Global)
					if !ok {
						continue
					}
					v, ok := g.Object().(*types.Var)
					if !ok || guardsItself(v.Type()) || containsLock(v.Type()) {
						continue
					}
					if g.Pkg == m.IR.SSA && (m.IR.Assigned[g] || hasElements(v.Type())) || g.Pkg != m.IR.SSA && !known.Std(v.Pkg().Path()) {
						out = addUse(out, Access{Var: v, Addr: g}, g, instr, 0)
					}
				}
			}
		}
	}
	return out
}

// hasElements reports whether a variable of type t refers to elements that may
// change without the variable.
func hasElements(t types.Type) bool {
	switch t.Underlying().(type) {
	case *types.Map, *types.Slice:
		return true
	}
	return false
}

// part reports whether addr is the address of a field of a struct that is itself
// the value of a field: then the latter is what is guarded, unless it is embedded
// or contains a lock of its own.
func part(addr *ssa.FieldAddr) bool {
	outer, ok := addr.X.(*ssa.FieldAddr)
	if !ok {
		return false
	}
	f := fieldOf(outer.X.Type(), outer.Field)
	return !f.Embedded() && !containsLock(f.Type())
}

// containsLock reports whether t is a lock, or a struct that has one as a field.
func containsLock(t types.Type) bool {
	if locks.IsLock(types.NewPointer(t)) {
		return true
	}
	s, ok := t.Underlying().(*types.Struct)
	if !ok {
		return false
	}
	for i := range s.NumFields() {
		if f := s.Field(i).Type(); locks.IsLock(types.NewPointer(f)) || locks.IsLock(f) {
			return true
		}
	}
	return false
}

// mayBeGuarded reports whether field f of the struct that t points to is data
// that a lock may guard. Of the structs of other packages, only those that
// contain a lock are of interest, and words that may be used atomically.
func (m *Machine) mayBeGuarded(f *types.Var, t types.Type) bool {
	if guardsItself(f.Type()) || containsLock(f.Type()) {
		return false
	}
	if f.Pkg() == m.IR.SSA.Pkg {
		return true
	}
	if !f.Exported() {
		return false
	}
	p, ok := t.Underlying().(*types.Pointer)
	if !ok {
		return false
	}
	return containsLock(p.Elem()) || isWord(f.Type()) && !known.Std(f.Pkg().Path())
}

// isWord reports whether the functions of sync/atomic are for values of type t.
func isWord(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsInteger != 0
}

// guardsItself reports whether values of type t may be used by several
// goroutines without a lock: channels, and the types of sync and sync/atomic.
func guardsItself(t types.Type) bool {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		// The pointer itself is data, but one to a lock is seldom changed.
		if n, ok := types.Unalias(p.Elem()).(*types.Named); ok && n.Obj().Pkg() != nil {
			return isSyncPackage(n.Obj().Pkg().Path())
		}
		return false
	}
	if _, ok := t.Underlying().(*types.Chan); ok {
		return true
	}
	if n, ok := types.Unalias(t).(*types.Named); ok && n.Obj().Pkg() != nil && isSyncPackage(n.Obj().Pkg().Path()) {
		return true
	}
	return locks.IsLock(types.NewPointer(t)) || locks.IsLock(t)
}

func isSyncPackage(path string) bool { return path == "sync" || path == "sync/atomic" }

// addAccesses appends to out the accesses through addr, the address of what a
// accesses or of a part of it.
func addAccesses(out []*Access, a Access, addr ssa.Value, depth int) []*Access {
	for _, ref := range *addr.Referrers() {
		out = addUse(out, a, addr, ref, depth)
	}
	return out
}

// maxParts bounds the steps from a field to a part of its value.
const maxParts = 6

// addUse appends to out what instr does to the memory at addr.
func addUse(out []*Access, a Access, addr ssa.Value, instr ssa.Instruction, depth int) []*Access {
	if depth > maxParts {
		return out
	}
	access := func(write bool) *Access {
		n := a
		n.Instr, n.Write = instr, write
		out = append(out, &n)
		return &n
	}
	switch instr := instr.(type) {
	case *ssa.UnOp:
		if instr.Op != token.MUL || instr.X != addr {
			return out
		}
		access(loadsToWrite(instr, depth))
		if _, ok := instr.Type().Underlying().(*types.Slice); ok {
			a.Part, a.Elem = a.Part+"[*]", true
			for _, ref := range *instr.Referrers() {
				if elem, ok := ref.(*ssa.IndexAddr); ok {
					out = addAccesses(out, a, elem, depth+1)
				}
			}
		}
	case *ssa.Store:
		if instr.Addr == addr {
			access(true)
		}
	case *ssa.FieldAddr:
		if instr.X == addr && part(instr) {
			if guardsItself(fieldOf(instr.X.Type(), instr.Field).Type()) {
				return out
			}
			a.Pos = instr.Pos()
			a.Part += "." + fieldOf(instr.X.Type(), instr.Field).Name()
			out = addAccesses(out, a, instr, depth+1)
		}
	case *ssa.IndexAddr:
		if instr.X == addr {
			a.Part += index(instr.Index)
			out = addAccesses(out, a, instr, depth+1)
		}
	case *ssa.Slice:
		if instr.X == addr {
			access(false)
		}
	case *ssa.MakeInterface:
		for _, ref := range *instr.Referrers() {
			if call, ok := ref.(*ssa.Call); ok && known.Rearranges(locks.CalleeOf(&call.Call, call.Call.Value).Func) {
				n := *access(true)
				n.Instr = call
				out[len(out)-1] = &n
			}
		}
	case ssa.CallInstruction:
		common := instr.Common()
		callee := locks.CalleeOf(common, common.Value)
		if callee.Body != nil {
			for i, arg := range callee.Args {
				if arg == addr && i < len(callee.Body.Params) && atomicallyUsed(callee.Body.Params[i]) {
					access(true).Atomic = true
				}
			}
		}
		if common.IsInvoke() || len(common.Args) == 0 || common.Args[0] != addr {
			return out
		}
		switch {
		case IsAtomic(callee.Func):
			access(!strings.HasPrefix(callee.Func.Name(), "Load")).Atomic = true
		case callee.Func == nil || callee.Func.Signature().Recv() == nil:
		case callee.Body != nil:
			access(storesTo(callee.Body, callee.Body.Params[0]))
		default:
			// The methods of the mutable types of std do what their names say.
			// What those of others do is unknown.
			access(false).Calls = callee.Func.Pkg() != nil && known.Std(callee.Func.Pkg().Path()) && !known.Reads(callee.Func)
		}
	}
	return out
}

// index returns how a [Access.Part] writes an index.
func index(v ssa.Value) string {
	if c, ok := v.(*ssa.Const); ok && c.Value != nil {
		return "[" + c.Value.ExactString() + "]"
	}
	return "[*]"
}

// IsAtomic reports whether fn is a function, not a method, of sync/atomic.
func IsAtomic(fn *types.Func) bool {
	return fn != nil && fn.Pkg() != nil && fn.Pkg().Path() == "sync/atomic" && fn.Signature().Recv() == nil
}

// atomicallyUsed reports whether a function uses what its parameter p points to
// with the functions of sync/atomic only.
func atomicallyUsed(p *ssa.Parameter) bool {
	found := false
	for _, ref := range *p.Referrers() {
		switch ref := ref.(type) {
		case ssa.CallInstruction:
			if !IsAtomic(locks.CalleeOf(ref.Common(), ref.Common().Value).Func) {
				return false
			}
			found = true
		case *ssa.DebugRef:
		default:
			return false
		}
	}
	return found
}

// storesTo reports whether fn itself stores to the memory at p or to a part of
// it.
func storesTo(fn *ssa.Function, p ssa.Value) bool {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			var addr ssa.Value
			switch instr := instr.(type) {
			case *ssa.Store:
				addr = instr.Addr
			case *ssa.MapUpdate:
				addr = instr.Map
			}
			for addr != nil {
				if addr == p {
					return true
				}
				addr = container(addr)
			}
		}
	}
	return false
}

// container returns what v is a part or the content of, or nil.
func container(v ssa.Value) ssa.Value {
	switch v := v.(type) {
	case *ssa.FieldAddr:
		return v.X
	case *ssa.IndexAddr:
		return v.X
	case *ssa.UnOp:
		if v.Op == token.MUL {
			return v.X
		}
	}
	return nil
}

// loadsToWrite reports whether the map, slice or pointer to an array that load
// loads is changed right away: an element is assigned or deleted.
func loadsToWrite(load ssa.Value, depth int) bool {
	if !hasElements(load.Type()) {
		return false
	}
	for _, ref := range *load.Referrers() {
		switch ref := ref.(type) {
		case *ssa.MapUpdate:
			if ref.Map == load {
				return true
			}
		case *ssa.IndexAddr:
			if ref.X == load && assigned(ref, depth) {
				return true
			}
		case *ssa.Call:
			if b, ok := ref.Call.Value.(*ssa.Builtin); ok && ref.Call.Args[0] == load {
				switch b.Name() {
				case "delete", "clear", "copy":
					return true
				}
			}
		}
	}
	return false
}

// assigned reports whether the element at addr, or a part of it, is assigned.
func assigned(addr ssa.Value, depth int) bool {
	if depth > maxParts {
		return false
	}
	for _, ref := range *addr.Referrers() {
		switch ref := ref.(type) {
		case *ssa.Store:
			if ref.Addr == addr {
				return true
			}
		case *ssa.FieldAddr:
			if ref.X == addr && assigned(ref, depth+1) {
				return true
			}
		case *ssa.IndexAddr:
			if ref.X == addr && assigned(ref, depth+1) {
				return true
			}
		}
	}
	return false
}

// Accesses returns the accesses of fn, in the order of its code.
func (m *Machine) Accesses(fn *ssa.Function) []*Access {
	if a, ok := m.access[fn]; ok {
		return a
	}
	a := m.accesses(fn)
	m.access[fn] = a
	return a
}

// foreign returns the called function if it is one of another package, outside of
// the standard library.
func foreign(common *ssa.CallCommon, pkg *types.Package) *types.Func {
	fn := locks.CalleeOf(common, common.Value).Func
	if fn == nil || common.IsInvoke() || fn.Pkg() == nil || fn.Pkg() == pkg || known.Std(fn.Pkg().Path()) {
		return nil
	}
	return fn
}

// visited reports whether instr is a call of a function whose code is at hand,
// which may have a fact, or which is not known.
func (m *Machine) visited(instr ssa.Instruction) bool {
	call, ok := instr.(*ssa.Call)
	if !ok {
		return Waits(instr)
	}
	callee := locks.CalleeOf(&call.Call, call.Call.Value)
	if Waits(instr) {
		return true
	}
	if call.Call.IsInvoke() || callee.Func == nil {
		_, builtin := call.Call.Value.(*ssa.Builtin)
		return !builtin
	}
	return callee.Body != nil || foreign(&call.Call, m.IR.SSA.Pkg) != nil
}

// visits reports whether fn accesses data, or calls functions of the package that
// may.
func (m *Machine) visits(fn *ssa.Function) bool {
	if m.counting() {
		return false
	}
	if len(m.Accesses(fn)) > 0 {
		return true
	}
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			if call, ok := instr.(*ssa.Call); ok && locks.CalleeOf(&call.Call, call.Call.Value).Body != nil {
				return true
			}
		}
	}
	return false
}

// Waits reports whether instr waits for another goroutine, other than for a lock: a
// channel operation that may block, or a call that waits for goroutines to end or
// for a condition.
func Waits(instr ssa.Instruction) bool {
	switch instr := instr.(type) {
	case *ssa.Send:
		return true
	case *ssa.UnOp:
		return instr.Op == token.ARROW
	case *ssa.Select:
		return instr.Blocking
	case *ssa.Call:
		callee := locks.CalleeOf(&instr.Call, instr.Call.Value)
		op, ok := locks.OpOf(callee.Func)
		return known.Joins(callee.Func) || ok && op.Action == locks.Wait
	}
	return false
}

// visit records that st reaches instr: its accesses, or a call that changes no
// state.
func (x *run) visit(st *State, c coded) {
	instr := c.instr
	if Waits(instr) {
		if st.holds() {
			x.visits = append(x.visits, Visit{Instr: instr, Wait: true, Locks: st.locks, Joined: st.joined, Inner: len(x.frames) > 1})
		}
		return
	}
	if call, ok := instr.(*ssa.Call); ok && !c.run {
		p := x.prepareCall(st, &call.Call)
		x.visitCall(st, call, p.callee.Body, p.args)
	}
	if len(x.frames) > 1 {
		return // visited when the literal is run by itself
	}
	for _, a := range x.tree.accesses[instr] {
		x.visits = append(x.visits, Visit{Instr: instr, Access: a, At: x.m.eval(st, a.Addr), Locks: st.locks, Joined: st.joined})
	}
}

// visitCall records that st reaches a call of a function of the package.
func (x *run) visitCall(st *State, instr ssa.CallInstruction, callee *ssa.Function, args []*locks.Term) {
	if !x.record || x.m.counting() {
		return
	}
	v := Visit{Instr: instr, Callee: callee, Args: args, Locks: st.locks, Joined: st.joined, Inner: len(x.frames) > 1}
	if callee == nil {
		v.Foreign = foreign(instr.Common(), x.m.IR.SSA.Pkg)
	}
	dynamic := func() bool {
		_, builtin := instr.Common().Value.(*ssa.Builtin)
		return !builtin && (instr.Common().IsInvoke() || locks.CalleeOf(instr.Common(), instr.Common().Value).Func == nil) && st.holds()
	}
	if callee != nil || v.Foreign != nil || dynamic() {
		x.visits = append(x.visits, v)
	}
}

// holds reports whether s holds a lock.
func (s *State) holds() bool {
	return slices.ContainsFunc(s.locks, func(l Lock) bool { return l.Status == Held })
}

// Targets returns functions that the call of a function value may reach, if it is
// loaded from a field or package variable: those that the package puts there, if
// they are few.
func (m *Machine) Targets(common *ssa.CallCommon) []*ssa.Function {
	var out []*ssa.Function
	stores, _ := m.targets(common)
	for _, s := range stores {
		v, ok := s.Func.Val.(ssa.Value)
		if !ok {
			return nil
		}
		if body := locks.CalleeOf(&ssa.CallCommon{Value: v}, v).Body; body != nil {
			out = append(out, body)
		}
	}
	return out
}

// targets does the work of Targets. Owner is the struct that the field belongs to.
func (m *Machine) targets(common *ssa.CallCommon) (stores []Store, owner *locks.Term) {
	t := m.Eval(common.Value)
	if common.IsInvoke() || t.Kind != locks.Deref {
		return nil, nil
	}
	return m.Known(cellOf(t.X)), t.X.X
}

// Roles tells which objects have the functions that the call of a function value may
// reach: those that are loaded from the given fields. Owner is the object that has the
// value that is called. There are none if nothing is known.
func (m *Machine) Roles(common *ssa.CallCommon) (owner *locks.Term, from []*types.Var) {
	stores, owner := m.targets(common)
	for _, s := range stores {
		if s.From == nil {
			return nil, nil
		}
		from = append(from, s.From)
	}
	return owner, from
}

// ArgsOf returns the arguments of the call that v visits, those of visits that
// [Machine.Visits] returns included.
func (m *Machine) ArgsOf(v *Visit) []*locks.Term {
	if v.argsLater {
		v.argsLater = false
		common := v.Instr.(ssa.CallInstruction).Common()
		for _, arg := range locks.CalleeOf(common, common.Value).Args {
			v.Args = append(v.Args, m.Eval(arg))
		}
	}
	return v.Args
}

// Visits returns the accesses and calls in fn's own code as they are reached
// without any knowledge of locks. It is for functions that have nothing to do
// with them. It leaves the arguments of calls to [Machine.ArgsOf].
func (m *Machine) Visits(fn *ssa.Function) []Visit {
	var out []Visit
	st := new(State)
	for _, a := range m.Accesses(fn) {
		out = append(out, Visit{Instr: a.Instr, Access: a, At: m.eval(st, a.Addr)})
	}
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			call, ok := instr.(ssa.CallInstruction)
			if !ok {
				continue
			}
			if _, spawned := call.(*ssa.Go); spawned {
				continue
			}
			callee := locks.CalleeOf(call.Common(), call.Common().Value)
			if call.Common().IsInvoke() {
				callee.Body = m.Method(call.Common())
			}
			if f := foreign(call.Common(), m.IR.SSA.Pkg); callee.Body != nil || f != nil {
				v := Visit{Instr: call, Callee: callee.Body}
				if callee.Body == nil {
					v.Foreign = f
				}
				v.argsLater = len(callee.Args) > 0
				out = append(out, v)
			}
			if known.UseOf(callee.Func) == known.Calls {
				for _, a := range callee.Args {
					if lit := literalOf(m.eval(st, a)); lit != nil {
						out = append(out, Visit{Instr: call, Callee: lit})
					}
				}
			}
		}
	}
	return out
}
