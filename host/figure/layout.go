package figure

// Distances in points.
const (
	pagePad   = 8.0 // around everything
	cellPad   = 9.0 // between the labels of neighbours
	tickLen   = 3.5
	minorLen  = 2.0
	tickPad   = 3.5 // between a tick and its name
	labelPad  = 4.0 // between names of ticks and the label
	titlePad  = 6.0
	spineSize = 0.8
	barGap    = 8.0
	barWidth  = 12.0
)

// room is what an Axes needs around its box, in points.
type room struct{ l, r, t, b float64 }

// room measures labels for a box of a size.
func (a *Axes) room(w, h float64) (room, error) {
	var m room
	if a.title != "" {
		m.t = titlePad + typesetLines(a.title, a.titleSize()).height()
	}
	if a.polar && !a.off {
		return a.polarRoom(m)
	}
	if !a.off {
		x, err := a.x.outside(w)
		if err != nil {
			return m, err
		}
		y, err := a.y.outside(h)
		if err != nil {
			return m, err
		}
		if a.y.far {
			m.r = y.depth
		} else {
			m.l = y.depth
		}
		if !a.twin {
			m.b = x.depth
		}
		// Names of ticks at the ends of an axis reach over its corners.
		m.l, m.r = max(m.l, x.before), max(m.r, x.after)
		m.b, m.t = max(m.b, y.before), max(m.t, y.after)
		if y.suffix && a.title == "" {
			m.t = max(m.t, tickSize*1.5)
		} else if y.suffix {
			m.t += tickSize // the title stands above it
		}
	}
	a.notesRoom(&m, w, h)
	if a.bar != nil {
		y, err := a.bar.y.outside(h)
		if err != nil {
			return m, err
		}
		m.r = max(m.r, barGap+barWidth+y.depth)
	}
	return m, nil
}

// outside is the room that an axis takes beside its line.
type outside struct {
	depth         float64 // away from the box
	names         float64 // of it without the label
	before, after float64 // beyond the ends
	suffix        bool
}

func (a *axis) outside(length float64) (outside, error) {
	var o outside
	t, unit, err := a.marks(length)
	if err != nil {
		return o, err
	}
	s := a.scale(0, length)
	if len(t.at) > 0 && !a.inner {
		across := 0.0
		for i, n := range t.names {
			p := s.at(t.at[i])
			if p < -0.5 || p > length+0.5 {
				continue
			}
			b := typesetLines(n, tickSize)
			half := b.width() / 2
			if a.name == "y" {
				half = b.height() / 2
				across = max(across, b.width())
			} else {
				across = max(across, b.height())
			}
			o.before, o.after = max(o.before, half-p), max(o.after, p+half-length)
		}
		o.depth = tickLen + tickPad + across
		if t.suffix != "" {
			o.suffix = true
			if a.name == "x" {
				o.depth += 1.2 * tickSize
			}
		}
	} else if len(t.at) > 0 {
		o.depth = tickLen
	}
	o.names = o.depth
	if label := a.text(unit); label != "" {
		b := typesetLines(label, a.labelSize())
		o.depth = max(o.depth, a.least) + labelPad + b.height()
		if a.flat && a.name == "y" {
			o.depth += b.width() - b.height()
		}
	}
	return o, nil
}

// text is the axis label with its unit.
func (a *axis) text(unit string) string {
	switch {
	case a.inner && a.label == "", unit == "":
		return a.label
	case a.label == "" && unit == "s" || a.label == "" && len(unit) > 1 && unit[len(unit)-1] == 's' && isTime(unit):
		return "Time (" + unit + ")"
	case a.label == "":
		return unit
	}
	return a.label + " (" + unit + ")"
}

func isTime(u string) bool {
	switch u {
	case "ms", "μs", "ns", "ps", "ks":
		return true
	}
	return false
}

// placed is an Axes with its box.
type placed struct {
	a   *Axes
	box rect
}

// layout gives every Axes its box. Columns and rows take the room that the labels of their Axes need; what is left is shared by ratio.
func (f *Figure) layout() ([]placed, error) {
	out := make([]placed, len(f.axes))
	if len(f.axes) == 0 {
		return f.onPage(out), nil
	}
	cols, rows := 1, 1
	var shared *ratios
	for i, a := range f.axes {
		cols, rows = lcm(cols, a.at.cols), lcm(rows, a.at.rows)
		if a.ratios != nil {
			shared = a.ratios
		}
		out[i] = placed{a: a, box: rect{0, 0, f.w / float64(a.at.cols) * 0.8, f.h / float64(a.at.rows) * 0.8}}
	}
	var wr, hr []float64
	if shared != nil {
		wr, hr = shared.w, shared.h
	}
	top := 0.0
	if f.title != "" {
		top = titlePad + typesetLines(f.title, titleSize).height()
	}
	// Names of ticks depend on the length of an axis, which depends on them: a few rounds settle it.
	for range 4 {
		l, r, t, b := make([]float64, cols), make([]float64, cols), make([]float64, rows), make([]float64, rows)
		for _, p := range out {
			m, err := p.a.room(p.box.w(), p.box.h())
			if err != nil {
				return nil, err
			}
			g := p.a.at
			fc, fr := cols/g.cols, rows/g.rows
			first, last := g.c*fc, (g.c+g.cs)*fc-1
			l[first], r[last] = max(l[first], m.l), max(r[last], m.r)
			first, last = g.r*fr, (g.r+g.rs)*fr-1
			t[first], b[last] = max(t[first], m.t), max(b[last], m.b)
		}
		padX, padY := apart(f.spaceX, f.w, l, r), apart(f.spaceY, f.h-top, t, b)
		xs := spread(pagePad, f.w-pagePad, padX, l, r, wr)
		ys := spread(pagePad+top, f.h-pagePad, padY, t, b, hr)
		for i, p := range out {
			g := p.a.at
			fc, fr := cols/g.cols, rows/g.rows
			x0, x1 := xs[g.c*fc][0], xs[(g.c+g.cs)*fc-1][1]
			y0, y1 := ys[g.r*fr][0], ys[(g.r+g.rs)*fr-1][1]
			out[i].box = p.a.shaped(rect{x0, f.h - y1, x1, f.h - y0})
		}
		if f.aligned {
			if err := align(out); err != nil {
				return nil, err
			}
		}
	}
	return f.onPage(out), nil
}

// spread divides a length into cells with margins before and after each; the rest is shared by ratio. It gives the inner ends.
func spread(from, to, pad float64, before, after, ratio []float64) [][2]float64 {
	n := len(before)
	free, total := to-from-pad*float64(n-1), 0.0
	weight := func(k int) float64 {
		if len(ratio) == n {
			return ratio[k]
		}
		return 1
	}
	for k := range n {
		free -= before[k] + after[k]
		total += weight(k)
	}
	free = max(free, 10*float64(n)) // too small a figure overflows rather than turning inside out
	out := make([][2]float64, n)
	p := from
	for k := range n {
		p += before[k]
		w := free * weight(k) / total
		out[k] = [2]float64{p, p + w}
		p += w + after[k] + pad
	}
	return out
}

// shaped shrinks a box to the aspect of the Axes, around its center.
func (a *Axes) shaped(b rect) rect {
	if a.polar {
		r := max(min(b.w(), b.h())/2, 1)
		return rect{(b.x0+b.x1)/2 - r, (b.y0+b.y1)/2 - r, (b.x0+b.x1)/2 + r, (b.y0+b.y1)/2 + r}
	}
	if a.aspect == 0 || a.x.log || a.y.log {
		return b
	}
	x0, x1 := a.x.limits()
	y0, y1 := a.y.limits()
	dx, dy := max(x1-x0, x0-x1), max(y1-y0, y0-y1)
	want := a.aspect * dy / dx // height over width
	w, h := b.w(), b.h()
	if h > want*w {
		h = want * w
	} else {
		w = h / want
	}
	cx, cy := (b.x0+b.x1)/2, (b.y0+b.y1)/2
	return rect{cx - w/2, cy - h/2, cx + w/2, cy + h/2}
}

// lcm is the least common multiple.
func lcm(a, b int) int {
	x, y := a, b
	for y != 0 {
		x, y = y, x%y
	}
	return a / x * b
}
