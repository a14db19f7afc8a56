package figure

import (
	"fmt"
	"math"
)

// Errors are how far bars reach below and above each value. One number stands for all.
type Errors struct{ Low, High Values }

// errorBars are values with their uncertainty.
type errorBars struct {
	line       Line
	xlo, xhi   []float64 // nil: no bars along x
	ylo, yhi   []float64
	cap, width float64
	color      Color
	label      string
}

// ErrorBarStyle is a style with what only error bars have.
type ErrorBarStyle struct {
	Style
	Cap        float64 // length of the caps in points; 0: none
	Width      float64 // of the bars in points; 0: as the line
	ErrorColor *Color  // nil: that of the line
}

// ErrorBar draws y over x with bars; xerr and yerr may be nil. Values that are not numbers are left out, and so are their bars.
func (a *Axes) ErrorBar(x, y Values, xerr, yerr *Errors, s ErrorBarStyle) error {
	if err := sameLength("errorbar", x, y); err != nil {
		return err
	}
	if err := a.accept(x, y); err != nil {
		return err
	}
	e := &errorBars{label: s.Label, cap: s.Cap}
	var err error
	if xerr != nil {
		if e.xlo, e.xhi, err = reach("xerr", &a.x, x, xerr); err != nil {
			return err
		}
	}
	if yerr != nil {
		if e.ylo, e.yhi, err = reach("yerr", &a.y, y, yerr); err != nil {
			return err
		}
	}
	st := s.Style.finish(a)
	e.line = Line{x: x.V, y: y.V, s: st}
	e.width, e.color = st.Width, st.color()
	if s.Width > 0 {
		e.width = s.Width
	}
	if s.ErrorColor != nil {
		e.color = withAlpha(*s.ErrorColor, st.Alpha)
	}
	a.add(e)
	return nil
}

// reach turns errors into the ends of bars.
func reach(what string, ax *axis, v Values, e *Errors) (lo, hi []float64, err error) {
	side := func(err Values, sign float64) ([]float64, error) {
		if len(err.V) != 1 && len(err.V) != len(v.V) {
			return nil, fmt.Errorf("errorbar: %s has %d values for %d points", what, len(err.V), len(v.V))
		}
		if e := ax.accept(err); e != nil {
			return nil, fmt.Errorf("errorbar: %s: %w", what, e)
		}
		out := make([]float64, len(v.V))
		for i, x := range v.V {
			d := err.V[min(i, len(err.V)-1)]
			if d < 0 {
				return nil, fmt.Errorf("errorbar: %s has the negative value %g", what, d)
			}
			out[i] = x + sign*d
		}
		return out, nil
	}
	if lo, err = side(e.Low, -1); err != nil {
		return nil, nil, err
	}
	hi, err = side(e.High, 1)
	return lo, hi, err
}

func (e *errorBars) extent(dir int) extent {
	x := e.line.extent(dir)
	if dir == 0 {
		x.join(extentOf(e.xlo, e.xhi))
	} else {
		x.join(extentOf(e.ylo, e.yhi))
	}
	return x
}

func (e *errorBars) z() float64 { return e.line.z() }

func (e *errorBars) draw(c canvas, p *panel) {
	c.begin("errorbar", "")
	var bars [][]point
	bar := func(a, b point) {
		if math.IsNaN(a.x + a.y + b.x + b.y) {
			return
		}
		bars = append(bars, clipLine([]point{a, b}, p.box)...)
		if e.cap <= 0 {
			return
		}
		dx, dy := e.cap, 0.0
		if a.y == b.y {
			dx, dy = 0, e.cap
		}
		for _, q := range []point{a, b} {
			if p.box.contains(q) {
				bars = append(bars, []point{{q.x - dx, q.y - dy}, {q.x + dx, q.y + dy}})
			}
		}
	}
	for i := range e.line.x {
		if e.ylo != nil {
			bar(p.at(e.line.x[i], e.ylo[i]), p.at(e.line.x[i], e.yhi[i]))
		}
		if e.xlo != nil {
			bar(p.at(e.xlo[i], e.line.y[i]), p.at(e.xhi[i], e.line.y[i]))
		}
	}
	c.stroke(bars, pen{width: e.width, color: e.color})
	e.line.draw(c, p)
	c.end()
}

func (e *errorBars) entry() (string, func(canvas, rect)) {
	return e.label, func(c canvas, r rect) {
		x := (r.x0 + r.x1) / 2
		c.stroke([][]point{{{x, r.y0 - 1}, {x, r.y1 + 1}}}, pen{width: e.width, color: e.color})
		e.line.s.key(c, r)
	}
}

func (e *errorBars) places(p *panel) []point {
	out := e.line.places(p)
	for i := range e.ylo {
		out = append(out, p.at(e.line.x[i], e.ylo[i]), p.at(e.line.x[i], e.yhi[i]))
	}
	return out
}
