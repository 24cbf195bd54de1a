package lockblocking

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// The shapes of real bugs: GoKer kernels, shortened, and released code.

// grpc1460: the other side sends only if somebody receives, and needs the lock
// to try.
type client1460 struct {
	mu      sync.Mutex
	awaken  chan struct{}
	streams int
}

func (c *client1460) Keepalive() {
	c.mu.Lock()
	if c.streams < 1 {
		<-c.awaken // want `receiving from c\.awaken while c\.mu is held \(locked on line \d+\).*needs c\.mu \(.*\d+\)`
	}
	c.mu.Unlock()
}

func (c *client1460) NewStream() {
	c.mu.Lock()
	c.streams++
	if c.streams == 1 {
		select {
		case c.awaken <- struct{}{}:
		default:
		}
	}
	c.mu.Unlock()
}

// kubernetes1321: the receivers are known by the map, and gone; who removes them
// needs the lock. That nobody receives is another mistake.
type mux1321 struct {
	lock     sync.Mutex
	watchers map[int]*watcher1321
}

type watcher1321 struct {
	result chan int
	m      *mux1321
}

func (m *mux1321) FN_Distribute(v int) {
	m.lock.Lock()
	defer m.lock.Unlock()
	for _, w := range m.watchers {
		w.result <- v // nothing makes the channel
	}
}

func (w *watcher1321) Next(id int) int {
	w.m.lock.Lock()
	_, ok := w.m.watchers[id]
	w.m.lock.Unlock()
	if !ok {
		return 0
	}
	return <-w.result
}

// kubernetes6632: the closing side needs the lock before it can go on.
type framer6632 struct {
	reset chan bool
	quit  chan bool
	lock  sync.Mutex
}

func (f *framer6632) Monitor() {
	for {
		select {
		case <-f.reset:
		case <-f.quit:
			f.lock.Lock()
			close(f.reset)
			f.reset = nil
			f.lock.Unlock()
			return
		}
	}
}

func (f *framer6632) FN_WriteFrame() {
	f.lock.Lock()
	defer f.lock.Unlock()
	if f.reset == nil {
		return
	}
	f.reset <- true // nothing makes the channel
}

// cockroach1055: Stop waits for tasks with the lock that starting one needs.
type stopper1055 struct {
	mu       sync.Mutex
	draining atomic.Bool
	drain    sync.WaitGroup
	quit     chan struct{}
}

func (s *stopper1055) RunTask(f func()) {
	s.drain.Add(1)
	go func() {
		defer s.drain.Done()
		if s.enter() {
			f()
		}
	}()
}

func (s *stopper1055) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.draining.Load()
}

func (s *stopper1055) Quiesce() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.draining.Store(true)
	s.drain.Wait() // want `s\.drain\.Wait while s\.mu is held \(locked on line \d+\).*needs s\.mu \(.*\d+\)`
	close(s.quit)
}

// gocron-stopchan: the one send that fits may be followed by another, and the
// receiver has to lock before it receives again.
type scheduler struct {
	stopMu sync.Mutex
	stop   chan struct{}
}

// StartBlocking waits until it is stopped.
func (s *scheduler) StartBlocking() {
	s.stopMu.Lock()
	s.stop = make(chan struct{}, 1)
	s.stopMu.Unlock()
	<-s.stop
}

// StopBlocking may be called twice.
func (s *scheduler) StopBlocking() {
	s.stopMu.Lock()
	if s.stop != nil {
		s.stop <- struct{}{} // want `sending on s\.stop while s\.stopMu is held \(locked on line \d+\).*needs s\.stopMu \(.*\d+\)`
	}
	s.stopMu.Unlock()
}

// rclone-dlclose: Close joins a goroutine whose last step needs the lock, if it
// does not see the cancellation first.
type downloaders struct {
	mu      sync.Mutex
	cancel  context.CancelFunc
	wg      sync.WaitGroup
	waiters []chan error
}

// New starts the goroutine.
func New() *downloaders {
	ctx, cancel := context.WithCancel(context.Background())
	d := &downloaders{cancel: cancel}
	d.wg.Add(1)
	go func() {
		defer d.wg.Done()
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		select {
		case <-tick.C:
			d.kick()
		case <-ctx.Done():
		}
	}()
	return d
}

func (d *downloaders) kick() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.waiters = nil
}

// Close unlocks around the first wait, and not around the second.
func (d *downloaders) Close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, w := range d.waiters {
		d.mu.Unlock()
		w <- context.Canceled
		d.mu.Lock()
	}
	d.cancel()
	d.wg.Wait() // want `d\.wg\.Wait while d\.mu is held \(locked on line \d+\).*needs d\.mu \(.*\d+\)`
	d.waiters = nil
}

// istio16224: the handler needs the lock before it sends what is waited for.
func Istio16224() {
	var lock sync.Mutex
	done := make(chan bool)
	go func() {
		lock.Lock()
		defer lock.Unlock()
		done <- true
	}()
	lock.Lock()
	<-done // want `receiving from done while lock is held \(locked on line \d+\).*needs lock \(.*\d+\)`
	lock.Unlock()
}

// kubernetes58107: the wait on the queue's Cond has a reader's lock, which a
// writer waits for, which stops all other readers. But who signals needs no
// lock and goes on signalling.
type quota58107 struct {
	workerLock sync.RWMutex
	queueMu    sync.Mutex
	cond       *sync.Cond
	items      int
}

// NewQuota58107 ties the Cond to queueMu.
func NewQuota58107() *quota58107 {
	q := new(quota58107)
	q.cond = sync.NewCond(&q.queueMu)
	return q
}

func (q *quota58107) FN_Work() {
	q.workerLock.RLock()
	defer q.workerLock.RUnlock()
	q.queueMu.Lock()
	defer q.queueMu.Unlock()
	for q.items == 0 {
		q.cond.Wait()
	}
}

func (q *quota58107) Sync() {
	q.workerLock.Lock()
	defer q.workerLock.Unlock()
}

func (q *quota58107) Put() {
	q.queueMu.Lock()
	q.items++
	q.queueMu.Unlock()
	q.cond.Signal()
}
