package figure

import "math"

// clipLine cuts a line to a box; NaN breaks it. What lies outside is left out.
func clipLine(l []point, b rect) [][]point {
	var out [][]point
	var cur []point
	flush := func() {
		if len(cur) > 1 {
			out = append(out, cur)
		}
		cur = nil
	}
	for i := 1; i < len(l); i++ {
		p, q := l[i-1], l[i]
		if math.IsNaN(p.x+p.y) || math.IsNaN(q.x+q.y) {
			flush()
			continue
		}
		a, z, ok := clipSegment(p, q, b)
		if !ok {
			flush()
			continue
		}
		if len(cur) == 0 || cur[len(cur)-1] != a {
			flush()
			cur = append(cur, a)
		}
		cur = append(cur, z)
		if z != q {
			flush()
		}
	}
	flush()
	return out
}

// clipSegment is Liang and Barsky's algorithm.
func clipSegment(p, q point, b rect) (point, point, bool) {
	t0, t1 := 0.0, 1.0
	dx, dy := q.x-p.x, q.y-p.y
	for _, e := range [4][2]float64{{-dx, p.x - b.x0}, {dx, b.x1 - p.x}, {-dy, p.y - b.y0}, {dy, b.y1 - p.y}} {
		switch {
		case e[0] == 0:
			if e[1] < 0 {
				return p, q, false
			}
		case e[0] < 0:
			t0 = max(t0, e[1]/e[0])
		default:
			t1 = min(t1, e[1]/e[0])
		}
	}
	if t0 > t1 {
		return p, q, false
	}
	a, z := p, q
	if t0 > 0 {
		a = point{p.x + t0*dx, p.y + t0*dy}
	}
	if t1 < 1 {
		z = point{p.x + t1*dx, p.y + t1*dy}
	}
	return a, z, true
}

// clipRing is Sutherland and Hodgman's algorithm.
func clipRing(ring []point, b rect) []point {
	for side := range 4 {
		if len(ring) == 0 {
			return nil
		}
		inside := func(p point) float64 {
			switch side {
			case 0:
				return p.x - b.x0
			case 1:
				return b.x1 - p.x
			case 2:
				return p.y - b.y0
			}
			return b.y1 - p.y
		}
		var out []point
		last := ring[len(ring)-1]
		for _, p := range ring {
			dl, dp := inside(last), inside(p)
			if dl >= 0 != (dp >= 0) {
				t := dl / (dl - dp)
				out = append(out, point{last.x + t*(p.x-last.x), last.y + t*(p.y-last.y)})
			}
			if dp >= 0 {
				out = append(out, p)
			}
			last = p
		}
		ring = out
	}
	return ring
}

// thin leaves out what cannot be seen of a long line: of neighbouring points within a column of width tol only the first, the
// lowest, the highest and the last stay, in their order. The envelope is exact, so no spike is lost.
func thin(l []point, tol float64) []point {
	if len(l) < 4 {
		return l
	}
	var out []point
	for i := 0; i < len(l); {
		col := math.Floor(l[i].x / tol)
		j, lo, hi := i, i, i
		for j+1 < len(l) && math.Floor(l[j+1].x/tol) == col {
			j++
			if l[j].y < l[lo].y {
				lo = j
			}
			if l[j].y > l[hi].y {
				hi = j
			}
		}
		last := -1
		for _, k := range [4]int{i, min(lo, hi), max(lo, hi), j} {
			if k != last {
				out = append(out, l[k])
				last = k
			}
		}
		i = j + 1
	}
	return out
}

// thinning is the width of a column in points: less than half a pixel at 150 dpi.
const thinning = 0.2
