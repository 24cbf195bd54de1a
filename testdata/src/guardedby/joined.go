package guardedby

import (
	"sync"

	"guardedby/closer"
)

// An object of another package may be what waits for the goroutines.

type census struct {
	mu    sync.Mutex // guards heads
	heads int
}

func (c *census) count(in *closer.Closer) {
	defer in.Done()
	c.mu.Lock()
	c.heads++
	c.mu.Unlock()
}

// Census waits.
func Census() int {
	c := new(census)
	in := closer.New(2)
	for range 2 {
		go c.count(in)
	}
	in.SignalAndWait()
	return c.heads
}

// Poll does so if it is told to.
func Poll(always bool) int {
	c := new(census)
	in := closer.New(1)
	go c.count(in)
	in.MayWait(always)
	return c.heads // want `c.heads is read without c.mu, which guards it`
}

// Glance signals only.
func Glance() int {
	c := new(census)
	in := closer.New(1)
	go c.count(in)
	in.Signal()
	return c.heads // want `c.heads is read without c.mu, which guards it`
}

// A literal that is made when they are done comes later still, whoever runs it.

type poll struct {
	mu    sync.Mutex // guards votes
	votes int
}

// Later makes it when they are done.
func Later(run func(func())) {
	p := new(poll)
	in := closer.New(1)
	go func() {
		defer in.Done()
		p.mu.Lock()
		p.votes++
		p.mu.Unlock()
	}()
	in.SignalAndWait()
	run(func() { println(p.votes) })
}

type survey struct {
	mu    sync.Mutex // guards votes
	votes int
}

// Sooner makes it before.
func Sooner(run func(func())) {
	s := new(survey)
	in := closer.New(1)
	go func() {
		defer in.Done()
		s.mu.Lock()
		s.votes++
		s.mu.Unlock()
	}()
	run(func() { println(s.votes) }) // want `s.votes is read without s.mu, which guards it`
	in.SignalAndWait()
}
