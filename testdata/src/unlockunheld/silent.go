package unlockunheld

import (
	"sync"
	"time"
)

// The function requires the lock and releases it.
func (c *conn) closeLocked() {
	c.closed = true
	c.mu.Unlock()
}

// The function requires the lock, gives it away for the slow part, and takes it
// back (nats).
func (c *conn) slowLocked(work func()) {
	c.n++
	c.mu.Unlock()
	work()
	c.mu.Lock()
	c.n--
}

// Required on every path, in another order.
func (c *conn) requireBranches(flag bool) {
	if flag {
		c.n++
		c.mu.Unlock()
		return
	}
	c.mu.Unlock()
}

// Required and released by defer.
func (c *conn) requireDeferred() error {
	defer c.mu.Unlock()
	if c.closed {
		return errClosed
	}
	c.n++
	return nil
}

// The first release pairs with the caller's Lock, the second with our own.
func (c *conn) requireThenOwn() {
	c.mu.Unlock()
	c.mu.Lock()
	c.n++
	c.mu.Unlock()
}

// A mutex parameter belongs to the caller.
func unlockParam(mu *sync.Mutex) { mu.Unlock() }

// The section is opened and closed in the same loop iteration.
func (c *conn) loop(keys []string) {
	for _, k := range keys {
		c.mu.Lock()
		c.items[k]++
		c.mu.Unlock()
	}
}

// Released and retaken in the loop, released after it.
func (c *conn) loopWindow(work func()) {
	c.mu.Lock()
	for c.n > 0 {
		c.mu.Unlock()
		work()
		c.mu.Lock()
	}
	c.mu.Unlock()
}

// The window of a deferred release.
func (c *conn) deferredWindow(work func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mu.Unlock()
	work()
	c.mu.Lock()
}

// The window closes by defer: the relock runs before the release.
func (c *conn) deferredRelock(work func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	func() {
		c.mu.Unlock()
		defer c.mu.Lock()
		work()
	}()
}

// The panic path skips the release by hand, so the defer must know.
func (c *conn) deferredFlag(work func()) {
	c.mu.Lock()
	locked := true
	defer func() {
		if locked {
			c.mu.Unlock()
		}
	}()
	c.n++
	c.mu.Unlock()
	locked = false
	work()
}

// The condition of Lock and Unlock is the same parameter.
func (c *conn) correlated(need bool) {
	if need {
		c.mu.Lock()
	}
	c.n++
	if need {
		c.mu.Unlock()
	}
}

// The condition is a flag set beside the early release.
func (c *conn) releasedFlag(quick bool) {
	c.mu.Lock()
	released := false
	if quick {
		c.mu.Unlock()
		released = true
	}
	c.n++
	if !released {
		c.mu.Unlock()
	}
}

// TryLock's result decides.
func (c *conn) try() bool {
	ok := c.mu.TryLock()
	if ok {
		defer c.mu.Unlock()
		c.n++
	}
	return ok
}

// The mode is chosen by the parameter.
func (c *conn) mode(write bool) {
	if write {
		c.rw.Lock()
		defer c.rw.Unlock()
	} else {
		c.rw.RLock()
		defer c.rw.RUnlock()
	}
	c.n++
}

// The mode is chosen by the parameter, release in one place.
func (c *conn) modeValue(write bool) {
	unlock := c.rw.RUnlock
	if write {
		c.rw.Lock()
		unlock = c.rw.Unlock
	} else {
		c.rw.RLock()
	}
	c.n++
	unlock()
}

// Upgrade by release.
func (c *conn) upgrade(k string) {
	c.rw.RLock()
	_, ok := c.items[k]
	c.rw.RUnlock()
	if !ok {
		c.rw.Lock()
		c.items[k] = 0
		c.rw.Unlock()
	}
}

// The caller's read lock is exchanged for a write lock and back (crypto/tls).
func (c *conn) upgradeReadLocked() {
	if c.items != nil {
		return
	}
	c.rw.RUnlock()
	defer c.rw.RLock()
	c.rw.Lock()
	defer c.rw.Unlock()
	c.items = make(map[string]int)
}

// Two read locks of one lock are two holds (however unwise).
func (c *conn) twoReaders() int {
	c.rw.RLock()
	c.rw.RLock()
	n := c.n
	c.rw.RUnlock()
	c.rw.RUnlock()
	return n
}

// The goroutine releases what its parent took.
func (c *conn) handOff(work func()) {
	c.mu.Lock()
	go func() {
		defer c.mu.Unlock()
		work()
	}()
}

// The goroutine of a local mutex releases what its parent took.
func handOffLocal(work func()) {
	var mu sync.Mutex
	mu.Lock()
	go func() {
		work()
		mu.Unlock()
	}()
	mu.Lock()
	mu.Unlock()
}

// The timer releases.
func (c *conn) handOffTimer(d time.Duration) {
	c.mu.Lock()
	time.AfterFunc(d, func() { c.mu.Unlock() })
}

// The goroutine locks for its parent, which is told by a channel.
func lockElsewhere() {
	var mu sync.Mutex
	locked := make(chan struct{})
	go func() {
		mu.Lock()
		close(locked)
	}()
	<-locked
	mu.Unlock()
}

// A local mutex whose address goes to somebody who may lock it.
func localEscapes(fill func(*sync.Mutex)) {
	var mu sync.Mutex
	fill(&mu)
	mu.Unlock()
}

// A new object comes back locked from its constructor.
func newLocked() *conn {
	c := newConn()
	c.mu.Lock()
	return c
}

func useNewLocked() {
	c := newLocked()
	c.n++
	c.mu.Unlock()
}

// An object that comes from elsewhere may be locked already.
func useReceived(in <-chan *conn) {
	c := <-in
	c.n++
	c.mu.Unlock()
}

// Hand over hand.
func handOverHand(c *conn) {
	c.mu.Lock()
	for c.next != nil {
		next := c.next
		next.mu.Lock()
		c.mu.Unlock()
		c = next
	}
	c.mu.Unlock()
}

// As in go/constant: the first node's lock is the caller's.
func walkLocked(x *conn) int {
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
	return n
}

// Every lock of a list, released in a second loop.
func unlockAll(cs []*conn) {
	for _, c := range cs {
		c.mu.Lock()
	}
	for _, c := range cs {
		c.mu.Unlock()
	}
}

// The elements of a snapshot release one another's lock: unknown indices.
func otherIndex(mus []sync.Mutex, i, j int) {
	mus[i].Lock()
	mus[i].Unlock()
	mus[j].Unlock()
}

// The variable points to another object.
func reassigned(c *conn) {
	c.mu.Lock()
	c.mu.Unlock()
	c = c.next
	c.mu.Unlock()
}

// The field points to another object.
func fieldReplaced(s *struct{ cur *conn }, next *conn) {
	s.cur.mu.Lock()
	s.cur.mu.Unlock()
	s.cur = next
	s.cur.mu.Unlock()
}

// A callee that this package does not see may have locked in between.
func (c *conn) unknownCallee(relock func(*conn)) {
	c.mu.Lock()
	c.mu.Unlock()
	relock(c)
	c.mu.Unlock()
}

// The lock is held on one of the paths: a doubt accuses nobody.
func (c *conn) maybe(flag func() bool) {
	if flag() {
		c.mu.Lock()
	}
	if flag() {
		c.mu.Unlock()
	}
}

// A stored pair: enter locks, leave unlocks.
func (c *conn) storedPair(hooks map[string]func()) {
	hooks["enter"] = func() { c.mu.Lock() }
	hooks["leave"] = func() { c.mu.Unlock() }
}

// Wait gives the lock back when it returns.
func (c *conn) wait() {
	c.mu.Lock()
	for c.n == 0 {
		c.cond.Wait()
	}
	c.mu.Unlock()
}

// The count says who is the last (syscall's fork lock).
var (
	forkLock sync.RWMutex
	forkMu   sync.Mutex
	forking  int
)

func releaseFork() {
	forkMu.Lock()
	defer forkMu.Unlock()
	forking--
	if forking == 0 {
		forkLock.Unlock()
	}
}

// The flag in the object says that the lock is still held (database/sql).
func (c *conn) releaseIfHeld() {
	if c.closed {
		c.closed = false
		c.rw.RUnlock()
	}
}

// The transaction holds its locks from begin to commit (bbolt).
type tx struct {
	db       *conn
	writable bool
}

func (t *tx) commit() {
	if t.writable {
		t.db.mu.Unlock()
		return
	}
	t.db.rw.RUnlock()
}

// An unlock helper of a generic owner.
func (c *cache[K, V]) unlock() { c.mu.Unlock() }

// unlocker is not a mutex: Unlock may be called at any time.
type door struct{ locked bool }

func (d *door) Lock()   { d.locked = true }
func (d *door) Unlock() { d.locked = false }

func openTwice(d *door) {
	d.Unlock()
	d.Unlock()
}

// The closure that releases is called by the one that gets it.
func (c *conn) callback(run func(func())) {
	c.mu.Lock()
	run(func() { c.mu.Unlock() })
}

// The closure releases what the enclosing function holds when it is called.
func (c *conn) closures() error {
	c.mu.Lock()
	unlock := func() { c.mu.Unlock() }
	if c.closed {
		unlock()
		return errClosed
	}
	unlock()
	return nil
}

// The release is replaced once it has run (etcd).
func (c *conn) replacedRelease(slow bool) {
	c.mu.Lock()
	unlock := func() { c.mu.Unlock() }
	defer func() { unlock() }()
	if slow {
		c.mu.Unlock()
		unlock = func() {}
	}
	c.n++
}

// No path leaves a select without default but through its cases: the deferred
// release never runs while the lock is free (quic-go).
func (c *conn) selectUnlocked(a, b <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mu.Unlock()
	select {
	case <-a:
	case <-b:
	}
	c.mu.Lock()
}

// crash ends the process, whatever recover does: it unlocks what nobody can have locked.
func crash(read bool) {
	if read {
		new(sync.RWMutex).RUnlock()
	}
	(&sync.Mutex{}).Unlock()
}
