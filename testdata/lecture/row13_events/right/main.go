// Row 13, events, the right way.
//
// One closes, all others wait; a sync.Once makes sure that it is done once. What
// was written before the close can be read after the wait.
package main

import (
	"fmt"
	"sync"
	"time"
)

type server struct {
	addr    string // set before ready is closed
	ready   chan struct{}
	once    sync.Once
	stopped chan struct{}
}

func newServer() *server {
	return &server{ready: make(chan struct{}), stopped: make(chan struct{})}
}

// start announces that it is done.
func (s *server) start() {
	time.Sleep(10 * time.Millisecond)
	s.addr = "localhost:8080"
	close(s.ready)
}

// address waits until there is one.
func (s *server) address() string {
	<-s.ready
	return s.addr
}

// Stop may be called any number of times.
func (s *server) Stop() {
	s.once.Do(func() { close(s.stopped) })
}

func main() {
	s := newServer()
	defer s.Stop()
	go s.start()
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() { fmt.Println("ready at", s.address()) })
	}
	wg.Wait()
	s.Stop()
	<-s.stopped
}
