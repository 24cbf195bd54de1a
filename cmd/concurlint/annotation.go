package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"
)

// writeAnnotations prints list as workflow commands of GitHub's actions, which
// shows them in the code that a pull request changes.
func writeAnnotations(w io.Writer, list []finding) {
	var files sources
	for _, f := range list {
		f.writeAnnotation(w, &files)
	}
}

// writeAnnotation prints f.
func (f finding) writeAnnotation(w io.Writer, files *sources) {
	name, _ := belowRoot(f.posn.Filename)
	end := f.pkg.Fset.Position(cmp.Or(f.End, f.Pos))
	fmt.Fprintf(w, "::%s file=%s,line=%d,endLine=%d", sarifSeverity, property.Replace(name), f.posn.Line, end.Line)
	if end.Line == f.posn.Line { // otherwise, GitHub does not take columns
		fmt.Fprintf(w, ",col=%d,endColumn=%d", files.column(f.posn), files.column(end))
	}
	var text strings.Builder
	text.WriteString(f.Message)
	for _, r := range f.Related {
		posn := f.pkg.Fset.Position(r.Pos)
		name, _ := belowRoot(posn.Filename)
		fmt.Fprintf(&text, "\n%s:%d: %s", name, posn.Line, r.Message)
	}
	fmt.Fprintf(&text, "\n%s", f.URL)
	fmt.Fprintf(w, ",title=%s::%s\n", property.Replace("concurlint: "+f.check), data.Replace(text.String()))
}

// These escape the parts of a workflow command.
var (
	property = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	data     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
)
