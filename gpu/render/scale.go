package render

import "math"

// Scale maps values to heights and colors. Surfaces and points that hold the same *Scale share its limits and its colorbar.
type Scale struct {
	Label    string
	Unit     string
	PerUnit  float64 // SI value of one Unit, for the numbers shown; 0 means 1
	Length   bool    // in metres: Unit and PerUnit follow the limits
	Colormap *Colormap
	// Fixed limits are Min and Max as set by the user and cost no reading back. Otherwise they follow the data, slowly.
	Fixed    bool
	Min, Max float64 // SI

	seen  bool
	alike bool // all that was seen is one value, whose surroundings are a guess
	small int  // observations in a row that would fit a much smaller scale
}

// shrinkAfter is how many observations in a row must leave half of the scale empty before it shrinks: a short pause in
// activity does not make the picture jump.
const shrinkAfter = 120

// NewScale follows the data; NewFixedScale does not.
func NewScale(label, unit string, c *Colormap) *Scale {
	return &Scale{Label: label, Unit: unit, Colormap: c, Min: 0, Max: 1}
}

// NewFixedScale has the limits [min, max].
func NewFixedScale(label, unit string, c *Colormap, min, max float64) *Scale {
	return &Scale{Label: label, Unit: unit, Colormap: c, Fixed: true, Min: min, Max: max}
}

// Observe tells the extremes of the data at one moment and reports whether the limits moved. They grow at once to take in
// all data, to round numbers, and shrink only when half of them has been empty for shrinkAfter observations.
func (s *Scale) Observe(lo, hi float64) bool {
	if s.Fixed || math.IsNaN(lo) || math.IsNaN(hi) || lo > hi || math.IsInf(hi-lo, 0) {
		return false
	}
	defer s.name()
	min, max := s.nice(lo, hi)
	if !s.seen || s.alike && lo < hi {
		s.seen, s.alike = true, lo == hi
		changed := min != s.Min || max != s.Max
		s.Min, s.Max = min, max
		return changed
	}
	if lo < s.Min || hi > s.Max {
		// What was seen lately stays in view while the scale grows.
		s.Min, s.Max = s.nice(math.Min(lo, s.Min), math.Max(hi, s.Max))
		s.small = 0
		return true
	}
	if max-min > 0.5*(s.Max-s.Min) {
		s.small = 0
		return false
	}
	if s.small++; s.small < shrinkAfter {
		return false
	}
	s.small = 0
	s.Min, s.Max = min, max
	return true
}

// name chooses the unit in which lengths are neither large nor small.
func (s *Scale) name() {
	if !s.Length {
		return
	}
	switch most := math.Max(-s.Min, s.Max); {
	case most >= 1:
		s.Unit, s.PerUnit = "m", 1
	case most >= 1e-3:
		s.Unit, s.PerUnit = "mm", 1e-3
	default:
		s.Unit, s.PerUnit = "µm", 1e-6
	}
}

// nice widens [lo, hi] to round limits: symmetric around zero for a centred map, from zero for amounts.
func (s *Scale) nice(lo, hi float64) (float64, float64) {
	if s.Colormap != nil && s.Colormap.Centered {
		m := math.Max(math.Abs(lo), math.Abs(hi))
		if m == 0 {
			m = 1
		}
		m = niceCeil(m, niceStep(m/8, false))
		return -m, m
	}
	if lo >= 0 && lo < 0.4*hi {
		lo = 0
	}
	if lo == hi {
		if lo == 0 {
			return 0, 1
		}
		d := 0.5 * math.Abs(lo)
		lo, hi = lo-d, hi+d
	}
	step := niceStep((hi-lo)/8, false)
	return -niceCeil(-lo, step), niceCeil(hi, step)
}

func niceCeil(x, step float64) float64 {
	v := math.Ceil(x/step-1e-9) * step
	if v == 0 {
		return 0
	}
	return v
}

// Normal maps a value to [0, 1] within the limits, not clamped.
func (s *Scale) Normal(v float64) float64 {
	if s.Max == s.Min {
		return 0.5
	}
	return (v - s.Min) / (s.Max - s.Min)
}

// perUnit is the SI value of one displayed unit.
func (s *Scale) perUnit() float64 {
	if s.PerUnit == 0 {
		return 1
	}
	return s.PerUnit
}

// Shown converts an SI value to the displayed unit.
func (s *Scale) Shown(v float64) float64 { return v / s.perUnit() }

// Period is that of a cyclic scale with fixed limits, which span it: values outside come back in. Else it is 0.
func (s *Scale) Period() float64 {
	if s.Colormap == nil || !s.Colormap.Cyclic || !s.Fixed {
		return 0
	}
	return s.Max - s.Min
}

// turn reports whether the scale is one turn of an angle in radians.
func (s *Scale) turn() bool {
	return s.Colormap != nil && s.Colormap.Cyclic && math.Abs(s.Shown(s.Max-s.Min)-2*math.Pi) < 1e-6
}

// ticks are those of the colorbar, at most max: an angle has them at quarters of a turn.
func (s *Scale) ticks(max int) Ticks {
	lo, hi := s.Shown(s.Min), s.Shown(s.Max)
	if s.Colormap != nil && s.Colormap.Name == TwoTone().Name && lo == 0 && hi == 1 {
		return Ticks{Values: []float64{0.25, 0.75}, Labels: []string{"0", "1"}} // two states, each with half of the bar
	}
	if !s.turn() || s.Min != 0 && math.Abs(lo+math.Pi) > 1e-6 {
		return NiceTicks(lo, hi, max, false)
	}
	names := []string{"0", "π/2", "π", "3π/2", "2π"}
	if s.Min != 0 {
		names = []string{"−π", "−π/2", "0", "π/2", "π"}
	}
	every := 1
	if max < len(names) {
		every = 2
	}
	var t Ticks
	for k := 0; k < len(names); k += every {
		t.Values = append(t.Values, lo+float64(k)*math.Pi/2)
		t.Labels = append(t.Labels, names[k])
	}
	return t
}
