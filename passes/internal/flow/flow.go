// Package flow solves dataflow problems on graphs whose nodes each carry a
// small set of states. It knows neither locks nor SSA.
package flow

// An Edge is the state that flows to node To.
type Edge[S any] struct {
	To    int
	State S
}

// Solve returns for each of n nodes the states in which it is reached, when
// node 0 is reached in state entry.
//
// step gives the states that leave a node, for one state that enters it.
//
// insert adds a state to the set of a node and returns the new set, and the
// state that must still be followed, if any. It may merge the state into
// others; for termination, any sequence of insertions into one set must leave
// only finitely many states to follow.
func Solve[S any](n int, entry S, step func(node int, s S) []Edge[S], insert func(set []S, s S) ([]S, S, bool)) [][]S {
	in := make([][]S, n)
	var work []Edge[S]
	reach := func(e Edge[S]) {
		set, s, follow := insert(in[e.To], e.State)
		in[e.To] = set
		if follow {
			work = append(work, Edge[S]{e.To, s})
		}
	}
	reach(Edge[S]{0, entry})
	for len(work) > 0 {
		// First in, first out: states that reach a join by paths of similar
		// length meet there before either goes on.
		e := work[0]
		work = work[1:]
		for _, next := range step(e.To, e.State) {
			reach(next)
		}
	}
	return in
}
