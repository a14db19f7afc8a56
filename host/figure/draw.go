package figure

import (
	"math"
	"sort"
)

// draw puts the whole figure on a canvas.
func (f *Figure) draw(c canvas) error {
	boxes, err := f.layout()
	if err != nil {
		return err
	}
	if f.title != "" {
		b := typesetLines(f.title, titleSize)
		b.draw(c, point{f.w / 2, f.h - pagePad}, 0.5, 1, false, black)
	}
	for _, n := range f.notes {
		n.draw(c, &panel{box: rect{0, 0, f.w, f.h}})
	}
	for _, p := range boxes {
		if err := p.a.draw(c, p.box); err != nil {
			return err
		}
		if p.a.bar != nil {
			x := p.box.x1 + barGap
			if err := p.a.bar.draw(c, rect{x, p.box.y0, x + barWidth, p.box.y1}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (a *Axes) draw(c canvas, box rect) error {
	p := &panel{box: box, x: a.x.scale(box.x0, box.x1), y: a.y.scale(box.y0, box.y1), polar: a.polar}
	xt, xunit, err := a.x.marks(box.w())
	if err != nil {
		return err
	}
	height := box.h()
	if a.polar {
		height /= 2
	}
	yt, yunit, err := a.y.marks(height)
	if err != nil {
		return err
	}
	c.begin("axes", "")
	defer c.end()
	if a.face != nil && !a.off {
		c.fill([][]point{rectangle(box.x0, box.y0, box.x1, box.y1)}, *a.face)
	}
	if a.polar {
		a.drawPolarGrid(c, p, yt)
	} else if !a.off {
		a.drawGrid(c, p, xt, yt)
	}
	order := append([]artist(nil), a.artists...)
	sort.SliceStable(order, func(i, j int) bool { return order[i].z() < order[j].z() })
	for _, art := range order {
		art.draw(c, p)
	}
	if a.polar {
		a.drawPolarNames(c, p, yt)
	} else if !a.off {
		a.drawFrame(c, p, xt, yt)
		if !a.twin {
			a.x.draw(c, p, xt, xunit)
		}
		a.y.draw(c, p, yt, yunit)
	}
	if a.title != "" {
		up := titlePad
		if a.polar {
			up += tickPad + 1.2*tickSize
		} else if yt.suffix != "" && !a.y.inner {
			up += tickSize
		}
		c.begin("title", "")
		typesetLines(a.title, a.titleSize()).draw(c, point{(box.x0 + box.x1) / 2, box.y1 + up}, 0.5, 0, false, black)
		c.end()
	}
	a.drawLegend(c, p)
	for _, in := range a.insets {
		if err := in.draw(c, in.frac.within(box)); err != nil {
			return err
		}
	}
	return nil
}

func (a *Axes) drawGrid(c canvas, p *panel, xt, yt ticks) {
	var lines [][]point
	if a.x.grid {
		for _, v := range xt.at {
			x := p.x.at(v)
			lines = append(lines, clipLine([]point{{x, p.box.y0}, {x, p.box.y1}}, p.box)...)
		}
	}
	if a.y.grid {
		for _, v := range yt.at {
			y := p.y.at(v)
			lines = append(lines, clipLine([]point{{p.box.x0, y}, {p.box.x1, y}}, p.box)...)
		}
	}
	if len(lines) > 0 {
		c.begin("grid", "")
		c.stroke(lines, pen{width: 0.8, color: withAlpha(faint, 0.7), snap: true})
		c.end()
	}
}

// drawFrame draws spines and ticks.
func (a *Axes) drawFrame(c canvas, p *panel, xt, yt ticks) {
	b := p.box
	c.begin("frame", "")
	defer c.end()
	var sides [][]point
	for k, l := range [4][]point{Left: {{b.x0, b.y0}, {b.x0, b.y1}}, Right: {{b.x1, b.y0}, {b.x1, b.y1}}, Bottom: {{b.x0, b.y0}, {b.x1, b.y0}}, Top: {{b.x0, b.y1}, {b.x1, b.y1}}} {
		if !a.hidden[k] {
			sides = append(sides, l)
		}
	}
	c.stroke(sides, pen{width: spineSize, color: black, snap: true, cap: true})
	marks := func(at []float64, length float64, s scale, x bool) (lines [][]point) {
		for _, v := range at {
			q := s.at(v)
			switch {
			case x && a.x.bare || !x && a.y.bare:
			case q < min(s.p0, s.p1)-0.01 || q > max(s.p0, s.p1)+0.01:
			case x:
				lines = append(lines, []point{{q, b.y0}, {q, b.y0 - length}})
			case a.y.far:
				lines = append(lines, []point{{b.x1, q}, {b.x1 + length, q}})
			default:
				lines = append(lines, []point{{b.x0, q}, {b.x0 - length, q}})
			}
		}
		return lines
	}
	pn := pen{width: spineSize, color: black, snap: true}
	c.stroke(append(marks(xt.at, tickLen, p.x, true), marks(yt.at, tickLen, p.y, false)...), pn)
	pn.width = 0.6
	c.stroke(append(marks(xt.minor, minorLen, p.x, true), marks(yt.minor, minorLen, p.y, false)...), pn)
}

// draw writes the names of ticks and the label.
func (a *axis) draw(c canvas, p *panel, t ticks, unit string) {
	b := p.box
	c.begin(a.name+"axis", "")
	defer c.end()
	away := 0.0
	if len(t.at) > 0 {
		away = tickLen
	}
	if !a.inner && len(t.names) > 0 {
		away += tickPad
		across, free := 0.0, math.Inf(-1)
		for i, name := range t.names {
			n := typesetLines(name, tickSize)
			if a.name == "x" {
				q := p.x.at(t.at[i])
				if q < b.x0-0.5 || q > b.x1+0.5 {
					continue
				}
				across = max(across, n.height())
				if p.x.lo < p.x.hi && q-n.width()/2 < free { // names must not run into each other
					continue
				}
				free = q + n.width()/2 + 2
				// Figures stand below the tick by their own height, whatever superscripts others have.
				n.draw(c, point{q, b.y0 - away}, 0.5, 1, false, black)
				continue
			}
			q := p.y.at(t.at[i])
			if q < b.y0-0.5 || q > b.y1+0.5 || len(n.lines) == 0 {
				continue
			}
			across = max(across, n.width())
			// The middle of the figures, not of ascent and descent, is level with the tick.
			base := q - digits*tickSize/2
			x, h := b.x0-away, 1.0
			if a.far {
				x, h = b.x1+away, 0
			}
			c.text(point{x - h*n.width(), base}, false, n.lines[0], black)
		}
		away += across
		if t.suffix != "" {
			n := typesetLines(t.suffix, tickSize)
			if a.name == "x" {
				n.draw(c, point{b.x1, b.y0 - away}, 1, 1, false, black)
				away += 1.2 * tickSize
			} else if a.far {
				n.draw(c, point{b.x1, b.y1 + 3}, 0, 0, false, black)
			} else {
				n.draw(c, point{b.x0, b.y1 + 3}, 0, 0, false, black)
			}
		}
	}
	label := typesetLines(a.text(unit), a.labelSize())
	if len(label.lines) == 0 {
		return
	}
	away = max(away, a.least) + labelPad
	switch {
	case a.flat && a.name == "y" && a.far:
		label.draw(c, point{b.x1 + away, (b.y0 + b.y1) / 2}, 0, 0.5, false, black)
	case a.flat && a.name == "y":
		label.draw(c, point{b.x0 - away, (b.y0 + b.y1) / 2}, 1, 0.5, false, black)
	case a.name == "x":
		label.draw(c, point{(b.x0 + b.x1) / 2, b.y0 - away}, 0.5, 1, false, black)
	case a.far:
		label.draw(c, point{b.x1 + away, (b.y0 + b.y1) / 2}, 0.5, 1, true, black)
	default:
		label.draw(c, point{b.x0 - away, (b.y0 + b.y1) / 2}, 0.5, 0, true, black)
	}
}
