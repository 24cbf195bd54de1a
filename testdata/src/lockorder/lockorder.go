// Package lockorder holds what the check lockorder must and must not report.
//
// Each case has types of its own, so that its cycle has nothing to do with any
// other. This file has the textbook cases: both acquisitions stand in the
// functions themselves.
package lockorder

import "sync"

type account struct {
	mu  sync.Mutex
	sum int
}

type ledger struct {
	mu    sync.Mutex
	lines int
}

// Post locks the account first.
func Post(a *account, l *ledger) {
	a.mu.Lock()
	l.mu.Lock()
	l.lines += a.sum
	l.mu.Unlock()
	a.mu.Unlock()
}

// Audit locks the ledger first: it and Post can wait for each other.
func Audit(a *account, l *ledger) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	a.mu.Lock() // want `a\.mu is acquired while l\.mu is held \(locked on line 31\), but \S*Post \(lockorder\.go:23\) acquires them in the other order`
	defer a.mu.Unlock()
	return a.sum - l.lines
}

type user struct {
	mu     sync.Mutex
	groups map[string]*group
}

type group struct {
	mu    sync.Mutex
	users map[string]*user
}

// Join goes from the user to the group.
func (u *user) Join(g *group, name string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	g.mu.Lock()
	defer g.mu.Unlock()
	u.groups[name] = g
	g.users[name] = u
}

// Leave goes the same way: the edge has two places and the cycle one report.
func (u *user) Leave(g *group, name string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(u.groups, name)
	delete(g.users, name)
}

// Dissolve goes from the group to its users.
func (g *group) Dissolve() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for name, u := range g.users {
		u.mu.Lock() // want `u\.mu is acquired while g\.mu is held \(locked on line \d+\), but \S*(Join|Leave) \(lockorder\.go:\d+\) acquires them in the other order`
		delete(u.groups, name)
		u.mu.Unlock()
	}
}

var (
	hostsMu, routesMu sync.Mutex
	hosts, routes     int
)

// AddHost locks package variables one way.
func AddHost() {
	hostsMu.Lock()
	defer hostsMu.Unlock()
	routesMu.Lock()
	defer routesMu.Unlock()
	hosts++
	routes++
}

// AddRoute locks them the other way.
func AddRoute() {
	routesMu.Lock()
	defer routesMu.Unlock()
	hostsMu.Lock() // want `hostsMu is acquired while routesMu is held \(locked on line \d+\), but \S*AddHost \(lockorder\.go:\d+\) acquires them in the other order`
	defer hostsMu.Unlock()
	routes++
	hosts++
}

// Two locks of one struct are two classes.
type duplex struct {
	in, out sync.Mutex
	n       int
}

// Pull locks in first.
func (d *duplex) Pull() {
	d.in.Lock()
	d.out.Lock()
	d.n++
	d.out.Unlock()
	d.in.Unlock()
}

// Push locks out first, and only sometimes in.
func (d *duplex) Push(wait bool) {
	d.out.Lock()
	defer d.out.Unlock()
	if wait {
		d.in.Lock() // want `d\.in is acquired while d\.out is held \(locked on line \d+\), but \S*Pull \(lockorder\.go:\d+\)`
		d.n--
		d.in.Unlock()
	}
}

// A mutex that is embedded has the name of its owner.
type cabinet struct {
	sync.Mutex
	files []*file
}

type file struct {
	sync.RWMutex
	cab *cabinet
	n   int
}

// Total locks the cabinet, then the files.
func (c *cabinet) Total() (n int) {
	c.Lock()
	defer c.Unlock()
	for _, f := range c.files {
		f.Lock()
		n += f.n
		f.Unlock()
	}
	return n
}

// Grow goes up by the back pointer.
func (f *file) Grow() {
	f.Lock()
	defer f.Unlock()
	f.cab.Lock() // want `f\.cab(\.Mutex)? is acquired while f(\.RWMutex)? is held \(locked on line \d+\), but \S*Total \(lockorder\.go:\d+\)`
	f.n++
	f.cab.Unlock()
}

// The locks of anonymous structs, as cockroach writes them.
type replica struct {
	mu struct {
		sync.Mutex
		n int
	}
	raft struct {
		sync.Mutex
		n int
	}
}

// Tick locks raft first.
func (r *replica) Tick() {
	r.raft.Lock()
	defer r.raft.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.raft.n += r.mu.n
}

// Heartbeat locks mu first.
func (r *replica) Heartbeat() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.raft.Lock() // want `r\.raft(\.Mutex)? is acquired while r\.mu(\.Mutex)? is held \(locked on line \d+\), but \S*Tick \(lockorder\.go:\d+\)`
	defer r.raft.Unlock()
	r.mu.n += r.raft.n
}

// Three locks, three functions, no two of which contradict each other.
type clerk struct{ mu sync.Mutex }

type vault struct{ mu sync.Mutex }

type guard struct{ mu sync.Mutex }

// Open goes from the clerk to the vault.
func Open(c *clerk, v *vault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	v.mu.Lock()
	defer v.mu.Unlock()
}

// Watch goes from the vault to the guard.
func Watch(v *vault, g *guard) {
	v.mu.Lock()
	defer v.mu.Unlock()
	g.mu.Lock()
	defer g.mu.Unlock()
}

// Relieve goes from the guard to the clerk and closes the circle.
func Relieve(g *guard, c *clerk) {
	g.mu.Lock()
	defer g.mu.Unlock()
	c.mu.Lock() // want `c\.mu is acquired while g\.mu is held \(locked on line \d+\), which closes a cycle: .*\(lockorder\.go:\d+\), .*\(lockorder\.go:\d+\)`
	defer c.mu.Unlock()
}

// Four of them in one struct: everybody waits for the car in front.
type crossing struct {
	north, east, south, west sync.Mutex
	cars                     int
}

// Enter begins.
func (c *crossing) Enter() {
	c.north.Lock()
	defer c.north.Unlock()
	c.east.Lock()
	c.cars++
	c.east.Unlock()
}

// Turn goes on.
func (c *crossing) Turn() {
	c.east.Lock()
	defer c.east.Unlock()
	c.south.Lock()
	c.cars++
	c.south.Unlock()
}

// Cross goes on.
func (c *crossing) Cross() {
	c.south.Lock()
	defer c.south.Unlock()
	c.west.Lock()
	c.cars++
	c.west.Unlock()
}

// Exit closes the circle.
func (c *crossing) Exit() {
	c.west.Lock()
	defer c.west.Unlock()
	c.north.Lock() // want `c\.north is acquired while c\.west is held \(locked on line \d+\), which closes a cycle: .*\(lockorder\.go:\d+\), .*\(lockorder\.go:\d+\), .*\(lockorder\.go:\d+\)`
	c.cars--
	c.north.Unlock()
}

// A lock taken by TryLock is held like any other: who waits for the second lock
// with the first in hand stops those who have the second.
type pump struct{ mu sync.Mutex }

type tank struct{ mu sync.Mutex }

// Fill tries for the pump and waits for the tank.
func Fill(p *pump, t *tank) bool {
	if !p.mu.TryLock() {
		return false
	}
	defer p.mu.Unlock()
	t.mu.Lock()
	defer t.mu.Unlock()
	return true
}

// Drain waits for both.
func Drain(p *pump, t *tank) {
	t.mu.Lock()
	defer t.mu.Unlock()
	p.mu.Lock() // want `p\.mu is acquired while t\.mu is held \(locked on line \d+\), but \S*Fill \(lockorder\.go:\d+\)`
	defer p.mu.Unlock()
}

// A local lock that two goroutines share is as good as any.
type printer struct {
	mu sync.Mutex
	n  int
}

// FN_PrintAll starts one goroutine for each order; locks of local variables have
// no class.
func FN_PrintAll(p *printer) int {
	var mu sync.Mutex
	var wg sync.WaitGroup
	sum := 0
	wg.Go(func() {
		mu.Lock()
		defer mu.Unlock()
		p.mu.Lock()
		defer p.mu.Unlock()
		sum += p.n
	})
	wg.Go(func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		mu.Lock()
		defer mu.Unlock()
		sum -= p.n
	})
	wg.Wait()
	return sum
}

// The gate is given back before the second lock is waited for: it orders
// nothing.
type turnstile struct {
	gate, left, right sync.Mutex
	n                 int
}

// Left takes left through the gate, and right without it.
func (t *turnstile) Left() {
	t.gate.Lock()
	t.left.Lock()
	t.gate.Unlock()
	t.right.Lock()
	t.n++
	t.right.Unlock()
	t.left.Unlock()
}

// Right does it the other way round.
func (t *turnstile) Right() {
	t.gate.Lock()
	t.right.Lock()
	t.gate.Unlock()
	t.left.Lock() // want `t\.left is acquired while t\.right is held \(locked on line \d+\), but \S*Left \(lockorder\.go:\d+\)`
	t.n--
	t.left.Unlock()
	t.right.Unlock()
}

// The gate is on two of three: the third can meet the first.
type dock struct {
	gate, crane, ship sync.Mutex
	n                 int
}

// Load has the gate.
func (d *dock) Load() {
	d.gate.Lock()
	defer d.gate.Unlock()
	d.crane.Lock()
	defer d.crane.Unlock()
	d.ship.Lock()
	defer d.ship.Unlock()
	d.n++
}

// Unload has it, too.
func (d *dock) Unload() {
	d.gate.Lock()
	defer d.gate.Unlock()
	d.ship.Lock()
	defer d.ship.Unlock()
	d.crane.Lock()
	defer d.crane.Unlock()
	d.n--
}

// Sail has not.
func (d *dock) Sail() {
	d.ship.Lock()
	defer d.ship.Unlock()
	d.crane.Lock() // want `d\.crane is acquired while d\.ship is held \(locked on line \d+\), but \S*Load \(lockorder\.go:\d+\)`
	defer d.crane.Unlock()
	d.n = 0
}

// The object is known to others before its lock is taken: no longer under
// construction.
type ward struct {
	mu   sync.Mutex
	beds map[int]*bed
}

type bed struct {
	mu sync.Mutex
	n  int
}

// Admit has stored the bed when it locks both.
func (w *ward) Admit(n int) *bed {
	b := &bed{}
	w.mu.Lock()
	w.beds[n] = b
	w.mu.Unlock()
	b.mu.Lock()
	defer b.mu.Unlock()
	w.mu.Lock()
	defer w.mu.Unlock()
	b.n = len(w.beds)
	return b
}

// Clean locks the ward before the beds.
func (w *ward) Clean() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, b := range w.beds {
		b.mu.Lock() // want `b\.mu is acquired while w\.mu is held \(locked on line \d+\), but \S*Admit \(lockorder\.go:\d+\)`
		b.n = 0
		b.mu.Unlock()
	}
}

// Whether the callee takes the lock, one that the caller has no name for, depends
// on an argument.

type stack struct {
	mu sync.Mutex
	n  int
}

type tome struct {
	mu    sync.Mutex
	stack *stack
	n     int
}

var tomes = make(map[int]*tome)

func open(n int, locked bool) { turn(n, locked) }

func turn(n int, locked bool) {
	t := tomes[n]
	if !locked {
		t.mu.Lock()
		defer t.mu.Unlock()
	}
	t.n++
}

// Read has the stack's lock and calls with locked set.
func (s *stack) Read() {
	s.mu.Lock()
	defer s.mu.Unlock()
	open(s.n, true)
}

// Return locks in the other order.
func (t *tome) Return() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.stack.mu.Lock()
	defer t.stack.mu.Unlock()
	t.n--
}

// Here the callee does take it.

type rack struct {
	mu sync.Mutex
	n  int
}

type tape struct {
	mu   sync.Mutex
	rack *rack
	n    int
}

var tapes = make(map[int]*tape)

func play(n int, locked bool) { wind(n, locked) }

func wind(n int, locked bool) {
	t := tapes[n]
	if !locked {
		t.mu.Lock()
		defer t.mu.Unlock()
	}
	t.n++
}

// Read calls with locked not set.
func (r *rack) Read() {
	r.mu.Lock()
	defer r.mu.Unlock()
	play(r.n, false)
}

// Return locks in the other order.
func (t *tape) Return() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rack.mu.Lock() // want `t\.rack\.mu is acquired while t\.mu is held \(locked on line \d+\), but rack\.Read \(lockorder\.go:\d+\)`
	defer t.rack.mu.Unlock()
	t.n--
}

// A callee that takes the caller's lock, too, speaks of another object.

type den struct {
	mu  sync.Mutex
	cub *cub
	n   int
}

type cub struct {
	mu  sync.Mutex
	den *den
	n   int
}

var dens = make(map[int]*den)

// Visit has its own lock, and visits another.
func (d *den) Visit(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	feed(n)
}

func feed(n int) {
	d := dens[n]
	d.mu.Lock()
	d.n++
	d.mu.Unlock()
	d.cub.mu.Lock()
	d.cub.n++
	d.cub.mu.Unlock()
}

// Return locks in the other order.
func (c *cub) Return() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.den.mu.Lock()
	defer c.den.mu.Unlock()
	c.den.n--
}

// An object in the making may have been given away, but not put anywhere yet.

type guild struct {
	mu      sync.Mutex
	members []*member
}

type member struct {
	mu    sync.Mutex
	guild *guild
}

type town interface{ Announce(*member) }

// Join locks the new member before the guild.
func (g *guild) Join(t town) *member {
	m := &member{guild: g}
	t.Announce(m)
	m.mu.Lock()
	defer m.mu.Unlock()
	g.mu.Lock()
	g.members = append(g.members, m)
	g.mu.Unlock()
	return m
}

// Call locks the guild before the members.
func (g *guild) Call() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, m := range g.members {
		m.mu.Lock()
		m.guild = g
		m.mu.Unlock()
	}
}
