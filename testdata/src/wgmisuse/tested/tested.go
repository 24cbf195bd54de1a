// Package tested has a group that only its tests wait for.
package tested

import "sync"

type worker struct {
	wg   sync.WaitGroup
	reqs chan int
	sum  int
}

func startWorker() *worker {
	w := &worker{reqs: make(chan int)}
	go w.loop()
	return w
}

func (w *worker) loop() {
	w.sum = 0
	w.wg.Add(1)
	defer w.wg.Done()
	for n := range w.reqs {
		w.sum += n
	}
}
