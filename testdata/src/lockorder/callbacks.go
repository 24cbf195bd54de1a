package lockorder

import "sync"

// Functions that are stored somewhere and called later, under a lock.

// A Sensor calls what Notify has been given: other packages may give it something
// else, but this one gives it Panel's.
type Sensor struct {
	mu     sync.Mutex
	notify func(int)
	value  int
}

// Notify stores f.
func (s *Sensor) Notify(f func(int)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.notify = f
}

// Set calls it under the lock.
func (s *Sensor) Set(v int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.value = v
	if s.notify != nil {
		s.notify(v)
	}
}

// A Panel shows what a sensor says.
type Panel struct {
	mu     sync.Mutex
	sensor *Sensor
	shown  int
}

// NewPanel has itself notified.
func NewPanel(s *Sensor) *Panel {
	p := &Panel{sensor: s}
	s.Notify(p.show)
	return p
}

func (p *Panel) show(v int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.shown = v
}

// Refresh asks the sensor with the panel locked.
func (p *Panel) Refresh() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sensor.mu.Lock() // want `p\.sensor\.mu is acquired while p\.mu is held \(locked on line \d+\), but \S*Set \(callbacks\.go:\d+\)`
	p.shown = p.sensor.value
	p.sensor.mu.Unlock()
}

// The setter is a method of an interface. The objects of one field have the callback,
// those of another have none.
type archive interface {
	onChange(func())
	put()
	compact()
}

type reel struct {
	mu      sync.Mutex
	changed func()
	n       int
}

func (t *reel) onChange(f func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.changed = f
}

// put calls it under the lock.
func (t *reel) put() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.n++
	if t.changed != nil {
		t.changed()
	}
}

// compact does so without.
func (t *reel) compact() {
	t.mu.Lock()
	t.n = 0
	changed := t.changed
	t.mu.Unlock()
	if changed != nil {
		changed()
	}
}

type channel struct {
	mu   sync.Mutex
	tape archive
	node *node
	n    int
}

// NewChannel has the changes of its tape reported.
func NewChannel(n *node) *channel {
	c := &channel{tape: &reel{}, node: n}
	c.tape.onChange(c.count)
	return c
}

func (c *channel) count() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
}

// Publish has the channel locked.
func (c *channel) Publish() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tape.put() // want `c\.tape\.put acquires \S+\.mu \(c\.tape\.put, callbacks\.go:\d+\) while c\.mu is held \(locked on line \d+\), but \S*put \(callbacks\.go:\d+\)`
	c.node.last()
}

// The log of a node is a reel, too. Its changes are nobody's business, so that nothing
// locks a channel below the node.
type node struct {
	mu  sync.Mutex
	log archive
	n   int
}

// NewNode has no callback.
func NewNode() *node { return &node{log: &reel{}} }

// Trim has the node locked.
func (n *node) Trim() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.log.compact()
}

func (n *node) last() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.n
}

// A field that holds many functions is a hook for anything: what one of them does is
// nothing that each object must fear.
type hook struct {
	mu sync.Mutex
	f  func()
	n  int
}

func (h *hook) set(f func()) { h.f = f }

// FN_Run calls one of five.
func (h *hook) FN_Run() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.f()
}

func (h *hook) inc() { h.n++ }

func (h *hook) dec() { h.n-- }

// NewHooks makes one of each.
func NewHooks(l *bulb) []*hook {
	hooks := make([]*hook, 5)
	for i := range hooks {
		hooks[i] = new(hook)
	}
	hooks[0].set(hooks[0].inc)
	hooks[1].set(hooks[1].dec)
	hooks[2].set(func() { hooks[2].n *= 2 })
	hooks[3].set(func() { hooks[3].n /= 2 })
	hooks[4].set(l.toggle)
	return hooks
}

type bulb struct {
	mu sync.Mutex
	on bool
}

func (l *bulb) toggle() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.on = !l.on
}

// FN_Hang has the other edge.
func (l *bulb) FN_Hang(h *hook) {
	l.mu.Lock()
	defer l.mu.Unlock()
	h.mu.Lock()
	h.n = 0
	h.mu.Unlock()
}

// The function in the field is handed to somebody who calls it when he has given back
// the lock.
type cashier struct {
	mu   sync.Mutex
	done func()
	n    int
}

type purse struct {
	mu sync.Mutex
	t  *cashier
}

// NewPurse has its drawer counted.
func NewPurse() *purse {
	d := &purse{t: new(cashier)}
	d.t.done = d.count
	return d
}

func (d *purse) count() {
	d.mu.Lock()
	defer d.mu.Unlock()
}

// Close passes the field on.
func (t *cashier) Close() {
	t.mu.Lock()
	t.unlockAnd(t.done)
}

func (t *cashier) unlockAnd(f func()) {
	t.n = 0
	t.mu.Unlock()
	f()
}

// Take has the only edge.
func (d *purse) Take() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.t.mu.Lock()
	d.t.n++
	d.t.mu.Unlock()
}

// A Siren calls what only a test gives it.
type Siren struct {
	mu     sync.Mutex
	notify func(int)
}

// Notify stores f.
func (s *Siren) Notify(f func(int)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.notify = f
}

// Set calls it under the lock.
func (s *Siren) Set(v int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.notify != nil {
		s.notify(v)
	}
}

type beacon struct {
	mu sync.Mutex
	on int
}

func (l *beacon) show(v int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.on = v
}

func (l *beacon) read(s *Siren) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s.mu.Lock()
	s.mu.Unlock()
}
