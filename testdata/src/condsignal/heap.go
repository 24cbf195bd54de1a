package condsignal

import (
	"container/heap"
	"sync"
)

// What container/heap calls back changes the queue for those who wake the waiters.

type ranked struct {
	mu   sync.Mutex
	cond *sync.Cond
	data ranks
}

type ranks struct{ n []int }

func (r *ranks) Len() int           { return len(r.n) }
func (r *ranks) Less(i, j int) bool { return r.n[i] < r.n[j] }
func (r *ranks) Swap(i, j int)      { r.n[i], r.n[j] = r.n[j], r.n[i] }
func (r *ranks) Push(v any)         { r.n = append(r.n, v.(int)) }
func (r *ranks) Pop() any {
	v := r.n[len(r.n)-1]
	r.n = r.n[:len(r.n)-1]
	return v
}

func newRanked() *ranked {
	r := &ranked{}
	r.cond = sync.NewCond(&r.mu)
	return r
}

func (r *ranked) Add(v int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	heap.Push(&r.data, v)
	r.cond.Broadcast()
}

func (r *ranked) Take() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	for len(r.data.n) == 0 {
		r.cond.Wait()
	}
	return heap.Pop(&r.data).(int)
}
