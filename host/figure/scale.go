package figure

import (
	"fmt"
	"math"

	"github.com/galvani-sim/galvani/host/units"
)

// axis is one direction of an Axes. Limits are in SI units.
type axis struct {
	of       *Axes
	name     string // "x" or "y"
	dim      units.Dim
	known    bool // dim came from values
	label    string
	log      bool
	lo, hi   float64 // as set; NaN: found
	ticks    []float64
	names    []string
	fixed    bool // ticks are as set
	bins     int  // at most so many intervals between ticks; 0: as fit
	inverted bool
	grid     bool
	inner    bool    // labels are left to the axis at the figure's border
	far      bool    // ticks and label on the right or on top
	group    []*axis // share limits; includes the axis itself
	integers bool
	per      *axis                                  // this axis counts per unit of that one
	bare     bool                                   // ticks are not drawn, their names are
	flat     bool                                   // the label of y is written as the text is, not upright
	size     float64                                // of the label in points; 0: labelSize
	every    float64                                // distance of ticks in SI units; 0: as fit
	form     func(v float64, k int) (string, error) // names of ticks; nil: numbers
	least    float64                                // room between line and label, to stand below the labels of others
}

// accept takes values of a dimension on the axis, or says why they do not fit.
func (a *axis) accept(v Values) error {
	if len(v.V) == 0 && !a.known {
		a.dim = v.Dim // an empty recording still says what the axis shows, until values do
	}
	if len(v.V) == 0 || v.zero() {
		return nil
	}
	for _, m := range a.members() {
		if m.known && m.dim != v.Dim {
			if m.dim.Dimensionless() || v.Dim.Dimensionless() {
				a.plain(m.dim, v.Dim)
				return nil
			}
			return fmt.Errorf("the %s axis shows %s, these values are %s; divide by a unit (as in t/ms) to plot numbers", a.name, dimName(m.dim), dimName(v.Dim))
		}
	}
	a.dim, a.known = v.Dim, true
	return nil
}

// plain makes an axis that has quantities and numbers one of numbers: the quantities are those of SI units, as in Matplotlib.
func (a *axis) plain(dims ...units.Dim) {
	for _, m := range a.members() {
		m.dim, m.known = units.Dim{}, true
	}
	if f := a.of.fig; f.OnMixed != nil {
		for _, d := range dims {
			if !d.Dimensionless() {
				f.OnMixed(a.name, d)
			}
		}
	}
}

func (a *axis) members() []*axis {
	if a.group == nil {
		return []*axis{a}
	}
	return a.group
}

// dimension is that of the axis or of one that shares its limits.
func (a *axis) dimension() units.Dim {
	for _, m := range a.members() {
		if m.known {
			return m.dim
		}
	}
	return a.dim
}

// setLimits takes limits; NaN leaves one to the data.
func (a *axis) setLimits(lo, hi float64) error {
	if math.IsInf(lo, 0) || math.IsInf(hi, 0) {
		return fmt.Errorf("%slim: limits must be finite", a.name)
	}
	if lo == hi {
		return fmt.Errorf("%slim: both limits are %g", a.name, lo)
	}
	for _, m := range a.members() {
		if m.log && (lo <= 0 || hi <= 0) {
			return fmt.Errorf("%slim: limits of a logarithmic axis are positive", a.name)
		}
		if !math.IsNaN(lo) {
			m.lo = lo
		}
		if !math.IsNaN(hi) {
			m.hi = hi
		}
	}
	return nil
}

// extent is what an artist covers along an axis.
type extent struct {
	lo, hi   float64
	positive float64 // the least value above 0
	// sharp edges get no margin: the foot of a bar, the border of an image.
	sharpLo, sharpHi bool
}

func nothing() extent { return extent{lo: math.Inf(1), hi: math.Inf(-1), positive: math.Inf(1)} }

func (e *extent) add(v float64) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return
	}
	e.lo, e.hi = math.Min(e.lo, v), math.Max(e.hi, v)
	if v > 0 {
		e.positive = math.Min(e.positive, v)
	}
}

func extentOf(vs ...[]float64) extent {
	e := nothing()
	for _, v := range vs {
		for _, x := range v {
			e.add(x)
		}
	}
	return e
}

func (e *extent) join(f extent) {
	if f.lo < e.lo || f.lo == e.lo && f.sharpLo {
		e.sharpLo = f.sharpLo
	}
	if f.hi > e.hi || f.hi == e.hi && f.sharpHi {
		e.sharpHi = f.sharpHi
	}
	e.lo, e.hi, e.positive = min(e.lo, f.lo), max(e.hi, f.hi), min(e.positive, f.positive)
}

const margin = 0.05 // of the data's range, on either side

// limits are the ends of the axis, the first one left or below.
func (a *axis) limits() (lo, hi float64) {
	e := nothing()
	inverted := a.inverted
	for _, m := range a.members() {
		for _, art := range m.of.artists {
			if m.name == "x" {
				e.join(art.extent(0))
			} else {
				e.join(art.extent(1))
			}
		}
	}
	if a.log {
		lo, hi = e.positive, e.hi
		if !(hi > 0) || math.IsInf(lo, 0) {
			lo, hi = 1, 10
		}
		if math.Log10(lo) == math.Log10(hi) {
			lo, hi = lo/2, hi*2
		} else {
			m := margin * (math.Log10(hi) - math.Log10(lo))
			lo, hi = lo*math.Pow(10, -m), hi*math.Pow(10, m)
		}
	} else {
		lo, hi = e.lo, e.hi
		if lo > hi {
			lo, hi = 0, 1
		}
		if lo == hi {
			d := math.Abs(lo) * margin
			if d == 0 {
				d = margin
			}
			lo, hi = lo-d, hi+d
		} else {
			m := margin * (hi - lo)
			if !e.sharpLo {
				lo -= m
			}
			if !e.sharpHi {
				hi += m
			}
		}
	}
	if a.of.polar && a.name == "y" {
		lo, hi = polarLimits(lo, hi, e.lo)
	}
	if !math.IsNaN(a.lo) && !(a.log && a.lo <= 0) {
		lo = a.lo
	}
	if !math.IsNaN(a.hi) && !(a.log && a.hi <= 0) {
		hi = a.hi
	}
	if lo == hi {
		hi = math.Nextafter(lo, math.Inf(1)) + math.Abs(lo)*margin
	}
	if inverted && math.IsNaN(a.lo) && math.IsNaN(a.hi) {
		lo, hi = hi, lo
	}
	return lo, hi
}

// unit is what the axis counts in, and what its label adds.
func (a *axis) unit(lo, hi float64) (factor float64, suffix string, err error) {
	d := a.dimension()
	if d.Dimensionless() {
		return 1, "", nil
	}
	if a.per != nil && a.per.dimension() == d.Inv() {
		of, sign, err := a.per.unit(a.per.limits())
		if sign != "" {
			sign = "1/" + sign
		}
		return 1 / of, sign, err
	}
	for _, m := range a.members() {
		if q, ok := unitInLabel(m.label); ok {
			if q.Dim != d {
				return 0, "", fmt.Errorf("the label %q of the %s axis names a unit of %s, but its values are %s", m.label, a.name, q.Dim, d)
			}
			return q.Value, "", nil
		}
	}
	factor, suffix = prefixed(d, max(math.Abs(lo), math.Abs(hi)))
	return factor, suffix, nil
}

// scale turns data into places on the page.
type scale struct {
	lo, hi float64 // the logarithms if log
	log    bool
	p0, p1 float64
}

// offPage stands for what a logarithmic axis cannot show: far below its lower end.
const offPage = -1e6

func (s scale) at(v float64) float64 {
	if s.log {
		if v <= 0 {
			return offPage
		}
		v = math.Log10(v)
	}
	f := (v - s.lo) / (s.hi - s.lo)
	return s.p0 + min(max(f, -1e5), 1e5)*(s.p1-s.p0)
}

// value is the data at a place.
func (s scale) value(p float64) float64 {
	v := s.lo + (p-s.p0)/(s.p1-s.p0)*(s.hi-s.lo)
	if s.log {
		return math.Pow(10, v)
	}
	return v
}

func (a *axis) scale(p0, p1 float64) scale {
	lo, hi := a.limits()
	s := scale{lo: lo, hi: hi, log: a.log, p0: p0, p1: p1}
	if a.log {
		s.lo, s.hi = math.Log10(lo), math.Log10(hi)
	}
	if s.lo == s.hi { // limits closer than the logarithm tells
		s.hi += 1e-9
	}
	return s
}

// panel is an Axes on the page.
type panel struct {
	box   rect
	x, y  scale
	polar bool
}

func (p *panel) at(x, y float64) point {
	if p.polar {
		return p.around(x, y)
	}
	return point{p.x.at(x), p.y.at(y)}
}
