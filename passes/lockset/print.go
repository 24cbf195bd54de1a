package lockset

import (
	"fmt"
	"io"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/concurlint/concurlint/passes/locks"
)

// WriteFunction writes the SSA form of f with the states in which each block is
// reached, for people who debug the machine.
func WriteFunction(w io.Writer, f *Function) {
	fmt.Fprintf(w, "# %s\n", f.Fn)
	for i, b := range f.Fn.Blocks {
		fmt.Fprintf(w, "%d: %s\n", i, b.Comment)
		for _, s := range f.In[i] {
			fmt.Fprintf(w, "\t\t\t; %s\n", s)
		}
		for _, instr := range b.Instrs {
			if v, ok := instr.(ssa.Value); ok {
				fmt.Fprintf(w, "\t%s = %s\n", v.Name(), instr)
			} else {
				fmt.Fprintf(w, "\t%s\n", instr)
			}
		}
	}
	if f.Effects != nil {
		fmt.Fprintf(w, "effects: %s\n", f.Effects)
	}
}

// String returns the locks that s knows of, its pending deferred calls and its
// knowledge.
func (s *State) String() string {
	var parts []string
	for _, l := range s.locks {
		parts = append(parts, l.String())
	}
	if len(s.defers) > 0 {
		parts = append(parts, fmt.Sprintf("%d deferred", len(s.defers)))
	}
	for _, b := range s.env {
		parts = append(parts, fmt.Sprintf("%s is %s", b.key, b.val))
	}
	if s.joined {
		parts = append(parts, "joined")
	}
	if len(parts) == 0 {
		return "nothing held"
	}
	return strings.Join(parts, ", ")
}

// String returns what is known of the lock.
func (l Lock) String() string {
	words := []string{[...]string{"free", "held", "gone"}[l.Status], l.Term.String()}
	if l.Status == Held && l.Mode != 0 {
		words[0] = "read-held"
	}
	if l.Need != NeedNothing {
		words = append(words, "(needed)")
	}
	if l.Doubt {
		words = append(words, "(in doubt)")
	}
	return strings.Join(words, " ")
}

// String lists what a call does.
func (e *Effects) String() string {
	var parts []string
	for _, x := range e.Excludes {
		parts = append(parts, fmt.Sprintf("excludes %s%s", x.Term, alternatives(x.When)))
	}
	for i, o := range e.Outcomes {
		var changes []string
		for _, c := range o.Changes {
			changes = append(changes, Lock{Term: c.Term, Status: c.Status, Mode: c.Mode, Need: c.Need, Doubt: c.Doubt}.String())
		}
		parts = append(parts, fmt.Sprintf("outcome %d: [%s]%s%s", i, strings.Join(changes, ", "), guardList(" when ", o.When), guardList(" then ", o.Then)))
	}
	for _, c := range e.Calls {
		parts = append(parts, fmt.Sprintf("calls %s", c.Func))
	}
	return strings.Join(parts, "; ")
}

func alternatives(when [][]Guard) string {
	var out []string
	for _, alt := range when {
		out = append(out, guardList("", alt))
	}
	if len(out) == 0 {
		return ""
	}
	return " when " + strings.Join(out, " or ")
}

func guardList(prefix string, gs []Guard) string {
	if len(gs) == 0 {
		return ""
	}
	var out []string
	for _, g := range gs {
		out = append(out, fmt.Sprintf("%s is %s", g.T, g.V))
	}
	return prefix + strings.Join(out, " and ")
}

// Text returns a lock as the source writes it: what it embeds is not written.
func Text(t *locks.Term) string {
	for t.Kind == locks.Field && t.Var.Embedded() {
		t = t.X
	}
	return t.String()
}
