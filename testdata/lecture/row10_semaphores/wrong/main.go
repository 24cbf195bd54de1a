// Row 10, semaphores as resource limits, the wrong way.
//
// A channel with room for n values is a semaphore: a send acquires, a receive
// releases, and no more than n goroutines are between the two. Whoever leaves
// without releasing takes a place for good.
//
// Run it: two downloads fail and keep their places, the third never gets one,
// and the runtime ends the program with "all goroutines are asleep -
// deadlock!".
package main

import (
	"errors"
	"fmt"
)

var errNotFound = errors.New("not found")

type downloads struct {
	places chan struct{}
}

func newDownloads(n int) *downloads { return &downloads{places: make(chan struct{}, n)} }

// get forgets the place where nothing is found.
func (d *downloads) get(url string) (string, error) {
	d.places <- struct{}{}
	if url == "" {
		return "", errNotFound // wrong: the place stays taken
	}
	page := "page of " + url
	<-d.places
	return page, nil
}

// serve starts a goroutine for each request, however many there are: what the
// semaphore bounds is only how many of them do something.
func (d *downloads) serve(requests <-chan string, done chan<- string) {
	for {
		url, ok := <-requests
		if !ok {
			return
		}
		go func() {
			d.places <- struct{}{} // wrong: acquired in the goroutine
			defer func() { <-d.places }()
			done <- url
		}()
	}
}

func main() {
	d := newDownloads(2)
	requests, done := make(chan string), make(chan string)
	go d.serve(requests, done)
	requests <- "first"
	fmt.Println("served", <-done)
	close(requests)

	for _, url := range []string{"", "", "home"} {
		page, err := d.get(url)
		fmt.Println(page, err)
	}
}
