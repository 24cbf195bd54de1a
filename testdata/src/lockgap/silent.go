package lockgap

import "sync"

// GetChecked looks again under the lock.
func (c *cache) GetChecked(k string, mk func() int) int {
	c.mu.RLock()
	v, ok := c.m[k]
	c.mu.RUnlock()
	if ok {
		return v
	}
	v = mk()
	c.mu.Lock()
	defer c.mu.Unlock()
	if old, ok := c.m[k]; ok {
		return old
	}
	c.m[k] = v
	return v
}

// GetNested looks again inside the first check.
func (c *cache) GetNested(k string) {
	c.mu.RLock()
	_, ok := c.m[k]
	c.mu.RUnlock()
	if !ok {
		c.mu.Lock()
		if _, ok := c.m[k]; !ok {
			c.m[k] = 1
		}
		c.mu.Unlock()
	}
}

// InstanceChecked has both checks.
func InstanceChecked() *cache {
	instMu.RLock()
	c := inst
	instMu.RUnlock()
	if c == nil {
		instMu.Lock()
		if inst == nil {
			inst = &cache{m: map[string]int{}}
		}
		c = inst
		instMu.Unlock()
	}
	return c
}

// PutIfAbsent looks by itself, whatever its caller has seen.
func (s *set) PutIfAbsent(k string, v int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.m[k]; ok {
		return false
	}
	s.m[k] = v
	return true
}

// PutOnce may be late, and PutIfAbsent notices.
func PutOnce(s *set, k string) bool {
	return !s.Has(k) && s.PutIfAbsent(k, 1)
}

// SetMax compares by itself.
func (c *counter) SetMax(n int) {
	c.Lock()
	defer c.Unlock()
	if n > c.n {
		c.n = n
	}
}

// MaxChecked spares the write where it can.
func (c *counter) MaxChecked(n int) {
	if n > c.get() {
		c.SetMax(n)
	}
}

// Retry compares and swaps, and begins anew where it comes too late.
func (c *counter) Retry(f func(int) int) {
	for {
		old := c.get()
		next := f(old)
		c.Lock()
		if c.n == old {
			c.n = next
			c.Unlock()
			return
		}
		c.Unlock()
	}
}

// Swap compares and gives up.
func (c *counter) Swap(f func(int) int) bool {
	old := c.get()
	next := f(old)
	c.Lock()
	defer c.Unlock()
	if c.n != old {
		return false
	}
	c.n = next
	return true
}

type versioned struct {
	mu  sync.Mutex
	gen int
	val string
}

// Update checks a generation, which stands for all that was read.
func (v *versioned) Update(f func(string) string) {
	v.mu.Lock()
	gen, val := v.gen, v.val
	v.mu.Unlock()
	val = f(val)
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.gen == gen {
		v.val = val
		v.gen++
	}
}

type worker struct {
	mu    sync.Mutex
	busy  bool
	queue []int
	done  int
	next  int
	seen  map[int]int
	limit int
	hits  int
}

// Work reserves by a flag what it writes later.
func (w *worker) Work(f func() int) {
	w.mu.Lock()
	if w.busy {
		w.mu.Unlock()
		return
	}
	w.busy = true
	w.mu.Unlock()
	n := f()
	w.mu.Lock()
	w.busy = false
	w.done += n
	w.mu.Unlock()
}

// Drain takes the queue away, and adds to a sum that it reads again.
func (w *worker) Drain() {
	w.mu.Lock()
	q := w.queue
	w.queue = nil
	w.mu.Unlock()
	if len(q) == 0 {
		return
	}
	w.mu.Lock()
	w.done += len(q)
	w.mu.Unlock()
}

// Give reserves a number, under which nobody else writes.
func (w *worker) Give(f func() int) int {
	w.mu.Lock()
	id := w.next
	w.next++
	w.mu.Unlock()
	v := f()
	w.mu.Lock()
	w.seen[id] = v
	w.mu.Unlock()
	return id
}

// Report reads, and writes what does not depend on it.
func (w *worker) Report(log func(int)) {
	w.mu.Lock()
	n := w.done
	w.mu.Unlock()
	if n > 0 {
		log(n)
	}
	w.mu.Lock()
	w.hits++
	w.mu.Unlock()
}

// Wait gives the lock away between its looks, and has it at the last one.
func (w *worker) Wait(sleep func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.busy {
		w.mu.Unlock()
		sleep()
		w.mu.Lock()
	}
	w.busy = true
}

// Cond likewise: Wait gives the lock away and the loop looks again.
func (w *worker) Cond(c *sync.Cond) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.busy {
		c.Wait()
	}
	w.busy = true
}

// Limit reads what is never written: it cannot be stale.
func (w *worker) Limit() {
	w.mu.Lock()
	limit := w.limit
	w.mu.Unlock()
	if limit == 0 {
		return
	}
	w.mu.Lock()
	w.queue = w.queue[:0]
	w.mu.Unlock()
}

// Copy reads from one and writes to another.
func Copy(from, to *counter) { to.set(from.get()) }

// Move looks into one set and writes into the other.
func Move(from, to *set, k string) {
	if from.Has(k) {
		to.Put(k, 1)
	}
}

// Hint uses a stale length for what may be too long or too short.
func (q *queue) Hint() []int {
	buf := make([]int, 0, q.Len())
	q.mu.Lock()
	defer q.mu.Unlock()
	return append(buf, q.items...)
}

// Delete removes what is gone already without harm.
func (s *set) Delete(k string) {
	if !s.Has(k) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.m, k)
}

// TryTake asks twice: the second time under the lock.
func (a *account) TryTake(n int) bool {
	if a.Balance() < n {
		return false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.balance < n {
		return false
	}
	a.balance -= n
	return true
}

// Whole does both in one section.
func (c *counter) Whole() {
	c.Lock()
	defer c.Unlock()
	n := c.n
	if n > 10 {
		c.n = n - 10
	}
}

// Local has an object that nobody else knows.
func Local() int {
	c := new(counter)
	c.set(c.get() + 1)
	return c.get()
}

// outer holds the lock that makes two steps one.
type outer struct {
	mu sync.Mutex
	s  set
}

// Put is whole under the outer lock, which every user of s holds.
func (o *outer) Put(k string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.s.Has(k) {
		o.s.Put(k, 1)
	}
}

// A cache that is filled twice with the same is no worse for it.

type names struct {
	mu sync.RWMutex
	m  map[int]string
}

func (n *names) Name(id int, compute func(int) string) string {
	n.mu.RLock()
	s, ok := n.m[id]
	n.mu.RUnlock()
	if ok {
		return s
	}
	s = compute(id)
	n.mu.Lock()
	n.m[id] = s
	n.mu.Unlock()
	return s
}

// A single consumer decides alone: others only add.

type intake struct {
	mu    sync.Mutex
	items []int
	open  bool
}

func newIntake() *intake {
	i := &intake{open: true}
	go i.consume()
	return i
}

func (i *intake) consume() {
	for {
		i.mu.Lock()
		n := len(i.items)
		i.mu.Unlock()
		if n == 0 {
			continue
		}
		i.mu.Lock()
		i.items = nil
		i.mu.Unlock()
	}
}

func (i *intake) Add(n int) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.items = append(i.items, n)
}
