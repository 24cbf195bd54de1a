package spawn

import (
	"go/token"
	"strings"
)

// daemonDirective marks a goroutine that is meant to run until the program ends. A
// reason follows it.
const daemonDirective = "//concurlint:daemon "

// findDaemons marks the spawns of which a directive on their line, or on the line
// above, says that they are meant to run for ever.
func (r *Result) findDaemons() {
	type line struct {
		file *token.File
		line int
	}
	daemons := make(map[line]bool)
	for _, f := range r.pass.Files {
		for _, group := range f.Comments {
			for _, c := range group.List {
				if rest, ok := strings.CutPrefix(c.Text, daemonDirective); ok && strings.TrimSpace(rest) != "" {
					file := r.pass.Fset.File(c.Pos())
					daemons[line{file, file.Line(c.Pos())}] = true
					daemons[line{file, file.Line(group.End()) + 1}] = true
				}
			}
		}
	}
	if len(daemons) == 0 {
		return
	}
	for _, s := range r.Spawns {
		if s.Instr != nil {
			file := r.pass.Fset.File(s.Instr.Pos())
			s.Daemon = file != nil && daemons[line{file, file.Line(s.Instr.Pos())}]
		}
	}
}
