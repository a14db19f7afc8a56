package render

import (
	"math"
	"testing"
)

// The number of drawn cells follows the pixels, whatever the size of the data and wherever the camera stands.
func TestLODBoundsTheCost(t *testing.T) {
	const w, h, px = 800.0, 600.0, 4.0
	box := Box{Vec3{-1, -1, 0}, Vec3{1, 1, 0.8}}
	for _, n := range []int{20, 100, 500, 1000, 4000} {
		c := NewCamera(box, w/h)
		for step := range 12 {
			v, proj := c.Matrices(w / h)
			l, _ := chooseLOD(n, n, box, proj.Mul(v), w, h, px)
			cells := (l.c1 - l.c0) * (l.r1 - l.r0)
			if limit := w * h / (px * px); float64(cells) > limit {
				t.Errorf("%d², step %d: %d cells, more than %.0f", n, step, cells, limit)
			}
			if n == 20 && (l.kx != 1 || l.ky != 1) {
				t.Errorf("20 x 20 is decimated by %d, %d", l.kx, l.ky)
			}
			c.Zoom(0.7, 0.2, -0.1, w/h)
			c.Orbit(20, 5)
		}
	}
}

func TestLODWindowCoversWhatIsSeen(t *testing.T) {
	const w, h = 800.0, 600.0
	box := Box{Vec3{-1, -1, 0}, Vec3{1, 1, 0.8}}
	c := NewCamera(box, w/h)
	c.Zoom(0.2, 0.3, -0.2, w/h)
	v, proj := c.Matrices(w / h)
	m := proj.Mul(v)
	l, _ := chooseLOD(300, 300, box, m, w, h, 2)
	if l.c1-l.c0 == l.cols && l.r1-l.r0 == l.rows {
		t.Error("a close camera still draws everything")
	}
	for r := range l.rows {
		for q := range l.cols {
			p := Vec3{-1 + 2*float64(q)/float64(l.cols-1), -1 + 2*float64(r)/float64(l.rows-1), 0.4}
			x, y, z, ok := project(m, p, w, h)
			seen := ok && x >= 0 && x < w && y >= 0 && y < h && z > -1
			if seen && (q < l.c0 || q >= l.c1 || r < l.r0 || r >= l.r1) {
				t.Fatalf("vertex %d, %d is seen at %.0f, %.0f and left out of [%d,%d) x [%d,%d)", q, r, x, y, l.c0, l.c1, l.r0, l.r1)
			}
		}
	}
}

func TestLODOutOfSight(t *testing.T) {
	box := Box{Vec3{-1, -1, 0}, Vec3{1, 1, 0.8}}
	c := NewCamera(box, 1)
	c.Pan(1e5, 0, 100, 100)
	v, proj := c.Matrices(1)
	if l, _ := chooseLOD(50, 50, box, proj.Mul(v), 100, 100, 2); l.c1 > l.c0 {
		t.Errorf("draws [%d, %d) of a surface that is out of sight", l.c0, l.c1)
	}
}

// Every cell of the mesh is covered once, by two triangles that see the same side.
func TestGridIndices(t *testing.T) {
	for _, c := range [][2]int{{2, 2}, {3, 5}, {40, 7}, {25, 60}} {
		w, h := c[0], c[1]
		idx := gridIndices(w, h)
		if len(idx) != 6*(w-1)*(h-1) {
			t.Fatalf("%d x %d: %d indices", w, h, len(idx))
		}
		area := map[[2]int]float64{}
		for i := 0; i < len(idx); i += 3 {
			var x, y [3]float64
			cx, cy := math.Inf(1), math.Inf(1)
			for k := range 3 {
				x[k], y[k] = float64(int(idx[i+k])%w), float64(int(idx[i+k])/w)
				cx, cy = math.Min(cx, x[k]), math.Min(cy, y[k])
			}
			a := ((x[1]-x[0])*(y[2]-y[0]) - (x[2]-x[0])*(y[1]-y[0])) / 2
			if a != 0.5 {
				t.Fatalf("%d x %d: triangle %d has area %g", w, h, i/3, a)
			}
			area[[2]int{int(cx), int(cy)}] += a
		}
		if len(area) != (w-1)*(h-1) {
			t.Errorf("%d x %d: %d cells covered", w, h, len(area))
		}
		for k, a := range area {
			if a != 1 {
				t.Errorf("%d x %d: cell %v covered %g times", w, h, k, a)
			}
		}
	}
	if gridIndices(1, 5) != nil {
		t.Error("a line of vertices has triangles")
	}
}
