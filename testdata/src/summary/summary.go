// Package summary has functions whose summaries rest on those of package
// store.
package summary

import (
	"sync"

	"summary/store"
)

func Size(s *store.Store) int { return s.Len() } // want Size:"^excludes p0.mu$"

func NextSize(s *store.Store) int { return Size(s.Next) } // want NextSize:`^excludes p0.Next\*.mu$`

func Begin(s *store.Store) { s.Lock() } // want Begin:"^excludes p0.mu; holds p0.mu$"

func End(s *store.Store) { s.Unlock() } // want End:"^needs p0.mu; releases p0.mu$"

func Both(s *store.Store) { // want Both:"^excludes p0.mu$"
	Begin(s)
	End(s)
}

func HandOver(a, b *store.Store) { // want HandOver:"^excludes p0.mu; excludes p1.mu; holds p1.mu$"
	a.Lock()
	b.Lock()
	a.Unlock()
}

func Opened(s *store.Store) { // want Opened:"^excludes p0.mu$"
	if s.Open() == nil {
		s.Unlock()
	}
}

func Next(s *store.Store) { // want Next:`^excludes p0.Next\*.mu$`
	s.Next.Lock()
	store.UnlockNext(s)
}

func Global() { // want Global:`^excludes g"summary/store".Mu$`
	store.Mu.Lock()
	store.Mu.Unlock()
}

func ReadGlobal() int { return store.Read() } // want ReadGlobal:`^excludes g"summary/store".Mu$`

func Quit() { store.Die() } // want Quit:"^exits$"

func Getter(s *store.Store) *sync.Mutex { return s.Mutex() } // want Getter:"^returns p0.mu$"

func LockGetter(s *store.Store) { s.Mutex().Lock() } // want LockGetter:"^excludes p0.mu; holds p0.mu$"

func Released(s *store.Store) { // want Released:"^excludes p0.mu$"
	_, release := s.Acquire()
	release()
}

func Callback(s *store.Store, x *store.Store) { // want Callback:"^excludes p0.mu; excludes p1.mu$"
	s.Do(func() { x.Len() })
}

func Await(s *store.Store) { s.Ready.Wait() } // want Await:"^$"

// AwaitBelow waits as Await does, in its callee.
func AwaitBelow(s *store.Store) { s.Await() } // want AwaitBelow:"^$"

// Apply calls its parameter f in its callee.
func Apply(s *store.Store, f func()) { s.Do(f) } // want Apply:"^excludes p0.mu; calls p1$"

func ApplyOnce(once *sync.Once, f func()) { once.Do(f) } // want ApplyOnce:"^calls p1$"

// AwaitSome waits with a lock that it may have taken itself.
func AwaitSome(s *store.Store, locked bool) { // want AwaitSome:"^excludes p0.mu"
	if !locked {
		s.Lock()
	}
	s.Await()
	s.Unlock()
}

func If(mu *sync.Mutex, lock bool) { // want If:"^excludes p0$"
	if lock {
		mu.Lock()
		defer mu.Unlock()
	}
}

// IfSmall locks mu on a condition that has no portable form.
func IfSmall(mu *sync.Mutex, n int) { // want IfSmall:"^excludes p0$"
	if n < 3 {
		mu.Lock()
		defer mu.Unlock()
	}
}

func Maybe(s *store.Store) { // want Maybe:"^excludes p0.mu; holds p0.mu; holds p0.mu$"
	if s.N > 0 {
		s.Lock()
	}
}

func Shard(ms []sync.Mutex, i int) { ms[i].Lock() } // want Shard:`^excludes p0\[p1\]; holds p0\[p1\]$`

func First(ms []sync.Mutex) { ms[0].Lock() } // want First:`^excludes p0\["0"\]; holds p0\["0"\]$`

func ReadLocker(mu *sync.RWMutex) { mu.RLocker().Lock() } // want ReadLocker:"^excludes p0; holds p0$"

func Recurse(s *store.Store, n int) { // want Recurse:"^excludes p0.mu$"
	if n > 0 {
		Recurse(s, n-1)
		s.Len()
	}
}

func Odd(a, b *store.Store, n int) { // want Odd:"^excludes p1.mu; excludes p0.mu$"
	if n > 0 {
		Even(a, b, n-1)
		a.Len()
	}
}

func Even(a, b *store.Store, n int) { // want Even:"^excludes p1.mu; excludes p0.mu$"
	if n > 0 {
		Odd(a, b, n-1)
		b.Len()
	}
}

func below(s *store.Store) { s.Lock() }

func Through(s *store.Store) { below(s) } // want Through:"^excludes p0.mu; holds p0.mu$"

func ViewSize(s *store.Store) int { return store.NewView(s).Len() } // want ViewSize:"^excludes p0.mu$"

type Box[T any] struct {
	mu sync.RWMutex
	v  T
}

func (b *Box[T]) Get() T { // want Get:"^excludes p0.mu$"
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.v
}

func GetInt(b *Box[int]) int { return b.Get() } // want GetInt:"^excludes p0.mu$"

// Nothing that others must know of, or that they could name.

func Beside(ms []sync.Mutex, i int) { ms[i+1].Lock() }

func Spawn(s *store.Store) { go s.Len() }

func New() *store.Store { return store.New() }

var hidden sync.Mutex

func Hidden() { // want Hidden:`^excludes g"summary".hidden$`
	hidden.Lock()
	defer hidden.Unlock()
}
