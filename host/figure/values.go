package figure

import (
	"fmt"
	"math"
	"regexp"
	"strings"

	"github.com/galvani-sim/galvani/host/units"
)

// Values are numbers in SI base units with their dimension.
type Values struct {
	V   []float64
	Dim units.Dim
}

// Numbers are values without unit.
func Numbers(v ...float64) Values { return Values{V: v} }

// Of makes values of a unit: Of(t, units.Second).
func Of(v []float64, d units.Dim) Values { return Values{V: v, Dim: d} }

// zero says whether values fit any axis: zeros mean the same in every unit.
func (v Values) zero() bool {
	if !v.Dim.Dimensionless() {
		return false
	}
	for _, x := range v.V {
		if x != 0 && !math.IsNaN(x) && !math.IsInf(x, 0) {
			return false
		}
	}
	return true
}

func sameLength(what string, x, y Values) error {
	if len(x.V) != len(y.V) {
		return fmt.Errorf("%s: x has %d values, y has %d", what, len(x.V), len(y.V))
	}
	return nil
}

func dimName(d units.Dim) string {
	if d.Dimensionless() {
		return "numbers without unit"
	}
	return d.String()
}

// prefixed is a unit that suits values up to size: its size in SI units and its sign.
func prefixed(d units.Dim, size float64) (float64, string) {
	if d.Dimensionless() {
		return 1, ""
	}
	if size == 0 || math.IsNaN(size) || math.IsInf(size, 0) {
		size = 1
	}
	if d == units.Second.Inv() && size < 1 {
		return 1, "Hz" // low rates and none: nobody counts in mHz
	}
	v, sign := units.Scale(units.Quantity{Value: size, Dim: d})
	factor := size / v
	// size/v is a power of ten up to its last bit.
	if p := math.Pow(10, math.Round(math.Log10(factor))); math.Abs(p/factor-1) < 1e-9 {
		factor = p
	}
	return factor, prettyUnit(sign)
}

// prettyUnit writes siemens/metre**2 as siemens/metre² and us as μs.
func prettyUnit(s string) string {
	s = strings.NewReplacer("**2", "²", "**3", "³", "**-1", "⁻¹", "*", "·").Replace(s)
	if len(s) > 1 && s[0] == 'u' && len(s) <= 3 {
		s = "μ" + s[1:]
	}
	return s
}

var (
	unitSigns = strings.NewReplacer("μ", "u", "µ", "u", `$\mu$`, "u", "²", "**2", "³", "**3", "·", "*", "^", "**", "$", "", "Ω", "ohm")
	unitWords = regexp.MustCompile(`[A-Za-z]+`)
	// unitNames are signs that people write in labels and that no script could use as names; spikes count.
	unitNames = map[string]string{
		"s": "second", "sec": "second", "V": "volt", "A": "amp", "F": "farad", "S": "siemens", "m": "metre", "C": "coulomb", "W": "watt",
		"sp": "1", "spk": "1", "spike": "1", "spikes": "1",
	}
)

// unitInLabel finds a unit in brackets at the end of a label, as in "v (mV)".
func unitInLabel(label string) (units.Quantity, bool) {
	label = strings.TrimSpace(label)
	for _, b := range []string{"()", "[]"} {
		if !strings.HasSuffix(label, b[1:]) {
			continue
		}
		k := strings.LastIndex(label, b[:1])
		if k < 0 {
			continue
		}
		s := unitSigns.Replace(label[k+1 : len(label)-1])
		s = unitWords.ReplaceAllStringFunc(s, func(w string) string {
			if name, ok := unitNames[w]; ok {
				return name
			}
			return w
		})
		if q, err := units.Parse(s); err == nil && !q.Dim.Dimensionless() && q.Value > 0 {
			return q, true
		}
	}
	return units.Quantity{}, false
}
