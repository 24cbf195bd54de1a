package main

import (
	"cmp"
	"go/token"
	"os"
	"strings"
	"unicode"
	"unicode/utf8"
)

// An excerpt is a part of a file. Some of its lines are marked in part.
type excerpt []sourceLine

// A sourceLine is a line of source. The three parts make the whole line.
type sourceLine struct {
	number                int
	before, marked, after string
	isMarked              bool // marked may be empty all the same
}

// sources are the lines of files. The zero value reads them as they are asked
// for.
type sources struct {
	lines map[string][]string // by file name; nil if the file cannot be read
}

// file returns the lines of the named file.
func (s *sources) file(name string) []string {
	lines, ok := s.lines[name]
	if !ok {
		if src, err := os.ReadFile(name); err == nil {
			lines = strings.Split(strings.ReplaceAll(string(src), "\r\n", "\n"), "\n")
		}
		if s.lines == nil {
			s.lines = make(map[string][]string)
		}
		s.lines[name] = lines
	}
	return lines
}

// maxMarked bounds the lines of an excerpt that are marked: the body of a
// whole function says no more than its beginning.
const maxMarked = 5

// excerpt returns the lines from pos to end, those that are marked, with as
// many as context around them; without context, only the first one.
// Where there is no such source, it returns nothing.
func (s *sources) excerpt(fset *token.FileSet, pos, end token.Pos, context int) excerpt {
	start, stop := fset.Position(pos), fset.Position(cmp.Or(end, pos))
	lines := s.file(start.Filename)
	if start.Line < 1 || start.Line > len(lines) {
		return nil
	}
	if stop.Filename != start.Filename || stop.Line < start.Line || stop.Line > len(lines) {
		stop = start
	}
	last := min(stop.Line, start.Line+maxMarked-1)
	if context == 0 {
		last = start.Line
	}
	var e excerpt
	for n := max(1, start.Line-context); n <= min(last+context, len(lines)); n++ {
		line := sourceLine{number: n, before: lines[n-1]}
		if start.Line <= n && n <= last {
			line = mark(line, start, stop)
		}
		e = append(e, line)
	}
	return e.trim()
}

// mark marks the part of line that is between start and stop: all of the code
// in lines between, and at least one name or character.
func mark(line sourceLine, start, stop token.Position) sourceLine {
	text := line.before
	from := len(text) - len(strings.TrimLeftFunc(text, unicode.IsSpace))
	if line.number == start.Line {
		from = min(start.Column-1, len(text))
	}
	to := len(strings.TrimRightFunc(text, unicode.IsSpace))
	if line.number == stop.Line {
		to = min(stop.Column-1, len(text))
	}
	if to <= from {
		to = from + sizeOfName(text[from:])
	}
	line.before, line.marked, line.after = text[:from], text[from:to], text[to:]
	line.isMarked = true
	return line
}

// sizeOfName returns the length of the qualified name that text begins with,
// or else of its first character.
func sizeOfName(text string) int {
	isPart := func(r rune) bool { return r == '_' || r == '.' || unicode.IsLetter(r) || unicode.IsDigit(r) }
	if size := len(text) - len(strings.TrimLeftFunc(text, isPart)); size > 0 {
		return size
	}
	_, size := utf8.DecodeRuneInString(text)
	return size
}

// trim returns e without empty lines at its ends.
func (e excerpt) trim() excerpt {
	empty := func(line sourceLine) bool {
		return !line.isMarked && strings.TrimSpace(line.before) == ""
	}
	for len(e) > 0 && empty(e[0]) {
		e = e[1:]
	}
	for len(e) > 0 && empty(e[len(e)-1]) {
		e = e[:len(e)-1]
	}
	return e
}

// printable returns text without the characters that could change a terminal
// or are not allowed in a page, such as escapes.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return utf8.RuneError
		}
		return r
	}, text)
}
