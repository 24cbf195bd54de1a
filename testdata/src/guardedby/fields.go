package guardedby

import "sync"

// A function in a field, which is called from there and nowhere else, has known callers:
// what they hold is held where it writes.

type session struct {
	setup sync.Mutex // guards cert
	cert  []byte
	in    sync.Mutex
	run   func()
}

// NewCaller runs the client's side.
func NewCaller() *session {
	s := &session{}
	s.run = s.client
	return s
}

// NewCallee runs the server's.
func NewCallee() *session {
	s := &session{}
	s.run = s.server
	return s
}

// Handshake has both locks.
func (s *session) Handshake() {
	s.setup.Lock()
	defer s.setup.Unlock()
	s.in.Lock()
	defer s.in.Unlock()
	s.run()
}

// side is one of the two; the session has another name there.
type side struct {
	s    *session
	mine []byte
}

func (s *session) client() { (&side{s: s}).take(1) }
func (s *session) server() { (&side{s: s}).take(2) }

func (h *side) take(n byte) { h.s.accept(append(h.mine, n)) }

func (s *session) accept(cert []byte) { s.cert = append(s.cert, cert...) }

// Read has the lock that they hold, too.
func (s *session) Read() int {
	s.in.Lock()
	defer s.in.Unlock()
	if len(s.cert) == 0 {
		return 0
	}
	return 1
}

// Cert has the one that guards it.
func (s *session) Cert() []byte {
	s.setup.Lock()
	defer s.setup.Unlock()
	return s.cert
}

// Size has none.
func (s *session) Size() int {
	return len(s.cert) // want `s.cert is read without s.setup, which guards it`
}

// One that is called with another lock in one place.

type relay struct {
	setup sync.Mutex // guards cert
	cert  []byte
	in    sync.Mutex
	run   func()
}

// NewRelay has one side.
func NewRelay() *relay {
	r := &relay{}
	r.run = r.take
	return r
}

// Handshake has both locks.
func (r *relay) Handshake() {
	r.setup.Lock()
	defer r.setup.Unlock()
	r.in.Lock()
	defer r.in.Unlock()
	r.run()
}

// Renew has one of them.
func (r *relay) Renew() {
	r.setup.Lock()
	defer r.setup.Unlock()
	r.run()
}

func (r *relay) take() { (&end{r: r}).take() }

type end struct{ r *relay }

func (e *end) take() { e.r.accept(1) }

func (r *relay) accept(n byte) { r.cert = append(r.cert, n) }

// Read has the other.
func (r *relay) Read() int {
	r.in.Lock()
	defer r.in.Unlock()
	if len(r.cert) == 0 { // want `r.cert is read without r.setup, which guards it`
		return 0
	}
	return 1
}

// Cert locks.
func (r *relay) Cert() []byte {
	r.setup.Lock()
	defer r.setup.Unlock()
	return r.cert
}

// And one that is also handed to others, who hold nothing that one can see.

type lent struct {
	setup sync.Mutex // guards cert
	cert  []byte
	in    sync.Mutex
	run   func()
}

// NewLent has one side.
func NewLent() *lent {
	l := &lent{}
	l.run = l.take
	return l
}

// Handshake has both locks.
func (l *lent) Handshake() {
	l.setup.Lock()
	defer l.setup.Unlock()
	l.in.Lock()
	defer l.in.Unlock()
	l.run()
}

// Side hands the function out.
func (l *lent) Side() func() { return l.run }

func (l *lent) take() { (&lentEnd{l: l}).take() }

type lentEnd struct{ l *lent }

func (e *lentEnd) take() { e.l.accept(1) }

func (l *lent) accept(n byte) { l.cert = append(l.cert, n) }

// Read has the other.
func (l *lent) Read() int {
	l.in.Lock()
	defer l.in.Unlock()
	if len(l.cert) == 0 { // want `l.cert is read without l.setup, which guards it`
		return 0
	}
	return 1
}

// Cert locks.
func (l *lent) Cert() []byte {
	l.setup.Lock()
	defer l.setup.Unlock()
	return l.cert
}

// So it is with the method itself.

type shown struct {
	setup sync.Mutex // guards cert
	cert  []byte
	in    sync.Mutex
	run   func()
}

// NewShown has one side.
func NewShown() *shown {
	l := &shown{}
	l.run = l.take
	return l
}

// Handshake has both locks.
func (l *shown) Handshake() {
	l.setup.Lock()
	defer l.setup.Unlock()
	l.in.Lock()
	defer l.in.Unlock()
	l.run()
}

// Side hands the function out.
func (l *shown) Side() func() { return l.take }

func (l *shown) take() { (&shownEnd{l: l}).take() }

type shownEnd struct{ l *shown }

func (e *shownEnd) take() { e.l.accept(1) }

func (l *shown) accept(n byte) { l.cert = append(l.cert, n) }

// Read has the other.
func (l *shown) Read() int {
	l.in.Lock()
	defer l.in.Unlock()
	if len(l.cert) == 0 { // want `l.cert is read without l.setup, which guards it`
		return 0
	}
	return 1
}

// Cert locks.
func (l *shown) Cert() []byte {
	l.setup.Lock()
	defer l.setup.Unlock()
	return l.cert
}

// The one who writes is the one who reads, through a field as well: the lock is for the
// other side.

type pageLog struct {
	mu   sync.Mutex // guards page
	page *[]byte
	emit func(byte)
}

// NewPageLog has a goroutine that flushes.
func NewPageLog() *pageLog {
	j := &pageLog{page: new([]byte)}
	j.emit = j.put
	go j.flush()
	return j
}

func (j *pageLog) put(b byte) { j.turn(append(*j.page, b)) }

func (j *pageLog) turn(p []byte) {
	j.mu.Lock()
	j.page = &p
	j.mu.Unlock()
}

// Record turns the page.
func (j *pageLog) Record(b byte) int {
	j.emit(b)
	return len(*j.page)
}

func (j *pageLog) flush() {
	for {
		j.mu.Lock()
		println(len(*j.page))
		j.mu.Unlock()
	}
}

// Where the function is handed out, others may turn it.

type lentLog struct {
	mu   sync.Mutex // guards page
	page *[]byte
	emit func(byte)
}

// NewLentLog has a goroutine that flushes.
func NewLentLog() *lentLog {
	l := &lentLog{page: new([]byte)}
	l.emit = l.put
	go l.flush()
	return l
}

func (l *lentLog) put(b byte) { l.turn(append(*l.page, b)) } // want `l.page is read without l.mu, which guards it`

func (l *lentLog) turn(p []byte) {
	l.mu.Lock()
	l.page = &p
	l.mu.Unlock()
}

// Emit hands it out.
func (l *lentLog) Emit() func(byte) { return l.emit }

// Record turns the page.
func (l *lentLog) Record(b byte) int {
	l.emit(b)
	return len(*l.page) // want `l.page is read without l.mu, which guards it`
}

func (l *lentLog) flush() {
	for {
		l.mu.Lock()
		println(len(*l.page))
		l.mu.Unlock()
	}
}
