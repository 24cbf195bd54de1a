// Package ends uses no lock: what it says of its functions is how they end.
package ends

import (
	"os"
	"runtime"
)

func Die() { os.Exit(1) } // want Die:"^exits$"

func Fail(err error) { // want Fail:"^panics$"
	if err != nil {
		println(err.Error())
	}
	panic("fail")
}

func DieBelow() { die() } // want DieBelow:"^exits$"

func die() { os.Exit(2) }

func Recovers() {
	defer func() { recover() }()
	panic("fail")
}

func Clears() { // want Clears:"^goexits$"
	defer println("done")
	runtime.Goexit()
}

func Unless(ok bool) {
	if ok {
		return
	}
	os.Exit(1)
}

func If(ok bool) {
	if ok {
		os.Exit(1)
	}
}
