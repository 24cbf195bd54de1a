package todefer_test

import (
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/concurlint/concurlint/analyzers/internal/todefer"
	"github.com/concurlint/concurlint/passes/lockstate"
)

// probe reports what Function.Of says about each section.
var probe = &analysis.Analyzer{
	Name:     "probe",
	Doc:      "report sections that can be deferred",
	Requires: []*analysis.Analyzer{lockstate.Analyzer},
	Run: func(pass *analysis.Pass) (any, error) {
		state := pass.ResultOf[lockstate.Analyzer].(*lockstate.Result)
		for _, fn := range state.Funcs {
			for _, s := range state.Sections(fn) {
				if r := todefer.In(pass, fn.Decl).Of(s); r != nil {
					pass.Reportf(s.Acquire.Pos, "%d by %s, %d edits, panics: %t", len(s.Releases), r.Undo, len(r.Edits()), state.Panicking(s) != nil)
				}
			}
		}
		return nil, nil
	},
}

const src = `package p

import (
	"errors"
	"fmt"
	"sync"
)

type t struct {
	mu sync.Mutex
	m  map[string]*t
	n  int
}

func (x *t) String() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return fmt.Sprint(x.n)
}

func (x *t) straight() {
	x.mu.Lock() // want "1 by x.mu.Unlock\\(\\), 2 edits"
	x.n++
	x.mu.Unlock()
}

func (x *t) quick() error {
	x.mu.Lock() // want "3 by x.mu.Unlock\\(\\), 4 edits"
	if x.n == 0 {
		x.mu.Unlock()
		return fmt.Errorf("n is %d", x.n)
	}
	if x.n == 1 {
		x.mu.Unlock()
		panic(len(x.m))
	}
	x.mu.Unlock()
	return errors.New("x")
}

// To print x is to lock it.
func (x *t) prints() error {
	x.mu.Lock()
	x.n++
	x.mu.Unlock()
	return fmt.Errorf("x is %v", x)
}

func (x *t) receives(c chan int) int {
	x.mu.Lock()
	x.n++
	x.mu.Unlock()
	return <-c
}

// A map may hold nil: all three exits are reached.
func (x *t) nilValue(k string) bool {
	x.mu.Lock() // want "3 by x.mu.Unlock\\(\\), 4 edits"
	v, ok := x.m[k]
	if ok && v == nil {
		x.mu.Unlock()
		return false
	}
	if ok && v.n == 0 {
		x.mu.Unlock()
		return true
	}
	x.mu.Unlock()
	return false
}

// On one path a goroutine gets the lock.
func (x *t) hands(b bool) {
	x.mu.Lock()
	if b {
		x.n++
		x.mu.Unlock()
		return
	}
	go func() { x.mu.Unlock() }()
}

// The last release undoes either acquisition.
func (x *t) either(b bool) {
	if b {
		x.mu.Lock()
		x.n++
	} else {
		x.mu.Lock()
		x.n--
	}
	x.mu.Unlock()
}

// The deferred call releases the lock after a panic.
func (x *t) cleans(f func()) {
	held := false
	defer func() {
		if recover() != nil && held {
			x.mu.Unlock()
		}
	}()
	x.mu.Lock()
	held = true
	f()
	held = false
	x.mu.Unlock()
}

// The rest of the loop's turn and the other turns follow the release.
func (x *t) turns() {
	for range 3 {
		x.mu.Lock()
		x.n++
		x.mu.Unlock()
	}
	for range 3 {
		x.mu.Lock()
		if x.n > 0 {
			x.mu.Unlock()
			return
		}
		x.mu.Unlock()
		break
	}
}

func (x *t) jumps() {
again:
	x.mu.Lock()
	if x.n < 0 {
		x.n = 0
		x.mu.Unlock()
		goto again
	}
	x.n++
	x.mu.Unlock()
}

func (x *t) arms(c chan int) {
	x.mu.Lock() // want "3 by x.mu.Unlock\\(\\), 4 edits"
	switch {
	case x.n == 0:
		x.n++
		x.mu.Unlock()
	default:
		if x.n > 3 {
			x.n = 3
			x.mu.Unlock()
		} else {
			x.n = 4
			x.mu.Unlock()
		}
	}
}

// An empty block would remain.
func (x *t) empties() {
	x.mu.Lock()
	if x.n > 0 {
		x.n++
		x.mu.Unlock()
	} else {
		x.mu.Unlock()
	}
}

// The caller, who recovers, releases the lock.
func (x *t) released(f func()) {
	x.mu.Lock() // want "1 by x.mu.Unlock\\(\\), 2 edits, panics: false"
	f()
	x.mu.Unlock()
}

func (x *t) releases(f func()) {
	defer func() {
		if recover() != nil {
			x.mu.Unlock()
		}
	}()
	x.released(f)
}

// The caller recovers, but begins to only after the call.
func (x *t) before(f func()) {
	x.mu.Lock() // want "1 by x.mu.Unlock\\(\\), 2 edits, panics: false"
	f()
	x.mu.Unlock()
}

func (x *t) recoversLater(f func()) {
	x.before(f)
	defer func() { recover() }()
}

// The caller's caller recovers: too far away.
func (x *t) deep(f func()) {
	x.mu.Lock() // want "1 by x.mu.Unlock\\(\\), 2 edits, panics: false"
	f()
	x.mu.Unlock()
}

func (x *t) middle(f func()) { x.deep(f) }

func (x *t) top(f func()) {
	defer func() { recover() }()
	x.middle(f)
}

// sync.Once runs the literal on this goroutine.
func (x *t) once(o *sync.Once, f func()) {
	defer func() { recover() }()
	o.Do(func() {
		x.mu.Lock() // want "1 by x.mu.Unlock\\(\\), 2 edits, panics: true"
		f()
		x.mu.Unlock()
	})
}

// The line has two statements: no edits.
func (x *t) shares() {
	x.mu.Lock(); x.n++ // want "1 by x.mu.Unlock\\(\\), 0 edits"
	x.mu.Unlock()
}

// The call may have another result later.
func (x *t) lock() *sync.Mutex { return &x.mu }

func (x *t) calls() {
	x.lock().Lock()
	x.n++
	x.lock().Unlock()
}

// On one of the paths that leave it held, a goroutine gets the lock.
func (x *t) leaks(k int) {
	x.mu.Lock()
	if k == 0 {
		go func() { x.mu.Unlock() }()
	} else if k == 1 {
		x.n++
		x.mu.Unlock()
		return
	}
	x.n++
}

// The function leaves the loop in the turn that locks, but who knows.
func (x *t) leaves(c chan int) {
	for range c {
		x.mu.Lock()
		x.n++
		x.mu.Unlock()
		return
	}
}

// The open exit is forgotten, or wanted.
func (x *t) open(b bool) {
	x.mu.Lock() // want "1 by x.mu.Unlock\\(\\), 2 edits"
	if b {
		return
	}
	x.n++
	x.mu.Unlock()
}

func (x *t) excused(b bool) {
	x.mu.Lock()
	if b {
		return //nolint:concurlint // close unlocks it
	}
	x.n++
	x.mu.Unlock()
}

// A test recovers.
func (x *t) tested(f func()) {
	x.mu.Lock() // want "1 by x.mu.Unlock\\(\\), 2 edits, panics: false"
	f()
	x.mu.Unlock()
}

// As far as states go, there is one turn.
func (x *t) turn() {
	x.mu.Lock()
	for once := true; once; once = false {
		x.n++
		x.mu.Unlock()
	}
}

// It recovers only sometimes.
func (x *t) sometimes(b bool, f func()) {
	if b {
		defer func() { recover() }()
	}
	x.mu.Lock() // want "1 by x.mu.Unlock\\(\\), 2 edits, panics: false"
	f()
	x.mu.Unlock()
}
`

const testSrc = `package p

func recovers(x *t) {
	defer func() { recover() }()
	x.tested(nil)
}
`

func Test(t *testing.T) {
	dir, cleanup, err := analysistest.WriteFiles(map[string]string{"p/p.go": src, "p/p_test.go": testSrc})
	if err != nil {
		t.Fatal(err)
	}
	defer cleanup()
	analysistest.Run(t, dir, probe, "p")
}
