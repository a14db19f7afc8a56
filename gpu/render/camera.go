package render

import "math"

const deg = math.Pi / 180

// Camera orbits a target. Its state changes only through its methods: data never moves it.
type Camera struct {
	Target    Vec3
	Distance  float64 // from the eye to the target, scene units
	Elevation float64 // degrees above the horizon, in [-90, 90]
	Azimuth   float64 // degrees from +x towards +y
	Fov       float64 // opening of the shorter side, degrees; for an orthographic camera it sets the size at the target
	Ortho     bool
	// Planar keeps the camera above the scene, for what lies in a plane: it pans and zooms, and does not turn.
	Planar bool

	home   cameraPose
	bounds Box
	preset int
	margin [2]float64 // of the view's width and height over what the scene fills: room for tick labels and names
}

type cameraPose struct {
	target                       Vec3
	distance, elevation, azimuth float64
	ortho                        bool
}

// Box is an axis-aligned box.
type Box struct{ Min, Max Vec3 }

// Center is the middle of the box.
func (b Box) Center() Vec3 { return b.Min.Add(b.Max).Scale(0.5) }

// Corners are the eight corners; bit i of the index picks Max on axis i.
func (b Box) Corners() (c [8]Vec3) {
	for i := range c {
		for a := range 3 {
			c[i][a] = b.Min[a]
			if i>>a&1 == 1 {
				c[i][a] = b.Max[a]
			}
		}
	}
	return c
}

// Preset is a named direction to look from.
type Preset struct {
	Name               string
	Elevation, Azimuth float64
	Ortho              bool
}

// presets are what NextPreset cycles through. The first is PyQtGraph's direction.
var presets = [...]Preset{
	{"perspective", 30, 45, false},
	{"top", 90, -90, true},
	{"front", 12, -90, false},
	{"right", 12, 0, false},
	{"opposite", 30, -135, false},
}

const topPreset = 1

// NewCamera looks at the box from the first preset: opening 60°, elevation 30°, azimuth 45°. aspect is width / height of
// the viewport.
func NewCamera(bounds Box, aspect float64) *Camera {
	return newCamera(bounds, aspect, [2]float64{1.2, 1.2})
}

func newCamera(bounds Box, aspect float64, margin [2]float64) *Camera {
	c := &Camera{Fov: 60, margin: margin}
	c.apply(0, bounds, aspect)
	return c
}

// newPlanarCamera looks straight down, with x to the right and y up.
func newPlanarCamera(bounds Box, aspect float64, margin [2]float64) *Camera {
	c := &Camera{Fov: 60, margin: margin, Planar: true}
	c.apply(topPreset, bounds, aspect)
	return c
}

func (c *Camera) apply(preset int, bounds Box, aspect float64) {
	p := presets[preset]
	c.preset = preset
	c.Elevation, c.Azimuth, c.Ortho = p.Elevation, p.Azimuth, p.Ortho
	c.Fit(bounds, aspect)
	c.home = c.pose()
}

func (c *Camera) pose() cameraPose {
	return cameraPose{c.Target, c.Distance, c.Elevation, c.Azimuth, c.Ortho}
}

// NextPreset moves by step through the presets, fits the view and returns the new preset.
func (c *Camera) NextPreset(step int, aspect float64) Preset {
	n := len(presets)
	if c.Planar {
		step = 0
	}
	c.apply(((c.preset+step)%n+n)%n, c.bounds, aspect)
	return presets[c.preset]
}

// Reset returns to the current preset's view.
func (c *Camera) Reset() {
	h := c.home
	c.Target, c.Distance, c.Elevation, c.Azimuth, c.Ortho = h.target, h.distance, h.elevation, h.azimuth, h.ortho
}

// axes are the camera's right, up and backward directions. They are defined at ±90° too.
func (c *Camera) axes() (right, up, back Vec3) {
	se, ce := math.Sincos(c.Elevation * deg)
	sa, ca := math.Sincos(c.Azimuth * deg)
	back = Vec3{ce * ca, ce * sa, se}
	right = Vec3{-sa, ca, 0}
	return right, back.Cross(right), back
}

// Eye is where the camera is.
func (c *Camera) Eye() Vec3 {
	_, _, back := c.axes()
	return c.Target.Add(back.Scale(c.Distance))
}

// Matrices are the view and projection for a viewport of the given width / height.
func (c *Camera) Matrices(aspect float64) (view, proj Mat4) {
	right, up, back := c.axes()
	view = lookAt(c.Eye(), right, up, back)
	// The depth range follows the scene, so that a far camera keeps its depth precision.
	near, far := math.Inf(1), math.Inf(-1)
	for _, p := range c.bounds.Corners() {
		z := -view.Apply(p)[2]
		near, far = math.Min(near, z), math.Max(far, z)
	}
	pad := 0.5*(far-near) + 0.1
	near, far = near-pad, far+pad
	if c.Ortho {
		return view, orthographic(c.Distance*c.tan(aspect), aspect, near, far)
	}
	near = math.Max(near, 0.01*c.Distance)
	return view, perspective(2*math.Atan(c.tan(aspect)), aspect, near, math.Max(far, 2*near))
}

// Orbit turns around the target by degrees; the elevation stays within ±90.
func (c *Camera) Orbit(azimuth, elevation float64) {
	if c.Planar {
		return
	}
	c.Azimuth = math.Remainder(c.Azimuth+azimuth, 360)
	c.Elevation = math.Max(-90, math.Min(90, c.Elevation+elevation))
}

// tan is half the height of the picture at distance 1. The opening spans the shorter side, so that a tall window cuts nothing
// off at the sides.
func (c *Camera) tan(aspect float64) float64 {
	return math.Tan(c.Fov*deg/2) * math.Max(1, 1/aspect)
}

// Pan moves the scene with the pointer by (dx, dy) pixels, y down, in a viewport of the given size in pixels.
func (c *Camera) Pan(dx, dy, width, height float64) {
	right, up, _ := c.axes()
	s := 2 * c.Distance * c.tan(width/height) / height
	c.Target = c.Target.Add(right.Scale(-dx * s)).Add(up.Scale(dy * s))
}

// Zoom scales the distance by factor (below 1: closer) and keeps what is under the pointer in the plane of the target where
// it is. (x, y) is the pointer in normalised device coordinates.
func (c *Camera) Zoom(factor, x, y, aspect float64) {
	extent := 0.5 * c.bounds.Max.Sub(c.bounds.Min).Len()
	next := math.Max(1e-3*extent, math.Min(50*extent, c.Distance*factor))
	if extent == 0 {
		next = c.Distance * factor
	}
	factor = next / c.Distance
	right, up, _ := c.axes()
	half := c.Distance * c.tan(aspect)
	p := c.Target.Add(right.Scale(x * half * aspect)).Add(up.Scale(y * half))
	c.Target = p.Add(c.Target.Sub(p).Scale(factor))
	c.Distance = next
}

// Focus looks at a point and comes closer, to a quarter of the home distance at most.
func (c *Camera) Focus(p Vec3) {
	c.Target = p
	if d := c.home.distance / 2.5; c.Distance > d {
		c.Distance = d
	}
}

// Fit centres the box and chooses the distance so that it fills the viewport, keeping the direction.
func (c *Camera) Fit(bounds Box, aspect float64) {
	c.bounds = bounds
	right, up, back := c.axes()
	c.Target = bounds.Center()
	tan := c.tan(aspect)
	corners := bounds.Corners()
	// Each round solves for the distance exactly, then centres the projected extent; three rounds converge to a pixel.
	for range 4 {
		d := 0.0
		for _, p := range corners {
			v := p.Sub(c.Target)
			z := v.Dot(back)
			if c.Ortho {
				z = 0
			}
			d = math.Max(d, math.Abs(v.Dot(right))/(tan*aspect)*c.margin[0]+z)
			d = math.Max(d, math.Abs(v.Dot(up))/tan*c.margin[1]+z)
		}
		c.Distance = math.Max(d, 1e-6)
		var lo, hi [2]float64
		lo = [2]float64{math.Inf(1), math.Inf(1)}
		hi = [2]float64{math.Inf(-1), math.Inf(-1)}
		for _, p := range corners {
			v := p.Sub(c.Target)
			depth := c.Distance - v.Dot(back)
			if c.Ortho {
				depth = c.Distance
			}
			for k, q := range [2]float64{v.Dot(right) / depth, v.Dot(up) / depth} {
				lo[k], hi[k] = math.Min(lo[k], q), math.Max(hi[k], q)
			}
		}
		c.Target = c.Target.Add(right.Scale((lo[0] + hi[0]) / 2 * c.Distance)).Add(up.Scale((lo[1] + hi[1]) / 2 * c.Distance))
	}
	c.home = c.pose()
}

// Ray is the line of sight through a point in normalised device coordinates: origin and unit direction.
func (c *Camera) Ray(x, y, aspect float64) (origin, dir Vec3) {
	right, up, back := c.axes()
	h := c.tan(aspect)
	off := right.Scale(x * h * aspect).Add(up.Scale(y * h))
	if c.Ortho {
		return c.Eye().Add(off.Scale(c.Distance)), back.Scale(-1)
	}
	return c.Eye(), off.Sub(back).Unit()
}

// project maps a point to pixels of a viewport (x right, y down from its top left) and depth in [-1, 1]; ok is false
// behind the eye.
func project(m Mat4, p Vec3, width, height float64) (x, y, z float64, ok bool) {
	v := m.Apply(p)
	if v[3] <= 1e-9 {
		return 0, 0, 0, false
	}
	return (v[0]/v[3] + 1) / 2 * width, (1 - v[1]/v[3]) / 2 * height, v[2] / v[3], true
}
