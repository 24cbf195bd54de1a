package lockstate

import (
	"io"
	"regexp"

	"github.com/concurlint/concurlint/passes/lockset"
)

// WriteFunctions writes the SSA form of the functions whose names match re, with
// the lock states at each block.
func (r *Result) WriteFunctions(w io.Writer, re *regexp.Regexp) {
	for _, f := range r.runs {
		if re.MatchString(f.Fn.String()) {
			lockset.WriteFunction(w, f)
		}
	}
}
