package render

// Color is straight (not premultiplied) sRGB with alpha, each in [0, 1].
type Color [4]float32

// RGB makes an opaque color from 0xRRGGBB.
func RGB(hex uint32) Color {
	return Color{float32(hex>>16&255) / 255, float32(hex>>8&255) / 255, float32(hex&255) / 255, 1}
}

// Alpha is the color with its alpha replaced.
func (c Color) Alpha(a float32) Color { return Color{c[0], c[1], c[2], a} }

// luminance is the relative luminance of WCAG 2.1 for an sRGB color.
func (c Color) luminance() float64 {
	return 0.2126*linear(c[0]) + 0.7152*linear(c[1]) + 0.0722*linear(c[2])
}

// Theme holds the colors of everything that is not data.
type Theme struct {
	Name       string
	Background Color
	Wall       Color // back walls and floor of the axes box
	Grid       Color
	Frame      Color // edges of the axes box and ticks
	Text       Color
	Muted      Color // tick labels and secondary text
	Halo       Color // outline behind text
	Panel      Color // overlay panels
	PanelEdge  Color
	Accent     Color
	Bad        Color // values that are not finite
}

var dark = Theme{
	Name:       "dark",
	Background: RGB(0x14171c),
	Wall:       RGB(0x1b1f26),
	Grid:       RGB(0x343b46),
	Frame:      RGB(0x667284),
	Text:       RGB(0xf0f3f6),
	Muted:      RGB(0xb4bdc9),
	Halo:       RGB(0x14171c).Alpha(0.85),
	Panel:      RGB(0x20252d).Alpha(0.92),
	PanelEdge:  RGB(0x3a424e),
	Accent:     RGB(0x5bb0ff),
	Bad:        RGB(0xff2fd0),
}

var light = Theme{
	Name:       "light",
	Background: RGB(0xffffff),
	Wall:       RGB(0xf5f6f8),
	Grid:       RGB(0xd9dde3),
	Frame:      RGB(0x838d9c),
	Text:       RGB(0x15191f),
	Muted:      RGB(0x4a5361),
	Halo:       RGB(0xffffff).Alpha(0.85),
	Panel:      RGB(0xffffff).Alpha(0.94),
	PanelEdge:  RGB(0xcbd1d9),
	Accent:     RGB(0x0b69c7),
	Bad:        RGB(0xd4008f),
}

// Dark is the theme for a dark room and for video.
func Dark() *Theme { t := dark; return &t }

// Light is the theme for print.
func Light() *Theme { t := light; return &t }

// nodeRim is the color around the nodes of a graph: it stands out from the background where a node's own color does not.
func (t *Theme) nodeRim() Color {
	if t.Background.luminance() > 0.5 {
		return t.Text
	}
	return RGB(0xdfe5ec)
}

// pulse is the glow of a signal on an edge.
func (t *Theme) pulse() Color {
	if t.Background.luminance() > 0.5 {
		return RGB(0xd9480f)
	}
	return RGB(0xffb454)
}
