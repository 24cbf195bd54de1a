// Package below is imported by package order. // want package:" 256 edges"
package below

import "sync"

type (
	Up   struct{ Mu sync.Mutex }
	Down struct{ Mu sync.RWMutex }
)

// Mu is exported, mu is not: only its class crosses packages.
var Mu, mu sync.Mutex

// anonymous is a struct whose lock has no class that other packages share.
var anonymous = []struct{ mu sync.Mutex }{{}}

func Nest(u *Up, d *Down) { // want Nest:"^may acquire below.Down.Mu, below.Up.Mu$"
	u.Mu.Lock()
	defer u.Mu.Unlock()
	d.Mu.Lock()
	d.Mu.Unlock()
}

func (u *Up) Lock() { u.Mu.Lock() } // want Lock:"^may acquire below.Up.Mu$"

func (d *Down) Read() { // want Read:"^may acquire below.Down.Mu$"
	d.Mu.RLock()
	defer d.Mu.RUnlock()
}

// Own is known to begin and end with a lock of an object of its own.
func Own() {
	var u Up
	u.Mu.Lock()
	u.Mu.Unlock()
}

func Anonymous() {
	anonymous[0].mu.Lock()
	anonymous[0].mu.Unlock()
}

func Started(u *Up) { go u.Lock() }

func Called(d *Down) { called(d) } // want Called:"^may acquire below.Down.Mu, below.mu$"

func called(d *Down) {
	mu.Lock()
	defer mu.Unlock()
	d.Read()
}

// Here and There are nested both ways.
var Here, There sync.Mutex

func bothWays() {
	Here.Lock()
	There.Lock()
	There.Unlock()
	Here.Unlock()
	There.Lock()
	Here.Lock()
	Here.Unlock()
	There.Unlock()
}

// Many has as many locks and edges facts can have.
func Many() { // want Many:"^may acquire below.L01, .*, below.L16$"
	L01.Lock()
	L02.Lock()
	L03.Lock()
	L04.Lock()
	L05.Lock()
	L06.Lock()
	L07.Lock()
	L08.Lock()
	L09.Lock()
	L10.Lock()
	L11.Lock()
	L12.Lock()
	L13.Lock()
	L14.Lock()
	L15.Lock()
	L16.Lock()
	L17.Lock()
	L18.Lock()
	L19.Lock()
	L20.Lock()
	L21.Lock()
	L22.Lock()
	L23.Lock()
	L24.Lock()
	L24.Unlock()
	L23.Unlock()
	L22.Unlock()
	L21.Unlock()
	L20.Unlock()
	L19.Unlock()
	L18.Unlock()
	L17.Unlock()
	L16.Unlock()
	L15.Unlock()
	L14.Unlock()
	L13.Unlock()
	L12.Unlock()
	L11.Unlock()
	L10.Unlock()
	L09.Unlock()
	L08.Unlock()
	L07.Unlock()
	L06.Unlock()
	L05.Unlock()
	L04.Unlock()
	L03.Unlock()
	L02.Unlock()
	L01.Unlock()
}

var (
	L01 sync.Mutex
	L02 sync.Mutex
	L03 sync.Mutex
	L04 sync.Mutex
	L05 sync.Mutex
	L06 sync.Mutex
	L07 sync.Mutex
	L08 sync.Mutex
	L09 sync.Mutex
	L10 sync.Mutex
	L11 sync.Mutex
	L12 sync.Mutex
	L13 sync.Mutex
	L14 sync.Mutex
	L15 sync.Mutex
	L16 sync.Mutex
	L17 sync.Mutex
	L18 sync.Mutex
	L19 sync.Mutex
	L20 sync.Mutex
	L21 sync.Mutex
	L22 sync.Mutex
	L23 sync.Mutex
	L24 sync.Mutex
)

func (d *Down) ReadWrite() { // want ReadWrite:"^may acquire below.Down.Mu$"
	d.Read()
	d.Mu.Lock()
	d.Mu.Unlock()
}
