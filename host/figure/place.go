package figure

import "math"

// Sides of an Axes.
const (
	Left = iota
	Right
	Bottom
	Top
)

// HideSide shows an Axes without the line of a side; ticks stay.
func (a *Axes) HideSide(side int, hide bool) { a.hidden[side] = hide }

// HideSides is what new Axes of the figure are shown without.
func (f *Figure) HideSides(hidden [4]bool) { f.hidden = hidden }

// SetFar puts ticks and label of y to the right.
func (a *Axes) SetFar(axis string, far bool) {
	if axis == "y" {
		a.y.far = far
	}
}

// SetNames shows or hides the names of ticks.
func (a *Axes) SetNames(axis string, on bool) { a.axis(axis).inner = !on }

// SetMarks shows or hides ticks.
func (a *Axes) SetMarks(axis string, on bool) { a.axis(axis).bare = !on }

// SetTickStep puts ticks at the multiples of a number, in SI units; 0 lets them find their places.
func (a *Axes) SetTickStep(axis string, step float64) {
	for _, m := range a.axis(axis).members() {
		m.every = step
	}
}

// SetTickForm names ticks by a function of the numbers that are shown and their count.
func (a *Axes) SetTickForm(axis string, form func(v float64, k int) (string, error)) {
	for _, m := range a.axis(axis).members() {
		m.form = form
	}
}

// SetTickNames names the ticks that were set; without any, they have no names.
func (a *Axes) SetTickNames(axis string, names []string) error {
	ax := a.axis(axis)
	if len(names) == 0 {
		ax.inner = true
		return nil
	}
	return a.SetTicks(axis, Values{V: ax.ticks, Dim: ax.dimension()}, names)
}

// FixedTicks is how many ticks were set, -1 where they find their places.
func (a *Axes) FixedTicks(axis string) int {
	if !a.axis(axis).fixed {
		return -1
	}
	return len(a.axis(axis).ticks)
}

// SetLabelStyle sets the size of a label in points, 0 for the usual one, and whether that of y is written like other text.
func (a *Axes) SetLabelStyle(axis string, size float64, flat bool) {
	ax := a.axis(axis)
	ax.size, ax.flat = size, flat
}

func (a *axis) labelSize() float64 {
	if a.size > 0 {
		return a.size
	}
	return labelSize
}

// SetTitleSize sets the size of the title in points.
func (a *Axes) SetTitleSize(size float64) { a.size = size }

func (a *Axes) titleSize() float64 {
	if a.size > 0 {
		return a.size
	}
	return titleSize
}

// SetFace fills the Axes behind everything.
func (a *Axes) SetFace(c *Color) { a.face = c }

// Share makes an axis have the limits of another one's, now and later.
func (a *Axes) Share(name string, with *Axes) error {
	x, y := a.axis(name), with.axis(name)
	if x.known && y.known && x.dim != y.dim && !x.dim.Dimensionless() && !y.dim.Dimensionless() {
		return x.accept(Values{V: []float64{1}, Dim: y.dim})
	}
	if a == with {
		return nil
	}
	group := append([]*axis(nil), y.members()...)
	for _, m := range x.members() {
		known := false
		for _, o := range group {
			known = known || o == m
		}
		if !known {
			group = append(group, m)
		}
	}
	for _, m := range group {
		m.group = group
		if math.IsNaN(m.lo) {
			m.lo = y.lo
		}
		if math.IsNaN(m.hi) {
			m.hi = y.hi
		}
	}
	if x.known && y.known && x.dim != y.dim {
		x.plain(x.dim, y.dim)
	}
	return nil
}

// within is the place that fractions of a rectangle say.
func (r rect) within(of rect) rect {
	return rect{of.x0 + r.x0*of.w(), of.y0 + r.y0*of.h(), of.x0 + r.x1*of.w(), of.y0 + r.y1*of.h()}
}

// Place makes an Axes at a place of the page, in fractions of it from the lower left.
func (f *Figure) Place(left, bottom, width, height float64) *Axes {
	a := f.newAxes(cell{rows: 1, cols: 1})
	a.frac = rect{left, bottom, left + width, bottom + height}
	f.placed = append(f.placed, a)
	f.current = a
	return a
}

// Inset makes an Axes within another one, in fractions of it from the lower left.
func (a *Axes) Inset(left, bottom, width, height float64) *Axes {
	in := a.fig.newAxes(cell{rows: 1, cols: 1})
	in.frac = rect{left, bottom, left + width, bottom + height}
	white := white
	in.face = &white
	a.insets = append(a.insets, in)
	return in
}

// onPage adds the Axes that have a place of their own.
func (f *Figure) onPage(out []placed) []placed {
	for _, a := range f.placed {
		out = append(out, placed{a, a.shaped(a.frac.within(rect{0, 0, f.w, f.h}))})
	}
	return out
}

// SetSpace puts columns and rows of a grid so far apart, in sizes of one; at 0 they touch each other, -1 leaves what their labels need.
func (f *Figure) SetSpace(columns, rows float64) { f.spaceX, f.spaceY = columns, rows }

// apart is the distance of the labels of neighbours: what there is, unless the neighbours are to be farther apart, or touch.
func apart(space, length float64, before, after []float64) float64 {
	n := len(before)
	if space < 0 || n < 2 {
		return cellPad
	}
	const none = 0.02
	if space < none {
		for k := 1; k < n; k++ {
			before[k], after[k-1] = 0, 0
		}
		return 0
	}
	wide := space * (length - 2*pagePad - before[0] - after[n-1]) / (float64(n) + space*float64(n-1))
	pad := cellPad
	for k := 1; k < n; k++ {
		pad = max(pad, wide-before[k]-after[k-1])
	}
	return pad
}

// AlignLabels puts the labels of y of Axes above each other on one line.
func (f *Figure) AlignLabels() { f.aligned = true }

func align(all []placed) error {
	type side struct {
		x   float64
		far bool
	}
	most := map[side]float64{}
	of := func(p placed) side {
		if p.a.y.far {
			return side{p.box.x1, true}
		}
		return side{p.box.x0, false}
	}
	for _, p := range all {
		o, err := p.a.y.outside(p.box.h())
		if err != nil {
			return err
		}
		most[of(p)] = max(most[of(p)], o.names)
	}
	for _, p := range all {
		p.a.y.least = most[of(p)]
	}
	return nil
}

// SetSize sets the size in inches.
func (f *Figure) SetSize(width, height float64) error {
	g, err := New(width, height)
	if err == nil {
		f.w, f.h = g.w, g.h
	}
	return err
}

// Text writes at a place of the page, in fractions of it.
func (f *Figure) Text(x, y float64, s string, o TextOptions) {
	o.Fraction = true
	f.notes = append(f.notes, &note{text: s, x: x, y: y, o: o})
}

// SetCycle is how artists look one after another that name no color: by color and by line.
func (f *Figure) SetCycle(styles []Style) { f.cycle = styles }

// Remove takes something that was drawn away, and Restore brings it back.
func (a *Axes) Remove(x any) {
	var rest []artist
	for _, art := range a.artists {
		if any(art) != x {
			rest = append(rest, art)
		}
	}
	a.artists = rest
}

// Restore draws what was removed.
func (a *Axes) Restore(x any) {
	if art, ok := x.(artist); ok {
		a.add(art)
	}
}

// Polar says whether the Axes are polar.
func (a *Axes) Polar() bool { return a.polar }

// LabelOuter leaves names of ticks and labels to the Axes at the border of the grid.
func (a *Axes) LabelOuter() {
	if a.at.r+a.at.rs < a.at.rows {
		a.x.inner, a.x.label = true, ""
	}
	if a.at.c > 0 {
		a.y.inner, a.y.label = true, ""
	}
}

// Clear takes away what was drawn in an Axes, and its labels and limits.
func (a *Axes) Clear() {
	b := a.fig.newAxes(a.at)
	b.ratios, b.twin, b.polar, b.frac, b.face, b.y.far = a.ratios, a.twin, a.polar, a.frac, a.face, a.y.far
	for _, x := range []struct{ old, new *axis }{{&a.x, &b.x}, {&a.y, &b.y}} {
		x.new.of, x.new.group, x.new.inner = a, x.old.group, x.old.inner
	}
	*a = *b
}

// ClearAll takes away all Axes of a figure.
func (f *Figure) ClearAll() {
	f.axes, f.placed, f.notes, f.current, f.lastMesh, f.title = nil, nil, nil, nil, nil, ""
}
