// Command server waits for something else.
package main

import (
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"time"
)

func announce() { fmt.Println("hello") }

func watch() {
	for {
		time.Sleep(time.Second)
		fmt.Println("still there")
	}
}

func main() {
	go announce()
	go watch()
	go http.ListenAndServe(":8081", nil)
	sig := make(chan os.Signal, 1)
	signal.Notify(sig, os.Interrupt)
	go func() {
		<-sig
		os.Exit(1)
	}()
	http.ListenAndServe(":8080", nil)
}
