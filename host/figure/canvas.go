package figure

import "image"

// point is a place on the page, in points (1/72 inch) from the lower left corner.
type point struct{ x, y float64 }

// rect is a rectangle on the page.
type rect struct{ x0, y0, x1, y1 float64 }

func (r rect) w() float64 { return r.x1 - r.x0 }
func (r rect) h() float64 { return r.y1 - r.y0 }

func (r rect) contains(p point) bool {
	const slack = 1e-6 // points
	return p.x >= r.x0-slack && p.x <= r.x1+slack && p.y >= r.y0-slack && p.y <= r.y1+slack
}

// pen strokes lines.
type pen struct {
	width  float64 // points
	color  Color
	dashes []float64
	snap   bool // put on whole pixels: for lines along the axes
	cap    bool // project by half the width at both ends, as spines do to close their corners
}

// canvas is what artists draw on.
type canvas interface {
	// begin and end enclose what belongs together; desc may be empty.
	begin(class, desc string)
	end()
	// fill fills rings by the non-zero rule.
	fill(rings [][]point, c Color)
	// stroke draws open lines.
	stroke(lines [][]point, p pen)
	// stamps draws one marker at many points.
	stamps(at []point, s stamp, c Color)
	// text draws a line of text whose baseline starts at p, turned by a quarter if upright.
	text(p point, upright bool, t line, c Color)
	// picture draws an image whose size dots has chosen for r.
	picture(r rect, img *image.NRGBA)
	// dots are the pixels that a picture in r should have.
	dots(r rect) (w, h int)
}

// maxStamps is how many markers are drawn one by one; more become a picture.
const maxStamps = 20_000
