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
			r.machine.Keep = true
			lockset.WriteFunction(w, r.machine.Run(f.Fn)) // again, now that all callees are known
		}
	}
}
