// Package ownership has objects that are made, handed over and published.
package ownership

import (
	"os"
	"slices"
	"strings"
	"sync"
)

type T struct {
	mu   sync.Mutex
	n    int
	next *T
}

// at marks a place: the test asks who can reach v there.
func at(v any) {}

var (
	global  *T
	all     []*T
	byName  = make(map[string]*T)
	feed    = make(chan *T)
	pool    sync.Pool
	spawned sync.WaitGroup
)

func made() {
	t := new(T)
	at(t) // want "^private$"
	t.next = new(T)
	at(t.next) // want "^private$"
	at(&t.n)   // want "^private$"
	global = t
	at(t)    // want "^stored$"
	at(&t.n) // want "^stored$"
}

func part() {
	t := new(T)
	at(t.next) // want "^received$"
}

func elements() {
	mine := map[*T]bool{new(T): true}
	for t := range mine {
		at(t) // want "^private$"
	}
	for _, t := range byName {
		at(t) // want "^shared$"
	}
}

func literals() {
	at([]int{1})            // want "^private$"
	at(make(map[string]*T)) // want "^private$"
	at(make(chan *T))       // want "^private$"
	at(global)              // want "^shared$"
	at(all[0])              // want "^shared$"
}

func inMap(name string) {
	t := new(T)
	m := map[string]*T{name: t}
	at(t) // want "^private$"
	byName = m
	at(t) // want "^stored$"
}

func inSlice() {
	t := new(T)
	at(t) // want "^private$"
	all = append(all, t)
	at(t) // want "^stored$"
}

func inObject() {
	t, box := new(T), new(T)
	box.next = t
	at(t) // want "^private$"
	global = box
	at(t) // want "^stored$"
}

func inParameter(box *T) {
	t := new(T)
	at(t) // want "^private$"
	box.next = t
	at(t) // want "^stored$"
}

func branches(b bool) {
	t := new(T)
	if b {
		global = t
		at(t) // want "^stored$"
	} else {
		at(t) // want "^private$"
	}
	at(t) // want "^stored$"
}

func eachLap() {
	for range 3 {
		t := new(T)
		at(t) // want "^private$"
		global = t
	}
}

func allLaps() {
	t := new(T)
	for range 3 {
		at(t) // want "^stored$"
		global = t
	}
}

func oneOf(b bool) {
	t, u, v := new(T), new(T), new(T)
	global = u
	if b {
		t, u, v = <-feed, new(T), global
	}
	at(t) // want "^received$"
	at(u) // want "^stored$"
	at(v) // want "^shared$"
}

func oneOfStored(b bool) {
	t, u := new(T), new(T)
	global = t
	go u.run()
	if b {
		t, u = <-feed, t
	}
	at(t) // want "^stored$"
	at(u) // want "^started$"
}

func (t *T) run() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.n++
}

func started() {
	t := new(T)
	at(t) // want "^private$"
	go t.run()
	at(t) // want "^started$"
}

func startedByGroup() {
	t := new(T)
	spawned.Go(func() { t.n++ })
	at(t) // want "^started$"
}

func sent() {
	t, u := new(T), new(T)
	feed <- t
	at(t) // want "^started$"
	select {
	case feed <- u:
		at(u) // want "^started$"
	default:
	}
}

func joinedByGroup() {
	t := new(T)
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		t.n++
		at(t) // want "^shared$"
	}()
	at(t) // want "^started$"
	wg.Wait()
	at(t) // want "^private$"
}

func joinedByChannel() {
	t := new(T)
	done := make(chan bool)
	go func() {
		t.n++
		close(done)
	}()
	at(t) // want "^started$"
	<-done
	at(t) // want "^private$"
}

func joinedThenStored() {
	t := new(T)
	done := make(chan bool)
	go func() {
		t.n++
		close(done)
	}()
	<-done
	global = t
	at(t) // want "^stored$"
}

// The object is in global when the goroutine has ended.
func FN_storedByGoroutine() {
	t := new(T)
	done := make(chan bool)
	go func() {
		global = t
		close(done)
	}()
	<-done
	at(t) // want "^private$"
}

func joinedOnOnePath(b bool) {
	t := new(T)
	done := make(chan bool)
	go func() {
		t.n++
		close(done)
	}()
	if b {
		<-done
		at(t) // want "^private$"
	}
	at(t) // want "^started$"
}

func joinedBefore() {
	t := new(T)
	done := make(chan bool, 1)
	done <- true
	<-done
	go func() {
		t.n++
		done <- true
	}()
	at(t) // want "^started$"
}

func joinedOther() {
	t := new(T)
	done, other := make(chan bool), make(chan bool)
	go func() {
		t.n++
		close(done)
	}()
	<-other
	at(t) // want "^started$"
}

func received() {
	at(<-feed) // want "^received$"
	if t, ok := <-feed; ok {
		at(t) // want "^received$"
	}
	select {
	case t := <-feed:
		at(t) // want "^received$"
	default:
	}
	for t := range feed {
		at(t) // want "^received$"
	}
	at(pool.Get())      // want "^received$"
	at(pool.Get().(*T)) // want "^received$"
}

func foreign() {
	at(strings.NewReader("")) // want "^received$"
	f, _ := os.Open("")
	at(f)          // want "^received$"
	at(os.Stdout)  // want "^shared$"
	at(os.Args[0]) // want "^shared$"
}

type Option func(*T)

func WithSize(n int) Option {
	return func(t *T) {
		t.n = n
		at(t) // want "^received$"
	}
}

// WithNext is a builder.
func (t *T) WithNext(next *T) *T {
	t.next = next
	at(t)    // want "^received$"
	at(next) // want "^shared$"
	return t
}

// Check is one that may fail.
func (t *T) Check() *T {
	if t.next == nil {
		return nil
	}
	at(t) // want "^received$"
	return t
}

// Next is none.
func (t *T) Next() *T {
	at(t) // want "^shared$"
	return t.next
}

func built() {
	at(new(T).WithNext(nil)) // want "^private$"
	at(global.WithNext(nil)) // want "^shared$"
	at(global.Next())        // want "^shared$"
	t := new(T)
	at(t.Check()) // want "^private$"
	global = t.Check()
	at(t) // want "^stored$"
}

func New(opts ...Option) *T {
	t := new(T)
	t.setUp()
	t.reset()
	for _, opt := range opts {
		opt(t)
	}
	return t
}

// setUp is only called by New.
func (t *T) setUp() {
	at(t) // want "^private$"
	t.setUpBelow()
}

func (t *T) setUpBelow() {
	at(t) // want "^private$"
}

// reset is called for any T.
func (t *T) reset() {
	at(t) // want "^shared$"
	t.n = 0
}

func (t *T) Reset() { t.reset() }

// startUp is called for new objects, by goroutines.
func (t *T) startUp() {
	at(t) // want "^shared$"
}

// kept is called for new objects, and by others.
func kept(t *T) {
	at(t) // want "^received$"
}

var hook = kept

func NewStarted() *T {
	t := new(T)
	kept(t)
	go t.startUp()
	return t
}

func NewStored() (*T, error) {
	t := New()
	global = t
	return t, nil
}

func register(t *T) { all = append(all, t) }

func NewOrNil(n int) (*T, error) {
	if n < 0 {
		return nil, os.ErrInvalid
	}
	return New(), nil
}

func constructed() {
	at(New())        // want "^private$"
	at(NewStarted()) // want "^shared$"
	t, _ := NewStored()
	at(t) // want "^shared$"
	t, _ = NewOrNil(1)
	at(t) // want "^private$"
	register(t)
	at(t) // want "^stored$"
}

func inPlace() {
	t := new(T)
	func() {
		at(t) // want "^private$"
	}()
	slices.SortFunc(all, func(x, y *T) int {
		at(t) // want "^private$"
		return 0
	})
	defer func() {
		at(t) // want "^private$"
	}()
}

func inPlaceStored() {
	t := new(T)
	global = t
	func() {
		at(t) // want "^stored$"
	}()
}

// The literal stores the object.
func FN_storedInPlace() {
	t := new(T)
	func() { global = t }()
	at(t) // want "^private$"
}

var onExit []func()

func captured() {
	t := new(T)
	f := func() {
		at(t) // want "^shared$"
	}
	at(t) // want "^private$"
	onExit = append(onExit, f)
	at(t) // want "^stored$"
}

func assigned() {
	var t *T
	func() { t = <-feed }()
	at(t) // want "^shared$"
}

type getter interface{ Get() int }

type shown struct{ n int }

func (s *shown) Get() int  { return s.n }
func (s *shown) Set(n int) { s.n = n }

type hidden struct{ n int }

func (h *hidden) Get() int { return h.n }

func get(g getter) int { return g.Get() }

func convert() int { return get(new(shown)) + new(hidden).Get() }
