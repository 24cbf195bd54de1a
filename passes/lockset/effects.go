package lockset

import (
	"go/token"
	"go/types"
	"reflect"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/known"
	"github.com/concurlint/concurlint/passes/locks"
)

// Effects is the summary of a function: what a call of it does to locks that
// its caller can name. Its terms begin at the function's parameters, at package
// variables, at its results or, for function literals, at variables of the
// enclosing functions.
type Effects struct {
	// Name is how messages call the function.
	Name string
	// End says how the function ends if it never returns.
	End known.End
	// Outcomes are the ways in which the function can return. A function
	// without outcomes that can return changes no lock.
	Outcomes []Outcome
	// Excludes are the locks that it acquires, so that its caller must not hold
	// them.
	Excludes []Exclude
	// Calls are the calls of its function parameters.
	Calls []ParamCall
	// Values are its results, where each is a fixed path from a parameter; nil
	// entries are unknown. Only functions that do nothing else have them.
	Values []*locks.Term
	// Funcs are the effects of calling its results; nil entries are unknown.
	Funcs []*Effects
	// Binds are the fields of new objects that it returns whose values its
	// caller can name.
	Binds []Guard
	// Params are the roots that stand for the function's parameters in the
	// terms above, the receiver first.
	Params []*locks.Term
	// Waits are the locks of the condition variables that it waits on, where its
	// caller must hold the lock whatever the arguments are.
	Waits []*locks.Term
}

// Trivial reports whether a call has no effect that matters here.
func (e *Effects) Trivial() bool {
	return e == nil || e.End == known.Returns && len(e.Outcomes) == 0 && len(e.Excludes) == 0 && len(e.Calls) == 0 &&
		len(e.Values) == 0 && len(e.Funcs) == 0 && len(e.Waits) == 0 && len(e.Binds) == 0
}

// SameEffects reports whether calls of two functions do the same to locks, wherever
// the functions do it.
func SameEffects(a, b *Effects) bool {
	return reflect.DeepEqual(a.anywhere(), b.anywhere())
}

// anywhere returns e without the places of operations.
func (e *Effects) anywhere() *Effects {
	if e == nil {
		return new(Effects)
	}
	n := *e
	n.Outcomes = slices.Clone(e.Outcomes)
	for i, o := range n.Outcomes {
		n.Outcomes[i].Changes = slices.Clone(o.Changes)
		for j := range o.Changes {
			n.Outcomes[i].Changes[j].At = ""
		}
	}
	n.Excludes = slices.Clone(e.Excludes)
	for i := range n.Excludes {
		n.Excludes[i].At, n.Excludes[i].Chain = "", nil
	}
	return &n
}

// An Outcome is one way in which a function returns.
type Outcome struct {
	Changes []Change
	When    []Guard // what its arguments satisfy
	Then    []Guard // what its results satisfy
}

// A Change says what became of a lock between call and return.
type Change struct {
	Term   *locks.Term
	Need   Need
	Status Status // Held or Free
	Mode   locks.Mode
	Doubt  bool // the caller cannot tell whether this change happens
	Sync   bool
	At     string // position of the operation, file:line
	// Weight is how many units of a counted resource were acquired or
	// released, nil if that is not known.
	Weight *locks.Term
	// Resource is what was acquired or released.
	Resource locks.Resource
}

// A Guard says that term T has the constant value V.
type Guard struct{ T, V *locks.Term }

// An Exclude is a lock that a function acquires at a point where it knows
// nothing of the caller's state of it.
type Exclude struct {
	Term  *locks.Term
	Mode  locks.Mode
	Sync  bool
	At    string   // position of the acquisition, file:line
	Chain []string // functions called on the way, the outermost first
	// When lists alternatives: the acquisition happens only if all guards of
	// one of them hold. Empty means: whatever the arguments are.
	When [][]Guard
	// Modal says that it happens only in one mode of an object: a field, other
	// than a flag, has or has not some constant value. Whoever reaches the
	// object through another one may know which mode it is in.
	Modal bool
}

// A ParamCall is a call of a function parameter.
type ParamCall struct {
	Func *locks.Term
	Held []Change // locks that the function holds at the call or has released before it
	At   string
}

// A call is a call whose operands are evaluated.
type call struct {
	callee locks.Callee
	fn     *locks.Term   // value of a dynamic callee, or nil
	args   []*locks.Term // of callee.Args
	common *ssa.CallCommon
	static bool // an interface method whose receiver's type is known
}

// A Site is a place where a lock is acquired or released.
type Site struct {
	// Instr is the call that does it, nil for an operation on a channel.
	Instr ssa.CallInstruction
	At    ssa.Instruction // Instr, or the operation on a channel
	Pos   token.Pos       // of the call's parenthesis or the operator
	Fn    *ssa.Function   // function whose code it is in
	Op    locks.Op
	Expr  string // the lock, as the source writes it
	// Via is set if the operation happens in a callee.
	Via *Via
	num int
}

// A Via says where in a callee an operation happens.
type Via struct {
	Callee string   // as the source writes it
	At     string   // file:line
	Chain  []string // functions between callee and operation
	modal  bool
}

func (s *Site) id() int {
	if s == nil {
		return 0
	}
	return s.num
}

// An EventKind says what an [Event] is.
type EventKind uint8

const (
	Acquired  EventKind = iota // a lock is acquired
	Tried                      // a lock is acquired by TryLock
	Released                   // a lock is released
	Waited                     // Cond.Wait is called
	Exited                     // the function ends
	Again                      // a loop goes round while a lock acquired in it is held
	Called                     // a function value or interface method that the machine cannot resolve is called
	Entrusted                  // other code, which may release it, gets a unit of a counted resource
)

// An EndKind says how a function ends.
type EndKind uint8

const (
	Return    EndKind = iota
	Goexit            // the goroutine ends
	Recovered         // a panic that the function itself recovers
	Panic             // a panic that leaves the function
)

// An Event is something that happens in a state.
type Event struct {
	Kind  EventKind
	Fn    *ssa.Function // the function whose code Instr is in
	Instr ssa.Instruction
	Site  *Site
	Lock  *locks.Term
	Mode  locks.Mode
	Prior *Lock  // what State knows of Lock; nil: nothing
	State *State // before the operation; for Exited, after the deferred calls
	End   EndKind
	// Exit is the instruction at which a deferred operation runs, or nil.
	Exit ssa.Instruction
	// Depth is 0 in the function itself, more in literals called in place.
	Depth int
	// Guards are what the function's own parameters satisfy here.
	Guards []Guard
	// Target is the function term of a Called event.
	Target *locks.Term
	// Values are the results of an Exited event with End Return.
	Values []*locks.Term
	// Weight is how many units of a counted resource a Released event releases.
	Weight *locks.Term
	// Callback reports whether the event is in a function that a callee calls,
	// or in the body of a range-over-func loop.
	Callback bool
}

// A Function is the result of running the machine on one function.
type Function struct {
	Fn      *ssa.Function
	Events  []Event
	Effects *Effects
	// Visits are the accesses and calls in the function's own code, with the
	// states that reach them.
	Visits []Visit
	// Ran reports whether the machine ran the function, so that Visits is
	// complete.
	Ran bool
	// Active reports whether anything happens to locks, or unknown code is
	// called, or the goroutine ends.
	Active bool
	// In are the states in which each block is reached.
	In [][]*State
}

// paramRoots returns the names of fn's parameters.
func paramRoots(n *locks.Names, fn *ssa.Function) []*locks.Term {
	roots := make([]*locks.Term, len(fn.Params))
	for i, p := range fn.Params {
		roots[i] = n.Root(p)
	}
	return roots
}

// displayName returns how messages call a function: T.m or f.
func displayName(fn *types.Func) string {
	if fn == nil {
		return "the function"
	}
	if recv := fn.Signature().Recv(); recv != nil {
		if name := known.NameOf(fn).Recv; name != "" {
			return name + "." + fn.Name()
		}
	}
	return fn.Name()
}
