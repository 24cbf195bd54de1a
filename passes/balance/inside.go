package balance

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/internal/ir"
	"github.com/concurlint/concurlint/passes/locks"
	"github.com/concurlint/concurlint/passes/lockset"
	"github.com/concurlint/concurlint/passes/spawn"
)

// An Inside is a semaphore that goroutines acquire which a loop starts, as many as it
// turns.
type Inside struct {
	Acquire Op
	Go      token.Pos
}

// findInside finds the goroutines that acquire a semaphore before they do anything
// else, and release it.
func (r *Result) findInside() {
	for _, f := range r.runs {
		spawns := r.spawns.Of(f.Fn)
		if len(spawns) != 1 || spawns[0].Kind != spawn.Go || !spawns[0].Loop || f.Fn.Parent() == nil || !endless(spawns[0].Instr.Block()) {
			continue
		}
		site := firstTaken(f)
		if site == nil || evidenceOf(f)[site] == nil || madeInLoop(site, f) {
			continue
		}
		r.inside = append(r.inside, &Inside{Acquire: r.op(site), Go: spawns[0].Instr.Pos()})
	}
	slices.SortStableFunc(r.inside, func(a, b *Inside) int { return r.m.IR.Compare(a.Acquire.Pos, b.Acquire.Pos) })
}

// firstTaken returns the acquisition of a semaphore that f begins with, if nothing
// but defer statements precedes it.
func firstTaken(f *lockset.Function) *lockset.Site {
	var site *lockset.Site
	for _, e := range f.Events {
		if e.Kind == lockset.Acquired && e.Site.Op.Resource != locks.Group && e.Site.At.Block() == f.Fn.Blocks[0] && e.Site.Via == nil {
			site = e.Site
			break
		}
	}
	if site == nil {
		return nil
	}
	for _, instr := range f.Fn.Blocks[0].Instrs {
		if instr == site.At {
			return site
		}
		if _, ok := instr.(*ssa.Call); ok {
			return nil
		}
	}
	return nil
}

// endless reports whether the loop around b is not bounded by the number of elements
// of something that is at hand: it has no condition, or receives what it works on.
func endless(b *ssa.BasicBlock) bool {
	header := ir.LoopOf(b)
	if header == nil {
		return false
	}
	for _, blk := range b.Parent().Blocks {
		if !ir.InLoop(header, blk) {
			continue
		}
		for _, instr := range blk.Instrs {
			switch instr := instr.(type) {
			case *ssa.Next:
				return false
			case *ssa.Phi:
				if instr.Comment == "rangeindex" {
					return false
				}
			}
		}
		branch, ok := blk.Instrs[len(blk.Instrs)-1].(*ssa.If)
		if ok && blk == header {
			cmp, ok := branch.Cond.(*ssa.BinOp)
			if !ok {
				continue
			}
			if b, ok := cmp.X.Type().Underlying().(*types.Basic); ok && b.Info()&types.IsInteger != 0 {
				return false // it counts
			}
		}
	}
	return true
}

// madeInLoop reports whether each goroutine has a semaphore of its own.
func madeInLoop(site *lockset.Site, f *lockset.Function) bool {
	for _, e := range f.Events {
		if e.Site == site && e.Lock != nil {
			if v, ok := e.Lock.Base().Val.(ssa.Instruction); ok {
				return v.Parent() == f.Fn || ir.LoopOf(v.Block()) != nil
			}
		}
	}
	return false
}
