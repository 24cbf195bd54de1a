package order

import (
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
)

// A baton is a channel with room for one value that serves as a lock: who has sent
// goes on alone until he takes the value out again himself.
//
//	c.sem <- struct{}{}
//	defer func() { <-c.sem }()
type baton struct {
	class    Class
	makes    int
	sends    []ssa.Instruction
	receives []ssa.Instruction
	other    bool // it is something else, too
}

// batonsAt adds to gates the batons that are in hand at instr.
func (a *analyzer) batonsAt(instr ssa.Instruction, add func(Class)) {
	if a.batons == nil {
		a.findBatons()
	}
	for _, b := range a.batons {
		for at := instr; at != nil; at = a.own.Entry(at.Parent()) {
			if b.inHand(at) {
				add(b.class)
				break
			}
		}
	}
}

// inHand reports whether the function of instr has sent before, and not received
// since.
func (b *baton) inHand(instr ssa.Instruction) bool {
	sent := false
	for _, s := range b.sends {
		sent = sent || ir.Precedes(s, instr)
	}
	for _, r := range b.receives {
		if r.Parent() == instr.Parent() && (ir.Precedes(r, instr) || ir.Reaches(r.Block(), instr.Block())) {
			return false
		}
	}
	return sent
}

// findBatons finds the fields and variables of the package that hold batons, in the
// order of their first use.
func (a *analyzer) findBatons() {
	a.batons = make([]*baton, 0)
	all := make(map[any]*baton)
	var list []*baton
	of := func(addr ssa.Value) *baton {
		key, class := a.place(addr)
		if key == nil {
			return nil
		}
		if all[key] == nil {
			all[key] = &baton{class: class}
			list = append(list, all[key])
		}
		return all[key]
	}
	for _, fn := range a.m.IR.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				switch instr := instr.(type) {
				case *ssa.Store:
					if !isChan(instr.Val.Type()) {
						continue
					}
					if b := of(instr.Addr); b != nil {
						b.made(instr.Val)
					}
				case *ssa.UnOp:
					if instr.Op != token.MUL || !isChan(instr.Type()) {
						continue
					}
					if b := of(instr.X); b != nil {
						b.used(instr)
					}
				}
			}
		}
	}
	for _, b := range list {
		if b.makes > 0 && !b.other && a.returned(b) {
			a.batons = append(a.batons, b)
		}
	}
}

func isChan(t types.Type) bool {
	_, ok := t.Underlying().(*types.Chan)
	return ok
}

// place returns the field or package variable at addr.
func (a *analyzer) place(addr ssa.Value) (key any, c Class) {
	switch addr := addr.(type) {
	case *ssa.FieldAddr:
		s, ok := addr.X.Type().Underlying().(*types.Pointer).Elem().Underlying().(*types.Struct)
		if !ok {
			return nil, Class{}
		}
		f := s.Field(addr.Field).Origin()
		return f, a.fieldClass(f)
	case *ssa.Global:
		if addr.Pkg == nil {
			return nil, Class{}
		}
		return addr, Class{addr.Pkg.Pkg.Path(), addr.Name()}
	}
	return nil, Class{}
}

// made notes that v is stored as the channel.
func (b *baton) made(v ssa.Value) {
	mc, ok := v.(*ssa.MakeChan)
	if !ok {
		b.other = true
		return
	}
	n, known := ir.Int(mc.Size)
	b.makes++
	b.other = b.other || !known || n != 1
}

// used notes what is done with the channel that load loads.
func (b *baton) used(load *ssa.UnOp) {
	for _, ref := range *load.Referrers() {
		switch ref := ref.(type) {
		case *ssa.Send:
			if ref.Chan == ssa.Value(load) {
				b.sends = append(b.sends, ref)
				continue
			}
		case *ssa.UnOp:
			if ref.Op == token.ARROW && !ref.CommaOk {
				b.receives = append(b.receives, ref)
				continue
			}
		case *ssa.DebugRef:
			continue
		}
		b.other = true
	}
}

// returned reports whether only those receive from b who have sent before: otherwise
// it is a queue.
func (a *analyzer) returned(b *baton) bool {
	for _, r := range b.receives {
		own := false
		for at := r; at != nil && !own; {
			for _, s := range b.sends {
				own = own || ir.Precedes(s, at)
			}
			mc := a.m.IR.Closure(at.Parent())
			if mc == nil {
				break
			}
			at = mc
		}
		if !own {
			return false
		}
	}
	return len(b.receives) > 0
}
