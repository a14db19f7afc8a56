//go:build cgo

package render

import (
	"fmt"
	"math"

	"github.com/galvani-sim/galvani/gpu/device"
)

// reduceSpectra computes the densities when there are new samples.
func (r *Renderer) reduceSpectra(c *Spectra, st *chartState) (did bool, err error) {
	if c.Segment == 0 {
		return false, nil
	}
	if c.Segment%2 != 0 || c.Parts < 1 || c.K < 1 || (c.Parts+1)*c.Segment/2 > c.Capacity || c.Values.Count < c.Capacity*c.K {
		return false, fmt.Errorf("render: %s: %d segments of %d samples of a ring [%d, %d]", c.Name, c.Parts, c.Segment, c.Capacity, c.K)
	}
	n := c.points() * c.K
	if st.data == nil || st.version != c.Version {
		if err := r.ensure(&st.data, "spectrum", device.F32, n); err != nil {
			return false, err
		}
		if st.segment != c.Segment {
			if err := r.ensure(&st.table, "sines of a spectrum", device.F32, 2*c.Segment); err != nil {
				return false, err
			}
			turns := make([]float32, 0, 2*c.Segment)
			for k := range c.Segment {
				s, cos := math.Sincos(2 * math.Pi * float64(k) / float64(c.Segment))
				turns = append(turns, float32(cos), float32(s))
			}
			if err := device.Upload(st.table, 0, turns); err != nil {
				return false, err
			}
			st.segment = c.Segment
		}
		unit := c.PerUnit
		if unit == 0 {
			unit = 1
		}
		// The squares of Hann's window sum to 3/8 of its length; values are divided by their unit before they are squared.
		norm := 2 / (c.Rate * 0.375 * float64(c.Segment) * float64(c.Parts))
		if err := r.chartCompute("SPECTRA", c.Values, n, (n+255)/256, func(p *device.Program) {
			r.d.BindStorage(1, st.data)
			r.d.BindStorage(2, st.table)
			p.SetInts("ring", int32(c.Capacity), int32(c.K), int32(c.First), int32(c.Segment))
			p.SetInt("parts", int32(c.Parts))
			p.SetFloats("scale", float32(1/unit), float32(norm))
		}); err != nil {
			return false, err
		}
		st.version, did = c.Version, true
	}
	more, err := r.follow(st.data.View().Slice(0, n), n, c.Power)
	return did || more, err
}

// draw draws a line for each element.
func (c *Spectra) draw(st *chartState, th *Theme, f Frame, line func(v device.View, count int, tint Color, size float64, hz float64) error) error {
	if c.shown() < 2 || st.data == nil {
		return nil
	}
	for k := range c.K {
		v := st.data.View().Slice(k*c.points(), (k+1)*c.points())
		if err := line(v, 6*(c.shown()-1), th.line(k), 1.6*f.Scale, c.Rate/float64(c.Segment)); err != nil {
			return err
		}
	}
	return nil
}
