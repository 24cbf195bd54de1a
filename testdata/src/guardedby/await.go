package guardedby

import "sync"

// Who has waited on a condition variable until the writers are done may read without
// the lock.

type scanner struct {
	mu   sync.Mutex // guards busy and line
	cond *sync.Cond
	busy bool
	line string
}

// NewScanner is ready.
func NewScanner() *scanner {
	s := &scanner{}
	s.cond = sync.NewCond(&s.mu)
	return s
}

// Start reads a line behind the caller's back.
func (s *scanner) Start(next func() string) {
	s.mu.Lock()
	s.busy = true
	s.mu.Unlock()
	go func() { s.scan(next()) }()
}

func (s *scanner) scan(line string) {
	s.mu.Lock()
	s.line = line
	s.busy = false
	s.mu.Unlock()
	s.cond.Broadcast()
}

// Line locks.
func (s *scanner) Line() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.line
}

// await returns when the line has been read.
func (s *scanner) await() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.busy {
		return
	}
	for s.busy {
		s.cond.Wait()
	}
}

// mayAwait does so only if it is told to.
func (s *scanner) mayAwait(always bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !always {
		return
	}
	for s.busy {
		s.cond.Wait()
	}
}

// Last has waited.
func (s *scanner) Last() bool {
	s.await()
	return s.line == ""
}

// Here waits itself.
func (s *scanner) Here() bool {
	s.mu.Lock()
	for s.busy {
		s.cond.Wait()
	}
	s.mu.Unlock()
	return s.line == ""
}

// Perhaps has waited if it was told to.
func (s *scanner) Perhaps(always bool) bool {
	s.mayAwait(always)
	return s.line == "" // want `s.line is read without s.mu, which guards it`
}

// Other has waited for another one.
func (s *scanner) Other(t *scanner) bool {
	t.await()
	return s.line == "" // want `s.line is read without s.mu, which guards it`
}

// Before waits too late.
func (s *scanner) Before() bool {
	empty := s.line == "" // want `s.line is read without s.mu, which guards it`
	s.await()
	return empty
}

// A writer that does not say when it is done is not waited for.

type printer struct {
	mu   sync.Mutex // guards busy and page
	cond *sync.Cond
	busy bool
	page string
}

// NewPrinter is ready.
func NewPrinter() *printer {
	p := &printer{}
	p.cond = sync.NewCond(&p.mu)
	return p
}

// Print is waited for.
func (p *printer) Print(page string) {
	p.mu.Lock()
	p.page = page
	p.busy = false
	p.mu.Unlock()
	p.cond.Broadcast()
}

// Clear is not.
func (p *printer) Clear() {
	p.mu.Lock()
	p.page = ""
	p.mu.Unlock()
}

// Last has waited for the one.
func (p *printer) Last() bool {
	p.mu.Lock()
	for p.busy {
		p.cond.Wait()
	}
	p.mu.Unlock()
	return p.page == "" // want `p.page is read without p.mu, which guards it`
}
