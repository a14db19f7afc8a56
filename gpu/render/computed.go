//go:build cgo

package render

import (
	"fmt"

	"github.com/galvani-sim/galvani/gpu/device"
)

// Computed reads numbers that the device has computed for a chart, for the text under the pointer: counts of a Histogram, from bin first on;
// densities of Spectra, [K, Segment/2]; the mean of a PhaseCircle's points, x and y. What was not drawn yet is an error.
func (r *Renderer) Computed(it Item, first int, to []float64) error {
	c, ok := it.(chart)
	if !ok || r.charts[c] == nil || r.charts[c].data == nil {
		return fmt.Errorf("render: nothing was computed for a chart")
	}
	b := r.charts[c].data
	if b.Elem() == device.U32 {
		return read[uint32](b, first, to)
	}
	return read[float32](b, first, to)
}

func read[T uint32 | float32](b *device.Buffer, first int, to []float64) error {
	got := make([]T, len(to))
	if err := device.Read(b, first, got, device.ReadPick); err != nil {
		return err
	}
	for k, v := range got {
		to[k] = float64(v)
	}
	return nil
}
