package tested

import "testing"

func TestLoop(t *testing.T) {
	w := newWorker()
	go w.loop()
	w.reqs <- 1
	close(w.reqs)
	w.wg.Wait()
}
