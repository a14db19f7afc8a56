package figure

import "math"

// TextOptions say how a text stands at its place.
type TextOptions struct {
	Color *Color
	Size  float64 // points; 0: 10
	// H is 0 where the text starts at its place, 0.5 where it is centered, 1 where it ends. V is 0 where it stands on it, 1 below it.
	H, V float64
	// Fraction: the place is a fraction of the Axes, not data.
	Fraction bool
	Upright  bool
	// Back is filled behind the text, Frame drawn around it; nil: not.
	Back, Frame *Color
	Pad         float64 // around the text, in points
}

type note struct {
	text  string
	x, y  float64
	o     TextOptions
	arrow *point // of data
}

// Text writes at a place of the data. It does not widen the limits.
func (a *Axes) Text(x, y Values, s string, o TextOptions) error {
	if !o.Fraction {
		if err := a.accept(x, y); err != nil {
			return err
		}
	}
	a.add(&note{text: s, x: x.V[0], y: y.V[0], o: o})
	return nil
}

// Annotate writes at (x, y) and draws an arrow from there to (toX, toY).
func (a *Axes) Annotate(s string, toX, toY, x, y Values, o TextOptions) error {
	if err := a.accept(toX, toY); err != nil {
		return err
	}
	if !o.Fraction {
		if err := a.accept(x, y); err != nil {
			return err
		}
	}
	a.add(&note{text: s, x: x.V[0], y: y.V[0], o: o, arrow: &point{toX.V[0], toY.V[0]}})
	return nil
}

func (n *note) extent(int) extent                   { return nothing() }
func (n *note) z() float64                          { return 3 }
func (n *note) entry() (string, func(canvas, rect)) { return "", nil }
func (n *note) places(p *panel) []point             { return []point{n.at(p)} }

func (n *note) at(p *panel) point {
	if n.o.Fraction {
		return point{p.box.x0 + n.x*p.box.w(), p.box.y0 + n.y*p.box.h()}
	}
	return p.at(n.x, n.y)
}

func (n *note) draw(c canvas, p *panel) {
	size, col := n.o.Size, black
	if size == 0 {
		size = textSize
	}
	if n.o.Color != nil {
		col = *n.o.Color
	}
	at := n.at(p)
	b := typesetLines(n.text, size)
	c.begin("note", "")
	defer c.end()
	if n.arrow != nil {
		to := p.at(n.arrow.x, n.arrow.y)
		from := point{at.x + (0.5-n.o.H)*b.width(), at.y + (0.5-n.o.V)*b.height()}
		half := rect{from.x - b.width()/2 - 2, from.y - b.height()/2 - 2, from.x + b.width()/2 + 2, from.y + b.height()/2 + 2}
		if !half.contains(to) {
			if _, out, ok := clipSegment(from, to, half); ok {
				arrow(c, out, to, col)
			}
		}
	}
	if n.o.Back != nil || n.o.Frame != nil {
		w, h := b.width(), b.height()
		box := rect{at.x - n.o.H*w, at.y - n.o.V*h, at.x + (1-n.o.H)*w, at.y + (1-n.o.V)*h}
		if n.o.Upright {
			box = rect{at.x - (1-n.o.V)*h, at.y - n.o.H*w, at.x + n.o.V*h, at.y + (1-n.o.H)*w}
		}
		ring := rectangle(box.x0-n.o.Pad, box.y0-n.o.Pad, box.x1+n.o.Pad, box.y1+n.o.Pad)
		if n.o.Back != nil {
			c.fill([][]point{ring}, *n.o.Back)
		}
		if n.o.Frame != nil {
			c.stroke([][]point{append(ring[:len(ring):len(ring)], ring[0])}, pen{width: 1, color: *n.o.Frame})
		}
	}
	b.draw(c, at, n.o.H, n.o.V, n.o.Upright, col)
}

func arrow(c canvas, from, to point, col Color) {
	d := math.Hypot(to.x-from.x, to.y-from.y)
	if d < 1 {
		return
	}
	ux, uy := (to.x-from.x)/d, (to.y-from.y)/d
	const head, half = 6.0, 2.2
	base := point{to.x - ux*min(head, d), to.y - uy*min(head, d)}
	c.stroke([][]point{{from, base}}, pen{width: 1, color: col})
	c.fill([][]point{{to, {base.x - uy*half, base.y + ux*half}, {base.x + uy*half, base.y - ux*half}}}, col)
}

// notesRoom makes room for texts that begin a little outside of the Axes.
func (a *Axes) notesRoom(m *room, w, h float64) {
	p := &panel{box: rect{0, 0, w, h}, x: a.x.scale(0, w), y: a.y.scale(0, h)}
	const far = 0.35 // of the box: what is farther away is not meant to be seen
	for _, art := range a.artists {
		n, ok := art.(*note)
		if !ok || n.arrow != nil {
			continue
		}
		at := n.at(p)
		if p.box.contains(at) || at.x < -far*w || at.x > (1+far)*w || at.y < -far*h || at.y > (1+far)*h {
			continue
		}
		size := n.o.Size
		if size == 0 {
			size = textSize
		}
		b := typesetLines(n.text, size)
		tw, th := b.width(), b.height()
		if n.o.Upright {
			tw, th = th, tw
		}
		m.l, m.r = max(m.l, n.o.H*tw-at.x), max(m.r, at.x+(1-n.o.H)*tw-w)
		m.b, m.t = max(m.b, n.o.V*th-at.y), max(m.t, at.y+(1-n.o.V)*th-h)
	}
}
