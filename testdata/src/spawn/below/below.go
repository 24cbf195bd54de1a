// Package below starts what it is given.
package below

import "time"

func Start(f func()) { // want Start:"starts p0"
	go f()
}

func Guarded(name string, f func(string)) { // want Guarded:"starts p1"
	go func() {
		defer func() { recover() }()
		f(name)
	}()
}

func Later(f func()) { // want Later:"starts p0"
	time.AfterFunc(time.Second, func() { f() })
}

func Indirect(f func()) { // want Indirect:"starts p0"
	Start(f)
}

// Call calls it in place.
func Call(f func()) { f() }

type Pool struct{}

func (p *Pool) Submit(f func()) { // want Submit:"starts p1"
	go func() { f() }()
}
