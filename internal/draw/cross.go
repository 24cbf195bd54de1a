package draw

import (
	"cmp"
	"slices"
)

// reduceCrossings orders the vertices of each row so that few links cross. It
// sweeps over the rows, down and up in turn, and keeps the best order it saw.
// Every other time it exchanges vertices with the same mean, which is a way out
// of orders that are good but not the best.
func (p *part) reduceCrossings() {
	const patience = 12 // sweeps without progress
	best, least := p.snapshot(), p.crossings()
	for sweep, idle := 0, 0; least > 0 && idle < patience; sweep, idle = sweep+1, idle+1 {
		turn := sweep%4 >= 2
		if sweep%2 == 0 {
			for _, row := range p.rows[1:] {
				orderRow(row, above, below, turn)
			}
		} else {
			for _, row := range slices.Backward(p.rows[:len(p.rows)-1]) {
				orderRow(row, below, above, turn)
			}
		}
		p.swapNeighbours()
		if n := p.crossings(); n < least {
			best, least, idle = p.snapshot(), n, 0
		}
	}
	p.rows = best
	for _, row := range p.rows {
		renumber(row)
	}
}

// snapshot returns a copy of the rows.
func (p *part) snapshot() [][]*vertex {
	rows := make([][]*vertex, len(p.rows))
	for i, row := range p.rows {
		rows[i] = slices.Clone(row)
	}
	return rows
}

// renumber tells the vertices their places.
func renumber(row []*vertex) {
	for i, v := range row {
		v.pos = i
	}
}

// above returns the neighbours of v in the row above.
func above(v *vertex) []*vertex { return v.above }

// below returns the neighbours of v in the row below.
func below(v *vertex) []*vertex { return v.below }

// orderRow orders row by the mean place of the neighbours on the first side
// or, for vertices that have none there, on the second. It keeps the order of
// vertices with the same mean, or turns it.
func orderRow(row []*vertex, first, second func(*vertex) []*vertex, turn bool) {
	if turn {
		slices.Reverse(row)
	}
	mean := make(map[*vertex]int)
	for _, v := range row {
		others := first(v)
		if len(others) == 0 {
			others = second(v)
		}
		sum := 0
		for _, w := range others {
			sum += w.pos << 16 // keep fractions
		}
		mean[v] = sum / max(1, len(others))
	}
	slices.SortStableFunc(row, func(a, b *vertex) int { return cmp.Compare(mean[a], mean[b]) })
	renumber(row)
}

// swapNeighbours exchanges vertices with their right neighbours as long as that
// saves crossings.
func (p *part) swapNeighbours() {
	for saved := true; saved; {
		saved = false
		for _, row := range p.rows {
			for i := range len(row) - 1 {
				v, w := row[i], row[i+1]
				now := inversions(v.above, w.above) + inversions(v.below, w.below)
				then := inversions(w.above, v.above) + inversions(w.below, v.below)
				if then < now {
					row[i], row[i+1] = w, v
					v.pos, w.pos = i+1, i
					saved = true
				}
			}
		}
	}
}

// inversions returns the number of pairs from left and right that stand in the
// other order.
func inversions(left, right []*vertex) int {
	n := 0
	for _, l := range left {
		for _, r := range right {
			if l.pos > r.pos {
				n++
			}
		}
	}
	return n
}

// crossings returns the number of links that cross others.
func (p *part) crossings() int {
	n := 0
	for i, row := range p.rows[:len(p.rows)-1] {
		// passed[j] = links seen that lead to place j of the next row
		passed := make([]int, len(p.rows[i+1]))
		for _, v := range row {
			for _, w := range v.below {
				for _, c := range passed[w.pos+1:] {
					n += c
				}
			}
			for _, w := range v.below {
				passed[w.pos]++
			}
		}
	}
	return n
}
