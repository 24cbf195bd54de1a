package balance

import (
	"go/constant"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/lockset"
	"github.com/concurlint/concurlint/passes/spawn"
)

// A channel serves as a semaphore if all its uses say so, whatever its name:
//
//   - it has room, nobody closes it or ranges over it, and no other code has it;
//   - its values do not matter: all that is sent is constant or empty, and what is
//     received is dropped;
//   - some function brackets work with it: it sends, and receives later, itself, in
//     a deferred call, a literal, a callee or a goroutine that it starts. Where
//     functions receive first, the channel was filled, and a receive acquires;
//   - nobody uses it as a bell: in a select statement the release is not one of
//     several cases, and where there is a default, the cases differ.
//
// A goroutine that sends when it is done, to one that waits for it, makes no
// bracket: neither does both in this order.

// tokens classifies the channels of a package.
type tokens struct {
	spawns *spawn.Result
	pkg    *ir.Package
	values map[ssa.Value]lockset.Tokens
	kinds  map[*spawn.Object]lockset.Tokens
	uses   map[*spawn.Object]*usage
	direct map[*ssa.Function][]chanUse
}

// A usage is how the package uses a channel.
type usage struct {
	other bool // its values matter, it is closed or ranged over
	uses  []chanUse
}

// A chanUse is a send or a receive.
type chanUse struct {
	instr  ssa.Instruction
	obj    *spawn.Object
	send   bool
	among  bool // it is one of several cases of a select statement that waits
	shrugs bool // it is the only case beside a default that does the same
}

func newTokens(spawns *spawn.Result, pkg *ir.Package) *tokens {
	t := &tokens{
		spawns: spawns,
		pkg:    pkg,
		values: make(map[ssa.Value]lockset.Tokens),
		kinds:  make(map[*spawn.Object]lockset.Tokens),
		uses:   make(map[*spawn.Object]*usage),
		direct: make(map[*ssa.Function][]chanUse),
	}
	for _, fn := range pkg.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				t.collect(fn, instr)
			}
		}
	}
	return t
}

// of returns whether ch is a semaphore.
func (t *tokens) of(ch ssa.Value) lockset.Tokens {
	kind, ok := t.values[ch]
	if ok {
		return kind
	}
	for i, o := range t.spawns.Objects(ch) {
		k := t.kind(o)
		if i > 0 && k != kind {
			k = lockset.NoTokens
		}
		kind = k
		if kind == lockset.NoTokens {
			break
		}
	}
	t.values[ch] = kind
	return kind
}

func (t *tokens) usage(o *spawn.Object) *usage {
	u := t.uses[o]
	if u == nil {
		u = new(usage)
		t.uses[o] = u
	}
	return u
}

// collect notes how instr uses channels.
func (t *tokens) collect(fn *ssa.Function, instr ssa.Instruction) {
	add := func(ch ssa.Value, u chanUse, matters bool) {
		u.instr = instr
		for _, o := range t.spawns.Objects(ch) {
			use := t.usage(o)
			use.other = use.other || matters
			u.obj = o
			use.uses = append(use.uses, u)
			t.direct[fn] = append(t.direct[fn], u)
		}
	}
	switch instr := instr.(type) {
	case *ssa.Send:
		add(instr.Chan, chanUse{send: true}, !blank(instr.X))
	case *ssa.UnOp:
		if instr.Op == token.ARROW {
			add(instr.X, chanUse{}, instr.CommaOk || used(instr))
		}
	case *ssa.Select:
		shrugs := !instr.Blocking && len(instr.States) == 1 && indifferent(instr)
		received := 0
		for _, s := range instr.States {
			u := chanUse{send: s.Dir == types.SendOnly, among: instr.Blocking && len(instr.States) > 1, shrugs: shrugs}
			if u.send {
				add(s.Chan, u, !blank(s.Send))
				continue
			}
			add(s.Chan, u, extracted(instr, 2+received) || extracted(instr, 1))
			received++
		}
	case ssa.CallInstruction:
		if b, ok := instr.Common().Value.(*ssa.Builtin); ok && b.Name() == "close" {
			for _, o := range t.spawns.Objects(instr.Common().Args[0]) {
				t.usage(o).other = true
			}
		}
	}
}

// blank reports whether v says nothing: it is a constant, or its type has one value.
func blank(v ssa.Value) bool {
	if _, ok := v.(*ssa.Const); ok {
		return true
	}
	s, ok := v.Type().Underlying().(*types.Struct)
	return ok && s.NumFields() == 0
}

// used reports whether anybody looks at v.
func used(v ssa.Value) bool {
	return slices.ContainsFunc(*v.Referrers(), func(ref ssa.Instruction) bool {
		_, debug := ref.(*ssa.DebugRef)
		return !debug
	})
}

// extracted reports whether anybody looks at component i of what sel yields.
func extracted(sel *ssa.Select, i int) bool {
	for _, ref := range *sel.Referrers() {
		if e, ok := ref.(*ssa.Extract); ok && e.Index == i && used(e) {
			return true
		}
	}
	return false
}

// indifferent reports whether sel, with one case and a default, goes on in the same
// way in both.
func indifferent(sel *ssa.Select) bool {
	b := sel.Block()
	branch, ok := b.Instrs[len(b.Instrs)-1].(*ssa.If)
	return !ok || destination(branch.Block().Succs[0]) == destination(branch.Block().Succs[1])
}

// destination returns the first block from b on that does anything.
func destination(b *ssa.BasicBlock) *ssa.BasicBlock {
	for len(b.Instrs) == 1 && len(b.Succs) == 1 && b.Succs[0] != b {
		b = b.Succs[0]
	}
	return b
}

// kind returns whether the channel o is a semaphore.
func (t *tokens) kind(o *spawn.Object) lockset.Tokens {
	k, ok := t.kinds[o]
	if !ok {
		k = t.classify(o)
		t.kinds[o] = k
	}
	return k
}

func (t *tokens) classify(o *spawn.Object) lockset.Tokens {
	mk := o.Make()
	u := t.uses[o]
	if mk == nil || u == nil || u.other || o.Escapes != 0 {
		return lockset.NoTokens
	}
	if c, ok := mk.Size.(*ssa.Const); ok && c.Value != nil && constant.Sign(c.Value) == 0 {
		return lockset.NoTokens
	}
	bySend, byReceive := false, false
	does := t.around(o)
	for _, fn := range t.pkg.Funcs {
		if _, ok := does[fn]; ok {
			s, r := t.brackets(fn, o, does)
			bySend, byReceive = bySend || s, byReceive || r
		}
	}
	kind := lockset.BySend
	switch {
	case bySend == byReceive:
		return lockset.NoTokens
	case byReceive:
		kind = lockset.ByReceive
	}
	for _, use := range u.uses {
		if release := use.send == (kind == lockset.ByReceive); use.shrugs || release && use.among {
			return lockset.NoTokens // a bell
		}
	}
	return kind
}

// A point is a place in a function that sends or receives.
type point struct {
	instr ssa.Instruction
	send  bool
	// later reports whether it happens at some time after instr: in a deferred call,
	// a literal that is made there, or another goroutine.
	later bool
}

// brackets reports whether fn sends to o and then receives from it, and whether it
// does so the other way round. does tells what the functions around it do.
func (t *tokens) brackets(fn *ssa.Function, o *spawn.Object, does map[*ssa.Function]ends) (bySend, byReceive bool) {
	points := t.points(fn, o, does)
	for _, first := range points {
		if first.later {
			continue
		}
		for _, p := range points {
			if p.send == first.send || !ir.Precedes(first.instr, p.instr) {
				continue
			}
			if first.send {
				bySend = true
			} else {
				byReceive = true
			}
		}
	}
	return bySend, byReceive
}

// points returns where fn operates on o, directly or through others.
func (t *tokens) points(fn *ssa.Function, o *spawn.Object, does map[*ssa.Function]ends) []point {
	var out []point
	for _, u := range t.direct[fn] {
		if u.obj == o {
			out = append(out, point{instr: u.instr, send: u.send})
		}
	}
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.MakeClosure:
				out = appendPoint(out, instr, does[instr.Fn.(*ssa.Function)], true)
			case ssa.CallInstruction:
				_, now := instr.(*ssa.Call)
				for _, c := range t.spawns.Callees(instr) {
					if c.Body != nil && c.Body != fn {
						out = appendPoint(out, instr, does[c.Body], !now)
					}
				}
			}
		}
	}
	return out
}

// ends are the ends of a channel that a function uses.
type ends struct{ send, receive bool }

func appendPoint(out []point, instr ssa.Instruction, e ends, later bool) []point {
	if e.send == e.receive {
		return out // it brackets by itself
	}
	return append(out, point{instr, e.send, later})
}

// maxHelpers bounds the callees between a function and the operation on a channel
// that counts as its own: a deferred literal that calls a method that releases.
const maxHelpers = 3

// around returns the functions that operate on o and those that call or make them,
// up to maxHelpers levels, and what each does to o.
func (t *tokens) around(o *spawn.Object) map[*ssa.Function]ends {
	does := make(map[*ssa.Function]ends)
	var level []*ssa.Function
	for _, fn := range t.pkg.Funcs {
		for _, u := range t.direct[fn] {
			if u.obj == o {
				e := does[fn]
				does[fn] = ends{e.send || u.send, e.receive || !u.send}
			}
		}
		if _, ok := does[fn]; ok {
			level = append(level, fn)
		}
	}
	for range maxHelpers {
		var next []*ssa.Function
		for _, fn := range level {
			above := make([]*ssa.Function, 0, 4)
			if fn.Parent() != nil {
				above = append(above, fn.Parent())
			}
			for _, call := range t.spawns.Callers(fn) {
				above = append(above, call.Parent())
			}
			for _, a := range above {
				old, known := does[a]
				e := ends{old.send || does[fn].send, old.receive || does[fn].receive}
				if e != old || !known {
					does[a] = e
					next = append(next, a)
				}
			}
		}
		level = next
	}
	return does
}
