// Package ends uses no lock: what it says of its functions is how they end.
package ends

import (
	"log"
	"os"
	"runtime"
	"testing"
)

func Die() { os.Exit(1) } // want Die:"^exits$"

func Fail(err error) { // want Fail:"^panics$"
	if err != nil {
		log.Print(err)
	}
	panic("fail")
}

func Check(t *testing.T) { t.FailNow() } // want Check:"^goexits$"

func DieBelow() { die() } // want DieBelow:"^exits$"

func die() { log.Fatal("fail") }

func Recovers() {
	defer func() { recover() }()
	panic("fail")
}

func Clears() { // want Clears:"^goexits$"
	defer log.Print("done")
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
