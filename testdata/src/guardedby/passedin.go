package guardedby

import "sync"

// A cluster is set up by other packages before they share it.
type cluster struct {
	mu      sync.Mutex
	members map[string]int // guarded by mu
	id      int            // guarded by mu
}

// Add is for everybody.
func (c *cluster) Add(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.members[name]++
	c.id++
}

// ID too.
func (c *cluster) ID() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.id
}

func (c *cluster) count() int { return len(c.members) }

// Count holds the lock at the other call of count.
func (c *cluster) Count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.count()
}

// AssignIDs is called by other packages only, with clusters that may be theirs alone.
func AssignIDs(local, other *cluster) {
	local.members = make(map[string]int)
	for name := range other.members { // want `other.members is read without other.mu, which guards it`
		local.members[name] = local.count()
	}
	local.id = len(local.members)
}

// A method's receiver is another matter.
func (c *cluster) Reset() {
	c.id = 0 // want `c.id is written without c.mu, which guards it`
}

// So is a function that the package calls itself,
func Clear(c *cluster) {
	c.members["a"] = 0 // want `c.members is written without c.mu, which guards it`
}

func (c *cluster) reset() { Clear(c) }

// and one that locks for the next step.
func Raise(c *cluster, by int) int {
	if c.id > by { // want `c.id is read without c.mu, which guards it`
		return c.id
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.id += by
	return c.id
}

// A function that only reads sets nothing up.
func Len(c *cluster) int {
	return len(c.members) // want `c.members is read without c.mu, which guards it`
}

// An argument may lead to an object that is shared.
type clusters struct{ first *cluster }

func First(cs *clusters) int {
	return cs.first.id // want `cs.first.id is read without cs.first.mu, which guards it`
}
