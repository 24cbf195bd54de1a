package wgmisuse

import "sync"

// A WaitGroup that is only counted up holds its waiters for ever.

type crew struct {
	wg   sync.WaitGroup
	jobs chan int
	sum  int
}

func (c *crew) start() {
	for range 3 {
		c.wg.Add(1)
		go c.work()
	}
}

func (c *crew) work() {
	for j := range c.jobs {
		c.sum += j
	}
}

func (c *crew) stop() {
	close(c.jobs)
	c.wg.Wait() // want `nobody calls c.wg.Done, but Add counts on line \d+: c.wg.Wait never returns`
}

func forgetful(jobs []func()) {
	var wg sync.WaitGroup
	wg.Add(len(jobs)) // which may be none
	for _, j := range jobs {
		wg.Add(1)
		go j()
	}
	wg.Wait() // want `nobody calls wg.Done, but Add counts on line \d+: wg.Wait never returns`
}

// Others call Done for it.
type Party struct {
	Guests sync.WaitGroup
}

// Begin counts one for each guest.
func (p *Party) Begin(n int) {
	for range n {
		p.Guests.Add(1)
	}
}

// End waits until all have left.
func (p *Party) End() { p.Guests.Wait() }

// Desk is counted down from outside, too.
type Desk struct {
	sync.WaitGroup
}

func (d *Desk) open() {
	d.Add(1)
	d.Wait()
}

// A function value counts down.
type relay struct {
	wg sync.WaitGroup
}

func (r *relay) run(later func(func())) {
	r.wg.Add(1)
	later(r.wg.Done)
	r.wg.Wait()
}

// Not counted at all.
type idle struct {
	wg sync.WaitGroup
}

func (i *idle) wait() { i.wg.Wait() }
