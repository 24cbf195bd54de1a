package doublelock

import (
	"math/rand/v2"
	"sync"
)

// Len locks.
func (c *counter) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}

// lenLocked needs the lock and takes none.
func (c *counter) lenLocked() int { return c.n }

// A method that locks is called with the lock.
func (c *counter) callLen() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.Len() == 0 // want `c.Len locks c.mu, which is already held \(locked on line \d+; c.Len locks it at \w+\.go:\d+\)`
}

// The Locked helper is the repair.
func (c *counter) callLenLocked() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.lenLocked() == 0
}

// The section ends before the call: the other repair.
func (c *counter) callAfterUnlock() bool {
	c.mu.Lock()
	c.n++
	c.mu.Unlock()
	return c.Len() == 0
}

// Two calls below.
func (c *counter) empty() bool { return c.Len() == 0 }

// Three calls below.
func (c *counter) check() error {
	if c.empty() {
		return nil
	}
	return nil
}

func (c *counter) callDeep() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.check() // want `c.check locks c.mu, which is already held \(locked on line \d+`
}

// The callee locks only on one of its paths: it may still block.
func (c *counter) lenIf(b bool) int {
	if b {
		return c.Len()
	}
	return 0
}

// A condition that nobody here decides: this path deadlocks when it is taken.
func (c *counter) callMaybe(b bool) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.lenIf(b) // want `c.lenIf locks c.mu, which is already held \(locked on line \d+`
}

// The constant argument excludes the path that locks.
func (c *counter) callConstant() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.lenIf(false)
}

// The constant argument selects the path that locks (hugo 5379).
func (c *counter) callConstantTrue() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.lenIf(true) // want `c.lenIf locks c.mu, which is already held \(locked on line \d+`
}

// The parameter tells the callee whether the lock is held already (nats).
func (c *counter) name(needLock bool) string {
	if needLock {
		c.mu.Lock()
		defer c.mu.Unlock()
	}
	return "counter"
}

// The callee is told.
func (c *counter) callName() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.name(false)
}

// The same parameter decides in both functions.
func (c *counter) callNameThrough(needLock bool) string {
	if !needLock {
		c.mu.Lock()
		defer c.mu.Unlock()
	}
	return c.name(needLock)
}

// A plain function that gets the owner.
func length(c *counter) int { return c.Len() }

func (c *counter) callFunction() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return length(c) // want `length locks c.mu, which is already held \(locked on line \d+`
}

// A plain function that gets the lock.
func underMutex(mu *sync.Mutex, f func()) {
	mu.Lock()
	defer mu.Unlock()
	f()
}

func (c *counter) callWithAddress() {
	c.mu.Lock()
	defer c.mu.Unlock()
	underMutex(&c.mu, func() {}) // want `underMutex locks c.mu, which is already held \(locked on line \d+`
}

// The lock of a package variable through a call.
func bump() {
	globalMu.Lock()
	global++
	globalMu.Unlock()
}

func bumpTwice() {
	globalMu.Lock()
	defer globalMu.Unlock()
	bump() // want `bump locks globalMu, which is already held \(locked on line \d+; bump locks it at \w+\.go:\d+\)`
}

// A read lock under a read lock, through a call (pion's mediaengine).
func (c *counter) get(k string) int {
	c.rw.RLock()
	defer c.rw.RUnlock()
	return c.items[k]
}

func (c *counter) sum(keys []string) (n int) {
	c.rw.RLock()
	defer c.rw.RUnlock()
	for _, k := range keys {
		n += c.get(k) // want `c.get (read-)?locks c.rw, which is already (held|read-locked) \((read-)?(locked )?on line \d+`
	}
	return n
}

// A read lock under the write lock, through a call (syncthing 4829).
func (c *counter) clear(k string) {
	c.rw.Lock()
	if c.get(k) > 0 { // want `c.get (read-)?locks c.rw, which is already held \(locked on line \d+`
		delete(c.items, k)
	}
	c.rw.Unlock()
}

// A write lock under the read lock, through a call.
func (c *counter) set(k string) {
	c.rw.Lock()
	c.items[k]++
	c.rw.Unlock()
}

func (c *counter) getOrSet(k string) {
	c.rw.RLock()
	defer c.rw.RUnlock()
	if c.items[k] == 0 {
		c.set(k) // want `c.set locks c.rw, which is (already held|read-locked|already read-locked) \((read-)?(locked )?on line \d+`
	}
}

// The deferred call runs before the earlier deferred release.
func (c *counter) deferCall() {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer c.Len() // want `c.Len locks c.mu, which is already held \(locked on line \d+`
	c.n++
}

// The deferred call runs after the later deferred release.
func (c *counter) deferCallOK() {
	defer c.Len()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
}

// The method of another object.
func (c *counter) callOther(d *counter) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return d.Len()
}

// The methods of the children.
func (c *counter) total() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.n
	for _, k := range c.kids {
		n += k.total()
	}
	return n
}

// The parent's method, up the tree.
func (c *counter) propagate() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
	if c.parent != nil {
		c.parent.propagate()
	}
}

// A recursion on the same object deadlocks itself.
func (c *counter) countdown(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if n > 0 {
		c.countdown(n - 1) // want `c.countdown locks c.mu, which is already held \(locked on line \d+`
	}
}

// A recursion on the same object after the release.
func (c *counter) countdownOK(n int) {
	c.mu.Lock()
	c.n--
	c.mu.Unlock()
	if n > 0 {
		c.countdownOK(n - 1)
	}
}

// Two functions that call each other; only the first one locks.
func (c *counter) ping(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pong(n) // want `c.pong locks c.mu, which is already held \(locked on line \d+`
}

func (c *counter) pong(n int) {
	if n > 0 {
		c.ping(n - 1)
	}
}

// The callee releases first and takes the lock back (nats, etcd, moby 4951).
func (c *counter) yield(work func()) {
	c.mu.Unlock()
	work()
	c.mu.Lock()
}

func (c *counter) callYield() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.yield(func() {})
}

// The callee releases first on its locking path only.
func (c *counter) yieldIf(b bool) {
	if b {
		c.mu.Unlock()
		c.Len()
		c.mu.Lock()
	}
}

func (c *counter) callYieldIf(b bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.yieldIf(b)
}

// After the callee has released, the lock is free.
func (c *counter) finishAndUnlock() {
	c.n++
	c.mu.Unlock()
}

func (c *counter) callFinish() int {
	c.mu.Lock()
	c.finishAndUnlock()
	return c.Len()
}

// A helper took the lock.
func (c *counter) lock()   { c.mu.Lock() }
func (c *counter) unlock() { c.mu.Unlock() }

func (c *counter) viaHelpers() int {
	c.lock()
	defer c.unlock()
	return c.Len() // want `c.Len locks c.mu, which is already held \(locked on line \d+`
}

// The helper itself is called twice.
func (c *counter) helperTwice() {
	c.lock()
	c.lock() // want `c.lock locks c.mu, which is already held \(locked on line \d+`
	c.unlock()
}

// The callee tries.
func (c *counter) tryLen() int {
	if !c.mu.TryLock() {
		return -1
	}
	defer c.mu.Unlock()
	return c.n
}

func (c *counter) callTry() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tryLen()
}

// The callee starts a goroutine that locks.
func (c *counter) later() {
	go func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.n++
	}()
}

func (c *counter) callLater() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.later()
}

// The callee waits on the condition of this lock.
func (c *counter) awaitLocked() {
	for c.n == 0 {
		c.cond.Wait()
	}
}

func (c *counter) callAwait() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.awaitLocked()
}

// The error says that the lock was not taken.
func (c *counter) acquire() error {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return errClosed
	}
	return nil
}

func (c *counter) callAcquire() int {
	if err := c.acquire(); err != nil {
		return c.Len()
	}
	defer c.unlock()
	return c.n
}

// The acquire has the lock, and Len wants it again.
func (c *counter) callAcquireThenLen() int {
	if err := c.acquire(); err != nil {
		return -1
	}
	defer c.unlock()
	return c.Len() // want `c.Len locks c.mu, which is already held \(locked on line \d+`
}

// The lock's release is in the returned closure.
func (c *counter) scope() func() {
	c.mu.Lock()
	return c.mu.Unlock
}

func (c *counter) useScope() int {
	defer c.scope()()
	return c.Len() // want `c.Len locks c.mu, which is already held \(locked on line \d+`
}

func (c *counter) useScopeOK() int {
	unlock := c.scope()
	c.n++
	unlock()
	return c.Len()
}

type errClosedType struct{}

func (errClosedType) Error() string { return "closed" }

var errClosed = errClosedType{}

// The embedded type's method, promoted (moby 36114).
type base struct {
	sync.Mutex
	n int
}

func (b *base) hotRemove() {
	b.Lock()
	defer b.Unlock()
	b.n--
}

func (b *base) hotAdd() {
	b.Lock()
	defer b.Unlock()
	b.hotRemove() // want `b.hotRemove locks b(\.Mutex)?, which is already held \(locked on line \d+`
}

type derived struct {
	base
	name string
}

// The promoted method locks the embedded object's lock.
func (d *derived) rename(s string) {
	d.Lock()
	defer d.Unlock()
	d.name = s
	d.hotRemove() // want `d.hotRemove locks d(\.base)?(\.Mutex)?, which is already held \(locked on line \d+`
}

// The same by the embedded name.
func (d *derived) renameByName(s string) {
	d.base.Lock()
	defer d.base.Unlock()
	d.name = s
	d.hotRemove() // want `d.hotRemove locks d(\.base)?(\.Mutex)?, which is already held \(locked on line \d+`
}

type wrapped struct {
	*base
	mu sync.Mutex
}

// The wrapper's lock is another one.
func (w *wrapped) both() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hotRemove()
}

// The reader calls itself a reader again, by chance of the path (kubernetes
// 62464).
func (e *embedded) get() bool {
	e.RLock()
	defer e.RUnlock()
	return rand.IntN(10) > 5
}

func (e *embedded) getOrDefault() int {
	e.RLock()
	defer e.RUnlock()
	if e.get() { // want `e.get (read-)?locks e(\.RWMutex)?, which is already (held|read-locked) \((read-)?(locked )?on line \d+`
		return 1
	}
	return 0
}

// String is called by what prints it; here it is called by name (cockroach 6181).
func (e *embedded) String() string {
	e.RLock()
	defer e.RUnlock()
	return "embedded"
}

func (e *embedded) describe() string {
	e.Lock()
	defer e.Unlock()
	return "<" + e.String() + ">" // want `e.String (read-)?locks e(\.RWMutex)?, which is already held \(locked on line \d+`
}

// The callee ends the process on the path that does not return; the lock is
// taken again before that (cockroach 9935).
func (c *counter) exit(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
}

func (c *counter) output(err error) {
	c.mu.Lock()
	if err != nil {
		c.exit(err) // want `c.exit locks c.mu, which is already held \(locked on line \d+; c.exit locks it at \w+\.go:\d+\)`
	}
	c.mu.Unlock()
}

// Through a field: the child's method locks the child's lock.
func (t *table) partLen(i int) int {
	p := t.parts[i]
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.Len() // want `p.Len locks p.mu, which is already held \(locked on line \d+`
}

// Another element's method.
func (t *table) otherLen(i, j int) int {
	p := t.parts[i]
	p.mu.Lock()
	defer p.mu.Unlock()
	return t.parts[j].Len()
}

// The callee locks its argument's parent.
func lockParent(c *counter) {
	c.parent.mu.Lock()
	defer c.parent.mu.Unlock()
	c.parent.n++
}

func (c *counter) childOf(d *counter) {
	c.mu.Lock()
	defer c.mu.Unlock()
	lockParent(d)
}

// The parent is held by name, and the callee locks it by the child's path.
func (c *counter) parentTwice() {
	c.parent.mu.Lock()
	defer c.parent.mu.Unlock()
	lockParent(c) // want `lockParent locks c.parent.mu, which is already held \(locked on line \d+`
}

// A generic owner's method.
func (c *cache[K, V]) get(k K) V {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.items[k]
}

func (c *cache[K, V]) swap(k K, v V) V {
	c.mu.Lock()
	defer c.mu.Unlock()
	old := c.get(k) // want `c.get (read-)?locks c.mu, which is already held \(locked on line \d+`
	c.items[k] = v
	return old
}

// An instance of the generic owner.
func rename(c *cache[string, int]) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.get("name") // want `c.get (read-)?locks c.mu, which is already held \(locked on line \d+`
}
