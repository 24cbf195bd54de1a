package guardedby

import (
	"sort"
	"sync"
)

// An object is in the making until its constructor is through, even if others have
// it by then: they are called back later.

type depot struct {
	mu    sync.Mutex
	size  int
	items map[string]int
}

type roster interface{ Add(*depot) }

// OpenDepot registers the depot before it is filled.
func OpenDepot(r roster, names []string) (_ *depot, err error) {
	d := &depot{items: make(map[string]int)}
	defer func() {
		if err != nil {
			d.Shrink()
		}
	}()
	r.Add(d)
	d.fill(names)
	if d.size > 0 {
		d.size += len(names)
	}
	return d, nil
}

// fill is only called in the making.
func (d *depot) fill(names []string) {
	for i, n := range names {
		d.items[n] = i
	}
	d.size++
}

// Shrink has the lock.
func (d *depot) Shrink() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.size--
	clear(d.items)
}

// Size has it, too.
func (d *depot) Size() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.size + len(d.items)
}

// So have Grow and Reset.
func (d *depot) Grow() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.size++
}

func (d *depot) Reset() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.size = 0
}

// Peek does not.
func (d *depot) Peek() int {
	return d.size // want `d.size is read without d.mu, which guards it`
}

// evenDepot and oddDepot return each other's depots, and make none.
func evenDepot(n int) *depot {
	if n == 0 {
		return nil
	}
	return oddDepot(n - 1)
}

func oddDepot(n int) *depot {
	if n == 0 {
		return nil
	}
	return evenDepot(n - 1)
}

// Even gets one from them, but makes none itself.
func Even() int {
	d := evenDepot(4)
	if d == nil {
		return 0
	}
	return d.size // want `d.size is read without d.mu, which guards it`
}

// StartDepot uses the depot after it has started a goroutine with it.
func StartDepot() *depot {
	d := &depot{}
	go d.Shrink()
	d.size = 1 // want `d.size is written without d.mu, which guards it`
	return evenDepot(d.Size())
}

// Any lock that all writers hold excludes them, be it the owner's.

type lessor struct {
	mu     sync.RWMutex
	leases map[int]*lease
}

type lease struct {
	expiryMu sync.Mutex
	expiry   int // guarded by expiryMu
}

// Renew holds both locks: so do all that write.
func (l *lessor) Renew(id, at int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e := l.leases[id]
	e.expiryMu.Lock()
	e.expiry = at
	e.expiryMu.Unlock()
}

// Next reads under the lock of the owner.
func (l *lessor) Next() int {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.leases[0].expiry
}

// Ask has none.
func Ask(e *lease) int {
	return e.expiry // want `e.expiry is read without e.expiryMu, which guards it \(declared on line \d+\)`
}

// A callee that lets the lock go and takes it again, in ways that no summary tells,
// does not make the caller's section end.

type basin struct {
	mu    sync.Mutex
	level int
	ready chan bool
	times []int
}

// Pour is one section to the reader.
func (b *basin) Pour(n int) {
	b.mu.Lock()
	b.wait(n)
	b.raise()
	b.mu.Unlock()
}

func (b *basin) wait(n int) {
	for i := range n {
		if b.level > i {
			b.mu.Unlock()
			if <-b.ready {
				b.mu.Lock()
				continue
			}
			b.mu.Lock()
		}
	}
}

func (b *basin) raise() { b.level++ }

// Stir is one section, too; what it calls does not lock.
func (b *basin) Stir(n int) {
	b.mu.Lock()
	b.mix(n)
	b.mu.Unlock()
}

func (b *basin) mix(n int) {
	b.wait(n)
	b.spill()
}

func (b *basin) spill() { b.level-- }

// Drain has the lock.
func (b *basin) Drain() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.raise()
	b.level--
}

// The same field can name the new lock and the old.

type vault2 struct {
	mu    *sync.Mutex
	gold  int
	coins map[string]int
}

// Renew makes the lock, and takes it.
func (v *vault2) Renew(n int) {
	v.mu = new(sync.Mutex)
	v.mu.Lock()
	defer v.mu.Unlock()
	v.store(n)
}

func (v *vault2) store(n int) {
	v.gold = n
	v.coins["gold"] = n
}

// Store has the lock.
func (v *vault2) Store(n int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.store(n)
	v.gold++
}

// Since calls a literal that another literal calls.
func (b *basin) Since(n int) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	past := func(i int) bool { return b.times[i] >= n }
	search := func() int { return sort.Search(len(b.times), func(i int) bool { return past(i) }) }
	return search()
}

// Deep calls literals that call literals, more of them than the machine follows.
func (b *basin) Deep(n int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	f0 := func() bool { return b.times[0] == n }
	f1 := func() bool { return f0() }
	f2 := func() bool { return f1() }
	f3 := func() bool { return f2() }
	f4 := func() bool { return f3() }
	f5 := func() bool { return f4() }
	f6 := func() bool { return f5() }
	f7 := func() bool { return f6() }
	f8 := func() bool { return f7() }
	return f8()
}

// Note has the lock.
func (b *basin) Note(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.times = append(b.times, n)
}

// What is part of the object in the making is in the making, too; a method may be
// called init.

type cellar struct {
	shelf  shelf2
	guests int
}

type shelf2 struct {
	mu      sync.Mutex
	bottles int
}

var cellars = make(map[string]*cellar)

func OpenCellar(n int) *cellar {
	c := &cellar{}
	cellars["new"] = c
	c.shelf.init(n)
	return c
}

func (s *shelf2) init(n int) {
	if s.bottles < n {
		s.bottles += n
	}
}

// Take has the lock.
func (s *shelf2) Take() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bottles--
}

// Left has it, too.
func (s *shelf2) Left() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bottles
}

// A lock that is lent may be the one that is held.

type house struct {
	mu   sync.Mutex
	room *chamber
}

type chamber struct {
	mu    *sync.Mutex
	lamps int
}

func newHouse() *house {
	h := &house{room: &chamber{}}
	h.room.mu = &h.mu
	return h
}

// Light holds it by its first name.
func (h *house) Light() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.room.lamps++
}

// Dim holds it by the other.
func (c *chamber) Dim() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lamps--
}

// Count does so, too.
func (c *chamber) Count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.lamps
}

// Peek holds nothing.
func (c *chamber) Peek() int {
	return c.lamps // want `c.lamps is read without c.mu, which guards it`
}

// Who tells the callee to lock need not.

type daybook struct {
	mu    sync.Mutex
	lines []int
}

func (l *daybook) add(n int, lock bool) {
	if lock {
		l.mu.Lock()
		defer l.mu.Unlock()
	}
	l.lines = append(l.lines, n)
}

// Add lets it lock.
func (l *daybook) Add(n int) { l.add(n, true) }

// AddAll has locked.
func (l *daybook) AddAll(ns []int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, n := range ns {
		l.add(n, false)
	}
	l.lines = append(l.lines, 0)
}
