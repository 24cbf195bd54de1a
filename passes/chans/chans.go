// Package chans defines an Analyzer that tells what a package does with its
// channels, and where that goes wrong: goroutines that block for ever, channels that
// are closed twice.
//
// Channels are told apart as package spawn does. That nobody in the program does
// something to a channel is only said of one that no other code may have.
//
// It reports nothing.
package chans

import (
	"go/types"
	"reflect"
	"slices"
	"sync"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/spawn"
)

// Analyzer tells what a package does with its channels.
var Analyzer = &analysis.Analyzer{
	Name:       "chans",
	Doc:        "tell what a package does with its channels",
	URL:        "https://pkg.go.dev/github.com/concurlint/concurlint/passes/chans",
	Requires:   []*analysis.Analyzer{spawn.Analyzer},
	Run:        run,
	ResultType: reflect.TypeFor[*Result](),
}

// A Role says what an operation does to its channel.
type Role uint8

const (
	Send Role = iota
	Receive
	Close
	Length // len or cap
)

// An Op is an operation on a channel.
type Op struct {
	Role  Role
	Instr ssa.Instruction
	Fn    *ssa.Function
	Chan  ssa.Value
	// Select is the select statement whose case State the operation is, or nil.
	Select *ssa.Select
	State  int
	// Range reports whether a range loop receives.
	Range bool
	// Deferred reports whether the operation, a close, is deferred.
	Deferred bool
}

// Blocking reports whether the operation waits for its partner, and for nothing
// else.
func (op *Op) Blocking() bool { return op.Select == nil }

// A Result tells what a package does with its channels.
type Result struct {
	Spawns *spawn.Result

	pass *analysis.Pass
	once sync.Once
	ir   *ir.Package
	ops  map[*spawn.Object][]*Op
	of   map[ssa.Instruction][]*Op
	list []*spawn.Object // with operations, in source order of their first
	all  []*Op
}

func run(pass *analysis.Pass) (any, error) {
	return &Result{
		Spawns: pass.ResultOf[spawn.Analyzer].(*spawn.Result),
		pass:   pass,
		ops:    make(map[*spawn.Object][]*Op),
		of:     make(map[ssa.Instruction][]*Op),
	}, nil
}

// Ready computes the result, if it is not yet. It must not be called by who has the
// machine for itself.
func (r *Result) Ready() *Result {
	r.once.Do(func() {
		r.Spawns.Ready()
		if r.ir = r.Spawns.IR(); r.ir == nil {
			return
		}
		for _, fn := range r.ir.Funcs {
			for _, b := range fn.Blocks {
				for _, instr := range b.Instrs {
					r.collect(fn, instr)
				}
			}
		}
	})
	return r
}

func (r *Result) add(op *Op) {
	r.all = append(r.all, op)
	r.of[op.Instr] = append(r.of[op.Instr], op)
	for _, o := range r.Spawns.Objects(op.Chan) {
		if r.ops[o] == nil {
			r.list = append(r.list, o)
		}
		r.ops[o] = append(r.ops[o], op)
	}
}

func (r *Result) collect(fn *ssa.Function, instr ssa.Instruction) {
	switch instr := instr.(type) {
	case *ssa.Send:
		r.add(&Op{Role: Send, Instr: instr, Fn: fn, Chan: instr.Chan})
	case *ssa.UnOp:
		if ir.IsChan(instr.X.Type()) {
			r.add(&Op{Role: Receive, Instr: instr, Fn: fn, Chan: instr.X, Range: instr.Block().Comment == "rangechan.loop"})
		}
	case *ssa.Select:
		for i, st := range instr.States {
			role := Receive
			if st.Dir == types.SendOnly {
				role = Send
			}
			r.add(&Op{Role: role, Instr: instr, Fn: fn, Chan: st.Chan, Select: instr, State: i})
		}
	case ssa.CallInstruction:
		b, ok := instr.Common().Value.(*ssa.Builtin)
		if !ok || len(instr.Common().Args) != 1 || !ir.IsChan(instr.Common().Args[0].Type()) {
			return
		}
		op := &Op{Instr: instr, Fn: fn, Chan: instr.Common().Args[0]}
		switch b.Name() {
		case "close":
			op.Role = Close
			_, op.Deferred = instr.(*ssa.Defer)
		case "len", "cap":
			op.Role = Length
		default:
			return
		}
		r.add(op)
	}
}

// Ops returns the operations on o in source order.
func (r *Result) Ops(o *spawn.Object) []*Op { return r.ops[o] }

// with returns the operations on o that play the role.
func (r *Result) with(o *spawn.Object, role Role) []*Op {
	var out []*Op
	for _, op := range r.ops[o] {
		if op.Role == role {
			out = append(out, op)
		}
	}
	return out
}

// has reports whether there is an operation on o that plays the role.
func (r *Result) has(o *spawn.Object, role Role) bool {
	return slices.ContainsFunc(r.ops[o], func(op *Op) bool { return op.Role == role })
}

// only returns the object that v is, if it is only one and known.
func (r *Result) only(v ssa.Value) *spawn.Object {
	objects := r.Spawns.Objects(v)
	if len(objects) != 1 || objects[0].Unknown || objects[0].Make() == nil {
		return nil
	}
	return objects[0]
}

// maxDepth bounds the calls through which the capacity of a channel is followed.
const maxDepth = 4

// Capacity returns the room of the channel o, if it is constant.
func (r *Result) Capacity(o *spawn.Object) (n int64, ok bool) {
	mk := o.Make()
	if mk == nil {
		return 0, false
	}
	return r.constant(mk.Size, 0)
}

// constant returns the value of v if it is a constant, or a parameter for which all
// callers pass the same one.
func (r *Result) constant(v ssa.Value, depth int) (int64, bool) {
	switch v := v.(type) {
	case *ssa.Const:
		return ir.Int(v)
	case *ssa.Convert:
		return r.constant(v.X, depth)
	case *ssa.Parameter:
		fn := v.Parent()
		if depth > maxDepth || r.Spawns.Callable(fn) {
			return 0, false
		}
		var n int64
		found := false
		for _, call := range r.Spawns.Callers(fn) {
			for _, c := range r.Spawns.Callees(call) {
				i := slices.Index(fn.Params, v)
				if c.Body != fn || i >= len(c.Args) {
					continue
				}
				m, ok := r.constant(c.Args[i], depth+1)
				if !ok || found && m != n {
					return 0, false
				}
				n, found = m, true
			}
		}
		return n, found
	}
	return 0, false
}
