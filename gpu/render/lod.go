package render

import "math"

// lod is how a grid is drawn: blocks of (kx, ky) elements become one vertex each, and of those vertices only the window
// [c0, c1) x [r0, r1) can be seen.
type lod struct {
	kx, ky         int
	cols, rows     int // of the decimated grid
	c0, r0, c1, r1 int
}

// patches is the resolution, per side, at which visibility and projected size are judged.
const patches = 16

// chooseLOD picks the level of detail for a cols x rows grid that fills box, seen through mvp in a viewport of the given
// size in pixels, so that a drawn cell spans about px pixels along each axis where the surface comes closest. The number of
// drawn cells is then bounded by the pixels, not by the data.
//
// pitch is the projected size of one value's cell, in pixels, where it is largest.
func chooseLOD(cols, rows int, box Box, mvp Mat4, width, height, px float64) (_ lod, pitch float64) {
	size := box.Max.Sub(box.Min)
	var pitchX, pitchY float64 // largest projected size of one cell along columns and rows
	i0, i1, j0, j1 := patches, -1, patches, -1
	for j := range patches {
		for i := range patches {
			lo := Vec3{box.Min[0] + size[0]*float64(i)/patches, box.Min[1] + size[1]*float64(j)/patches, box.Min[2]}
			hi := Vec3{lo[0] + size[0]/patches, lo[1] + size[1]/patches, box.Max[2]}
			patch := Box{lo, hi}
			if outside(mvp, patch) {
				continue
			}
			i0, i1 = min(i0, i), max(i1, i)
			j0, j1 = min(j0, j), max(j1, j)
			sx, sy := projectedEdges(mvp, patch, width, height)
			pitchX = math.Max(pitchX, sx*patches/float64(max(1, cols-1)))
			pitchY = math.Max(pitchY, sy*patches/float64(max(1, rows-1)))
		}
	}
	if i1 < 0 {
		return lod{kx: 1, ky: 1, cols: cols, rows: rows}, 0
	}
	l := lod{kx: blockFor(pitchX, px, cols), ky: blockFor(pitchY, px, rows)}
	l.cols, l.rows = decimated(cols, l.kx), decimated(rows, l.ky)
	l.c0, l.c1 = window(i0, i1, l.cols)
	l.r0, l.r1 = window(j0, j1, l.rows)
	return l, math.Max(pitchX, pitchY)
}

// blockFor is the number of elements per drawn cell. Foreshortening is not allowed to shrink a whole axis to a few cells.
func blockFor(pitch, px float64, n int) int {
	if pitch <= 0 {
		pitch = 1e-3
	}
	k := int(math.Round(px / pitch))
	return max(1, min(k, max(1, n/8)))
}

func decimated(n, k int) int { return (n + k - 1) / k }

// window is the range of vertices that covers patches p0..p1 of n vertices, with one vertex to spare on each side.
func window(p0, p1, n int) (int, int) {
	lo := p0*(n-1)/patches - 1
	hi := ((p1+1)*(n-1)+patches-1)/patches + 2
	return max(0, lo), min(n, hi)
}

// outside reports that a box lies wholly beyond one plane of the view volume.
func outside(mvp Mat4, b Box) bool {
	var out [5]int
	for _, p := range b.Corners() {
		v := mvp.Apply(p)
		for k, d := range [5]float64{v[3] + v[0], v[3] - v[0], v[3] + v[1], v[3] - v[1], v[3] + v[2]} {
			if d < 0 {
				out[k]++
			}
		}
	}
	for _, n := range out {
		if n == 8 {
			return true
		}
	}
	return false
}

// projectedEdges are the longest projections, in pixels, of a box's edges along x and y.
func projectedEdges(mvp Mat4, b Box, width, height float64) (sx, sy float64) {
	c := b.Corners()
	var x, y [8]float64
	var ok [8]bool
	for i, p := range c {
		x[i], y[i], _, ok[i] = project(mvp, p, width, height)
	}
	edge := func(i, j int) float64 {
		if !ok[i] || !ok[j] {
			return math.Max(width, height) // reaches behind the eye: as near as can be
		}
		return math.Hypot(x[i]-x[j], y[i]-y[j])
	}
	for i := range 8 {
		if i&1 == 0 {
			sx = math.Max(sx, edge(i, i|1))
		}
		if i&2 == 0 {
			sy = math.Max(sy, edge(i, i|2))
		}
	}
	return sx, sy
}

// gridIndices are the triangles of a w x h vertex grid, ordered in bands of columns so that a vertex is used again while
// it is still in the cache of transformed vertices.
func gridIndices(w, h int) []uint32 {
	if w < 2 || h < 2 {
		return nil
	}
	const band = 24
	out := make([]uint32, 0, 6*(w-1)*(h-1))
	for x0 := 0; x0 < w-1; x0 += band {
		x1 := min(x0+band, w-1)
		for y := range h - 1 {
			for x := x0; x < x1; x++ {
				a := uint32(y*w + x)
				b, c, d := a+1, a+uint32(w), a+uint32(w)+1
				// The diagonal alternates, so that the mesh has no grain.
				if (x+y)&1 == 0 {
					out = append(out, a, b, d, a, d, c)
				} else {
					out = append(out, a, b, c, b, d, c)
				}
			}
		}
	}
	return out
}
