// Command loop has goroutines that run as long as it does.
package main

import (
	"fmt"
	"time"
)

func spin() {
	for {
		fmt.Print(".")
		time.Sleep(time.Second)
	}
}

func events(ch chan int) {
	for v := range ch {
		fmt.Println(v)
	}
}

func main() {
	go spin()
	ch := make(chan int, 1)
	go events(ch)
	fmt.Println("working")
}
