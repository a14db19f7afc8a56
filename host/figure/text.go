package figure

import (
	"math"
	"strings"
	"sync"

	stdfont "golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/font/liberation"
)

// run is a piece of text in one size and slant.
type run struct {
	text   string
	size   float64 // points
	italic bool
	x, y   float64 // from the start of the baseline, points
	width  float64
}

// line is one line of text, measured.
type line struct {
	runs            []run
	width           float64
	ascent, descent float64 // of the ink that letters can have, points
}

// fonts are the Liberation Sans that gonum/plot carries; their letters are as wide as Arial's.
var fonts = sync.OnceValue(func() *font.Cache { return font.NewCache(liberation.Collection()) })

func face(italic bool) *sfnt.Font {
	f := font.Font{Typeface: "Liberation", Variant: "Sans"}
	if italic {
		f.Style = stdfont.StyleItalic
	}
	return fonts().Lookup(f, 10).Face
}

// unit is the grid that glyphs are measured on, so that no hinting depends on the size.
const unit = 2048

// glyphs calls f for each letter of s with its outline and its place, both in fractions of the font size.
func glyphs(s string, italic bool, f func(x float64, letter rune, g sfnt.Segments)) (width float64) {
	ft := face(italic)
	var buf sfnt.Buffer
	var last sfnt.GlyphIndex
	ppem := fixed.I(unit)
	for _, r := range s {
		g, err := ft.GlyphIndex(&buf, r)
		if err != nil {
			continue
		}
		if last != 0 {
			if k, err := ft.Kern(&buf, last, g, ppem, stdfont.HintingNone); err == nil {
				width += float64(k) / 64 / unit
			}
		}
		last = g
		if f != nil {
			if seg, err := ft.LoadGlyph(&buf, g, ppem, nil); err == nil {
				f(width, r, seg)
			}
		}
		if a, err := ft.GlyphAdvance(&buf, g, ppem, stdfont.HintingNone); err == nil {
			width += float64(a) / 64 / unit
		}
	}
	return width
}

// outline are the closed curves of a run as polygons around its start.
func (r run) outline() [][]point {
	var rings [][]point
	glyphs(r.text, r.italic, func(x float64, _ rune, g sfnt.Segments) {
		at := func(p fixed.Point26_6) point {
			return point{r.x + (x+float64(p.X)/64/unit)*r.size, r.y - float64(p.Y)/64/unit*r.size}
		}
		var ring []point
		for _, s := range g {
			switch s.Op {
			case sfnt.SegmentOpMoveTo:
				if len(ring) > 2 {
					rings = append(rings, ring)
				}
				ring = []point{at(s.Args[0])}
			case sfnt.SegmentOpLineTo:
				ring = append(ring, at(s.Args[0]))
			case sfnt.SegmentOpQuadTo:
				ring = quadratic(ring, at(s.Args[0]), at(s.Args[1]))
			case sfnt.SegmentOpCubeTo: // TrueType has none
				ring = append(ring, at(s.Args[2]))
			}
		}
		if len(ring) > 2 {
			rings = append(rings, ring)
		}
	})
	return rings
}

// quadratic continues a polygon along a curve.
func quadratic(ring []point, c, to point) []point {
	const n = 6
	a := ring[len(ring)-1]
	for k := 1; k <= n; k++ {
		t := float64(k) / n
		u := 1 - t
		ring = append(ring, point{u*u*a.x + 2*u*t*c.x + t*t*to.x, u*u*a.y + 2*u*t*c.y + t*t*to.y})
	}
	return ring
}

// Proportions of Liberation Sans: ascent of b and d, descent of p and g.
const (
	ascender  = 0.73
	descender = 0.21
	digits    = 0.69 // height of figures and capitals
)

// typeset measures a line with mathematics between dollars.
func typeset(s string, size float64) line {
	l := line{ascent: ascender * size, descent: descender * size}
	for _, r := range parseMath(s) {
		scale := math.Pow(0.7, math.Abs(float64(r.level)))
		one := run{text: r.text, italic: r.italic, size: size * scale, x: l.width}
		switch {
		case r.level > 0:
			one.y = size * 0.36 * float64(r.level)
		case r.level < 0:
			one.y = size * 0.17 * float64(r.level)
		}
		one.width = glyphs(one.text, one.italic, nil) * one.size
		if r.back { // a subscript and a superscript of the same letter stand above each other
			for k := len(l.runs) - 1; k >= 0; k-- {
				if l.runs[k].y != 0 {
					one.x = l.runs[k].x
					break
				}
			}
		}
		l.width = max(l.width, one.x+one.width)
		l.ascent = max(l.ascent, one.y+ascender*one.size)
		l.descent = max(l.descent, -one.y+descender*one.size)
		l.runs = append(l.runs, one)
	}
	return l
}

// block is text of one or more lines.
type block struct {
	lines []line
	size  float64
}

const leading = 1.25 // distance of baselines, in font sizes

func typesetLines(s string, size float64) block {
	b := block{size: size}
	if s == "" {
		return b
	}
	for _, one := range strings.Split(s, "\n") {
		b.lines = append(b.lines, typeset(one, size))
	}
	return b
}

func (b block) width() float64 {
	w := 0.0
	for _, l := range b.lines {
		w = max(w, l.width)
	}
	return w
}

func (b block) height() float64 {
	if len(b.lines) == 0 {
		return 0
	}
	return b.lines[0].ascent + b.lines[len(b.lines)-1].descent + float64(len(b.lines)-1)*leading*b.size
}

// draw places the block in a box by fractions: h 0 is left, 1 right of p; v 0 has p below the block, 1 above it.
func (b block) draw(c canvas, p point, h, v float64, upright bool, col Color) {
	if len(b.lines) == 0 {
		return
	}
	// down is the distance from the block's top to a baseline.
	down := b.lines[0].ascent
	for _, l := range b.lines {
		across, up := -h*l.width, (1-v)*b.height()-down
		at := point{p.x + across, p.y + up}
		if upright {
			at = point{p.x - up, p.y + across}
		}
		c.text(at, upright, l, col)
		down += leading * b.size
	}
}
