package lockorder

import (
	"sync"

	"lockorder/mid"
	"lockorder/store"
)

// One edge is in another package: the one that is here gets the report.

// Flush has the log before the store.
func Flush(s *store.Store) {
	s.Log.Mu.Lock()
	defer s.Log.Mu.Unlock()
	s.Mu.Lock() // want `s\.Mu is acquired while s\.Log\.Mu is held \(locked on line \d+\), but \S*Add \(store\.go:\d+\) acquires them in the other order`
	s.Log.Lines = 0
	s.Mu.Unlock()
}

// CountUnder calls back into the table from a callback that has the index
// locked. Neither lock has a name here.
func CountUnder(t *store.Table) (n int) {
	t.Index().Each(func(int) {
		n += t.Len() // want `\S+ acquires .*store\.go:\d+\).*, but \S*Insert \(store\.go:\d+\)`
	})
	return n
}

// A lock of this package on one side, a lock of the other package on the
// other; both edges are here.
type reader struct {
	mu   sync.Mutex
	list *store.List
	seen int
}

// Note holds the reader and asks the list.
func (r *reader) Note() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list.Add("seen")
}

// Scan locks the reader under the list.
func (r *reader) Scan() {
	r.list.Each(func(string) {
		r.mu.Lock() // want `r\.mu is acquired while r\.list\.mu is held \(locked on line \d+\), but \S*Note \(crosspkg\.go:\d+\)`
		r.seen++
		r.mu.Unlock()
	})
}

// Three packages, one edge each; this one closes the cycle.
func Close(t *mid.Third, f *store.First) {
	t.Mu.Lock()
	defer t.Mu.Unlock()
	f.Touch() // want `f\.Touch acquires f\.mu \(.*store\.go:\d+\) while t\.Mu is held \(locked on line \d+\), which closes a cycle: .*\(store\.go:\d+\), .*\(mid\.go:\d+\)`
}

// The cycle in store is store's: whoever goes one of its ways has no report.
func Up(u *store.Upper, l *store.Lower) {
	l.Mu.Lock()
	defer l.Mu.Unlock()
	u.Mu.Lock()
	defer u.Mu.Unlock()
}

// Pull is against the order that store declares.
func Pull(r *store.Rack, s *store.Slot) {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	r.Mu.Lock() // want `r\.Mu is acquired while s\.Mu is held \(locked on line \d+\), against the declared order`
	defer r.Mu.Unlock()
}

// BA has the gate of the other package, too.
func BA(g *store.Gated) {
	store.GateMu.Lock()
	defer store.GateMu.Unlock()
	g.B.Lock()
	defer g.B.Unlock()
	g.A.Lock()
	defer g.A.Unlock()
}

// A settings' lock is only ever read-locked, here and there.
type panels struct {
	mu sync.Mutex
	n  int
}

// Read has the panels inside.
func (p *panels) Read(s *store.Settings) {
	s.Mu.RLock()
	defer s.Mu.RUnlock()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.n = s.N
}

// Show has them outside.
func (p *panels) Show(s *store.Settings) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	s.Mu.RLock()
	defer s.Mu.RUnlock()
	return p.n + s.N
}

// The other package calls this one through an interface of its own, with its
// lock held: it cannot know who is behind it, and here nobody sees the lock.
type plug struct {
	mu     sync.Mutex
	socket *store.Socket
}

// Drop implements store.Plug.
func (p *plug) Drop() {
	p.mu.Lock()
	defer p.mu.Unlock()
}

// FN_Pull would be the other half.
func (p *plug) FN_Pull() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.socket.Set(nil)
}
