//go:build cgo

package render

import (
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"math"
	"slices"
	"strconv"
	"unsafe"

	"github.com/galvani-sim/galvani/gpu/device"
)

// Draw draws the scene onto the bound framebuffer, of f.Width x f.Height pixels, and clears it first. It reads nothing back
// except, for scales that follow the data, their extremes: at once for the first frame of a scale, through a fence later.
func (r *Renderer) Draw(s *Scene, f Frame) error {
	th := s.theme()
	s.FitCameras(f.Width, f.Height, f.Scale)
	r.frame++
	r.draws++
	r.ranges.poll()
	lay := s.Layout(f.Width, f.Height, f.Scale)
	views := make([]panelView, len(lay.Panels))
	for i, pl := range lay.Panels {
		views[i] = newPanelView(pl, f)
	}
	if err := r.reduce(views, f); err != nil {
		return err
	}
	for i, pl := range lay.Panels {
		if views[i].box != pl.Panel.Bounds() { // where points are has just become known
			views[i] = newPanelView(pl, f)
		}
	}
	if err := r.prepareFlat(s, lay, f); err != nil {
		return err
	}

	r.d.SetState(device.State{})
	screen := r.d.Screen(f.Width, f.Height)
	dst := r.d.Target()
	if r.coverFixed = s.hasEdges() && dst != nil; r.coverFixed {
		for i := range views {
			// Labels stand over the nodes.
			r.coverFixed = r.coverFixed && views[i].Panel.graphs() && !slices.ContainsFunc(graphsOf(views[i].Panel), func(g *Graph) bool { return len(g.Labels) > 0 })
		}
		if err := r.drawBackground(s, views, dst, th, f); err != nil {
			return err
		}
	} else {
		screen.ClearColor(0, th.Background)
		r.drawWalls(views, f)
	}
	r.d.SetState(device.State{}) // the scissor would confine the clearing
	if slices.ContainsFunc(s.Panels, func(p *Panel) bool { return !p.planar() || p.plane() }) {
		screen.ClearDepth(1)
	}
	for i := range views {
		if err := r.drawPanel(&views[i], th, f); err != nil {
			return err
		}
	}
	flat := device.State{Blend: device.BlendAlpha}
	if !r.coverFixed {
		r.drawRuns(r.chrome.buffer, r.above, f, flat)
	}
	if s.Overlay != nil {
		r.drawRuns(r.user.buffer, runs(s.Overlay.prims, 0), f, flat)
	}
	r.drawn = r.signature(s, f)
	r.sweep()
	return nil
}

// drawWalls draws the flat shapes that lie under the pictures.
func (r *Renderer) drawWalls(views []panelView, f Frame) {
	start := 0
	for i, end := range r.walls {
		r.drawRuns(r.chrome.buffer, runs(r.scratch[start:end], start), f, views[i].state(device.State{Blend: device.BlendAlpha}))
		start = end
	}
}

// Dirty reports whether Draw would give another picture than the last one: after new data, a moved camera, new limits or
// another overlay.
func (r *Renderer) Dirty(s *Scene, f Frame) bool {
	r.ranges.poll()
	return r.draws == 0 || r.ranges.stale && s.follows() || !r.edgesComplete(s) || r.signature(s, f) != r.drawn
}

// Waiting reports that extremes are on their way back, after which Dirty may become true without new data.
func (r *Renderer) Waiting() bool { return r.ranges.waiting() }

var seed = maphash.MakeSeed()

// signature identifies everything a frame depends on.
func (r *Renderer) signature(s *Scene, f Frame) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	binary.Write(&h, binary.LittleEndian, []uint64{r.chromeKey(s, f), f.Version, uint64(btoi(f.Fine))})
	for _, p := range s.Panels {
		for _, it := range p.Items {
			switch x := it.(type) {
			case *Surface:
				fmt.Fprint(&h, x.Values, x.Rows, x.Cols, x.Flat)
			case *Scatter:
				fmt.Fprint(&h, x.N, x.Grid, x.X, x.Y, x.Z, x.Color, x.Size, x.Radius)
				if x.SizeScale != nil {
					fmt.Fprint(&h, x.SizeScale.Min, x.SizeScale.Max)
				}
			case *Graph:
				x.sign(&h)
			case chart:
				signChart(&h, x)
			}
		}
	}
	if s.Overlay != nil {
		h.Write(primBytesOf(s.Overlay.prims))
	}
	return h.Sum64()
}

// chromeKey identifies what axes, titles and colorbars depend on.
func (r *Renderer) chromeKey(s *Scene, f Frame) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	fmt.Fprint(&h, f.Width, f.Height, f.Scale, *s.theme(), s.Insets)
	for _, p := range s.Panels {
		fmt.Fprint(&h, p.Title, p.note(), p.Axes, p.Bounds())
		if c := p.Camera; c != nil {
			fmt.Fprint(&h, c.pose(), c.Fov)
		}
		for _, it := range p.Items {
			x, y, z := it.extent()
			fmt.Fprint(&h, x, y, z, it.whole())
			fmt.Fprintf(&h, "%q", itsNames(it))
			if g, ok := it.(*Graph); ok && len(g.Labels) > 0 {
				fmt.Fprint(&h, g.Labels, g.Marks, g.N, g.Radius, g.edgesShown(), g.Edges.M)
			}
			if sc := it.scale(); sc != nil {
				fmt.Fprintf(&h, "%p", sc)
				fmt.Fprint(&h, sc.Label, sc.Unit, sc.PerUnit, sc.Colormap.Name, sc.Min, sc.Max)
			}
		}
	}
	return h.Sum64()
}

// itsNames are the words that axes and legends take from an item, besides those of its scale of colors.
func itsNames(it Item) (names []string) {
	of := func(scales ...*Scale) {
		for _, s := range scales {
			if s != nil {
				names = append(names, s.Label, s.Unit)
			}
		}
	}
	switch c := it.(type) {
	case *Scatter:
		of(c.X.Scale, c.Y.Scale, c.Z.Scale)
	case *Traces:
		of(c.Scale)
		names = append(names, c.Labels...)
	case *Histogram:
		of(c.Scale, c.Counts)
	case *Spectra:
		of(c.Power)
		names = append(names, c.Labels...)
	case *Curve:
		names = append(names, c.XTitle.Label, c.XTitle.Unit, c.YTitle.Label, c.YTitle.Unit)
	}
	return names
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func primBytesOf(p []prim) []byte {
	if len(p) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&p[0])), len(p)*primBytes)
}

// prepareFlat lays out axes, titles and colorbars, unless they are the same as in the last frame, and sends all flat shapes.
func (r *Renderer) prepareFlat(s *Scene, lay Layout, f Frame) error {
	if key := r.chromeKey(s, f); key != r.chromeState || r.chromeState == 0 {
		r.chromeState = key
		th := s.theme()
		for _, o := range []*Overlay{r.under, r.marks, r.over} {
			o.Reset(f.Width, f.Height, f.Scale)
		}
		r.walls = paintChrome(r.under, r.marks, r.over, th, lay, r.walls[:0])
	}
	if !r.over.resolve() || s.Overlay != nil && !s.Overlay.resolve() {
		// The atlas is full of sizes and phases of earlier frames. What one frame needs fits; if not, the rest is left out.
		r.fonts.reset()
		if r.over.resolve() && s.Overlay != nil {
			s.Overlay.resolve()
		}
	}
	if err := r.uploadGlyphs(); err != nil {
		return err
	}
	all := append(append(append(r.scratch[:0], r.under.prims...), r.marks.prims...), r.over.prims...)
	n := len(r.under.prims)
	r.scratch, r.above = all, runs(all[n:], n)
	if err := r.fill(&r.chrome, all); err != nil {
		return err
	}
	if s.Overlay == nil {
		return nil
	}
	return r.fill(&r.user, s.Overlay.prims)
}

// fill makes a layer hold the shapes; it sends nothing when it already does.
func (r *Renderer) fill(l *layer, p []prim) error {
	data := primBytesOf(p)
	hash := maphash.Bytes(seed, data)
	if l.count == len(p) && l.hash == hash {
		return nil
	}
	if len(data) > l.buffer.Len() {
		if err := l.buffer.Resize(2*len(data), false); err != nil {
			return err
		}
	}
	l.count, l.hash = len(p), hash
	if len(data) == 0 {
		return nil
	}
	return device.Upload(l.buffer, 0, data)
}

// overlayProgram is the program for one kind of shape.
func (r *Renderer) overlayProgram(kind uint32) (*device.Program, error) {
	define := map[string]string{"KIND": primMacros[kind]}
	for i, m := range primMacros {
		define[m] = strconv.Itoa(i)
	}
	return r.graphics("overlay", define)
}

func (r *Renderer) drawRuns(b *device.Buffer, list []run, f Frame, st device.State) {
	if len(list) == 0 {
		return
	}
	r.d.Viewport(0, 0, f.Width, f.Height)
	r.d.BindStorage(0, b)
	r.d.BindTexture(0, r.atlas)
	r.d.BindTexture(1, r.maps)
	for _, x := range list {
		p, own := r.flat[x.kind], st
		if x.kind == primSolid {
			own.Blend = device.BlendNone // half the cost of large areas on a software rasteriser
		}
		r.d.SetState(own)
		p.SetInt("atlas", 0)
		p.SetInt("maps", 1)
		p.SetInt("start", int32(x.start))
		p.SetFloats("pixel", 2/float32(f.Width), 2/float32(f.Height))
		r.d.Draw(p, nil, device.Triangles, 0, 6*x.count)
	}
}

// panelView is a panel's camera and place for one frame.
type panelView struct {
	PanelLayout
	x, y, w, h      int // viewport, pixels from the lower left
	view, proj, mvp Mat4
	box             Box
	toLight         Vec3
	halfway         Vec3
	right, up, back Vec3
}

func newPanelView(pl PanelLayout, f Frame) panelView {
	v := panelView{PanelLayout: pl, box: pl.Panel.Bounds()}
	v.x, v.w = int(math.Round(pl.View.X*f.Scale)), int(math.Round(pl.View.W*f.Scale))
	top := int(math.Round(pl.View.Y * f.Scale))
	v.h = int(math.Round(pl.View.H * f.Scale))
	v.y = f.Height - top - v.h
	c := pl.Panel.Camera
	v.view, v.proj = c.Matrices(pl.Aspect())
	v.mvp = v.proj.Mul(v.view)
	v.right, v.up, v.back = c.axes()
	// The key light stands above the viewer's left shoulder, so that slopes show from every side.
	v.toLight = v.right.Scale(-0.55).Add(v.back.Scale(0.35)).Add(Vec3{0, 0, 0.8}).Unit()
	v.halfway = v.toLight.Add(v.back).Unit()
	return v
}

// state adds the scissor that keeps a zoomed scene inside its panel.
func (v *panelView) state(st device.State) device.State {
	st.Scissor, st.ScissorRect = true, device.Rect{X: v.x, Y: v.y, W: v.w, H: v.h}
	return st
}

func (r *Renderer) drawPanel(v *panelView, th *Theme, f Frame) error {
	if v.w < 1 || v.h < 1 {
		return nil
	}
	r.d.SetState(v.state(device.State{DepthTest: true}))
	r.d.Viewport(v.x, v.y, v.w, v.h)
	for _, it := range v.Panel.Items {
		var err error
		switch x := it.(type) {
		case *Surface:
			err = r.drawSurface(v, x, th, f, 0)
		case *Scatter:
			err = r.drawScatter(v, x, th, 0)
		case *Graph:
			err = r.drawGraph(v, x, th, f)
		case chart:
			err = r.drawChart(v, x, th, f)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// setLight sets the uniforms of shaders/render/light.glsl.
func (v *panelView) setLight(p *device.Program) {
	const key, ground = 0.50, 0.50
	vec(p, "toLight", v.toLight)
	vec(p, "halfway", v.halfway)
	// A level patch gets sky + key * toLight.z = 1.
	level := math.Pow(math.Max(v.halfway[2], 0), 32) * math.Max(v.toLight[2], 0)
	p.SetFloats("light", float32(1-key*v.toLight[2]), ground, key, float32(level))
}

func vec(p *device.Program, name string, v Vec3) {
	p.SetFloats(name, float32(v[0]), float32(v[1]), float32(v[2]))
}

// follows reports that some scale follows the data.
func (s *Scene) follows() bool {
	for _, p := range s.Panels {
		for _, sc := range p.scales() {
			if !sc.Fixed {
				return true
			}
		}
		for _, it := range p.Items {
			switch c := it.(type) {
			case *Scatter:
				for _, x := range []Coord{c.X, c.Y, c.Z} {
					if x.Scale != nil && !x.Scale.Fixed {
						return true
					}
				}
			case *Traces:
				if !c.Scale.Fixed {
					return true
				}
			case *Histogram:
				if !c.Scale.Fixed || !c.Counts.Fixed {
					return true
				}
			}
		}
	}
	return false
}

func (s *Scene) theme() *Theme {
	if s.Theme == nil {
		return &dark
	}
	return s.Theme
}
