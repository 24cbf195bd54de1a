package todefer

import (
	"bytes"
	"go/ast"
	"go/token"
	"os"

	"golang.org/x/tools/go/analysis"
)

// edits returns the edits that defer undo after the statement at lock and
// remove the statements at releases, each with its line. They are none if
// another statement stands on such a line.
func edits(pass *analysis.Pass, lock place, releases []place, undo string) []analysis.TextEdit {
	file := pass.Fset.File(lock.stmt.Pos())
	content, err := readFile(pass, file.Name())
	if err != nil || len(content) != file.Size() {
		return nil // not the text that was parsed
	}
	src := source{file, content}
	if !src.bounded(lock) {
		return nil
	}
	after := src.lineStart(src.line(lock.stmt.End()) + 1)
	begin := src.lineStart(src.line(lock.stmt.Pos()))
	indent := content[file.Offset(begin):file.Offset(lock.stmt.Pos())]
	out := []analysis.TextEdit{{Pos: after, End: after, NewText: []byte(string(indent) + "defer " + undo + "\n")}}
	for _, rel := range releases {
		if !src.alone(rel) {
			return nil
		}
		begin, end := src.lines(rel)
		out = append(out, analysis.TextEdit{Pos: max(begin, after), End: end})
	}
	return out
}

// readFile reads a file as the driver wants it read. The nogo of Bazel does not
// say how.
func readFile(pass *analysis.Pass, name string) ([]byte, error) {
	if pass.ReadFile == nil {
		return os.ReadFile(name)
	}
	return pass.ReadFile(name)
}

// source is the text of a file.
type source struct {
	file    *token.File
	content []byte
}

// line returns the line of pos in the file itself, whatever its //line comments
// say.
func (s source) line(pos token.Pos) int { return s.file.PositionFor(pos, false).Line }

// lineStart returns the position at which a line begins.
func (s source) lineStart(line int) token.Pos {
	if line > s.file.LineCount() {
		return token.Pos(s.file.Base() + s.file.Size())
	}
	return s.file.LineStart(line)
}

// alone reports whether nothing else stands on the line of the statement at p
// but a comment after it.
func (s source) alone(p place) bool {
	return s.line(p.stmt.End()) == s.line(p.stmt.Pos()) && s.bounded(p)
}

// bounded reports whether nothing else stands on the first and last line of the
// statement at p but a comment after it.
func (s source) bounded(p place) bool {
	begin := s.lineStart(s.line(p.stmt.Pos()))
	if len(bytes.TrimSpace(s.content[s.file.Offset(begin):s.file.Offset(p.stmt.Pos())])) > 0 {
		return false
	}
	line := s.line(p.stmt.End())
	rest := bytes.TrimSpace(s.content[s.file.Offset(p.stmt.End()):s.file.Offset(s.lineStart(line+1))])
	return len(rest) == 0 || bytes.HasPrefix(rest, []byte("//"))
}

// lines returns the extent of the line of the statement at p, and of the empty
// lines that its removal would leave at the beginning or end of a block.
func (s source) lines(p place) (begin, end token.Pos) {
	first := s.line(p.stmt.Pos())
	last := first
	if _, block := p.owner.(*ast.BlockStmt); block {
		isFirst, isLast := p.i == 0, p.i+1 == len(p.list)
		for isLast && s.empty(first-1) {
			first--
		}
		for isFirst && s.empty(last+1) {
			last++
		}
	}
	return s.lineStart(first), s.lineStart(last + 1)
}

func (s source) empty(line int) bool {
	if line < 1 || line >= s.file.LineCount() {
		return false
	}
	text := s.content[s.file.Offset(s.lineStart(line)):s.file.Offset(s.lineStart(line+1))]
	return len(bytes.TrimSpace(text)) == 0
}
