// Package place words positions in messages.
package place

import (
	"fmt"
	"go/token"
	"path/filepath"
)

// Line returns where pos is, for a message at position at: "line 12", or
// "server.go:12" if that is another file.
func Line(fset *token.FileSet, at, pos token.Pos) string {
	p := fset.Position(pos)
	if p.Filename == fset.Position(at).Filename {
		return fmt.Sprintf("line %d", p.Line)
	}
	return fmt.Sprintf("%s:%d", filepath.Base(p.Filename), p.Line)
}

// On is like Line, with the word that it takes: "on line 12" or "at server.go:12".
func On(fset *token.FileSet, at, pos token.Pos) string {
	if fset.Position(at).Filename == fset.Position(pos).Filename {
		return "on " + Line(fset, at, pos)
	}
	return "at " + Line(fset, at, pos)
}
