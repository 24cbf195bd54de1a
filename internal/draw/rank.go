package draw

import (
	"maps"
	"slices"
)

// An arc is an edge between different nodes that is to point downwards.
type arc struct {
	from, to int
	edge     int
	reversed bool // the edge leads from to to from
}

// acyclic reverses few of the arcs so that they make no cycle. It returns them,
// and the nodes in an order in which all arcs lead forward. This is the greedy
// heuristic of Eades, Lin and Smyth: it moves nodes that only have arcs in one
// direction to the ends, and if there are none, the one closest to it.
func acyclic(nodes []int, arcs []arc) ([]int, []arc) {
	rest := slices.Clone(nodes)
	out, in := make(map[int]int), make(map[int]int)
	for _, a := range arcs {
		out[a.from]++
		in[a.to]++
	}
	var head, tail []int
	for len(rest) > 0 {
		i := slices.IndexFunc(rest, func(n int) bool { return out[n] == 0 && in[n] > 0 })
		last := i >= 0
		if !last {
			i = 0
			for j, n := range rest {
				if in[n] == 0 {
					i = j
					break
				}
				if out[n]-in[n] > out[rest[i]]-in[rest[i]] {
					i = j
				}
			}
		}
		n := rest[i]
		rest = slices.Delete(rest, i, i+1)
		if last {
			tail = append(tail, n)
		} else {
			head = append(head, n)
		}
		for _, a := range arcs {
			if a.from == n {
				in[a.to]--
			}
			if a.to == n {
				out[a.from]--
			}
		}
	}
	slices.Reverse(tail)
	order := append(head, tail...)
	place := make(map[int]int)
	for i, n := range order {
		place[n] = i
	}
	for i, a := range arcs {
		if place[a.from] > place[a.to] {
			arcs[i] = arc{a.to, a.from, a.edge, true}
		}
	}
	return order, arcs
}

// reduce divides the arcs into those that it takes to tell the order and those
// that others imply. Arcs that are reversed or have a warning remain.
func reduce(order []int, arcs []arc, warned []bool) (kept, implied []arc) {
	next := make(map[int][]int)
	for _, a := range arcs {
		if !a.reversed {
			next[a.from] = append(next[a.from], a.to)
		}
	}
	below := make(map[int]map[int]bool) // on ways along next
	for _, n := range slices.Backward(order) {
		below[n] = make(map[int]bool)
		for _, m := range next[n] {
			below[n][m] = true
			maps.Copy(below[n], below[m])
		}
	}
	for _, a := range arcs {
		detour := func(n int) bool { return below[n][a.to] }
		if !a.reversed && !warned[a.edge] && slices.ContainsFunc(next[a.from], detour) {
			implied = append(implied, a)
		} else {
			kept = append(kept, a)
		}
	}
	return kept, implied
}

// rank returns the row of each node, given an order in which all arcs lead
// forward. Arcs lead to a later row, and no row has so many nodes that the
// picture becomes much wider than high.
func rank(order []int, arcs []arc) map[int]int {
	up, down := make(map[int][]int), make(map[int][]int)
	for _, a := range arcs {
		up[a.to] = append(up[a.to], a.from)
		down[a.from] = append(down[a.from], a.to)
	}
	rows := make(map[int]int)
	limit := max(6, sqrt(len(order)))
	count := make([]int, len(order)+1)
	for _, n := range order {
		r := 0
		for _, m := range up[n] {
			r = max(r, rows[m]+1)
		}
		for count[r] == limit {
			r++
		}
		rows[n] = r
		count[r]++
	}
	shorten(order, rows, up, down, func(n, r int) bool {
		if count[r] == limit {
			return false
		}
		count[rows[n]]--
		count[r]++
		return true
	})
	// Close up to rows that have become empty.
	var used []int
	for r, c := range count {
		if c > 0 {
			used = append(used, r)
		}
	}
	for _, n := range order {
		rows[n], _ = slices.BinarySearch(used, rows[n])
	}
	return rows
}

// shorten moves down the nodes that lead to more nodes than to them, which makes
// arcs shorter. Function move reports whether a node can be moved to a row.
func shorten(order []int, rows map[int]int, up, down map[int][]int, move func(n, r int) bool) {
	for _, n := range slices.Backward(order) {
		if len(down[n]) <= len(up[n]) {
			continue
		}
		goal := len(order)
		for _, m := range down[n] {
			goal = min(goal, rows[m]-1)
		}
		for goal > rows[n] && !move(n, goal) {
			goal--
		}
		rows[n] = goal
	}
}
