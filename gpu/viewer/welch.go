//go:build cgo && linux

package viewer

import (
	"fmt"
	"math"

	"github.com/galvani-sim/galvani/host/units"
	"gonum.org/v1/gonum/dsp/fourier"
)

// welchSegments is how many segments a spectrum is the mean of, each half over the next: they take four times the length of one.
const welchSegments = 7

// leastSegment is the fewest samples of a segment: fewer give too few frequencies.
const leastSegment = 16

// welchPlan chooses the segments of a spectrum from samples that are numbered from the beginning of the simulation, of which lo to before hi
// are there: seg samples each, the last one ending before sample end. Segments begin at multiples of half their length, so that the
// spectrum does not depend on when it is looked at. While there are fewer samples than most, segments are shorter; seg is 0 where there
// are too few.
func welchPlan(most int, lo, hi int64) (seg int, end int64) {
	for _, part := range []int{1, 2, 5, 10, 20, 50, 100} {
		seg = most / part / 8 * 2
		if seg < leastSegment {
			break
		}
		hop := int64(seg / 2)
		if end = hi / hop * hop; end-int64(4*seg) >= lo {
			return seg, end
		}
	}
	return 0, 0
}

// welch is the one-sided power spectral density of the samples of 7 segments of seg samples, which overlap by half, by Welch's method with
// Hann's window (IEEE Trans. Audio Electroacoust. 15:70, 1967): the mean is taken off each segment, and the sum of all values times
// rate/seg is the variance. Value k is at the frequency (k+1)*rate/seg, up to half of rate; their unit is that of x squared per Hz.
func welch(x []float64, seg int, rate float64) []float64 {
	window, norm := make([]float64, seg), 0.0
	for j := range window {
		window[j] = 0.5 - 0.5*math.Cos(2*math.Pi*float64(j)/float64(seg))
		norm += window[j] * window[j]
	}
	fft := fourier.NewFFT(seg)
	part, out := make([]float64, seg), make([]float64, seg/2)
	var c []complex128
	for s := range welchSegments {
		y := x[s*seg/2:][:seg]
		mean := 0.0
		for _, v := range y {
			mean += v / float64(seg)
		}
		for j, v := range y {
			part[j] = (v - mean) * window[j]
		}
		c = fft.Coefficients(c, part)
		for k := range out {
			p := real(c[k+1])*real(c[k+1]) + imag(c[k+1])*imag(c[k+1])
			if 2*(k+1) < seg {
				p *= 2
			}
			out[k] += p / (rate * norm * welchSegments)
		}
	}
	return out
}

// welchNote says what a spectrum was taken of.
func welchNote(seg int, rate float64) string {
	return fmt.Sprintf("Welch, %d\u00a0×\u00a0%s\u00a0s", welchSegments, units.FormatNumber(significant(float64(seg)/rate, 3)))
}

// welchWait says when there will be a spectrum.
func welchWait(most int, rate float64) string {
	for _, part := range []int{100, 50, 20, 10, 5, 2, 1} {
		if seg := most / part / 8 * 2; seg >= leastSegment {
			return fmt.Sprintf("takes %s s of samples", units.FormatNumber(significant(4*float64(seg)/rate, 3)))
		}
	}
	return "window= and fmax= leave too few samples"
}
