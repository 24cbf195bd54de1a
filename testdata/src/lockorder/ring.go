package lockorder

import "sync"

// The philosophers each have a fork to the left, and wait for the one to the right.

func eat() {}

func dine(n int) {
	forks := make([]sync.Mutex, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			forks[i].Lock()
			defer forks[i].Unlock()
			forks[(i+1)%n].Lock() // want `forks\[\(i \+ 1\) % n\] is acquired while forks\[i\] is held \(locked on line \d+\): in a ring each has one and waits for the next`
			defer forks[(i+1)%n].Unlock()
			eat()
		})
	}
	wg.Wait()
}

type fork struct{ mu sync.Mutex }

type philosopher struct {
	left, right *fork
}

func (p *philosopher) dine() {
	p.left.mu.Lock()
	p.right.mu.Lock() // want `p.right.mu is acquired while p.left.mu is held \(locked on line \d+\): in a ring \(see line \d+\) each has one and waits for the next`
	eat()
	p.right.mu.Unlock()
	p.left.mu.Unlock()
}

func table() {
	forks := make([]*fork, 5)
	for i := range forks {
		forks[i] = new(fork)
	}
	for i := range forks {
		p := &philosopher{left: forks[i], right: forks[(i+1)%len(forks)]}
		go p.dine()
	}
}

// The same, made by a constructor.
type guest struct {
	one, two *sync.Mutex
}

func newGuest(one, two *sync.Mutex) *guest { return &guest{one, two} }

func (g *guest) dine() {
	g.two.Lock()
	g.one.Lock() // want `g.one is acquired while g.two is held \(locked on line \d+\): in a ring \(see line \d+\) each has one and waits for the next`
	eat()
	g.one.Unlock()
	g.two.Unlock()
}

func party(forks []*sync.Mutex) {
	for i := range forks {
		go newGuest(forks[(i+len(forks)-1)%len(forks)], forks[i]).dine()
	}
}

// One of them is left-handed.
func dineOdd(n int) {
	forks := make([]sync.Mutex, n)
	for i := range n {
		go func() {
			left, right := &forks[i], &forks[(i+1)%n]
			if i%2 == 0 {
				left.Lock()
				right.Lock()
			} else {
				right.Lock()
				left.Lock()
			}
			eat()
			left.Unlock()
			right.Unlock()
		}()
	}
}

// The lower one first.
func dineSorted(n int) {
	forks := make([]sync.Mutex, n)
	for i := range n {
		go func() {
			j := (i + 1) % n
			first, second := &forks[min(i, j)], &forks[max(i, j)]
			first.Lock()
			second.Lock()
			eat()
			second.Unlock()
			first.Unlock()
		}()
	}
}

// All but one may sit down.
func dineSeats(n int) {
	forks := make([]sync.Mutex, n)
	seats := make(chan struct{}, n-1)
	for i := range n {
		go func() {
			seats <- struct{}{}
			forks[i].Lock()
			forks[(i+1)%n].Lock()
			eat()
			forks[(i+1)%n].Unlock()
			forks[i].Unlock()
			<-seats
		}()
	}
}

// A waiter hands out both at once.
func dineWaiter(n int, waiter *sync.Mutex) {
	forks := make([]sync.Mutex, n)
	for i := range n {
		go func() {
			waiter.Lock()
			forks[i].Lock()
			forks[(i+1)%n].Lock()
			waiter.Unlock()
			eat()
			forks[(i+1)%n].Unlock()
			forks[i].Unlock()
		}()
	}
}

// There is no ring: the last has no neighbour.
func line(n int) {
	forks := make([]sync.Mutex, n+1)
	for i := range n {
		go func() {
			forks[i].Lock()
			forks[i+1].Lock()
			eat()
			forks[i+1].Unlock()
			forks[i].Unlock()
		}()
	}
}
