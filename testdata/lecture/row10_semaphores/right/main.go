// Row 10, semaphores as resource limits, the right way.
//
// The release is deferred, so that it happens whatever way the function is
// left. Where goroutines are to be bounded, the semaphore is acquired before
// the go statement and released by the goroutine.
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

func (d *downloads) get(url string) (string, error) {
	d.places <- struct{}{}
	defer func() { <-d.places }()
	if url == "" {
		return "", errNotFound
	}
	return "page of " + url, nil
}

func (d *downloads) serve(requests <-chan string, done chan<- string) {
	for {
		d.places <- struct{}{}
		url, ok := <-requests
		if !ok {
			<-d.places
			return
		}
		go func() {
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
