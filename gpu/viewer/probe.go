//go:build cgo && linux

package viewer

import (
	"fmt"
	"math"
	"sort"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/render"
	"github.com/galvani-sim/galvani/host/units"
)

// reachOf is how far from the pointer, in units of scale 1, a spike may lie that the pointer is said to be at.
const reachOf = 8.0

// probe is what a chart says about the place under the pointer.
type probe struct {
	lines  []string
	marked bool // a value of the chart is meant, which lies at x, y of the window
	x, y   float64
}

func (p *probe) say(format string, args ...any) {
	p.lines = append(p.lines, fmt.Sprintf(format, args...))
}

// number writes a value with its unit.
func number(v float64, unit string) string {
	text := units.FormatNumber(significant(v, 4))
	if unit != "" {
		text += " " + unit
	}
	return text
}

// ask looks up what a chart shows at a point of the window. Reading it back is counted as picking.
func (v *Viewer) ask(pl *render.PanelLayout, x, y float64) (p probe, err error) {
	dx, dy, ok := pl.DataAt(x, y)
	if !ok {
		return p, nil
	}
	mark := func(dx, dy float64) {
		p.x, p.y = pl.PointAt(dx, dy)
		p.marked = pl.Plot().Inset(-1).Contains(p.x, p.y)
	}
	switch c := pl.Panel.Chart().(type) {
	case *render.Raster:
		f := v.stage.rasterOf(c)
		if f == nil {
			break
		}
		x1, y1 := pl.PointAt(dx+1, dy+1)
		if k, d := f.near(dx, dy, math.Abs(x1-x), math.Abs(y1-y)); d <= reachOf {
			e := f.index[k%f.size]
			p.say("%s[%d]", c.Name, e)
			p.say("t = %s", exactTime(f.time(k)))
			mark(f.time(k), float64(e))
			break
		}
		p.say("%s[%d]", c.Name, int(math.Round(dy)))
		p.say("t = %s", exactTime(dx))
	case *render.Traces:
		err = v.askTraces(pl, dx, dy, &p, mark)
	case *render.Histogram:
		width := (c.Scale.Max - c.Scale.Min) / float64(c.Bins)
		bin := min(int((dx-c.Scale.Shown(c.Scale.Min))/(c.Scale.Shown(c.Scale.Max)-c.Scale.Shown(c.Scale.Min))*float64(c.Bins)), c.Bins-1)
		var n [1]float64
		if err = v.renderer.Computed(c, bin, n[:]); err != nil {
			break
		}
		at := c.Scale.Min + float64(bin)*width
		p.say("%s = %s to %s", c.Scale.Label, number(c.Scale.Shown(at), ""), number(c.Scale.Shown(at+width), c.Scale.Unit))
		p.say("%.0f elements", n[0])
	case *render.Curve:
		askCurve(c, dx, &p, mark)
	case *render.Spectra:
		err = v.askSpectra(c, dx, dy, &p, mark)
	case *render.Matrix:
		err = v.askMatrix(c, dx, dy, &p)
	case *render.PhaseCircle:
		var m [2]float64
		if err = v.renderer.Computed(c, 0, m[:]); err == nil {
			p.say("order parameter %s", number(math.Hypot(m[0], m[1]), ""))
			p.say("mean phase %s", number(math.Atan2(m[1], m[0]), "rad"))
		}
	}
	return p, err
}

// exactTime writes a time with the digits that tell time steps apart.
func exactTime(t float64) string {
	if math.Abs(t) < 1 {
		return number(significant(1e3*t, 7), "ms")
	}
	return units.FormatNumber(significant(t, 8)) + " s"
}

func (st *stage) rasterOf(c *render.Raster) *rasterFeed {
	for _, f := range st.feeds {
		if r, ok := f.(*rasterFeed); ok && r.item == c {
			return r
		}
	}
	return nil
}

// askTraces finds the sample nearest in time, and of its lines the one nearest to the pointer.
func (v *Viewer) askTraces(pl *render.PanelLayout, dx, dy float64, p *probe, mark func(x, y float64)) error {
	for _, f := range v.stage.feeds {
		t, ok := f.(*traceFeed)
		if !ok || len(pl.Panel.Items) == 0 || pl.Panel.Items[0] != render.Item(t.left) {
			continue
		}
		n := t.item.Count
		if n == 0 {
			return nil
		}
		k := sort.SearchFloat64s(t.ring.at[:n], dx)
		if k == n || k > 0 && dx-t.ring.at[k-1] < t.ring.at[k]-dx {
			k--
		}
		row := make([]float32, len(t.indices))
		if err := device.ReadView(v.opt.Device, t.item.Values, (t.ring.first+k)%traceRows*len(row), row, device.ReadPick); err != nil {
			return err
		}
		best := nearest(row, func(x float64) float64 { return t.item.Scale.Shown(x) - dy })
		value := t.item.Scale.Shown(float64(row[best]))
		p.say("%s[%d]   t = %s", t.item.Name, t.indices[best], exactTime(t.ring.at[k]))
		p.say("%s = %s", t.item.Scale.Label, number(value, t.item.Scale.Unit))
		mark(t.ring.at[k], value)
	}
	return nil
}

// nearest is the value that a distance is least for.
func nearest[T float32 | float64](values []T, distance func(x float64) float64) (best int) {
	for k, x := range values {
		if math.Abs(distance(float64(x))) < math.Abs(distance(float64(values[best]))) {
			best = k
		}
	}
	return best
}

func askCurve(c *render.Curve, dx float64, p *probe, mark func(x, y float64)) {
	k := nearest(c.X, func(x float64) float64 { return x - dx })
	if len(c.X) < 2 {
		return
	}
	if c.Bars {
		half := (c.X[1] - c.X[0]) / 2
		p.say("%s %s to %s", c.XTitle.Label, number(c.X[k]-half, ""), number(c.X[k]+half, c.XTitle.Unit))
		p.say("%s %s", number(c.Y[k], c.YTitle.Unit), c.YTitle.Label)
		return
	}
	p.say("%s = %s", c.XTitle.Label, number(c.X[k], c.XTitle.Unit))
	p.say("%s %s", c.YTitle.Label, number(c.Y[k], c.YTitle.Unit))
	y := c.Y[k]
	if c.Log {
		y = math.Log10(y)
	}
	mark(c.X[k], y)
}

func (v *Viewer) askSpectra(c *render.Spectra, dx, dy float64, p *probe, mark func(x, y float64)) error {
	if c.Segment == 0 {
		return nil
	}
	hz := c.Rate / float64(c.Segment)
	k := max(1, min(int(math.Round(dx/hz)), c.Segment/2))
	powers := make([]float64, c.K)
	for e := range powers {
		if err := v.renderer.Computed(c, e*c.Segment/2+k-1, powers[e:e+1]); err != nil {
			return err
		}
	}
	best := nearest(powers, func(x float64) float64 { return math.Log10(x) - dy })
	p.say("%s[%s]   f = %s", c.Name, c.Labels[best], number(float64(k)*hz, "Hz"))
	p.say("power %s", number(powers[best], c.Density()))
	mark(float64(k)*hz, math.Log10(powers[best]))
	return nil
}

func (v *Viewer) askMatrix(c *render.Matrix, dx, dy float64, p *probe) error {
	step := math.Max(c.Step, 1)
	col, row := min(max(int(dx/step+0.5), 0), c.Cols-1), min(max(int(dy/step+0.5), 0), c.Rows-1)
	var cell [1]float32
	if err := device.ReadView(v.opt.Device, c.Values, row*c.Cols+col, cell[:], device.ReadPick); err != nil {
		return err
	}
	span := func(k int) string {
		if step > 1 {
			return fmt.Sprintf("%d to %d", k*int(step), (k+1)*int(step)-1)
		}
		return fmt.Sprint(k)
	}
	p.say("%s %s, %s %s", c.X, span(col), c.Y, span(row))
	p.say("%s %s", number(float64(cell[0]), ""), c.Scale.Label)
	return nil
}
