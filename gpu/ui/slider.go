package ui

import "math"

// Slider is the range that a number is dragged through. The range stays while the number changes, so that a place on the slider keeps its meaning.
type Slider struct {
	Lo, Hi float64
	Whole  bool // integers only
	// Declared: somebody has chosen the range, and nothing but another choice changes it.
	Declared bool
}

// Around is a sensible range around a number: from 0 to twice a positive one, as far up as down for a negative one. For 0 it reaches as far
// as zero, a size that is usual for such a number.
func Around(x, zero float64, whole bool) Slider {
	s := Slider{Lo: 0, Hi: 2 * x, Whole: whole}
	switch {
	case x < 0:
		s.Lo, s.Hi = 2*x, -2*x
	case x == 0:
		s.Lo, s.Hi = -zero, zero
	}
	if whole {
		s.Lo, s.Hi = math.Floor(s.Lo), math.Max(math.Ceil(s.Hi), math.Floor(s.Lo)+1)
	}
	return s
}

// Fits makes the range one that contains x, unless it was declared.
func (s Slider) Fits(x, zero float64) Slider {
	if s.Declared || x >= s.Lo && x <= s.Hi && s.Lo < s.Hi {
		return s
	}
	return Around(x, zero, s.Whole)
}

// Fraction is the place of a number on the slider, from 0 to 1.
func (s Slider) Fraction(x float64) float64 {
	if !(s.Hi > s.Lo) {
		return 0
	}
	return math.Max(0, math.Min(1, (x-s.Lo)/(s.Hi-s.Lo)))
}

// Value is the number at a place, with as few digits as tell some hundred places apart.
func (s Slider) Value(fraction float64) float64 {
	if fraction <= 0 || !(s.Hi > s.Lo) {
		return s.Lo
	}
	if fraction >= 1 {
		return s.Hi
	}
	x := s.Lo + fraction*(s.Hi-s.Lo)
	if s.Whole {
		return math.Round(x)
	}
	digits := -math.Floor(math.Log10((s.Hi - s.Lo) / sliderSteps))
	if math.Abs(digits) > 300 {
		return x
	}
	// Powers of ten with positive exponents are exact, so that 0.3 comes out as 0.3.
	if digits > 0 {
		p := math.Pow(10, digits)
		return math.Round(x*p) / p
	}
	p := math.Pow(10, -digits)
	return math.Round(x/p) * p
}

// sliderSteps is the least number of values that a slider tells apart.
const sliderSteps = 200
