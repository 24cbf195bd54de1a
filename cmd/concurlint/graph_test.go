package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// bankModule is a module in which two functions make a cycle, one of them through
// a call, and in which two packages have locks of the same name.
var bankModule = map[string]string{
	"go.mod":       "module example.com/bank\n\ngo 1.26\n",
	"log/log.go":   logSource,
	"x/log/log.go": logSource,
	"bank.go": `package bank

import (
	"sync"

	"example.com/bank/log"
	other "example.com/bank/x/log"
)

type Account struct {
	mu  sync.RWMutex
	sum int
}

type Ledger struct {
	mu    sync.RWMutex
	lines int
}

func (a *Account) Post(l *Ledger) {
	a.mu.Lock()
	defer a.mu.Unlock()
	l.mu.Lock()
	l.lines += a.sum
	l.mu.Unlock()
	log.Print()
	other.Print()
}

func (l *Ledger) Audit(a *Account) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a.Balance()
}

func (a *Account) Balance() int {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.sum
}
`,
}

const logSource = `package log

import "sync"

var mu sync.Mutex

func Print() {
	mu.Lock()
	defer mu.Unlock()
}
`

// inBank makes a module and the current directory of t its root.
func inBank(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range bankModule {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
}

// runGraph runs the command and returns its output.
func runGraph(t *testing.T, args ...string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if code := graph(args, &stdout, &stderr); code != exitClean || stderr.Len() > 0 {
		t.Fatalf("graph %q: exit status %d, %s", args, code, &stderr)
	}
	return stdout.String()
}

func TestGraph(t *testing.T) {
	inBank(t)
	got := runGraph(t)
	for _, want := range []string{
		`digraph "Lock order of example.com/bank" {`,
		`\l4 locks, 4 arrows. `,
		`\lCycle 1: bank.Account.mu → bank.Ledger.mu → bank.Account.mu` +
			`\l  Account.Post holds a.mu (bank.go:21) and waits for l.mu (bank.go:23)` +
			`\l  Ledger.Audit holds l.mu (bank.go:31) and calls a.Balance (bank.go:33), which waits for a.mu (bank.go:37)\l"`,
		"\n\t" + `"bank.Account.mu" -> "bank.Ledger.mu" [color="#d32f2f", penwidth=3, `,
		"\n\t" + `"bank.Account.mu" -> "bank/log.mu" [edgetooltip=`,
		"\n\t" + `"bank.Account.mu" -> "x/log.mu" [edgetooltip=`,
		`\lAccount.Post holds a.mu (bank.go:21) and calls log.Print (bank.go:26), which acquires `,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the graph lacks %s\n%s", want, got)
		}
	}
	if again := runGraph(t, "./..."); again != got {
		t.Errorf("the graph is not the same again:\n%s\n%s", got, again)
	}
}

func TestGraphEmpty(t *testing.T) {
	inBank(t)
	if got, want := runGraph(t, "./log"), "No lock is acquired while one of another field or variable is held."; !strings.Contains(got, want) {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Two locks of one class, in an order that callers choose, are a cycle as well.
func TestGraphPair(t *testing.T) {
	inBank(t)
	err := os.WriteFile("log/log.go", []byte(`package log

import "sync"

type Log struct {
	mu sync.Mutex
	n  int
}

func Move(from, to *Log) {
	from.mu.Lock()
	defer from.mu.Unlock()
	to.mu.Lock()
	defer to.mu.Unlock()
	from.n--
	to.n++
}
`), 0o666)
	if err != nil {
		t.Fatal(err)
	}
	got := runGraph(t, "./log")
	for _, want := range []string{
		`\l1 lock, 1 arrow. `,
		`\lCycle 1: log.Log.mu → log.Log.mu` +
			`\l  Move holds from.mu (log/log.go:11) and waits for to.mu (log/log.go:13)` +
			`\l  another goroutine does the same with the arguments exchanged\l"`,
		"\n\t" + `"log.Log.mu" -> "log.Log.mu" [color="#d32f2f", penwidth=3, `,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the graph lacks %s\n%s", want, got)
		}
	}
}

func TestGraphFile(t *testing.T) {
	inBank(t)
	for _, test := range []struct{ format, file, want string }{
		{"", "order.html", "<!DOCTYPE html>"},
		{"", "order.SVG", "<svg "},
		{"", "order.gv", "digraph "},
		{"svg", "order.txt", "<svg "},
	} {
		if out := runGraph(t, "-format", test.format, "-o", test.file, "."); out != "" {
			t.Errorf("-o %s: standard output is %s", test.file, out)
		}
		got, err := os.ReadFile(test.file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(got), test.want) {
			t.Errorf("%s begins with %.40q, want %q", test.file, got, test.want)
		}
	}
}

func TestGraphUsage(t *testing.T) {
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"-format", "pdf"}, "there is no format pdf: it is dot, svg or html"},
		{[]string{"-o", "order.pdf"}, "the name order.pdf does not tell a format"},
		{[]string{"./...", "-o", "order.html"}, "the flag -o must stand before the packages"},
		{[]string{"-wide"}, "graph: flag provided but not defined: -wide"},
	} {
		var stdout, stderr bytes.Buffer
		if code := graph(test.args, &stdout, &stderr); code != exitFailed {
			t.Errorf("graph %q: exit status %d, want %d", test.args, code, exitFailed)
		}
		if !strings.Contains(stderr.String(), test.want) || stdout.Len() > 0 {
			t.Errorf("graph %q: got %s%s, want %s", test.args, &stdout, &stderr, test.want)
		}
	}
}
