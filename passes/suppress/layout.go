package suppress

import (
	"go/ast"
	"go/token"
)

// A layout knows what stands first on each line of a file.
type layout struct {
	file  *token.File
	first map[int]token.Pos       // first code on a line
	ends  map[token.Pos]token.Pos // end of the largest construct that begins here
	decls map[token.Pos]token.Pos // end of the largest declaration that begins here
}

func newLayout(file *token.File, f *ast.File) *layout {
	l := &layout{file, make(map[int]token.Pos), make(map[token.Pos]token.Pos), make(map[token.Pos]token.Pos)}
	mark := func(pos token.Pos) {
		line := l.line(pos)
		if first, ok := l.first[line]; !ok || pos < first {
			l.first[line] = pos
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if n == nil || !n.Pos().IsValid() || n.Pos() == n.End() {
			return true
		}
		mark(n.Pos())
		mark(n.End() - 1)
		l.ends[n.Pos()] = max(l.ends[n.Pos()], n.End())
		switch n.(type) {
		case ast.Decl, ast.Spec:
			l.decls[n.Pos()] = max(l.decls[n.Pos()], n.End())
		}
		return true
	})
	return l
}

// line returns the line of pos in the file itself, whatever its //line
// comments say.
func (l *layout) line(pos token.Pos) int { return l.file.PositionFor(pos, false).Line }

// scope returns the first and last line that c, a comment of group, speaks of.
func (l *layout) scope(group *ast.CommentGroup, c *ast.Comment, extent extent) (first, last int) {
	line := l.line(c.Pos())
	if code, ok := l.first[line]; ok && code < c.Pos() {
		return line, line
	}
	// Other comments may stand between c and the code.
	line = l.line(group.End()-1) + 1
	ends := l.decls
	if extent == construct {
		ends = l.ends
	}
	if end, ok := ends[l.first[line]]; ok {
		return line, l.line(end - 1)
	}
	return line, line
}
