package figure

import (
	"fmt"
	"strconv"
	"strings"
)

// LineStyle is how a line is stroked.
type LineStyle string

// The line styles.
const (
	Solid   LineStyle = "-"
	Dashed  LineStyle = "--"
	DashDot LineStyle = "-."
	Dotted  LineStyle = ":"
	NoLine  LineStyle = "None"
)

// ParseLineStyle reads a line style: a sign or Matplotlib's word for it.
func ParseLineStyle(s string) (LineStyle, error) {
	switch s {
	case "-", "solid":
		return Solid, nil
	case "--", "dashed":
		return Dashed, nil
	case "-.", "dashdot":
		return DashDot, nil
	case ":", "dotted":
		return Dotted, nil
	case "", " ", "None", "none":
		return NoLine, nil
	}
	return "", fmt.Errorf("%q is no line style: \"-\", \"--\", \"-.\", \":\" and \"None\" are", s)
}

const ownDashes = "dashes "

// Dashes is a line style of strokes and gaps, in line widths.
func Dashes(lengths []float64) (LineStyle, error) {
	if len(lengths) == 0 || len(lengths)%2 != 0 || len(lengths) > 20 {
		return "", fmt.Errorf("dashes are pairs of a stroke and a gap, not %v", lengths)
	}
	s, sum := ownDashes, 0.0
	for _, x := range lengths {
		sum += x
		if !(x >= 0 && x < 1e4) {
			return "", fmt.Errorf("a dash of length %g", x)
		}
		s += fmt.Sprintf("%g ", x)
	}
	if sum < 0.1 {
		return "", fmt.Errorf("dashes of a length of %g line widths are too short to be seen", sum)
	}
	return LineStyle(s), nil
}

// dashes are Matplotlib's patterns, in line widths.
func (l LineStyle) dashes(width float64) []float64 {
	var d []float64
	if list, own := strings.CutPrefix(string(l), ownDashes); own {
		for _, f := range strings.Fields(list) {
			if x, err := strconv.ParseFloat(f, 64); err == nil {
				d = append(d, x)
			}
		}
	}
	switch l {
	case Dashed:
		d = []float64{3.7, 1.6}
	case DashDot:
		d = []float64{6.4, 1.6, 1, 1.6}
	case Dotted:
		d = []float64{1, 1.65}
	}
	for i := range d {
		d[i] *= width
	}
	return d
}

// Style is how an artist looks. Zero values mean the default.
type Style struct {
	Color      *Color    // nil: the next one of the cycle
	Line       LineStyle // "": solid, or none if there is a marker
	Marker     string    // "": none
	Face       *Color    // fill of markers; nil: Color. A transparent one leaves outlines
	Width      float64   // of lines in points; 0: 1.5
	MarkerSize float64   // in points; 0: 6, the marker '.' half of it
	Alpha      float64   // opacity; 0: 1
	Label      string    // entry in the legend
	Z          *float64  // drawn later if higher: 0 maps, 1 areas, 2 lines, 3 texts
	Steps      bool      // piecewise constant, changing after each sample
}

// ParseFormat reads a format string of Matplotlib, [marker][line][color] in any order: "-b", "ob", ".k", "--", "o-C1".
func ParseFormat(s string) (Style, error) {
	st := Style{}
	bad := func(why string) (Style, error) {
		return st, fmt.Errorf("the format %q: %s; a format is a marker, a line style and a color, such as \"-b\", \"ob\", \".k\" or \"o--\"", s, why)
	}
	if c, err := ParseColor(s); err == nil && len(s) > 1 {
		st.Color, st.Line = &c, Solid
		return st, nil
	}
	for rest := s; rest != ""; {
		var line LineStyle
		switch {
		case strings.HasPrefix(rest, "--"), strings.HasPrefix(rest, "-."):
			line = LineStyle(rest[:2])
		case rest[0] == '-', rest[0] == ':':
			line = LineStyle(rest[:1])
		}
		if line != "" {
			if st.Line != "" {
				return bad("two line styles")
			}
			st.Line, rest = line, rest[len(line):]
			continue
		}
		if len(rest) > 1 && rest[0] == 'C' && rest[1] >= '0' && rest[1] <= '9' {
			c, _ := ParseColor(rest[:2])
			if st.Color != nil {
				return bad("two colors")
			}
			st.Color, rest = &c, rest[2:]
			continue
		}
		if c, ok := letterColors[rest[:1]]; ok {
			if st.Color != nil {
				return bad("two colors")
			}
			st.Color, rest = &c, rest[1:]
			continue
		}
		if _, ok := markers[rest[:1]]; ok {
			if st.Marker != "" {
				return bad("two markers")
			}
			st.Marker, rest = rest[:1], rest[1:]
			continue
		}
		return bad(fmt.Sprintf("%q means nothing here", rest[:1]))
	}
	if st.Line == "" {
		st.Line = NoLine
		if st.Marker == "" {
			st.Line = Solid
		}
	}
	return st, nil
}

// finish fills in defaults; the color comes from the cycle of the axes when none is named.
func (s Style) finish(a *Axes) Style {
	if s.Color == nil {
		if n := len(a.fig.cycle); n > 0 && s.Line == "" {
			s.Line = a.fig.cycle[a.colors%n].Line
		}
		c := a.nextColor()
		s.Color = &c
	}
	if s.Line == "" {
		s.Line = Solid
	}
	if s.Width == 0 {
		s.Width = 1.5
	}
	if s.MarkerSize == 0 {
		s.MarkerSize = 6
	}
	if s.Alpha == 0 {
		s.Alpha = 1
	}
	return s
}

func (s *Style) color() Color { return withAlpha(*s.Color, s.Alpha) }

func (s *Style) pen() pen {
	return pen{width: s.Width, color: s.color(), dashes: s.Line.dashes(s.Width)}
}

func (s *Style) z(otherwise float64) float64 {
	if s.Z != nil {
		return *s.Z
	}
	return otherwise
}
