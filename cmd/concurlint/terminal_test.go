package main

import (
	"errors"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/creack/pty"
	"golang.org/x/tools/txtar"

	"github.com/concurlint/concurlint/analyzers"
)

// onTerminal runs concurlint with env on a terminal of the given width and
// returns what it shows there.
func onTerminal(t *testing.T, width uint16, env []string, args ...string) string {
	t.Helper()
	cmd := exec.Command("concurlint", args...)
	cmd.Env = append(os.Environ(), append([]string{"TERM=xterm", "NO_COLOR="}, env...)...)
	terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: width})
	if errors.Is(err, pty.ErrUnsupported) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer terminal.Close()
	out, _ := io.ReadAll(terminal) // Linux ends a terminal with an error
	if err := cmd.Wait(); err != nil && cmd.ProcessState.ExitCode() != exitFindings {
		t.Fatalf("concurlint %q: %v\n%s", args, err, out)
	}
	text := strings.ReplaceAll(string(out), "\r\n", "\n")
	return progressLine.ReplaceAllString(text, "")
}

// progressLine matches what a progress shows before it is erased. A slow
// machine may show it anywhere.
var progressLine = regexp.MustCompile(`(\r[a-z]+: [^\r\n]*\x1b\[K)*\r\x1b\[K`)

const terminalModule = `
-- go.mod --
module m
go 1.26
-- a/a.go --
package a

import "sync"

var mu, other sync.Mutex

func f(closed bool) {
	mu.Lock()
	if closed {
		/* Ünïcode before it, wide enough to be cut on a narrow terminal */ return // and after it, too
	}
	mu.Unlock()
}

//concurlint:ignore nosuch reason
func g() {}
-- clean/clean.go --
package clean
`

// TestTerminal shows findings on a real pseudo-terminal.
func TestTerminal(t *testing.T) {
	golden, err := os.ReadFile("testdata/terminal.txtar")
	if err != nil {
		t.Fatal(err)
	}
	inModule(t, terminalModule)
	for _, test := range []struct {
		name  string
		width uint16
		env   []string
		args  []string
	}{
		{"wide", 200, []string{"NO_COLOR=1"}, nil},
		{"narrow", 48, nil, []string{"-color=never"}},
		{"dumb", 200, []string{"TERM=dumb"}, []string{"./clean"}},
		{"color", 0, nil, nil},
		{"forced color", 0, []string{"NO_COLOR=1"}, []string{"-color=always", "./clean"}},
	} {
		got := strings.ReplaceAll(onTerminal(t, test.width, test.env, test.args...), "\x1b", "ESC")
		want := "no such section of testdata/terminal.txtar"
		for _, f := range txtar.Parse(golden).Files {
			if f.Name == test.name {
				want = string(f.Data)
			}
		}
		if got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", test.name, got, want)
		}
	}
}

// Only a terminal gets more than plain text.
func TestNoTerminal(t *testing.T) {
	inModule(t, terminalModule)
	plain := "a/a.go:10:73: returning with mu locked (locked on line 8, never unlocked on this path) (missingunlock)\n" +
		"\ta/a.go:8:2: mu locked here\n" +
		"a/a.go:15:21: there is no check nosuch (ignore)\n"
	for _, args := range [][]string{nil, {"-color=never"}, {"-format=text"}} {
		out, err := exec.Command("concurlint", args...).CombinedOutput()
		if string(out) != plain {
			t.Errorf("concurlint %q: got %s, %v; want %s", args, out, err, plain)
		}
	}
	out, _ := exec.Command("concurlint", "-color=always").CombinedOutput()
	if !strings.Contains(string(out), "\x1b[1;31mreturn") {
		t.Errorf("concurlint -color=always piped: got %s, without color", out)
	}
}

func TestExcerpt(t *testing.T) {
	const src = "package p\n\nfunc f() {\n\tif x {\n\t\ta.b(1)\n\n\t}\n}\n"
	name := filepath.Join(t.TempDir(), "p.go")
	if err := os.WriteFile(name, []byte(src), 0o666); err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	file := fset.AddFile(name, -1, len(src))
	file.SetLinesForContent([]byte(src))
	at := func(text string) token.Pos { return file.Pos(strings.Index(src, text)) }
	for _, test := range []struct {
		pos, end token.Pos
		context  int
		want     string // with brackets around what is marked
	}{
		{at("a.b"), at("(1)"), 0, "5 \t\t[a.b](1)\n"},
		{at("a.b"), token.NoPos, 0, "5 \t\t[a.b](1)\n"},
		{at("(1)"), token.NoPos, 0, "5 \t\ta.b[(]1)\n"},
		{at("if x"), at("}\n}") + 1, 0, "4 \t[if x {]\n"},
		{at("if x"), at("}\n}") + 1, 1, "3 func f() {\n4 \t[if x {]\n5 \t\t[a.b(1)]\n6 []\n7 \t[}]\n8 }\n"},
		{at("func"), at("f()"), 2, "1 package p\n2 \n3 [func ]f() {\n4 \tif x {\n5 \t\ta.b(1)\n"},
		{at("}\n}"), token.NoPos, 9, "1 package p\n2 \n3 func f() {\n4 \tif x {\n5 \t\ta.b(1)\n6 \n7 \t[}]\n8 }\n"},
		{at("\n\nfunc"), token.NoPos, 0, "1 package p[]\n"},
		{token.NoPos, token.NoPos, 0, ""},
	} {
		var files sources
		var got strings.Builder
		for _, line := range files.excerpt(fset, test.pos, test.end, test.context) {
			marked := line.marked
			if line.isMarked {
				marked = "[" + marked + "]"
			}
			got.WriteString(string(rune('0'+line.number)) + " " + line.before + marked + line.after + "\n")
		}
		if got.String() != test.want {
			t.Errorf("excerpt(%s, %s, %d) = %q, want %q", fset.Position(test.pos), fset.Position(test.end), test.context, got.String(), test.want)
		}
	}
}

func TestWindow(t *testing.T) {
	for _, test := range []struct {
		before, marked, after string
		width                 int
		want                  string
	}{
		{"before ", "marked", " after", 19, "before [marked] after"},
		{"before ", "marked", " after", 18, "before [marked] aft…"},
		{"before ", "marked", " after", 13, "before [marked]"},
		{"before ", "marked", " after", 10, "…re [marked]"},
		{"before ", "marked", " after", 4, "… [m…]"},
	} {
		b, m, a := window(test.before, test.marked, test.after, test.width)
		if got := b + "[" + m + "]" + a; got != test.want {
			t.Errorf("window(%q, %q, %q, %d) = %s, want %s", test.before, test.marked, test.after, test.width, got, test.want)
		}
		if n := columns(b + m + a); n > test.width {
			t.Errorf("window(%q, %q, %q, %d) has %d columns", test.before, test.marked, test.after, test.width, n)
		}
	}
}

// What comes from source cannot give orders to the terminal.
func TestPrintable(t *testing.T) {
	if got, want := printable("a\x1b[2J\x9bb\r\u0085c\td"), "a\ufffd[2J\ufffdb\ufffd\ufffdc\td"; got != want {
		t.Errorf("printable = %q, want %q", got, want)
	}
}

// All packages are counted, those that are imported as well.
func TestProgress(t *testing.T) {
	inModule(t, terminalModule)
	p := &progress{}
	o := &options{checks: analyzers.All, patterns: []string{"./..."}, progress: p}
	if got, want := p.line(), "loading: 0 files"; got != want {
		t.Errorf("before loading, the progress is %s, want %s", got, want)
	}
	r, err := o.analyze(nil)
	if err != nil {
		t.Fatal(err)
	}
	if p.files < 10 {
		t.Errorf("%d files are counted, want all of those that sync needs", p.files)
	}
	if p.packages != p.of || p.of < 10 {
		t.Errorf("the progress ends with %s", p.line())
	}
	if len(r.findings) != 2 || len(r.problems) > 0 {
		t.Errorf("with a progress, findings are %v, problems %q", r.findings, r.problems)
	}
}

// A progress appears on a terminal and is gone in the end.
func TestProgressShown(t *testing.T) {
	terminal, tty, err := pty.Open()
	if errors.Is(err, pty.ErrUnsupported) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer terminal.Close()
	t.Setenv("TERM", "xterm")
	p := startProgress(tty)
	p.counting(parseFile)(token.NewFileSet(), "p.go", []byte("package p"))
	buf := make([]byte, 100)
	n, err := terminal.Read(buf)
	if got, want := string(buf[:n]), "\rloading: 1 file\x1b[K"; got != want || err != nil {
		t.Errorf("the terminal shows %q, %v, want %q", got, err, want)
	}
	p.end()
	p.end()
	tty.Close()
	rest, _ := io.ReadAll(terminal)
	if !strings.HasSuffix(string(rest), "\r\x1b[K") {
		t.Errorf("in the end, the terminal shows %q", rest)
	}

	t.Setenv("TERM", "dumb")
	if startProgress(tty) != nil || startProgress(new(strings.Builder)) != nil {
		t.Error("a progress is shown on what is no terminal")
	}
}
