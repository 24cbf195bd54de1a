package lockorder

import (
	"cmp"
	"slices"
	"sync"
	"unsafe"
)

// Two objects of one type: which of them is locked first?

type wallet struct {
	id  int
	mu  sync.Mutex
	sum int
}

// Transfer leaves it to its caller.
func Transfer(from, to *wallet, n int) {
	from.mu.Lock()
	defer from.mu.Unlock()
	to.mu.Lock() // want `to\.mu is acquired while from\.mu is held \(locked on line 20\): two goroutines that call \S*Transfer with the arguments exchanged wait for each other`
	defer to.mu.Unlock()
	from.sum -= n
	to.sum += n
}

// Pay has the receiver for one of them, and a test that orders nothing.
func (w *wallet) Pay(to *wallet, n int) {
	if w == to || n == 0 {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	to.mu.Lock() // want `to\.mu is acquired while w\.mu is held \(locked on line \d+\): two goroutines that call \S*Pay with the arguments exchanged wait for each other`
	to.sum += n
	to.mu.Unlock()
	w.sum -= n
}

// Lend locks the second in a method.
func (w *wallet) Lend(to *wallet, n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sum -= n
	to.deposit(n) // want `to\.mu.* while w\.mu is held \(locked on line \d+\): two goroutines that call \S*Lend with the arguments exchanged`
}

func (w *wallet) deposit(n int) {
	w.mu.Lock()
	w.sum += n
	w.mu.Unlock()
}

// Ordered locks the smaller id first.
func Ordered(from, to *wallet, n int) {
	if from.id < to.id {
		from.mu.Lock()
		to.mu.Lock()
	} else {
		to.mu.Lock()
		from.mu.Lock()
	}
	from.sum -= n
	to.sum += n
	to.mu.Unlock()
	from.mu.Unlock()
}

// Swapped exchanges the names.
func Swapped(from, to *wallet, n int) {
	a, b := from, to
	if a.id > b.id {
		a, b = b, a
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	b.mu.Lock()
	defer b.mu.Unlock()
	from.sum -= n
	to.sum += n
}

// ByAddress compares where they are.
func ByAddress(from, to *wallet, n int) {
	first, second := from, to
	if uintptr(unsafe.Pointer(first)) > uintptr(unsafe.Pointer(second)) {
		first, second = second, first
	}
	first.mu.Lock()
	second.mu.Lock()
	from.sum -= n
	to.sum += n
	second.mu.Unlock()
	first.mu.Unlock()
}

// ByCompare asks a function for the order.
func ByCompare(from, to *wallet, n int) {
	if cmp.Compare(from.id, to.id) > 0 {
		to.mu.Lock()
		defer to.mu.Unlock()
		from.mu.Lock()
		defer from.mu.Unlock()
	} else {
		from.mu.Lock()
		defer from.mu.Unlock()
		to.mu.Lock()
		defer to.mu.Unlock()
	}
	from.sum -= n
	to.sum += n
}

// ByHelper has the comparison in a helper.
func ByHelper(from, to *wallet, n int) {
	a, b := inOrder(from, to)
	a.mu.Lock()
	defer a.mu.Unlock()
	b.mu.Lock()
	defer b.mu.Unlock()
	from.sum -= n
	to.sum += n
}

func inOrder(a, b *wallet) (*wallet, *wallet) {
	if a.id > b.id {
		return b, a
	}
	return a, b
}

// Wrong compares, and locks the same way on both branches.
func Wrong(from, to *wallet, n int) {
	if from.id < to.id {
		n = -n
	}
	from.mu.Lock()
	defer from.mu.Unlock()
	to.mu.Lock() // want `to\.mu is acquired while from\.mu is held \(locked on line \d+\): two goroutines that call \S*Wrong with the arguments exchanged`
	defer to.mu.Unlock()
	from.sum -= n
	to.sum += n
}

// Trying does not wait for the second.
func Trying(from, to *wallet, n int) bool {
	from.mu.Lock()
	defer from.mu.Unlock()
	if !to.mu.TryLock() {
		return false
	}
	defer to.mu.Unlock()
	from.sum -= n
	to.sum += n
	return true
}

// OneByOne never has two.
func OneByOne(from, to *wallet, n int) {
	from.mu.Lock()
	from.sum -= n
	from.mu.Unlock()
	to.mu.Lock()
	to.sum += n
	to.mu.Unlock()
}

var transfers sync.Mutex

// Gated has a lock around both.
func Gated(from, to *wallet, n int) {
	transfers.Lock()
	defer transfers.Unlock()
	from.mu.Lock()
	defer from.mu.Unlock()
	to.mu.Lock()
	defer to.mu.Unlock()
	from.sum -= n
	to.sum += n
}

// A new object is in nobody's way.
func Split(from *wallet) *wallet {
	from.mu.Lock()
	defer from.mu.Unlock()
	half := &wallet{id: from.id + 1}
	half.mu.Lock()
	defer half.mu.Unlock()
	half.sum = from.sum / 2
	from.sum -= half.sum
	return half
}

// Two elements of one map, by keys of the caller's choice.
type vaults struct {
	mu sync.RWMutex
	m  map[string]*safe
}

type safe struct {
	mu sync.Mutex
	n  int
}

// Move finds both under a lock that it gives back.
func (v *vaults) Move(from, to string, n int) {
	v.mu.RLock()
	a, b := v.m[from], v.m[to]
	v.mu.RUnlock()
	a.mu.Lock()
	defer a.mu.Unlock()
	b.mu.Lock() // want `b\.mu is acquired while a\.mu is held \(locked on line \d+\): two goroutines that call \S*Move with the arguments exchanged`
	defer b.mu.Unlock()
	a.n -= n
	b.n += n
}

// All callers hand over the same two in the same order.
type spool struct {
	in, out *bucket
}

type bucket struct {
	mu sync.Mutex
	n  int
}

// Run pours from in to out.
func (s *spool) Run() { pour(s.in, s.out) }

// Rerun does it again.
func (s *spool) Rerun() {
	if s.in != s.out {
		pour(s.in, s.out)
	}
}

func pour(from, to *bucket) {
	from.mu.Lock()
	defer from.mu.Unlock()
	to.mu.Lock()
	defer to.mu.Unlock()
	to.n += from.n
	from.n = 0
}

// Here one of them exchanges the two.
type balance struct{ left, right *pan }

type pan struct {
	mu sync.Mutex
	n  int
}

// Tip goes left to right.
func (b *balance) Tip() { shift(b.left, b.right) }

// Tap goes right to left.
func (b *balance) Tap() { shift(b.right, b.left) }

func shift(from, to *pan) {
	from.mu.Lock()
	defer from.mu.Unlock()
	to.mu.Lock() // want `to\.mu is acquired while from\.mu is held \(locked on line \d+\): two goroutines that call shift with the arguments exchanged`
	defer to.mu.Unlock()
	to.n++
	from.n--
}

// Sets read each other. Readers wait for a writer that waits.
type set struct {
	mu sync.RWMutex
	m  map[string]bool
}

// Add is the writer.
func (s *set) Add(k string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.m[k] = true
}

// Subset reads both.
func (s *set) Subset(of *set) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	of.mu.RLock() // want `of\.mu is acquired while s\.mu is held \(.*line \d+\): two goroutines that call \S*Subset with the arguments exchanged`
	defer of.mu.RUnlock()
	for k := range s.m {
		if !of.m[k] {
			return false
		}
	}
	return true
}

// Generic instances cannot be exchanged if their types differ.
type column[T any] struct {
	mu sync.Mutex
	v  []T
}

// Zip always has the ints first.
func Zip(a *column[int], b *column[string]) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	b.mu.Lock()
	defer b.mu.Unlock()
	return min(len(a.v), len(b.v))
}

// From the parent to its children, directly and by recursion.
type tree struct {
	mu          sync.Mutex
	left, right *tree
	kids        []*tree
	n           int
}

// Sum recurs.
func (t *tree) Sum() int {
	if t == nil {
		return 0
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.n + t.left.Sum() + t.right.Sum()
}

// Clear locks its children.
func (t *tree) Clear() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, k := range t.kids {
		k.mu.Lock()
		k.n = 0
		k.mu.Unlock()
	}
	t.left.mu.Lock()
	t.left.n = 0
	t.left.mu.Unlock()
}

// Rotate locks a child and its child.
func (t *tree) Rotate() {
	t.mu.Lock()
	defer t.mu.Unlock()
	l := t.left
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.right
	r.mu.Lock()
	defer r.mu.Unlock()
	t.left, l.right = r, t
}

// Hand over hand: the next is locked before the last is given back.
type link struct {
	mu   sync.Mutex
	next *link
	key  int
}

// Find walks.
func (l *link) Find(key int) bool {
	l.mu.Lock()
	cur := l
	for cur.next != nil {
		next := cur.next
		next.mu.Lock()
		cur.mu.Unlock()
		cur = next
		if cur.key == key {
			cur.mu.Unlock()
			return true
		}
	}
	cur.mu.Unlock()
	return false
}

// Insert has two in hand all the time.
func (l *link) Insert(key int) {
	prev := l
	prev.mu.Lock()
	defer func() { prev.mu.Unlock() }()
	for cur := prev.next; cur != nil; cur = cur.next {
		cur.mu.Lock()
		if cur.key > key {
			cur.mu.Unlock()
			break
		}
		prev.mu.Unlock()
		prev = cur
	}
	prev.next = &link{key: key, next: prev.next}
}

// Shards in the order of the array.
type shards struct {
	parts [8]shard
}

type shard struct {
	mu sync.Mutex
	n  int
}

// Freeze locks all of them.
func (s *shards) Freeze() (thaw func()) {
	for i := range s.parts {
		s.parts[i].mu.Lock()
	}
	return func() {
		for i := range s.parts {
			s.parts[i].mu.Unlock()
		}
	}
}

// Both locks two by number, the smaller first.
func (s *shards) Both(i, j int) {
	if j < i {
		i, j = j, i
	}
	s.parts[i].mu.Lock()
	defer s.parts[i].mu.Unlock()
	if i != j {
		s.parts[j].mu.Lock()
		defer s.parts[j].mu.Unlock()
	}
	s.parts[i].n++
	s.parts[j].n--
}

// Swap locks two as its caller says.
func (s *shards) Swap(i, j int) {
	s.parts[i].mu.Lock()
	defer s.parts[i].mu.Unlock()
	s.parts[j].mu.Lock() // want `s\.parts\[j\]\.mu is acquired while s\.parts\[i\]\.mu is held \(locked on line \d+\): two goroutines that call \S*Swap with the arguments exchanged`
	defer s.parts[j].mu.Unlock()
	s.parts[i].n, s.parts[j].n = s.parts[j].n, s.parts[i].n
}

// SortedAll locks as many as it is given, in the order of their ids.
func SortedAll(ws []*wallet) {
	ws = slices.Clone(ws)
	slices.SortFunc(ws, func(a, b *wallet) int { return a.id - b.id })
	for _, w := range ws {
		w.mu.Lock()
		defer w.mu.Unlock()
	}
	for _, w := range ws {
		w.sum = 0
	}
}

// FN_All locks them in the order of the slice, which is its caller's. Callers
// may sort; nothing here says that they do not.
func FN_All(ws []*wallet) {
	for _, w := range ws {
		w.mu.Lock()
		defer w.mu.Unlock()
	}
	for _, w := range ws {
		w.sum = 0
	}
}

// FN_upAndDown: the parent locks its children, a child its parent. That the two
// fields are inverse to each other is written nowhere.
type dir struct {
	mu     sync.Mutex
	parent *dir
	kids   map[string]*dir
	n      int
}

// FN_Down locks the kids.
func (d *dir) FN_Down() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, k := range d.kids {
		k.mu.Lock()
		k.n = d.n
		k.mu.Unlock()
	}
}

// FN_Up locks the parent.
func (d *dir) FN_Up() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.parent != nil {
		d.parent.mu.Lock()
		d.parent.n++
		d.parent.mu.Unlock()
	}
}

// FN_Siblings and FN_Mirror lock the two children of one parent in opposite
// orders. The class is the same, and the paths are different fields.
func (t *tree) FN_Siblings() {
	t.left.mu.Lock()
	defer t.left.mu.Unlock()
	t.right.mu.Lock()
	defer t.right.mu.Unlock()
	t.left.n = t.right.n
}

// FN_Mirror is the other half.
func (t *tree) FN_Mirror() {
	t.right.mu.Lock()
	defer t.right.mu.Unlock()
	t.left.mu.Lock()
	defer t.left.mu.Unlock()
	t.right.n = t.left.n
}
