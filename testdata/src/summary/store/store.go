// Package store is imported by package summary, which sees its facts.
package store

import (
	"errors"
	"sync"

	"summary/ends"
)

// A Store has a lock that other packages cannot name.
type Store struct {
	mu    sync.Mutex
	Ready *sync.Cond // want Ready:"^uses p0.mu$"
	Twice *sync.Cond // has two locks
	other *sync.Cond
	N     int
	Next  *Store
}

// Mu is a lock that other packages can name.
var Mu sync.RWMutex

func New() *Store {
	s := new(Store)
	s.Ready = sync.NewCond(&s.mu)
	s.Twice = sync.NewCond(&s.mu)
	if s.N > 0 {
		s.Twice = sync.NewCond(&Mu)
	}
	s.other = sync.NewCond(&s.mu)
	return s
}

func (s *Store) Len() int { // want Len:"^excludes p0.mu$"
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.N
}

func (s *Store) Lock() { s.mu.Lock() } // want Lock:"^excludes p0.mu; holds p0.mu$"

func (s *Store) Unlock() { s.mu.Unlock() } // want Unlock:"^needs p0.mu; releases p0.mu$"

func (s *Store) TryLock() bool { return s.mu.TryLock() } // want TryLock:"^holds p0.mu$"

func (s *Store) Yield() { // want Yield:"^needs p0.mu; holds p0.mu$"
	s.mu.Unlock()
	s.mu.Lock()
}

func (s *Store) Open() error { // want Open:"^excludes p0.mu; releases p0.mu; holds p0.mu$"
	s.mu.Lock()
	if s.N > 0 {
		s.mu.Unlock()
		return errors.New("open")
	}
	return nil
}

func (s *Store) Mutex() *sync.Mutex { return &s.mu } // want Mutex:"^returns p0.mu$"

func (s *Store) Acquire() (n int, release func()) { // want Acquire:`^excludes p0.mu; holds p0.mu; returns func\(\); returns func\(needs p0.mu; releases p0.mu\)$`
	s.mu.Lock()
	return s.N, s.mu.Unlock
}

func (s *Store) Locker() func() { // want Locker:`^returns func\(excludes p0.mu; holds p0.mu\)$`
	return func() { s.mu.Lock() }
}

func (s *Store) Do(f func()) { // want Do:"^excludes p0.mu; calls p1$"
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

func (s *Store) Await() { // want Await:"^$"
	for s.N == 0 {
		s.Ready.Wait()
	}
}

func Read() int { // want Read:`^excludes g"summary/store".Mu$`
	Mu.RLock()
	defer Mu.RUnlock()
	return 0
}

func Die() { ends.Die() } // want Die:"^exits$"

func Call(f func()) { f() } // want Call:"^calls p0$"

func UnlockNext(s *Store) { s.Next.Unlock() } // want UnlockNext:`^needs p0.Next\*.mu; releases p0.Next\*.mu$`

// A View holds a store for its caller.
type View struct{ s *Store }

func NewView(s *Store) *View { return &View{s} } // want NewView:"^$"

func (v *View) Len() int { return v.s.Len() } // want Len:`^excludes p0.s\*.mu$`

// Nothing that matters.

func (s *Store) SetNext(next *Store) { s.Next = next }

func (s *Store) unexported() { s.mu.Lock() }

func Local() {
	var mu sync.Mutex
	mu.Lock()
	defer mu.Unlock()
}

func Spawn(s *Store) { go s.Len() }
