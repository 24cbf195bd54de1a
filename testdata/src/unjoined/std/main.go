// Command std starts functions of the standard library.
package main

import (
	"fmt"
	"net/http"
	"os/signal"
	"time"
)

func main() {
	go http.ListenAndServe(":0", nil)
	go signal.Ignore()
	for i := range 3 {
		go fmt.Println(i) // want `main only waits with time.Sleep \(line 18\) for this goroutine`
	}
	go println("end") // want `main only waits with time.Sleep \(line 18\) for this goroutine`
	time.Sleep(time.Second)
}
