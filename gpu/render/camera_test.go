package render

import (
	"math"
	"testing"
)

var unitBox = Box{Vec3{-1, -0.5, 0}, Vec3{1, 0.5, 0.8}}

func near(a, b, tol float64) bool { return math.Abs(a-b) <= tol }

func TestCameraConventions(t *testing.T) {
	c := NewCamera(unitBox, 4.0/3)
	if c.Fov != 60 || c.Elevation != 30 || c.Azimuth != 45 || c.Ortho {
		t.Errorf("first preset: opening %g, elevation %g, azimuth %g", c.Fov, c.Elevation, c.Azimuth)
	}
	eye := c.Eye().Sub(c.Target).Unit()
	want := Vec3{math.Cos(math.Pi/6) * math.Sqrt2 / 2, math.Cos(math.Pi/6) * math.Sqrt2 / 2, 0.5}
	if eye.Sub(want).Len() > 1e-12 {
		t.Errorf("eye direction %v, want %v", eye, want)
	}
	c.Orbit(0, 100)
	if c.Elevation != 90 {
		t.Errorf("elevation %g after orbiting up by 100, want 90", c.Elevation)
	}
	c.Orbit(0, -300)
	if c.Elevation != -90 {
		t.Errorf("elevation %g, want -90", c.Elevation)
	}
	if r, u, b := c.axes(); !near(r.Cross(u).Dot(b), 1, 1e-12) {
		t.Errorf("axes at -90 are not right-handed: %v %v %v", r, u, b)
	}
	c.Reset()
	if c.Elevation != 30 || c.Azimuth != 45 {
		t.Errorf("after Reset: elevation %g, azimuth %g", c.Elevation, c.Azimuth)
	}
}

func TestFitShowsEverything(t *testing.T) {
	for _, aspect := range []float64{0.4, 1, 1.5, 3} {
		c := NewCamera(unitBox, aspect)
		for range presets {
			p := c.NextPreset(1, aspect)
			v, proj := c.Matrices(aspect)
			worst := 0.0
			for _, q := range unitBox.Corners() {
				x, y, z, ok := project(proj.Mul(v), q, 2, 2)
				x, y = x-1, y-1
				if !ok || math.Abs(x) > 1 || math.Abs(y) > 1 || math.Abs(z) > 1 {
					t.Errorf("%s, aspect %g: corner %v lands at %.3f, %.3f, %.3f", p.Name, aspect, q, x, y, z)
				}
				worst = math.Max(worst, math.Max(math.Abs(x), math.Abs(y)))
			}
			if worst < 0.6 {
				t.Errorf("%s, aspect %g: the box fills only %.2f of the view", p.Name, aspect, worst)
			}
		}
	}
}

// Few elements are large balls, which reach out of the axes box.
func TestLargeBallsAreInView(t *testing.T) {
	for _, grid := range [][3]int{{1, 3, 4}, {1, 1, 2}, {1, 2, 2}, {1, 40, 40}, {2, 2, 2}} {
		s := &Scatter{N: grid[0] * grid[1] * grid[2], Grid: grid}
		p := &Panel{Items: []Item{s}}
		scene := &Scene{Panels: []*Panel{p}}
		scene.FitCameras(500, 600, 1)
		pl := scene.Layout(500, 600, 1).Panels[0]
		view, proj := p.Camera.Matrices(pl.Aspect())
		right, up, _ := p.Camera.axes()
		b := p.Bounds()
		r := s.radius(b)
		for _, c := range b.Corners() {
			for _, rim := range []Vec3{c.Add(right.Scale(r)), c.Add(right.Scale(-r)), c.Add(up.Scale(r)), c.Add(up.Scale(-r))} {
				x, y, _, ok := project(proj.Mul(view), rim, 2, 2)
				if !ok || math.Abs(x-1) > 1 || math.Abs(y-1) > 1 {
					t.Errorf("grid %v: a ball of radius %.2f at %v reaches to %.2f, %.2f", grid, r, c, x-1, y-1)
				}
			}
		}
	}
}

func TestPresetsCycle(t *testing.T) {
	c := NewCamera(unitBox, 1)
	if p := c.NextPreset(-1, 1); p != presets[len(presets)-1] {
		t.Errorf("before the first comes %q", p.Name)
	}
	if p := c.NextPreset(1, 1); p != presets[0] {
		t.Errorf("behind the last comes %q", p.Name)
	}
	if p := c.NextPreset(1, 1); p.Name != "top" || !c.Ortho || c.Elevation != 90 {
		t.Errorf("second preset %q, ortho %v, elevation %g", p.Name, c.Ortho, c.Elevation)
	}
}

func TestZoomKeepsWhatIsUnderThePointer(t *testing.T) {
	for _, ortho := range []bool{false, true} {
		c := NewCamera(unitBox, 1.5)
		c.Ortho = ortho
		_, dir := c.Ray(0.4, -0.3, 1.5)
		origin, _ := c.Ray(0.4, -0.3, 1.5)
		_, _, back := c.axes()
		p := origin.Add(dir.Scale(c.Target.Sub(origin).Dot(back) / dir.Dot(back)))
		before := c.Distance
		c.Zoom(0.5, 0.4, -0.3, 1.5)
		v, proj := c.Matrices(1.5)
		x, y, _, _ := project(proj.Mul(v), p, 2, 2)
		if !near(x-1, 0.4, 1e-9) || !near(1-y, -0.3, 1e-9) || !near(c.Distance, before/2, 1e-12) {
			t.Errorf("ortho %v: the point moved to %.6f, %.6f; distance %g of %g", ortho, x-1, 1-y, c.Distance, before)
		}
	}
}

func TestPanFollowsThePointer(t *testing.T) {
	c := NewCamera(unitBox, 2)
	p := c.Target
	c.Pan(30, -12, 800, 400)
	v, proj := c.Matrices(2)
	x, y, _, _ := project(proj.Mul(v), p, 800, 400)
	if !near(x, 430, 1e-6) || !near(y, 188, 1e-6) {
		t.Errorf("the target moved to %g, %g, want 430, 188", x, y)
	}
}

func TestFocusAndReset(t *testing.T) {
	c := NewCamera(unitBox, 1)
	home := *c
	c.Focus(Vec3{0.3, 0.2, 0.1})
	if c.Target != (Vec3{0.3, 0.2, 0.1}) || c.Distance >= home.Distance {
		t.Errorf("focus: target %v, distance %g", c.Target, c.Distance)
	}
	c.Reset()
	if c.Target != home.Target || c.Distance != home.Distance {
		t.Errorf("reset: target %v, distance %g, want %v, %g", c.Target, c.Distance, home.Target, home.Distance)
	}
}
