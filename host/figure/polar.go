package figure

import (
	"fmt"
	"math"
)

// SetPolar makes x an angle in radians, counted from the right against the clock, and y the distance from the middle.
func (a *Axes) SetPolar() error {
	if len(a.artists) > 0 {
		return fmt.Errorf("something is drawn in these Axes already")
	}
	a.polar = true
	return nil
}

// polarLimits are the distances in the middle and on the circle: the middle is 0 unless there are distances below.
func polarLimits(lo, hi, least float64) (float64, float64) {
	if least >= 0 {
		lo = 0
	}
	if hi <= lo {
		hi = lo + 1
	}
	return lo, hi
}

// around is the place of an angle and a distance.
func (p *panel) around(angle, r float64) point {
	f := (r - p.y.lo) / (p.y.hi - p.y.lo) * p.box.w() / 2
	return point{(p.box.x0+p.box.x1)/2 + f*math.Cos(angle), (p.box.y0+p.box.y1)/2 + f*math.Sin(angle)}
}

// circleAt is the circle of a distance.
func (p *panel) circleAt(r float64) []point {
	var l []point
	const n = 180
	for k := range n + 1 {
		l = append(l, p.around(2*math.Pi*float64(k)/n, r))
	}
	return l
}

const angles = 8 // lines from the middle outwards

func (a *Axes) polarRoom(m room) (room, error) {
	side := tickPad + typesetLines("180°", tickSize).width()
	m.l, m.r = side, side
	m.t += tickPad + 1.2*tickSize
	m.b = tickPad + 1.2*tickSize
	return m, nil
}

func (a *Axes) drawPolarGrid(c canvas, p *panel, yt ticks) {
	if a.off {
		return
	}
	var lines [][]point
	for k := range angles {
		f := 2 * math.Pi * float64(k) / angles
		lines = append(lines, []point{p.around(f, p.y.lo), p.around(f, p.y.hi)})
	}
	for _, v := range yt.at {
		if v > p.y.lo && v <= p.y.hi {
			lines = append(lines, p.circleAt(v))
		}
	}
	c.begin("grid", "")
	c.stroke(lines, pen{width: 0.8, color: withAlpha(faint, 0.7)})
	c.end()
}

func (a *Axes) drawPolarNames(c canvas, p *panel, yt ticks) {
	if a.off {
		return
	}
	c.begin("frame", "")
	c.stroke([][]point{p.circleAt(p.y.hi)}, pen{width: spineSize, color: black})
	c.end()
	c.begin("xaxis", "")
	for k := range angles {
		f := 2 * math.Pi * float64(k) / angles
		at := p.around(f, p.y.hi)
		at.x, at.y = at.x+tickPad*math.Cos(f), at.y+tickPad*math.Sin(f)
		typesetLines(fmt.Sprintf("%d°", 360*k/angles), tickSize).draw(c, at, (1-math.Cos(f))/2, (1-math.Sin(f))/2, false, black)
	}
	c.end()
	c.begin("yaxis", "")
	const where = math.Pi / 8
	for k, v := range yt.at {
		if v > p.y.lo && v <= p.y.hi && k < len(yt.names) {
			typesetLines(yt.names[k], tickSize).draw(c, p.around(where, v), 0, 0, false, black)
		}
	}
	c.end()
}

// drawPolar draws a line from the middle at an angle, or a circle at a distance; a band is the room between two.
func (r *ruler) drawPolar(c canvas, p *panel) {
	line := func(v float64) []point {
		if r.dir == 1 {
			return p.circleAt(v)
		}
		return []point{p.around(v, p.y.lo), p.around(v, p.y.hi)}
	}
	c.begin(map[int]string{0: "axvline", 1: "axhline"}[r.dir], "")
	defer c.end()
	switch {
	case !r.band:
		c.stroke([][]point{line(r.lo)}, r.s.pen())
	case r.dir == 1:
		ring := line(r.hi)
		for l := line(r.lo); len(l) > 0; l = l[:len(l)-1] {
			ring = append(ring, l[len(l)-1])
		}
		c.fill([][]point{ring}, r.s.color())
	default:
		ring := []point{p.around(r.lo, p.y.lo)}
		const n = 60
		for k := range n + 1 {
			ring = append(ring, p.around(r.lo+(r.hi-r.lo)*float64(k)/n, p.y.hi))
		}
		c.fill([][]point{ring}, r.s.color())
	}
}
