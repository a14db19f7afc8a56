//go:build cgo

package render

import (
	"fmt"
	"math"
	"strconv"

	"github.com/galvani-sim/galvani/gpu/device"
)

// chartKinds are the values of KIND in shaders/render/chart.vert.glsl and of its neighbours.
var chartKinds = []string{"DOTS", "LINE", "BARS", "CURVE", "CURVEBARS", "CIRCLE", "VECTOR", "IMAGE", "SAMPLE", "SPECTRA"}

func chartMacros(kind string, v device.View) (map[string]string, error) {
	t, err := glslType(v)
	if err != nil {
		return nil, err
	}
	define := map[string]string{"VALUE": t, "KIND": kind}
	for i, k := range chartKinds {
		define[k] = strconv.Itoa(i)
	}
	return define, nil
}

// chartState is what the renderer keeps of a chart.
type chartState struct {
	frame   int64
	data    *device.Buffer // counts of a histogram, mean of phases, points of a curve
	version uint64
	table   *device.Buffer // cosines and sines of a spectrum's segment
	segment int            // that they are of
}

func (s *chartState) close() {
	s.data.Close()
	s.table.Close()
}

// reduceChart computes what a chart shows of the data, on the device.
func (r *Renderer) reduceChart(c chart) (did bool, err error) {
	st := r.charts[c]
	if st == nil {
		st = &chartState{}
		r.charts[c] = st
	}
	st.frame = r.frame
	switch c := c.(type) {
	case *Histogram:
		if err := checkView(c.Name, "values", c.Values, c.N); err != nil {
			return false, err
		}
		if c.Bins < 1 {
			return false, fmt.Errorf("render: %s: a histogram of %d bins", c.Name, c.Bins)
		}
		fresh := !c.Scale.seen
		did, err := r.follow(c.Values, c.N, c.Scale)
		if err != nil {
			return did, err
		}
		if did && fresh {
			// Counting needs limits; the first ones are waited for.
			r.d.Barrier(device.BarrierStorage | device.BarrierBufferUpdate)
			if err := r.ranges.submit(); err != nil {
				return did, err
			}
			r.ranges.now = r.ranges.now[:0]
		}
		if err := r.ensure(&st.data, "histogram", device.U32, c.Bins); err != nil {
			return did, err
		}
		if err := st.data.Clear(0, c.Bins); err != nil {
			return did, err
		}
		groups := max(1, min(64, c.N/4096))
		if err := r.chartCompute("BARS", c.Values, c.N, groups, func(p *device.Program) {
			r.d.BindStorage(1, st.data)
			p.SetInt("bins", int32(c.Bins))
			setTones(p, "tones", c.Scale)
		}); err != nil {
			return did, err
		}
		_, err = r.follow(st.data.View().Slice(0, c.Bins), c.Bins, c.Counts)
		return true, err
	case *PhaseCircle:
		if err := checkView(c.Name, "values", c.Values, c.N); err != nil {
			return false, err
		}
		if err := r.ensure(&st.data, "mean phase", device.F32, 2); err != nil {
			return false, err
		}
		return true, r.chartCompute("CIRCLE", c.Values, c.N, 1, func(*device.Program) { r.d.BindStorage(1, st.data) })
	case *Traces:
		if c.Count < 1 || c.Ghost {
			return false, nil
		}
		// Rows that were never written hold zeros, and are left out as long as the ring is not full.
		v := c.Values
		if c.First == 0 {
			v = v.Slice(0, c.Count*c.K)
		}
		return r.follow(v, v.Count, c.Scale)
	case *Matrix:
		return r.follow(c.Values, c.Rows*c.Cols, c.Scale)
	case *Spectra:
		return r.reduceSpectra(c, st)
	case *Curve:
		if st.data != nil && st.version == c.Version {
			return false, nil
		}
		if len(c.X) != len(c.Y) || len(c.X) == 0 {
			return false, fmt.Errorf("render: %s: a curve of %d places and %d values", c.Name, len(c.X), len(c.Y))
		}
		xy := make([]float32, 0, 2*len(c.X))
		for k := range c.X {
			xy = append(xy, float32(c.X[k]), float32(c.Y[k]))
		}
		if err := r.ensure(&st.data, "curve", device.F32, len(xy)); err != nil {
			return false, err
		}
		st.version = c.Version
		return false, device.Upload(st.data, 0, xy)
	}
	return false, nil
}

// follow looks for the extremes of values for a scale that follows them.
func (r *Renderer) follow(v device.View, n int, s *Scale) (bool, error) {
	if s == nil || s.Fixed || n < 1 {
		return false, nil
	}
	slot := r.ranges.slot(s)
	if slot < 0 {
		return false, nil
	}
	return true, r.dispatchReduce(v, n, 1, r.inOneRow(n), nil, false, slot, s)
}

func (r *Renderer) chartCompute(kind string, v device.View, count, groups int, bind func(p *device.Program)) error {
	define, err := chartMacros(kind, v)
	if err != nil {
		return err
	}
	p, err := r.compute("chart_sum", define)
	if err != nil {
		return err
	}
	if err := r.bindAt(p, 0, "valuesAt", v); err != nil {
		return err
	}
	p.SetInt("count", int32(count))
	bind(p)
	if err := r.d.Dispatch(p, groups, 1, 1); err != nil {
		return err
	}
	r.d.Barrier(device.BarrierStorage | device.BarrierBufferUpdate)
	return nil
}

// Sample copies the given elements (I32) of a variable into row row of a ring [Capacity, K] of F32, on the device. It is how traces
// are fed: nothing comes back.
func (r *Renderer) Sample(variable, elements device.View, k int, ring *device.Buffer, row int) error {
	if ring.Elem() != device.F32 || k < 1 || row < 0 || (row+1)*k > ring.Len() || elements.Count < k {
		return fmt.Errorf("render: row %d of %d elements does not fit the ring %s of %d", row, k, ring.Label(), ring.Len())
	}
	r.d.Barrier(device.BarrierStorage)
	return r.chartCompute("SAMPLE", variable, k, (k+255)/256, func(p *device.Program) {
		r.d.BindView(1, elements)
		r.d.BindStorage(2, ring)
		p.SetInt("row", int32(row*k))
	})
}

// drawChart draws a chart's data into the panel's plot.
func (r *Renderer) drawChart(v *panelView, c chart, th *Theme, f Frame) error {
	plot := v.Plot()
	x0, y0 := int(math.Round(plot.X*f.Scale)), int(math.Round(plot.Y*f.Scale))
	w, h := int(math.Round(plot.W*f.Scale)), int(math.Round(plot.H*f.Scale))
	area := device.Rect{X: x0, Y: f.Height - y0 - h, W: w, H: h}
	if w < 2 || h < 2 {
		return nil
	}
	r.d.SetState(device.State{Blend: device.BlendAlpha, Scissor: true, ScissorRect: area})
	r.d.Viewport(area.X, area.Y, area.W, area.H)
	x, y, _ := v.Panel.extent()
	draw := func(kind string, view device.View, mode device.Mode, count int, tint Color, size float64, more func(p *device.Program) error) error {
		define, err := chartMacros(kind, view)
		if err != nil {
			return err
		}
		p, err := r.graphics("chart", define)
		if err != nil {
			return err
		}
		if err := r.bindAt(p, 0, "valuesAt", view); err != nil {
			return err
		}
		p.SetFloats("limits", float32(x.lo), float32(y.lo), float32(1/(x.hi-x.lo)), float32(1/(y.hi-y.lo)))
		p.SetFloats("viewport", float32(w), float32(h))
		if kind == "CURVE" || kind == "SPECTRA" {
			p.SetInt("logarithmic", int32(btoi(logarithmic(c))))
		}
		p.SetFloats("size", float32(size))
		p.SetFloats("tint", tint[0], tint[1], tint[2], tint[3])
		if more != nil {
			if err := more(p); err != nil {
				return err
			}
		}
		r.d.Draw(p, nil, mode, 0, count)
		return nil
	}
	st := r.charts[c]
	after := func(t *TimeAxis) { x.lo, x.hi = t.Lo-t.Origin, t.Hi-t.Origin }
	switch c := c.(type) {
	case *Raster:
		if c.Count < 1 {
			return nil
		}
		after(c.Time)
		least := 1.0 // unit of length; few spikes among many neurons would hardly be seen
		if 4*float64(c.Count)*f.Scale*f.Scale < 0.05*float64(w)*float64(h) {
			least = 2
		}
		dot := math.Max(least, math.Min(3, float64(h)/float64(c.N)/f.Scale)) * f.Scale
		capacity := c.Capacity
		if capacity == 0 {
			capacity = c.Spikes.Count / 2
		}
		return draw("DOTS", c.Spikes, device.Points, c.Count, th.Text.Alpha(0.9), math.Round(dot), func(p *device.Program) error {
			p.SetInts("ring", int32(capacity), 0, int32(c.First), 0)
			return nil
		})
	case *Traces:
		after(c.Time)
		for k := range c.K {
			tint := th.line(k)
			if c.Ghost {
				tint = th.Muted.Alpha(0.45)
			}
			if c.Count < 2 {
				continue
			}
			if err := draw("LINE", c.Values, device.Triangles, 6*(c.Count-1), tint, 1.5*f.Scale, func(p *device.Program) error {
				p.SetInts("ring", int32(c.Capacity), int32(c.K), int32(c.First), int32(k))
				p.SetFloats("perUnit", float32(c.Scale.perUnit()))
				setTones(p, "tones", c.Scale)
				return r.bindAt(p, 1, "timesAt", c.Times)
			}); err != nil {
				return err
			}
		}
		return nil
	case *Histogram:
		return draw("BARS", st.data.View().Slice(0, c.Bins), device.Triangles, 6*c.Bins, th.line(0), 1, func(p *device.Program) error {
			p.SetInt("bins", int32(c.Bins))
			return nil
		})
	case *Spectra:
		return c.draw(st, th, f, func(v device.View, count int, tint Color, size, hz float64) error {
			return draw("SPECTRA", v, device.Triangles, count, tint, size, func(p *device.Program) error {
				p.SetFloats("perUnit", float32(hz))
				return nil
			})
		})
	case *Curve:
		n := len(c.X)
		if c.Bars {
			width := x.hi - x.lo
			for k := 1; k < n; k++ {
				width = math.Min(width, math.Abs(c.X[k]-c.X[k-1]))
			}
			return draw("CURVEBARS", st.data.View(), device.Triangles, 6*n, th.line(0), 0.9*width, nil)
		}
		return draw("CURVE", st.data.View(), device.Triangles, 6*(n-1), th.line(0), 1.6*f.Scale, nil)
	case *PhaseCircle:
		size := math.Max(3, math.Min(9, 60*math.Pow(float64(c.N), -0.4))) * f.Scale
		tint := th.line(0).Alpha(float32(math.Max(0.25, math.Min(0.9, 4*math.Pow(float64(c.N), -0.35)))))
		if err := draw("CIRCLE", c.Values, device.Points, c.N, tint, size, nil); err != nil {
			return err
		}
		return draw("VECTOR", st.data.View(), device.Triangles, 9, th.line(1), 3*f.Scale, nil)
	case *Matrix:
		return draw("IMAGE", c.Values, device.Triangles, 6, th.Text, 1, func(p *device.Program) error {
			p.SetInts("shape", int32(c.Cols), int32(c.Rows))
			p.SetInt("map", int32(mapIndex(c.Scale.Colormap)))
			p.SetFloats("tones", float32(c.Scale.Min), inverse(c.Scale))
			p.SetInt("maps", 1)
			r.d.BindTexture(1, r.maps)
			return nil
		})
	}
	return nil
}
