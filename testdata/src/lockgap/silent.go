package lockgap

import (
	"errors"
	"sync"
)

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

// The second look may be a method of what is found, or a helper.

type entry struct {
	text  string
	added int
	n     map[string]int
}

func (e entry) fresh() bool   { return e.added > 10 }
func (e *entry) usable() bool { return e.n != nil }

type lookups struct {
	mu   sync.RWMutex
	m    map[string]entry
	gen  int
	todo todo
	done map[string]int
}

// Lookup looks again by a method of the entry.
func (l *lookups) Lookup(k string, ask func() (entry, error)) entry {
	l.mu.RLock()
	cached := l.m[k]
	l.mu.RUnlock()
	if cached.fresh() {
		return cached
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	cached = l.m[k]
	if cached.fresh() {
		return cached
	}
	e, err := ask()
	if err != nil {
		cached.added++
		l.m[k] = cached
		return cached
	}
	l.m[k] = e
	return e
}

// LookupByValue has found out otherwise at first.
func (l *lookups) LookupByValue(k string) {
	l.mu.RLock()
	_, ok := l.m[k]
	l.mu.RUnlock()
	if ok {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if e := l.m[k]; e.fresh() {
		return
	}
	l.m[k] = entry{n: map[string]int{}}
}

// Twice reads into one variable twice, and writes the second.
func (l *lookups) Twice(k string, log func(*entry)) {
	l.mu.RLock()
	e := l.m[k]
	l.mu.RUnlock()
	log(&e)
	l.mu.Lock()
	defer l.mu.Unlock()
	e = l.m[k]
	e.added++
	l.m[k] = e
}

// LookupByAddress has a method that gets the variable's address.
func (l *lookups) LookupByAddress(k string) {
	l.mu.RLock()
	_, ok := l.m[k]
	l.mu.RUnlock()
	if ok {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	e := l.m[k]
	if e.usable() {
		return
	}
	l.m[k] = entry{n: map[string]int{}}
}

func (l *lookups) hasLocked(k string) bool {
	_, ok := l.m[k]
	return ok
}

// LookupByHelper looks again by a helper, which expects the lock.
func (l *lookups) LookupByHelper(k string) {
	l.mu.RLock()
	_, ok := l.m[k]
	l.mu.RUnlock()
	if ok {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.hasLocked(k) {
		return
	}
	l.m[k] = entry{n: map[string]int{}}
}

// refresh looks whether it is time, unless it is told not to.
func (l *lookups) refresh(force bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !force && l.gen > 3 {
		return
	}
	l.gen++
	l.done = make(map[string]int, l.gen)
}

// Done may refresh twice: it is only double work.
func (l *lookups) Done(k string) {
	l.mu.RLock()
	_, ok := l.done[k]
	l.mu.RUnlock()
	if !ok {
		l.refresh(true)
	}
}

type todo struct{ m map[string]int }

// remove looks for itself.
func (t *todo) remove(k string) {
	n, ok := t.m[k]
	if !ok {
		return
	}
	if n == 1 {
		delete(t.m, k)
	} else {
		t.m[k] = n - 1
	}
}

// Finish leaves the decision to remove.
func (l *lookups) Finish(k string) {
	l.mu.RLock()
	if len(l.todo.m) == 0 {
		l.mu.RUnlock()
		return
	}
	l.mu.RUnlock()
	l.mu.Lock()
	l.todo.remove(k)
	l.mu.Unlock()
}

// finish leaves the decision to remove, too.
func (l *lookups) finish(k string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.todo.remove(k)
}

// FinishSome spares the call where there is nothing to do.
func (l *lookups) FinishSome(k string) {
	l.mu.RLock()
	n := len(l.todo.m)
	l.mu.RUnlock()
	if n > 0 {
		l.finish(k)
	}
}

// finishAll looks by itself before it goes on. Whether that is enough is its affair.
func (l *lookups) finishAll(k string) {
	l.mu.RLock()
	if len(l.done) == 0 {
		l.mu.RUnlock()
		return
	}
	l.mu.RUnlock()
	l.mu.Lock()
	l.done[k]++ // want `l.done is written here because of what was read under an earlier l.mu \(line \d+\)`
	l.mu.Unlock()
}

// FinishAll spares the call where there is nothing to do.
func (l *lookups) FinishAll(k string) {
	l.mu.RLock()
	n := len(l.done)
	l.mu.RUnlock()
	if n == 0 {
		return
	}
	l.finishAll(k)
}

// A cache of what has no state is filled twice without harm, be it a struct.

type kind struct{ group, name string }

type kinds struct {
	mu sync.RWMutex
	m  map[int]kind
}

// Kind asks again what another is asking just now.
func (c *kinds) Kind(id int, ask func(int) kind) kind {
	c.mu.RLock()
	k, ok := c.m[id]
	c.mu.RUnlock()
	if ok {
		return k
	}
	k = ask(id)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.m[id] = k
	return k
}

// The first section takes away what it has found: nobody else finds it.

type item struct{ next *item }

type freelist struct {
	mu   sync.Mutex
	head *item
}

func (f *freelist) get() *item {
	f.mu.Lock()
	defer f.mu.Unlock()
	it := f.head
	if it == nil {
		return new(item)
	}
	f.head = it.next
	return it
}

func (f *freelist) put(it *item) {
	f.mu.Lock()
	defer f.mu.Unlock()
	it.next = f.head
	f.head = it
}

// Use puts back what it has taken.
func (f *freelist) Use(use func(*item)) {
	it := f.get()
	use(it)
	f.put(it)
}

type eventing struct {
	reset chan int
	wg    sync.WaitGroup
}

type server struct {
	mu  sync.Mutex
	sys *eventing
}

// Stop takes the channel away, by which it knows that it is the first.
func (s *server) Stop(send func()) {
	s.mu.Lock()
	if s.sys == nil || s.sys.reset == nil {
		s.mu.Unlock()
		return
	}
	s.sys.reset = nil
	wg := &s.sys.wg
	s.mu.Unlock()
	send()
	wg.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	send()
	s.sys = nil
}

// Update writes other fields with no lock: there is one caller at a time, and the
// lock is for those who ask elsewhere.

type balancer struct {
	service string
	mu      sync.Mutex
	cluster string
}

func (b *balancer) setCluster(s string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.cluster = s
}

// Cluster is for everybody.
func (b *balancer) Cluster() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.cluster
}

// Update is not.
func (b *balancer) Update(cluster, service string) {
	if b.Cluster() != cluster {
		b.setCluster(cluster)
	}
	if b.service != service {
		b.service = service
	}
}

// One goroutine connects, and others only take connections away.

type relays struct {
	wg   sync.WaitGroup
	mu   sync.Mutex
	m    map[string]*item
	todo chan string
}

// Start starts the one that connects.
func (r *relays) Start() {
	r.wg.Go(func() {
		for k := range r.todo {
			r.connect(k)
		}
	})
}

func (r *relays) connect(k string) {
	r.mu.Lock()
	n := len(r.m)
	r.mu.Unlock()
	if n == 3 {
		return
	}
	r.mu.Lock()
	r.m[k] = new(item)
	r.mu.Unlock()
}

// Drop is called by others.
func (r *relays) Drop(k string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.m, k)
}

// An oracle looks again under the lock that keeps out the others who fetch.
type oracle struct {
	fetch sync.Mutex
	mu    sync.RWMutex
	head  int
	price int
}

func (o *oracle) Suggest(now int) int {
	o.mu.RLock()
	head, price := o.head, o.price
	o.mu.RUnlock()
	if head == now {
		return price
	}
	o.fetch.Lock()
	defer o.fetch.Unlock()
	o.mu.RLock()
	head, price = o.head, o.price
	o.mu.RUnlock()
	if head == now {
		return price
	}
	o.mu.Lock()
	o.head, o.price = now, 2*now
	o.mu.Unlock()
	return 2 * now
}

// A recorder writes to a journal that others share, under the journal's lock; itself it
// is used by one goroutine at a time.
type journal struct {
	mu      sync.Mutex
	entries []string
}

type recorder struct {
	err     error
	journal *journal
	pending []string
}

var errClosed = errors.New("closed")

func (r *recorder) check() error {
	r.journal.mu.Lock()
	defer r.journal.mu.Unlock()
	return r.err
}

func (r *recorder) Commit() error {
	if err := r.check(); err != nil {
		return err
	}
	r.journal.mu.Lock()
	r.journal.entries = append(r.journal.entries, r.pending...)
	r.err = errClosed
	r.journal.mu.Unlock()
	return nil
}

func (r *recorder) Rollback() error {
	if err := r.check(); err != nil {
		return err
	}
	r.journal.mu.Lock()
	r.err = errClosed
	r.journal.mu.Unlock()
	return nil
}
