package render

import (
	"image"
	"math"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gomedium"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// Weight picks one of the Go fonts.
type Weight uint8

const (
	Regular Weight = iota
	Medium         // titles
	Mono           // keys and numbers that must line up
	weights
)

const (
	atlasSize = 1024
	phases    = 4 // horizontal positions within a pixel at which a glyph is rasterised
)

// fonts rasterises glyphs, and outlines that lie behind them, on demand into one atlas at the pixel size asked for. Text is
// then sharp at every scale and readable on any background.
type fonts struct {
	parsed [weights]*sfnt.Font
	faces  map[faceKey]font.Face
	glyphs map[glyphKey]glyph
	buf    sfnt.Buffer

	lines map[lineKey]line

	pix         []byte // coverage, atlasSize²
	x, y, shelf int
	epoch       int             // counts how often the atlas was emptied, from 1
	dirty       image.Rectangle // changed since the last upload
}

type faceKey struct {
	weight Weight
	size   fixed.Int26_6 // pixels per em
}

type glyphKey struct {
	faceKey
	r     rune
	phase uint8
	halo  bool
}

type lineKey struct {
	text   string
	weight Weight
	size   fixed.Int26_6
}

type line struct {
	glyphs []placed
	width  float64
}

// glyph is where a rasterised glyph lies in the atlas and relative to its pen position.
type glyph struct {
	at  image.Rectangle // in the atlas; empty for a blank
	off image.Point     // of the top left corner from the pen's whole pixel
}

func newFonts() (*fonts, error) {
	f := &fonts{faces: map[faceKey]font.Face{}, glyphs: map[glyphKey]glyph{}, lines: map[lineKey]line{}, epoch: 1,
		pix: make([]byte, atlasSize*atlasSize)}
	for w, ttf := range [weights][]byte{goregular.TTF, gomedium.TTF, gomono.TTF} {
		p, err := opentype.Parse(ttf)
		if err != nil {
			return nil, err
		}
		f.parsed[w] = p
	}
	return f, nil
}

func (f *fonts) face(k faceKey) font.Face {
	if face, ok := f.faces[k]; ok {
		return face
	}
	face, err := opentype.NewFace(f.parsed[k.weight], &opentype.FaceOptions{
		Size: float64(k.size) / 64, DPI: 72, Hinting: font.HintingNone,
	})
	if err != nil {
		face = nil // only for a size that is not positive, which key() excludes
	}
	f.faces[k] = face
	return face
}

// raised maps characters that the Go fonts lack to smaller ones above or below the line.
var raised = map[rune]struct {
	base rune
	up   bool
}{
	'⁰': {'0', true}, '¹': {'1', true}, '²': {'2', true}, '³': {'3', true}, '⁴': {'4', true},
	'⁵': {'5', true}, '⁶': {'6', true}, '⁷': {'7', true}, '⁸': {'8', true}, '⁹': {'9', true},
	'⁺': {'+', true}, '⁻': {'−', true}, 'ⁿ': {'n', true},
	'₀': {'0', false}, '₁': {'1', false}, '₂': {'2', false}, '₃': {'3', false}, '₄': {'4', false},
	'₅': {'5', false}, '₆': {'6', false}, '₇': {'7', false}, '₈': {'8', false}, '₉': {'9', false},
}

// placed is one glyph of a line, relative to the line's start, in pixels.
type placed struct {
	r    rune
	face faceKey
	x, y float64
}

// layout sets a line of text at size pixels per em and returns its glyphs and its width in pixels. Characters the font
// lacks are shown as its box.
func (f *fonts) layout(s string, w Weight, size float64) ([]placed, float64) {
	k := lineKey{s, w, sizeKey(size)}
	l, ok := f.lines[k]
	if !ok {
		if len(f.lines) >= maxLines {
			clear(f.lines)
		}
		l.glyphs, l.width = f.set(s, w, size)
		f.lines[k] = l
	}
	return l.glyphs, l.width
}

// maxLines bounds the lines remembered: most of a picture's texts are the same in the next.
const maxLines = 4096

func (f *fonts) set(s string, w Weight, size float64) ([]placed, float64) {
	key := faceKey{w, sizeKey(size)}
	small := faceKey{w, sizeKey(size * 0.68)}
	var out []placed
	x := 0.0
	var prev rune
	for _, r := range s {
		k, y := key, 0.0
		if m, ok := raised[r]; ok {
			r, k, y = m.base, small, -0.36*size
			if !m.up {
				y = 0.16 * size
			}
		}
		face := f.face(k)
		if face == nil {
			continue
		}
		if prev != 0 && k == key {
			x += float64(face.Kern(prev, r)) / 64
		}
		adv, ok := face.GlyphAdvance(r)
		if !ok {
			r = '\uffff'
			adv, _ = face.GlyphAdvance(r)
		}
		if r != ' ' {
			out = append(out, placed{r, k, x, y})
		}
		x += float64(adv) / 64
		prev = r
		if k != key {
			prev = 0
		}
	}
	return out, x
}

// sizeKey rounds a size to half pixels, so that the atlas holds few sizes.
func sizeKey(px float64) fixed.Int26_6 {
	return fixed.Int26_6(math.Max(2, math.Round(2*px)) * 32)
}

// lineMetrics are the ascent and descent in pixels.
func (f *fonts) lineMetrics(w Weight, size float64) (ascent, descent float64) {
	face := f.face(faceKey{w, sizeKey(size)})
	if face == nil {
		return size, 0
	}
	m := face.Metrics()
	return float64(m.Ascent) / 64, float64(m.Descent) / 64
}

// haloRadius is the outline's width for a size, both in pixels.
func haloRadius(size float64) float64 { return math.Max(1.2, size*0.13) }

// get returns a glyph, rasterising it if need be; ok is false when the atlas is full.
func (f *fonts) get(k glyphKey) (glyph, bool) {
	if g, ok := f.glyphs[k]; ok {
		return g, true
	}
	dot := fixed.Point26_6{X: fixed.Int26_6(int(k.phase) * 64 / phases)}
	dr, mask, mp, _, ok := f.face(k.faceKey).Glyph(dot, k.r)
	if !ok || dr.Empty() {
		f.glyphs[k] = glyph{}
		return glyph{}, true
	}
	pad := 1
	radius := haloRadius(float64(k.size) / 64)
	if k.halo {
		pad += int(math.Ceil(radius))
	}
	w, h := dr.Dx()+2*pad, dr.Dy()+2*pad
	if f.x+w > atlasSize {
		f.x, f.y, f.shelf = 0, f.y+f.shelf, 0
	}
	if f.y+h > atlasSize || w > atlasSize {
		return glyph{}, false
	}
	at := image.Rect(f.x, f.y, f.x+w, f.y+h)
	f.x, f.shelf = f.x+w, max(f.shelf, h)

	cover := make([]float64, w*h)
	for y := range dr.Dy() {
		for x := range dr.Dx() {
			_, _, _, a := mask.At(mp.X+x, mp.Y+y).RGBA()
			cover[(y+pad)*w+x+pad] = float64(a) / 0xffff
		}
	}
	if k.halo {
		cover = spread(cover, w, h, radius)
	}
	for y := range h {
		for x := range w {
			f.pix[(at.Min.Y+y)*atlasSize+at.Min.X+x] = uint8(cover[y*w+x]*255 + 0.5)
		}
	}
	f.dirty = f.dirty.Union(at)
	g := glyph{at: at, off: image.Pt(dr.Min.X-pad, dr.Min.Y-pad)}
	f.glyphs[k] = g
	return g, true
}

// spread grows a w x h coverage by radius pixels, with one pixel of smoothing.
func spread(cover []float64, w, h int, radius float64) []float64 {
	out := make([]float64, w*h)
	n := int(math.Ceil(radius))
	for y := range h {
		for x := range w {
			for dy := -n; dy <= n; dy++ {
				for dx := -n; dx <= n; dx++ {
					yy, xx := y+dy, x+dx
					if yy < 0 || yy >= h || xx < 0 || xx >= w || cover[yy*w+xx] <= out[y*w+x] {
						continue
					}
					reach := radius + 0.5 - math.Hypot(float64(dx), float64(dy))
					out[y*w+x] = math.Max(out[y*w+x], cover[yy*w+xx]*math.Max(0, math.Min(1, reach)))
				}
			}
		}
	}
	return out
}

// reset empties the atlas.
func (f *fonts) reset() {
	clear(f.glyphs)
	clear(f.pix)
	f.x, f.y, f.shelf = 0, 0, 0
	f.epoch++
	f.dirty = image.Rect(0, 0, atlasSize, atlasSize)
}
