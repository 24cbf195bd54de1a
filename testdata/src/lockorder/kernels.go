package lockorder

import "sync"

// The shapes of real deadlocks: the GoKer kernels that ship with Go, shortened,
// and bugs found in released code.

// cockroach7504: the lease is locked under the name cache and the other way
// round, with a third lock around one of them.
type lease7504 struct {
	mu sync.Mutex
	id int
}

type tableState7504 struct {
	mu     sync.Mutex
	names  *nameCache7504
	active []*lease7504
}

func (t *tableState7504) Release(id int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.active[id]
	s.mu.Lock()
	defer s.mu.Unlock()
	t.removeLease(s)
}

func (t *tableState7504) removeLease(l *lease7504) { t.names.remove(l) }

type nameCache7504 struct {
	mu     sync.Mutex
	tables map[int]*lease7504
}

func (c *nameCache7504) remove(l *lease7504) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.tables, l.id)
}

func (c *nameCache7504) Get(id int) *lease7504 {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.tables[id]
	l.mu.Lock() // want `l\.mu is acquired while c\.mu is held \(locked on line \d+\), but \S*Release \(kernels\.go:\d+\)`
	defer l.mu.Unlock()
	return l
}

// cockroach10214: both ways through several calls.
type store10214 struct {
	coalescedMu struct {
		sync.Mutex
		responses []int
	}
	replicas []*replica10214
}

func (s *store10214) SendQueued() {
	s.coalescedMu.Lock()
	defer s.coalescedMu.Unlock()
	for range s.coalescedMu.responses {
		s.sendToNode()
	}
}

func (s *store10214) sendToNode() {
	for _, r := range s.replicas {
		r.reportUnreachable()
	}
}

type replica10214 struct {
	raftMu sync.Mutex
	mu     sync.Mutex
	store  *store10214
}

func (r *replica10214) reportUnreachable() {
	r.raftMu.Lock()
	defer r.raftMu.Unlock()
}

func (r *replica10214) Tick() {
	r.raftMu.Lock()
	defer r.raftMu.Unlock()
	r.tickLocked() // want `r\.tickLocked acquires \S+ \(.*kernels\.go:\d+\) while r\.raftMu is held \(locked on line \d+\), but \S*SendQueued \(kernels\.go:\d+\)`
}

func (r *replica10214) tickLocked() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.coalesce(1) {
		return
	}
}

func (r *replica10214) coalesce(kind int) bool {
	switch kind {
	case 0, 1, 2:
		r.store.coalescedMu.Lock()
	default:
		return false
	}
	r.store.coalescedMu.Unlock()
	return true
}

// moby4951: the callee unlocks and locks again what the caller holds. Both
// edges are in one function.
type deviceSet4951 struct {
	sync.Mutex
	infos map[string]*devInfo4951
}

type devInfo4951 struct {
	lock sync.Mutex
	name string
}

func (d *deviceSet4951) Delete(hash string) {
	d.Lock()
	defer d.Unlock()
	info := d.infos[hash]
	info.lock.Lock()
	defer info.lock.Unlock()
	d.delete(info) // want `d\.delete acquires (d|deviceSet4951)(\.Mutex)? \(.*kernels\.go:\d+\) while info\.lock is held \(locked on line \d+\), but \S*Delete \(kernels\.go:\d+\)`
}

func (d *deviceSet4951) delete(info *devInfo4951) { d.removeAndWait(info.name) }

func (d *deviceSet4951) removeAndWait(string) {
	d.Unlock()
	d.Lock()
}

// kubernetes13135: an interface on the one way, a method stored in a field on
// the other.
type store13135 interface{ Replace() }

type cacher13135 struct {
	sync.Mutex
	reflector *reflector13135
}

type reflector13135 struct{ store store13135 }

func (r *reflector13135) listAndWatch() { r.store.Replace() }

func (c *cacher13135) processEvent() {
	c.Lock()
	defer c.Unlock()
}

func (c *cacher13135) StartCaching() {
	c.Lock()
	defer c.Unlock()
	c.reflector.listAndWatch()
}

type watchCache13135 struct {
	sync.RWMutex
	onEvent func()
}

func (w *watchCache13135) SetOnEvent(f func()) {
	w.Lock()
	defer w.Unlock()
	w.onEvent = f
}

func (w *watchCache13135) Add() {
	w.Lock()
	defer w.Unlock()
	if w.onEvent != nil {
		w.onEvent() // want `w\.onEvent acquires \S+ \(.*kernels\.go:\d+\) while w(\.RWMutex)? is held \(locked on line \d+\), but \S*StartCaching \(kernels\.go:\d+\)`
	}
}

// Replace implements store13135.
func (w *watchCache13135) Replace() {
	w.Lock()
	defer w.Unlock()
}

// NewCacher13135 ties them together.
func NewCacher13135() *cacher13135 {
	w := &watchCache13135{}
	c := &cacher13135{reflector: &reflector13135{store: w}}
	w.SetOnEvent(c.processEvent)
	return c
}

// kubernetes30872: interfaces inside interfaces, and a function in a field in a
// closure.
type queue30872 interface {
	HasSynced()
	Pop(func())
}

type controller30872 struct {
	queue   queue30872
	process processFunc30872
}

type processFunc30872 func()

// HasSynced asks the queue.
func (c *controller30872) HasSynced() { c.queue.HasSynced() }

type handler30872 interface{ OnAdd() }

type handlerFuncs30872 struct{ add func() }

// OnAdd implements handler30872.
func (h handlerFuncs30872) OnAdd() {
	if h.add != nil {
		h.add()
	}
}

type syncer30872 interface{ HasSynced() }

type informer30872 struct {
	sync.Mutex
	controller syncer30872
}

func (f *informer30872) ClustersSynced() {
	f.Lock()
	defer f.Unlock()
	f.controller.HasSynced()
}

func (f *informer30872) addCluster() {
	f.Lock()
	defer f.Unlock()
}

type fifo30872 struct{ lock sync.RWMutex }

// HasSynced implements queue30872.
func (f *fifo30872) HasSynced() {
	f.lock.Lock()
	defer f.lock.Unlock()
}

// Pop calls back under the lock.
func (f *fifo30872) Pop(process func()) {
	f.lock.Lock()
	defer f.lock.Unlock()
	process()
}

// NewInformer30872 ties them together.
func NewInformer30872() *informer30872 {
	f := &informer30872{}
	f.controller = newController30872(handlerFuncs30872{add: func() { f.addCluster() }})
	return f
}

func newController30872(h handler30872) *controller30872 {
	return &controller30872{queue: &fifo30872{}, process: func() { h.OnAdd() }}
}

// ProcessLoop hands over what Pop calls under its lock: a value of a field,
// which calls a value of another.
func (c *controller30872) ProcessLoop() {
	c.queue.Pop(c.process) // want `c\.queue\.Pop acquires informer30872\.Mutex \(c\.queue\.Pop → h\.OnAdd → h\.add → f\.addCluster, kernels\.go:\d+\) while fifo30872\.lock is held \(locked on line \d+\), but \S*ClustersSynced \(kernels\.go:\d+\)`
}

// cockroach3710: the reader goes on to read what it has read-locked, through
// another object's lock and back by a pointer. A writer in between stops it.
type store3710 struct {
	mu       sync.RWMutex
	queue    *queue3710
	replicas []*replica3710
}

func (s *store3710) Scan() {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, r := range s.replicas {
		s.queue.maybeAdd(r)
	}
}

func (s *store3710) raftStatus() {
	s.mu.RLock()
	defer s.mu.RUnlock()
}

func (s *store3710) Process() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.replicas = nil
}

type replica3710 struct{ store *store3710 }

type queue3710 struct{ sync.Mutex }

func (q *queue3710) maybeAdd(r *replica3710) {
	q.Lock()
	defer q.Unlock()
	shouldQueue(r) // want `shouldQueue acquires \S+\.mu \(.*kernels\.go:\d+\) while q(\.Mutex)? is held \(locked on line \d+\), but \S*Scan \(kernels\.go:\d+\)`
}

func shouldQueue(r *replica3710) { r.store.raftStatus() }

// hugo3251: who unlocks an element's lock needs the map's lock, and who locks
// it waits with the map's lock in hand.
type remoteLock3251 struct {
	sync.RWMutex
	m map[string]*sync.Mutex
}

func (l *remoteLock3251) lockURL(url string) {
	l.Lock()
	if _, ok := l.m[url]; !ok {
		l.m[url] = &sync.Mutex{}
	}
	l.m[url].Lock()
	l.Unlock()
}

func (l *remoteLock3251) unlockURL(url string) {
	l.RLock()
	defer l.RUnlock()
	if um, ok := l.m[url]; ok {
		um.Unlock()
	}
}

// GetRemote uses both.
func GetRemote(l *remoteLock3251, url string) {
	l.lockURL(url)
	defer func() { l.unlockURL(url) }() // want `l\.unlockURL acquires l \(.*kernels\.go:\d+\) while .* but \S*lockURL \(kernels\.go:\d+\)`
}

// prom-discovery: the cleaner of a provider against a new configuration.
type manager struct {
	targetsMtx sync.Mutex
	targets    map[string]int
	providers  []*provider
}

type provider struct {
	mu   sync.RWMutex
	subs map[string]bool
}

// ApplyConfig locks the provider, then the targets.
func (m *manager) ApplyConfig() {
	for _, p := range m.providers {
		p.mu.Lock()
		m.targetsMtx.Lock()
		for s := range p.subs {
			delete(m.targets, s)
		}
		m.targetsMtx.Unlock()
		p.subs = nil
		p.mu.Unlock()
	}
}

func (m *manager) cleaner(p *provider) {
	m.targetsMtx.Lock()
	p.mu.RLock() // want `p\.mu is acquired while m\.targetsMtx is held \(locked on line \d+\), but \S*ApplyConfig \(kernels\.go:\d+\)`
	for s := range p.subs {
		delete(m.targets, s)
	}
	p.mu.RUnlock()
	m.targetsMtx.Unlock()
}

// Update runs until it is cancelled.
func (m *manager) Update(p *provider, updates <-chan string) {
	defer m.cleaner(p)
	for s := range updates {
		m.targetsMtx.Lock()
		m.targets[s]++
		m.targetsMtx.Unlock()
	}
}

// nats-resolver: the server asks its resolver with its own lock held, by
// convention of the callers; the resolver's goroutine asks the server.
type server struct {
	mu       sync.Mutex
	resolver resolver
	accounts int
}

type resolver interface{ store(string) }

type dirResolver struct {
	mu   sync.Mutex
	srv  *server
	jwts map[string]bool
}

// Configure holds the server's lock for configureLocked.
func (s *server) Configure() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.configureLocked()
}

// configureLocked fills the resolver. Server lock is held.
func (s *server) configureLocked() { s.resolver.store("system") }

func (r *dirResolver) store(jwt string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.jwts[jwt] = true
}

// Sync holds the resolver's.
func (r *dirResolver) Sync() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.srv.count(len(r.jwts)) // want `r\.srv\.count acquires \S+\.mu \(.*kernels\.go:\d+\) while r\.mu is held \(locked on line \d+\), but \S*Configure \(kernels\.go:\d+\)`
}

func (s *server) count(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.accounts = n
}
