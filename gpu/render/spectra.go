package render

import "github.com/galvani-sim/galvani/gpu/device"

// Spectra draws the power spectral densities of K elements, which the device computes from a ring of samples by Welch's method with Hann's
// window: the mean of Parts segments of Segment samples each, every one half over the next, its mean taken off. Values are one-sided: their sum
// times Rate/Segment is the variance.
type Spectra struct {
	Name string
	// Values are F32 [Capacity, K]; the segments begin at row First and wrap around.
	Values      device.View
	Capacity, K int
	First       int
	Segment     int     // even; 0: there is no spectrum yet
	Parts       int     // segments
	Rate        float64 // samples per second
	Highest     float64 // frequency shown, at most Rate/2
	Unit        string  // of the samples
	PerUnit     float64 // its SI value; 0 means 1
	Power       *Scale  // its upper limit is that of the axis, which is logarithmic
	Labels      []string
	Note        string
	Version     uint64 // changes with the samples
}

// points is the number of frequencies, from Rate/Segment to Rate/2.
func (c *Spectra) points() int { return c.Segment / 2 }

// shown is the number of frequencies up to Highest.
func (c *Spectra) shown() int {
	if c.Segment == 0 {
		return 0
	}
	return min(c.points(), int(c.Highest*float64(c.Segment)/c.Rate+1e-9))
}

func (c *Spectra) name() string           { return c.Name }
func (c *Spectra) scale() *Scale          { return nil }
func (c *Spectra) whole() bool            { return false }
func (c *Spectra) square() bool           { return false }
func (c *Spectra) extent() (x, y, z span) { return span{0, c.Highest}, decades(c.Power.Max), span{} }
func (c *Spectra) titles() (x, y Axis) {
	return Axis{Label: "f", Unit: "Hz"}, Axis{Label: "power", Unit: c.Density()}
}

// Density is the unit of what is drawn.
func (c *Spectra) Density() string {
	if c.Unit == "" {
		return "1/Hz"
	}
	return c.Unit + "²/Hz"
}
