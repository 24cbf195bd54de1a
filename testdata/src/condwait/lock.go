package condwait

import "sync"

// The lock was released too early.
func (q *queue) afterUnlock() {
	q.mu.Lock()
	n := q.idle
	q.mu.Unlock()
	for n == q.idle {
		q.cond.Wait() // want `q.cond.Wait is called without holding q.mu`
	}
}

// The lock is not taken at all, and nobody else knows the mutex.
func localUnlocked() {
	var mu sync.Mutex
	cond := sync.NewCond(&mu)
	ready := false
	go func() {
		mu.Lock()
		ready = true
		mu.Unlock()
		cond.Broadcast()
	}()
	for !ready {
		cond.Wait() // want `cond.Wait is called without holding mu`
	}
}

// The goroutine starts with nothing held; its parent's lock is not its own.
func (q *queue) goBody(use func(int)) {
	q.mu.Lock()
	defer q.mu.Unlock()
	go func() {
		for q.empty() {
			q.cond.Wait() // want `q.cond.Wait is called without holding q.mu`
		}
		use(q.items[0])
	}()
}

// Another lock of the same struct is held, in a function that only goroutines
// run.
func (q *queue) wrongLock() {
	q.other.Lock()
	defer q.other.Unlock()
	for q.empty() {
		q.cond.Wait() // want `q.cond.Wait is called without holding q.mu`
	}
}

func (q *queue) startWrong() { go q.wrongLock() }

// The read lock is held where the write lock is the condition's.
type table struct {
	rw    sync.RWMutex
	cond  *sync.Cond
	ready bool
}

func newTable() *table {
	t := new(table)
	t.cond = sync.NewCond(&t.rw)
	return t
}

func (t *table) readWait() {
	t.rw.RLock()
	defer t.rw.RUnlock()
	for !t.ready {
		t.cond.Wait() // want `t.cond.Wait is called without holding t.rw`
	}
}

// The write lock is the condition's.
func (t *table) writeWait() {
	t.rw.Lock()
	defer t.rw.Unlock()
	for !t.ready {
		t.cond.Wait()
	}
}

// The read lock is the condition's.
func (c *config) readWait() {
	c.rw.RLock()
	defer c.rw.RUnlock()
	for !c.ready {
		c.cond.Wait()
	}
}

// c.L by its own name, when NewCond's argument is not known here.
func waitParam(cond *sync.Cond, done *bool) {
	cond.L.Lock()
	cond.L.Unlock()
	for !*done {
		cond.Wait() // want `cond.Wait is called without holding cond.L`
	}
}

// c.L by its own name, held.
func waitParamOK(cond *sync.Cond, done *bool) {
	cond.L.Lock()
	defer cond.L.Unlock()
	for !*done {
		cond.Wait()
	}
}

// The lock by the field's name, the Wait by the condition's.
func (q *queue) twoNames() {
	q.cond.L.Lock()
	for q.empty() {
		q.cond.Wait()
	}
	q.mu.Unlock()
}

// The helper unlocks before the loop.
func (q *queue) unlockIdle() {
	q.idle++
	q.mu.Unlock()
}

func (q *queue) afterHelper() {
	q.mu.Lock()
	q.unlockIdle()
	for q.empty() {
		q.cond.Wait() // want `q.cond.Wait is called without holding q.mu`
	}
}

// The lock comes from a helper.
func (q *queue) lock() { q.mu.Lock() }

func (q *queue) lockedByHelper() {
	q.lock()
	defer q.mu.Unlock()
	for q.empty() {
		q.cond.Wait()
	}
}

// The lock is required from the caller.
func (q *queue) waitLocked() {
	for q.empty() {
		q.cond.Wait()
	}
}

func (q *queue) callWaitLocked() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waitLocked()
}

// An exported method may be called with the lock: nothing is known.
func (q *queue) WaitForItem() {
	for q.empty() {
		q.cond.Wait()
	}
}

// The closure runs under the lock of the function that calls it.
func (q *queue) closure() {
	wait := func() {
		for q.empty() {
			q.cond.Wait()
		}
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	wait()
}

// TryLock succeeded.
func (q *queue) tryWait() bool {
	if !q.mu.TryLock() {
		return false
	}
	defer q.mu.Unlock()
	for q.empty() {
		q.cond.Wait()
	}
	return true
}

// Lock and Wait under the same flag.
func (q *queue) waitIf(block bool) {
	if block {
		q.mu.Lock()
		defer q.mu.Unlock()
	}
	for block && q.empty() {
		q.cond.Wait()
	}
}

// The condition of one of two queues: its own lock.
func both(a, b *queue) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for a.empty() {
		a.cond.Wait()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for b.empty() {
		b.cond.Wait()
	}
}

// The lock of the other queue is held, this one's was released.
func wrongQueue(a, b *queue) {
	a.mu.Lock()
	a.mu.Unlock()
	b.mu.Lock()
	defer b.mu.Unlock()
	for a.empty() {
		a.cond.Wait() // want `a.cond.Wait is called without holding a.mu`
	}
}

// The mutex of the condition is the parent's.
type worker struct {
	q    *queue
	wake *sync.Cond
	busy bool
}

func newWorker(q *queue) *worker {
	w := &worker{q: q}
	w.wake = sync.NewCond(&q.mu)
	return w
}

func (w *worker) idle() {
	w.q.mu.Lock()
	defer w.q.mu.Unlock()
	for !w.busy {
		w.wake.Wait()
	}
}

// await is called with the lock held.
func (q *queue) await() {
	for q.empty() {
		q.cond.Wait()
	}
}

func (q *queue) awaitUnlocked() {
	q.mu.Lock()
	q.idle++
	q.mu.Unlock()
	q.await() // want `q.await waits on a condition variable of q.mu, which is not held`
}

func (q *queue) awaitLocked() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.await()
}

// awaitReleased is wrong whoever calls it.
func (q *queue) awaitReleased() {
	q.mu.Unlock()
	for q.empty() {
		q.cond.Wait() // want `q.cond.Wait is called without holding q.mu`
	}
	q.mu.Lock()
}

func (q *queue) callAwaitReleased() {
	q.mu.Lock()
	q.mu.Unlock()
	q.awaitReleased()
}

// Its callers hold the lock.
func (q *queue) awaitAgain() { q.await() }

func (q *queue) awaitAgainUnlocked() {
	q.mu.Lock()
	q.mu.Unlock()
	q.awaitAgain() // want `q.awaitAgain waits on a condition variable of q.mu, which is not held`
}

// awaitSelf locks if the caller has not.
func (q *queue) awaitSelf(locked bool) {
	if !locked {
		q.mu.Lock()
		defer q.mu.Unlock()
	}
	for q.empty() {
		q.cond.Wait()
	}
}

func (q *queue) callAwaitSelf() {
	q.mu.Lock()
	q.mu.Unlock()
	q.awaitSelf(false)
}

// Only one way to the call has released the lock.
func (q *queue) awaitPerhaps(b bool) {
	q.mu.Lock()
	if b {
		q.mu.Unlock()
	}
	q.await()
	if !b {
		q.mu.Unlock()
	}
}

// lockedQueue has a second name for its queue's lock (pebble).
type lockedQueue struct {
	queue
	same *sync.Mutex
	cond *sync.Cond
}

func newLockedQueue() *lockedQueue {
	l := new(lockedQueue)
	l.same = &l.mu
	l.cond = sync.NewCond(l.same)
	return l
}

func (l *lockedQueue) awaitSame() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.empty() {
		l.cond.Wait()
	}
}

func (l *lockedQueue) callAwaitSame() {
	l.same.Lock()
	l.same.Unlock()
	l.awaitSame()
}

func awaitAll(queues func(string) *queue) {
	for _, name := range []string{"a", "b"} {
		q, _ := queues(name), 0
		p := &struct{ *queue }{q}
		p.queue.mu.Lock()
		p.queue.mu.Unlock()
		p.await() // want `p.await waits on a condition variable of p.mu, which is not held`
	}
}
