// Command bare does not wait.
package main

import "fmt"

func save(s string) { fmt.Println(s) }

func main() {
	go save("a") // want `main returns \(line 13\) without waiting for this goroutine`
	//concurlint:daemon it is not important
	go save("b")
	fmt.Println("bye")
}

func other() {
	go save("c")
}
