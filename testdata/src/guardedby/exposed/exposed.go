package exposed

import (
	"sort"
	"strings"
	"sync"
)

// What shows that an access can meet those who hold the lock, and what shows that
// it cannot.

// A balancer is told of updates one by one, by its caller; everybody may ask for
// the name.
type balancer struct {
	mu   sync.Mutex
	name string
	conn *strings.Builder
	rate int
}

// Update is the only writer of the name: it needs the lock for others.
func (b *balancer) Update(name string) {
	if b.name != name {
		b.mu.Lock()
		b.name = name
		b.rate++
		b.mu.Unlock()
	}
	println(b.name)
}

// Dial makes the connection when it is first needed, but two calls may do so.
func (b *balancer) Dial() {
	if b.conn == nil { // want `b.conn is read without b.mu, which guards it`
		b.mu.Lock()
		b.conn = new(strings.Builder)
		b.mu.Unlock()
	}
}

// Name locks to read, as do the others.
func (b *balancer) Name() (string, int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.name + b.conn.String(), b.rate
}

// Kind locks.
func (b *balancer) Kind() *strings.Builder {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.conn
}

// A member is changed by calls that lock to read, too: they are not one by one.
type member struct {
	mu   sync.Mutex
	addr string
}

// Move reads the address once more, after the section.
func (m *member) Move(addr string) {
	m.mu.Lock()
	old := m.addr
	m.mu.Unlock()
	if old != addr {
		m.mu.Lock()
		m.addr = addr
		m.mu.Unlock()
	}
	println(m.addr) // want `m.addr is read without m.mu, which guards it`
}

// Refresh reads under the lock, and again without.
func (m *member) Refresh() { m.look(); m.Move(""); m.show() }

func (m *member) look() {
	m.mu.Lock()
	println(m.addr)
	m.mu.Unlock()
}

func (m *member) show() {
	println(m.addr) // want `m.addr is read without m.mu, which guards it`
}

// Addr locks.
func (m *member) Addr() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.addr
}

// A limiter has a bare read below calls from outside that also lead to writes, and
// writers elsewhere. Nothing shows that they meet.
type limiter struct {
	mu    sync.Mutex
	level int
}

func (l *limiter) Start() { l.Raise(); l.check() }
func (l *limiter) Stop()  { l.Raise(); l.check() }

// Raise locks.
func (l *limiter) Raise() {
	l.mu.Lock()
	l.level++
	l.mu.Unlock()
}

// Level locks.
func (l *limiter) Level() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.level
}

func (l *limiter) check() { deep(l) }

func deep(l *limiter) { println(l.level) }

// Watch looks from a goroutine, by way of a function.
func (l *limiter) Watch() { go l.watch() }

func (l *limiter) watch() { peek(l); peekAgain(l) }

func peek(l *limiter) {
	println(l.level) // want `l.level is read without l.mu, which guards it`
}

func peekAgain(l *limiter) { peek(l) }

// A ticker is written by a goroutine of its own, and read below what others call.
type ticker struct {
	mu sync.Mutex
	n  int
}

func NewTicker() *ticker {
	t := new(ticker)
	go t.run()
	return t
}

func (t *ticker) run() {
	for {
		t.mu.Lock()
		t.n++
		t.mu.Unlock()
	}
}

// Twice locks.
func (t *ticker) Twice() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return 2 * t.n
}

func (t *ticker) Print() { printTicker(t) }
func (t *ticker) Log()   { printTicker(t) }

func printTicker(t *ticker) {
	println(t.n) // want `t.n is read without t.mu, which guards it`
}

// A pool is read after a section that only reads, below what others call.
type pool struct {
	mu   sync.Mutex
	free int
	used int
}

func (p *pool) Take() { use(p); grow(p) }
func (p *pool) Give() { use(p); grow(p) }

func use(p *pool) {
	p.mu.Lock()
	used := p.used
	p.mu.Unlock()
	println(used, p.used) // want `p.used is read without p.mu, which guards it`
}

func grow(p *pool) {
	p.mu.Lock()
	p.used++
	p.free--
	p.mu.Unlock()
}

func (p *pool) One() { peekPool(p) }
func (p *pool) Two() { peekPool(p) }

func peekPool(p *pool) {
	p.mu.Lock()
	println(p.free)
	p.mu.Unlock()
	println(both(p)) // want `both is called without p.mu, but it reads p.free, which p.mu guards`
}

func both(p *pool) int { return p.free + p.used }

// Both locks.
func (p *pool) Both() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return both(p)
}

// Used locks.
func (p *pool) Used() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.used
}

// A files is a monitor: all methods lock on their own but one.
type files struct {
	mu sync.Mutex
	m  map[string]int
}

func (f *files) has(k string) bool     { f.mu.Lock(); defer f.mu.Unlock(); return f.m[k] > 0 }
func (f *files) put(k string)          { f.mu.Lock(); defer f.mu.Unlock(); f.m[k]++ }
func (f *files) count() map[string]int { f.mu.Lock(); defer f.mu.Unlock(); return f.m }

func (f *files) bytes() (sum int) {
	for _, n := range f.m { // want `f.m is read without f.mu, which guards it`
		sum += n
	}
	return sum
}

// A device has many, under a lock of its own, and is called in ways that nobody sees.
type device struct {
	mu    sync.Mutex
	files map[string]*files
}

var handlers []func(*device)

// Register adds some.
func Register() {
	handlers = append(handlers, func(d *device) {
		d.mu.Lock()
		defer d.mu.Unlock()
		for _, f := range d.files {
			f.put("")
			if f.has("") {
				f.bytes()
			}
			f.count()
		}
	}, func(d *device) {
		d.mu.Lock()
		defer d.mu.Unlock()
		for _, f := range d.files {
			f.bytes()
		}
	}, func(d *device) {
		d.mu.Lock()
		f := d.files[""]
		d.mu.Unlock()
		f.put("x")
	})
}

// A gauge is read by many, who all lock for that alone, and in one helper without.
type gauge struct {
	mu sync.Mutex
	v  int
}

func (g *gauge) Set(v int) { g.mu.Lock(); g.v = v; g.mu.Unlock() }

func (g *gauge) A() int { g.mu.Lock(); defer g.mu.Unlock(); return g.v }
func (g *gauge) B() int { g.mu.Lock(); defer g.mu.Unlock(); return g.v + 1 }
func (g *gauge) C() int { g.mu.Lock(); defer g.mu.Unlock(); return g.v + 2 }
func (g *gauge) D() int { g.mu.Lock(); defer g.mu.Unlock(); return g.v + 3 }
func (g *gauge) E() int { g.mu.Lock(); defer g.mu.Unlock(); return g.v + 4 }

func (g *gauge) F() { show(g) }
func (g *gauge) G() { show(g) }

func show(g *gauge) {
	println(g.v) // want `g.v is read without g.mu, which guards it`
}

// What comments say.

type spoken struct {
	mu    sync.Mutex
	one   int
	two   int
	three int // only written by the run loop
	four  int
}

// Set locks.
func (s *spoken) Set() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.one, s.two, s.three, s.four = 1, 2, 3, 4
}

// Get locks.
func (s *spoken) Get() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.one + s.two + s.three + s.four
}

// Close says so where it lets the lock go.
func (s *spoken) Close() {
	s.mu.Lock()
	println(s.two)
	println("a")
	println("b")
	println("c")
	println("d")
	println("e")
	println("f")
	println("g")
	// We can safely unlock and go on:
	// nobody comes any more.
	s.mu.Unlock()

	println("a")
	println("b")
	println("c")
	println("d")
	println("e")
	println(s.one)
}

// First names the field.
func (s *spoken) First() {
	// It is safe to read s.two here without holding the mutex, for some reason.
	println("a")
	println("b")
	println("c")
	println("d")
	println("e")
	println("f")
	println(s.two)
	println(s.three)
}

// Last has no excuse.
func (s *spoken) Last() {
	println(s.four) // want `s.four is read without s.mu, which guards it`
}

// Joined goroutines.

type total struct {
	mu sync.Mutex
	n  int
}

// Sum reads when all are done.
func Sum(parts []int) int {
	var wg sync.WaitGroup
	t := new(total)
	share(t)
	for _, p := range parts {
		wg.Add(1)
		go func() {
			defer wg.Done()
			t.mu.Lock()
			t.n += p
			t.mu.Unlock()
		}()
	}
	wg.Wait()
	return t.n
}

// early reads while they run.
type early struct {
	mu sync.Mutex
	n  int
}

// Peek does not wait.
func Peek(parts []int) int {
	e := new(early)
	for _, p := range parts {
		go func() {
			e.mu.Lock()
			e.n += p
			e.mu.Unlock()
		}()
	}
	return e.n // want `e.n is read without e.mu, which guards it`
}

func share(*total) {}

// An object that an unexported method of an interface sets up.

type manager interface{ init(n int) error }

type disk struct {
	mu  sync.Mutex
	old []int
}

func (d *disk) init(n int) error {
	d.old = append(d.old, n)
	return nil
}

// List locks.
func (d *disk) List() []int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]int(nil), d.old...)
}

// Drop locks.
func (d *disk) Drop() {
	d.mu.Lock()
	d.old = d.old[:0]
	d.mu.Unlock()
}

type memory struct{}

func (*memory) init(int) error { return nil }

// Manage makes one.
func Manage(onDisk bool) (manager, error) {
	var m manager
	if onDisk {
		m = new(disk)
	} else {
		m = new(memory)
	}
	if err := m.init(1); err != nil {
		return nil, err
	}
	return m, nil
}

// A helper is called for what was just made for an object in the making, and with
// the lock.

type shelf struct {
	mu     sync.Mutex
	blocks []*block
}

type block struct {
	mu sync.Mutex
	n  int
}

// NewShelf recovers it.
func NewShelf() *shelf {
	s := new(shelf)
	s.recover()
	return s
}

// registry has all blocks, for those who look for leaks.
var registry = map[*block]bool{}

func (s *shelf) block() *block { return &block{n: 1} }

func (s *shelf) recover() {
	var sum int
	b := s.block()
	s.blocks = append(s.blocks, b)
	registry[b] = true
	tally(&sum, b)
}

// Poll counts from time to time.
func (s *shelf) Poll() { go s.count() }

// count locks each.
func (s *shelf) count() (sum int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range s.blocks {
		b.mu.Lock()
		tally(&sum, b)
		b.n++
		b.mu.Unlock()
	}
	return sum
}

// Reset locks each.
func (s *shelf) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range s.blocks {
		b.mu.Lock()
		b.n = 0
		b.mu.Unlock()
	}
}

func tally(sum *int, b *block) { *sum += b.n }

// The caller locks on the condition on which its callee needs it.

var (
	socketsMu sync.Mutex
	sockets   = map[string]int{}
)

// Listen locks for some.
func Listen(network string) {
	if strings.HasPrefix(network, "unix") {
		socketsMu.Lock()
		defer socketsMu.Unlock()
	}
	listen(network)
}

// Unlisten locks.
func Unlisten(network string) {
	socketsMu.Lock()
	delete(sockets, network)
	socketsMu.Unlock()
}

// Relisten locks.
func Relisten(network string) {
	socketsMu.Lock()
	defer socketsMu.Unlock()
	listen(network)
}

func listen(network string) {
	if strings.HasPrefix(network, "unix") {
		sockets[network]++
	}
}

// Methods that package sort calls.

type ranks struct {
	mu sync.Mutex
	vs []int
}

func (r *ranks) Len() int           { return len(r.vs) }
func (r *ranks) Less(i, j int) bool { return r.vs[i] < r.vs[j] }
func (r *ranks) Swap(i, j int)      { r.vs[i], r.vs[j] = r.vs[j], r.vs[i] }

// Add sorts under the lock.
func (r *ranks) Add(v int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.vs = append(r.vs, v)
	sort.Sort(r)
}

// Clear locks.
func (r *ranks) Clear() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.vs = nil
}

// Best locks.
func (r *ranks) Best() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.vs[0]
}

// A Net is closed by others, and by a test.
type Net struct {
	mu    sync.Mutex
	links map[string]int
}

// Add locks.
func (n *Net) Add(k string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.links[k]++
}

// Links locks.
func (n *Net) Links() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.links)
}

// Close does not.
func (n *Net) Close() {
	for k := range n.links { // want `n.links is read without n.mu, which guards it`
		println(k)
	}
}

// Goroutines that a helper starts, and that are waited for by a package variable.

var (
	allMu sync.Mutex
	all   []int
)

var running sync.WaitGroup

// Collect waits for all.
func Collect() []int {
	for i := range 3 {
		launch(i)
	}
	running.Wait()
	return all
}

func launch(i int) {
	running.Add(1)
	go func() {
		defer running.Done()
		allMu.Lock()
		defer allMu.Unlock()
		all = append(all, i)
		if len(all) > 2 {
			all[0] = i
		}
	}()
}

// A table shares its map with its views, under one lock.
type table struct {
	mu   *sync.Mutex
	rows map[string]int
	cols map[string]int
}

// NewTable is the only one that sets the maps.
func NewTable() *table {
	return &table{mu: new(sync.Mutex), rows: make(map[string]int), cols: make(map[string]int)}
}

// View copies a reference that never changes.
func (t *table) View() *table { return &table{mu: t.mu, rows: t.rows} }

// Cols copies one that Reset changes.
func (t *table) Cols() *table {
	return &table{mu: t.mu, cols: t.cols} // want `t.cols is read without t.mu, which guards it`
}

// Size looks into the map.
func (t *table) Size() int { return len(t.rows) } // want `t.rows is read without t.mu, which guards it`

// Set changes elements.
func (t *table) Set(k string, v int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rows[k] = v
	t.cols[k] = v
}

// Get locks.
func (t *table) Get(k string) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.rows[k] + t.cols[k]
}

// Reset changes a reference.
func (t *table) Reset() {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.rows, "")
	t.cols = make(map[string]int)
}

// A session is what a cursor moves over.
type session struct {
	mu  sync.Mutex
	pos int
}

// Pos locks.
func (s *session) Pos() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pos
}

// Move locks.
func (s *session) Move(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pos += n
}

// Back locks.
func (s *session) Back() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pos--
}

// A cursor is a reader of a session. Methods of a cursor are not safe for concurrent
// use.
type cursor struct{ s *session }

// At is called one at a time, as all of them.
func (c *cursor) At() int { return c.s.pos }

// A probe looks at a session. It is safe for concurrent use.
type probe struct{ s *session }

// At needs the lock.
func (p *probe) At() int { return p.s.pos } // want `p.s.pos is read without p.s.mu, which guards it`

// A report is a section that uses other data of the object: that says nothing of
// this.
type report struct {
	mu    sync.Mutex
	title string
	lines int
}

// NewReport sets the title before anybody has the report.
func newReport(title string) *report {
	r := new(report)
	r.begin(title)
	return r
}

func (r *report) begin(title string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.title = title
	r.lines = 0
}

func (r *report) add() int {
	r.mu.Lock()
	n := r.lines
	r.mu.Unlock()
	return n + len(r.title)
}

func (r *report) head() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.title
}

func (r *report) both() (string, int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.title, r.lines
}

// Print prints a report.
func Print(title string) {
	r := newReport(title)
	println(r.add(), r.head())
	println(r.both())
}

// A pools runs goroutines under its lock and waits for them.
type pools struct {
	mu    sync.Mutex
	limit int
	used  int
	all   []*one
}

// A one is reloaded under the lock of its pools, too.
type one struct {
	mu     sync.Mutex
	config string
}

// Apply holds the lock for its goroutines, but several of them write.
func (p *pools) Apply(config string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var wg sync.WaitGroup
	for _, o := range p.all {
		wg.Add(1)
		go func(o *one) {
			defer wg.Done()
			println(p.limit)
			p.used++ // want `p.used is written without p.mu, which guards it`
			if o.config != config {
				o.reload(config)
			}
		}(o)
	}
	wg.Wait()
}

// Start does not wait.
func (p *pools) Start() {
	p.mu.Lock()
	defer p.mu.Unlock()
	go func() {
		println(p.limit) // want `p.limit is read without p.mu, which guards it`
	}()
}

func (o *one) reload(config string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.config = config
}

// Config locks.
func (o *one) Config() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.config
}

// Use locks.
func (p *pools) Use() (int, int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.used++
	p.limit++
	return p.used, p.limit
}

// Limit locks.
func (p *pools) Limit() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.limit
}

// A group takes over from the one that it replaces.
type group struct {
	mu   sync.Mutex
	took int
	last int
	kept int
}

// CopyState is called before g is used, and after from has stopped.
func (g *group) CopyState(from *group) {
	g.took = from.took
	g.last = from.last
}

// CopyOne takes one number.
func (g *group) CopyOne(from *group) {
	g.kept = from.kept // want `g.kept is written without g.mu, which guards it`
}

// Set locks.
func (g *group) Set(took, last int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.took, g.last, g.kept = took, last, took
}

// Kept locks.
func (g *group) Kept() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.kept
}

// Took locks.
func (g *group) Took() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.took
}

// Last locks.
func (g *group) Last() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.last
}

// A provider is changed under the lock of its list, where others lock its own.
type provider struct {
	mu   sync.Mutex
	subs map[string]int
}

type providers struct {
	mu  sync.Mutex
	all []*provider
}

// Add adds one.
func (l *providers) Add(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.register(name)
	for _, p := range l.all {
		p.mu.Lock()
		delete(p.subs, name)
		p.mu.Unlock()
	}
}

// Clear clears.
func (l *providers) Clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range l.all {
		p.mu.Lock()
		clear(p.subs)
		p.mu.Unlock()
	}
}

func (l *providers) register(name string) {
	for _, p := range l.all {
		p.subs[name]++
	}
}
