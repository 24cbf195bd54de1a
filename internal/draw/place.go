package draw

import "math"

// assignX gives each vertex its place in the row, without a change of order:
// close below and above its neighbours, and edges that pass rows straight.
//
// A sweep moves the vertices of one row after the other to where the sum of
// squares of the distances is least, which converges. It counts in fractions
// of a pixel, and in whole numbers, for the same picture on all machines.
func (p *part) assignX() {
	const sweeps = 100
	for _, row := range p.rows {
		x := 0
		for i, v := range row {
			if i > 0 {
				x += fraction * distance(row[i-1], v)
			}
			v.x = x
		}
	}
	for range sweeps {
		for _, row := range p.rows {
			placeRow(row)
		}
		for i := len(p.rows) - 1; i >= 0; i-- {
			placeRow(p.rows[i])
		}
	}
	p.settle()
}

const fraction = 64

// distance returns the least distance of the centres of neighbours in a row.
func distance(left, right *vertex) int {
	space := 9 // between edges that pass
	if left.node >= 0 && right.node >= 0 {
		space = 24
	} else if left.node >= 0 || right.node >= 0 {
		space = 14
	}
	return (left.width+right.width+1)/2 + left.loop + space
}

// placeRow moves the vertices of row to where they want to be, as far as they
// keep their distances. This is isotonic regression: vertices that get in each
// other's way become a block, which goes where its members want to be on
// average.
func placeRow(row []*vertex) {
	type block struct{ sum, weight, size int }
	mean := func(b block) int { return floorDiv(b.sum, b.weight) }
	var blocks []block
	offset := 0 // of the vertex, if all stood as close as they can
	for i, v := range row {
		if i > 0 {
			offset += fraction * distance(row[i-1], v)
		}
		sum, weight := wish(v)
		b := block{sum - weight*offset, weight, 1}
		for len(blocks) > 0 && mean(blocks[len(blocks)-1]) >= mean(b) {
			last := blocks[len(blocks)-1]
			blocks = blocks[:len(blocks)-1]
			b = block{last.sum + b.sum, last.weight + b.weight, last.size + b.size}
		}
		blocks = append(blocks, b)
	}
	i, offset := 0, 0
	for _, b := range blocks {
		for range b.size {
			if i > 0 {
				offset += fraction * distance(row[i-1], row[i])
			}
			row[i].x = mean(b) + offset
			i++
		}
	}
}

// wish returns where v wants to be and how much: the weighted sum of the places
// that links ask for, and the weight.
func wish(v *vertex) (sum, weight int) {
	ask := func(x int, other *vertex) {
		w := 1
		if v.node < 0 && other.node < 0 {
			w = 8 // bends in the middle of an edge look worst
		} else if v.node < 0 || other.node < 0 {
			w = 2
		}
		sum += w * x
		weight += w
	}
	for _, l := range v.up {
		ask(l.upper.x+fraction*(l.upperPort-l.lowerPort), l.upper)
	}
	for _, l := range v.down {
		ask(l.lower.x+fraction*(l.lowerPort-l.upperPort), l.lower)
	}
	if weight == 0 {
		return v.x, 1
	}
	return sum, weight
}

// settle rounds the places to pixels, moves p to the left border and sets its
// width.
func (p *part) settle() {
	left, right := math.MaxInt, math.MinInt
	for _, row := range p.rows {
		for _, v := range row {
			v.x = floorDiv(v.x+fraction/2, fraction)
		}
		first, last := row[0], row[len(row)-1]
		left = min(left, first.x-first.width/2)
		right = max(right, last.x-last.width/2+last.width+last.loop)
	}
	for _, row := range p.rows {
		for _, v := range row {
			v.x -= left
		}
	}
	p.width = right - left
}

// assignY places the rows, with more space between two if links between them
// go far to the side.
func (p *part) assignY() {
	y := 0
	for _, row := range p.rows {
		p.tops = append(p.tops, y)
		far := 0
		for _, v := range row {
			for _, l := range v.down {
				dx := l.lower.x + l.lowerPort - l.upper.x - l.upperPort
				far = max(far, dx, -dx)
			}
		}
		p.height = y + nodeHeight
		y = p.height + min(48+far/6, 160)
	}
}

// floorDiv returns a/b rounded down.
func floorDiv(a, b int) int {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
