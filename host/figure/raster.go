package figure

import (
	"image"
	"image/color"
	"image/draw"
	"math"

	"golang.org/x/image/vector"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgimg"
)

// raster is a canvas of pixels.
type raster struct {
	c     *vgimg.Canvas
	img   *image.RGBA
	scale float64 // pixels per point
}

func newRaster(w, h, dpi float64) *raster {
	px := image.NewRGBA(image.Rect(0, 0, int(math.Round(w/72*dpi)), int(math.Round(h/72*dpi))))
	c := vgimg.NewWith(vgimg.UseImage(px), vgimg.UseDPI(int(math.Round(dpi))))
	img, ok := c.Image().(*image.RGBA)
	if !ok { // vgimg draws on RGBA; should that change, drawing still works, only the picture is lost
		img = px
	}
	return &raster{c: c, img: img, scale: dpi / 72}
}

func (*raster) begin(_, _ string) {}
func (*raster) end()              {}

func path(lines [][]point, closed bool) vg.Path {
	n := 0
	for _, l := range lines {
		n += len(l) + 1
	}
	p := make(vg.Path, 0, n)
	for _, l := range lines {
		for i, q := range l {
			at := vg.Point{X: vg.Length(q.x), Y: vg.Length(q.y)}
			if i == 0 {
				p.Move(at)
			} else {
				p.Line(at)
			}
		}
		if closed {
			p.Close()
		}
	}
	return p
}

func (r *raster) fill(rings [][]point, c Color) {
	if len(rings) == 0 || c.A == 0 {
		return
	}
	r.c.SetColor(c)
	r.c.Fill(path(rings, true))
}

// chunk is how many points are stroked at a time: the rasteriser's cost grows faster than linearly with a path's length.
const chunk = 2000

func (r *raster) stroke(lines [][]point, p pen) {
	if len(lines) == 0 || p.color.A == 0 || p.width <= 0 {
		return
	}
	width := p.width
	if p.snap {
		px := max(1, math.Round(p.width*r.scale))
		width = px / r.scale
		lines = r.snap(lines, px)
	}
	if p.cap {
		lines = project(lines, width/2)
	}
	r.c.SetColor(p.color)
	r.c.SetLineWidth(vg.Length(width))
	dashes := make([]vg.Length, len(p.dashes))
	for i, d := range p.dashes {
		dashes[i] = vg.Length(d)
	}
	r.c.SetLineDash(dashes, 0)
	if len(p.dashes) > 0 || p.color.A != 255 { // pieces would break the pattern, or show where they meet
		r.c.Stroke(path(lines, false))
		return
	}
	for _, l := range lines {
		for len(l) > chunk {
			r.c.Stroke(path([][]point{l[:chunk]}, false))
			l = l[chunk-2:]
		}
		r.c.Stroke(path([][]point{l}, false))
	}
}

// snap moves points so that lines of a whole number of pixels along the axes fill whole pixels.
func (r *raster) snap(lines [][]point, px float64) [][]point {
	h := float64(r.img.Bounds().Dy())
	odd := math.Mod(px, 2) == 1
	whole := func(v float64) float64 {
		if odd {
			return math.Floor(v+1e-6) + 0.5
		}
		return math.Round(v)
	}
	out := make([][]point, len(lines))
	for i, l := range lines {
		out[i] = make([]point, len(l))
		for k, p := range l {
			out[i][k] = point{whole(p.x*r.scale) / r.scale, (h - whole(h-p.y*r.scale)) / r.scale}
		}
	}
	return out
}

// project lengthens lines at both ends.
func project(lines [][]point, by float64) [][]point {
	out := make([][]point, len(lines))
	for i, l := range lines {
		out[i] = append([]point(nil), l...)
		for _, end := range [][2]int{{0, 1}, {len(l) - 1, len(l) - 2}} {
			if len(l) < 2 {
				continue
			}
			a, b := l[end[0]], l[end[1]]
			n := math.Hypot(a.x-b.x, a.y-b.y)
			if n > 0 {
				out[i][end[0]] = point{a.x + (a.x-b.x)/n*by, a.y + (a.y-b.y)/n*by}
			}
		}
	}
	return out
}

func (r *raster) text(p point, upright bool, t line, c Color) {
	var rings [][]point
	for _, one := range t.runs {
		for _, ring := range one.outline() {
			for i, q := range ring {
				if upright {
					q = point{-q.y, q.x}
				}
				ring[i] = point{p.x + q.x, p.y + q.y}
			}
			rings = append(rings, ring)
		}
	}
	r.fill(rings, c)
}

func (r *raster) dots(b rect) (w, h int) {
	x0, y0, x1, y1 := r.pixels(b)
	return x1 - x0, y1 - y0
}

func (r *raster) pixels(b rect) (x0, y0, x1, y1 int) {
	h := float64(r.img.Bounds().Dy())
	at := func(v float64) int { return int(math.Round(v * r.scale)) }
	return at(b.x0), int(h) - at(b.y1), at(b.x1), int(h) - at(b.y0)
}

func (r *raster) picture(b rect, img *image.NRGBA) {
	x0, y0, x1, y1 := r.pixels(b)
	draw.Draw(r.img, image.Rect(x0, y0, x1, y1), img, img.Bounds().Min, draw.Over)
}

func (r *raster) stamps(at []point, s stamp, c Color) {
	stampAll(r.img, r.scale, 0, 0, at, s, c)
}

// phases is how finely a stamp's place within a pixel is resolved, along each axis.
const phases = 8

// stampAll draws a marker at many points of a page whose lower left corner lies at (x, y) points.
func stampAll(img *image.RGBA, scale, x, y float64, at []point, s stamp, c Color) {
	if c.A == 0 {
		return
	}
	h := img.Bounds().Dy()
	var masks [phases * phases]*image.Alpha
	half := 0.0
	for _, r := range s.rings {
		for _, p := range r {
			half = max(half, math.Abs(p.x), math.Abs(p.y))
		}
	}
	n := int(math.Ceil(half*scale)) + 1 // pixels from the center to the border of a mask
	for _, p := range at {
		px, py := (p.x-x)*scale, float64(h)-(p.y-y)*scale
		ix, iy := math.Floor(px), math.Floor(py)
		kx, ky := int((px-ix)*phases), int((py-iy)*phases)
		m := &masks[ky*phases+kx]
		if *m == nil {
			*m = s.mask(n, scale, (float64(kx)+0.5)/phases, (float64(ky)+0.5)/phases)
		}
		over(img, int(ix)-n, int(iy)-n, *m, c)
	}
}

// mask is the coverage of a marker whose center lies (fx, fy) pixels from the corner of pixel (n, n).
func (s stamp) mask(n int, scale, fx, fy float64) *image.Alpha {
	size := 2*n + 1
	z := vector.NewRasterizer(size, size)
	for _, r := range s.rings {
		for i, p := range r {
			x, y := float32(float64(n)+fx+p.x*scale), float32(float64(n)+fy-p.y*scale)
			if i == 0 {
				z.MoveTo(x, y)
			} else {
				z.LineTo(x, y)
			}
		}
		z.ClosePath()
	}
	m := image.NewAlpha(image.Rect(0, 0, size, size))
	z.Draw(m, m.Bounds(), image.NewUniform(color.Alpha{255}), image.Point{})
	return m
}

// over lays color c over img where the mask is, with the mask's corner at (x, y).
func over(img *image.RGBA, x, y int, m *image.Alpha, c Color) {
	b := img.Bounds()
	size := m.Rect.Dx()
	cr, cg, cb, ca := uint32(c.R), uint32(c.G), uint32(c.B), uint32(c.A)
	for j := max(0, b.Min.Y-y); j < min(size, b.Max.Y-y); j++ {
		for i := max(0, b.Min.X-x); i < min(size, b.Max.X-x); i++ {
			a := uint32(m.Pix[j*m.Stride+i]) * ca / 255
			if a == 0 {
				continue
			}
			d := img.Pix[(y+j-b.Min.Y)*img.Stride+4*(x+i-b.Min.X):][:4:4]
			d[0] = uint8((cr*a + uint32(d[0])*(255-a) + 127) / 255)
			d[1] = uint8((cg*a + uint32(d[1])*(255-a) + 127) / 255)
			d[2] = uint8((cb*a + uint32(d[2])*(255-a) + 127) / 255)
			d[3] = uint8((255*a + uint32(d[3])*(255-a) + 127) / 255)
		}
	}
}
