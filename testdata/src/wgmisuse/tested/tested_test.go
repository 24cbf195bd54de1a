package tested

import "testing"

func TestLoop(t *testing.T) {
	w := startWorker()
	w.reqs <- 1
	close(w.reqs)
	w.wg.Wait()
}
