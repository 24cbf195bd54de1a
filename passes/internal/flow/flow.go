// Package flow solves dataflow problems on graphs whose nodes each carry a
// small set of states. It knows neither locks nor SSA.
package flow

import "container/heap"

// An Edge is the state that flows to node To.
type Edge[S any] struct {
	To    int
	State S
}

// Solve returns for each node the states in which it is reached, when node 0 is
// reached in state entry. rank orders the nodes: of the states that wait to be
// followed, those at the node of the lowest rank come first. In reverse
// postorder a node is followed when most of its states have met.
//
// step gives the states that leave a node, for one state that enters it.
//
// insert adds a state to the set of a node and returns the new set, and the
// state that must still be followed, if any. It may merge the state into
// others; for termination, any sequence of insertions into one set must leave
// only finitely many states to follow.
func Solve[S any](rank []int, entry S, step func(node int, s S) []Edge[S], insert func(set []S, s S) ([]S, S, bool)) [][]S {
	in := make([][]S, len(rank))
	work := &queue[S]{rank: rank}
	reach := func(e Edge[S]) {
		set, s, follow := insert(in[e.To], e.State)
		in[e.To] = set
		if follow {
			work.seq++
			heap.Push(work, item[S]{Edge[S]{e.To, s}, work.seq})
		}
	}
	reach(Edge[S]{0, entry})
	for work.Len() > 0 {
		e := heap.Pop(work).(item[S]).Edge
		for _, next := range step(e.To, e.State) {
			reach(next)
		}
	}
	return in
}

// A queue is a heap of the states to follow: by rank, then first in, first out.
type queue[S any] struct {
	rank  []int
	items []item[S]
	seq   int
}

type item[S any] struct {
	Edge[S]
	seq int
}

func (q *queue[S]) Len() int { return len(q.items) }

func (q *queue[S]) Less(i, j int) bool {
	a, b := q.items[i], q.items[j]
	if q.rank[a.To] != q.rank[b.To] {
		return q.rank[a.To] < q.rank[b.To]
	}
	return a.seq < b.seq
}

func (q *queue[S]) Swap(i, j int) { q.items[i], q.items[j] = q.items[j], q.items[i] }

func (q *queue[S]) Push(x any) { q.items = append(q.items, x.(item[S])) }

func (q *queue[S]) Pop() any {
	n := len(q.items) - 1
	x := q.items[n]
	q.items = q.items[:n]
	return x
}

// PostorderRank returns the rank of n nodes in reverse postorder from node 0,
// for [Solve].
func PostorderRank(n int, succs func(int) []int) []int {
	rank := make([]int, n)
	seen := make([]bool, n)
	next := n
	var visit func(int)
	visit = func(i int) {
		seen[i] = true
		for _, s := range succs(i) {
			if !seen[s] {
				visit(s)
			}
		}
		next--
		rank[i] = next
	}
	if n > 0 {
		visit(0)
	}
	return rank
}
