// Row 1, starting and joining, the wrong way.
//
// A goroutine runs on its own once it is started. When main returns the program
// ends, and with it all goroutines, whatever they were doing.
//
// Run it a few times: the countdown is cut short after about 25 milliseconds, and
// "saved" is hardly ever printed.
package main

import (
	"fmt"
	"time"
)

func countdown(from int) {
	for i := from; i > 0; i-- {
		fmt.Println(i)
		time.Sleep(10 * time.Millisecond)
	}
	fmt.Println("lift off")
}

func save(name string) {
	fmt.Println("saved", name)
}

func main() {
	go countdown(5) // wrong: 25 milliseconds are not enough, nor is any other number
	time.Sleep(25 * time.Millisecond)
	go save("the log") // wrong: main is at its end
}
