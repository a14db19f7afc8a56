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
)

// svg is a canvas of SVG. Text stays text; its fonts are as wide as the ones measured with.
type svg struct {
	h     float64
	buf   bytes.Buffer
	notes []string
	err   error
}

const svgFonts = `'Liberation Sans', Arial, Helvetica, sans-serif`

func newSVG(w, h float64) *svg {
	s := &svg{h: h}
	fmt.Fprintf(&s.buf, `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="%spt" height="%spt" viewBox="0 0 %[1]s %[2]s" font-family="%s" stroke-linejoin="round">
<rect class="page" width="%[1]s" height="%[2]s" fill="#ffffff"/>
`, num(w), num(h), svgFonts)
	return s
}

func (s *svg) finish() []byte {
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

func (s *svg) text(p point, upright bool, t line, c Color) {
	if len(t.runs) == 0 {
		return
	}
	x, y := num(p.x), num(s.h-p.y)
	turn := ""
	if upright {
		turn = fmt.Sprintf(` transform="rotate(-90 %s %s)"`, x, y)
	}
	fmt.Fprintf(&s.buf, `<text x="%s" y="%s" font-size="%s" fill="%s"%s%s xml:space="preserve">`, x, y, num(t.runs[0].size), hex(c), opacity("fill-opacity", c), turn)
	plain := len(t.runs) == 1 && !t.runs[0].italic && t.runs[0].y == 0
	for _, r := range t.runs {
		if plain {
			s.buf.WriteString(html.EscapeString(r.text))
			break
		}
		// Every piece has its place, so that a wider font of the reader does not push the others.
		fmt.Fprintf(&s.buf, `<tspan x="%s" y="%s" font-size="%s"`, num(p.x+r.x), num(s.h-p.y-r.y), num(r.size))
		if r.italic {
			s.buf.WriteString(` font-style="italic"`)
		}
		fmt.Fprintf(&s.buf, ">%s</tspan>", html.EscapeString(r.text))
	}
	s.buf.WriteString("</text>\n")
}
