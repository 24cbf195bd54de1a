package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/packages"
)

// A progress shows on a terminal how far we are. A nil progress shows nothing.
type progress struct {
	w    io.Writer
	stop chan struct{}
	done sync.WaitGroup

	mu           sync.Mutex
	files        int // that were read
	packages, of int // that were analysed, of all of them; 0 while files are read
}

const (
	// firstProgress is so late that one does not see it when all is quick.
	firstProgress = 500 * time.Millisecond
	nextProgress  = 100 * time.Millisecond
)

// startProgress begins to show progress on w, if that is a terminal. The
// caller ends it.
func startProgress(w io.Writer) *progress {
	if !isTerminal(w) || os.Getenv("TERM") == "dumb" {
		return nil
	}
	p := &progress{w: w, stop: make(chan struct{})}
	p.done.Go(p.show)
	return p
}

// end takes the progress from the terminal. Later calls do nothing.
func (p *progress) end() {
	if p == nil || p.stop == nil {
		return
	}
	close(p.stop)
	p.done.Wait()
	p.stop = nil
}

// show shows how far we are until it is told to stop.
func (p *progress) show() {
	shown := false
	wait := firstProgress
	for {
		select {
		case <-p.stop:
			if shown {
				fmt.Fprint(p.w, "\r\x1b[K") // erase the line
			}
			return
		case <-time.After(wait):
			fmt.Fprintf(p.w, "\r%s\x1b[K", p.line())
			shown, wait = true, nextProgress
		}
	}
}

// line returns what is to be shown.
func (p *progress) line() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.of == 0 {
		return fmt.Sprintf("loading: %s", plural(p.files, "file"))
	}
	return fmt.Sprintf("analysing: %d of %d packages", p.packages, p.of)
}

// counting returns a parseFunc that counts the files which parse reads.
func (p *progress) counting(parse parseFunc) parseFunc {
	if p == nil {
		return parse
	}
	return func(fset *token.FileSet, name string, src []byte) (*ast.File, error) {
		p.mu.Lock()
		p.files++
		p.mu.Unlock()
		return parse(fset, name, src)
	}
}

// counted is the fact of an analyzer that visits all packages. There is none.
type counted struct{}

func (*counted) AFact() {}

// analyzers returns analyzers that count the packages as they are analysed: pkgs
// when all of the checks have run, and those that they import when the passes
// with facts have.
func (p *progress) analyzers(pkgs []*packages.Package, checks []*analysis.Analyzer) []*analysis.Analyzer {
	if p == nil {
		return nil
	}
	named := make(map[*types.Package]bool)
	for _, pkg := range pkgs {
		named[pkg.Types] = true
	}
	total := 0
	packages.Visit(pkgs, nil, func(*packages.Package) { total++ })
	p.mu.Lock()
	p.packages, p.of = 0, total
	p.mu.Unlock()
	count := func(want bool) func(pass *analysis.Pass) (any, error) {
		return func(pass *analysis.Pass) (any, error) {
			if named[pass.Pkg] == want {
				p.mu.Lock()
				p.packages++
				p.mu.Unlock()
			}
			return nil, nil
		}
	}
	var withFacts []*analysis.Analyzer
	for _, a := range reachable(checks) {
		if len(a.FactTypes) > 0 {
			withFacts = append(withFacts, a)
		}
	}
	return []*analysis.Analyzer{
		{Name: "checked", Doc: "count the packages that are checked", Requires: checks, Run: count(true)},
		{Name: "imported", Doc: "count the packages that are imported", Requires: withFacts, Run: count(false),
			FactTypes: []analysis.Fact{new(counted)}},
	}
}
