package condwait

// The idiom.
func (q *queue) take() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.items) == 0 {
		q.cond.Wait()
	}
	v := q.items[0]
	q.items = q.items[1:]
	return v
}

// The condition is a call.
func (q *queue) takeCall() {
	q.mu.Lock()
	for q.empty() {
		q.cond.Wait()
	}
	q.items = q.items[1:]
	q.mu.Unlock()
}

// Several conditions.
func (q *queue) takeOrClosed() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.items) == 0 && !q.closed {
		q.cond.Wait()
	}
	return !q.closed
}

// The condition is tested inside the loop.
func (q *queue) breakShape() {
	q.mu.Lock()
	for {
		if !q.empty() {
			break
		}
		q.cond.Wait()
	}
	q.items = nil
	q.mu.Unlock()
}

// The condition is tested inside the loop and returns.
func (q *queue) returnShape() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	for {
		if len(q.items) > 0 {
			return q.items[0]
		}
		q.cond.Wait()
	}
}

// Wait first, test after: a loop with its test at the end.
func (q *queue) testAtEnd() {
	q.mu.Lock()
	for {
		q.cond.Wait()
		if !q.empty() {
			break
		}
	}
	q.items = nil
	q.mu.Unlock()
}

// if with continue.
func (q *queue) continueShape(use func(int)) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for {
		if q.empty() {
			q.cond.Wait()
			continue
		}
		use(q.items[0])
		q.items = q.items[1:]
	}
}

// The if has an else that leaves the loop.
func (q *queue) elseShape() {
	q.mu.Lock()
	for !q.closed {
		if q.empty() {
			q.cond.Wait()
		} else {
			q.items = q.items[1:]
		}
	}
	q.mu.Unlock()
}

// switch in a loop.
func (q *queue) switchShape() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	for {
		switch {
		case q.closed:
			return -1
		case len(q.items) > 0:
			return q.items[0]
		default:
			q.cond.Wait()
		}
	}
}

// The stop channel is polled before each Wait (kubernetes 26980).
func (q *queue) stopShape(stop <-chan struct{}) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.empty() {
		select {
		case <-stop:
			return
		default:
		}
		q.cond.Wait()
	}
}

// goto makes a loop as well.
func (q *queue) gotoShape() {
	q.mu.Lock()
retry:
	if q.empty() {
		q.cond.Wait()
		goto retry
	}
	q.items = nil
	q.mu.Unlock()
}

// A labelled continue.
func (q *queue) labelShape(keys []int) {
	q.mu.Lock()
	defer q.mu.Unlock()
outer:
	for {
		for _, k := range keys {
			if len(q.items) < k {
				q.cond.Wait()
				continue outer
			}
		}
		return
	}
}

// The counter is kept around Wait.
func (q *queue) counted() {
	q.mu.Lock()
	for q.empty() {
		q.idle++
		q.cond.Wait()
		q.idle--
	}
	q.items = nil
	q.mu.Unlock()
}

// A flag variable is the condition.
func (q *queue) flagShape() {
	q.mu.Lock()
	defer q.mu.Unlock()
	ok := false
	for !ok {
		q.cond.Wait()
		ok = len(q.items) > 0
	}
}

// A generation number is the condition.
func (q *queue) generation() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for start := q.idle; start == q.idle; {
		q.cond.Wait()
	}
}

// A loop around the loop.
func (q *queue) serve(use func(int)) {
	for {
		q.mu.Lock()
		for q.empty() {
			q.cond.Wait()
		}
		v := q.items[0]
		q.items = q.items[1:]
		q.mu.Unlock()
		use(v)
	}
}

// The lock is released on the way to the next test, and taken again.
func (q *queue) poll(work func()) {
	q.mu.Lock()
	for {
		if q.closed {
			q.mu.Unlock()
			return
		}
		if q.empty() {
			q.cond.Wait()
			continue
		}
		q.mu.Unlock()
		work()
		q.mu.Lock()
	}
}

// A worker that locks in each round: after Wait it goes back to the test with
// nothing taken.
func (q *queue) rounds(use func(int)) {
	for {
		q.mu.Lock()
		if q.empty() {
			q.cond.Wait()
			q.mu.Unlock()
			continue
		}
		v := q.items[0]
		q.items = q.items[1:]
		q.mu.Unlock()
		use(v)
	}
}

// The test is made by a second if after Wait, in the loop.
func (q *queue) doubleTest() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for {
		if q.empty() {
			q.cond.Wait()
		}
		if q.empty() {
			continue
		}
		q.items = q.items[1:]
		return
	}
}

// The condition's wait ends with an error that the loop tests.
func (q *queue) withDeadline(expired func() bool) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.empty() {
		if expired() {
			return false
		}
		q.cond.Wait()
	}
	return true
}

// A range over a list whose elements are each waited for by a loop.
func (q *queue) waitEach(levels []int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, n := range levels {
		for len(q.items) < n {
			q.cond.Wait()
		}
	}
}

// A generic owner.
func (b *buffer[T]) takeLoop() T {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.vals) == 0 {
		b.cond.Wait()
	}
	return b.vals[0]
}

// The embedded Cond.
func (b *barrier) arriveLoop() {
	b.L.Lock()
	defer b.L.Unlock()
	b.n--
	for b.n > 0 {
		b.Wait()
	}
	b.Broadcast()
}

// The function starts over and tests again.
func (q *queue) startsOver() int {
	q.mu.Lock()
	if q.empty() {
		q.cond.Wait()
		q.mu.Unlock()
		return q.startsOver()
	}
	defer q.mu.Unlock()
	return q.items[0]
}
