// Row 13, events, the wrong way.
//
// An event happens once and wakes all who wait for it: in Go, closing a channel.
// Closing it twice panics, waiting for one that nobody closes takes for ever, and
// asking a variable again and again takes a whole processor and need not ever see
// the answer.
//
// Run it: main waits for the event that nobody sets, and the runtime ends the
// program with "all goroutines are asleep - deadlock!". Without that line the second
// Stop panics: "close of closed channel".
package main

import (
	"fmt"
	"time"
)

type server struct {
	ready   bool
	stopped chan struct{}
	flushed chan struct{}
}

func newServer() *server {
	return &server{stopped: make(chan struct{}), flushed: make(chan struct{})}
}

// start sets a plain variable when it is done.
func (s *server) start() {
	time.Sleep(10 * time.Millisecond)
	s.ready = true
}

// waitReady asks for it until it is set.
func (s *server) waitReady() {
	for !s.ready { // wrong: polling
		time.Sleep(time.Millisecond)
	}
}

func (s *server) Stop() {
	close(s.stopped) // wrong: main calls Stop twice
}

// waitFlushed waits for an event that nobody sets.
func (s *server) waitFlushed() {
	<-s.flushed // wrong
}

func main() {
	s := newServer()
	defer s.Stop()
	go s.start()
	s.waitReady()
	fmt.Println("ready")
	s.Stop()
	s.waitFlushed()
}
