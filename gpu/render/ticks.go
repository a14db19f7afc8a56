package render

import (
	"math"
	"strconv"
	"strings"
)

// Ticks are positions on an axis with their labels. Labels are multiplied by 10^Exponent to give the position.
type Ticks struct {
	Values   []float64
	Labels   []string
	Exponent int // 0 or a multiple of 3
}

// NiceTicks places at most max ticks at multiples of 1, 2 or 5 times a power of ten within [lo, hi]. whole asks for whole
// numbers only, as for grid coordinates.
func NiceTicks(lo, hi float64, max int, whole bool) Ticks {
	if !(hi > lo) || math.IsInf(hi-lo, 0) || max < 1 {
		return Ticks{}
	}
	step := niceStep((hi-lo)/float64(max), whole)
	first, last := math.Ceil(lo/step-1e-9), math.Floor(hi/step+1e-9)
	for last-first+1 > float64(max) {
		step = niceStep(step*1.5, whole)
		first, last = math.Ceil(lo/step-1e-9), math.Floor(hi/step+1e-9)
	}
	var t Ticks
	big := math.Max(math.Abs(lo), math.Abs(hi))
	if e := int(math.Floor(math.Log10(big)/3)) * 3; !whole && (e >= 6 || e < -3 || e == -3 && big < 0.01) {
		t.Exponent = e
	}
	unit := math.Pow10(t.Exponent)
	decimals := int(math.Max(0, math.Ceil(-math.Log10(step/unit)-1e-9)))
	for k := first; k <= last; k++ {
		v := k * step
		if k == 0 {
			v = 0 // not -0
		}
		t.Values = append(t.Values, v)
		t.Labels = append(t.Labels, minus(strconv.FormatFloat(v/unit, 'f', decimals, 64)))
	}
	return t
}

// niceStep is the smallest 1, 2 or 5 times a power of ten that is at least x.
func niceStep(x float64, whole bool) float64 {
	p := math.Pow(10, math.Floor(math.Log10(x)))
	step := 10 * p
	for _, m := range []float64{1, 2, 5} {
		if m*p >= x*(1-1e-9) {
			step = m * p
			break
		}
	}
	if whole && step < 1 {
		return 1
	}
	return step
}

// axisTitle joins a name, a power of ten and a unit: "v (mV)", "w (10⁻⁶ S)".
func axisTitle(name, unit string, exponent int) string {
	var in []string
	if exponent != 0 {
		in = append(in, "10"+superscript(exponent))
	}
	if unit != "" {
		in = append(in, unit)
	}
	if len(in) == 0 {
		return name
	}
	if name == "" {
		return strings.Join(in, " ")
	}
	return name + " (" + strings.Join(in, " ") + ")"
}

func minus(s string) string { return strings.Replace(s, "-", "−", 1) }

func superscript(n int) string {
	var b strings.Builder
	for _, r := range strconv.Itoa(n) {
		if r == '-' {
			b.WriteRune('⁻')
			continue
		}
		b.WriteRune([]rune("⁰¹²³⁴⁵⁶⁷⁸⁹")[r-'0'])
	}
	return b.String()
}
