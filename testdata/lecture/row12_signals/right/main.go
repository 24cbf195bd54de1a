// Row 12, semaphores as signals.
//
// Unlike a lock, a semaphore may be released by another goroutine than the one
// that acquired it, and a channel may carry a signal: one goroutine sends when
// something has happened, another one receives to wait for that. Neither
// gives back what it has taken, and neither should. There is no wrong program
// for this row: a linter that takes such a channel for a lock is wrong itself.
package main

import "fmt"

type item struct{ value int }

// A stage hands one item over: ready says that it is there, taken that there is
// room for the next one.
type stage struct {
	ready, taken chan struct{}
	item         item
}

func newStage() *stage {
	s := &stage{ready: make(chan struct{}, 1), taken: make(chan struct{}, 1)}
	s.taken <- struct{}{}
	return s
}

func (s *stage) put(v int) {
	<-s.taken
	s.item = item{v}
	s.ready <- struct{}{}
}

func (s *stage) get() int {
	<-s.ready
	v := s.item.value
	s.taken <- struct{}{}
	return v
}

// nudge wakes whoever waits, if nobody has yet.
func nudge(wake chan struct{}) {
	select {
	case wake <- struct{}{}:
	default:
	}
}

func main() {
	s := newStage()
	done := make(chan struct{}, 1)
	go func() {
		for i := range 3 {
			s.put(i)
		}
		done <- struct{}{}
	}()
	for range 3 {
		fmt.Println("got", s.get())
	}
	<-done

	wake := make(chan struct{}, 1)
	nudge(wake)
	nudge(wake)
	<-wake
	fmt.Println("woken")
}
