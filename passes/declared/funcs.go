package declared

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"
)

// readFunc reads the comment on a function, and its name.
func (r *reader) readFunc(name *ast.Ident, doc *ast.CommentGroup) {
	fn, ok := r.pass.TypesInfo.Defs[name].(*types.Func)
	if !ok {
		return
	}
	f := &frame{r: r, fn: fn}
	d := &FuncDecl{Func: fn}
	r.markFunc(r.take(doc), d, f)
	if !d.Pos.IsValid() {
		for _, words := range claims(doc) {
			(&phrase{frame: f, words: words}).precondition(d)
		}
		if d.Requires != nil || d.Excludes != nil || d.Locked {
			d.Pos = doc.Pos()
		}
	}
	if len(d.Requires) > 0 {
		d.Locked = false
	} else if isLocked(fn) && !d.Pos.IsValid() {
		d.Locked, d.Form, d.Pos = true, Suffix, name.Pos()
	}
	if d.Pos.IsValid() {
		r.out.Funcs = append(r.out.Funcs, d)
	}
}

// hasSuffix reports whether a function's name may say that a lock is held.
func hasSuffix(name string) bool {
	for _, suffix := range [...]string{"Locked", "_locked", "LockHeld"} {
		if prefix, ok := strings.CutSuffix(name, suffix); ok {
			return !strings.HasSuffix(prefix, "_") || suffix == "Locked"
		}
	}
	return false
}

// isLocked reports whether the name of fn says that a lock is held. Names that
// ask for it or make it so do not.
func isLocked(fn *types.Func) bool {
	if !hasSuffix(fn.Name()) || strings.HasPrefix(fn.Name(), "Test") {
		return false
	}
	prefix := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(fn.Name(), "LockHeld"), "_locked"), "Locked")
	prefix = strings.ToLower(strings.TrimRight(prefix, "_"))
	return !oneOf(prefix, "is was has are try if assert check must ensure set get mark when while until not already r w") && prefix != ""
}

// precondition adds to d what the sentence demands of callers.
func (p *phrase) precondition(d *FuncDecl) {
	if len(p.words) == 0 || p.is(0, "if when unless once until otherwise while whether") {
		return
	}
	if p.anyLocks() {
		d.Locked = true
		return
	}
	for _, parse := range [...]func() (refs, bool, bool){p.mustBeHeld, p.mustHold, p.calledWith, p.requires} {
		r, denied, ok := parse()
		switch {
		case !ok:
			continue
		case denied:
			d.Excludes = appendNew(d.Excludes, r.locks)
		case r.either:
			d.Locked = true
		default:
			d.Requires = appendNew(d.Requires, r.locks)
			d.Locked = d.Locked || r.main
		}
		return
	}
}

// anyLocks parses "expects the caller to acquire needed locks" and its like, which do
// not say which locks.
func (p *phrase) anyLocks() bool {
	const demand = "to must should has have needs need is responsible for"
	for i := range p.words {
		from := p.skipBack(i, demand)
		if !p.is(i, "hold acquire take have") || !p.is(from, demand) || !p.is(from-1, "caller callers") {
			continue
		}
		j := p.skip(i+1, "all any the needed necessary required appropriate proper relevant")
		if j > i+1 && p.is(j, "locks mutexes") && !p.has(0, i, "not never "+conditions) {
			return true
		}
	}
	return false
}

// appendNew appends to list the locks that it does not have.
func appendNew(list, locks []Requirement) []Requirement {
	for _, l := range locks {
		if !slices.ContainsFunc(list, func(m Requirement) bool { return m.Path.Equal(l.Path) }) {
			list = append(list, l)
		}
	}
	return list
}

// mustBeHeld parses "s.mu must be held" and its like.
func (p *phrase) mustBeHeld() (r refs, denied, ok bool) {
	for i := range p.words {
		end, denied, read, bare := p.verb(i)
		if end == 0 {
			continue
		}
		to := i
		if p.is(i-1, ")") { // mu (read or write) must be held
			for to > 0 && p.words[to] != "(" {
				to--
			}
		}
		for s := 0; s < to; s++ {
			if s > 0 && !p.is(s-1, "that assumes assume assuming requires require required , : and so note precondition preconditions ensure )") {
				continue
			}
			r, ok := p.refs(s)
			if !ok && p.is(s, "(") {
				continue
			}
			if !ok || r.end != to || p.has(0, s, conditions) || !p.unconditional(end, &r) {
				continue
			}
			if bare && !p.demands(s, end) {
				continue
			}
			if denied {
				read = p.is(end+1, "writing writes") // held for reading, it may be
			}
			for k := range r.locks {
				r.locks[k].Read = r.locks[k].Read || read
			}
			return r, denied, true
		}
	}
	return r, false, false
}

// assumptions are words of functions that do not ask.
const assumptions = "assumed presumed supposed expected"

// verb parses "must be held", "is held on entry" and the like from word i on.
// It returns the index of the word after it, 0 if there is no such thing.
// Without "must", bare, it may be no demand but a remark.
func (p *phrase) verb(i int) (end int, denied, read, bare bool) {
	j := i
	switch {
	case p.is(j, "must should shall"):
		j = p.skip(j+1, "always also already")
		if p.is(j, "not never") {
			denied = true
			j++
		}
		if !p.is(j, "be remain") {
			return 0, false, false, false
		}
		j++
	case p.is(j, "has have needs need") && p.is(j+1, "to") && p.is(j+2, "be"):
		j += 3
	case p.is(j, "is are") && !p.is(j+1, assumptions):
		j++
		bare = true
	case p.is(j, assumptions) || p.is(j, "is are"):
		j = p.skip(j, "is are "+assumptions+" to be")
	case p.is(j, "held"):
		bare = true
	default:
		return 0, false, false, false
	}
	j = p.skip(j, "already always also at least")
	if p.is(j, "not") {
		denied = true
		j++
	}
	if p.is(j, "read write") {
		read = p.is(j, "read")
		j++
	}
	switch {
	case p.is(j, "held locked taken acquired owned"):
	case p.is(j, "unlocked") && !bare:
		denied = true
	case p.is(j, "read-locked rlocked"):
		read = true
	default:
		return 0, false, false, false
	}
	j++
	if p.mayRead(j) {
		read = true
	}
	if bare && denied {
		return 0, false, false, false
	}
	return j, denied, read, bare
}

// mayRead reports whether "for reading" or "for at least reading" stands at
// word i.
func (p *phrase) mayRead(i int) bool {
	i = p.skip(i, "( by the caller at least")
	if !p.is(i, "for") {
		return false
	}
	return p.is(p.skip(i+1, "at least either"), "read reads reading")
}

// demands reports whether a sentence that only states that a lock is held, from
// word s to word end, is a demand: it has nothing else to say, or says so.
func (p *phrase) demands(s, end int) bool {
	if p.has(0, s, "assumes assume assuming requires require required precondition preconditions") {
		return true
	}
	return (s == 0 || p.is(s-1, "note that , :")) &&
		(end == len(p.words) || p.is(end, "on upon by when at (") && !p.has(end, len(p.words), "return exit returns"))
}

// unconditional reports whether what follows word end leaves a demand of the
// locks r as it is.
func (p *phrase) unconditional(end int, r *refs) bool {
	for i := end; i < len(p.words); i++ {
		if p.is(i, conditions) || p.is(i, "after once") || p.is(i, "calling invoking using accessing") && !p.speaksOfCall(i+1) {
			return false
		}
		if p.is(i, ",") {
			if p.is(i+1, conditions) || p.is(i+1, "or") {
				return false
			}
			break
		}
	}
	if p.is(end, "on upon") && p.is(p.skip(end+1, "function the"), "return exit returning") {
		return false
	}
	if p.is(r.end-1, lockNouns) {
		// "The lock must be held on the account" is another's lock.
		switch {
		case p.is(end, "on upon in"):
			return p.is(p.skip(end+1, "function"), "entry order entering input")
		case p.is(end, "for"):
			return p.is(p.skip(end+1, "at least both"), "reading reads read writing writes write entry calling calls")
		}
	}
	return true
}

// speaksOfCall reports whether "calling" before word i is of this function.
func (p *phrase) speaksOfCall(i int) bool {
	i = p.skip(i, "the")
	return i >= len(p.words) || p.is(i, "this it function method end in , ( goroutine") || p.words[i] == p.fn.Name() ||
		strings.HasSuffix(p.words[i], "."+p.fn.Name())
}

// mustHold parses "callers must hold s.mu" and its like.
func (p *phrase) mustHold() (r refs, denied, ok bool) {
	for i := range p.words {
		from, ok := p.duty(i)
		if !ok || p.has(0, from, "if when whether unless while because since") {
			continue
		}
		denied := p.has(from, i, "not never mustn't shouldn't")
		if denied && p.has(from, i, "need needs has have required") {
			continue // as you like
		}
		r, ok := p.refs(i + 1)
		if !ok || denied && r.main || !p.unconditional(r.end, &r) {
			continue
		}
		if p.mayRead(r.end) {
			for k := range r.locks {
				r.locks[k].Read = true
			}
		}
		return r, denied, true
	}
	return r, false, false
}

// duty reports whether word i is what callers must do to a lock, and returns
// the index of the first word after "caller".
func (p *phrase) duty(i int) (from int, ok bool) {
	const demand = "must should shall needs need has have responsible expected assumed required supposed"
	switch from = p.skipBack(i, demand+" to be is are already also always currently only not never mustn't shouldn't for"); {
	case from > 0 && !p.is(from-1, "caller callers you"), from == 0 && !p.is(0, "must should"):
		return 0, false
	case p.is(i, "hold holding"):
		return from, from == i || p.has(from, i, demand)
	case p.is(i, "holds"):
		return from, from == i
	case p.is(i, "own acquire lock have"):
		return from, p.has(from, i, "must should shall need needs")
	}
	return 0, false
}

// skipBack returns the index of the first of the words before word i that are
// all in list.
func (p *phrase) skipBack(i int, list string) int {
	for i > 0 && p.is(i-1, list) {
		i--
	}
	return i
}

// calledWith parses "must be called with s.mu held" and its like.
func (p *phrase) calledWith() (r refs, denied, ok bool) {
	for i := range p.words {
		if !p.is(i, "called invoked used run executed call") || !p.speaksOfFunc(i) {
			continue
		}
		j := p.skip(i+1, "only always")
		not := p.has(0, i, "not never") || p.is(j, "without")
		if p.has(0, i, "can may might could is are") && !not && !p.has(0, i, "must should only assumed expected needs shall") {
			continue
		}
		if !p.is(j, "with while under without holding when") {
			continue
		}
		if p.is(j, "without") && p.has(0, i, "can may not") {
			continue // "can be called without mu held": as you like
		}
		holding := p.is(j, "holding under")
		if p.is(j+1, "holding") {
			holding = true
			j++
		}
		r, ok := p.refs(j + 1)
		if !ok {
			continue
		}
		end := r.end
		if !holding {
			end = p.skip(end, "is are being already also read write")
		}
		if !holding && !p.is(end, "held locked taken acquired rlocked") {
			continue
		}
		if p.has(r.end, end, "read") || p.mayRead(end) || p.mayRead(end+1) {
			for k := range r.locks {
				r.locks[k].Read = true
			}
		}
		if !holding {
			end++
		}
		if !p.unconditional(end, &r) {
			continue
		}
		return r, not, true
	}
	return r, false, false
}

// speaksOfFunc reports whether the words before word i are about the function.
func (p *phrase) speaksOfFunc(i int) bool {
	start := 0
	for j := range i {
		if p.is(j, ", : ( and") {
			start = j + 1
		}
	}
	start = p.skip(start, "the note that")
	return start == i || p.is(start, "must should shall it this method function func only is to always never can may needs") ||
		start < len(p.words) && p.words[start] == p.fn.Name()
}

// requires parses "requires s.mu" and its like.
func (p *phrase) requires() (r refs, denied, ok bool) {
	for i := range p.words {
		if !p.is(i, "requires require") {
			continue
		}
		before := p.is(i-1, "it this that function method callers caller :") || i == 0 || i > 0 && p.words[i-1] == p.fn.Name()
		if !before || p.has(0, i, "not") {
			continue
		}
		r, ok := p.refs(p.skip(i+1, ": that holding"))
		if !ok {
			continue
		}
		end := p.skip(r.end, "to must be is being already")
		held := p.is(end, "held locked taken")
		if held {
			end++
		}
		if !held && (end != len(p.words) || r.main && !p.is(i+1, "holding")) || !p.unconditional(end, &r) {
			continue
		}
		if p.mayRead(end) {
			for k := range r.locks {
				r.locks[k].Read = true
			}
		}
		return r, false, true
	}
	return r, false, false
}
