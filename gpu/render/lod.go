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
	var pitchX, pitchY float64 // largest projected size of one cell along columns and rows
	i0, i1, j0, j1 := patches, -1, patches, -1
	posts := newPosts(box, mvp, width, height)
	for j := range patches {
		for i := range patches {
			if posts.outside(i, j) {
				continue
			}
			i0, i1 = min(i0, i), max(i1, i)
			j0, j1 = min(j0, j), max(j1, j)
			sx, sy := posts.edges(i, j)
			pitchX = math.Max(pitchX, sx*patches/float64(max(1, cols-1)))
			pitchY = math.Max(pitchY, sy*patches/float64(max(1, rows-1)))
		}
	}
	if i1 < 0 {
		return lod{kx: 1, ky: 1, cols: cols, rows: rows}, 0
	}
	l := lod{kx: blockFor(pitchX, px, cols), ky: blockFor(pitchY, px, rows)}
	budget := math.Max(minCells, width*height/(px*px))
	for {
		l.cols, l.rows = decimated(cols, l.kx), decimated(rows, l.ky)
		l.c0, l.c1 = window(i0, i1, l.cols)
		l.r0, l.r1 = window(j0, j1, l.rows)
		// A camera amid the surface sees near cells large and many far ones: the far ones then set the limit.
		over := float64((l.c1-l.c0)*(l.r1-l.r0)) / budget
		if over <= 1 || l.kx >= cols && l.ky >= rows {
			return l, math.Max(pitchX, pitchY)
		}
		grow := math.Max(1.1, math.Sqrt(over))
		l.kx, l.ky = int(math.Ceil(float64(l.kx)*grow)), int(math.Ceil(float64(l.ky)*grow))
	}
}

// minCells are drawn even in a small view.
const minCells = 4096

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

// posts are the projected corners of all patches at the bottom and at the top of the box.
type posts struct {
	at            [2][patches + 1][patches + 1]post
	width, height float64
}

type post struct {
	x, y   float64 // pixels
	front  bool    // of the eye
	beyond uint8   // bit per plane of the view volume
}

func newPosts(box Box, mvp Mat4, width, height float64) *posts {
	g := &posts{width: width, height: height}
	size := box.Max.Sub(box.Min)
	for k := range 2 {
		for j := range patches + 1 {
			for i := range patches + 1 {
				v := mvp.Apply(Vec3{box.Min[0] + size[0]*float64(i)/patches, box.Min[1] + size[1]*float64(j)/patches,
					box.Min[2] + size[2]*float64(k)})
				p := post{front: v[3] > 1e-9}
				if p.front {
					p.x, p.y = v[0]/v[3]*width/2, v[1]/v[3]*height/2
				}
				for b, d := range [5]float64{v[3] + v[0], v[3] - v[0], v[3] + v[1], v[3] - v[1], v[3] + v[2]} {
					if d < 0 {
						p.beyond |= 1 << b
					}
				}
				g.at[k][j][i] = p
			}
		}
	}
	return g
}

// outside reports that a patch lies wholly beyond one plane of the view volume.
func (g *posts) outside(i, j int) bool {
	all := uint8(0xff)
	for k := range 2 {
		all &= g.at[k][j][i].beyond & g.at[k][j][i+1].beyond & g.at[k][j+1][i].beyond & g.at[k][j+1][i+1].beyond
	}
	return all != 0
}

// edges are the longest projections, in pixels, of a patch's edges along x and y.
func (g *posts) edges(i, j int) (sx, sy float64) {
	length := func(a, b post) float64 {
		if !a.front || !b.front {
			return math.Max(g.width, g.height) // reaches behind the eye: as near as can be
		}
		return math.Hypot(a.x-b.x, a.y-b.y)
	}
	for k := range 2 {
		a, b, c, d := g.at[k][j][i], g.at[k][j][i+1], g.at[k][j+1][i], g.at[k][j+1][i+1]
		sx = math.Max(sx, math.Max(length(a, b), length(c, d)))
		sy = math.Max(sy, math.Max(length(a, c), length(b, d)))
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
