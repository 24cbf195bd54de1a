package missingunlock

import "sync"

type shards struct {
	mus   [8]sync.Mutex
	parts [8]conn
	list  []*conn
	byKey map[string]*conn
	locks map[string]*sync.Mutex
	mu    sync.Mutex
}

// The same index value names the same lock.
func (s *shards) sameIndex(i int) bool {
	s.mus[i].Lock()
	if s.parts[i].closed {
		s.mus[i].Unlock()
		return false
	}
	s.mus[i].Unlock()
	return true
}

// The same index value, and one path forgets.
func (s *shards) sameIndexLeak(i int) bool {
	s.parts[i].mu.Lock()
	if s.parts[i].closed {
		return false // want `returning with s.parts\[i\].mu locked \(locked on line \d+`
	}
	s.parts[i].mu.Unlock()
	return true
}

// A constant index names a lock.
func (s *shards) constantIndex() bool {
	s.mus[3].Lock()
	if s.parts[3].closed {
		return false // want `returning with s.mus\[3\] locked \(locked on line \d+`
	}
	s.mus[3].Unlock()
	return true
}

// The index is computed twice: whether it is the same lock is unknown.
func (s *shards) computedTwice(k string) {
	s.mus[len(k)%8].Lock()
	s.parts[len(k)%8].n++
	s.mus[len(k)%8].Unlock()
}

// The element is fetched once, the pointer names its lock.
func (s *shards) element(i int) bool {
	c := s.list[i]
	c.mu.Lock()
	if c.closed {
		return false // want `returning with c.mu locked \(locked on line \d+`
	}
	c.mu.Unlock()
	return true
}

// A map element fetched once.
func (s *shards) mapElement(k string) bool {
	s.mu.Lock()
	c, ok := s.byKey[k]
	s.mu.Unlock()
	if !ok {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closed
}

// The map is asked twice for the key: the lock may be another one.
func (s *shards) mapTwice(k string) {
	s.locks[k].Lock()
	s.mu.Lock()
	s.byKey[k].n++
	s.mu.Unlock()
	s.locks[k].Unlock()
}

// Outer lock kept while an element's lock is taken and kept: the keyed lock is
// a helper's result (hugo 3251).
func (s *shards) lockKey(k string) {
	s.mu.Lock()
	if _, ok := s.locks[k]; !ok {
		s.locks[k] = new(sync.Mutex)
	}
	s.locks[k].Lock()
	s.mu.Unlock()
}

func (s *shards) unlockKey(k string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l, ok := s.locks[k]; ok {
		l.Unlock()
	}
}

// Every element's lock is taken in one loop and released in another.
func (s *shards) lockAll() int {
	for i := range s.parts {
		s.parts[i].mu.Lock()
	}
	sum := 0
	for i := range s.parts {
		sum += s.parts[i].n
	}
	for i := range s.parts {
		s.parts[i].mu.Unlock()
	}
	return sum
}

// The locks of a snapshot, deferred: released one after the other at the end.
func (s *shards) lockAllDefer() int {
	sum := 0
	for _, c := range s.list {
		c.mu.Lock()
		defer c.mu.Unlock()
		sum += c.n
	}
	return sum
}

// Each iteration's lock is released in its iteration; one iteration forgets and
// the function returns.
func (s *shards) perElementReturn() int {
	for i, c := range s.list {
		c.mu.Lock()
		if c.closed {
			return i // want `returning with c.mu locked \(locked on line \d+`
		}
		c.mu.Unlock()
	}
	return -1
}

// The lock of this element is not the one that the next iteration takes, and
// still it is never released: the iteration leaks it.
func perElementContinue(s *shards) {
	for _, c := range s.list {
		c.mu.Lock()
		if c.closed {
			continue // want `c.mu is still locked when the loop comes round to lock it again \(locked on line \d+`
		}
		c.n++
		c.mu.Unlock()
	}
}

// The owner closes its elements for good and keeps their locks, as badger's
// value log does: no path releases them.
func (s *shards) close() {
	for _, c := range s.byKey {
		c.mu.Lock() // We won't release the lock.
		c.closed = true
	}
}

// The list is walked hand over hand.
func handOverHand(c *conn, k int) *conn {
	c.mu.Lock()
	for c.next != nil && c.n != k {
		next := c.next
		next.mu.Lock()
		c.mu.Unlock()
		c = next
	}
	c.mu.Unlock()
	return c
}

// Hand over hand; the return in the loop keeps the current node's lock, whose
// name changes with every step.
func handOverHandLeak(c *conn, k int) bool {
	c.mu.Lock()
	for c.next != nil {
		if c.n == k {
			return true // want `returning with (c|next).mu locked \(locked on line \d+`
		}
		next := c.next
		next.mu.Lock()
		c.mu.Unlock()
		c = next
	}
	c.mu.Unlock()
	return false
}

// As in go/constant: the first node belongs to the caller.
func appendReverse(x *conn, list []int) []int {
	y := x
	for y.next != nil {
		l := y.next
		if y != x {
			y.mu.Unlock()
		}
		l.mu.Lock()
		y = l
	}
	n := y.n
	if y != x {
		y.mu.Unlock()
	}
	return append(list, n)
}

// As in unique's canonMap: up the tree, releasing the child after the parent.
func (c *conn) prune(empty func(*conn) bool) {
	i := c
	i.mu.Lock()
	for i.next != nil && empty(i) {
		parent := i.next
		parent.mu.Lock()
		i.mu.Unlock()
		i = parent
	}
	i.mu.Unlock()
}

// Two objects, the same field: the second one's lock leaks.
func transfer(from, to *conn, n int) error {
	from.mu.Lock()
	defer from.mu.Unlock()
	to.mu.Lock()
	if from.n < n {
		return errFull // want `returning with to.mu locked \(locked on line \d+`
	}
	from.n -= n
	to.n += n
	to.mu.Unlock()
	return nil
}

// The current connection changes while the old one's lock is held: the release
// is another lock's.
func FN_prefixStored(s *struct{ cur *conn }, next *conn) {
	s.cur.mu.Lock()
	s.cur = next
	s.cur.mu.Unlock()
}

// The old connection has its own name.
func swapped(s *struct{ cur *conn }, next *conn) {
	old := s.cur
	old.mu.Lock()
	s.cur = next
	old.mu.Unlock()
}
