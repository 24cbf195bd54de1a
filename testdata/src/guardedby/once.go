package guardedby

import "sync"

// What sync.Once runs comes before all that ask for it, whatever lock it holds.

type answer struct {
	once sync.Once
	todo func()
	mu   sync.Mutex
	n    int
	text map[int]string
}

func newAnswer() *answer {
	a := &answer{text: make(map[int]string)}
	a.todo = a.compute
	return a
}

// Ready computes the answer, if it is not yet.
func (a *answer) Ready() *answer {
	a.once.Do(a.todo)
	return a
}

func (a *answer) compute() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.n = 42
	a.find()
	func() { a.n++ }()
}

func (a *answer) find() {
	a.n++
	a.text[a.n] = "the answer"
}

// Number needs no lock.
func (a *answer) Number() int { return a.Ready().n }

// Text needs none either.
func (a *answer) Text() string { return a.Ready().text[a.n] }

// A function that others call, too, does not run once.

type guess struct {
	once sync.Once
	mu   sync.Mutex
	n    int
}

// Ready guesses.
func (g *guess) Ready() {
	g.once.Do(func() { g.again() })
}

func (g *guess) again() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.n++
}

// Again guesses again.
func (g *guess) Again() { g.again() }

// Reset has the lock.
func (g *guess) Reset() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.n = 0
}

// Number needs it.
func (g *guess) Number() int {
	g.Ready()
	return g.n // want `g.n is read without g.mu, which guards it`
}
