package net

import "math"

// MostSpectrumSamples is the most samples that a spectrum is taken of.
const MostSpectrumSamples = 8192

// SpectrumHighest is up to which frequency a Spectrum goes, in Hz.
func (v *View) SpectrumHighest() float64 {
	if v.Highest > 0 {
		return v.Highest
	}
	return 250
}

// SpectrumWindow is the stretch of time that a Spectrum is taken of at most, in seconds.
func (v *View) SpectrumWindow() float64 {
	if v.Window > 0 {
		return v.Window
	}
	return 4
}

// SpectrumSamples is how many samples a Spectrum takes, two for each period of the highest frequency.
func (v *View) SpectrumSamples() float64 {
	return math.Ceil(2*v.SpectrumHighest()*v.SpectrumWindow() - 1e-9)
}
