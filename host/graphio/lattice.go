package graphio

import (
	"fmt"
	"math"
)

// Neighbourhood says which cells of a lattice are joined.
type Neighbourhood uint8

// Of the cells within Radius: VonNeumann those at that distance along the axes (|dx| + |dy| + |dz|), Moore all of the square
// or cube, Disc those within the circle or ball.
const (
	VonNeumann Neighbourhood = iota
	Moore
	Disc
)

// LatticeOptions of Lattice.
type LatticeOptions struct {
	Neighbours Neighbourhood
	Radius     int  // 0: 1
	Periodic   bool // opposite sides are neighbours
}

// Lattice is a grid of one to three dimensions, the last one varying fastest, as numpy numbers the elements of an array. Each cell
// is joined once with each other in its neighbourhood. Positions are (column, -row) or (column, -row, layer), so that a picture
// has the first row at its top; of a line they are (cell, 0).
func Lattice(dims []int, o LatticeOptions) (*Graph, error) {
	if len(dims) < 1 || len(dims) > 3 {
		return nil, fmt.Errorf("lattice: %d dimensions; 1 to 3 are possible", len(dims))
	}
	size := [3]int{1, 1, 1}
	n := 1
	for k, d := range dims {
		if d < 1 || d > math.MaxInt32/n {
			return nil, fmt.Errorf("lattice: the shape %v; every side is at least 1, and there are at most %d cells", dims, math.MaxInt32)
		}
		n *= d
		size[3-len(dims)+k] = d
	}
	radius := max(o.Radius, 1)
	if o.Radius < 0 || radius > 1000 {
		return nil, fmt.Errorf("lattice: the radius is %d; 1 to 1000 are possible", o.Radius)
	}
	offsets := halfOffsets(size, radius, o.Neighbours)
	if float64(n)*float64(len(offsets)) > maxEdges {
		return nil, fmt.Errorf("lattice: about %.3g edges; at most %d are possible", float64(n)*float64(len(offsets)), maxEdges)
	}
	g := &Graph{N: n}
	// On a periodic side that is short two offsets may lead to the same cell.
	narrow := false
	for _, d := range size {
		narrow = narrow || o.Periodic && d <= 2*radius && d > 1
	}
	var seen *pairSet
	if narrow {
		seen = newPairSet(n * len(offsets))
	}
	index := func(z, y, x int) int { return (z*size[1]+y)*size[2] + x }
	for z := range size[0] {
		for y := range size[1] {
			for x := range size[2] {
				for _, d := range offsets {
					at := [3]int{z + d[0], y + d[1], x + d[2]}
					inside := true
					for c := range at {
						if o.Periodic {
							at[c] = ((at[c] % size[c]) + size[c]) % size[c]
						}
						inside = inside && at[c] >= 0 && at[c] < size[c]
					}
					i, j := int32(index(z, y, x)), int32(index(at[0], at[1], at[2]))
					if !inside || i == j || narrow && !seen.add(unordered(i, j)) {
						continue
					}
					g.I, g.J = append(g.I, i), append(g.J, j)
				}
			}
		}
	}
	g.Dim = 2
	if len(dims) == 3 {
		g.Dim = 3
	}
	g.Pos = make([]float64, 0, n*g.Dim)
	for k := range n {
		x, y, z := k%size[2], k/size[2]%size[1], k/size[2]/size[1]
		g.Pos = append(g.Pos, float64(x), float64(0-y))
		if g.Dim == 3 {
			g.Pos = append(g.Pos, float64(z))
		}
	}
	return g, nil
}

// halfOffsets are the offsets of a neighbourhood, of each and its opposite the one that leads forward.
func halfOffsets(size [3]int, radius int, kind Neighbourhood) [][3]int {
	var out [][3]int
	reach := func(side int) int {
		if side == 1 {
			return 0
		}
		return min(radius, side)
	}
	for dz := 0; dz <= reach(size[0]); dz++ {
		for dy := -reach(size[1]); dy <= reach(size[1]); dy++ {
			for dx := -reach(size[2]); dx <= reach(size[2]); dx++ {
				if dz == 0 && (dy < 0 || dy == 0 && dx <= 0) {
					continue
				}
				ax, ay, az := max(dx, -dx), max(dy, -dy), dz
				in := true
				switch kind {
				case VonNeumann:
					in = ax+ay+az <= radius
				case Disc:
					in = ax*ax+ay*ay+az*az <= radius*radius
				}
				if in {
					out = append(out, [3]int{dz, dy, dx})
				}
			}
		}
	}
	return out
}
