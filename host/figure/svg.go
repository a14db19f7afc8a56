package figure

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html"
	"image"
	"image/png"
	"math"
	"strconv"
	"strings"

	"golang.org/x/image/font/sfnt"
)

// svg is a canvas of SVG.
type svg struct {
	h       float64
	buf     bytes.Buffer
	defs    bytes.Buffer
	letters map[glyph]int
	notes   []string
	err     error
}

func newSVG(w, h float64) *svg {
	s := &svg{h: h, letters: map[glyph]int{}}
	fmt.Fprintf(&s.buf, `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="%spt" height="%spt" viewBox="0 0 %[1]s %[2]s" stroke-linejoin="round">
<rect class="page" width="%[1]s" height="%[2]s" fill="#ffffff"/>
`, num(w), num(h))
	return s
}

func (s *svg) finish() []byte {
	if s.defs.Len() > 0 { // what is used may be defined later
		fmt.Fprintf(&s.buf, "<defs>\n%s</defs>\n", s.defs.Bytes())
	}
	s.buf.WriteString("</svg>\n")
	return s.buf.Bytes()
}

// num writes hundredths of a point, which is finer than any screen shows.
func num(v float64) string {
	v = math.Round(v*100) / 100
	if v == 0 {
		v = 0 // not -0
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

func hex(c Color) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }

func opacity(name string, c Color) string {
	if c.A == 255 {
		return ""
	}
	return fmt.Sprintf(` %s="%s"`, name, strconv.FormatFloat(math.Round(float64(c.A)/255*1000)/1000, 'f', -1, 64))
}

func (s *svg) begin(class, desc string) {
	fmt.Fprintf(&s.buf, "<g class=\"%s\">\n", html.EscapeString(class))
	if desc != "" {
		fmt.Fprintf(&s.buf, "<desc>%s</desc>\n", html.EscapeString(desc))
	}
}

func (s *svg) end() { s.buf.WriteString("</g>\n") }

// data writes a path relative to its last point, which keeps long traces short.
func (s *svg) data(lines [][]point, closed bool) {
	for _, l := range lines {
		px, py := 0.0, 0.0
		for i, p := range l {
			x, y := math.Round(p.x*100)/100, math.Round((s.h-p.y)*100)/100
			switch {
			case i == 0:
				fmt.Fprintf(&s.buf, "M%s %s", num(x), num(y))
			case y == py:
				s.buf.WriteString("h" + num(x-px))
			case x == px:
				s.buf.WriteString("v" + num(y-py))
			default:
				s.buf.WriteString("l" + num(x-px) + " " + num(y-py))
			}
			px, py = x, y
		}
		if closed {
			s.buf.WriteByte('z')
		}
	}
}

func (s *svg) fill(rings [][]point, c Color) {
	if len(rings) == 0 || c.A == 0 {
		return
	}
	s.buf.WriteString(`<path d="`)
	s.data(rings, true)
	fmt.Fprintf(&s.buf, "\" fill=\"%s\"%s/>\n", hex(c), opacity("fill-opacity", c))
}

func (s *svg) stroke(lines [][]point, p pen) {
	if len(lines) == 0 || p.color.A == 0 || p.width <= 0 {
		return
	}
	s.buf.WriteString(`<path d="`)
	s.data(lines, false)
	fmt.Fprintf(&s.buf, `" fill="none" stroke="%s" stroke-width="%s"%s`, hex(p.color), num(p.width), opacity("stroke-opacity", p.color))
	if p.cap {
		s.buf.WriteString(` stroke-linecap="square"`)
	}
	if len(p.dashes) > 0 {
		d := make([]string, len(p.dashes))
		for i, v := range p.dashes {
			d[i] = num(v)
		}
		fmt.Fprintf(&s.buf, ` stroke-dasharray="%s"`, strings.Join(d, " "))
	}
	s.buf.WriteString("/>\n")
}

// pictureDots is the resolution of embedded pictures, in dots per point: 216 dpi.
const pictureDots = 3

func (s *svg) dots(r rect) (w, h int) {
	return int(math.Round(r.w() * pictureDots)), int(math.Round(r.h() * pictureDots))
}

func (s *svg) stamps(at []point, m stamp, c Color) {
	if len(at) == 0 || c.A == 0 {
		return
	}
	if len(at) > maxStamps {
		s.stampPicture(at, m, c)
		return
	}
	if m.disc > 0 { // a dot is a line of no length with round ends
		s.buf.WriteString(`<path d="`)
		for _, p := range at {
			fmt.Fprintf(&s.buf, "M%s %sh0", num(p.x), num(s.h-p.y))
		}
		fmt.Fprintf(&s.buf, "\" fill=\"none\" stroke=\"%s\" stroke-width=\"%s\" stroke-linecap=\"round\"%s/>\n", hex(c), num(m.disc), opacity("stroke-opacity", c))
		return
	}
	var rings [][]point
	for _, p := range at {
		for _, r := range m.rings {
			ring := make([]point, len(r))
			for i, q := range r {
				ring[i] = point{p.x + q.x, p.y + q.y}
			}
			rings = append(rings, ring)
		}
	}
	s.fill(rings, c)
}

// stampPicture embeds a scatter as a picture of where its points are.
func (s *svg) stampPicture(at []point, m stamp, c Color) {
	b := rect{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	for _, p := range at {
		b = rect{min(b.x0, p.x), min(b.y0, p.y), max(b.x1, p.x), max(b.y1, p.y)}
	}
	const margin = 8 // points, for what markers reach beyond their centers
	b = rect{b.x0 - margin, b.y0 - margin, b.x1 + margin, b.y1 + margin}
	w, h := s.dots(b)
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	stampAll(img, pictureDots, b.x0, b.y1-float64(h)/pictureDots, at, m, c)
	note := fmt.Sprintf("%d points are embedded as a picture of %d x %d pixels", len(at), w, h)
	s.notes = append(s.notes, note)
	s.begin("raster", note)
	s.image(b, img)
	s.end()
}

func (s *svg) picture(r rect, img *image.NRGBA) { s.image(r, img) }

func (s *svg) image(r rect, img image.Image) {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		s.err = err
		return
	}
	fmt.Fprintf(&s.buf, `<image x="%s" y="%s" width="%s" height="%s" preserveAspectRatio="none" xlink:href="data:image/png;base64,%s"/>`+"\n",
		num(r.x0), num(s.h-r.y1), num(r.w()), num(r.h()), base64.StdEncoding.EncodeToString(b.Bytes()))
}

// glyph is a letter of one of the fonts.
type glyph struct {
	letter rune
	italic bool
}

// text draws outlines, so that a figure looks the same whatever fonts its reader has; the words are in aria-label. Each letter is
// defined once.
func (s *svg) text(p point, upright bool, t line, c Color) {
	if len(t.runs) == 0 {
		return
	}
	words := ""
	for _, r := range t.runs {
		words += r.text
	}
	turn := ""
	if upright {
		turn = " rotate(-90)"
	}
	fmt.Fprintf(&s.buf, `<g class="text" aria-label="%s" transform="translate(%s %s)%s" fill="%s"%s>`, html.EscapeString(words), num(p.x), num(s.h-p.y), turn, hex(c), opacity("fill-opacity", c))
	for _, r := range t.runs {
		fmt.Fprintf(&s.buf, `<g transform="translate(%s %s) scale(%s)">`, num(r.x), num(-r.y), strconv.FormatFloat(r.size/unit, 'g', 5, 64))
		glyphs(r.text, r.italic, func(x float64, letter rune, g sfnt.Segments) {
			if len(g) > 0 {
				fmt.Fprintf(&s.buf, `<use xlink:href="#g%d" x="%d"/>`, s.letter(glyph{letter, r.italic}, g), int(math.Round(x*unit)))
			}
		})
		s.buf.WriteString("</g>")
	}
	s.buf.WriteString("</g>\n")
}

// letter is the number of a letter's definition.
func (s *svg) letter(g glyph, outline sfnt.Segments) int {
	if k, ok := s.letters[g]; ok {
		return k
	}
	k := len(s.letters)
	s.letters[g] = k
	fmt.Fprintf(&s.defs, `<path id="g%d" d="`, k)
	for i, seg := range outline {
		op, n := "M", 1
		switch seg.Op {
		case sfnt.SegmentOpMoveTo:
			if i > 0 {
				s.defs.WriteByte('z')
			}
		case sfnt.SegmentOpLineTo:
			op = "L"
		case sfnt.SegmentOpQuadTo:
			op, n = "Q", 2
		case sfnt.SegmentOpCubeTo:
			op, n = "C", 3
		}
		s.defs.WriteString(op)
		for j, q := range seg.Args[:n] {
			if j > 0 {
				s.defs.WriteByte(' ')
			}
			fmt.Fprintf(&s.defs, "%d %d", q.X.Round(), q.Y.Round())
		}
	}
	s.defs.WriteString("z\"/>\n")
	return k
}
