package missingunlock

import "sync"

// A lock helper holds the lock at its only exit.
func (c *conn) lock() { c.mu.Lock() }

// An unlock helper releases what its caller holds.
func (c *conn) unlock() { c.mu.Unlock() }

// A lock helper with more to do, held at every exit.
func (c *conn) lockAndCheck() bool {
	c.mu.Lock()
	if c.closed {
		return false
	}
	c.ready = true
	return true
}

// A lock helper that initialises, as pprof's lockProfiles.
func (c *conn) lockItems() {
	c.mu.Lock()
	if c.items == nil {
		c.items = make(map[string]int)
	}
}

// An unlock helper with more to do.
func (c *conn) bumpAndUnlock() {
	c.n++
	c.mu.Unlock()
}

// Balanced through helpers.
func (c *conn) viaHelpers() {
	c.lock()
	c.n++
	c.unlock()
}

// Locked through a helper, one path forgets.
func (c *conn) viaHelpersLeak() error {
	c.lock()
	if c.closed {
		return errClosed // want `returning with c.mu locked \(locked on line \d+`
	}
	c.unlock()
	return nil
}

// A helper of a helper.
func (c *conn) lockTwice() { c.lockItems() }

// Locked two calls down, one path forgets.
func (c *conn) viaDeepHelper() int {
	c.lockTwice()
	if len(c.items) == 0 {
		return 0 // want `returning with c.mu locked \(locked on line \d+`
	}
	c.bumpAndUnlock()
	return c.n
}

// An …AndUnlock callee releases on this path.
func (c *conn) andUnlock() bool {
	c.mu.Lock()
	if c.closed {
		c.bumpAndUnlock()
		return false
	}
	c.mu.Unlock()
	return true
}

// A return statement whose call releases.
func (c *conn) returnAndUnlock() error {
	c.mu.Lock()
	if c.closed {
		return c.failAndUnlock(errClosed)
	}
	c.mu.Unlock()
	return nil
}

func (c *conn) failAndUnlock(err error) error {
	c.n = 0
	c.mu.Unlock()
	return err
}

// A callee that releases only when it fails: the caller knows by the error.
func (c *conn) reserveLocked() error {
	if c.n == 0 {
		c.mu.Unlock()
		return errFull
	}
	return nil
}

// The error says that the callee has released already.
func (c *conn) useReserve() error {
	c.mu.Lock()
	if err := c.reserveLocked(); err != nil {
		return err
	}
	c.mu.Unlock()
	return nil
}

// A callee that releases and retakes changes nothing for its caller.
func (c *conn) yieldLock(work func()) {
	c.mu.Unlock()
	work()
	c.mu.Lock()
}

// The lock is still held after such a callee.
func (c *conn) useYieldLeak(work func()) bool {
	c.mu.Lock()
	c.yieldLock(work)
	if c.closed {
		return false // want `returning with c.mu locked \(locked on line \d+`
	}
	c.mu.Unlock()
	return true
}

// acquire locks unless it fails.
func (c *conn) acquire() error {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return errClosed
	}
	return nil
}

// The failed acquire holds nothing.
func (c *conn) useAcquire() error {
	if err := c.acquire(); err != nil {
		return err
	}
	defer c.unlock()
	c.n++
	return nil
}

// The acquire succeeded, and the next error forgets it.
func (c *conn) useAcquireLeak() error {
	if err := c.acquire(); err != nil {
		return err
	}
	if err := c.check(); err != nil {
		return err // want `returning with c.mu locked \(locked on line \d+`
	}
	c.unlock()
	return nil
}

// The same with the error kept in a named result.
func (c *conn) useAcquireNamed() (err error) {
	if err = c.acquire(); err != nil {
		return
	}
	err = c.check()
	c.unlock()
	return
}

// The object comes back locked, or not at all, as bbolt's begin.
func (s *shards) begin(k string) (*conn, error) {
	c := s.byKey[k]
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return nil, errClosed
	}
	return c, nil
}

// The caller of begin gets a locked object and releases it.
func (s *shards) useBegin(k string) error {
	c, err := s.begin(k)
	if err != nil {
		return err
	}
	c.n++
	c.mu.Unlock()
	return nil
}

// The caller of begin forgets it on one path.
func (s *shards) useBeginLeak(k string) error {
	c, err := s.begin(k)
	if err != nil {
		return err
	}
	if c.n == 0 {
		return errFull // want `returning with c.mu locked`
	}
	c.mu.Unlock()
	return nil
}

// The found object comes back with a read lock, nil without, as badger's
// getFileRLocked.
func (s *shards) fileRLocked(k string) *conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.byKey[k]
	if !ok {
		return nil
	}
	c.rw.RLock()
	return c
}

// nil means that nothing is held.
func (s *shards) useFile(k string) int {
	c := s.fileRLocked(k)
	if c == nil {
		return -1
	}
	defer c.rw.RUnlock()
	return c.n
}

type txn struct {
	db       *conn
	writable bool
}

// The locks live as long as the transaction that is returned.
func (c *conn) beginTx(writable bool) (*txn, error) {
	if writable {
		c.mu.Lock()
	}
	c.rw.RLock()
	if c.closed {
		c.rw.RUnlock()
		if writable {
			c.mu.Unlock()
		}
		return nil, errClosed
	}
	return &txn{db: c, writable: writable}, nil
}

// The transaction's end releases them.
func (t *txn) commit() {
	t.db.rw.RUnlock()
	if t.writable {
		t.db.mu.Unlock()
	}
}

// The closure that is returned releases.
func (c *conn) lockScope() func() {
	c.mu.Lock()
	return func() { c.mu.Unlock() }
}

// The method value that is returned releases.
func (c *conn) readScope() func() {
	c.rw.RLock()
	return c.rw.RUnlock
}

// The release is returned together with a value, and nothing on failure, as
// database/sql's grabConn.
func (c *conn) grab() (int, func(), error) {
	c.rw.RLock()
	if c.closed {
		c.rw.RUnlock()
		return 0, nil, errClosed
	}
	return c.n, c.releaseRead, nil
}

func (c *conn) releaseRead() { c.rw.RUnlock() }

// The caller of grab runs what it got.
func (c *conn) useGrab() (int, error) {
	n, release, err := c.grab()
	if err != nil {
		return 0, err
	}
	defer release()
	return n + 1, nil
}

// The returned closure is called on one path only.
func (c *conn) useScopeLeak() error {
	unlock := c.lockScope()
	if c.closed {
		return errClosed // want `returning with c.mu locked \(locked on line \d+`
	}
	unlock()
	return nil
}

// The release is kept in a field of the object that is returned.
type lease struct {
	c       *conn
	release func()
}

func (c *conn) lease() *lease {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return nil
	}
	return &lease{c: c, release: c.mu.Unlock}
}

func (l *lease) end() { l.release() }

// The lock outlives the call when the field says so, as sql.Rows.Scan; the
// method that reads the field releases it.
func (c *conn) scan(hold bool) {
	c.rw.RLock()
	c.n++
	if hold && !c.closed {
		c.ready = true
	} else {
		c.rw.RUnlock()
	}
}

func (c *conn) releaseIfHeld() {
	if c.ready {
		c.ready = false
		c.rw.RUnlock()
	}
}

// The first of many takes the lock, the last gives it back, as syscall's
// acquireForkLock.
var (
	forkLock  sync.RWMutex
	forkingMu sync.Mutex
	forking   int
)

func acquireFork() {
	forkingMu.Lock()
	defer forkingMu.Unlock()
	if forking == 0 {
		forkLock.Lock()
		forking++
		return
	}
	if forking > 8 {
		forkingMu.Unlock()
		forkLock.RLock()
		forkLock.RUnlock()
		forkingMu.Lock()
		if forking == 0 {
			forkLock.Lock()
		}
	}
	forking++
}

func releaseFork() {
	forkingMu.Lock()
	defer forkingMu.Unlock()
	forking--
	if forking == 0 {
		forkLock.Unlock()
	}
}

// Both locks of a pair.
func lockPair(a, b *conn) {
	a.mu.Lock()
	if a != b {
		b.mu.Lock()
	}
}

func unlockPair(a, b *conn) {
	a.mu.Unlock()
	if a != b {
		b.mu.Unlock()
	}
}

// One lock of a list and the rest by recursion.
func (c *conn) lockChain() {
	c.mu.Lock()
	if c.next != nil {
		c.next.lockChain()
	}
}

func (c *conn) unlockChain() {
	if c.next != nil {
		c.next.unlockChain()
	}
	c.mu.Unlock()
}

// Recursion with a leak: the branch that recurses is healthy.
func (c *conn) recursiveLeak(depth int) error {
	if depth == 0 {
		return nil
	}
	c.mu.Lock()
	if c.closed {
		return errClosed // want `returning with c.mu locked \(locked on line \d+`
	}
	c.mu.Unlock()
	return c.recursiveLeak(depth - 1)
}

// The caller's lock is released and retaken in another mode, then given back,
// as crypto/tls does.
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

// The lock that is needed is taken in the right order around the caller's
// (nats).
func recalculate(c *conn, needStream bool) int {
	if needStream {
		c.other.Unlock()
		c.rw.RLock()
		c.other.Lock()
	}
	c.n++
	if needStream {
		c.rw.RUnlock()
	}
	return c.n
}

// The helper takes the lock's address.
func lockMutex(mu *sync.Mutex) { mu.Lock() }

// Locked through a helper that got its address; one path forgets.
func (c *conn) viaAddressLeak() bool {
	lockMutex(&c.mu)
	if c.closed {
		return false // want `returning with c.mu locked \(locked on line \d+`
	}
	c.mu.Unlock()
	return true
}

// The generic pattern: run f with the lock.
func (c *conn) with(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f()
}

// The callback's return is not this function's.
func (c *conn) useWith() (n int) {
	c.with(func() {
		if c.closed {
			return
		}
		n = c.n
	})
	return n
}

// The node that is returned locked may be another one than the parameter.
type item struct {
	mu   sync.Mutex
	gone bool
	key  string
}

func (c *conn) lockItem(it *item, find func(string) (*item, error)) (*item, error) {
	for {
		it.mu.Lock()
		if !it.gone {
			return it, nil
		}
		key := it.key
		it.mu.Unlock()

		var err error
		if it, err = find(key); err != nil {
			return nil, err
		}
	}
}

func (c *conn) useItem(it *item, find func(string) (*item, error)) {
	if it, err := c.lockItem(it, find); err == nil {
		it.gone = true
		it.mu.Unlock()
	}
}
