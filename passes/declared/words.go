package declared

import (
	"go/ast"
	"go/types"
	"slices"
	"strconv"
	"strings"
)

// sentences returns the words of each sentence of a comment: commas, colons and
// parentheses stand alone, quotes are gone. An entry of a list is a sentence.
func sentences(g *ast.CommentGroup) [][]string {
	var all [][]string
	var words []string
	end := func() {
		if len(words) > 0 {
			all = append(all, words)
		}
		words = nil
	}
	for line := range strings.Lines(g.Text()) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '-' || line[0] == '*' {
			end()
			line = strings.TrimLeft(line, "-* ")
		}
		if strings.HasPrefix(line, "+check") {
			continue
		}
		for field := range strings.FieldsSeq(line) {
			var done bool
			words, done = appendWords(words, field)
			if done {
				end()
			}
		}
	}
	end()
	return all
}

// claims returns the sentences of a comment that may speak of locks.
func claims(g *ast.CommentGroup) [][]string {
	if g == nil || !slices.ContainsFunc(g.List, func(c *ast.Comment) bool { return mayConcern(c.Text) }) {
		return nil
	}
	return sentences(g)
}

// appendWords appends the words of what stands between two spaces. It reports
// whether a sentence ends there.
func appendWords(words []string, field string) ([]string, bool) {
	const quotes = "`'\"*“”‘’"
	if rest, ok := strings.CutPrefix(strings.TrimLeft(field, quotes), "("); ok {
		words, field = append(words, "("), rest
	}
	var after []string
	done := false
	for field != "" {
		trimmed := strings.TrimRight(field, quotes)
		switch last := strings.TrimRight(trimmed, ".,:;!?)"); {
		case trimmed != field:
			field = trimmed
			continue
		case last == trimmed:
		case strings.HasSuffix(trimmed, "()"):
			field = trimmed[:len(trimmed)-2]
			continue
		default:
			switch mark := trimmed[len(trimmed)-1:]; mark {
			case ".":
				done = done || trimmed != "e.g." && trimmed != "i.e." && trimmed != "etc."
			case ";", "!", "?":
				done = true
			default:
				after = append(after, mark)
			}
			field = trimmed[:len(trimmed)-1]
			continue
		}
		break
	}
	for i, word := range strings.Split(strings.TrimLeft(field, quotes), "/") {
		if i > 0 {
			words = append(words, ",")
		}
		if word != "" {
			words = append(words, word)
		}
	}
	slices.Reverse(after)
	return append(words, after...), done
}

// A phrase is a sentence in its frame.
type phrase struct {
	*frame
	words []string
	vars  []*types.Var // of the item that it is on
}

// word returns word i in lower case, or "" past the end.
func (p *phrase) word(i int) string {
	if i < 0 || i >= len(p.words) {
		return ""
	}
	return strings.ToLower(p.words[i])
}

// is reports whether word i is one of those in list, which spaces separate.
func (p *phrase) is(i int, list string) bool { return oneOf(p.word(i), list) }

// oneOf reports whether word is one of those in list, which spaces separate.
func oneOf(word, list string) bool {
	for w := range strings.FieldsSeq(list) {
		if w == word {
			return true
		}
	}
	return false
}

// has reports whether one of the words from i to j is in list.
func (p *phrase) has(i, j int, list string) bool {
	for ; i < j; i++ {
		if p.is(i, list) {
			return true
		}
	}
	return false
}

// skip returns the index of the first word from i on that is not in list.
func (p *phrase) skip(i int, list string) int {
	for i < len(p.words) && p.is(i, list) {
		i++
	}
	return i
}

// Words of English, as lists for [phrase.is].
const (
	negations  = "not no never neither nor longer without needn't isn't aren't don't doesn't needs't cannot can't mustn't shouldn't unguarded unprotected"
	conditions = "if unless until except whether otherwise"
	lockNouns  = "lock locks mutex mutexes mtx rwmutex rwlock"
	manyNouns  = "fields variables members everything following below"
)

// refs are the locks that a phrase names in a row.
type refs struct {
	locks   []Requirement
	main    bool // "the lock", whichever it is: locks is empty
	noun    bool // "the lock", resolved or not
	this    bool // "this lock"
	article bool // "a lock"
	either  bool // A or B
	end     int  // index of the word after them
}

// refs parses names of locks from word i on.
func (p *phrase) refs(i int) (refs, bool) {
	r, ok := p.ref(i)
	if !ok {
		return refs{}, false
	}
	r.either = p.is(i, "either")
	for {
		next := p.skip(r.end, ", and or &")
		if next == r.end {
			break
		}
		also, ok := p.ref(next)
		if !ok || also.main || r.main {
			break
		}
		r.either = r.either || p.has(r.end, next, "or")
		r.locks = append(r.locks, also.locks...)
		r.end = also.end
	}
	r.either = r.either && len(r.locks) > 1
	return r, true
}

// ref parses the name of a lock from word i on.
func (p *phrase) ref(i int) (refs, bool) {
	start := i
	i = p.skip(i, "the a an its this both either at least own same embedded internal")
	r := refs{this: p.has(start, i, "this"), article: p.has(start, i, "a an")}
	read := false
	if p.is(i, "(") && p.is(i+1, "read write") && p.is(i+2, ")") { // (write) lock
		i += 3
	}
	if p.is(i, "read reader write writer exclusive shared") && p.is(i+1, lockNouns) {
		read = p.is(i, "read reader shared")
		i++
	}
	if i >= len(p.words) {
		return r, false
	}
	name := p.words[i]
	if p.is(i, "rlock") {
		name, read = "lock", true
	}
	if rest, ok := strings.CutSuffix(name, ".RLock"); ok {
		name, read = rest, true
	}
	name = strings.TrimSuffix(name, ".Lock")
	name, possessive := strings.CutSuffix(name, "'s")
	if path, ok := p.lock(name); ok && !possessive {
		r.end = i + 1
		if noun := p.skip(i+1, "read write"); p.is(noun, lockNouns) {
			read = read || p.is(i+1, "read")
			r.end = noun + 1
		}
		r.locks = []Requirement{{path, read}}
		return r, true
	}
	if oneOf(strings.ToLower(name), "lock mutex mtx rwmutex rwlock") {
		r.end, r.noun = i+1, true
		return p.orMain(r, read), true
	}
	noun := i + 1
	if p.is(noun, "read write") {
		read = p.is(noun, "read")
		noun++
	}
	if !p.is(noun, lockNouns) {
		return r, false
	}
	path, named, ok := p.of(name)
	if !named {
		return r, false
	}
	r.end = noun + 1
	if ok {
		r.locks = []Requirement{{path, read}}
	}
	r.main = !ok
	return r, true
}

// orMain resolves "the lock" as the main lock of what is at hand.
func (p *phrase) orMain(r refs, read bool) refs {
	if path, ok := p.own(); ok {
		r.locks = []Requirement{{path, read}}
	} else {
		r.main = true
	}
	return r
}

// paths returns the names of the locks.
func (r *refs) paths() []Path {
	var paths []Path
	for _, l := range r.locks {
		paths = append(paths, l.Path)
	}
	return paths
}

// A statement is what a sentence says of data.
type statement struct {
	locks  []Path
	either bool
	writes bool // for writes only
	denied bool // it is not so
	self   bool // the lock is the one that the comment is on
	many   bool // it speaks of the fields after it
	all    bool // and means all of them
	below  bool // and says where they stand
	count  int  // and how many they are
	vars   []*types.Var
	except []*types.Var
	at     int // index of the verb
}

// passive parses "n is guarded by mu".
func (p *phrase) passive() (st statement, ok bool) {
	i := 0
	for ; ; i++ {
		if i >= len(p.words) {
			return st, false
		}
		if p.is(i, "guarded protected synchronized synchronised") && p.is(i+1, "by") {
			break
		}
	}
	st.at = i
	if p.has(0, i, manyNouns) {
		if p.has(0, i, "some most its internal whose which above") {
			return st, false
		}
		st.many = p.has(0, i, "these following below all everything every") || p.is(0, "fields variables")
		st.all = p.has(0, i, "all everything every")
	} else if p.has(0, i, "every all each") && p.has(0, i, "field") {
		st.many, st.all = true, true
	}
	st.below = p.has(0, i, "below following")
	if p.has(0, i, "field variable") && st.below {
		st.count = 1
	}
	if p.has(0, i, negations) {
		st.denied = true
		return st, true
	}
	r, ok := p.refs(i + 2)
	if !ok || r.main && !r.this {
		return st, false
	}
	if r.article || slices.ContainsFunc(r.locks, func(l Requirement) bool { return l.Read }) {
		return st, false
	}
	st.self, st.either, st.locks = r.this, r.either, r.paths()
	return st, p.tail(r.end, &st)
}

// tail parses what follows the lock in a passive sentence. It reports whether
// that leaves the statement true.
func (p *phrase) tail(i int, st *statement) bool {
	if p.is(i, "for") {
		switch {
		case p.is(i+1, "writes writing write"):
			st.writes = true
		case p.is(i+1, "reads reading read"):
			return false
		}
	}
	if p.is(i, "(") {
		i++
	}
	return !p.is(i, "when while during before after ") && !p.has(i, len(p.words), "except unless until if")
}

// speaksOfItem reports whether the subject of a passive sentence, which ends
// before word at, is the variable that it is on.
func (p *phrase) speaksOfItem(at int) bool {
	start := at
	for start > 0 && !p.is(start-1, ", : (") {
		start--
	}
	end := at
	for end > start && p.is(end-1, "is are be being was were must should will also always both only and not no longer need needs to isn't aren't") {
		end--
	}
	switch {
	case start == end:
		return true
	case p.has(start, end, "its whose contents content elements"):
		return false
	case p.is(start, "with"):
		return false
	}
	for _, word := range p.words[start:end] {
		for _, v := range p.vars {
			if strings.EqualFold(word, v.Name()) {
				return true
			}
		}
	}
	if p.has(start, end, "access accesses") && p.has(start, end, "to") {
		return p.has(start, end, "it this these them")
	}
	return end == at || p.has(start, end, "it this access accesses they these")
}

// subjects returns the variables that a passive sentence speaks of, which
// stand before word at.
func (p *phrase) subjects(at int, names map[string]*types.Var) []*types.Var {
	end := at
	for end > 0 && p.is(end-1, "is are be must should both") {
		end--
	}
	var vars []*types.Var
	for i := end - 1; i >= 0; i-- {
		if v := p.variable(i, names); v != nil {
			vars = append(vars, v)
		} else if !p.is(i, ", and") {
			break
		}
	}
	slices.Reverse(vars)
	return vars
}

// A mood is what a comment as a whole says about access to a variable.
type mood struct {
	atomic bool // with atomic operations
	lax    bool // sometimes without the lock
}

func moodOf(text [][]string) mood {
	var m mood
	for _, words := range text {
		for _, word := range words {
			word = strings.ToLower(word)
			m.atomic = m.atomic || strings.HasPrefix(word, "atomic")
			m.lax = m.lax || oneOf(word, "without owned lock-free lockless racy")
		}
	}
	return m
}

// exempt reports whether a comment says that what it is on needs no lock.
func exempt(g *ast.CommentGroup) bool {
	if g == nil {
		return false
	}
	for _, words := range sentences(g) {
		p := &phrase{words: words}
		for i := range words {
			word := p.word(i)
			if strings.HasPrefix(word, "atomic") || oneOf(word, "immutable constant const readonly read-only unguarded unprotected without lock-free") {
				return true
			}
		}
		if p.has(0, len(words), "not never no longer needn't don't doesn't isn't aren't") &&
			p.has(0, len(words), "guarded protected synchronization synchronized synchronize locked lock locking mutex mu held changes change changed modified mutated written") {
			return true
		}
	}
	return false
}

// exemptAll reports whether a comment says that several fields from here on
// need no lock.
func exemptAll(g *ast.CommentGroup) bool {
	if !exempt(g) {
		return false
	}
	return slices.ContainsFunc(sentences(g), func(words []string) bool {
		p := &phrase{words: words}
		return p.has(0, len(words), "fields variables members following below these")
	})
}

// active parses "mu protects n". The lock is own if the sentence has no
// subject, or calls it so; names are the variables that may be meant.
func (p *phrase) active(own *Path, names map[string]*types.Var) (st statement, ok bool) {
	i := slices.IndexFunc(p.words, func(w string) bool {
		return oneOf(strings.ToLower(w), "protects guards protecting guarding protect guard")
	})
	if i < 0 || p.is(i, "protect guard") && !(p.is(i-1, "to") && p.is(i-2, "used mutex lock mu it")) || p.has(0, i, negations) || p.has(0, len(p.words), "unless") {
		return st, false
	}
	st.at = i
	end := i
	for end > 0 && p.is(end-1, "only also just additionally ,") {
		end--
	}
	r, ok := p.refs(0)
	named := ok && r.end == end && len(r.locks) == 1
	switch {
	case named && (!r.noun || own == nil):
		st.locks = r.paths()
	case own == nil:
		return st, false
	case named || end == 0 || p.is(end-1, "it this that which to mutex lock mu is for"):
		st.locks = []Path{*own}
	default:
		return st, false
	}
	st.self = own != nil && st.locks[0].Equal(*own)
	p.objects(i+1, names, &st)
	if p.has(i, len(p.words), "against") && p.has(i, len(p.words), "write writes writers") {
		st.writes = true
	}
	if !p.exceptions(i+1, names, &st) {
		return st, false
	}
	return st, len(st.vars) > 0 || st.many || st.all
}

// objects parses what a lock protects, from word i on.
func (p *phrase) objects(i int, names map[string]*types.Var, st *statement) {
	reads, listed := false, false
	fields, below, skipped := false, false, 0
	for ; i < len(p.words); i++ {
		if v := p.variable(i, names); v != nil && !(p.is(i, "fields below following all") && len(st.vars) == 0) {
			st.vars = append(st.vars, v)
			skipped = 0
			continue
		}
		switch {
		case p.is(i, "the to of this both concurrent mutable single"):
		case p.is(i, "access accesses read reads reading"):
			reads = true
		case p.is(i, "write writes writing changes updates modifications additions mutations"):
			st.writes = true
		case p.is(i, "all every everything anything"):
			st.all = !listed
		case p.is(i, ", and or & ( )"):
			listed = listed || fields || below
			skipped = 0
		case p.is(i, "following below next remaining"):
			below = below || !listed
		case p.is(i, "fields field variables variable members member resources struct it"):
			fields = fields || !listed
		case p.is(i, "map maps list slice cache set queue pool array buffer counter flag value values pointer"):
		case p.count(i) > 0 && !listed:
			st.count = p.count(i)
		default:
			// An entry of the list that is not a variable, or the end.
			skipped++
			if len(st.vars) == 0 || skipped > 2 || p.is(i, "from against when while so because but for in on with by is are that which since as between during not it") {
				i = p.parenthesis(i, names, st)
			}
		}
	}
	if len(st.vars) == 0 {
		st.below, st.many = below, below || st.all && fields || st.all && p.plainEverything(st.at)
		st.all = st.all && st.many
	} else {
		st.all = false
	}
	st.writes = st.writes && !reads
}

// plainEverything reports whether the sentence ends in "everything".
func (p *phrase) plainEverything(at int) bool {
	return p.is(at+1, "everything") && at+2 >= len(p.words)
}

// parenthesis parses names in parentheses after word i: "fields that change
// (peers, root)". It returns the index of the last word.
func (p *phrase) parenthesis(i int, names map[string]*types.Var, st *statement) int {
	if len(st.vars) > 0 {
		return len(p.words)
	}
	for i < len(p.words) && p.words[i] != "(" {
		i++
	}
	var vars []*types.Var
	for i++; i < len(p.words) && p.words[i] != ")"; i++ {
		if v := p.variable(i, names); v != nil {
			vars = append(vars, v)
		} else if !p.is(i, ", and or") {
			return len(p.words)
		}
	}
	st.vars = vars
	return len(p.words)
}

// count returns the number that word i is, or 0.
func (p *phrase) count(i int) int {
	if n, err := strconv.Atoi(p.word(i)); err == nil {
		return n
	}
	return slices.Index([]string{"", "one", "two", "three", "four", "five", "six"}, p.word(i))
}

// variable returns the variable that word i names, or nil.
func (p *phrase) variable(i int, names map[string]*types.Var) *types.Var {
	name := p.words[i]
	if v := names[name]; v != nil {
		return v
	}
	if p.frame == nil || p.fn != nil {
		return nil
	}
	if len(p.structs) == 0 {
		v, _ := p.r.pass.Pkg.Scope().Lookup(name).(*types.Var)
		return v
	}
	if strings.Count(name, ".") != 1 {
		return nil
	}
	path, _, ok := p.find(strings.Split(name, "."))
	if !ok || path.Root != Sibling || len(path.Fields) != 1 {
		return nil
	}
	return path.Fields[0]
}

// exceptions parses what a lock does not protect, from word i on. It reports
// whether that is clear.
func (p *phrase) exceptions(i int, names map[string]*types.Var, st *statement) bool {
	for ; i < len(p.words); i++ {
		if !p.is(i, "except excluding") {
			continue
		}
		for i++; i < len(p.words); i++ {
			if v := p.variable(i, names); v != nil {
				st.except = append(st.except, v)
			}
		}
		return len(st.except) > 0
	}
	return true
}
