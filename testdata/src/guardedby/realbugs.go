package guardedby

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

// Bugs of published code, reduced to their shape.

// The only other access is the one under a lock of the field's own name
// (client-go, controller.LastSyncResourceVersion).
type controller struct {
	name           string
	reflector      *reflector
	reflectorMutex sync.RWMutex
}

type reflector struct{ last string }

// Run sets it.
func (c *controller) Run(last string) {
	r := &reflector{last: last}
	c.reflectorMutex.Lock()
	c.reflector = r
	c.reflectorMutex.Unlock()
}

// LastSync reads it twice.
func (c *controller) LastSync() string {
	if c.reflector == nil { // want `c.reflector is read without c.reflectorMutex, which guards it \(held at 1 of 3 accesses, e.g. line \d+\)`
		return ""
	}
	return c.reflector.last
}

// One method of an iterator that has forgotten (go-ethereum, sliceIter.Node).
type sliceIter struct {
	mu    sync.Mutex
	nodes []string
	index int
}

// Next locks.
func (it *sliceIter) Next() bool {
	it.mu.Lock()
	defer it.mu.Unlock()
	if len(it.nodes) == 0 {
		return false
	}
	it.index++
	if it.index == len(it.nodes) {
		it.nodes = nil
		return false
	}
	return true
}

// Node reads both fields: a report for each.
func (it *sliceIter) Node() string {
	return it.nodes[it.index] // want `it.nodes(\[it.index\])? is read without it.mu` `it.index is read without it.mu`
}

// Close locks.
func (it *sliceIter) Close() {
	it.mu.Lock()
	defer it.mu.Unlock()
	it.nodes = nil
}

// The access is in an unexported helper of a public method that has released
// the lock (go-ethereum, Tree.Release).
type tree struct {
	lock   sync.RWMutex
	layers map[string]int
	base   string
}

// disk needs the lock of its callers.
func (t *tree) disk() int {
	for _, l := range t.layers {
		return l
	}
	return 0
}

// Update locks.
func (t *tree) Update(k string, v int) {
	t.lock.Lock()
	defer t.lock.Unlock()
	t.layers[k] = v
}

// Verify read-locks.
func (t *tree) Verify() bool {
	t.lock.RLock()
	defer t.lock.RUnlock()
	return t.disk() == 1
}

// Cap locks.
func (t *tree) Cap(k string) {
	t.lock.Lock()
	defer t.lock.Unlock()
	if t.disk() > 1 {
		delete(t.layers, k)
	}
}

// Release does not.
func (t *tree) Release() int {
	return t.disk() // want `t.disk is called without t.lock, but it reads t.layers, which t.lock guards \(line \d+; held at \d+ of \d+ accesses, e.g. line \d+\)`
}

// The mutex is a type that embeds one, behind a pointer (gocron, Job.RunCount).
type schedule struct {
	mu       *scheduleMutex
	runCount int
	next     time.Time
}

type scheduleMutex struct{ sync.RWMutex }

// NewSchedule makes both.
func NewSchedule() *schedule { return &schedule{mu: &scheduleMutex{}} }

// ShouldRun read-locks.
func (s *schedule) ShouldRun() bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.runCount < 3
}

// Ran locks.
func (s *schedule) Ran() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.runCount++
	s.next = time.Now()
}

// RunCount forgets.
func (s *schedule) RunCount() int {
	return s.runCount // want `s.runCount is read without s.mu, which guards it \(held at 2 of 3 accesses, e.g. line \d+\)`
}

// String prints what the lock guards (mongo-driver, Topology.String).
type topology struct {
	serversLock sync.Mutex
	servers     map[string]fmt.Stringer
}

// Apply locks.
func (t *topology) Apply(k string, s fmt.Stringer) {
	t.serversLock.Lock()
	defer t.serversLock.Unlock()
	if _, ok := t.servers[k]; !ok {
		t.servers[k] = s
	}
}

// Disconnect locks.
func (t *topology) Disconnect() {
	t.serversLock.Lock()
	defer t.serversLock.Unlock()
	clear(t.servers)
}

// String ranges over the map.
func (t *topology) String() string {
	var b strings.Builder
	for _, s := range t.servers { // want `t.servers is read without t.serversLock, which guards it \(held at 3 of 4 accesses, e.g. line \d+\)`
		b.WriteString(s.String())
	}
	return b.String()
}

// The field of another object, whose type embeds the mutex, assigned in a
// closure (badger, DB.replayFunction).
type oracle struct {
	sync.Mutex
	nextTxn uint64
}

// Next locks.
func (o *oracle) Next() uint64 {
	o.Lock()
	defer o.Unlock()
	o.nextTxn++
	return o.nextTxn
}

// Done locks.
func (o *oracle) Done(ts uint64) bool {
	o.Lock()
	defer o.Unlock()
	return ts < o.nextTxn
}

type database struct{ orc *oracle }

// Replay returns a function that writes without the lock.
func (db *database) Replay() func(ts uint64) {
	return func(ts uint64) {
		if db.orc.nextTxn < ts { // want `db.orc.nextTxn is read without db.orc(.Mutex)?, which guards it`
			db.orc.nextTxn = ts
		}
	}
}

// The lock is an interface of the package's own, with the mutex behind it
// (syncthing, lib/sync).
type rwLocker interface {
	Lock()
	Unlock()
	RLock()
	RUnlock()
}

func newRWLocker() rwLocker { return &sync.RWMutex{} }

type downloads struct {
	mut   rwLocker
	files map[string]int64
}

// NewDownloads makes the lock.
func NewDownloads() *downloads {
	return &downloads{mut: newRWLocker(), files: make(map[string]int64)}
}

// Update locks.
func (d *downloads) Update(f string, n int64) {
	d.mut.Lock()
	defer d.mut.Unlock()
	if n == 0 {
		delete(d.files, f)
		return
	}
	d.files[f] += n
}

// Has read-locks.
func (d *downloads) Has(f string) bool {
	d.mut.RLock()
	defer d.mut.RUnlock()
	_, ok := d.files[f]
	return ok
}

// Bytes forgets.
func (d *downloads) Bytes() (n int64) {
	for _, b := range d.files { // want `d.files is read without d.mut, which guards it \(held at 3 of 4 accesses, e.g. line \d+\)`
		n += b
	}
	return n
}

// The field of an element is guarded by the lock of the object that holds it
// (grpc, gracefulswitch.Balancer.ExitIdle).
type balancer struct {
	mu      sync.Mutex
	current *wrapper
	pending *wrapper
}

type wrapper struct {
	b        *balancer
	subconns map[int]bool
}

// Switch makes a wrapper.
func (b *balancer) Switch() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pending = &wrapper{b: b, subconns: make(map[int]bool)}
}

// Update locks the balancer by its back pointer.
func (w *wrapper) Update(id int) {
	w.b.mu.Lock()
	w.subconns[id] = true
	w.b.mu.Unlock()
}

// Remove does too.
func (w *wrapper) Remove(id int) {
	w.b.mu.Lock()
	defer w.b.mu.Unlock()
	delete(w.subconns, id)
}

// latest has the lock of its caller.
func (b *balancer) latest() *wrapper {
	if b.pending != nil {
		return b.pending
	}
	return b.current
}

// ExitIdle releases, then goes over the map.
func (b *balancer) ExitIdle() (n int) {
	b.mu.Lock()
	w := b.latest()
	b.mu.Unlock()
	if w == nil {
		return 0
	}
	for range w.subconns { // want `w.subconns is read without (w.b|b).mu, which guards it`
		n++
	}
	return n
}
