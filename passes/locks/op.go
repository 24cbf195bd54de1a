package locks

import (
	"go/types"

	"golang.org/x/tools/go/ssa"
)

// A Mode is how a lock is held.
type Mode uint8

const (
	Write Mode = iota // exclusively: Lock
	Read              // shared: RLock
)

// An Action is what an operation does to its lock.
type Action uint8

const (
	None    Action = iota
	Acquire        // Lock, RLock: waits until the lock is held
	Try            // TryLock, TryRLock: the lock is held if the result is true
	Release        // Unlock, RUnlock
	Wait           // (*sync.Cond).Wait: releases and retakes the condition's lock
)

// An Op is an operation on a lock.
type Op struct {
	Action Action
	Mode   Mode
	// Sync reports whether the lock is a type of package sync, whose
	// behaviour the language documents. Other locks are taken for locks
	// because they implement [sync.Locker]; they may be more permissive.
	Sync bool
	// Resource says what is acquired or released.
	Resource Resource
	// Weight is the argument, the receiver being 0, that says how many units of
	// a counted resource are meant; 0 stands for one unit.
	Weight int
	// Errs reports whether a Try tells by a nil error, rather than by true, that
	// it has succeeded.
	Errs bool
}

// Undo returns the name of the method that releases what op acquires.
func (op Op) Undo() string { return op.Mode.Undo() }

// Undo returns the name of the method that releases a lock held in mode m.
func (m Mode) Undo() string {
	if m == Read {
		return "RUnlock"
	}
	return "Unlock"
}

var lockMethods = map[string]Op{
	"Lock":     {Action: Acquire},
	"RLock":    {Action: Acquire, Mode: Read},
	"TryLock":  {Action: Try},
	"TryRLock": {Action: Try, Mode: Read},
	"Unlock":   {Action: Release},
	"RUnlock":  {Action: Release, Mode: Read},
}

// OpOf returns what a call of fn does to its receiver, if fn is a method of a
// lock: a sync.Mutex, a sync.RWMutex, a sync.Cond, a sync.Locker, or any other
// type that has the methods of one.
func OpOf(fn *types.Func) (Op, bool) {
	if fn == nil {
		return Op{}, false
	}
	recv := fn.Signature().Recv()
	if recv == nil {
		return Op{}, false
	}
	inSync := fn.Pkg() != nil && fn.Pkg().Path() == "sync"
	if inSync && fn.Name() == "Wait" && isNamed(recv.Type(), "Cond") {
		return Op{Action: Wait, Sync: true}, true
	}
	op, ok := lockMethods[fn.Name()]
	if !ok || !plain(fn.Signature(), op.Action) {
		return Op{}, false
	}
	if inSync {
		// rlocker is what RLocker returns; its methods run on the RWMutex.
		op.Sync = isNamed(recv.Type(), "Mutex") || isNamed(recv.Type(), "RWMutex") || isNamed(recv.Type(), "Locker")
		return op, op.Sync
	}
	return op, isLocker(recv.Type(), op.Mode)
}

// Methods returns the methods that acquire and release a lock of a type outside
// package sync, one of whose methods fn is.
func Methods(fn *types.Func) []*types.Func {
	recv := fn.Signature().Recv()
	if recv == nil {
		return nil
	}
	var out []*types.Func
	for _, name := range [...]string{"Lock", "Unlock", "RLock", "RUnlock"} {
		obj, _, _ := types.LookupFieldOrMethod(recv.Type(), true, fn.Pkg(), name)
		method, ok := obj.(*types.Func)
		if !ok {
			continue
		}
		method = method.Origin()
		if op, ok := OpOf(method); ok && !op.Sync {
			out = append(out, method)
		}
	}
	return out
}

// plain reports whether sig is that of a method of a lock: no parameters, and
// no result or, for Try, one boolean.
func plain(sig *types.Signature, a Action) bool {
	if sig.Params().Len() > 0 {
		return false
	}
	if a != Try {
		return sig.Results().Len() == 0
	}
	if sig.Results().Len() != 1 {
		return false
	}
	b, ok := sig.Results().At(0).Type().Underlying().(*types.Basic)
	return ok && b.Kind() == types.Bool
}

// isLocker reports whether t has both methods of sync.Locker or, in read mode,
// their counterparts for readers.
func isLocker(t types.Type, m Mode) bool {
	want := [2]string{"Lock", "Unlock"}
	if m == Read {
		want = [2]string{"RLock", "RUnlock"}
	}
	if !hasMethods(t) {
		return false
	}
	for _, name := range want {
		obj, _, _ := types.LookupFieldOrMethod(t, true, nil, name)
		fn, ok := obj.(*types.Func)
		if !ok || !plain(fn.Signature(), None) {
			return false
		}
	}
	return true
}

// hasMethods reports whether t, or what it points to, may have methods. It saves
// the search for them in most types.
func hasMethods(t types.Type) bool {
	t = types.Unalias(t)
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	if n, ok := t.(*types.Named); ok {
		if n.NumMethods() > 0 {
			return true
		}
	} else if _, ok := t.(*types.TypeParam); ok {
		return true
	}
	switch u := t.Underlying().(type) {
	case *types.Struct:
		for f := range u.Fields() {
			if f.Embedded() {
				return true
			}
		}
	case *types.Interface:
		return true
	}
	return false
}

// IsLock reports whether t is a pointer to a lock, or an interface of one.
func IsLock(t types.Type) bool { return isLocker(t, Write) }

func isNamed(t types.Type, name string) bool {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	n, ok := types.Unalias(t).(*types.Named)
	return ok && n.Obj().Name() == name
}

// IsSync reports whether t, or what it points to, is the named type of package
// sync.
func IsSync(t types.Type, name string) bool {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	n, ok := types.Unalias(t).(*types.Named)
	return ok && n.Obj().Name() == name && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == "sync"
}

// A Callee is the target of a call, as far as it is known without following
// values.
type Callee struct {
	// Func is the declared function or method, generic ones uninstantiated.
	// It is nil for function literals, function values and builtins.
	Func *types.Func
	// Body is the function's code: nil if it is in another package or if the
	// call is dynamic.
	Body *ssa.Function
	// Args are the arguments, the receiver first. For calls of an interface
	// method the first is the interface value.
	Args []ssa.Value
}

// CalleeOf resolves the target of a call whose function value is v (for a
// static call, common.Value itself).
func CalleeOf(common *ssa.CallCommon, v ssa.Value) Callee {
	if common.IsInvoke() {
		return Callee{Func: common.Method.Origin(), Args: append([]ssa.Value{common.Value}, common.Args...)}
	}
	args := common.Args
	fn, _ := v.(*ssa.Function)
	if mc, ok := v.(*ssa.MakeClosure); ok {
		fn = mc.Fn.(*ssa.Function)
		if fn.Synthetic != "" && fn.Object() != nil { // bound method: the receiver is captured
			args = append([]ssa.Value{mc.Bindings[0]}, args...)
		}
	}
	if fn == nil {
		return Callee{Args: args}
	}
	c := Callee{Args: args}
	if obj, ok := fn.Object().(*types.Func); ok {
		c.Func = obj.Origin()
	}
	switch {
	case fn.Origin() != nil:
		c.Body = fn.Origin()
	case len(fn.Blocks) == 0: // of another package
	case fn.Synthetic != "" && c.Func != nil && fn.Parent() == nil: // bound method or thunk
		if d := fn.Prog.FuncValue(c.Func); d != nil {
			c.Body = d
		}
	default:
		c.Body = fn
	}
	if c.Body != nil && len(c.Body.Blocks) == 0 {
		c.Body = nil
	}
	return c
}
