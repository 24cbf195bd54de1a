package guardedby

import (
	"container/heap"
	"iter"
	"slices"
	"sort"
	"sync"
	"time"
)

// Function literals have the locks of the moment they run, not of the moment
// they are made.

type async struct {
	mu sync.Mutex
	n  int
	cb func()
}

// Set holds the lock, as do Get and Inc.
func (a *async) Set(n int) { a.mu.Lock(); a.n = n; a.mu.Unlock() }

// Get reads.
func (a *async) Get() int { a.mu.Lock(); defer a.mu.Unlock(); return a.n }

// Inc writes.
func (a *async) Inc() { a.mu.Lock(); a.n++; a.mu.Unlock() }

// Dec, Twice, Neg and Reset do, too: many accesses need more than half of them.
func (a *async) Dec() { a.mu.Lock(); a.n--; a.mu.Unlock() }

func (a *async) Twice() { a.mu.Lock(); a.n *= 2; a.mu.Unlock() }

func (a *async) Neg() { a.mu.Lock(); a.n = -1; a.mu.Unlock() }

func (a *async) Reset() { a.mu.Lock(); a.n = 0; a.mu.Unlock() }

// Go starts a goroutine inside the section, which does not inherit it.
func (a *async) Go() {
	a.mu.Lock()
	defer a.mu.Unlock()
	go func() {
		a.n++ // want `a.n is written without a.mu, which guards it`
	}()
}

// GoLocks starts one that locks by itself.
func (a *async) GoLocks() {
	go func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.n++
	}()
}

// WaitGroup does it with wg.Go.
func (a *async) WaitGroup(wg *sync.WaitGroup) {
	a.mu.Lock()
	defer a.mu.Unlock()
	wg.Go(func() {
		a.n-- // want `a.n is written without a.mu, which guards it`
	})
}

// Store stores a callback: whoever calls it later has no lock.
func (a *async) Store() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.cb = func() {
		a.n = 0 // want `a.n is written without a.mu, which guards it`
	}
}

// Later hands one to a timer.
func (a *async) Later() {
	a.mu.Lock()
	defer a.mu.Unlock()
	time.AfterFunc(time.Second, func() {
		a.n = 1 // want `a.n is written without a.mu, which guards it`
	})
}

// Expire is handed to a timer as a method value.
func (a *async) Expire() {
	time.AfterFunc(time.Second, a.expire)
}

func (a *async) expire() {
	a.n = 2 // want `a.n is written without a.mu, which guards it`
}

// Func returns one.
func (a *async) Func() func() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return func() int {
		return a.n // want `a.n is read without a.mu, which guards it`
	}
}

// Args evaluates the arguments before the goroutine starts, and before the
// deferred call runs.
func (a *async) Args(f func(int)) {
	a.mu.Lock()
	go f(a.n)
	defer f(a.n)
	a.mu.Unlock()
}

// DeferInside runs its deferred literal before the deferred Unlock.
func (a *async) DeferInside() {
	a.mu.Lock()
	defer a.mu.Unlock()
	defer func() { a.n-- }()
	a.n++
}

// DeferOutside runs it after.
func (a *async) DeferOutside() {
	defer func() {
		a.n-- // want `a.n is written without a.mu, which guards it`
	}()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.n++
}

// InPlace calls it where it stands.
func (a *async) InPlace() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	double := func() int { return 2 * a.n }
	return double() + func() int { return a.n }()
}

// with runs f under the lock.
func (a *async) with(f func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	f()
}

// With passes a literal to it.
func (a *async) With() {
	a.with(func() { a.n++ })
}

type list struct {
	mu    sync.Mutex
	items []int
	byID  map[int]int
}

// Sort compares under the lock: sort.Slice and slices.SortFunc call back at once.
func (l *list) Sort() {
	l.mu.Lock()
	defer l.mu.Unlock()
	sort.Slice(l.items, func(i, j int) bool { return l.items[i] < l.items[j] })
	slices.SortFunc(l.items, func(x, y int) int { return l.byID[x] - l.byID[y] })
}

// Add writes.
func (l *list) Add(v int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.items = append(l.items, v)
	l.byID[v] = len(l.items)
}

// Find calls back at once as well, but without the lock.
func (l *list) Find(v int) int {
	return sort.Search(100, func(i int) bool {
		return l.items[i] >= v // want `l.items(\[i\])? is read without l.mu, which guards it`
	})
}

// All returns an iterator: the loop runs after the section is over.
func (l *list) All() iter.Seq[int] {
	l.mu.Lock()
	defer l.mu.Unlock()
	return func(yield func(int) bool) {
		for _, v := range l.items { // want `l.items is read without l.mu, which guards it`
			if !yield(v) {
				return
			}
		}
	}
}

// Each returns one that locks while it runs.
func (l *list) Each() iter.Seq[int] {
	return func(yield func(int) bool) {
		l.mu.Lock()
		defer l.mu.Unlock()
		for _, v := range l.items {
			if !yield(v) {
				return
			}
		}
	}
}

// Methods of container/heap's interface run under the lock of those who call
// Push and Pop.
type task struct{ prio, index int }

type tasks []*task

func (t tasks) Len() int           { return len(t) }
func (t tasks) Less(i, j int) bool { return t[i].prio < t[j].prio }
func (t tasks) Swap(i, j int) {
	t[i], t[j] = t[j], t[i]
	t[i].index, t[j].index = i, j
}
func (t *tasks) Push(x any) {
	item := x.(*task)
	item.index = len(*t)
	*t = append(*t, item)
}
func (t *tasks) Pop() any {
	old := *t
	item := old[len(old)-1]
	item.index = -1
	*t = old[:len(old)-1]
	return item
}

type scheduler struct {
	mu    sync.Mutex
	tasks tasks
}

// Push locks.
func (s *scheduler) Push(prio int) *task {
	t := &task{prio: prio}
	s.mu.Lock()
	defer s.mu.Unlock()
	heap.Push(&s.tasks, t)
	return t
}

// Move reads and writes what the heap's methods do.
func (s *scheduler) Move(t *task, prio int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t.index < 0 {
		return
	}
	t.prio = prio
	heap.Fix(&s.tasks, t.index)
}

// Pop forgets.
func (s *scheduler) Pop() *task {
	return heap.Pop(&s.tasks).(*task) // want `s.tasks is (written|read) without s.mu, which guards it`
}

// An interface's method is called under the lock, and only so.
type visitor interface{ visit(id int) }

type graph struct {
	mu    sync.Mutex
	nodes []int
	seen  int
}

// Walk calls it.
func (g *graph) Walk(v visitor) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.seen = 0
	for _, n := range g.nodes {
		v.visit(n)
	}
}

// Reset writes.
func (g *graph) Reset() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.nodes, g.seen = nil, 0
}

// Count passes a visitor that changes the graph.
func (g *graph) Count() { g.Walk(&countVisitor{g: g}) }

type countVisitor struct{ g *graph }

// visit has the lock of Walk, its only caller.
func (v *countVisitor) visit(int) { v.g.seen++ }

// A condition's lock is the mutex it was made from.
type line struct {
	mu   sync.Mutex
	cond *sync.Cond
	q    []int
}

// NewLine binds the condition to the mutex.
func NewLine() *line {
	l := &line{}
	l.cond = sync.NewCond(&l.mu)
	l.q = make([]int, 0, 8)
	return l
}

// Put locks by the condition.
func (l *line) Put(v int) {
	l.cond.L.Lock()
	l.q = append(l.q, v)
	l.cond.L.Unlock()
	l.cond.Signal()
}

// Get holds the lock again after Wait.
func (l *line) Get() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.q) == 0 {
		l.cond.Wait()
	}
	v := l.q[0]
	l.q = l.q[1:]
	return v
}

// Len has no lock under either name.
func (l *line) Len() int {
	return len(l.q) // want `l.q is read without l.mu, which guards it`
}
