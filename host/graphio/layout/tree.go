package layout

import "math"

// tree is Barnes and Hut's: "A hierarchical O(N log N) force-calculation algorithm", 1986. Nodes of the graph are sorted along a Morton
// curve, so that each cell is a range; cells stand in preorder with the cell to go on with, so that a walk needs no stack.
type tree struct {
	dim   int
	order []int32   // graph nodes along the curve
	x     []float32 // their positions [N, 3]
	code  []uint64
	spare []uint64
	other []int32
	cells []cell
}

type cell struct {
	x, y, z    float32 // centre of mass
	size2      float32 // squared side
	first, end int32   // range in order
	skip       int32   // cell behind all within this one
	leaf       bool
}

// bucket is how many nodes a leaf may hold.
const bucket = 8

const (
	bits2 = 31
	bits3 = 21
)

func (t *tree) build(pos []float32, dim int) {
	n := len(pos) / 3
	t.dim = dim
	if len(t.order) != n {
		t.order, t.other = make([]int32, n), make([]int32, n)
		t.code, t.spare = make([]uint64, n), make([]uint64, n)
		t.x = make([]float32, 3*n)
	}
	lo, hi := [3]float64{}, [3]float64{}
	for c := range dim {
		lo[c], hi[c] = math.Inf(1), math.Inf(-1)
	}
	for k := range n {
		for c := range dim {
			v := float64(pos[3*k+c])
			lo[c], hi[c] = math.Min(lo[c], v), math.Max(hi[c], v)
		}
	}
	side := 1e-6
	for c := range dim {
		side = math.Max(side, hi[c]-lo[c])
	}
	levels := bits2
	if dim == 3 {
		levels = bits3
	}
	scale := (math.Ldexp(1, levels) - 1) / side
	parallel(n, 4096, func(a, b int) {
		for k := a; k < b; k++ {
			var q [3]uint64
			for c := range dim {
				q[c] = uint64((float64(pos[3*k+c]) - lo[c]) * scale)
			}
			if dim == 2 {
				t.code[k] = spread2(q[0]) | spread2(q[1])<<1
			} else {
				t.code[k] = spread3(q[0]) | spread3(q[1])<<1 | spread3(q[2])<<2
			}
			t.order[k] = int32(k)
		}
	})
	t.sort(dim * levels)
	for q, k := range t.order {
		copy(t.x[3*q:3*q+3], pos[3*k:3*k+3])
	}
	t.cells = t.cells[:0]
	if n > 0 {
		t.add(0, int32(n), levels-1, float32(side*side))
	}
}

func spread2(v uint64) uint64 {
	v &= 0xffffffff
	v = (v | v<<16) & 0x0000ffff0000ffff
	v = (v | v<<8) & 0x00ff00ff00ff00ff
	v = (v | v<<4) & 0x0f0f0f0f0f0f0f0f
	v = (v | v<<2) & 0x3333333333333333
	return (v | v<<1) & 0x5555555555555555
}

func spread3(v uint64) uint64 {
	v &= 0x1fffff
	v = (v | v<<32) & 0x001f00000000ffff
	v = (v | v<<16) & 0x001f0000ff0000ff
	v = (v | v<<8) & 0x100f00f00f00f00f
	v = (v | v<<4) & 0x10c30c30c30c30c3
	return (v | v<<2) & 0x1249249249249249
}

// sort is a stable radix sort by the codes' given number of bits.
func (t *tree) sort(bits int) {
	const digit = 11
	for shift := 0; shift < bits; shift += digit {
		var count [1<<digit + 1]int32
		for _, c := range t.code {
			count[(c>>shift&(1<<digit-1))+1]++
		}
		for d := range 1 << digit {
			count[d+1] += count[d]
		}
		for q, c := range t.code {
			d := c >> shift & (1<<digit - 1)
			t.spare[count[d]], t.other[count[d]] = c, t.order[q]
			count[d]++
		}
		t.code, t.spare = t.spare, t.code
		t.order, t.other = t.other, t.order
	}
}

// add makes the cell of a range whose codes agree above level, and those within; it returns its sum of positions.
func (t *tree) add(first, end int32, level int, size2 float32) [3]float64 {
	at := len(t.cells)
	t.cells = append(t.cells, cell{first: first, end: end, size2: size2})
	var sum [3]float64
	if end-first <= bucket || level < 0 {
		for q := first; q < end; q++ {
			for c := range 3 {
				sum[c] += float64(t.x[3*q+int32(c)])
			}
		}
		t.cells[at].leaf = true
	} else {
		shift := level * t.dim
		for from := first; from < end; {
			part := t.code[from] >> shift
			// The range's part of the curve is sorted: find where the next child begins.
			lo, hi := from+1, end
			for lo < hi {
				if mid := (lo + hi) / 2; t.code[mid]>>shift == part {
					lo = mid + 1
				} else {
					hi = mid
				}
			}
			s := t.add(from, lo, level-1, size2/4)
			for c := range 3 {
				sum[c] += s[c]
			}
			from = lo
		}
	}
	c := &t.cells[at]
	m := float64(end - first)
	c.x, c.y, c.z = float32(sum[0]/m), float32(sum[1]/m), float32(sum[2]/m)
	c.skip = int32(len(t.cells))
	return sum
}

// repulsion is the sum of r/q^((dim+1)/2) over all other nodes for the one at place q of the order.
func (t *tree) repulsion(q int, theta float64) (out [3]float64) {
	x, y, z := t.x[3*q], t.x[3*q+1], t.x[3*q+2]
	limit := float32(theta * theta)
	three := t.dim == 3
	var fx, fy, fz float64
	for at := int32(0); at < int32(len(t.cells)); {
		c := &t.cells[at]
		dx, dy, dz := x-c.x, y-c.y, z-c.z
		d2 := dx*dx + dy*dy + dz*dz
		inside := int32(q) >= c.first && int32(q) < c.end
		switch {
		case !inside && c.size2 < limit*d2:
			w := weight(d2, three) * float32(c.end-c.first)
			fx += float64(w * dx)
			fy += float64(w * dy)
			fz += float64(w * dz)
			at = c.skip
		case c.leaf:
			for j := c.first; j < c.end; j++ {
				dx, dy, dz := x-t.x[3*j], y-t.x[3*j+1], z-t.x[3*j+2]
				d2 := dx*dx + dy*dy + dz*dz
				w := weight(d2, three)
				fx += float64(w * dx)
				fy += float64(w * dy)
				fz += float64(w * dz)
			}
			at = c.skip
		default:
			at++
		}
	}
	return [3]float64{fx, fy, fz}
}

func weight(d2 float32, three bool) float32 {
	q := d2 + Softening
	if three {
		return 1 / (q * q)
	}
	return 1 / (q * float32(math.Sqrt(float64(q))))
}
