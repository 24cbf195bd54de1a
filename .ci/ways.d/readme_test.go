package ways

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// A block is a piece of code in README.md.
type block struct {
	section string // the heading above it
	before  string // the line of text above it
	lang    string
	code    string
}

// blocks returns the pieces of code in the README.md of the code under test.
func blocks(ts *testscript.TestScript) (list []block) {
	text := ts.ReadFile(filepath.Join(ts.Getenv("ROOT"), "README.md"))
	var section, before string
	open := false
	for line := range strings.Lines(text) {
		fence, isFence := strings.CutPrefix(strings.TrimSpace(line), "```")
		switch {
		case open && isFence:
			open = false
		case open:
			list[len(list)-1].code += line
		case isFence:
			open = true
			list = append(list, block{section, before, fence, ""})
		case strings.HasPrefix(line, "#"):
			section = strings.TrimSpace(strings.TrimLeft(line, "#"))
		case strings.TrimSpace(line) != "":
			before = line
		}
	}
	return list
}

// follow is a command: follow SECTION runs the commands that a section of
// README.md gives.
func follow(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: follow SECTION")
	}
	script := ""
	for _, b := range blocks(ts) {
		if b.section == args[0] && b.lang == "sh" {
			script += b.code
		}
	}
	if script == "" {
		ts.Fatalf("section %q of README.md gives no commands", args[0])
	}
	run(ts, "sh", "-e", "-c", script)
}

// snippet is a command: snippet SECTION NAME [FILE] writes the file that a
// section of README.md shows below a line that ends with its name.
func snippet(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: snippet SECTION NAME [FILE]")
	}
	for _, b := range blocks(ts) {
		if b.section == args[0] && strings.HasSuffix(strings.TrimSpace(b.before), "`"+args[1]+"`:") {
			name := ts.MkAbs(args[len(args)-1])
			ts.Check(os.MkdirAll(filepath.Dir(name), 0o777))
			ts.Check(os.WriteFile(name, []byte(b.code), 0o666))
			return
		}
	}
	ts.Fatalf("section %q of README.md does not show %s", args[0], args[1])
}
