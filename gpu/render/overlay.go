package render

import "math"

// Align places a text relative to its anchor.
type Align uint8

const (
	Left Align = iota
	Center
	Right
)

// Rect is an axis-aligned rectangle: top left corner and size, y down.
type Rect struct{ X, Y, W, H float64 }

// Contains reports whether a point lies inside.
func (r Rect) Contains(x, y float64) bool {
	return x >= r.X && x < r.X+r.W && y >= r.Y && y < r.Y+r.H
}

// Inset is the rectangle with d taken off every side.
func (r Rect) Inset(d float64) Rect { return Rect{r.X + d, r.Y + d, r.W - 2*d, r.H - 2*d} }

// TextStyle is how a line of text looks. A zero Halo draws none.
type TextStyle struct {
	Size   float64 // pixels per em at scale 1
	Weight Weight
	Color  Color
	Halo   Color
	Align  Align
	// Middle centres the text's capitals on y; otherwise y is the baseline.
	Middle bool
}

// Overlay is a list of flat shapes and text on top of the picture, in the order drawn. All lengths are in units of scale
// 1, so that the same calls give the same layout at every scale. It is made by Renderer.NewOverlay.
type Overlay struct {
	fonts         *fonts
	scale         float64
	width, height float64 // in units of scale 1
	prims         []prim
	refs          []glyphRef
	epoch         int // of the atlas that the glyphs' places were taken from; 0: not yet

	// written is told of each line of text and where it lies, in units of scale 1; nil outside tests.
	written func(s string, r Rect, st TextStyle)
}

// glyphRef is a glyph whose place in the atlas is looked up when the list is drawn: the atlas may be emptied in between.
type glyphRef struct {
	prim int
	key  glyphKey
	x, y float32 // pen, whole pixels
}

// prim is one instance of shaders/render/overlay.vert.glsl. Lengths are framebuffer pixels.
type prim struct {
	Rect   [4]float32 // x0 y0 x1 y1
	A      [4]float32 // glyph: atlas rectangle; segment and quad: points; box: the box itself
	B      [4]float32 // box: radius, stroke width; segment: half width; quad: the other points; gradient: map row, 1 along x
	Color  uint32     // RGBA8
	Color2 uint32     // halo or stroke
	Kind   uint32
	_      uint32
}

const primBytes = 64

const (
	primBox uint32 = iota
	primGlyph
	primSegment
	primQuad
	primGradient
	primSolid // an opaque quad with hard edges
)

var primMacros = [...]string{"BOX", "GLYPH", "SEGMENT", "QUAD", "GRADIENT", "SOLID"}

// run is a stretch of shapes of one kind, which one draw takes.
type run struct {
	kind         uint32
	start, count int
}

// runs cuts a list into stretches.
func runs(p []prim, start int) []run {
	var out []run
	for i, x := range p {
		if n := len(out); n > 0 && out[n-1].kind == x.Kind {
			out[n-1].count++
			continue
		}
		out = append(out, run{x.Kind, start + i, 1})
	}
	return out
}

func pack(c Color) uint32 {
	var v uint32
	for i, x := range c {
		v |= uint32(math.Max(0, math.Min(1, float64(x)))*255+0.5) << (8 * i)
	}
	return v
}

// Reset empties the list and sets the framebuffer's size in pixels and the scale.
func (o *Overlay) Reset(width, height int, scale float64) {
	o.prims, o.refs, o.epoch = o.prims[:0], o.refs[:0], 0
	o.scale = scale
	o.width, o.height = float64(width)/scale, float64(height)/scale
}

// Size is the drawable area in units of scale 1.
func (o *Overlay) Size() (w, h float64) { return o.width, o.height }

func (o *Overlay) add(p prim, x0, y0, x1, y1 float64) {
	s := o.scale
	p.Rect = [4]float32{float32(x0 * s), float32(y0 * s), float32(x1 * s), float32(y1 * s)}
	o.prims = append(o.prims, p)
}

func (o *Overlay) px(v ...float64) (out [4]float32) {
	for i, x := range v {
		out[i] = float32(x * o.scale)
	}
	return out
}

// Box draws a rectangle with rounded corners; stroke 0 draws no edge. The edge lies inside.
func (o *Overlay) Box(r Rect, radius float64, fill Color, stroke float64, edge Color) {
	m := 1 / o.scale
	o.add(prim{A: o.px(r.X, r.Y, r.X+r.W, r.Y+r.H), B: o.px(radius, stroke), Color: pack(fill), Color2: pack(edge), Kind: primBox},
		r.X-m, r.Y-m, r.X+r.W+m, r.Y+r.H+m)
}

// Fill draws a rectangle.
func (o *Overlay) Fill(r Rect, c Color) { o.Box(r, 0, c, 0, c) }

// Circle draws a disc.
func (o *Overlay) Circle(x, y, radius float64, c Color) {
	o.Box(Rect{x - radius, y - radius, 2 * radius, 2 * radius}, radius, c, 0, c)
}

// Line draws a segment with round ends.
func (o *Overlay) Line(x0, y0, x1, y1, width float64, c Color) {
	m := width/2 + 1/o.scale
	o.add(prim{A: o.px(x0, y0, x1, y1), B: o.px(width / 2), Color: pack(c), Kind: primSegment},
		math.Min(x0, x1)-m, math.Min(y0, y1)-m, math.Max(x0, x1)+m, math.Max(y0, y1)+m)
}

// Polyline joins points (x, y alternating).
func (o *Overlay) Polyline(xy []float64, width float64, c Color) {
	for i := 0; i+3 < len(xy); i += 2 {
		o.Line(xy[i], xy[i+1], xy[i+2], xy[i+3], width, c)
	}
}

// Quad fills a convex quadrilateral given as x, y of its corners in order, either way round.
func (o *Overlay) Quad(q [8]float64, c Color) {
	m := 1 / o.scale
	o.add(prim{A: o.px(q[:4]...), B: o.px(q[4:]...), Color: pack(c), Kind: primQuad},
		min(q[0], q[2], q[4], q[6])-m, min(q[1], q[3], q[5], q[7])-m, max(q[0], q[2], q[4], q[6])+m, max(q[1], q[3], q[5], q[7])+m)
}

// solid is Quad with hard edges and without blending, for faces whose edges are drawn as lines.
func (o *Overlay) solid(q [8]float64, c Color) {
	o.add(prim{A: o.px(q[:4]...), B: o.px(q[4:]...), Color: pack(c), Kind: primSolid}, 0, 0, 0, 0)
}

// Triangle fills a triangle; either way round.
func (o *Overlay) Triangle(x0, y0, x1, y1, x2, y2 float64, c Color) {
	o.Quad([8]float64{x0, y0, x1, y1, x2, y2, x2, y2}, c)
}

// Gradient fills a rectangle with a colormap, low values at the bottom, or at the left of a flat one.
func (o *Overlay) Gradient(r Rect, c *Colormap) {
	b := [4]float32{mapRow(c)}
	if r.W > r.H {
		b[1] = 1
	}
	o.add(prim{A: o.px(r.X, r.Y, r.X+r.W, r.Y+r.H), B: b, Kind: primGradient}, r.X, r.Y, r.X+r.W, r.Y+r.H)
}

// mapRow is the texture coordinate of a colormap in the table of all.
func mapRow(c *Colormap) float32 { return (float32(mapIndex(c)) + 0.5) / float32(len(colormaps)) }

// Text draws one line and returns its width.
func (o *Overlay) Text(x, y float64, s string, st TextStyle) float64 {
	glyphs, width := o.fonts.layout(s, st.Weight, st.Size*o.scale)
	px, py := x*o.scale, y*o.scale
	switch st.Align {
	case Center:
		px -= width / 2
	case Right:
		px -= width
	}
	if st.Middle {
		py += 0.36 * st.Size * o.scale // half the height of the Go fonts' capitals
	}
	if o.written != nil {
		o.written(s, Rect{px / o.scale, py/o.scale - 0.75*st.Size, width / o.scale, 0.85 * st.Size}, st)
	}
	// Whole pixels vertically keep the baseline crisp; horizontally the phase keeps the spacing even.
	py = math.Round(py)
	// Every halo lies under every glyph: a letter's outline must not eat into its neighbour.
	if st.Halo[3] > 0 {
		o.glyphs(glyphs, px, py, pack(st.Halo), true)
	}
	o.glyphs(glyphs, px, py, pack(st.Color), false)
	return width / o.scale
}

// glyphs adds the glyphs of a line that starts at pixel (px, py).
func (o *Overlay) glyphs(line []placed, px, py float64, color uint32, halo bool) {
	o.epoch = 0
	for _, g := range line {
		gx := px + g.x
		whole := math.Floor(gx)
		o.refs = append(o.refs, glyphRef{len(o.prims), glyphKey{g.face, g.r, uint8((gx - whole) * phases), halo},
			float32(whole), float32(py + math.Round(g.y))})
		o.prims = append(o.prims, prim{Color: color, Kind: primGlyph})
	}
}

// resolve looks up every glyph's place; false means that the atlas is full.
func (o *Overlay) resolve() bool {
	if o.epoch == o.fonts.epoch {
		return true
	}
	for _, g := range o.refs {
		img, ok := o.fonts.get(g.key)
		if !ok {
			return false
		}
		x0, y0 := g.x+float32(img.off.X), g.y+float32(img.off.Y)
		p := &o.prims[g.prim]
		p.Rect = [4]float32{x0, y0, x0 + float32(img.at.Dx()), y0 + float32(img.at.Dy())}
		p.A = [4]float32{float32(img.at.Min.X), float32(img.at.Min.Y), float32(img.at.Max.X), float32(img.at.Max.Y)}
	}
	o.epoch = o.fonts.epoch
	return true
}

// Measure is the width of a line and the height from its ascent to its descent.
func (o *Overlay) Measure(s string, st TextStyle) (w, h float64) {
	_, width := o.fonts.layout(s, st.Weight, st.Size*o.scale)
	a, d := o.fonts.lineMetrics(st.Weight, st.Size*o.scale)
	return width / o.scale, (a + d) / o.scale
}
