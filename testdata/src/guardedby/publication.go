package guardedby

import (
	"os"
	"sync"
)

// Nobody can race for an object that nobody else knows yet, or any more.

type server struct {
	mu    sync.Mutex
	addr  string
	conns map[int]string
	peak  int
	debug bool
}

// An option changes a server that is being made.
type option func(*server)

// WithPeak returns one.
func WithPeak(n int) option { return func(s *server) { s.peak = n } }

// WithDebug returns another, as a named function.
func WithDebug() option { return setDebug }

func setDebug(s *server) { s.debug = true }

// NewServer writes without the lock: by a literal, by hand, by a helper, by
// options.
func NewServer(addr string, opts ...option) *server {
	s := &server{addr: addr}
	s.conns = make(map[int]string)
	s.conns[0] = addr
	s.init()
	for _, opt := range opts {
		opt(s)
	}
	return s
}

// init is called from the constructor only.
func (s *server) init() {
	s.peak = 1
	s.debug = os.Getenv("DEBUG") != ""
}

// NewStarted publishes the server when it starts the goroutine, and has the
// lock from then on.
func NewStarted() *server {
	s := new(server)
	s.peak = 1
	s.conns = map[int]string{}
	go s.Accept(1, "")
	s.mu.Lock()
	s.peak = 2
	s.mu.Unlock()
	return s
}

// NewTooLate writes after it has published the server.
func NewTooLate() *server {
	s := new(server)
	s.conns = map[int]string{}
	go s.Accept(1, "")
	s.peak = 2 // want `s.peak is written without s.mu, which guards it`
	return s
}

// Accept locks.
func (s *server) Accept(id int, peer string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns[id] = peer
	s.peak = max(s.peak, len(s.conns))
	s.debug = s.debug && s.peak < 100
}

// Stats locks.
func (s *server) Stats() (int, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.peak, s.debug
}

// Addr reads what is never written after the constructor, with the lock or
// without.
func (s *server) Addr() string { return s.addr }

// Both reads it with the lock, incidentally.
func (s *server) Both() (string, int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addr, s.peak
}

// Clone fills a new server from a locked one.
func (s *server) Clone() *server {
	d := &server{addr: s.addr}
	s.mu.Lock()
	defer s.mu.Unlock()
	d.peak = s.peak
	d.conns = make(map[int]string, len(s.conns))
	for id, c := range s.conns {
		d.conns[id] = c
	}
	return d
}

// A chain of methods on a new object.
type query struct {
	mu    sync.Mutex
	limit int
	sent  int
}

func (q *query) withLimit(n int) *query {
	q.limit = n
	return q
}

func (q *query) withSent(n int) *query {
	q.sent = n
	return q
}

// NewQuery is the only place that uses the chain.
func NewQuery() *query { return new(query).withLimit(10).withSent(0) }

// Send locks.
func (q *query) Send() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.sent++
	q.limit--
	return q.sent < q.limit
}

// FN_WithLimit is exported: its callers may share the object already, but such
// methods are mostly meant for new ones.
func (q *query) FN_WithLimit(n int) *query {
	q.limit = n
	return q
}

// Handed over: before it is sent, the object is the sender's.
type job struct {
	mu    sync.Mutex
	tries int
	err   error
}

// Fail locks.
func (j *job) Fail(err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.err = err
	j.tries++
}

// Retry locks.
func (j *job) Retry() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.tries++
	return j.tries < 10
}

// Submit fills the job, then sends it.
func Submit(ch chan<- *job) {
	j := &job{}
	j.tries = 1
	ch <- j
}

// SubmitLate goes on writing after it has sent it.
func SubmitLate(ch chan<- *job) {
	j := &job{}
	ch <- j
	j.tries = 1 // want `j.tries is written without j.mu, which guards it`
}

// FN_receive has the job from a channel. Whether the sender has kept it cannot
// be seen from here.
func FN_receive(ch <-chan *job) int {
	j := <-ch
	return j.tries
}

// Joined: the goroutines that shared the object are gone.
type result struct {
	mu  sync.Mutex
	sum int
	err error
}

// add locks; it is the other goroutines' way to the result.
func (r *result) add(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sum += n
	r.err = nil
}

// Sum reads without the lock after all are done.
func Sum(parts []int) int {
	r := new(result)
	var wg sync.WaitGroup
	for _, n := range parts {
		wg.Add(1)
		go func() {
			defer wg.Done()
			r.add(n)
		}()
	}
	wg.Wait()
	return r.sum
}

// SumOne waits for the only other goroutine by a channel.
func SumOne(n int) (int, error) {
	var r result
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.add(n)
	}()
	<-done
	return r.sum, r.err
}

// SumEarly reads before it waits.
func SumEarly(parts []int) int {
	r := new(result)
	var wg sync.WaitGroup
	for _, n := range parts {
		wg.Go(func() { r.add(n) })
	}
	sum := r.sum // want `r.sum is read without r.mu, which guards it`
	wg.Wait()
	return sum
}

// Local: an object that never leaves the function needs no lock.
func Local(n int) int {
	var r result
	r.sum = n
	r.add(n)
	return r.sum
}

// Pooled: what comes out of a sync.Pool is ours until it goes back.
var results = sync.Pool{New: func() any { return new(result) }}

// Recycle resets it without the lock.
func Recycle(n int) int {
	r := results.Get().(*result)
	r.sum, r.err = 0, nil
	r.add(n)
	sum := r.sum
	results.Put(r)
	return sum
}

// Package variables before anything runs.
var (
	confMu sync.Mutex
	conf   = map[string]string{"a": "b"}
	level0 int
)

func init() {
	conf["home"] = os.Getenv("HOME")
	loadDefaults()
}

// loadDefaults is called from init only.
func loadDefaults() { level0 = len(conf) }

// SetConf locks.
func SetConf(k, v string) {
	confMu.Lock()
	defer confMu.Unlock()
	conf[k] = v
	level0++
}

// Conf forgets.
func Conf(k string) string {
	return conf[k] // want `conf(\[k\])? is read without confMu, which guards it`
}

// Once: everything after Do sees what the function of Do wrote.
type lazy struct {
	once sync.Once
	mu   sync.Mutex
	m    map[string]int
}

// load runs once, before anybody else gets past Do.
func (l *lazy) load() {
	l.m = make(map[string]int)
	l.m["zero"] = 0
}

// Inc locks after the first use.
func (l *lazy) Inc(k string) {
	l.once.Do(l.load)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.m[k]++
}

// Get locks likewise, with the literal in place.
func (l *lazy) Get(k string) int {
	l.once.Do(func() {
		l.m = make(map[string]int)
	})
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.m[k]
}

// Double-checked without the lock for the first check: the read races with the
// write, however often it is tested again.
type singleton struct {
	mu   sync.Mutex
	inst *server
}

// Instance looks first without the lock.
func (s *singleton) Instance() *server {
	if s.inst == nil { // want `s.inst is read without s.mu, which guards it \(held at 2 of \d accesses, e.g. line \d+\)`
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.inst == nil {
			s.inst = NewServer("")
		}
	}
	return s.inst
}
