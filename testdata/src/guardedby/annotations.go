package guardedby

import (
	"sync"
	"sync/atomic"
)

// The +checklocks family, as gVisor, kopia and dd-trace-go write it.

type vault struct {
	mu sync.RWMutex

	// +checklocks:mu
	gold int

	// silver is written under the lock only; it may be read atomically.
	//
	// +checklocks:mu
	// +checkatomic
	silver int64

	inner struct {
		mu sync.Mutex
		// +checklocks:mu
		n int
	}
}

// newVault makes one.
func newVault() *vault {
	v := &vault{gold: 1}
	v.gold = 2
	v.inner.n = 3
	return v
}

// Gold forgets.
func (v *vault) Gold() int {
	return v.gold // want `v.gold is read without v.mu, which guards it \(declared on line \d+\)`
}

// Mint has the read lock.
func (v *vault) Mint() {
	v.mu.RLock()
	v.gold++ // want `v.gold is written while v.mu is only read-locked, and it guards v.gold \(declared on line \d+\)`
	v.mu.RUnlock()
}

// Silver reads atomically, which needs no lock.
func (v *vault) Silver() int64 { return atomic.LoadInt64(&v.silver) }

// SilverPlain reads plainly, with the lock.
func (v *vault) SilverPlain() int64 {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.silver
}

// AddSilver writes atomically and under the lock.
func (v *vault) AddSilver() {
	v.mu.Lock()
	defer v.mu.Unlock()
	atomic.AddInt64(&v.silver, 1)
}

// Steal writes atomically, without the lock.
func (v *vault) Steal() {
	atomic.AddInt64(&v.silver, -1) // want `v.silver is written without v.mu, which guards it \(declared on line \d+\)`
}

// Inner is in an anonymous struct.
func (v *vault) Inner() int {
	return v.inner.n // want `v.inner.n is read without v.inner.mu, which guards it \(declared on line \d+\)`
}

// spend requires the lock.
//
// +checklocks:v.mu
func (v *vault) spend(n int) { v.gold -= n }

// Spend meets it.
func (v *vault) Spend(n int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.spend(n)
}

// Waste does not.
func (v *vault) Waste(n int) {
	v.spend(n) // want `v.spend is called without v.mu, which its callers must hold \(declared on line \d+\)`
}

// Half holds the read lock, which is not enough for a write.
func (v *vault) Half(n int) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	v.spend(n) // want `v.spend is called (without v.mu|while v.mu is only read-locked)`
}

// open acquires and close releases.
//
// +checklocksacquire:v.mu
func (v *vault) open() { v.mu.Lock() }

// +checklocksrelease:v.mu
func (v *vault) close() { v.mu.Unlock() }

// Visit is between the two.
func (v *vault) Visit() {
	v.open()
	v.gold++
	v.close()
}

// After is after both.
func (v *vault) After() {
	v.open()
	v.close()
	v.gold = 0 // want `v.gold is written without v.mu, which guards it \(declared on line \d+\)`
}

// audit must not be called with the lock, and locks itself.
//
// +checklocksexclude:v.mu
func (v *vault) audit() int {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.gold
}

// Audit has none.
func (v *vault) Audit() int { return v.audit() }

// quiet says that it knows better.
//
// +checklocksignore
func (v *vault) quiet() int { return v.gold }

// forced says it for one access.
func (v *vault) forced() int {
	return v.gold // +checklocksforce
}

// Quiet calls both.
func (v *vault) Quiet() int { return v.quiet() + v.forced() }

// A path to the lock of another object.
type shelf struct {
	v *vault
	// +checklocks:v.mu
	books int
}

// Put has the vault's lock.
func (s *shelf) Put() {
	s.v.mu.Lock()
	s.books++
	s.v.mu.Unlock()
}

// Books has not.
func (s *shelf) Books() int {
	return s.books // want `s.books is read without s.v.mu, which guards it \(declared on line \d+\)`
}

// move requires the lock of a parameter's field.
//
// +checklocks:to.v.mu
func move(to *shelf) { to.books++ }

// Move meets it by another name of the same lock.
func Move(s *shelf) {
	v := s.v
	v.mu.Lock()
	defer v.mu.Unlock()
	move(s)
}

// MoveFree does not.
func MoveFree(s *shelf) {
	move(s) // want `move is called without s.v.mu, which its callers must hold \(declared on line \d+\)`
}

// drawer's lock is that of the cabinet it stands in, says the alias.
type drawer struct {
	c *cabinet
	// +checklocks:c.mu
	full bool
}

type cabinet struct {
	mu      sync.Mutex
	drawers []*drawer
}

// Fill goes over all drawers with the cabinet's lock.
//
// +checklocks:c.mu
// +checklocksalias:d.c.mu=c.mu
func (c *cabinet) fill(d *drawer) { d.full = true }

// Fill locks for fill.
func (c *cabinet) Fill() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, d := range c.drawers {
		c.fill(d)
	}
}

// Empty locks nothing.
func (d *drawer) Empty() bool {
	return !d.full // want `d.full is read without d.c.mu, which guards it \(declared on line \d+\)`
}
