package condwait

// The if becomes a loop.
func (q *queue) fixIf() {
	q.mu.Lock()
	if len(q.items) == 0 {
		q.cond.Wait() // want `q.cond.Wait is not in a loop that re-checks its condition`
	}
	q.items = q.items[1:]
	q.mu.Unlock()
}

// The bookkeeping around Wait may run more than once.
func (q *queue) fixCounted() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.empty() && !q.closed {
		q.idle++
		q.cond.Wait() // want `q.cond.Wait is not in a loop that re-checks its condition`
		q.idle--
	}
	q.items = nil
}

// Inside a worker's loop the if becomes a loop of its own.
func (q *queue) fixWorker(use func(int)) {
	for {
		q.mu.Lock()
		if q.empty() {
			q.cond.Wait() // want `q.cond.Wait is not in a loop that re-checks its condition`
		}
		v := q.items[0]
		q.items = q.items[1:]
		q.mu.Unlock()
		use(v)
	}
}
